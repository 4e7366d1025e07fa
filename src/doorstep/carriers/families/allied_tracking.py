"""Allied Express's `getShipmentsStatus` (SOAP as XML or JSON), which both its networks share → trackings; its errors → notes."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.pieces import share_out
from doorstep.carriers.reading import boxed, json_of, listed, looks_like, numbered, worded, xml_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: Allied sends no codes: the name of the status, one of a short list, is the code. Normalised for case and spaces.
#: Left out: "Other". Source: the statuses of Allied Express's web service as listed in public connectors, read 2026-11-22.
_EVENT_TYPES = {
    "freight has been delivered": "delivered",
    "it's on board with driver": "out_for_delivery",
    "in transit to": "in_transit",
    "in agent": "ready_for_pickup",
    "card left": "notice_left",
    "left in depot": "in_facility_waiting",
    "return to depot": "returned_from_route",
    "return to sender": "return_started",
    "damaged": "damaged",
}
#: Named with the place the freight goes to: "IN TRANSIT TO SYDNEY".
_TOWARDS = "in transit to "


def event_type_of(status: str, *, at_depot: bool = False) -> str:
    """Find the event type of a status. Without any, a barcode read at a depot still says that the piece is on its way."""
    name = " ".join(status.split()).casefold()
    if not name:
        return "in_transit" if at_depot else "unknown"
    return "in_transit" if name.startswith(_TOWARDS) else _EVENT_TYPES.get(name, "unknown")


def read(raw: Raw, carrier: str) -> Parsed:
    """Read an answer: scans of one or more consignments, or the reason there are none.

    Raises:
        BadInputError: none of Allied's answers.
    """
    results = list(_results(raw))
    scans = [scan for result in results for scan in listed(result.get("statusBarcodesList")) if isinstance(scan, dict)]
    errors = [worded(text) for result in results for key in ("statusError", "errors", "faultstring") for text in listed(result.get(key))]
    notes = tuple(CarrierNote("", text) for text in errors if text)
    by_number: dict[str, list[Any]] = {}
    for scan in scans:
        number = numbered(worded(scan.get("consignmentNote")) or worded(scan.get("scannedBarcode")))
        if not number:
            raise BadInputError("a scan of Allied Express without a consignment note")
        by_number.setdefault(number, []).append(scan)
    if not by_number and not notes and not results:
        raise BadInputError("no status result of Allied Express in it")
    return Parsed(tuple(tracking for number, rows in by_number.items() for tracking in _trackings(number, rows, carrier)), notes)


def _results(raw: Raw) -> Iterator[dict[str, Any]]:
    """Find the `result` of an answer, or its fault, whatever prefixes its names bear."""
    if looks_like(raw) == "xml":
        root = xml_of(raw)
        yield from (_grouped(result) for result in (*root.iter("result"), *root.iter("Fault")))
        return
    answer = _bare(json_of(raw))
    body = _bare(_bare(answer.get("Envelope", answer)).get("Body", answer))
    response = _bare(body.get("getShipmentsStatusResponse", body))
    for result in (*listed(response.get("result")), body.get("Fault")):
        if isinstance(result, dict):
            yield _bare(result)


def _grouped(result: etree._Element) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for child in result.iterchildren(etree.Element):
        parts.setdefault(str(child.tag), []).append(_scan(child))
    return parts


def _scan(element: etree._Element) -> Any:
    parts = {str(child.tag): child.text or "" for child in element.iterchildren(etree.Element)}
    return parts or element.text or ""


def _bare(tree: Any) -> dict[str, Any]:
    return {key.rpartition(":")[2]: value for key, value in boxed(tree).items()}


def _trackings(number: str, scans: list[Any], carrier: str) -> tuple[Tracking, ...]:
    """Read a consignment: what was scanned with its own barcode befell it all, with a piece's barcode that piece."""
    told = [(_checkpoint(scan, number, carrier), _pieces(scan, number)) for scan in scans]
    shared = share_out(number, told, carrier=carrier)
    return Tracking(tracking_number=number, carrier=carrier, checkpoints=shared.whole, links=shared.links), *shared.trackings(carrier)


def _pieces(scan: dict[str, Any], number: str) -> list[str]:
    piece = numbered(worded(scan.get("scannedBarcode")))
    return [piece] if piece not in ("", number) else []


def _checkpoint(scan: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    status, depot = worded(scan.get("scannedStatus")), worded(scan.get("depotLocation"))
    # The service itself spells its timestamp with three n.
    when = worded(scan.get("scannnedTimestamp")) or worded(scan.get("scannedTimestamp"))
    return Checkpoint(
        event_type=event_type_of(status, at_depot=bool(depot)),
        occurred_at=iso_stamp(when) if when else None,
        place=place_of(facility=depot, country="AU") if depot else None,
        carrier=carrier,
        carrier_code=status,
        carrier_text=status,
        tracking_number=number,
    )
