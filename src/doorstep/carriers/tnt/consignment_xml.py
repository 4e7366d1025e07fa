"""TNT's consignments with status data (XML) → trackings; its errors and numbers not found → notes."""

from lxml import etree

from doorstep.carriers.clock import iso_day, latest, read_time, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.carriers.tnt.codes import AT_DESTINATION, AT_ORIGIN, SUMMARIES, event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_ERRORS = ("Error", "runtime_error", "parse_error")
_CODES = ("Code", "error_code", "error_line")
_TEXTS = ("Message", "error_reason", "error_linepos")


def read(root: etree._Element) -> Parsed:
    """Read an answer; several consignments may stand in one.

    Raises:
        BadInputError: neither consignments nor errors in it.
    """
    errors = [root, *root] if root.tag in _ERRORS else list(root)
    notes = [
        CarrierNote(_any(error, _CODES) or (error.get("code") or ""), _any(error, _TEXTS) or " ".join((error.text or "").split()))
        for error in errors
        if error.tag in _ERRORS
    ]
    consignments = list(root.iter("Consignment"))
    if root.tag not in ("TrackResponse", *_ERRORS) or not (consignments or notes or root.tag == "TrackResponse"):
        raise BadInputError(f"an XML <{str(root.tag)[:40]}> is no answer of TNT's tracking")
    trackings = []
    for consignment in consignments:
        if _text(consignment, "SummaryCode") == "CNF" and consignment.find("StatusData") is None:
            notes.append(CarrierNote("CNF", "consignment not found", numbered(_text(consignment, "ConsignmentNumber")) or None))
        else:
            trackings.append(_tracking(consignment))
    return Parsed(tuple(trackings), tuple(notes))


def _text(element: etree._Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _any(element: etree._Element, paths: tuple[str, ...]) -> str:
    return next((text for path in paths if (text := _text(element, path))), "")


def _tracking(consignment: etree._Element) -> Tracking:
    number = numbered(_text(consignment, "ConsignmentNumber"))
    if not number:
        raise BadInputError("a Consignment of TNT without its number")
    origin, destination = (country_of(_text(consignment, f"{end}Country/CountryCode")) for end in ("Origin", "Destination"))
    checkpoints = tuple(_checkpoint(status, number, origin, destination) for status in consignment.findall("StatusData"))
    checkpoints = checkpoints or _summary(consignment, number, destination)
    weight = next(consignment.iter("Weight"), None)
    return Tracking(
        tracking_number=number,
        carrier="tnt",
        checkpoints=checkpoints,
        estimates=_estimates(consignment, checkpoints),
        service=_any(consignment, ("ShipmentSummary/Service", "Service")) or None,
        weight_g=grams((weight.text or "").strip(), weight.get("units", "kg")) if weight is not None else None,
        signed_by=_any(consignment, ("Signatory", "SignatoryName")) or None,
    )


def _checkpoint(status: etree._Element, number: str, origin: str | None, destination: str | None) -> Checkpoint:
    code, sentence = _text(status, "StatusCode"), _text(status, "StatusDescription")
    event_type = event_type_of(code, sentence)
    country = origin if event_type in AT_ORIGIN or origin == destination else destination if event_type in AT_DESTINATION else None
    depot = _any(status, ("DepotName", "Depot"))
    return Checkpoint(
        event_type=event_type,
        occurred_at=_when(_text(status, "LocalEventDate"), _text(status, "LocalEventTime"), country),
        place=Place(country=country, facility=depot or None) if depot or country else None,
        carrier="tnt",
        carrier_code=code,
        carrier_text=sentence,
        tracking_number=number,
    )


def _summary(consignment: etree._Element, number: str, destination: str | None) -> tuple[Checkpoint, ...]:
    """Take what a summary tells instead of scans: delivered when and where, or a bare word for where it stands."""
    code = _text(consignment, "SummaryCode")
    if not code:
        return ()
    delivered = code == "DEL"
    town = _text(consignment, "DeliveryTown") if delivered else ""
    when = _when(_text(consignment, "DeliveryDate"), _text(consignment, "DeliveryTime"), destination) if delivered else None
    return (
        Checkpoint(
            event_type=SUMMARIES.get(code, "unknown"),
            occurred_at=when,
            place=Place(city=town, country=destination) if town else None,
            carrier="tnt",
            carrier_code=code,
            carrier_text="",
            tracking_number=number,
        ),
    )


def _when(day: str, clock: str, country: str | None) -> OccurredAt | None:
    """Read "20161025" and "1003": wall time at the depot."""
    if not day:
        return None
    if not clock:
        return stamp(read_time(day, "%Y%m%d"), Precision.DATE, country=country)
    return stamp(read_time(f"{day} {clock}", "%Y%m%d %H%M", "%Y%m%d %H:%M"), Precision.MINUTE, country=country)


def _estimates(consignment: etree._Element, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    due = _any(consignment, ("ShipmentSummary/DueDate", "DueDate"))
    if not due or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(due)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
