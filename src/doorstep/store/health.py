"""What `doorstep doctor` asks of the database: facts about the installation, and shipments beside the checkpoints behind them."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

import msgspec

from doorstep.domain.tracking import Checkpoint
from doorstep.store.database import Row, Tx
from doorstep.store.shipments import KeptShipment

_SAID = msgspec.json.Decoder(Checkpoint)

# The server and its clock.
_SERVER = "select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major, clock_timestamp() as now"
_APPLIED = "select name from migration order by name"
# Which months have a partition of their own for each table that grows.
_MONTHS = """
select t.name || to_char(m.month, '_YYYY_MM') as wanted
from unnest($1::text[]) as t (name) cross join unnest($2::date[]) as m (month)
where to_regclass(t.name || to_char(m.month, '_YYYY_MM')) is null order by 1
"""
# Secrets as sealed.
_SECRETS = "select merchant_id, connection_id, provider, name, secrets from connection where secrets is not null order by 1, 2"
# Connections that somebody or something paused.
_PAUSED = """
select m.slug, c.connection_id, c.provider, c.name, c.paused_why from connection c join merchant m using (merchant_id)
where c.state = 'paused' order by 1, 2
"""
# Checkpoints of shipments, oldest first within each; looked up one shipment after another (offset 0: not joined with whole months).
_CHECKPOINTS = """
select c.merchant_id, c.shipment_id, c.said from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, shipment_id)
cross join lateral (select * from checkpoint c where c.merchant_id = k.merchant_id and c.shipment_id = k.shipment_id offset 0) c
order by c.merchant_id, c.shipment_id, c.instant nulls first, c.fingerprint
"""


async def server(tx: Tx) -> Row:
    """Tell the server's `version`, `major` version and `now`."""
    return (await tx.fetch(_SERVER))[0]


async def applied(tx: Tx) -> list[str]:
    """List the migrations applied."""
    return [row["name"] for row in await tx.fetch(_APPLIED)]


async def missing_partitions(tx: Tx, months: Sequence[date]) -> list[str]:
    """List the partitions that these months (first days) should have and have not."""
    return [row["wanted"] for row in await tx.fetch(_MONTHS, ["inbox", "checkpoint", "message"], list(months))]


async def sealed(tx: Tx) -> list[Row]:
    """List the sealed secrets: `merchant_id, connection_id, provider, name, secrets`."""
    return await tx.fetch(_SECRETS)


async def paused(tx: Tx) -> list[Row]:
    """List paused connections: `slug, connection_id, provider, name, paused_why`."""
    return await tx.fetch(_PAUSED)


async def checkpoints_of(tx: Tx, shipments: Sequence[KeptShipment]) -> dict[tuple[int, int], list[Checkpoint]]:
    """Read all checkpoints of shipments, by (merchant, shipment id), oldest first."""
    rows = await tx.fetch(_CHECKPOINTS, [s.merchant_id for s in shipments], [s.shipment_id for s in shipments])
    return {
        key: [_SAID.decode(row["said"]) for row in own]
        for key, own in groupby(rows, key=lambda row: (row["merchant_id"], row["shipment_id"]))
    }


def months_ahead(now: datetime) -> list[date]:
    """Return the first days of this month and the next."""
    first = now.date().replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return [first, following]
