"""Posts of the UPU: EMSEVT v3 messages, and the postal track-and-trace service's JSON → checkpoints.

The message standard (M40) is not public. Read is what EDIFACT syntax and the public event codes tell: an item by its S10 identifier,
an event by its code in STS, the time from DTM, the office from LOC; reasons and measures are kept beside the code.
"""

from collections.abc import Iterable

from doorstep.carriers.countries import place_of
from doorstep.carriers.families.edifact import messages_of
from doorstep.carriers.partners import PARTNER_SETTINGS, bound_events, spoken_by
from doorstep.carriers.posts import post_of
from doorstep.carriers.reading import json_of
from doorstep.carriers.upu.codes import event_type_of
from doorstep.carriers.upu.emsevt import ItemEvent, events_of
from doorstep.carriers.upu.track_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking

_IMPC_LENGTH = 6


def parse(raw: Raw) -> Parsed:
    """Read an interchange of EMSEVT messages or an answer in JSON; messages of another kind become notes.

    Raises:
        BadInputError: neither, cut off, or a time that is none; the text names the segment. Nothing else.
    """
    if raw.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:3] not in (b"UNA", b"UNB", b"UNH"):
        return read(json_of(raw), CARRIER.slug)
    told: dict[str, list[Checkpoint]] = {}
    notes: list[CarrierNote] = []
    count = 0
    for message in messages_of(raw):
        if message.kind != "EMSEVT":
            notes.append(CarrierNote(message.kind[:6], f"segment {message.at}: a message that reports no item event was left out"))
            continue
        for event in events_of(message):
            if not event.items:
                notes.append(CarrierNote(event.code, f"segment {event.at}: the event names no item"))
            count += len(event.items)
            bound_events(count)
            for item in dict.fromkeys(event.items):
                told.setdefault(item, []).append(_checkpoint(event, item))
    return Parsed(tuple(_tracking(item, scans) for item, scans in told.items()), tuple(notes))


def _tracking(item: str, scans: Iterable[Checkpoint]) -> Tracking:
    return Tracking(tracking_number=item, carrier=post_of(item) or CARRIER.slug, checkpoints=tuple(scans))


def _checkpoint(event: ItemEvent, item: str) -> Checkpoint:
    coded = len(event.office) == _IMPC_LENGTH and event.office.isalpha()
    place = place_of(text="" if coded else event.office, country=event.office[:2] if coded else "", facility=event.office if coded else "")
    return Checkpoint(
        event_type=event_type_of(event.code, event.words),
        occurred_at=event.moment.at(place.country if place else None) if event.moment else None,
        place=place,
        carrier=post_of(item) or CARRIER.slug,
        carrier_code="/".join((event.code, *event.reasons)),
        carrier_text=event.words,
        tracking_number=item,
    )


CARRIER = Carrier(
    slug="upu",
    name="Posts of the UPU (EMSEVT)",
    parse=parse,
    parse_with=spoken_by(parse),
    settings=PARTNER_SETTINGS,
    aggregates=True,
)
