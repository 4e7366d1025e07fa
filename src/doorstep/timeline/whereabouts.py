"""A stage, both ends of the way, the events so far → whose weekly rest and public holidays a parcel waits through."""

from collections.abc import Iterable

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.shipments import Around
from doorstep.domain.vocabulary import Phase
from doorstep.timeline.rests import Calendar, calendar_of
from doorstep.timeline.stages import OFFICES, STAGE_OF, Stage

#: Stages of a parcel that has not left yet, and of one that is in the country to which it goes.
_STILL_HERE = frozenset({Stage.ANNOUNCED, Stage.COLLECTION})
_THERE = frozenset({Stage.UNTRACKED, Stage.DEPOT, Stage.TOUR, Stage.ATTEMPT, Stage.CARDED, Stage.POINT})
#: Stage → whether offices are waited for, whether it is there.
_TRAITS = {stage: (stage in OFFICES, stage in _THERE) for stage in Stage}
#: Events of a parcel whose export is behind it.
_EXPORTED = frozenset(slug for slug, event in EVENT_TYPES.items() if event.phase is Phase.CROSS and not slug.startswith("export_"))
_BEYOND = _EXPORTED | {slug for slug, stage in STAGE_OF.items() if stage in _THERE}


def calendar_at(stage: Stage, around: Around, so_far: Iterable[str]) -> Calendar:
    """Tell when is worked where a parcel in this stage is; `so_far` are the event types of its scans, read only where they matter.

    Before the export it is in the country of origin, after it in that of the destination; on the way back it may be in either, so the
    holidays of both are kept. Where one end is not known, the other stands for it until a scan tells of a border.
    """
    origin, destination = around.origin, around.destination
    offices, there = _TRAITS[stage]
    if origin is None or origin == destination:
        return calendar_of(destination, offices)
    if stage is Stage.RETURNING:
        return calendar_of(destination or origin, offices, origin)
    if destination is None:
        return calendar_of(origin if _EXPORTED.isdisjoint(so_far) else None, offices)
    here = stage in _STILL_HERE or (not there and _BEYOND.isdisjoint(so_far))
    return calendar_of(origin if here else destination, offices)
