"""Orders, goods and the asker's own record as a talk may tell them → facts for a model, in the sentences that Doorstep itself says."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from doorstep.conversations.models import Fact, FactKind, Known
from doorstep.conversations.talks.book import Book
from doorstep.conversations.talks.saying import said
from doorstep.conversations.talks.state import HOUSE, Turn
from doorstep.conversations.talks.telling import TELLERS
from doorstep.domain.actions.known import KnownCustomer, KnownVariant
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.told import OrderTold, ShopTold
from doorstep.domain.talking.turns import Heard
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.wording import money_text
from doorstep.steps.talk_saying import writer

#: What is told of an order, by the same functions that tell it in talks.
_TOLD = ("status", "details", "cases", "refund")
_MOST_VARIANTS = 20


def facts_of(order: OrderTold, book: Book, shop: ShopTold, tag: str, now: datetime) -> tuple[Fact, ...]:
    """Tell an order to a model."""
    return tuple(_facts(order, book, shop, tag, now))


def _facts(order: OrderTold, book: Book, shop: ShopTold, tag: str, now: datetime) -> Iterator[Fact]:
    known = order.known
    yield Fact(name="order", kind=FactKind.ORDER, value=known.number)
    if order.page_url:
        yield Fact(name="page of the order", kind=FactKind.LINK, value=order.page_url)
    for parcel in order.parcels:
        yield Fact(name="tracking number", kind=FactKind.TRACKING, value=parcel.tracking_number)
        if parcel.page_url:
            yield Fact(name="page of the parcel", kind=FactKind.LINK, value=parcel.page_url)
        if parcel.expected is not None:
            for name, on in (("first day of delivery", parcel.expected.from_on), ("last day of delivery", parcel.expected.to_on)):
                yield Fact(name=name, kind=FactKind.DAY, value=writer(tag, shop.zone)(name, on), on=on)
    for line in known.lines:
        called = ", ".join((line.name, *line.options.values()))
        yield Fact(name=f"line {line.line_id}, product {line.product_id}", kind=FactKind.PRODUCT, value=called)
    for what in _TOLD:
        turn = Turn(
            Heard(text="", channel=ChannelKind.CHAT), Memory(), book=book, shop=shop, read=lambda _: Understood(), now=now, rules=HOUSE
        )
        for _ in TELLERS[what](turn, order):
            break  # none of these asks anything of the world
        for piece in turn.pieces:
            if text := said([piece], tag, book, writer(tag, shop.zone)):
                yield Fact(name=f"what the shop says: {what}", kind=FactKind.RULE, value=text)


def facts_of_goods(variants: Iterable[KnownVariant], tag: str) -> tuple[Fact, ...]:
    """Tell a product with its variants."""
    facts: list[Fact] = []
    for one in list(variants)[:_MOST_VARIANTS]:
        called = ", ".join((one.name, *one.options.values()))
        facts.append(Fact(name=f"variant {one.variant_id}", kind=FactKind.PRODUCT, value=called))
        facts.append(Fact(name=f"price of variant {one.variant_id}", kind=FactKind.MONEY, value=money_text(one.price, tag)))
        there = "available" if one.available and one.stock != 0 else "not available"
        facts.append(Fact(name=f"stock of variant {one.variant_id}", kind=FactKind.STATUS, value=there))
    return tuple(facts)


def facts_of_customer(customer: KnownCustomer) -> tuple[Fact, ...]:
    """Tell the asker's own record: the name, the address in one line, methods of payment as they know them."""
    lines = customer.address
    where = ", ".join(part for part in (*lines.lines, lines.postcode, lines.city) if part) if lines else ""
    facts = [
        Fact(name="name", kind=FactKind.NAME, value=f"{customer.first_name} {customer.last_name}".strip()),
        Fact(name="address", kind=FactKind.ADDRESS, value=where),
        *(Fact(name=f"method {one.method_id}", kind=FactKind.STATUS, value=one.label or str(one.kind)) for one in customer.methods),
    ]
    return tuple(one for one in facts if one.value)


def personal_of(orders: Iterable[OrderTold]) -> tuple[Known, ...]:
    """Name what is personal in orders, to be hidden word for word."""
    return tuple(one for order in orders for one in _personal(order) if one.value)


def _personal(order: OrderTold) -> Iterator[Known]:
    known, to = order.known, order.known.ship_to
    yield Known(FactKind.ORDER, known.number)
    yield Known(FactKind.ORDER, known.external_id)
    yield Known(FactKind.EMAIL, known.email)
    yield Known(FactKind.PHONE, known.phone)
    if order.customer is not None:
        yield Known(FactKind.NAME, f"{order.customer.first_name} {order.customer.last_name}".strip())
        yield Known(FactKind.NAME, order.customer.last_name)
    if to is not None:
        yield Known(FactKind.NAME, to.name or "")
        yield from (Known(FactKind.ADDRESS, one) for one in to.lines)
        yield Known(FactKind.PHONE, to.phone or "")
    for parcel in order.parcels:
        yield Known(FactKind.TRACKING, parcel.tracking_number)
