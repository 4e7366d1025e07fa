"""Where a parcel waits to be collected: the point, its hours, until when, and the code that opens it."""

import msgspec

from doorstep.domain.times import OccurredAt


class OpenHours(msgspec.Struct, frozen=True, array_like=True):
    """One stretch in which a point is open, by its own clock."""

    #: 0 is Monday, 6 Sunday.
    weekday: int
    #: "HH:MM"; "24:00" ends a day.
    opens: str
    closes: str


class PickupPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A shop, locker or post office at which the recipient collects a parcel; every part empty where untold."""

    #: "locker", "shop", "post_office", "depot"; "" untold.
    kind: str = ""
    #: As customers find it on the sign, or the carrier's code of the locker.
    name: str | None = None
    #: Street lines and directions, in order.
    lines: tuple[str, ...] = ()
    postcode: str | None = None
    city: str | None = None
    #: ISO 3166-1 alpha-2.
    country: str | None = None
    hours: tuple[OpenHours, ...] = ()
    #: Opening hours as sent, where they could not be taken apart.
    hours_text: str | None = None
    #: Last moment (or day) at which it can be collected.
    collect_by: OccurredAt | None = None
    #: What opens the locker or is shown at the counter. Whoever has it can take the parcel: never logged, on no list.
    code: str | None = None


class Waits(msgspec.Struct, frozen=True, array_like=True):
    """Where a parcel is to be collected, as the newest payload that spoke of it says."""

    #: Microseconds UTC of that payload's newest dated scan; 0 where none is dated.
    stated_us: int
    point: PickupPoint
