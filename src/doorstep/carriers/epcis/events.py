"""An EPCIS document, XML 1.x or 2.0 or JSON-LD 2.0 → its events in one shape, and what its master data says of places."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from lxml import etree

from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, json_of, listed, looks_like, worded, xml_of
from doorstep.domain.places import Place
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

#: More events than any document for a shop has; past it the bytes are an attack or a mistake.
MOST_EVENTS = 100_000
KINDS = frozenset({"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"})
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_ATTRIBUTES = {"name": "text", "city": "city", "state": "region", "postalCode": "postcode", "countryCode": "country"}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One EPCIS event; texts as sent, "" where left out."""

    kind: str
    #: Its place among the events, from 1.
    at: int
    time: str
    offset: str
    action: str
    step: str
    disposition: str
    parent: str
    epcs: tuple[str, ...]
    #: `readPoint` and `bizLocation`.
    read_point: str
    location: str
    destinations: tuple[str, ...]
    event_id: str
    #: Of an errorDeclaration: its reason's last part ("did_not_occur", "incorrect_data", "" for none); None: the event stands.
    declared: str | None


class Document(msgspec.Struct, frozen=True):
    """All that one document says."""

    events: tuple[Event, ...]
    #: Location identifier → what the master data says of it.
    places: Mapping[str, Place]


def document_of(raw: Raw) -> Document:
    """Read a document, a query's answer, a list of events, or a single one.

    Raises:
        BadInputError: none of these.
    """
    match looks_like(raw):
        case "xml":
            return _from_xml(xml_of(raw))
        case "json":
            return _from_json(json_of(raw))
    raise BadInputError("the body is neither XML nor JSON, so no EPCIS document")


def _from_json(tree: Any) -> Document:
    body = dig(tree, "epcisBody")
    found = dig(body, "eventList")
    if found is None:
        found = dig(body, "queryResults", "resultsBody", "eventList")
    if found is None:
        found = dig(body, "event")
    if found is None and isinstance(tree, list) and tree:
        found = tree
    if found is None and _kind(boxed(tree)) in KINDS:
        found = [tree]
    if found is None:
        raise BadInputError("no EPCIS document: epcisBody has no eventList")
    events = tuple(
        _json_event(boxed(one), at) for at, one in enumerate(_bounded(listed(found)), 1) if worded(boxed(one).get("type")) in KINDS
    )
    if not events and listed(found):
        raise BadInputError("no EPCIS document: none of its events has a type of the standard")
    places: dict[str, Place] = {}
    for vocabulary in listed(dig(tree, "epcisHeader", "epcisMasterData", "vocabularyList")):
        for element in listed(dig(vocabulary, "vocabularyElementList")):
            said = {worded(dig(one, "id")): worded(dig(one, "attribute")) for one in listed(dig(element, "attributes"))}
            _note_place(places, worded(dig(element, "id")), said)
    return Document(events, places)


def _kind(box: dict[str, Any]) -> str:
    return worded(box.get("type")) or worded(box.get("@type")) or worded(box.get("isA"))


def _bounded(events: list[Any]) -> list[Any]:
    if len(events) > MOST_EVENTS:
        raise BadInputError(f"more than {MOST_EVENTS} events in one document")
    return events


def _json_event(box: dict[str, Any], at: int) -> Event:
    declared = box.get("errorDeclaration")
    return Event(
        kind=_kind(box),
        at=at,
        time=worded(box.get("eventTime")),
        offset=worded(box.get("eventTimeZoneOffset")),
        action=worded(box.get("action")),
        step=worded(box.get("bizStep")),
        disposition=worded(box.get("disposition")),
        parent=worded(box.get("parentID")),
        epcs=tuple(text for name in _LISTS for one in listed(box.get(name)) if (text := worded(one))),
        read_point=_identifier(box.get("readPoint")),
        location=_identifier(box.get("bizLocation")),
        destinations=tuple(worded(dig(one, "destination")) for one in listed(box.get("destinationList"))),
        event_id=worded(box.get("eventID")),
        declared=None if declared is None else _reason(worded(dig(declared, "reason"))),
    )


def _identifier(value: Any) -> str:
    return worded(dig(value, "id")) or worded(value)


def _reason(text: str) -> str:
    return text.replace("/", ":").replace("-", ":").rpartition(":")[2]


def _from_xml(root: etree._Element) -> Document:
    found = list(root.iter(*KINDS))
    if not found and next(root.iter("EventList", "EPCISBody"), None) is None:
        raise BadInputError("no EPCIS document: it has no EPCISBody")
    places: dict[str, Place] = {}
    for element in root.iter("VocabularyElement"):
        said = {one.get("id", ""): (one.text or "").strip() for one in element.iter("attribute")}
        _note_place(places, element.get("id", ""), said)
    return Document(tuple(_xml_event(element, at) for at, element in enumerate(_bounded(found), 1)), places)


def _xml_event(element: etree._Element, at: int) -> Event:
    if next(element.iterdescendants(*KINDS), None) is not None:
        raise BadInputError(f"event {at}: an event stands within an event")
    declared = next(element.iter("errorDeclaration"), None)
    return Event(
        kind=str(element.tag),
        at=at,
        time=_text(element, "eventTime"),
        offset=_text(element, "eventTimeZoneOffset"),
        action=_text(element, "action"),
        step=_text(element, "bizStep"),
        disposition=_text(element, "disposition"),
        parent=_text(element, "parentID"),
        epcs=tuple(text for name in _LISTS for box in element.iter(name) for one in box if (text := (one.text or "").strip())),
        read_point=_text(element, "readPoint", "id"),
        location=_text(element, "bizLocation", "id"),
        destinations=tuple((one.text or "").strip() for one in element.iter("destination")),
        event_id=_text(element, "eventID"),
        declared=None if declared is None else _reason(_text(declared, "reason")),
    )


def _text(element: etree._Element, *path: str) -> str:
    """Return the text at a path of tags, wherever an `extension` or `baseExtension` put its first one."""
    here: Iterator[etree._Element] = element.iter(path[0])
    found = next(here, None)
    for tag in path[1:]:
        found = found.find(tag) if found is not None else None
    return (found.text or "").strip() if found is not None else ""


def _note_place(places: dict[str, Place], identifier: str, said: Mapping[str, str]) -> None:
    parts = {_ATTRIBUTES[name]: value for key, value in said.items() if (name := key.replace("#", ":").rpartition(":")[2]) in _ATTRIBUTES}
    place = place_of(**parts)
    if identifier and place is not None:
        places[identifier] = place
