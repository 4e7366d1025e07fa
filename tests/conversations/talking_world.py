"""A shop in memory that a talk can be held with: real guards, real policy, a customer with orders in every state; and scripts that read like talks."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
from talking_goods import GOODS, Goods

from doorstep.actions import prepare as judge
from doorstep.actions import shipped
from doorstep.actions.applying import applied
from doorstep.conversations.talks import book_of, take_turn
from doorstep.conversations.talks.wishes import (
    CheckCode,
    Commit,
    Do,
    Done,
    Flow,
    Given,
    Identify,
    Judge,
    KeepPhotos,
    ListOrders,
    Prepare,
    Prepared,
    ReadOrder,
    Search,
    SendCode,
    Subscribe,
    TimesAsked,
    Wish,
)
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, MethodKind, OrderState, Remedy
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownOrder, KnownShipment, KnownVariant, Method, Paid
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.talking.memory import Memory, Shown
from doorstep.domain.talking.told import OrderTold, ParcelTold, QuoteTold, ShopTold, Span
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.domain.vocabulary import ChannelKind, Status
from doorstep.steps.talk_saying import Spoken, spoken
from doorstep.steps.talk_told import rules_told
from doorstep.steps.understanding import builtin_reader

#: A Wednesday noon in Madrid.
NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
SHOP = ShopTold(
    brand="Casa Azul", email="help@casa.example", phone="+34910000000", url="https://casa.example", country="ES", zone="Europe/Madrid"
)
EMAIL = "ana@example.com"
HOME = Address(name="Ana Ruiz", lines=("Calle Mayor 5",), city="Madrid", postcode="28013", country="ES")
CODE = "482913"
T = TypeVar("T")


def _line(
    line_id: str, name: str, product: str, variant: str, options: dict[str, str], minor: int, *, there: bool, sent: bool
) -> KnownLine:
    return KnownLine(
        line_id=line_id,
        name=name,
        product_id=product,
        variant_id=variant,
        options=options,
        unit_price=Money(minor, "EUR"),
        category="clothing" if product == "shirt" else "home",
        sent=int(sent or there),
        delivered=int(there),
        delivered_at=NOW - timedelta(days=3) if there else None,
    )


def _variants(product: str, name: str, minor: int, options: list[dict[str, str]]) -> tuple[KnownVariant, ...]:
    return tuple(
        KnownVariant(variant_id=f"{product}-{place}", product_id=product, name=name, options=one, price=Money(minor, "EUR"))
        for place, one in enumerate(options)
    )


def _products(goods: Goods) -> dict[str, tuple[KnownVariant, ...]]:
    shirts = [{goods.colour: colour, goods.size: size} for colour in (goods.blue, goods.red) for size in ("S", "M", "L")]
    return {
        "shirt": _variants("shirt", goods.shirt, 2500, shirts),
        "lamp": _variants("lamp", goods.lamp, 4000, [{goods.colour: goods.black}, {goods.colour: goods.white}]),
        "mug": _variants("mug", goods.mug, 900, [{goods.size: "300 ml"}]),
    }


def _bought(goods: Goods, *, there: bool, sent: bool = False) -> tuple[KnownLine, ...]:
    return (
        _line("1", goods.shirt, "shirt", "shirt-1", {goods.colour: goods.blue, goods.size: "M"}, 2500, there=there, sent=sent),
        _line("2", goods.lamp, "lamp", "lamp-0", {goods.colour: goods.black}, 4000, there=there, sent=sent),
    )


def _order(number: str, state: OrderState, lines: tuple[KnownLine, ...], *, parcel: Status | None = None, **more: object) -> KnownOrder:
    total = sum(line.unit_price.amount_minor for line in lines if line.unit_price)
    shipments: tuple[KnownShipment, ...] = ()
    if parcel is not None:
        shipments = (
            KnownShipment(
                shipment_id=int(number),
                tracking_number=f"JD00{number}",
                carrier="dhl",
                status=parcel,
                delivered_at=NOW - timedelta(days=3) if parcel is Status.DELIVERED else None,
                first_scan_at=NOW - timedelta(days=5),
                last_scan_at=NOW - timedelta(hours=9),
            ),
        )
    order = KnownOrder(
        order_id=int(number),
        external_id=f"o{number}",
        number=f"#{number}",
        email=EMAIL,
        state=state,
        placed_at=NOW - timedelta(days=6),
        lines=lines,
        payments=(Paid(amount=Money(total, "EUR"), method_id="card", at=NOW - timedelta(days=6)),),
        shipments=shipments,
        ship_to=HOME,
        zone="Europe/Madrid",
        currency="EUR",
    )
    return msgspec.structs.replace(order, **more)


def _return_of(number: str, goods: Goods) -> Case:
    return Case(
        case_id=7,
        rma="R-7K2M9Q",
        kind=CaseKind.RETURN,
        action=ActionKind.OPEN_RETURN,
        state=CaseState.APPROVED,
        order_id=int(number),
        opened_at=NOW - timedelta(days=1),
        since=NOW - timedelta(days=1),
        lines=(CaseLine(line_id="1", quantity=1, name=goods.shirt, unit_price=Money(2500, "EUR")),),
        remedy=Remedy.REFUND,
        refund=Money(2500, "EUR"),
    )


@cache
def orders_in(language: str) -> dict[str, KnownOrder]:
    """Number → the order as it stands, with what was bought named in a language."""
    goods = GOODS[language]
    there, on_its_way, waits = _bought(goods, there=True), _bought(goods, there=False, sent=True), _bought(goods, there=False)
    returned = (_return_of("1006", goods),)
    orders = (
        _order("1001", OrderState.DELIVERED, there, parcel=Status.DELIVERED),
        _order("1002", OrderState.PROCESSED, on_its_way, parcel=Status.IN_TRANSIT),
        _order("1003", OrderState.PENDING, waits),
        _order("1004", OrderState.PROCESSED, on_its_way, parcel=Status.FAILED_ATTEMPT),
        _order("1005", OrderState.PROCESSED, on_its_way, parcel=Status.IN_TRANSIT, cod_due=Money(6500, "EUR")),
        _order("1006", OrderState.DELIVERED, there, parcel=Status.DELIVERED, cases=returned),
    )
    return {one.number.lstrip("#"): one for one in orders}


ORDERS = orders_in("en")


def _customer(goods: Goods) -> KnownCustomer:
    return KnownCustomer(
        customer="c1",
        first_name="Ana",
        last_name="Ruiz",
        email=EMAIL,
        address=HOME,
        methods=(
            Method(method_id="card", kind=MethodKind.CARD, label=goods.card),
            Method(method_id="paypal", kind=MethodKind.PAYPAL, label="PayPal"),
        ),
    )


def _quote(goods: Goods) -> QuoteTold:
    """What the shop's knowledge answers."""
    return QuoteTold(text=goods.free_delivery, title=goods.shipping, url="https://casa.example/shipping", as_of=date(2026, 11, 1))


def _parcels(order: KnownOrder, goods: Goods) -> tuple[ParcelTold, ...]:
    return tuple(
        ParcelTold(
            shipment_id=one.shipment_id,
            tracking_number=one.tracking_number,
            carrier_name="DHL",
            page_url=f"https://track.example/t/{order.number[1:]}",
            status=one.status,
            event_type="attempt_failed" if one.status is Status.FAILED_ATTEMPT else "",
            last_scan_at=one.last_scan_at,
            last_text=goods.scan,
            last_place="Madrid",
            delivered_at=one.delivered_at,
            expected=Span(from_on=date(2026, 11, 19), to_on=date(2026, 11, 20)) if one.status is Status.IN_TRANSIT else None,
        )
        for one in order.shipments
    )


class World:
    """One customer's talk with the shop."""

    def __init__(self, *numbers: str, known: bool = True, knowledge: bool = True, language: str = "en") -> None:
        self.language, self.goods = language, GOODS[language]
        self.products = _products(self.goods)
        self.orders = {orders_in(language)[one].external_id: orders_in(language)[one] for one in numbers}
        self.customer = _customer(self.goods)
        self.policy = shipped("house")
        self.asker = Asker(assurance=Assurance.LOGIN, customer="", email=EMAIL, channel="chat") if known else Asker(channel="chat")
        self.knowledge = knowledge
        self.waiting: dict[str, Plan] = {}
        self.done: list[str] = []
        self.subscribed: bool | None = None
        self.codes_sent = 0
        self.asked_before = 0

    def run(self, flow: Flow[T]) -> T:
        given: Given = None
        while True:
            try:
                wish = flow.send(given)
            except StopIteration as ended:
                result: T = ended.value
                return result
            given = self.carry(wish)

    def _told(self, order: KnownOrder) -> OrderTold:
        return OrderTold(
            known=order,
            customer=self.customer,
            products=self.products,
            parcels=_parcels(order, self.goods),
            page_url=f"https://track.example/o/{order.number[1:]}",
            rules=rules_told(self.policy, self.language, order.lines),
        )

    def known(self, action: asking.BusinessAction) -> Known:
        named = getattr(action, "order", "")
        if isinstance(action, asking.CancelReturn):
            order = next((one for one in self.orders.values() if any(case.case_id == action.case for case in one.cases)), None)
        else:
            order = self.orders.get(named)
        return Known(customer=self.customer, order=order, products=self.products)

    def carry(self, wish: Wish) -> Given:  # noqa: C901, PLR0911 - one line for each wish
        match wish:
            case ListOrders():
                return tuple(self._told(one) for one in reversed(self.orders.values())) if self.asker.email else ()
            case ReadOrder():
                order = self.orders.get(wish.order)
                return self._told(order) if order and self.asker.email else None
            case Identify():
                right = wish.told.email == EMAIL and any(f"o{one.lstrip('#')}" in self.orders for one in wish.told.numbers)
                return self._show(Assurance.KNOWLEDGE) if right else None
            case SendCode():
                self.codes_sent += 1
                return "handle"
            case CheckCode():
                return self._show(Assurance.CODE) if wish.digits == CODE else None
            case Judge() | Prepare():
                return self._prepare(wish)
            case Commit():
                return self._commit(self.waiting.pop(wish.token, None))
            case Do():
                plan = judge(wish.action, self.asker, self.known(wish.action), self.policy, NOW)
                return plan if isinstance(plan, Refusal) else self._commit(plan)
            case Search():
                return _quote(self.goods) if self.knowledge else None
            case KeepPhotos():
                return ("photo-1",)
            case TimesAsked():
                return self.asked_before
            case Subscribe():
                self.subscribed = wish.wanted
                return True

    def _show(self, assurance: Assurance) -> Shown:
        self.asker = Asker(assurance=assurance, email=EMAIL, channel="chat")
        return Shown(assurance=int(assurance), kind="email", value=EMAIL, at=NOW)

    def _prepare(self, wish: Judge | Prepare) -> Given:
        plan = judge(wish.action, self.asker, self.known(wish.action), self.policy, NOW)
        if isinstance(plan, Refusal):
            return plan
        if isinstance(wish, Judge):
            return None
        self.waiting[plan.digest] = plan
        return Prepared(plan=plan, token=plan.digest)

    def _commit(self, plan: Plan | None) -> Done | Refusal:
        if plan is None:
            return Refusal(code=RefusalCode.CONFIRMATION_VOID)
        after = applied(self.known(plan.action), plan)
        if after.order is not None:
            self.orders[after.order.external_id] = after.order
        if after.customer is not None:
            self.customer = after.customer
        self.done.append(plan.action.kind)
        return Done(plan=plan, case_id=9, rma="R-TEST", waits=bool(plan.concerns))


class Talk:
    """One talk on one channel: what is said, and how the answer is written there."""

    def __init__(self, world: World, language: str, channel: ChannelKind) -> None:
        self.world, self.language, self.channel = world, language, channel
        self.memory = Memory(language=language)
        self.spoken: Spoken | None = None
        self.turned: Turned | None = None
        self._read = builtin_reader(SHOP, language, NOW)

    def say(self, text: str, *, choice: str = "", files: int = 0) -> Turned:
        heard = Heard(text=text, choice=choice, channel=self.channel, files=files)
        turned = self.world.run(take_turn(heard, self.memory, book=book_of(), shop=SHOP, read=self._read, now=NOW))
        self.memory, self.turned = turned.memory, turned
        self.spoken = spoken(turned, book_of(), self.language, SHOP.zone, self.channel)
        return turned

    def choose(self, place: int) -> Turned:
        """Choose one of what was offered, as the channel lets one: by its button, or by a number that we find by its place."""
        assert self.spoken is not None
        chosen = self.spoken.choices[place - 1]
        return self.say(chosen.title if self.channel in BUTTONS else str(place), choice=chosen.choice_id)


BUTTONS = frozenset({ChannelKind.CHAT, ChannelKind.WHATSAPP})


class Step(msgspec.Struct, frozen=True):
    """What the customer says, and the keys of what must be said back."""

    said: str
    expected: tuple[str, ...]


class Script(msgspec.Struct, frozen=True):
    """One talk as it is written down."""

    language: str
    name: str
    orders: tuple[str, ...]
    steps: tuple[Step, ...]
    #: Actions that were done by the end.
    done: tuple[str, ...] = ()


_HEAD = re.compile(r"#\s*(.+?)(?:\s*\|\s*orders?\s+([\d, ]+))?(?:\s*\|\s*done\s+([\w, ]+))?\s*$")


def scripts_in(path: Path) -> Iterator[Script]:
    """Read a file of talks: "# name | orders 1001 | done open_return", then "> words" of the customer and "< keys" of the answer.

    "> [2]" chooses the second of what was offered, "> (photo)" sends a photo. A key may be "refusal", "handover" or a key of the words.
    """
    head: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None
    steps: list[Step] = []
    for raw in [*path.read_text("utf-8").splitlines(), "# end"]:
        line = raw.strip()
        if line.startswith("#"):
            if head is not None:
                yield Script(path.stem, head[0], head[1], tuple(steps), head[2])
            found = _HEAD.match(line)
            assert found is not None, line
            split = [tuple(one.strip() for one in (part or "").split(",") if one.strip()) for part in (found[2], found[3])]
            head, steps = (found[1], split[0], split[1]), []
        elif line.startswith(">"):
            steps.append(Step(line[1:].strip(), ()))
        elif line.startswith("<"):
            keys = tuple(one.strip() for one in line[1:].split(",") if one.strip())
            steps[-1] = Step(steps[-1].said, keys)
