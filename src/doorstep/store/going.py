"""One connection → how it goes: what became of its last messages and calls, and when its provider was last heard."""

from datetime import datetime, timedelta

import msgspec

from doorstep.store.database import Tx

#: So many of a merchant's newest messages, and of what it received, are looked at; so the figures cost the same at any size.
LOOKED_AT = 5000
#: Of these, so many of the connection's own messages are told of.
TOLD_OF = 500

# The connection's messages among the merchant's newest, by the id's own clock, through the primary key.
_OURS = """
ours as materialized (
    select message_id, state, created_at from (
        select message_id, connection_id, state, created_at from message where merchant_id = $1 order by month desc, message_id desc limit $3
    ) newest where connection_id = $2
)
"""
# What became of the last of them.
_STATES = f"""
with {_OURS}, told as (select state from ours order by message_id desc limit $4)
select state, count(*)::int as times from told group by state
"""
# Their calls: each looked up by its message (`offset 0`: the ledger is never read whole).
_CALLS = f"""
with {_OURS}, calls as materialized (
    select a.* from ours cross join lateral (
        select started_at, ended_at, outcome, detail from send_attempt s
        where s.merchant_id = $1 and s.message_id = ours.message_id and s.ended_at is not null offset 0
    ) a
)
(select 'well' as what, null as outcome, ended_at as at, '' as detail, 0 as times from calls where outcome = any($4) order by ended_at desc limit 1)
union all
(select 'ill', outcome, ended_at, detail, 0 from calls where outcome <> all($4) order by ended_at desc limit 1)
union all
(select 'day', outcome, null, '', count(*)::int from calls where started_at > $5 group by outcome order by 5 desc, 2)
"""
# When something last came in by it.
_HEARD = """
select max(received_at) from (
    select connection_id, received_at from inbox where merchant_id = $1 order by received_month desc, inbox_id desc limit $3
) newest where connection_id = $2
"""
_WELL = ["sent", "reached", "read", "clicked", "replied"]


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """How one connection goes."""

    #: Of its last messages: state → how many.
    states: dict[str, int]
    #: Calls of the last 24 hours: outcome → how many, the most first.
    calls: dict[str, int]
    #: None: there was none among what is looked at.
    well_at: datetime | None
    ill_at: datetime | None
    ill_outcome: str
    #: In the provider's words.
    ill_detail: str
    #: When its webhook last brought something.
    heard_at: datetime | None


async def going(tx: Tx, merchant_id: int, connection_id: int, now: datetime) -> Going:
    """Tell how a connection goes, from the merchant's newest `LOOKED_AT` messages and arrivals."""
    key = (merchant_id, connection_id, LOOKED_AT)
    states = {row["state"]: row["times"] for row in await tx.fetch(_STATES, *key, TOLD_OF)}
    calls = await tx.fetch(_CALLS, *key, _WELL, now - timedelta(days=1))
    well = next((row for row in calls if row["what"] == "well"), None)
    ill = next((row for row in calls if row["what"] == "ill"), None)
    return Going(
        states=states,
        calls={row["outcome"]: row["times"] for row in calls if row["what"] == "day"},
        well_at=well["at"] if well else None,
        ill_at=ill["at"] if ill else None,
        ill_outcome=ill["outcome"] if ill else "",
        ill_detail=ill["detail"] if ill else "",
        heard_at=await tx.fetchval(_HEARD, *key),
    )
