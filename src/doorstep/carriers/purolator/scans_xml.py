"""Purolator's TrackPackagesByPin and …ByReference (version 1, XML) → trackings; its errors, messages and faults → notes."""

from lxml import etree

from doorstep.carriers.purolator.codes import event_type_of_scan, new_number
from doorstep.carriers.purolator.places import depot_place, wall_time
from doorstep.carriers.reading import numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_UNTOLD = "Not known or specified"


def read(root: etree._Element) -> Parsed:
    """Read an envelope.

    Raises:
        BadInputError: no tracking, no error and no fault in it.
    """
    found = list(root.iter("TrackingInformation"))
    notes = notes_of(root)
    if not found and not notes and root.find(".//TrackingInformationList") is None:
        raise BadInputError("XML without TrackingInformation, errors or a fault of Purolator")
    told = [_tracking(information) for information in found]
    return Parsed(tuple(one for one in told if one), notes)


def notes_of(root: etree._Element) -> tuple[CarrierNote, ...]:
    """Read the errors, informational messages and faults of either version."""
    errors = [CarrierNote(text(error, "Code"), text(error, "Description")) for error in root.iter("Error")]
    messages = [CarrierNote(text(message, "Code"), text(message, "Message")) for message in root.iter("InformationalMessage")]
    faults = [CarrierNote(text(fault, "faultcode"), text(fault, "faultstring")) for fault in root.iter("Fault")]
    return tuple(note for note in (*errors, *messages, *faults) if note.code or note.text)


def text(element: etree._Element, path: str) -> str:
    """Return the trimmed text of a child; "" where it is missing or nil."""
    return (element.findtext(path) or "").strip()


def links_of(checkpoints: tuple[Checkpoint, ...], number: str) -> tuple[Link, ...]:
    """Read the new numbers that scans of either version announce."""
    found = dict.fromkeys(new_number(checkpoint.carrier_text) for checkpoint in checkpoints)
    return tuple(Link(tracking_number=one, carrier="purolator", role="replaced_by") for one in found if one not in ("", number))


def _tracking(information: etree._Element) -> Tracking | None:
    """Read one PIN; None for a PIN that was not found, whose errors are notes."""
    scans = information.findall("Scans/Scan")
    number = numbered(text(information, "PIN/Value")) or next((numbered(text(scan, "PIN/Value")) for scan in scans), "")
    if not number:
        if scans:
            raise BadInputError("a TrackingInformation without its PIN")
        return None
    scans_told = tuple(_checkpoint(scan, number) for scan in scans)
    services = [text(scan, "ScanDetails/PremiumServiceText") for scan in scans]
    signatures = [text(scan, "ScanDetails/DeliverySignature") for scan in scans]
    return Tracking(
        tracking_number=number,
        carrier="purolator",
        checkpoints=scans_told,
        links=links_of(scans_told, number),
        service=next((service for service in services if service not in ("", _UNTOLD)), None),
        signed_by=next((name for name in signatures if name), None),
    )


def _checkpoint(scan: etree._Element, number: str) -> Checkpoint:
    scan_type, sentence = text(scan, "ScanType"), text(scan, "Description")
    place = depot_place(text(scan, "Depot/Name"))
    return Checkpoint(
        event_type=event_type_of_scan(scan_type, sentence, text(scan, "ScanDetails/DeliverySignature")),
        occurred_at=wall_time(text(scan, "ScanDate"), text(scan, "ScanTime"), place),
        place=place,
        carrier="purolator",
        carrier_code=scan_type,
        carrier_text=sentence,
        tracking_number=number,
    )
