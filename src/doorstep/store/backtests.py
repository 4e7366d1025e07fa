"""Past requests of a merchant's customers, and orders that arrived lately, in bulk: what a draft of a policy is tested against."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.kinds import CaseKind, CaseState
from doorstep.domain.money import Money
from doorstep.store.cases import KeptCase, kept_case
from doorstep.store.database import Tx

_ACTION: msgspec.json.Decoder[BusinessAction] = msgspec.json.Decoder(BusinessAction)

# The newest cases opened since then, with the action that the customer said yes to, as long as that is remembered.
_SINCE = """
select c.merchant_id, c.case_id, c.rma, c.state, c.order_id, c.email, c.document, c.opened_at, c.since, c.look_at, p.action as asked
from (select * from cases where merchant_id = $1 and opened_at >= $2 and kind = any($4::text[]) order by opened_at desc, case_id desc limit $3) c
left join prepared p on p.merchant_id = c.merchant_id
    and p.prepared_id = case when c.once ~ '^yes [0-9]{1,18}$' then substr(c.once, 5)::bigint end
order by c.opened_at desc, c.case_id desc
"""
# What customers asked for in a span of time, without its details.
_LATELY = """
select c.email, c.case_id, c.kind, c.opened_at, c.state, c.document -> 'refund' as refund from unnest($2::text[]) as e (email)
join cases c on c.email = e.email and c.merchant_id = $1 and c.opened_at >= $3 and c.opened_at < $4
where c.kind = any($5::text[]) order by c.opened_at
"""
# The newest parcels that arrived, with their orders.
_ARRIVED = """
select order_id from shipment where merchant_id = $1 and status = 'delivered' and order_id is not null order by shipment_id desc limit $2
"""
_COUNTED = [CaseKind.RETURN.value, CaseKind.EXCHANGE.value, CaseKind.CLAIM.value]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A past request."""

    kept: KeptCase
    #: As the customer said yes to it; None: not remembered any more.
    asked: BusinessAction | None


class Lately(msgspec.Struct, frozen=True, kw_only=True):
    """One of a customer's earlier requests."""

    case_id: int
    kind: CaseKind
    opened_at: datetime
    state: CaseState
    refund: Money | None


async def since(tx: Tx, merchant_id: int, first: datetime, kinds: Collection[CaseKind], most: int) -> list[Past]:
    """List the newest cases of these kinds opened since then."""
    rows = await tx.fetch(_SINCE, merchant_id, first, most, [kind.value for kind in kinds])
    return [Past(kept=kept_case(row), asked=_ACTION.decode(row["asked"]) if row["asked"] is not None else None) for row in rows]


async def lately(tx: Tx, merchant_id: int, emails: Collection[str], first: datetime, last: datetime) -> dict[str, list[Lately]]:
    """List what customers, by their addresses, asked to have back from a moment until before another; the oldest first."""
    found: dict[str, list[Lately]] = {}
    for row in await tx.fetch(_LATELY, merchant_id, list(emails), first, last, _COUNTED):
        one = Lately(
            case_id=row["case_id"],
            kind=CaseKind(row["kind"]),
            opened_at=row["opened_at"],
            state=CaseState(row["state"]),
            refund=msgspec.json.decode(row["refund"], type=Money | None) if row["refund"] is not None else None,
        )
        found.setdefault(row["email"], []).append(one)
    return found


async def arrived(tx: Tx, merchant_id: int, most: int) -> list[int]:
    """List the orders of the newest parcels that were delivered, each once."""
    return list(dict.fromkeys(row["order_id"] for row in await tx.fetch(_ARRIVED, merchant_id, most)))
