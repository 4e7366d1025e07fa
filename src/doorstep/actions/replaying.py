"""A case → the action that opened it, and an order as it was then: what a past request needs to be judged once more."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from doorstep.actions.policy import Policy, leaves
from doorstep.domain.actions.arguments import BusinessAction, CancelOrder, OpenClaim, OpenExchange, OpenReturn, Swap, Units
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseState
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownVariant
from doorstep.domain.money import Money
from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Status

_replace = msgspec.structs.replace
#: Balance of a card in a world of which nobody wrote down the balances.
_PLENTY = 10**14


def action_of(case: Case, order: str) -> BusinessAction | None:
    """Say once more what a case was opened by; None for what cannot be told from it. `order` is the shop's id of its order."""
    match case.action:
        case ActionKind.OPEN_RETURN:
            return OpenReturn(
                order=order,
                units=_units(case),
                **({"remedy": case.remedy} if case.remedy else {}),
                method=case.method,
                gift=case.gift,
                photos=case.photos,
            )
        case ActionKind.OPEN_EXCHANGE:
            swaps = tuple(
                Swap(line_id=one.line_id, quantity=one.quantity, variant_id=one.wanted_id, reason=one.reason, comment=one.comment)
                for one in case.lines
            )
            return OpenExchange(order=order, swaps=swaps, method=case.method, gift=case.gift, photos=case.photos)
        case ActionKind.OPEN_CLAIM if case.claim is not None:
            done = case.wanted.get("done")
            return OpenClaim(
                order=order,
                claim=case.claim,
                units=_units(case),
                shipment=str(case.wanted.get("shipment") or ""),
                photos=case.photos,
                done=tuple(str(one) for one in done) if isinstance(done, list) else (),
            )
        case ActionKind.CANCEL_ORDER:
            return CancelOrder(order=order, reason=str(case.wanted.get("reason") or ""))
        case _:
            return None


def _units(case: Case) -> tuple[Units, ...]:
    return tuple(
        Units(line_id=one.line_id, quantity=one.quantity, reason=one.reason, comment=one.comment, condition=one.condition)
        for one in case.lines
    )


def order_then(order: Order, at: datetime) -> Order:
    """An order as it was: without what was sent, refunded or cancelled later."""
    cancelled = order.cancelled_at is not None and order.cancelled_at >= at
    return _replace(
        order,
        fulfilments=tuple(one for one in order.fulfilments if one.created_at < at),
        refunds=tuple(one for one in order.refunds if one.at < at),
        cancelled_at=None if cancelled else order.cancelled_at,
        cancel_reason=None if cancelled else order.cancel_reason,
    )


def parcel_then(folded: Folded, at: datetime) -> Folded | None:
    """A parcel as it was, as far as its scans' moments tell; None: it cannot be told.

    What was delivered later was on its way; when it had been scanned last before that, nobody wrote down apart from the scans.
    """
    if folded.last_scan_at is None or folded.last_scan_at < at:
        return folded
    if folded.delivered_at is not None and folded.delivered_at < at:
        return _replace(folded, status=Status.DELIVERED, last_scan_at=folded.delivered_at)
    return None


def case_then(case: Case, at: datetime, states: Callable[[int, datetime], CaseState | None]) -> Case | None:
    """An earlier case as it stood; None: it was not there yet. `states` tells a case's state at a moment."""
    if case.opened_at is None or case.opened_at >= at:
        return None
    return _replace(case, state=states(case.case_id, at) or case.state)


def enough_of_all(known: Known) -> Known:
    """The same world with stock and money on cards for everything: what there was then is not written down, and no policy decides it."""
    products: Mapping[str, tuple[KnownVariant, ...]] = {
        name: tuple(_replace(one, available=True, stock=None) for one in those) for name, those in known.products.items()
    }
    return Known(customer=_rich(known.customer) if known.customer else None, order=known.order, products=dict(products))


def _rich(customer: KnownCustomer) -> KnownCustomer:
    methods = tuple(one if one.balance is None else _replace(one, balance=Money(_PLENTY, one.balance.currency)) for one in customer.methods)
    return _replace(customer, methods=methods)


def plain_return(policy: Policy, line: KnownLine, order: str, quantity: int) -> OpenReturn:
    """A return of a line that asks for nothing special: for the first reason that is not the shop's fault and needs no photo."""
    fitting = [one for one in leaves(policy.returning.reasons, line.category) if not one.our_fault and not one.photo]
    return OpenReturn(order=order, units=(Units(line_id=line.line_id, quantity=quantity, reason=fitting[0].code if fitting else ""),))
