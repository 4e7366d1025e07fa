"""Cases ↔ rows: what customers asked to be done, each step of it, and the lists that people look at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder()
_DECODE = msgspec.json.Decoder(Case)
_DETAIL = msgspec.json.Decoder(dict[str, Any])
#: Lists begin before it where no place is told.
LAST_ID = 2**63 - 1


class KeptCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as stored."""

    merchant_id: int
    #: With its id, its order and its times.
    case: Case
    #: Of the order's customer, lower case; None untold.
    email: str | None

    @property
    def case_id(self) -> int:
        """Our id of it."""
        return self.case.case_id


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case."""

    #: Aware UTC.
    at: datetime
    #: "customer", "policy", "user 12", "key 3", "carrier", "shop", "time".
    actor: str
    #: None: it was opened.
    was: CaseState | None
    state: CaseState
    why: str = ""
    detail: dict[str, Any] = {}


# Open a case under an idempotency key; the key used before opens none.
_OPEN = """
insert into cases (merchant_id, rma, once, kind, action, state, order_id, email, document, opened_at, since, look_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10, $10, $11) on conflict do nothing returning case_id
"""
_COLUMNS = "c.merchant_id, c.case_id, c.rma, c.state, c.order_id, c.email, c.document, c.opened_at, c.since, c.look_at"
# The case that a key opened.
_BY_ONCE = f"select {_COLUMNS} from cases c where c.merchant_id = $1 and c.once = $2"
# Cases by our ids.
_READ = f"""
select {_COLUMNS} from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, case_id) join cases c using (merchant_id, case_id)
"""
# The same, locked, always in the same order.
_LOCK = f"{_READ} order by c.merchant_id, c.case_id for update of c"
# Write what changed.
_WRITE = """
update cases set state = $3, document = $4::json, since = $5, look_at = $6 where merchant_id = $1 and case_id = $2
"""
# A step of a case.
_NOTE = """
insert into case_event (merchant_id, case_id, at, actor, was, state, why, detail) values ($1, $2, $3, $4, $5, $6, $7, $8::json)
"""
# All steps of cases, the oldest first.
_EVENTS = """
select e.case_id, e.at, e.actor, e.was, e.state, e.why, e.detail from case_event e
where e.merchant_id = $1 and e.case_id = any($2::bigint[]) order by e.case_id, e.event_id
"""
# Cases of orders, the oldest first.
_OF_ORDERS = f"""
select {_COLUMNS} from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, order_id)
join cases c on c.order_id = k.order_id and c.merchant_id = k.merchant_id order by c.case_id
"""
# Cases of a customer's address since then, the newest first.
_OF_EMAIL = f"""
select {_COLUMNS} from cases c where c.merchant_id = $1 and c.email = $2 and c.opened_at >= $3 order by c.opened_at desc limit $4
"""
# The case that the customer and the parcel call so.
_BY_RMA = f"select {_COLUMNS} from cases c where c.merchant_id = $1 and c.rma = $2"
# Cases whose next look is due, taken by this worker alone, the longest waiting first.
_DUE = f"""
select {_COLUMNS} from cases c where c.look_at <= $1 order by c.look_at limit $2 for update of c skip locked
"""
# A page of cases, newest first; the filters asked for are added, so that each plan knows which index leads to them.
_PAGE = f"select {_COLUMNS} from cases c where c.merchant_id = $1 and c.case_id < $2"
_FILTERS = {
    "states": " and c.state = any(${}::text[])",
    "kinds": " and c.kind = any(${}::text[])",
    "email": " and c.email = ${}",
    "order_id": " and c.order_id = ${}",
}
_PAGE_END = " order by c.case_id desc limit $3"
# How many cases stand in which state, of those that have not ended.
_COUNTS = """
select kind, state, count(*) as cases, count(*) filter (where look_at < $2) as overdue from cases
where merchant_id = $1 and state = any($3::text[]) group by kind, state
"""


def kept_case(row: Row) -> KeptCase:
    """Read a row that has the columns of a case."""
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
    return KeptCase(merchant_id=row["merchant_id"], case=case, email=row["email"])


async def open_case(tx: Tx, merchant_id: int, case: Case, once: str, email: str | None, now: datetime) -> KeptCase | None:
    """Keep a new case, which has its `rma`, `order_id` and `look_at`; None where the key opened one before, or the `rma` is taken."""
    document = _ENCODE.encode(case).decode()
    case_id = await tx.fetchval(
        _OPEN, merchant_id, case.rma, once, case.kind, case.action, case.state, case.order_id, email, document, now, case.look_at
    )
    if case_id is None:
        return None
    kept = msgspec.structs.replace(case, case_id=case_id, opened_at=now, since=now)
    return KeptCase(merchant_id=merchant_id, case=kept, email=email)


async def by_once(tx: Tx, merchant_id: int, once: str) -> KeptCase | None:
    """Find the case that an idempotency key opened."""
    row = await tx.fetchrow(_BY_ONCE, merchant_id, once)
    return kept_case(row) if row else None


async def read(tx: Tx, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], KeptCase]:
    """Read cases by (merchant, case id)."""
    rows = await tx.fetch(_READ, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["merchant_id"], row["case_id"]): kept_case(row) for row in rows}


async def lock(tx: Tx, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], KeptCase]:
    """Read cases by (merchant, case id), for this transaction alone until it ends."""
    rows = await tx.fetch(_LOCK, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["merchant_id"], row["case_id"]): kept_case(row) for row in rows}


async def write(tx: Tx, kept: KeptCase) -> None:
    """Write a locked case back: its state, since when, when it is looked at next, and its document."""
    case = kept.case
    await tx.execute(_WRITE, kept.merchant_id, case.case_id, case.state, _ENCODE.encode(case).decode(), case.since, case.look_at)


async def note(tx: Tx, merchant_id: int, case_id: int, event: CaseEvent) -> None:
    """Write down one step of a case."""
    detail = _ENCODE.encode(event.detail).decode()
    await tx.execute(_NOTE, merchant_id, case_id, event.at, event.actor, event.was, event.state, event.why, detail)


async def events(tx: Tx, merchant_id: int, case_ids: Collection[int]) -> dict[int, list[CaseEvent]]:
    """Read the steps of cases, the oldest first."""
    found: dict[int, list[CaseEvent]] = {}
    for row in await tx.fetch(_EVENTS, merchant_id, list(case_ids)):
        was = CaseState(row["was"]) if row["was"] else None
        event = CaseEvent(
            at=row["at"],
            actor=row["actor"],
            was=was,
            state=CaseState(row["state"]),
            why=row["why"],
            detail=_DETAIL.decode(row["detail"]),
        )
        found.setdefault(row["case_id"], []).append(event)
    return found


async def of_orders(tx: Tx, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[KeptCase]]:
    """Read the cases of orders by (merchant, order id), the oldest first."""
    found: dict[tuple[int, int], list[KeptCase]] = {}
    for row in await tx.fetch(_OF_ORDERS, [key[0] for key in keys], [key[1] for key in keys]):
        found.setdefault((row["merchant_id"], row["order_id"]), []).append(kept_case(row))
    return found


async def of_email(tx: Tx, merchant_id: int, email: str, since: datetime, most: int = 200) -> list[KeptCase]:
    """List the cases of a customer's address opened since then, the newest first."""
    return [kept_case(row) for row in await tx.fetch(_OF_EMAIL, merchant_id, email.strip().lower(), since, most)]


async def by_rma(tx: Tx, merchant_id: int, rma: str) -> KeptCase | None:
    """Find a case by what the customer and the parcel call it."""
    row = await tx.fetchrow(_BY_RMA, merchant_id, rma.strip().upper())
    return kept_case(row) if row else None


async def due(tx: Tx, now: datetime, most: int) -> list[KeptCase]:
    """Take cases whose next look is due, of all merchants, locked until this transaction ends; none that another worker has."""
    return [kept_case(row) for row in await tx.fetch(_DUE, now, most)]


async def page(
    tx: Tx,
    merchant_id: int,
    *,
    before: int | None = None,
    most: int = 50,
    states: Sequence[CaseState] = (),
    kinds: Sequence[CaseKind] = (),
    email: str = "",
    order_id: int | None = None,
) -> list[KeptCase]:
    """List cases, newest first, older than the case id `before`; empty filters let all through."""
    given: dict[str, Any] = {"states": list(states), "kinds": list(kinds), "email": email.strip().lower(), "order_id": order_id}
    asked = {name: value for name, value in given.items() if value}
    filters = "".join(_FILTERS[name].format(place) for place, name in enumerate(asked, 4))
    rows = await tx.fetch(_PAGE + filters + _PAGE_END, merchant_id, LAST_ID if before is None else before, most, *asked.values())
    return [kept_case(row) for row in rows]


async def counts(tx: Tx, merchant_id: int, states: Sequence[CaseState], now: datetime) -> dict[tuple[CaseKind, CaseState], tuple[int, int]]:
    """Count cases by kind and state: all, and those whose next look is overdue."""
    rows = await tx.fetch(_COUNTS, merchant_id, now, list(states))
    return {(CaseKind(row["kind"]), CaseState(row["state"])): (row["cases"], row["overdue"]) for row in rows}
