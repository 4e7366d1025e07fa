"""One connection → how it goes: what became of its last messages and calls, and when its provider was last heard."""

from datetime import datetime, timedelta

import msgspec

from doorstep.domain.vocabulary import MessageState
from doorstep.store.database import Tx

#: So many of a connection's last messages are looked at, however many go by others and however long ago they were.
TOLD_OF = 500

# What became of a connection's last messages and of their calls. The messages by the index of their connection, which the month's
# partitions each have; a call by its message (`offset 0`: the ledger is never read whole). A call that somebody waits for has no end yet.
_GOES = """
with ours as materialized (
    select message_id, state, state_at, provider_text from message
    where connection_id = $2 and merchant_id = $1 order by message_id desc limit $3
), calls as materialized (
    select a.* from ours cross join lateral (
        select started_at, ended_at, outcome, detail from send_attempt s
        where s.merchant_id = $1 and s.message_id = ours.message_id and s.ended_at is not null offset 0
    ) a
), told as (
    select outcome, ended_at as at, detail from calls where outcome is not null
    union all
    select state, state_at, provider_text from ours
)
select 'state' as what, state as outcome, null::timestamptz as at, '' as detail, count(*)::int as times, null::float8 as seconds
from ours group by state
union all
select 'day', coalesce(outcome, 'unknown'), null, '', count(*)::int, null from calls where started_at > $6 group by 2
union all
(select 'well', outcome, at, '', 0, null from told where outcome = any($4) order by at desc limit 1)
union all
(select 'ill', outcome, at, detail, 0, null from told where outcome = any($5) order by at desc, detail desc limit 1)
union all
select 'took', null, null, '', share, percentile_disc(share / 100.0) within group (order by greatest(extract(epoch from ended_at - started_at), 0)::float8)
from calls cross join unnest(array[50, 95]) share where outcome is not null group by share
order by what, times desc, outcome
"""
# When something last came in by it.
_HEARD = "select received_at from inbox where connection_id = $2 and merchant_id = $1 order by inbox_id desc limit 1"
_WELL = [MessageState.SENT, MessageState.REACHED, MessageState.READ, MessageState.CLICKED, MessageState.REPLIED]
_ILL = [MessageState.UNKNOWN, MessageState.BOUNCED, MessageState.REFUSED, MessageState.COMPLAINED, "try_later", "misconfigured"]


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """How one connection goes."""

    #: Of its last messages: state → how many.
    states: dict[str, int]
    #: Their calls of the last 24 hours: outcome → how many, the most first; "misconfigured" where credentials or settings were refused.
    calls: dict[str, int]
    #: None: there was none among what is looked at.
    well_at: datetime | None
    ill_at: datetime | None
    ill_outcome: str
    #: In the provider's words.
    ill_detail: str
    #: Seconds in which half, and 95 of 100, of the calls were over; None: there was none.
    median_s: float | None
    p95_s: float | None
    #: When its webhook last brought something.
    heard_at: datetime | None


async def going(tx: Tx, merchant_id: int, connection_id: int, now: datetime) -> Going:
    """Tell how a connection goes, from its last `TOLD_OF` messages."""
    rows = await tx.fetch(_GOES, merchant_id, connection_id, TOLD_OF, _WELL, _ILL, now - timedelta(days=1))
    well = next((row for row in rows if row["what"] == "well"), None)
    ill = next((row for row in rows if row["what"] == "ill"), None)
    took = {row["times"]: row["seconds"] for row in rows if row["what"] == "took"}
    return Going(
        states={row["outcome"]: row["times"] for row in rows if row["what"] == "state"},
        calls={row["outcome"]: row["times"] for row in rows if row["what"] == "day"},
        well_at=well["at"] if well else None,
        ill_at=ill["at"] if ill else None,
        ill_outcome=ill["outcome"] if ill else "",
        ill_detail=ill["detail"] if ill else "",
        median_s=took.get(50),
        p95_s=took.get(95),
        heard_at=await tx.fetchval(_HEARD, merchant_id, connection_id),
    )
