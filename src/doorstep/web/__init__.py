"""HTTP, thin: hooks, API, customer pages, desk. Every route hands on to steps and store and knows nothing itself."""
