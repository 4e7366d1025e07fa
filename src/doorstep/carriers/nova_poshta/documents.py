"""Nova Poshta's documents, each with its present status alone → trackings; errors, warnings and unknown numbers → notes."""

from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import place_of
from doorstep.carriers.nova_poshta.codes import event_type_of
from doorstep.carriers.reading import boxed, ends_journey, grams, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_SLUG = "nova_poshta"
_NOT_FOUND = "3"
#: One answer spells its times in three ways.
_TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%H:%M %d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d-%m-%Y",
)
#: The parcel is still where the sender is; with any other status, where it is going or has gone.
_AT_SENDER = frozenset({"1", "2", "4", "12", "41"})
#: On its way between the two, or about no place.
_BETWEEN = frozenset({"5", "101", "104", "112"})
_RECEIVED = frozenset({"9", "10", "11", "106"})
#: Kinds of points. Source: values of `CategoryOfWarehouse` in Nova Poshta's own answers and public clients, read 2026-11-29.
_KINDS = {"Branch": "post_office", "Postomat": "locker", "Store": "shop", "PUDO": "shop", "DropOff": "shop"}
#: Documents created on the basis of this one. Source: values of `LastCreatedOnTheBasisDocumentType` in public clients, read 2026-11-22.
_NEXT = {"CargoReturn": "return", "Redirecting": "replaced_by"}


def read(answer: Any) -> Parsed:
    """Read a decoded answer.

    Raises:
        BadInputError: without `success` and `data`, or a document without a number.
    """
    if not isinstance(answer, dict) or "success" not in answer or not isinstance(answer.get("data"), list | dict | None):
        raise BadInputError("an answer without success and data of Nova Poshta")
    documents = [boxed(document) for document in listed(answer.get("data"))]
    told = [_document(document) for document in documents]
    return Parsed(
        tuple(one for one in told if isinstance(one, Tracking)),
        (*(one for one in told if isinstance(one, CarrierNote)), *_notes(answer, "error"), *_notes(answer, "warning")),
    )


def read_xml(root: etree._Element) -> Parsed:
    """Read the answer as XML: the same names, lists as `item` elements.

    Raises:
        BadInputError: as `read`.
    """
    answer: dict[str, Any] = {child.tag: [item.text or "" for item in child.iter("item")] for child in root}
    answer["data"] = [{field.tag: field.text or "" for field in item} for item in root.findall("data/item")]
    if root.find("success") is None:
        raise BadInputError("XML without success of Nova Poshta")
    return read(answer)


def _notes(answer: dict[str, Any], kind: str) -> list[CarrierNote]:
    codes = [worded(code) for code in listed(answer.get(f"{kind}Codes"))]
    said = [text for item in listed(answer.get(f"{kind}s")) for text in (item.items() if isinstance(item, dict) else [("", item)])]
    return [
        CarrierNote(codes[at] if at < len(codes) else "", worded(text), numbered(key.partition("ID_")[2]) or None)
        for at, (key, text) in enumerate(said)
        if worded(text)
    ]


def _document(document: dict[str, Any]) -> Tracking | CarrierNote:
    number, code = numbered(worded(document.get("Number"))), worded(document.get("StatusCode"))
    if not number:
        raise BadInputError("a document of Nova Poshta without a Number")
    if code == _NOT_FOUND:
        return CarrierNote(code, worded(document.get("Status")), number)
    service = worded(document.get("ServiceType"))
    scan = Checkpoint(
        event_type=event_type_of(code, service),
        occurred_at=_occurred_at(document, code),
        place=_place(document, code),
        carrier=_SLUG,
        carrier_code=code,
        carrier_text=worded(document.get("Status")),
        tracking_number=number,
    )
    following = numbered(worded(document.get("LastCreatedOnTheBasisNumber")))
    role = _NEXT.get(worded(document.get("LastCreatedOnTheBasisDocumentType")), "")
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=(scan,),
        estimates=_estimates(document, scan),
        links=(Link(tracking_number=following, carrier=_SLUG, role=role),) if role and following not in ("", number) else (),
        service=service or None,
        weight_g=grams(document.get("FactualWeight"), "kg") or grams(document.get("DocumentWeight"), "kg"),
        signed_by=(worded(document.get("RecipientFullName")) or None) if code in _RECEIVED else None,
        pickup=_pickup(document, service),
    )


def _pickup(document: dict[str, Any], service: str) -> PickupPoint | None:
    """Read the branch or parcel locker of a document that ends at one, and until when it waits there.

    A document tells when storage begins to cost, which is no deadline, and, where it goes back by itself, on which day: it can be
    collected until the day before.
    """
    if not service.endswith(("Warehouse", "Postomat")):
        return None
    city, back = worded(document.get("CityRecipient")), _moment(document.get("DateReturnCargo"))
    return point_of(
        kind=_KINDS.get(worded(document.get("CategoryOfWarehouse")), ""),
        name=worded(document.get("WarehouseRecipient")),
        lines=(worded(document.get("WarehouseRecipientAddress")).removeprefix(f"{city}, "),),
        city=city,
        country="UA",
        collect_by=stamp(back - timedelta(days=1), Precision.DATE, country="UA") if back else None,
    )


def _moment(value: Any) -> datetime | None:
    """Read a time in any of its spellings; None for none and for "0000-00-00 00:00:00"."""
    text = worded(value)
    return (
        read_time(text, *_TIMES) if text and not text.startswith(("0000", "0001", "00.00", "00-00", "01.01.0001", "01-01-0001")) else None
    )


def _occurred_at(document: dict[str, Any], code: str) -> OccurredAt | None:
    """Date the status: a hand-over by its own field, anything else by when the status was set, all in Kyiv's time."""
    names = ["TrackingUpdateDate", "DateScan"]
    if code in _RECEIVED:
        names.insert(0, "RecipientDateTime")
    elif code == "1":
        names.append("DateCreated")
    for name in names:
        if wall := _moment(document.get(name)):
            text = worded(document.get(name))
            precision = Precision.SECOND if text.count(":") > 1 else Precision.MINUTE if ":" in text else Precision.DATE
            return stamp(wall, precision, country="UA")
    return None


def _place(document: dict[str, Any], code: str) -> Place | None:
    if code in _BETWEEN:
        return None
    side = "Sender" if code in _AT_SENDER else "Recipient"
    return place_of(city=worded(document.get(f"City{side}")), facility=worded(document.get(f"Warehouse{side}")))


def _estimates(document: dict[str, Any], scan: Checkpoint) -> tuple[Estimate, ...]:
    """Read the planned moment, as adjusted if it was; once the parcel waits or is handed over there is nothing more to expect."""
    planned = _moment(document.get("AdjustedDate")) or _moment(document.get("ScheduledDeliveryDate"))
    waits = scan.event_type.startswith("ready_for_pickup") or scan.event_type in ("order_cancelled", "return_started", "refused")
    if planned is None or waits or ends_journey(scan.event_type):
        return ()
    clock = planned.strftime("%H:%M")
    day = planned.date()
    return (Estimate(from_on=day, to_on=day, to_time=clock if clock != "00:00" else None, stated_at=scan.occurred_at),)
