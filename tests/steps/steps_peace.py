"""What the rules of docs/rules say of one message to one person, written down plainly and apart from the code that keeps them."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from doorstep.domain.vocabulary import ChannelKind, Purpose

EMAIL, SMS = ChannelKind.EMAIL, ChannelKind.SMS
SERVICE, MARKETING = Purpose.TRANSACTIONAL, Purpose.MARKETING
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)
#: Country and region of an address → the zone of whoever lives there, as an atlas tells. None: several, or none we know.
PLACES: Sequence[tuple[str | None, str | None, str | None]] = (
    ("IN", None, "Asia/Kolkata"),
    ("FR", None, "Europe/Paris"),
    ("US", "CA", "America/Los_Angeles"),
    ("US", "NY", "America/New_York"),
    ("US", None, None),
    ("ES", None, "Europe/Madrid"),
    ("DE", None, "Europe/Berlin"),
    ("NP", None, "Asia/Kathmandu"),
    ("AU", "SA", "Australia/Adelaide"),
    ("AU", "NSW", "Australia/Sydney"),
    ("NZ", None, "Pacific/Auckland"),
    ("CA", "NL", "America/St_Johns"),
    ("CL", None, "America/Santiago"),
    ("EG", None, "Africa/Cairo"),
    ("KI", None, None),
    (None, None, None),
)
#: Country → from, until, Sundays and holidays too: when marketing may ring on a telephone there.
LAWS = {"US": (8, 20, True), "FR": (8, 20, False), "IN": (10, 21, True)}


@dataclass(frozen=True)
class Journey:
    """What is told of one kind of moment, as the merchant here has it."""

    channels: tuple[ChannelKind, ...]
    topic: str
    max_age: timedelta
    purpose: Purpose = SERVICE
    urgent: bool = False
    #: Waits so long for the order's other parcels, and so long in any case.
    digest: timedelta = timedelta()
    delay: timedelta = timedelta()


@dataclass(frozen=True)
class Rules:
    """What the merchant allows itself."""

    #: Of all messages, and of marketing besides: from, until, days off.
    hours: tuple[int, int, frozenset[int]]
    marketing_hours: tuple[int, int, frozenset[int]] | None
    zone: str
    per_day: int
    per_week: int
    ask_first: frozenset[ChannelKind]
    journeys: dict[str, Journey]


@dataclass(frozen=True)
class Person:
    """One customer."""

    email: str
    phone: str
    country: str | None
    region: str | None
    zone: str | None

    def at(self, channel: ChannelKind) -> str:
        return self.email if channel is EMAIL else self.phone


@dataclass
class Known:
    """What people and providers have told, as of one moment."""

    #: Address, purpose, channel or None for all, yes or no, when.
    said: list[tuple[str, Purpose, ChannelKind | None, bool, datetime]] = field(default_factory=list)
    #: (channel, address, purpose or None for all) → reason.
    suppressed: dict[tuple[ChannelKind, str, Purpose | None], str] = field(default_factory=dict)
    off: set[tuple[str, str]] = field(default_factory=set)
    #: Order id → since when it is cancelled.
    cancelled: dict[int, datetime] = field(default_factory=dict)

    def copy(self) -> "Known":
        return copy.deepcopy(self)


@dataclass
class Departure:
    """A call that was made for a message; `failed` once it is known not to have arrived."""

    message_id: str
    person: Person
    channel: ChannelKind
    purpose: Purpose
    at: datetime
    failed: bool = False
    arrived: bool = False


def topic_is_off(known: Known, person: Person, topic: str) -> bool:
    return (person.email, topic) in known.off or (person.phone, topic) in known.off


def closed(known: Known, rules: Rules, person: Person, channel: ChannelKind, purpose: Purpose) -> str | None:
    """Name the rule that closes a channel for as long as nobody says otherwise."""
    address = person.at(channel)
    if (channel, address, None) in known.suppressed or (channel, address, purpose) in known.suppressed:
        return "suppressed"
    words = [
        (at, not yes)
        for who, of, on, yes, at in known.said
        if who in {person.email, person.phone} and of is purpose and on in {None, channel}
    ]
    newest_is_no = bool(words) and max(words)[1]
    needs_yes = purpose is MARKETING or channel in rules.ask_first
    if newest_is_no or (needs_yes and not words):
        return "no_consent"
    return None


def rings(rules: Rules, person: Person, channel: ChannelKind, journey: Journey, now: datetime) -> bool:
    """Tell whether it may ring at this moment."""
    if journey.purpose is SERVICE and (channel is EMAIL or journey.urgent):
        return True
    local = now.astimezone(ZoneInfo(person.zone or rules.zone))
    spans = [rules.hours] + ([rules.marketing_hours] if journey.purpose is MARKETING and rules.marketing_hours else [])
    if journey.purpose is MARKETING and channel is SMS and person.country in LAWS:
        begins, ends, sundays = LAWS[person.country]
        spans.append((begins, ends, frozenset() if sundays else frozenset({6})))
        if not sundays and is_holiday(person.country, local.date()):
            return False
    return all(time(begins) <= local.time() < time(ends) and local.weekday() not in off for begins, ends, off in spans)


def is_holiday(country: str, day: date) -> bool:
    return day in holidays.country_holidays(country, years=day.year)


def had(departures: Sequence[Departure], person: Person, now: datetime, span: timedelta) -> int:
    """Count the marketing that left to a person within a span before now."""
    return sum(one.person is person and one.purpose is MARKETING and not one.failed and now - span < one.at <= now for one in departures)


def forbidden(known: Known, rules: Rules, person: Person, channel: ChannelKind, journey: Journey, now: datetime) -> str | None:
    """Name the rule that keeps a message from leaving now, the caps apart."""
    if topic_is_off(known, person, journey.topic):
        return "opted_out"
    if why := closed(known, rules, person, channel, journey.purpose):
        return why
    return None if rings(rules, person, channel, journey, now) else "quiet"


def first_ring(rules: Rules, person: Person, channel: ChannelKind, journey: Journey, now: datetime) -> datetime:
    """Try every minute from now on."""
    return next(at for at in minutes_from(now) if rings(rules, person, channel, journey, at))


def minutes_from(now: datetime) -> Iterator[datetime]:
    yield now
    begun = now.astimezone(UTC).replace(second=0, microsecond=0)
    for ahead in range(1, 60 * 24 * 12):
        yield begun + ahead * MINUTE
