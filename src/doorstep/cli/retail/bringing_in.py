"""A retailer's store → rows of one merchant: customers, methods of payment, goods, orders with their money, parcels and cases."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from doorstep.actions import Policy
from doorstep.actions.life import next_look
from doorstep.cli.retail.calls import named_lines
from doorstep.cli.retail.known import customer_of, money_of, order_of, variants_of
from doorstep.cli.retail.records import CURRENCY, FulfillmentRecord, OrderRecord, Store
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState
from doorstep.domain.actions.known import KnownLine, KnownOrder
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError
from doorstep.steps.advance import Seen, advance, numbers_in
from doorstep.steps.case_moves import new_rma
from doorstep.steps.order import Told, take_orders
from doorstep.store import cases, goods, orders, policies
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.goods import KeptVariant

#: Whose words an order's parcels are: the file names no carrier.
_CARRIER = "unknown"
_ALL_KNOWN = msgspec.json.Encoder(order="sorted")


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """How much was brought in."""

    customers: int
    products: int
    orders: int


async def bring_in(tx: Tx, shop: Connection, store: Store, as_of: datetime, now: datetime) -> Brought:
    """Write a store down as a shop of a merchant; nobody is told of anything that is in it.

    The file holds no dates: what happened counts as having happened at `as_of` (aware). What is there already and the same stays as it is.

    Raises:
        BadInputError: an order cannot be brought in; the text says which and why.
    """
    key = (shop.merchant_id, shop.connection_id)
    users = {name: customer_of(record) for name, record in store.file.users.items()}
    await goods.keep_profiles(tx, {key: list(users.values())}, now)
    await goods.keep_methods(tx, {(*key, name): one.methods for name, one in users.items()})
    variants = [one for product in store.file.products.values() for one in variants_of(product)]
    kept = [KeptVariant(merchant_id=key[0], connection_id=key[1], variant=one, told_at=as_of) for one in variants]
    await goods.keep_variants(tx, kept)
    known = {name: order_of(record, store.file.users[record.user_id], store.product_of) for name, record in store.file.orders.items()}
    written = {name: _order(store.file.orders[name], one, store, as_of) for name, one in known.items()}
    seen = [one for name in written if known[name].state is OrderState.DELIVERED for one in _arrivals(key[0], written[name], as_of)]
    told = [Told(merchant_id=key[0], connection_id=key[1], fact=OrderSeen(one)) for one in written.values()]
    await take_orders(tx, told, now, numbers_in(seen))  # what is new in them is long known to whom it concerns
    await advance(tx, seen, now)
    await _keep_money_and_cases(tx, key, known, as_of, now)
    return Brought(customers=len(users), products=len(store.file.products), orders=len(known))


async def rule_by(tx: Tx, merchant_id: int, policy: Policy, note: str, now: datetime) -> bool:
    """Make a policy the one in force; False: it is already."""
    document = _ALL_KNOWN.encode(msgspec.structs.replace(policy, version=0))
    live = await policies.live(tx, merchant_id, now)
    if live is not None and msgspec.json.decode(live.document, type=Policy) == msgspec.structs.replace(policy, version=0):
        return False
    await policies.go_live(tx, merchant_id, await policies.add(tx, merchant_id, document, note, "cli", now), now)
    return True


def _order(record: OrderRecord, known: KnownOrder, store: Store, as_of: datetime) -> Order:
    user = store.file.users[record.user_id]
    name = f"{user.name.first_name} {user.name.last_name}".strip()
    cancelled = known.state is OrderState.CANCELLED
    return Order(
        external_id=known.external_id,
        number=known.number,
        placed_at=as_of,
        updated_at=as_of,
        customer=Customer(external_id=known.customer, first_name=user.name.first_name, last_name=user.name.last_name, email=known.email),
        ship_to=msgspec.structs.replace(known.ship_to, name=name or None) if known.ship_to else None,
        lines=tuple(
            OrderLine(
                line_id=line.line_id,
                name=line.name,
                options=line.options,
                unit_price=line.unit_price,
                product_id=line.product_id,
                variant_id=line.variant_id,
            )
            for line in known.lines
        ),
        total=Money(sum(money_of(item.price).amount_minor for item in record.items), CURRENCY),
        payment=Payment.REFUNDED if cancelled else Payment.PAID,
        fulfilments=tuple(_fulfilments(record, known, as_of)),
        cancelled_at=as_of if cancelled else None,
        cancel_reason=known.cancel_reason or None,
    )


def _fulfilments(record: OrderRecord, known: KnownOrder, as_of: datetime) -> Iterator[Fulfilment]:
    """What was sent; of an order that has not left, or was cancelled, nothing counts as sent."""
    if known.state is OrderState.PENDING:
        return
    sent = record.fulfillments or [FulfillmentRecord()]
    if known.state is OrderState.PROCESSED and not all(one.tracking_id for one in sent):
        raise BadInputError(f"orders.{record.order_id}.fulfillments: what is processed and not delivered needs a tracking_id")
    for place, one in enumerate(sent, 1):
        yield Fulfilment(
            fulfilment_id=f"{record.order_id}/{place}",
            created_at=as_of,
            updated_at=as_of,
            active=known.state is not OrderState.CANCELLED,
            tracking_numbers=tuple(dict.fromkeys(one.tracking_id)),
            lines=_units(known.lines, one),
        )


def _units(lines: tuple[KnownLine, ...], sent: FulfillmentRecord) -> dict[str, int]:
    """Lines that were sent together; {}: all of them."""
    named = named_lines(lines, sent.item_ids)
    return {} if not named or len(named) == len(lines) else {line_id: named.count(line_id) for line_id in named}


def _arrivals(merchant_id: int, order: Order, as_of: datetime) -> Iterator[Seen]:
    """The scan of each parcel of a delivered order."""
    stamp = OccurredAt(as_of.strftime("%Y-%m-%dT%H:%M:%S"), "+00:00", ZoneSource.SENT, Precision.SECOND)
    for number in (number for one in order.fulfilments for number in one.tracking_numbers):
        scan = Checkpoint(
            event_type="delivered", occurred_at=stamp, carrier=_CARRIER, carrier_code="delivered", carrier_text="", tracking_number=number
        )
        tracking = Tracking(tracking_number=number, carrier=_CARRIER, checkpoints=(scan,))
        yield Seen(merchant_id=merchant_id, inbox_id=0, received_at=as_of, tracking=tracking)


async def _keep_money_and_cases(tx: Tx, key: tuple[int, int], known: dict[str, KnownOrder], as_of: datetime, now: datetime) -> None:
    kept = await orders.lock(tx, [(*key, name) for name in sorted(known)], [""] * len(known))
    ids = {name: kept[*key, name].order_id for name in known}
    moved = [
        (key[0], ids[name], f"import {place}", msgspec.structs.replace(paid, at=as_of))
        for name, order in known.items()
        for place, paid in enumerate(order.payments, 1)
    ]
    await goods.pay(tx, moved)
    for name, order in known.items():
        for case in _cases(order):
            opened = msgspec.structs.replace(case, case_id=0, rma=new_rma(case.kind), order_id=ids[name], opened_at=as_of, since=as_of)
            look = next_look(opened, Policy(), now)
            opened = msgspec.structs.replace(opened, look_at=look.at if look else None)
            await cases.open_case(tx, key[0], opened, f"import {key[1]} {name} {case.kind}", order.email, now)


def _cases(order: KnownOrder) -> Iterator[Case]:
    yield from order.cases
    if order.items_changed:
        yield Case(
            kind=CaseKind.ORDER_CHANGE, action=ActionKind.CHANGE_ITEMS, state=CaseState.CLOSED, customer=order.customer, decided_by="shop"
        )


def whole_second(moment: datetime) -> datetime:
    """The second in which a moment lies: scans are told to the second."""
    return moment - timedelta(microseconds=moment.microsecond)
