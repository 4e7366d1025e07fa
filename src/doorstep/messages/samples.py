"""A language → a made-up order with two parcels, for checks and previews. Nobody in it exists."""

from datetime import UTC, date, datetime

from doorstep.domain.languages import language_of
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Order, OrderLine, Payment, Promise
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.places import Address
from doorstep.domain.shipments import Folded, Leg
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Precision, Status, ZoneSource
from doorstep.messages.facts import Brand, Facts, Links, Parcel

_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
#: A lamp, its option, which it is, and a blanket.
_GOODS = {
    "en": ("Table lamp", "Colour", "green", "Wool blanket"),
    "es": ("Lámpara de mesa", "Color", "verde", "Manta de lana"),
    "fr": ("Lampe de table", "Couleur", "vert", "Couverture en laine"),
    "de": ("Tischlampe", "Farbe", "Grün", "Wolldecke"),
    "it": ("Lampada da tavolo", "Colore", "verde", "Coperta di lana"),
    "pt": ("Luminária de mesa", "Cor", "verde", "Manta de lã"),
    "hi": ("टेबल लैंप", "रंग", "हरा", "ऊनी कंबल"),
}


def sample_facts(
    locale: str = "en",
    *,
    status: Status = Status.IN_TRANSIT,
    first: Status | None = None,
    payment: Payment = Payment.PAID,
    parcels: int = 2,
) -> Facts:
    """Make up facts in a language, with up to two parcels in a status; `first` is the first one's, None: the same."""
    lines = _lines(locale)
    order = Order(
        external_id="sample",
        number="#1001",
        placed_at=_AT,
        customer=Customer(first_name="Noor", last_name="Example", email="noor@example.com", phone="+34600000000"),
        ship_to=Address(name="Noor Example", lines=("Plaza Inventada 12, 3.º B",), city="Madrid", postcode="28004", country="ES"),
        lines=lines,
        total=Money(8450, "EUR"),
        payment=payment,
        cod_due=Money(8450, "EUR") if payment is Payment.COD else None,
        locale=locale,
        promise=Promise(date(2026, 11, 24), date(2026, 11, 26)),
    )
    sent = tuple(_parcel(number, status if number else first or status, lines) for number in range(min(parcels, len(lines))))
    return Facts(
        brand=Brand(
            name="Lantern & Loom",
            logo_url="https://shop.example/logo.png",
            support_email="help@shop.example",
            support_url="https://shop.example/help",
            address="Lantern & Loom, 4 Sample Street, 28004 Madrid",
            shop_url="https://shop.example",
        ),
        order=order,
        parcels=sent,
        change=Change(trigger="shipment.shipped", subject_kind="shipment", subject_id=1, happened_at=_AT),
        locale=locale,
        links=Links(order="https://parcels.example/o/sample", preferences="https://parcels.example/p/sample"),
    )


def _lines(locale: str) -> tuple[OrderLine, ...]:
    lamp, size, green, blanket = _GOODS[language_of(locale)]
    return (
        OrderLine(
            line_id="1",
            name=lamp,
            sku="LAMP-1",
            options={size: green},
            unit_price=Money(4950, "EUR"),
            image_url="https://shop.example/lamp.jpg",
            product_url="https://shop.example/lamp",
        ),
        OrderLine(line_id="2", name=blanket, sku="WOOL-2", quantity=2, unit_price=Money(1750, "EUR")),
    )


def _parcel(position: int, status: Status, lines: tuple[OrderLine, ...]) -> Parcel:
    number = f"DEMO000{position + 1}"
    return Parcel(
        shipment_id=position + 1,
        carrier="generic",
        carrier_name="Sample Post",
        tracking_number=number,
        carrier_url=f"https://post.example/track/{number}",
        page_url=f"https://parcels.example/t/{number}",
        folded=Folded(
            status=status,
            status_since=_AT,
            event_type="in_transit",
            phase=Phase.TRANSIT,
            direction=Direction.OUTBOUND,
            must_act=Actor.NOBODY,
            estimate=Estimate(from_on=date(2026, 11, 24), to_on=date(2026, 11, 24), from_time="09:00", to_time="13:00"),
            open_pitfalls=(),
            legs=(Leg("generic", number, _AT, _AT),),
            first_scan_at=_AT,
            last_scan_at=_AT,
            delivered_at=_AT if status is Status.DELIVERED else None,
            attempts=1 if status is Status.FAILED_ATTEMPT else 0,
            counted=(b"12345678",),
            decided_by=b"12345678",
        ),
        lines=(lines[position],),
        last_text="Departed facility",
        last_place="Zaragoza",
        last_local="2026-11-22T09:30:00",
        point=_point(status) if position else None,
    )


def _point(status: Status) -> PickupPoint:
    """The second parcel goes to a locker."""
    waits = status is Status.READY_FOR_PICKUP
    return PickupPoint(
        kind="locker",
        name="Locker Plaza",
        lines=("Plaza Inventada 3",),
        postcode="28004",
        city="Madrid",
        country="ES",
        hours=(OpenHours(0, "08:00", "22:00"),),
        collect_by=OccurredAt("2026-11-26T20:00:00", "+01:00", ZoneSource.SENT, Precision.SECOND) if waits else None,
        code="4711" if waits else None,
    )
