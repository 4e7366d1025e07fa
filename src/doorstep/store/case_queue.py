"""Cases as the desk lists them: what waits for a human, oldest first, with its order; counts; photos and errands of one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, CaseKind, CaseState
from doorstep.store.database import Row, Tx
from doorstep.store.desk import MOST_COUNTED
from doorstep.store.orders import number_key

_DECODE = msgspec.json.Decoder(Case)


class Tab(StrEnum):
    """One list of cases."""

    #: Asked, and a human has to say yes or no.
    DECIDE = "decide"
    #: Came back, and nobody has looked at it yet; or looked at, and nobody has said what it is worth.
    INSPECT = "inspect"
    OPEN = "open"
    #: Somebody was told already that it waits too long.
    OVERDUE = "overdue"
    #: The shop, a carrier or a warehouse was asked and has not answered.
    ERRANDS = "errands"
    ALL = "all"
    ENDED = "ended"


class QueuedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    case: Case
    email: str | None
    #: The order's number; "" untold.
    number: str
    #: Errands that nobody has done yet.
    errands: int


#: What looks at cases comes by every few seconds: one whose look is so long overdue was forgotten.
_FORGOTTEN = timedelta(hours=1)
_OPEN_STATES = tuple(state for state in CaseState if state not in ENDED)
#: Of these it is the customer's turn.
_THEIRS = CaseState.LABEL_READY
_STATES: dict[Tab, tuple[CaseState, ...]] = {
    Tab.DECIDE: (CaseState.REQUESTED,),
    Tab.INSPECT: (CaseState.RECEIVED, CaseState.INSPECTED),
    Tab.OPEN: _OPEN_STATES,
    Tab.OVERDUE: tuple(state for state in _OPEN_STATES if state is not _THEIRS),
    Tab.ERRANDS: _OPEN_STATES,
    Tab.ALL: tuple(CaseState),
    Tab.ENDED: tuple(state for state in CaseState if state in ENDED),
}
_WAITING = "exists (select from errand e where e.case_id = c.case_id and e.merchant_id = c.merchant_id and e.state in ('waiting', 'sent', 'escalated'))"
_LATE = "(coalesce((c.document->>'reminded')::int, 0) > 0 or c.look_at < $2)"
_ALSO = {Tab.ERRANDS: f" and {_WAITING}", Tab.OVERDUE: f" and {_LATE}"}

_COLUMNS = """
c.case_id, c.rma, c.state, c.order_id, c.email, c.document, c.opened_at, c.since, c.look_at, o.number,
(select count(*) from errand e where e.case_id = c.case_id and e.merchant_id = c.merchant_id and e.state in ('waiting', 'sent', 'escalated')) as errands
"""
_FROM = "from cases c join orders o on o.merchant_id = c.merchant_id and o.order_id = c.order_id"
# What waits in one state, oldest first, from one on.
_OF_STATE = """(
select c.case_id, c.since from cases c
where c.merchant_id = $1 and c.state = '{state}' and c.kind = any($3::text[]) and (c.since, c.case_id) > ($4, $5){also}
order by c.since, c.case_id limit $6
)"""
# The same of all states of a tab; $2 is the moment before which a look is forgotten.
_QUEUE = f"""
select {_COLUMNS} from ({{states}}) f
join cases c on c.merchant_id = $1 and c.case_id = f.case_id join orders o on o.merchant_id = c.merchant_id and o.order_id = c.order_id
where $2::timestamptz is not null order by f.since, f.case_id limit $6
"""
_QUEUES = {
    tab: _QUEUE.format(states=" union all ".join(_OF_STATE.format(state=state, also=_ALSO.get(tab, "")) for state in states))
    for tab, states in _STATES.items()
}
# The newest first, older than one of them.
_NEWEST = f"""
select {_COLUMNS} {_FROM}
where c.merchant_id = $1 and c.state = any($2::text[]) and c.kind = any($3::text[]) and c.case_id < $4 order by c.case_id desc limit $5
"""
# Cases by what they are called, by their order's number, or by their customer's address.
_SEARCH = f"""
select {_COLUMNS} from (
    select case_id from cases where merchant_id = $1 and rma = $2
    union
    select k.case_id from orders n join cases k on k.order_id = n.order_id and k.merchant_id = n.merchant_id
    where n.merchant_id = $1 and n.number_key = $3 and $3 <> ''
    union
    select case_id from cases where merchant_id = $1 and email = $4
) f join cases c on c.merchant_id = $1 and c.case_id = f.case_id join orders o on o.merchant_id = c.merchant_id and o.order_id = c.order_id
order by c.case_id desc limit $5
"""
# How many there are, counted so far only that nobody waits for it.
_COUNT = " union all ".join(
    f"""select '{tab}' as tab, (select count(*) from (
        select from cases c where c.merchant_id = $1 and $2::timestamptz is not null and c.state in ({", ".join(f"'{s}'" for s in _STATES[tab])}){_ALSO.get(tab, "")} limit $3
    ) up_to) as times"""
    for tab in (Tab.DECIDE, Tab.INSPECT, Tab.OPEN, Tab.OVERDUE, Tab.ERRANDS)
)
# What others have to do for a case.
_ERRANDS = """
select errand_id, target, kind, body, state, made_at, sent_at, look_at, answered_at, answer, external_id from errand
where merchant_id = $1 and case_id = $2 order by errand_id
"""
# Photos of a case: those put to it, and those it names that lie with its order.
_PHOTOS = """
select file_id, content_type, octet_length(body) as size, created_at from case_file
where merchant_id = $1 and kind = 'photo'
    and (case_id = $2 or (order_id = $3 and (token = any($4::text[]) or file_id::text = any($4::text[])))) order by file_id
"""
# One of them.
_PHOTO = _PHOTOS.replace("octet_length(body) as size, created_at", "body").replace("order by file_id", "and file_id = $5")
#: Search results at most.
_FOUND = 100


def _queued(row: Row) -> QueuedCase:
    case = msgspec.structs.replace(
        _DECODE.decode(row["document"]),
        case_id=row["case_id"],
        rma=row["rma"],
        state=CaseState(row["state"]),
        order_id=row["order_id"],
        opened_at=row["opened_at"],
        since=row["since"],
        look_at=row["look_at"],
    )
    return QueuedCase(case=case, email=row["email"], number=row["number"], errands=row["errands"])


async def queue(
    tx: Tx, merchant_id: int, tab: Tab, now: datetime, *, after: tuple[datetime, int], kinds: Sequence[CaseKind] = (), most: int = 50
) -> list[QueuedCase]:
    """List what waits in a tab, the longest waiting first, from behind (since, case id) on; no kinds: all."""
    rows = await tx.fetch(_QUEUES[tab], merchant_id, now - _FORGOTTEN, list(kinds or CaseKind), *after, most)
    return [_queued(row) for row in rows]


async def newest(tx: Tx, merchant_id: int, tab: Tab, *, before: int, kinds: Sequence[CaseKind] = (), most: int = 50) -> list[QueuedCase]:
    """List the cases of a tab, the newest first, older than the case id `before`."""
    rows = await tx.fetch(_NEWEST, merchant_id, list(_STATES[tab]), list(kinds or CaseKind), before, most)
    return [_queued(row) for row in rows]


async def search(tx: Tx, merchant_id: int, words: str) -> list[QueuedCase]:
    """Find cases by the number they go by, their order's number or their customer's e-mail address; the newest first."""
    typed = words.strip()
    key = "" if "@" in typed else number_key(typed)
    return [_queued(row) for row in await tx.fetch(_SEARCH, merchant_id, typed.upper(), key, typed.lower(), _FOUND)]


async def counts(tx: Tx, merchant_id: int, now: datetime) -> dict[Tab, int]:
    """Count what waits in each tab, each up to `store.desk.MOST_COUNTED`."""
    return {Tab(row["tab"]): row["times"] for row in await tx.fetch(_COUNT, merchant_id, now - _FORGOTTEN, MOST_COUNTED)}


async def errands(tx: Tx, merchant_id: int, case_id: int) -> list[Row]:
    """List what others have to do for a case: `errand_id, target, kind, body, state, made_at, sent_at, look_at, answered_at, answer, external_id`."""
    return await tx.fetch(_ERRANDS, merchant_id, case_id)


async def photos(tx: Tx, merchant_id: int, case: Case) -> list[Row]:
    """List a case's photos: `file_id, content_type, size, created_at`."""
    return await tx.fetch(_PHOTOS, merchant_id, case.case_id, case.order_id, list(case.photos))


async def photo(tx: Tx, merchant_id: int, case: Case, file_id: int) -> Row | None:
    """Read one photo of a case: `file_id, content_type, body`."""
    return await tx.fetchrow(_PHOTO, merchant_id, case.case_id, case.order_id, list(case.photos), file_id)
