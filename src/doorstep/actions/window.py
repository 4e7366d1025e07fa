"""Days to return + when everything was delivered → the last day to return, and whether it is still open."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec


class ReturnWindow(msgspec.Struct, frozen=True):
    """How long an order can be returned."""

    #: The last whole day, by the recipient's calendar.
    last_on: date
    open: bool


def return_window(return_days: int | None, delivered_at: Sequence[datetime | None], zone: str | None, now: datetime) -> ReturnWindow | None:
    """Tell until when an order can be returned: `return_days` whole days after the day its last parcel arrived.

    None where the merchant states no (positive) number of days, or a parcel has not arrived yet: the time has not begun.
    `delivered_at` holds each parcel's moment of delivery, aware; `zone` is the recipient's IANA zone, None: UTC.
    """
    arrived = [moment for moment in delivered_at if moment is not None]
    if return_days is None or return_days < 1 or not arrived or len(arrived) < len(delivered_at):
        return None
    calendar = ZoneInfo(zone or "UTC")
    last_on = max(arrived).astimezone(calendar).date() + timedelta(days=return_days)
    return ReturnWindow(last_on, now.astimezone(calendar).date() <= last_on)


def return_days_of(settings: Mapping[str, object]) -> int | None:
    """Read `return_days` from a merchant's settings; None where there is no whole number from 1 to 3650."""
    days = settings.get("return_days")
    return days if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= 3650 else None  # noqa: PLR2004 - ten years
