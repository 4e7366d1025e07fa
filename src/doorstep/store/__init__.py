"""PostgreSQL: schema, migrations and every line of SQL, a module per noun."""
