"""An action's order, its parcels, cases, money, customer and goods as stored → what guards may know."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState, Remedy
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownOrder, KnownShipment, KnownVariant, Paid
from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine, Payment
from doorstep.domain.vocabulary import Direction, Status
from doorstep.steps.directory import Tenant
from doorstep.steps.outlets import errands_of
from doorstep.store import cases, goods, orders, shipments
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: Cases and refunds count against a customer for so long.
_RECENT = timedelta(days=90)
_GAVE_BACK = frozenset({CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})
_PAID = frozenset({Payment.PAID, Payment.PARTLY_REFUNDED, Payment.REFUNDED, Payment.COD})


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What is known, and the rows behind it."""

    known: Known
    #: None: there is no such order, or the action names none.
    order: KeptOrder | None = None


async def know(tx: Tx, tenant: Tenant, asker: Asker, action: asking.BusinessAction, now: datetime) -> Found:
    """Read all that guards may know of an action; an order that is not the asker's is read like one that is, and left to the guards."""
    merchant_id = tenant.merchant.merchant_id
    kept = await _order_of(tx, tenant, asker, action)
    if kept is None:
        return Found(known=await _without_order(tx, tenant, asker, action))
    key = (merchant_id, kept.order_id)
    mine = [one.case for one in (await cases.of_orders(tx, [key])).get(key, [])]
    parcels = (await shipments.of_orders(tx, [key])).get(key, [])
    payments = (await goods.payments(tx, merchant_id, [kept.order_id])).get(kept.order_id, ())
    order = known_order(kept, parcels, mine, payments, tenant.connections.get(kept.connection_id))
    return await around(tx, kept, order, action, now)


async def around(tx: Tx, kept: KeptOrder, order: KnownOrder, action: asking.BusinessAction, now: datetime) -> Found:
    """Read what guards may know of an action on an order besides the order: its customer, its goods and those asked for."""
    customer = await _customer(tx, kept, now)
    products = await _products(tx, kept, [line.product_id for line in order.lines], wanted_variants(action))
    return Found(known=Known(customer=customer, order=order, products=products), order=kept)


async def know_order(tx: Tx, tenant: Tenant, kept: KeptOrder, now: datetime) -> Known:
    """Read all that guards may know of one order, whoever asks, with every product it holds."""
    asker = Asker(orders=(kept.order_id,))
    found = await know(tx, tenant, asker, asking.ReadOrder(order=kept.order.external_id), now)
    return found.known


def wanted_variants(action: asking.BusinessAction) -> list[str]:
    """Name the variants an action asks for."""
    return [one.variant_id for one in action.swaps] if isinstance(action, asking.ChangeItems | asking.OpenExchange) else []


async def _order_of(tx: Tx, tenant: Tenant, asker: Asker, action: asking.BusinessAction) -> KeptOrder | None:
    """Find the order an action is about: by its case, by the orders the asker reached, else by the shop's id or the number."""
    merchant_id = tenant.merchant.merchant_id
    if isinstance(action, asking.CancelReturn):
        key = (merchant_id, action.case)
        case = (await cases.read(tx, [key])).get(key)
        if case is None:
            return None
        return (await orders.read(tx, [(merchant_id, case.case.order_id)])).get((merchant_id, case.case.order_id))
    named = getattr(action, "order", "")
    if not named:
        return None
    reached = await orders.read(tx, [(merchant_id, order_id) for order_id in asker.orders]) if asker.orders else {}
    shops = [one.connection_id for one in tenant.connections.values() if one.kind == "shop"]
    candidates = [*reached.values(), *await orders.named(tx, merchant_id, shops, named)]
    fitting = [one for one in candidates if one.order.external_id == named] or [
        one for one in candidates if orders.number_key(one.order.number) == orders.number_key(named)
    ]
    own = [one for one in fitting if asker.owns(_slight(one))]
    return next(iter(own or fitting), None)


def _slight(kept: KeptOrder) -> KnownOrder:
    """Only what tells whose an order is."""
    customer = kept.order.customer
    return KnownOrder(
        order_id=kept.order_id,
        external_id=kept.order.external_id,
        number=kept.order.number,
        customer=customer.external_id or "",
        email=customer.email or "",
        phone=customer.phone or "",
        state=OrderState.PENDING,
    )


async def _without_order(tx: Tx, tenant: Tenant, asker: Asker, action: asking.BusinessAction) -> Known:
    """Read what an action without an order is about: the asker's own record, or a product."""
    merchant_id = tenant.merchant.merchant_id
    shops = [one.connection_id for one in tenant.connections.values() if one.kind == "shop"]
    products: dict[str, tuple[KnownVariant, ...]] = {}
    if isinstance(action, asking.ReadProduct):
        for shop in shops:
            products |= await goods.variants(tx, merchant_id, shop, [action.product])
    if not isinstance(action, asking.ReadProfile | asking.ChangeProfile):
        return Known(products=products)
    wanted = action.customer if asker.staff and action.customer else asker.customer
    for shop in shops:
        if wanted and (found := (await goods.profiles(tx, merchant_id, shop, [wanted])).get(wanted)):
            return Known(customer=found)
    for shop, found in await goods.by_email(tx, merchant_id, asker.email) if asker.email and not wanted else ():
        methods = await goods.methods(tx, merchant_id, shop, [found.customer])
        return Known(customer=msgspec.structs.replace(found, methods=methods.get(found.customer, ())))
    return Known()


async def _customer(tx: Tx, kept: KeptOrder, now: datetime) -> KnownCustomer:
    """Read the order's customer: the shop's record where there is one, with what they asked for lately."""
    bought = kept.order.customer
    found = None
    if bought.external_id:
        known = await goods.profiles(tx, kept.merchant_id, kept.connection_id, [bought.external_id])
        found = known.get(bought.external_id)
    if found is None:
        found = KnownCustomer(
            customer=bought.external_id or "",
            first_name=bought.first_name or "",
            last_name=bought.last_name or "",
            email=bought.email or "",
            phone=bought.phone or "",
        )
    lately = await cases.of_email(tx, kept.merchant_id, bought.email, now - _RECENT) if bought.email else []
    counted = [one.case for one in lately if one.case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM}]
    return msgspec.structs.replace(
        found,
        recent_cases=len(counted),
        recent_claims=sum(one.kind is CaseKind.CLAIM for one in counted),
        recent_refunds=tuple(one.refund for one in counted if one.refund and one.state is CaseState.CLOSED),
    )


async def _products(tx: Tx, kept: KeptOrder, products: Collection[str], variants: Sequence[str]) -> dict[str, tuple[KnownVariant, ...]]:
    named = await goods.products_of(tx, kept.merchant_id, kept.connection_id, variants) if variants else {}
    wanted = {one for one in (*products, *named.values()) if one}
    return await goods.variants(tx, kept.merchant_id, kept.connection_id, sorted(wanted)) if wanted else {}


def known_order(
    kept: KeptOrder, parcels: Sequence[KeptShipment], mine: Sequence[Case], payments: Sequence[Paid], shop: Connection | None
) -> KnownOrder:
    """Put together what guards may know of an order."""
    order = kept.order
    lines = tuple(_line(one, order, parcels, mine) for one in order.lines)
    changed = {case.action for case in mine if case.state not in _GAVE_BACK}
    currency = order.total.currency if order.total else next((one.unit_price.currency for one in order.lines if one.unit_price), "USD")
    return KnownOrder(
        order_id=kept.order_id,
        external_id=order.external_id,
        number=order.number,
        customer=order.customer.external_id or "",
        email=order.customer.email or "",
        phone=order.customer.phone or "",
        state=state_of(order, lines, parcels),
        items_changed=ActionKind.CHANGE_ITEMS in changed,
        placed_at=order.placed_at,
        lines=lines,
        payments=paid(order, payments, currency),
        shipments=tuple(_shipment(one) for one in parcels),
        cases=tuple(mine),
        ship_to=order.ship_to,
        zone=next((one.zone for one in parcels if one.zone), None),
        currency=currency,
        cod_due=order.cod_due,
        gift="gift" in {tag.casefold() for tag in order.tags},
        ours=shop is None or errands_of(shop) is None,
        address_changed=not {ActionKind.CHANGE_ADDRESS, ActionKind.REDIRECT}.isdisjoint(changed),
        tags=order.tags,
        cancel_reason=order.cancel_reason or "",
    )


def state_of(order: Order, lines: Sequence[KnownLine], parcels: Sequence[KeptShipment]) -> OrderState:
    """Say how far an order is; what nobody sent is pending, whatever the shop calls it."""
    if order.cancelled_at is not None:
        return OrderState.CANCELLED
    if lines and all(line.delivered >= line.quantity for line in lines):
        return OrderState.DELIVERED
    if any(line.delivered for line in lines):
        return OrderState.PARTLY_DELIVERED
    sent = any(one.active for one in order.fulfilments) or any(not _returns(one) for one in parcels)
    return OrderState.PROCESSED if sent else OrderState.PENDING


def paid(order: Order, payments: Sequence[Paid], currency: str) -> tuple[Paid, ...]:
    """List an order's money: as kept, completed by what the shop's record says."""
    found = list(payments)
    if order.payment in _PAID and order.total is not None and all(one.refund for one in found):
        found.insert(0, Paid(amount=order.total, at=order.placed_at))
    told = sum(one.amount.amount_minor for one in order.refunds if one.amount is not None and one.amount.currency == currency)
    known = sum(one.amount.amount_minor for one in found if one.refund)
    if told > known:
        last = max((one.at for one in order.refunds), default=None)
        found.append(Paid(amount=Money(told - known, currency), refund=True, at=last))
    return tuple(found)


def _line(line: OrderLine, order: Order, parcels: Sequence[KeptShipment], mine: Sequence[Case]) -> KnownLine:
    active = [one for one in order.fulfilments if one.active]
    sent = sum(one.lines.get(line.line_id, 0) if one.lines else line.quantity for one in active)
    arrived = [one for one in parcels if _arrived(one)]
    tracked = {one.fulfilment_id for one in parcels}
    untracked = [one for one in active if one.fulfilment_id not in tracked and not one.tracking_numbers]
    delivered = sum(_units_of(one, line, order) for one in arrived)
    delivered += sum(one.lines.get(line.line_id, 0) if one.lines else line.quantity for one in untracked)
    moments = [one.folded.delivered_at for one in arrived if one.folded and _units_of(one, line, order) and one.folded.delivered_at]
    refunded = sum(one.lines.get(line.line_id, 0) for one in order.refunds)
    by_cases = sum(
        case.units(line.line_id)
        for case in mine
        if case.remedy is not Remedy.EXCHANGE and case.state not in _GAVE_BACK and case.kind in {CaseKind.RETURN, CaseKind.CLAIM}
    )
    return KnownLine(
        line_id=line.line_id,
        name=line.name,
        product_id=line.product_id or "",
        variant_id=line.variant_id or "",
        options=line.options,
        quantity=line.quantity,
        unit_price=line.paid_each,
        category=line.category or "",
        tags=line.tags,
        final_sale=line.final_sale,
        sent=min(sent, line.quantity),
        delivered=min(delivered, line.quantity),
        delivered_at=max(moments, default=None),
        refunded=max(0, refunded - by_cases),
        image_url=line.image_url,
    )


def _units_of(parcel: KeptShipment, line: OrderLine, order: Order) -> int:
    """Units of a line in a parcel: of the fulfilment's where the parcel does not say, of the order's where neither does."""
    if parcel.lines:
        return parcel.lines.get(line.line_id, 0)
    fulfilment = next((one for one in order.fulfilments if one.fulfilment_id == parcel.fulfilment_id), None)
    return fulfilment.lines.get(line.line_id, 0) if fulfilment is not None and fulfilment.lines else line.quantity


def _returns(parcel: KeptShipment) -> bool:
    return parcel.folded is not None and parcel.folded.direction is Direction.RETURN


def _arrived(parcel: KeptShipment) -> bool:
    return parcel.folded is not None and parcel.folded.status is Status.DELIVERED and not _returns(parcel)


def _shipment(parcel: KeptShipment) -> KnownShipment:
    folded = parcel.folded
    return KnownShipment(
        shipment_id=parcel.shipment_id,
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        status=folded.status if folded else Status.PENDING,
        lines=parcel.lines,
        delivered_at=folded.delivered_at if folded else None,
        first_scan_at=folded.first_scan_at if folded else None,
        last_scan_at=folded.last_scan_at if folded else None,
        pitfalls=tuple(one.kind for one in folded.open_pitfalls) if folded else (),
        returning=_returns(parcel),
    )
