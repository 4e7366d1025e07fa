"""Parcels that the bench has carried → copies of them under other numbers, until so many shipments are stored."""

from collections.abc import Callable

import asyncpg

from doorstep.cli.benching.stage import Stage

_CHUNK = 100_000
#: One shipment in so many gets its checkpoints and messages copied, too: both lie by month, so old ones are not in the way.
_WHOLE = 10

# Samples: delivered parcels, one to an order, numbered from 0.
_SAMPLES = """
create table bench_sample as
select row_number() over (order by shipment_id) - 1 as n, shipment_id, order_id from shipment
where status = 'delivered' and order_id is not null limit 200
"""
_COPIES = "(select i, s.order_id as sample_order, s.shipment_id as sample_shipment from generate_series($1::bigint, $2::bigint) i join bench_sample s on s.n = mod(i, $3::bigint)) c"
_AGE = "interval '1 minute' * mod(c.i, 500000)"
# Whether autovacuum looks after what is being filled.
_VACUUM = """
do $$ declare filled text; begin
    for filled in select c.relname from pg_class c where c.relkind = 'r' and c.relname ~ '^(orders|shipment|leg|decision|checkpoint_.*|message_.*)$' loop
        execute format('alter table %I set (autovacuum_enabled = {})', filled);
    end loop;
end $$
"""
_ORDERS = f"""
insert into orders (merchant_id, order_id, connection_id, external_id, number, number_key, token, email, document, created_at, changed_at)
overriding system value
select merchant_id, 1000000000 + i, connection_id, 'stored-' || i, '#S' || i, 'S' || i, md5('o' || i), 'stored.' || i || '@customer.example', document,
    now() - {_AGE}, now() - {_AGE}
from {_COPIES} join orders o on o.order_id = c.sample_order
"""
_SHIPMENTS = f"""
insert into shipment (merchant_id, shipment_id, order_id, token, tracking_number, created_at, changed_at, %s)
overriding system value
select merchant_id, 1000000000 + i, 1000000000 + i, md5('s' || i), '1Z' || upper(substr(md5(i::text), 1, 16)), now() - {_AGE}, now() - {_AGE}, %s
from {_COPIES} join shipment s on s.shipment_id = c.sample_shipment
"""
_LEGS = """
insert into leg (merchant_id, tracking_number, shipment_id)
select merchant_id, tracking_number, shipment_id from shipment where shipment_id between 1000000000 + $1::bigint and 1000000000 + $2::bigint
"""
#: An id that tells its time, as messages' do.
_MESSAGE_ID = f"""(lpad(to_hex((extract(epoch from now() - {_AGE}) * 1000)::bigint), 12, '0') || '7' || substr(md5(why_key::text || i), 1, 3)
    || '8' || substr(md5(why_key::text || i), 4, 15))::uuid"""
_DECISIONS = f"""
insert into decision (merchant_id, why_key, subject_id, order_id, message_id, decided_at, %s)
select merchant_id, decode(md5(encode(why_key, 'hex') || i), 'hex'), 1000000000 + i, 1000000000 + i, {_MESSAGE_ID}, now() - {_AGE}, %s
from {_COPIES} join decision d on d.order_id = c.sample_order
"""
_CHECKPOINTS = f"""
insert into checkpoint (merchant_id, shipment_id, month, instant, received_at, %s)
select merchant_id, 1000000000 + i, date_trunc('month', instant - {_AGE})::date, instant - {_AGE}, received_at - {_AGE}, %s
from {_COPIES} join checkpoint k on k.shipment_id = c.sample_shipment where mod(c.i, {_WHOLE}) = 0
"""
_MESSAGES = f"""
insert into message (merchant_id, message_id, month, created_at, recipient, why_key, order_id, shipment_ids, %s)
select merchant_id, gen_random_uuid(), date_trunc('month', created_at - {_AGE})::date, created_at - {_AGE}, 'stored.' || i || '@customer.example',
    decode(md5(encode(why_key, 'hex') || i), 'hex'), 1000000000 + i, array[1000000000 + i], %s
from {_COPIES} join message m on m.order_id = c.sample_order where mod(c.i, {_WHOLE}) = 0
"""


async def store(stage: Stage, shipments: int, tell: Callable[[int], None]) -> None:
    """Fill the database; `tell` hears how many shipments are stored so far."""
    connection = await asyncpg.connect(stage.url, server_settings={"synchronous_commit": "off"})
    try:
        await connection.execute(_SAMPLES)
        await connection.execute(_VACUUM.format("off"))
        samples = await connection.fetchval("select count(*) from bench_sample")
        statements = [
            _ORDERS,
            await _with_rest(connection, _SHIPMENTS, "shipment", "s"),
            _LEGS,
            await _with_rest(connection, _DECISIONS, "decision", "d"),
            await _with_rest(connection, _CHECKPOINTS, "checkpoint", "k"),
            await _with_rest(connection, _MESSAGES, "message", "m"),
        ]
        for first in range(0, shipments, _CHUNK):
            last = min(first + _CHUNK, shipments) - 1
            for statement in statements:
                await connection.execute(statement, first, last, *(() if statement is _LEGS else (samples,)))
            tell(last + 1)
        await connection.execute("drop table bench_sample")
        await connection.execute(_VACUUM.format("on"))
    finally:
        await connection.close()


async def _with_rest(connection: "asyncpg.Connection[asyncpg.Record]", statement: str, table: str, alias: str) -> str:
    """Copy every column that the statement does not make up itself."""
    made_up = {name.strip() for name in statement.partition("(")[2].partition(")")[0].split(",")}
    names = [
        row["attname"]
        for row in await connection.fetch(
            "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped", table
        )
        if row["attname"] not in made_up
    ]
    return statement % (", ".join(names), ", ".join(f"{alias}.{name}" for name in names))
