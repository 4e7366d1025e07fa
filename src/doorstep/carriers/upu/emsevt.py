"""An EMSEVT message in EDIFACT syntax → item events."""

import re
from collections.abc import Iterator

import msgspec

from doorstep.carriers.families.edifact import Message, Moment, Segment, moment_of
from doorstep.carriers.upu.codes import known
from doorstep.carriers.upu.items import item_of

#: An event code as EMSEVT forms them; one that is not on our list is unknown, not overlooked.
_CODE = re.compile(r"E[A-Z]{2}")
_IMPC = re.compile(r"[A-Z]{6}")
#: Segments that may name an item, by the element their identifiers begin at.
_ITEMS = frozenset({"CNI", "RFF", "GIN", "GID", "PCI", "PAC", "IDE", "DOC"})

#: The component of a status composite that holds words.
_WORDS = 3


class ItemEvent(msgspec.Struct):
    """One event and the items it is about."""

    code: str
    at: int
    items: list[str] = []
    moment: Moment | None = None
    #: IMPC code of the office (six letters, a country's first), or its name.
    office: str = ""
    #: The codes and the words that stand beside the event: reason, measure.
    reasons: list[str] = []
    words: str = ""


def events_of(message: Message) -> Iterator[ItemEvent]:
    """Read a message in which items precede their events, or events their items: whichever comes first leads.

    Raises:
        BadInputError: a time that is none; the text names its segment.
    """
    items: list[str] = []
    event: ItemEvent | None = None
    items_lead: bool | None = None
    for segment in message.segments:
        if segment.tag == "STS" and (code := _code(segment)):
            if event is not None:
                yield event
            items_lead = bool(items) if items_lead is None else items_lead
            event = ItemEvent(code, segment.at, items=items if items_lead else [])
            event.reasons, event.words = _beside(segment, code)
        elif segment.tag in _ITEMS and (found := _items(segment)):
            if event is not None and items_lead:
                yield event
                event, items = None, []
            (event.items if event is not None else items).extend(found)
        elif event is not None:
            _add(segment, event)
    if event is not None:
        yield event


def _code(segment: Segment) -> str:
    parts = [part.strip() for element in segment.elements for part in element]
    return next((part for part in parts if known(part)), "") or next((part for part in parts if _CODE.fullmatch(part)), "")


def _beside(segment: Segment, code: str) -> tuple[list[str], str]:
    """Return the codes after the event's own, and the words among them."""
    parts = [element[0].strip() for element in segment.elements if element]
    after = parts[parts.index(code) + 1 :] if code in parts else []
    words = next((element[_WORDS].strip() for element in segment.elements if len(element) > _WORDS and element[_WORDS].strip()), "")
    return [part for part in after if part], words


def _items(segment: Segment) -> list[str]:
    return list(dict.fromkeys(item for element in segment.elements for part in element if (item := item_of(part))))


def _add(segment: Segment, event: ItemEvent) -> None:
    match segment.tag:
        case "DTM" if event.moment is None:
            event.moment = moment_of(segment)
        case "LOC" if not event.office:
            named = [part.strip() for element in segment.elements[1:] for part in element if part.strip()]
            event.office = next((part for part in named if _IMPC.fullmatch(part)), named[0] if named else "")
        case "FTX" if not event.words:
            event.words = " ".join(filter(None, (segment.part(4, at) for at in range(5))))
