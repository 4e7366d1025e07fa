"""A template, a language, a manner → the made-up order that such a message is shown and checked with. Nobody in it exists."""

from datetime import UTC, datetime

import msgspec

from doorstep.domain.languages import language_of
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine, Payment, Refund
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.places import Address
from doorstep.domain.shipments import OpenPitfall
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Actor, ChannelKind, Precision, Status, ZoneSource
from doorstep.messages.context import context_of
from doorstep.messages.digest import DIGEST, entry_of
from doorstep.messages.facts import Facts, Parcel
from doorstep.messages.layout import parts_of
from doorstep.messages.samples import sample_facts
from doorstep.messages.scenes_case import with_case
from doorstep.messages.speaking import spoken_of

#: How the order in a sample is: as most are; as long as real ones get; written from right to left.
MANNERS = ("ordinary", "long", "rtl")
_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_REFUND = "r1"
#: Template → how its parcel stands, and what was seen last; others are on their way.
_STANDS = {
    "cod_reminder": (Status.OUT_FOR_DELIVERY, "out_for_delivery"),
    "customs_action": (Status.EXCEPTION, "customs_duties_due"),
    "delivered": (Status.DELIVERED, "delivered"),
    "partly_delivered": (Status.DELIVERED, "delivered"),
    "out_for_delivery": (Status.OUT_FOR_DELIVERY, "out_for_delivery"),
    "ready_for_pickup": (Status.READY_FOR_PICKUP, "ready_for_pickup"),
    "pickup_deadline": (Status.READY_FOR_PICKUP, "ready_for_pickup"),
    "failed_attempt": (Status.FAILED_ATTEMPT, "attempt_failed_not_home"),
    "returning": (Status.RETURNING, "return_started"),
    "returned": (Status.RETURNED, "returned_to_sender"),
    "packed": (Status.INFO_RECEIVED, "label_created"),
    "delayed": (Status.IN_TRANSIT, "delayed"),
    "delivery_problem": (Status.EXCEPTION, "exception"),
    "problem_escalated": (Status.EXCEPTION, "exception"),
    "address_question": (Status.EXCEPTION, "address_problem"),
}
#: What a digest tells, by turns.
_GATHERED = ("out_for_delivery", "delayed")
#: Templates that tell of a pitfall → the one shown where none is asked for.
_PROBLEMS = {"delivery_problem": "damaged", "problem_escalated": "lost", "address_question": "address_problem"}
_LONG_NAME = "Hand-woven merino blanket with tassels, undyed, 140 by 200 cm"
_RTL_NAMES = ("نور العبدالله", "مصباح طاولة من النحاس", "بطانية صوف")


def facts_for(template: str, locale: str, manner: str = "ordinary", pitfall: str = "") -> Facts:
    """Make up what a message of a template speaks of, in one of `MANNERS`; `pitfall` is the kind that stands open, "" the usual one."""
    status, event = _STANDS.get(template, (Status.IN_TRANSIT, "in_transit"))
    cod = template == "cod_reminder"
    facts = sample_facts(locale, status=status, payment=Payment.COD if cod else Payment.PAID, parcels=1)
    kind = pitfall or _PROBLEMS.get(template, "")
    parcel = _standing(facts.parcels[0], event, kind)
    if status is Status.READY_FOR_PICKUP:
        parcel = msgspec.structs.replace(parcel, point=_point(locale))
    order = facts.order
    if template == "refunded":
        order = msgspec.structs.replace(order, refunds=(Refund(refund_id=_REFUND, at=_AT, amount=Money(3500, "EUR")),))
    if template == "order_cancelled":
        order = msgspec.structs.replace(order, payment=Payment.REFUNDED)
    facts = msgspec.structs.replace(facts, order=order, parcels=(parcel,), change=_change(template))
    if template == "partly_delivered":
        rest = sample_facts(locale).parcels[1]
        facts = msgspec.structs.replace(facts, parcels=(parcel, rest), told=1)
    facts = {"long": _lengthened, "rtl": _right_to_left}[manner](facts) if manner in MANNERS[1:] else facts
    facts = with_case(facts, template)
    return _gathered(facts, manner) if template == DIGEST else facts


def _gathered(facts: Facts, manner: str) -> Facts:
    """Two things at once, of two orders; in the long manner one of each of nine orders."""
    entries = []
    for number in range(9 if manner == "long" else 2):
        one = facts_for(_GATHERED[number % 2], facts.locale, manner)
        its = msgspec.structs.replace(one, order=msgspec.structs.replace(one.order, number=f"{one.order.number[:-1]}{number + 1}"))
        parts = parts_of(_GATHERED[number % 2], language_of(facts.locale))
        if parts is not None:
            spoken = spoken_of(_GATHERED[number % 2], parts, facts.locale)
            entries.append(entry_of(spoken.render(ChannelKind.PUSH, context_of(its)), its))
    links = msgspec.structs.replace(facts.links, order="https://parcels.example/n/sample")
    return msgspec.structs.replace(facts, links=links, entries=tuple(entries))


def _standing(parcel: Parcel, event: str, kind: str) -> Parcel:
    problems = (OpenPitfall(kind, None, PITFALL_KINDS[kind].must_act, b""),) if kind else ()
    actor = PITFALL_KINDS[kind].must_act if kind else Actor.NOBODY
    folded = msgspec.structs.replace(parcel.folded, event_type=event, open_pitfalls=problems, must_act=actor)
    return msgspec.structs.replace(parcel, folded=folded)


def _change(template: str) -> Change:
    if template == "cod_reminder":
        return Change(trigger="shipment.cod_due", subject_kind="shipment", subject_id=1, happened_at=_AT)
    if template == "refunded":
        return Change(trigger="order.refunded", subject_kind="order", subject_id=1, occurrence=_REFUND, happened_at=_AT)
    return Change(trigger=f"shipment.{template}", subject_kind="shipment", subject_id=1, happened_at=_AT)


def _point(locale: str) -> PickupPoint:
    name = {"es": "Papelería Norte", "fr": "Tabac du Nord", "de": "Kiosk Nord", "it": "Cartoleria Nord", "pt": "Papelaria Norte"}
    return PickupPoint(
        kind="shop",
        name=name.get(locale[:2], "North Corner Shop"),
        lines=("Plaza Inventada 3",),
        postcode="28004",
        city="Madrid",
        country="ES",
        hours=tuple(OpenHours(day, "09:00", "20:00") for day in range(6)),
        collect_by=OccurredAt("2026-11-26T20:00:00", "+01:00", ZoneSource.SENT, Precision.SECOND),
        code="4711",
    )


def _lengthened(facts: Facts) -> Facts:
    """Nine parcels of nine long things, a long address, an amount of many figures."""
    lines = tuple(
        OrderLine(line_id=str(number), name=_LONG_NAME, quantity=number + 1, unit_price=Money(123_456_789, "JPY")) for number in range(9)
    )
    first = facts.parcels[0]
    long_point = msgspec.structs.replace(
        first.point or _point(facts.locale),
        name="Supermarket and Post Counter at the Old Railway Station",
        lines=("Long Avenue of the Republic 1234",),
    )
    parcels = tuple(
        msgspec.structs.replace(
            first,
            shipment_id=number + 1,
            carrier_name="Inter-Regional Parcel Express",
            tracking_number=f"LONGNUMBER00000000000{number + 1}",
            lines=(lines[number],),
            point=long_point if first.point else None,
            last_place="Villafranca de los Barros y Alrededores",
        )
        for number in range(9)
    )
    name = "Maximiliana-Alexandra"
    customer = msgspec.structs.replace(facts.order.customer, first_name=name, last_name="von Hohenstein-Wittelsbacher")
    order = msgspec.structs.replace(
        facts.order,
        number="#EU-2026-1000123456",
        customer=customer,
        lines=lines,
        total=Money(1_234_567_890, "JPY"),
        cod_due=Money(1_234_567_890, "KWD") if facts.order.payment is Payment.COD else None,
    )
    brand = msgspec.structs.replace(facts.brand, name="The Northern Lantern & Loom Company")
    return msgspec.structs.replace(facts, brand=brand, order=order, parcels=parcels, told=1 if facts.told == 1 else None)


def _right_to_left(facts: Facts) -> Facts:
    person, lamp, blanket = _RTL_NAMES
    first, _, last = person.partition(" ")
    names = (lamp, blanket)
    lines = tuple(msgspec.structs.replace(line, name=names[place % 2]) for place, line in enumerate(facts.order.lines))
    order = msgspec.structs.replace(
        facts.order,
        customer=msgspec.structs.replace(facts.order.customer, first_name=first, last_name=last),
        ship_to=Address(name=person, lines=("شارع النخيل ١٢",), city="دبي", country="AE"),
        lines=lines,
    )
    parcels = tuple(
        msgspec.structs.replace(
            one,
            lines=tuple(lines[int(line.line_id) - 1] for line in one.lines),
            last_place="دبي",
            point=msgspec.structs.replace(one.point, name="مكتبة النخيل", lines=("شارع النخيل ٣",), city="دبي") if one.point else None,
        )
        for one in facts.parcels
    )
    return msgspec.structs.replace(facts, order=order, parcels=parcels)
