"""A customer, an order with a shirt, shoes and a lamp, and what the shop sells → small worlds for guards to judge."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from doorstep.actions import Policy, applied, prepare, read_policy, shipped
from doorstep.domain.actions.arguments import (
    AskInvoice,
    BusinessAction,
    CancelOrder,
    CancelReturn,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ChangeProfile,
    ConfirmAvailability,
    ConfirmCod,
    FindOrder,
    Hold,
    OpenClaim,
    OpenExchange,
    OpenReturn,
    PickupPoint,
    ReadOrder,
    ReadProduct,
    ReadProfile,
    Redirect,
    Reschedule,
    SafePlace,
    Swap,
    TalkToHuman,
    Units,
)
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, ClaimKind, MethodKind, OrderState
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownOrder, KnownShipment, KnownVariant, Method, Paid
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import Status

#: A Friday in November; goods arrived five days before.
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ARRIVED = NOW - timedelta(days=5)
HOUSE, RETAIL = shipped("house"), shipped("retail")
ANA = Asker(assurance=Assurance.KNOWLEDGE, customer="ana")
STRANGER = Asker(assurance=Assurance.LOGIN, customer="zoe")
STAFF = Asker(assurance=Assurance.LOGIN, staff=True, actor="user 1")
HOME = Address(name="Ana", lines=("Calle Mayor 1",), city="Madrid", postcode="28013", country="ES")
CARD, GIFT_CARD, PAYPAL = "card_1", "gift_1", "paypal_1"
CUSTOMER = KnownCustomer(
    customer="ana",
    first_name="Ana",
    email="ana@customer.example",
    address=HOME,
    methods=(
        Method(method_id=CARD, kind=MethodKind.CARD),
        Method(method_id=GIFT_CARD, kind=MethodKind.GIFT_CARD, balance=Money(5_000, "EUR")),
        Method(method_id=PAYPAL, kind=MethodKind.PAYPAL),
    ),
    recent_orders=2,
)
replace = msgspec.structs.replace


def eur(minor: int) -> Money:
    """Cents of a euro."""
    return Money(minor, "EUR")


def variant(variant_id: str, price: int = 2_000, **parts: Any) -> KnownVariant:
    """A variant of the product before the dash."""
    return KnownVariant(variant_id=variant_id, product_id=variant_id.split("-", maxsplit=1)[0], price=eur(price), **parts)


PRODUCTS = {
    "shirt": (variant("shirt-s"), variant("shirt-m"), variant("shirt-l", 2_500, stock=2), variant("shirt-xl", 1_500)),
    "shoes": (variant("shoes-40", 8_000), variant("shoes-41", 8_000, available=False)),
    "lamp": (variant("lamp-1", 3_000),),
}


def line(line_id: str, variant_id: str, price: int | None, quantity: int = 1, **parts: Any) -> KnownLine:
    """A line that arrived."""
    arrived: dict[str, Any] = {"sent": quantity, "delivered": quantity, "delivered_at": ARRIVED} | parts
    product_id = variant_id.split("-", maxsplit=1)[0]
    unit_price = None if price is None else eur(price)
    return KnownLine(
        line_id=line_id, name=product_id, product_id=product_id, variant_id=variant_id, unit_price=unit_price, quantity=quantity, **arrived
    )


SHIRTS = line("1", "shirt-s", 2_000, 2, category="Clothing")
SHOES = line("2", "shoes-40", 8_000, category="Shoes")
LAMP = line("3", "lamp-1", 3_000, category="Home")


def order(**parts: Any) -> KnownOrder:
    """Ana's order of two shirts, a pair of shoes and a lamp, paid by card, delivered."""
    lines: tuple[KnownLine, ...] = parts.pop("lines", (SHIRTS, SHOES, LAMP))
    total = sum(one.unit_price.amount_minor * one.quantity for one in lines if one.unit_price)
    usual: dict[str, Any] = {
        "order_id": 1,
        "external_id": "o-1",
        "number": "#1",
        "customer": "ana",
        "email": "ana@customer.example",
        "state": OrderState.DELIVERED,
        "placed_at": NOW - timedelta(days=9),
        "lines": lines,
        "payments": (Paid(amount=eur(total), method_id=CARD),),
        "ship_to": HOME,
        "zone": "Europe/Madrid",
        "currency": "EUR",
    }
    return KnownOrder(**usual | parts)


def pending(**parts: Any) -> KnownOrder:
    """The same order, before anything was packed."""
    lines = tuple(replace(one, sent=0, delivered=0, delivered_at=None) for one in (SHIRTS, SHOES, LAMP))
    return order(**{"state": OrderState.PENDING, "lines": lines} | parts)


def parcel(status: Status = Status.DELIVERED, number: str = "P1", **parts: Any) -> KnownShipment:
    """A parcel of the order."""
    when: dict[str, Any] = {"last_scan_at": ARRIVED} | ({"delivered_at": ARRIVED} if status is Status.DELIVERED else {})
    return KnownShipment(shipment_id=1, tracking_number=number, carrier="gls", status=status, **when | parts)


def world(of: KnownOrder | None = None, **parts: Any) -> Known:
    """All that is known, with the customer's record changed by `parts`."""
    return Known(customer=replace(CUSTOMER, **parts), order=of or order(), products=PRODUCTS)


def house(**parts: Any) -> Policy:
    """The house policy with fields of its parts changed: returning={"days": 14}."""
    return replace(HOUSE, **{name: replace(getattr(HOUSE, name), **fields) for name, fields in parts.items()})


def policy_of(text: str) -> Policy:
    """A policy as written."""
    return read_policy(text)


def back(*units: Units, **parts: Any) -> OpenReturn:
    """Ana's wish to send units back; a shirt that she does not like any more where none are named."""
    return OpenReturn(order="o-1", units=units or (unit("1"),), **parts)


def unit(line_id: str, quantity: int = 1, reason: str = "taste.changed_mind", **parts: Any) -> Units:
    """Units of a line."""
    return Units(line_id=line_id, quantity=quantity, reason=reason, **parts)


def swap(line_id: str, variant_id: str, quantity: int = 1, reason: str = "taste.changed_mind") -> Swap:
    """Units of a line for another variant."""
    return Swap(line_id=line_id, variant_id=variant_id, quantity=quantity, reason=reason)


def exchange(*swaps: Swap, **parts: Any) -> OpenExchange:
    """Ana's wish to have other variants."""
    return OpenExchange(order="o-1", swaps=swaps or (swap("1", "shirt-m"),), **parts)


def planned(action: BusinessAction, known: Known | None = None, policy: Policy = HOUSE, asker: Asker = ANA, now: datetime = NOW) -> Plan:
    """The plan of what is allowed."""
    found = prepare(action, asker, known or world(), policy, now)
    assert isinstance(found, Plan), found
    return found


def refused(action: BusinessAction, known: Known | None = None, policy: Policy = HOUSE, asker: Asker = ANA, now: datetime = NOW) -> Refusal:
    """The refusal of what is not."""
    found = prepare(action, asker, known or world(), policy, now)
    assert isinstance(found, Refusal), found
    return found


def code(
    action: BusinessAction, known: Known | None = None, policy: Policy = HOUSE, asker: Asker = ANA, now: datetime = NOW
) -> RefusalCode:
    """Why it is refused."""
    return refused(action, known, policy, asker, now).code


def prepare_retail(kind: ActionKind) -> Refusal | None:
    """What the retail policy says to a plain wish of a kind; None: it plans it."""
    sure = replace(ANA, assurance=Assurance.LOGIN)
    found = prepare(PLAIN[kind], sure, world(pending() if kind in BEFORE else order(shipments=(parcel(Status.IN_TRANSIT),))), RETAIL, NOW)
    return found if isinstance(found, Refusal) else None


def case_of(plan: Plan) -> Case:
    """The case that a plan opens."""
    return next(one.case for one in plan.changes if isinstance(one, CaseOpened))


def after(action: BusinessAction, known: Known | None = None, policy: Policy = HOUSE, asker: Asker = ANA) -> Known:
    """What is known once it was done."""
    known = known or world()
    return applied(known, planned(action, known, policy, asker))


def taken(line_id: str, quantity: int = 1, state: CaseState = CaseState.APPROVED, **parts: Any) -> Case:
    """An earlier case about units of a line."""
    usual: dict[str, Any] = {"kind": CaseKind.RETURN, "action": ActionKind.OPEN_RETURN, "case_id": 1}
    return Case(state=state, lines=(CaseLine(line_id=line_id, quantity=quantity),), **usual | parts)


#: A plain wish of each kind.
PLAIN: dict[ActionKind, BusinessAction] = {
    one.kind: one
    for one in (
        FindOrder(order="o-1"),
        ReadOrder(order="o-1"),
        ReadProduct(product="shirt"),
        ReadProfile(),
        CancelOrder(order="o-1"),
        ChangeAddress(order="o-1", address=replace(HOME, lines=("Gran Via 2",))),
        ChangeItems(order="o-1", swaps=(Swap(line_id="1", variant_id="shirt-m"),)),
        ChangePayment(order="o-1", method=PAYPAL),
        Reschedule(order="o-1", on=date(2026, 11, 23)),
        Redirect(order="o-1", address=replace(HOME, lines=("Gran Via 2",))),
        PickupPoint(order="o-1", point="Kiosk"),
        SafePlace(order="o-1", place="garage"),
        Hold(order="o-1", until=date(2026, 11, 23)),
        ConfirmAvailability(order="o-1"),
        ConfirmCod(order="o-1"),
        back(),
        exchange(),
        CancelReturn(case=1),
        OpenClaim(order="o-1", claim=ClaimKind.DAMAGED, units=(Units(line_id="1"),), photos=("p",)),
        AskInvoice(order="o-1"),
        ChangeProfile(address=replace(HOME, lines=("Gran Via 2",))),
        TalkToHuman(),
    )
}
#: Those that are about an order before it has left.
BEFORE = {ActionKind.CANCEL_ORDER, ActionKind.CHANGE_ADDRESS, ActionKind.CHANGE_ITEMS, ActionKind.CHANGE_PAYMENT}
