"""The closed vocabularies → pages of docs/reference; a test holds page and code equal."""

from collections.abc import Iterator

from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.vocabulary import Phase

_TITLES = {
    Phase.PRE: "before hand-over",
    Phase.PICKUP: "from sender to carrier",
    Phase.TRANSIT: "between facilities",
    Phase.CROSS: "across borders",
    Phase.HAND: "from one carrier or number to another",
    Phase.LAST: "the last depot and the tour",
    Phase.ATTEMPT: "a delivery tried in vain",
    Phase.CHANGE: "where, when or how was changed",
    Phase.POINT: "pick-up points, shops, lockers",
    Phase.DONE: "arrived",
    Phase.PROBLEM: "late, held, damaged, lost",
    Phase.RETURN: "the way back",
    Phase.META: "about the record",
}

_INTRODUCTION = """\
# Event types

Every carrier's codes map onto these {count} event types. A code without a row here stays `unknown`, with the carrier's own
code and text beside it. This page is generated from `doorstep.domain.event_types`.

- **goods**: the event itself shows that the carrier had the goods in hand; else it is about data, plans or letters only.
- **must act**: who must do something for the parcel to go on.
- **status**: what the event sets; a dash leaves the status as it was.
"""


def event_types_markdown() -> str:
    """Write the page of all event types, by phase, in the order of a parcel's way."""
    return "\n".join((_INTRODUCTION.format(count=len(EVENT_TYPES)), *(line for phase in Phase for line in _section(phase))))


def _section(phase: Phase) -> Iterator[str]:
    yield f"## `{phase}`: {_TITLES[phase]}"
    yield ""
    yield "| event type | meaning | goods | must act | status | customer reads (en) | customer reads (es) |"
    yield "|---|---|---|---|---|---|---|"
    for event_type in EVENT_TYPES.values():
        if event_type.phase is phase:
            yield _line(event_type)
    yield ""


def _line(event_type: EventType) -> str:
    status = f"`{event_type.status}`" if event_type.status else "–"  # noqa: RUF001 - a dash for the reader
    goods = "yes" if event_type.physical else "no"
    cells = (f"`{event_type.slug}`", event_type.meaning, goods, event_type.must_act, status, event_type.en, event_type.es)
    return f"| {' | '.join(cells)} |"
