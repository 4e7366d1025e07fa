"""A shipment, its order, its checkpoints, now, a language → the parcel as its page shows it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.orders import Order, OrderLine, Payment
from doorstep.domain.pitfalls import WORDS_OF_CUSTOMERS
from doorstep.domain.places import Place
from doorstep.domain.sentences import event_sentence, pitfall_told
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Checkpoint, Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Precision, Status
from doorstep.messages import WITHOUT_WINDOW, standing_window
from doorstep.messages.wording import clock_text, day_text, locale_named, moment_text, money_text, short_day_text, window_text
from doorstep.steps.compose import lines_in, parcel_of
from doorstep.steps.footprint import footprint
from doorstep.store.shipments import KeptShipment
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.shape import handed_text, hops_shown, pickup_shown, pieces_shown, pieces_text
from doorstep.web.track.shown import DayShown, ItemShown, ParcelShown, PitfallShown, ScanShown, StepShown
from doorstep.web.track.words import Words, whole

_KILO = 1000
#: Items shown of one parcel; the rest is counted.
ITEMS_SHOWN = 20
_TONES = {
    Status.DELIVERED: "good",
    Status.FAILED_ATTEMPT: "warn",
    Status.EXCEPTION: "bad",
    Status.RETURNING: "warn",
    Status.RETURNED: "warn",
    Status.CANCELLED: "warn",
}
#: How many steps of the way to the door are behind, by status.
_REACHED = {
    Status.PENDING: 1,
    Status.INFO_RECEIVED: 1,
    Status.UNKNOWN: 1,
    Status.IN_TRANSIT: 2,
    Status.EXCEPTION: 2,
    Status.FAILED_ATTEMPT: 2,
    Status.OUT_FOR_DELIVERY: 3,
    Status.READY_FOR_PICKUP: 3,
    Status.DELIVERED: 4,
    Status.RETURNING: 2,
    Status.RETURNED: 3,
}
#: Nothing can be wrong with what has not left, or is back.
_UNTOLD = frozenset({Status.PENDING, Status.INFO_RECEIVED, Status.CANCELLED, Status.RETURNED, Status.UNKNOWN})
#: (fingerprint, checkpoint), oldest first.
Scans = Sequence[tuple[bytes, Checkpoint]]


def parcel_shown(
    shipment: KeptShipment, order: Order | None, scans: Scans, words: Words, now: datetime, *, carbon: bool = False
) -> ParcelShown:
    """Put a parcel's page together; scans that do not count (taken back, of an earlier life) are left out."""
    facts = parcel_of(shipment, order or Order(external_id="", number=""), "")
    folded = facts.folded
    counted = [(mark, scan) for mark, scan in scans if mark in set(folded.counted)]
    lines = lines_in(shipment, order) if order else ()
    ordered = {line.line_id: line.quantity for line in order.lines} if order else {}
    status = folded.status
    delivered = next((scan for mark, scan in counted if mark == folded.decided_by), None)
    window, late = _window(folded, order, shipment.zone, facts.carrier_name, words, now)
    if status is Status.DELIVERED and delivered and delivered.occurred_at:
        window = (words("page.delivered_on"), _moment_long(delivered, words), "")
    return ParcelShown(
        token=shipment.token,
        status=status.value,
        headline=words(f"status.{status}"),
        sentence=_sentence(folded, words),
        tone=_TONES.get(status, "warn" if late else ""),
        window=window,
        late=late,
        steps=_steps(folded, order, counted, shipment.zone, words),
        pitfalls=tuple(_pitfalls(folded, facts.carrier_name, words)),
        days=tuple(_days(counted, folded, shipment.carrier, words)),
        items=tuple(item_shown(line, words, ordered.get(line.line_id, 0)) for line in lines[:ITEMS_SHOWN]),
        more_items=max(0, len(lines) - ITEMS_SHOWN),
        carrier=facts.carrier_name,
        number=shipment.tracking_number,
        carrier_url=web_url(facts.carrier_url),
        service=shipment.service or "",
        hops=hops_shown(facts.hops, shipment.zone, words),
        handed=handed_text(facts.hops, folded, words),
        pieces=pieces_shown(folded, dict(facts.points), shipment.zone, _TONES, words),
        pieces_line=pieces_text(folded, words),
        pickup=pickup_shown(None if facts.points else facts.point, status, words),
        back=folded.direction is Direction.RETURN,
        last_news=_last_news(shipment, words),
        cod=_cod(order, status, words),
        carbon=_carbon(shipment, order, scans, words) if carbon else ("", "", ""),
        may_tell=_may_tell(folded, counted),
    )


def _carbon(shipment: KeptShipment, order: Order | None, scans: Scans, words: Words) -> tuple[str, str, str]:
    """Say what the parcel's way gives off, no finer than it is known."""
    countries = [scan.place.country for _, scan in scans if scan.place and scan.place.country and scan.occurred_at]
    found = footprint(shipment, order, origin=countries[0], destination=countries[-1]) if countries else footprint(shipment, order)
    if found is None:
        return "", "", ""
    likely, least, most = (mass_text(grams, words.tag) for grams in (found.grams, found.least_g, found.most_g))
    greener = words(f"carbon.{found.greener[0].option}", saves=mass_text(found.greener[0].saves_g, words.tag)) if found.greener else ""
    return words("carbon.about", likely=likely), words("carbon.range", least=least, most=most), greener


def mass_text(grams: int, tag: str) -> str:
    """Write grams with two figures: 416 → "420 g", 6085 → "6.1 kg"."""
    rounded = round(grams, 2 - len(str(grams)))
    if rounded < _KILO:
        return f"{rounded}\N{NO-BREAK SPACE}g"
    return f"{format_decimal(rounded / _KILO, '#,##0.##', locale_named(tag))}\N{NO-BREAK SPACE}kg"


def web_url(url: str | None) -> str | None:
    """Let only web addresses through: a link from a shop or carrier may be anything."""
    return url if url and url.startswith(("https://", "http://")) else None


def item_shown(line: OrderLine, words: Words, ordered: int = 0) -> ItemShown:
    """Write one line of an order, of which `ordered` were bought in all (0: as many as the line says)."""
    return ItemShown(
        name=line.name,
        options=", ".join(f"{name}: {value}" for name, value in line.options.items()),
        quantity=line.quantity,
        of=ordered if ordered > line.quantity else 0,
        price=money_text(line.unit_price, words.tag) if line.unit_price else "",
        image_url=web_url(line.image_url),
        url=web_url(line.product_url),
    )


def _sentence(folded: Folded, words: Words) -> str:
    """Tell how things stand; of several parcels that stand differently, which one it is that matters most."""
    told, statuses = _news(folded, words), [piece.status for piece in folded.pieces]
    if len(set(statuses)) <= 1 or folded.status not in statuses:
        return told
    which = words("page.parcel_of", position=statuses.index(folded.status) + 1, total=len(statuses))
    return f"{which}: {told}"


def _news(folded: Folded, words: Words) -> str:
    event = EVENT_TYPES.get(folded.telling_event)
    if event is None or event.slug == "unknown" or folded.status is Status.UNKNOWN:
        return words(f"meaning.{folded.status}")
    return event_text(event.slug, words)


def event_text(slug: str, words: Words) -> str:
    """The customer's sentence for an event type."""
    return event_sentence(slug, words.language)


def today_of(zone: str | None, now: datetime) -> date:
    """The day it is for the recipient."""
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def _window(
    folded: Folded, order: Order | None, zone: str | None, carrier: str, words: Words, now: datetime
) -> tuple[tuple[str, str, str] | None, bool]:
    estimate = standing_window(folded, order)
    if estimate is None:
        return None, False
    late = estimate.to_on < today_of(zone, now)
    source = {"shop": "by_shop", "model": "by_model"}.get(estimate.source, "by_carrier")
    label = words("page.was_expected") if late else words("page.expected")
    return (label, whole(window_text(estimate, words.tag)), words(f"page.{source}", carrier=carrier, times=_times(estimate))), late


def _times(estimate: Estimate) -> str:
    """How many of ten such windows hold, rounded down."""
    return str(int((estimate.confidence or 0.0) * 10 + 1e-9))


def _moment_long(scan: Checkpoint, words: Words) -> str:
    stamp = scan.occurred_at
    if stamp is None:
        return ""
    day = day_text(date.fromisoformat(stamp.local[:10]), words.tag)
    return whole(day if stamp.precision is Precision.DATE else f"{day}, {clock_text(stamp.local[11:16], words.tag)}")


def _first(scans: Scans, fits: Callable[[Checkpoint], bool]) -> Checkpoint | None:
    return next((scan for _, scan in scans if fits(scan)), None)


def _steps(folded: Folded, order: Order | None, scans: Scans, zone: str | None, words: Words) -> tuple[StepShown, ...]:
    status = folded.status
    if status is Status.CANCELLED:
        return ()
    dated = {
        "ordered": _day_at(order.placed_at if order else None, zone, words),
        "packed": _day_of(_first(scans, lambda c: EVENT_TYPES[c.event_type].phase is Phase.PRE), words),
        "shipped": _day_of(_first(scans, lambda c: EVENT_TYPES[c.event_type].physical), words),
        "out": _day_of(_first(scans[::-1], lambda c: EVENT_TYPES[c.event_type].status is Status.OUT_FOR_DELIVERY), words),
        "point": _day_of(_first(scans, lambda c: EVENT_TYPES[c.event_type].status is Status.READY_FOR_PICKUP), words),
        "turned": _day_of(_first(scans, lambda c: EVENT_TYPES[c.event_type].status is Status.RETURNING), words),
        "back": _day_at(folded.status_since if status is Status.RETURNED else None, zone, words),
    }
    dated["delivered"] = dated["collected"] = _day_of(_first(scans, lambda c: EVENT_TYPES[c.event_type].status is Status.DELIVERED), words)
    reached = _REACHED[status]
    if folded.direction is Direction.RETURN:
        names = ["ordered", "shipped", "turned", "back"]
        reached = 3 if status is Status.RETURNED else 2
    elif dated["point"]:
        names = ["ordered", "packed", "shipped", "point", "collected"]
    else:
        names = ["ordered", "packed", "shipped", "out", "delivered"]
    if reached == _REACHED[Status.IN_TRANSIT] and folded.first_scan_at is None and folded.direction is Direction.OUTBOUND:
        reached = 1
    done = reached == len(names) - 1
    states = ["done" if place < reached or done else "now" if place == reached else "open" for place in range(len(names))]
    return tuple(
        StepShown(words(f"step.{name}"), state, dated[name] if state != "open" else "") for name, state in zip(names, states, strict=True)
    )


def _day_of(scan: Checkpoint | None, words: Words) -> str:
    if scan is None or scan.occurred_at is None:
        return ""
    return whole(short_day_text(date.fromisoformat(scan.occurred_at.local[:10]), words.tag))


def _day_at(moment: datetime | None, zone: str | None, words: Words) -> str:
    return whole(short_day_text(today_of(zone, moment), words.tag)) if moment else ""


def _pitfalls(folded: Folded, carrier: str, words: Words) -> Iterator[PitfallShown]:
    newest_first = sorted(folded.open_pitfalls, key=lambda p: (p.since is not None, p.since), reverse=True)
    for pitfall in newest_first:
        if not pitfall.heard:
            continue
        told = pitfall_told(pitfall.kind, words.language)
        title, text = told.title, told.customer
        if folded.delivered_at is None and pitfall.kind in words.texts["underway"]:
            title, text = words.pair("underway", pitfall.kind)
        actor = words(f"actor.{pitfall.must_act}", carrier=carrier)
        yield PitfallShown(title, text, actor, pitfall.must_act is Actor.CUSTOMER)


def _may_tell(folded: Folded, scans: Scans) -> tuple[str, ...]:
    """What the customer may say is wrong: of the goods only once some of them are there, and nothing that is open already."""
    told = {one.kind for one in folded.open_pitfalls}
    some = any(piece.delivered_at is not None for piece in folded.pieces) or any(
        scan.event_type == "delivered_partial" for _, scan in scans
    )
    kinds = (kind.kind for kind in WORDS_OF_CUSTOMERS if some or folded.delivered_at is not None or kind.kind == "not_received")
    return tuple(kind for kind in kinds if kind not in told) if folded.status not in _UNTOLD else ()


def _days(scans: Scans, folded: Folded, carrier: str, words: Words) -> Iterator[DayShown]:
    """Group scans by the local day of each, newest day and scan first, undated ones last."""
    newest_first = [scan for scan in scans[::-1] if scan[1].occurred_at] + [scan for scan in scans if not scan[1].occurred_at]
    for on, group in groupby(newest_first, key=lambda scan: scan[1].occurred_at.local[:10] if scan[1].occurred_at else ""):
        label = day_text(date.fromisoformat(on), words.tag) if on else words("page.undated")
        yield DayShown(label, on, tuple(_scan(mark, scan, folded, carrier, words) for mark, scan in group))


def _scan(mark: bytes, scan: Checkpoint, folded: Folded, carrier: str, words: Words) -> ScanShown:
    event = EVENT_TYPES[scan.event_type]
    stamp = scan.occurred_at
    numbers = [piece.tracking_number for piece in folded.pieces]
    exact = stamp is not None and stamp.precision is not Precision.DATE
    trouble = event.must_act is not Actor.NOBODY and (event.phase in {Phase.PROBLEM, Phase.ATTEMPT} or event.status is Status.EXCEPTION)
    name = carrier_name(scan.carrier if scan.carrier != "unknown" else carrier)
    return ScanShown(
        text=event_text(event.slug, words),
        time=clock_text(stamp.local[11:16], words.tag) if stamp and exact else "",
        place=place_text(scan.place, words),
        carrier_words=words("page.carrier_says", carrier=name, text=scan.carrier_text) if scan.carrier_text.strip() else "",
        tone="trouble" if trouble else "done" if event.status is Status.DELIVERED else "",
        piece=words("page.parcel_of", position=numbers.index(scan.tracking_number) + 1, total=len(numbers))
        if scan.tracking_number in numbers
        else "",
        decides=mark == folded.decided_by,
    )


def place_text(place: Place | None, words: Words) -> str:
    """Write a place: the town (or what the carrier told instead) and the country by its name."""
    if place is None:
        return ""
    territories: Mapping[str, str] = locale_named(words.tag).territories
    country = territories.get(place.country, place.country) if place.country else None
    town = place.city or place.text or place.facility
    return ", ".join(part for part in (town, country) if part and part.strip())


def _last_news(shipment: KeptShipment, words: Words) -> str:
    parts = (whole(moment_text(shipment.last_local, words.tag)) if shipment.last_local else None, shipment.last_place)
    return " · ".join(part for part in parts if part)


def _cod(order: Order | None, status: Status, words: Words) -> str:
    if order is None or order.payment is not Payment.COD or status in WITHOUT_WINDOW - {Status.READY_FOR_PICKUP}:
        return ""
    due = order.cod_due or order.total
    return money_text(due, words.tag) if due else ""
