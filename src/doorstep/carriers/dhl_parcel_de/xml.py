"""DHL Paket's `piece-shipment-list` → one tracking for each piece."""

from lxml import etree

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.collecting import told_last
from doorstep.carriers.countries import country_of
from doorstep.carriers.families.dhl_paket_codes import event_type_of
from doorstep.carriers.families.dhl_paket_points import point_in
from doorstep.carriers.reading import grams, numbered
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_NUMBERS = ("piece-code", "searched-piece-code", "piece-identifier")


def read(root: etree._Element) -> Parsed:
    """Read the answer to `d-get-piece-detail` and its kin: nested `data` elements told apart by `name`.

    Raises:
        BadInputError: another document.
    """
    if root.tag != "data":
        raise BadInputError(f"an XML <{str(root.tag)[:40]}> is no answer of DHL Paket")
    if root.get("code", "0") != "0":
        return Parsed(notes=(_note(root, root.get("code", "")),))
    pieces = [piece for piece in root.iter("data") if piece.get("name") in ("piece-shipment", "piece-status-public")]
    if not pieces and root.get("name") == "piece-event-list":
        pieces = [root]
    good = [piece for piece in pieces if piece.get("error-status", "0") in ("", "0")]
    notes = tuple(_note(piece, piece.get("error-status", "")) for piece in pieces if piece not in good)
    if not pieces:
        raise BadInputError("a <data> without pieces and without an error code")
    return Parsed(tuple(_tracking(piece, good) for piece in good), notes)


def _note(element: etree._Element, code: str) -> CarrierNote:
    text = element.get("error") or element.get("piece-status-desc") or element.get("status") or ""
    return CarrierNote(code, text, _number(element) or None)


def _number(piece: etree._Element) -> str:
    return next((numbered(value) for name in _NUMBERS if (value := piece.get(name))), "")


def _tracking(piece: etree._Element, together: list[etree._Element]) -> Tracking:
    number = _number(piece)
    if not number:
        raise BadInputError("a piece without its code")
    home = piece.get("origin-country") if piece.get("origin-country") == piece.get("dest-country") else None
    events = [event for event in piece.iter("data") if event.get("name") == "piece-event"]
    checkpoints = tuple(_checkpoint(event, number, home, "event-timestamp", "event-status") for event in events)
    if not events and (piece.get("ice") or piece.get("standard-event-code") or piece.get("status")):
        checkpoints = (_checkpoint(piece, number, home, "status-timestamp", "status"),)
    shipment = piece.get("shipment-code")
    siblings = [_number(other) for other in together if shipment and other is not piece and other.get("shipment-code") == shipment]
    return Tracking(
        tracking_number=number,
        carrier="dhl_parcel_de",
        checkpoints=checkpoints,
        links=tuple(Link(tracking_number=sibling, carrier="dhl_parcel_de", role="parcel") for sibling in siblings if sibling),
        service=piece.get("product-name") or None,
        weight_g=grams(piece.get("shipment-weight"), "kg"),
        signed_by=(piece.get("recipient-name") or None) if piece.get("delivery-event-flag") == "1" else None,
        is_return=piece.get("ruecksendung") == "true" and all(checkpoint.is_return for checkpoint in checkpoints),
        pickup=told_last((scan, point_in(scan.carrier_text)) for scan in checkpoints),
    )


def _checkpoint(event: etree._Element, number: str, home: str | None, when: str, words: str) -> Checkpoint:
    country = country_of(event.get("event-country"))
    ice, ric, standard = event.get("ice") or "", event.get("ric") or "", event.get("standard-event-code") or ""
    event_type = event_type_of(ice, ric, standard)
    city = event.get("event-location") or None
    return Checkpoint(
        event_type=event_type,
        occurred_at=_when(event.get(when) or "", country or country_of(home)),
        place=Place(city=city, country=country) if city or country else None,
        carrier="dhl_parcel_de",
        carrier_code="/".join(part for part in (ice, ric) if part) or standard,
        carrier_text=event.get(words) or event.get("event-text") or "",
        tracking_number=number,
        retracts="" if event_type == "event_retracted" else None,
        is_return=event.get("ruecksendung") == "true",
    )


def _when(text: str, country: str | None) -> OccurredAt | None:
    """Read "18.03.2016 10:02": wall time at the place of the scan."""
    if not text.strip():
        return None
    wall = read_time(text, "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y")
    precision = {0: Precision.DATE, 1: Precision.MINUTE}.get(text.count(":"), Precision.SECOND)
    return stamp(wall, precision, country=country)
