"""When a shop sends, what its parcels took, a moment → by when an order placed then arrives, with its chance, and until when to order."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from doorstep.timeline.estimating.counted import Experience, Lane, Part, Shares, exactly, within
from doorstep.timeline.estimating.opening import Week, day_after, first_open, week_of_days
from doorstep.timeline.estimating.workdays import CUT_OFF_HOUR

_DAY = timedelta(days=1)


class Sending(msgspec.Struct, frozen=True):
    """How a shop sends, as it says itself; kept under "sending" in the merchant's settings."""

    #: ISO 3166-1 alpha-2 and IANA zone of the warehouse; "" untold.
    country: str = ""
    zone: str = ""
    #: Local "HH:MM" until which an order counts for the same day.
    cut_off: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] = f"{CUT_OFF_HOUR}:00"
    #: Monday 1 to Sunday 7; none given: Monday to Friday.
    working_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = ()
    #: Working days from the order's day to the hand-over; None: as learnt.
    handling_days: Annotated[int, msgspec.Meta(ge=0, le=30)] | None = None

    @property
    def cut_off_time(self) -> time:
        """The cut-off as a time of the day."""
        return time.fromisoformat(self.cut_off)

    @property
    def week(self) -> Week:
        """The weekdays on which it sends."""
        return week_of_days(self.working_days)

    def counts_from(self, placed_at: datetime, country: str = "") -> date:
        """Tell on which of its working days an order placed then (aware) counts."""
        local = placed_at.astimezone(ZoneInfo(self.zone or "UTC"))
        day = local.date() if local.time() < self.cut_off_time else local.date() + _DAY
        return first_open(self.country or country, day, self.week)


class Basis(msgspec.Struct, frozen=True):
    """On what a promise rests."""

    #: "lane", "countries", "service", "carrier", "merchant": the finest level with parcels of your own; "house": none yet, a careful guess.
    level: str
    #: Parcels counted there.
    deliveries: int


class Promised(msgspec.Struct, frozen=True):
    """By when an order arrives."""

    from_on: date
    to_on: date
    #: The chance, 0 to 1, that it arrives on one of these days.
    chance: float
    #: Aware UTC: order by then for this window.
    cut_off: datetime
    basis: Basis


def promise(experience: Experience, sending: Sending, lane: Lane, at: datetime, *, any_carrier: bool) -> Promised | None:
    """Say when an order placed at `at` (aware) arrives; None where it takes longer than is counted."""
    counts_on = sending.counts_from(at, lane.origin)
    ahead = experience.ahead(lane, Part.TRANSIT, any_carrier=any_carrier)
    handling = exactly(sending.handling_days) if sending.handling_days is not None else experience.ahead(lane, Part.HANDLING).shares
    on = _days(handling, ahead.shares, counts_on, sending.country or lane.origin, sending.week, lane.destination)
    window = within(on)
    if window is None:
        return None
    return Promised(
        from_on=counts_on + _DAY * window.first,
        to_on=counts_on + _DAY * window.last,
        chance=round(min(window.chance, 0.99), 2),
        cut_off=datetime.combine(counts_on, sending.cut_off_time, ZoneInfo(sending.zone or "UTC")).astimezone(UTC),
        basis=Basis(ahead.level, ahead.parcels),
    )


@lru_cache(maxsize=8192)
def _days(handling: Shares, transit: Shares, counts_on: date, origin: str, week: Week, destination: str) -> Shares:
    """Spread the chances over calendar days from the day an order counts on: each day of hand-over has its own weekends and holidays."""
    longest = 0
    found: dict[int, float] = {}
    for handled, share in enumerate(handling):
        if share < 1e-4:  # noqa: PLR2004 - nothing to a window
            continue
        sent_on = day_after(origin, counts_on, handled, week)
        for days, also in enumerate(transit):
            day = (day_after(destination, sent_on, days) - counts_on).days
            found[day] = found.get(day, 0.0) + share * also
            longest = max(longest, day)
    return tuple([found.get(day, 0.0) for day in range(longest + 1)])
