"""Every shipping event Doorstep tells apart: one row each; the words carriers use map onto these."""

from doorstep.domain.event_types import arrived, before, door, moving, trouble
from doorstep.domain.event_types.row import EventType

__all__ = ["EVENT_TYPES", "EventType"]

#: Slug → its row, in the order of a parcel's way.
EVENT_TYPES: dict[str, EventType] = {row.slug: row for row in (*before.ROWS, *moving.ROWS, *door.ROWS, *arrived.ROWS, *trouble.ROWS)}
