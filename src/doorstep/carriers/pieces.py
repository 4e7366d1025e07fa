"""A waybill's events and the pieces that each of them names → whose event each is: the waybill's, or a piece's under its own number.

A waybill is no piece itself. An event that names every piece, or none, befell the whole; one that names some befell those.
Source: DHL's Shipment Tracking - Unified (`pieceIds` of an event), its tracking page (`pIds`), MyDHL API and XML Services (events within
a piece), Allied's `scannedBarcode`, SmartKargo's `pieceReference`, Dicom's `parcelId`, as known on 2026-11-29.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from doorstep.carriers.reading import ends_journey, worded
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.tracking import Checkpoint, Link, Tracking
from doorstep.domain.vocabulary import Phase

#: Stands among the pieces that an event names for one whose number is not told.
NAMELESS = ""
#: Pieces that are followed one by one; of more, only what befell them all says how the waybill ends.
MOST = 200
#: A longer number counts no pieces.
_DIGITS = 6
_Event = TypeVar("_Event")
_IN_PART = "delivered_partial"
_ENDINGS = frozenset({Phase.DONE, Phase.RETURN})


class SharedOut(NamedTuple):
    """A waybill's events by whose they are."""

    #: The waybill's own: what befell all of its pieces.
    whole: tuple[Checkpoint, ...]
    #: Number of a piece → what befell it and not all.
    pieces: dict[str, list[Checkpoint]]
    #: From the waybill to its pieces.
    links: tuple[Link, ...]
    #: The journey of all pieces has ended.
    over: bool

    def trackings(self, carrier: str) -> tuple[Tracking, ...]:
        """Tell each piece's events as its own tracking."""
        return tuple(Tracking(tracking_number=piece, carrier=carrier, checkpoints=tuple(of_it)) for piece, of_it in self.pieces.items())


def share_out(
    number: str,
    told: Sequence[tuple[Checkpoint, Collection[str]]],
    *,
    listed: Iterable[str] = (),
    total: int = 0,
    carrier: str | None = None,
    is_piece: bool = False,
) -> SharedOut:
    """Share out events, each with the pieces it names (in one case, without spaces), among a waybill and its pieces.

    `listed` are the pieces that the payload lists beside its events, `total` how many it says there are (0 untold): where it lists fewer
    than that, or more than can be followed, the ones cannot be told from the others, and nothing that befell some of them ends the whole.
    Where nobody says how many there are, each event stays with the pieces it names. Only of a whole can a part be delivered.
    `carrier` is whose the pieces are in the links, None untold; `is_piece` where the number may be one of the pieces itself.
    """
    beside = [piece for piece in dict.fromkeys(listed) if piece]
    known = dict.fromkeys([*beside, *(piece for _, names in told for piece in sorted(names) if piece)])
    total = max(total, len(known)) if beside or total else 0
    apart = len(known) >= total and len(known) <= MOST
    whole: list[Checkpoint] = []
    pieces: dict[str, list[Checkpoint]] = {}
    for checkpoint, names in told:
        of_whole = not names or checkpoint.event_type == _IN_PART
        of_all = of_whole or (len(names) >= total > 0 and number not in known and (not apart or set(names) >= set(known)))
        if of_all:
            whole.append(checkpoint)
        elif not apart or NAMELESS in names:
            whole.append(_of_some(checkpoint))
        else:
            for piece in sorted(names):
                of_it = whole if piece == number else pieces.setdefault(piece, [])
                of_it.append(msgspec.structs.replace(checkpoint, tracking_number=piece))
    role = "parcel" if is_piece or number in known else "part"
    links = tuple(Link(tracking_number=piece, carrier=carrier, role=role) for piece in known if piece != number)
    ended = [any(ends_journey(scan.event_type) for scan in pieces.get(piece, ())) for piece in known if piece != number]
    over = any(ends_journey(scan.event_type) for scan in whole) or (apart and bool(ended) and number not in known and all(ended))
    return SharedOut(tuple(whole), pieces, links, over)


def claim(
    events: Iterable[_Event],
    pieces: Sequence[tuple[str, Sequence[_Event]]],
    same: Callable[[_Event], Hashable],
    ends: Callable[[_Event], bool],
    total: int,
) -> list[tuple[_Event, list[str]]]:
    """Tell of which pieces each event is, where a payload tells events of the shipment and, within each piece, that piece's.

    The events of the shipment come first, then those that only pieces tell; `pieces` are numbers with their events. What no piece tells
    is the shipment's, but not an end that so far only some of the `total` pieces tell for themselves.
    """
    whose: dict[Hashable, list[str]] = {}
    within: dict[Hashable, _Event] = {}
    for piece, of_it in pieces:
        for event in of_it:
            whose.setdefault(same(event), []).append(piece)
            within.setdefault(same(event), event)
    ended = sum(any(ends(event) for event in of_it) for _, of_it in pieces)
    found = []
    for event in events:
        within.pop(key := same(event), None)
        partly = key not in whose and 0 < ended < total and ends(event)
        found.append((event, [NAMELESS] if partly else whose.get(key, [])))
    return found + [(event, whose[key]) for key, event in within.items()]


def how_many(told: Any) -> int:
    """Read a number of pieces; 0 where it is untold."""
    written = worded(told)
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _DIGITS else 0


def _of_some(checkpoint: Checkpoint) -> Checkpoint:
    """Keep what befell pieces that cannot be told apart from saying how the whole ends; it is another scan than the whole's own end."""
    if EVENT_TYPES[checkpoint.event_type].phase not in _ENDINGS:
        return checkpoint
    code = f"{checkpoint.carrier_code}/some" if checkpoint.carrier_code else ""
    return msgspec.structs.replace(checkpoint, event_type="informational", carrier_code=code)
