"""DHL Express's XML Services `TrackingResponse` → one tracking for each waybill."""

import re

from lxml import etree

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.families.dhl_express_codes import event_type_of
from doorstep.carriers.families.dhl_service_areas import place_of
from doorstep.carriers.pieces import claim, how_many, share_out
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: DHL's letters for weight units.
_UNITS = {"K": "kg", "L": "lb", "G": "g"}
#: What old answers leave in the signatory field besides names: account numbers, weights, times.
_NO_NAME = re.compile(r"^[\d.:,\s]*$")
#: "2021-05-07 23:59:00 GMT-04:00"
_WITH_GMT = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d)?")
#: DHL's word for "by the end of the day".
_DAY_END = "23:59"
#: These codes end the estimate. Source: DHL Group's status list, remark "no EDD", read 2026-11-22.
_NO_ESTIMATE = frozenset(["BR", "CA", "CC", "CS", "DD", "DS", "NH", "OK", "PD", "RD", "RT", "SS", "TP"])


def read(root: etree._Element) -> Parsed:
    """Read a tracking answer or an error answer.

    Raises:
        BadInputError: another document.
    """
    infos = root.findall("AWBInfo")
    if infos:
        notes = tuple(note for info in infos if (note := _note(info)))
        told = [(info, shipment) for info in infos if (shipment := info.find("ShipmentInfo")) is not None]
        return Parsed(tuple(one for info, shipment in told for one in _trackings(info, shipment)), notes)
    if (response := root.find("Response")) is not None and (note := _note(response)):
        return Parsed(notes=(note,))
    raise BadInputError(f"an XML <{str(root.tag)[:40]}> is no tracking answer of DHL Express")


def _text(element: etree._Element | None, path: str) -> str:
    return " ".join((element.findtext(path) or "").split()) if element is not None else ""


def _note(element: etree._Element) -> CarrierNote | None:
    action, code = _text(element, "Status/ActionStatus"), _text(element, "Status/Condition/ConditionCode")
    if not code and action.lower() in ("", "success"):
        return None
    text = _text(element, "Status/Condition/ConditionData") or action
    return CarrierNote(code, text, numbered(_text(element, "AWBNumber")) or None)


def _trackings(info: etree._Element, shipment: etree._Element) -> tuple[Tracking, ...]:
    """Read a waybill, and each of its pieces that has events which others have not."""
    number = numbered(_text(info, "AWBNumber"))
    if not number:
        raise BadInputError("a shipment without its AWBNumber")
    pieces = [(_plate(piece), piece.findall("PieceEvent")) for piece in info.iter("PieceInfo")]
    total = max(how_many(_text(shipment, "Pieces")), len(pieces))
    events = claim(shipment.findall("ShipmentEvent"), pieces, _same, _ends, total)
    told = [(_checkpoint(event, number), names) for event, names in events]
    plates = [numbered(plate.text or "") for plate in info.iter("LicensePlate")]
    shared = share_out(number, told, listed=plates, total=total, carrier="dhl_express")
    points = [checkpoint for checkpoint, _ in told]
    names = [name for (event, _), point in zip(events, points, strict=True) if (name := _signatory(event, point.event_type))]
    whole = Tracking(
        tracking_number=number,
        carrier="dhl_express",
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(shipment, shared.whole, latest(point.occurred_at for point in points)),
        links=shared.links,
        service=_text(shipment, "GlobalProductCode") or None,
        weight_g=grams(_text(shipment, "Weight"), _UNITS.get(_text(shipment, "WeightUnit"), "")),
        signed_by=names[-1] if names and shared.over else None,
    )
    return whole, *shared.trackings("dhl_express")


def _ends(event: etree._Element) -> bool:
    return ends_journey(event_type_of(_text(event, "ServiceEvent/EventCode").upper()))


def _plate(piece: etree._Element) -> str:
    return next((numbered(plate.text or "") for plate in piece.iter("LicensePlate")), "")


def _same(event: etree._Element) -> tuple[str, ...]:
    """Name what makes an event of a piece the same as one of the shipment."""
    return tuple(_text(event, path) for path in ("ServiceEvent/EventCode", "Date", "Time", "ServiceArea/ServiceAreaCode"))


def _signatory(event: etree._Element, event_type: str) -> str | None:
    name = _text(event, "Signatory")
    return name if event_type.startswith("delivered") and not _NO_NAME.match(name) else None


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    code = _text(event, "ServiceEvent/EventCode").upper()
    place = place_of(_text(event, "ServiceArea/Description"), _text(event, "ServiceArea/ServiceAreaCode") or None)
    day = _text(event, "Date")
    moment = f"{day}T{_text(event, 'Time')}".removesuffix("T") if day else ""
    return Checkpoint(
        event_type=event_type_of(code, signed=not _NO_NAME.match(_text(event, "Signatory"))),
        occurred_at=iso_stamp(moment, country=place.country if place else None, region=place.region if place else None) if moment else None,
        place=place,
        carrier="dhl_express",
        carrier_code=code,
        carrier_text=_text(event, "ServiceEvent/Description"),
        tracking_number=number,
    )


def _estimates(shipment: etree._Element, checkpoints: tuple[Checkpoint, ...], stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Read the estimate by its own wall time; a scan that ends estimates leaves none."""
    found = _WITH_GMT.match(_text(shipment, "EstDlvyDate"))
    newest = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    if not found or _ended(checkpoints, newest):
        return ()
    day = iso_day(found[1])
    return (Estimate(from_on=day, to_on=day, to_time=found[2] if found[2] not in (_DAY_END, "00:00") else None, stated_at=stated),)


def _ended(checkpoints: tuple[Checkpoint, ...], newest: OccurredAt | None) -> bool:
    return any(
        checkpoint.carrier_code in _NO_ESTIMATE and (checkpoint.occurred_at == newest or ends_journey(checkpoint.event_type))
        for checkpoint in checkpoints
    )
