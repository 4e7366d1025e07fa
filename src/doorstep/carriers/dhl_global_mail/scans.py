"""What DHL eCommerce's three formats share: American clocks and how a delivery was made → stamps, event types."""

from zoneinfo import ZoneInfo

from doorstep.carriers.clock import offset_text, read_time, stamp
from doorstep.carriers.families.dhl_ecommerce_codes import event_type_of, event_type_of_words
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision

#: The abbreviations name zones, not offsets: scans of summer say ET as well as EDT. Source: live pages and answers of 2015 to 2017, read 2026-11-22.
_ZONES = {
    **dict.fromkeys(("ET", "EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("CT", "CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MT", "MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("PT", "PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("AKT", "AKST", "AKDT"), "America/Anchorage"),
    **dict.fromkeys(("HT", "HST"), "Pacific/Honolulu"),
    **dict.fromkeys(("UTC", "GMT", "Z"), "UTC"),
}
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%b %d, %Y", "%Y/%m/%d")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
#: The postal carrier's second sentence, lower case, which says how a delivery was made. Source: live pages and the postal service's own event names, read 2026-11-22.
_MANNERS = {
    "in/at mailbox": "delivered_mailbox",
    "parcel locker": "delivered_mailbox",
    "front door/porch": "delivered_safe_place",
    "front desk/reception": "delivered_reception",
    "front desk/reception/mail room": "delivered_reception",
    "mail room": "delivered_reception",
    "garage": "delivered_safe_place",
    "garage or other location at address": "delivered_safe_place",
    "po box": "delivered_po_box",
    "neighbor as requested": "delivered_neighbour",
    "to agent": "delivered_to_agent",
    "individual picked up at post office": "collected_by_recipient",
    "individual picked up at postal facility": "collected_by_recipient",
}


def when(day: str, time: str, zone: str, place: Place | None) -> OccurredAt | None:
    """Read a day, a time and the abbreviation of a zone, the latter two "" where untold; None without a day.

    Raises:
        BadInputError: a day or a time of another form.
    """
    if not day:
        return None
    country, region = (place.country, place.region) if place else (None, None)
    if not time:
        return stamp(read_time(day, *_DAYS), Precision.DATE, country=country, region=region)
    wall = read_time(f"{day} {time}", *(f"{date} {clock}" for date in _DAYS for clock in _TIMES))
    named = _ZONES.get(zone.upper())
    offset = ZoneInfo(named).utcoffset(wall) if named else None
    precision = Precision.SECOND if time.count(":") > 1 else Precision.MINUTE
    return stamp(wall, precision, offset=offset_text(offset) if offset is not None else None, country=country, region=region)


def typed(number: str, text: str, second: str = "") -> str:
    """Find the event type by the number, else by the words; a second sentence may tell how a delivery was made."""
    event_type = event_type_of(number) if number else event_type_of_words(text)
    return _MANNERS.get(" ".join(second.split()).casefold(), event_type) if event_type == "delivered" else event_type
