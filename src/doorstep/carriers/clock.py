"""A carrier's date and time in any of its spellings → `OccurredAt`, with the zone found as honestly as can be."""

import re
from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

#: States and provinces that keep one zone throughout (those cut by a zone line are left out). Source: IANA tz 2026a `northamerica`, `australasia`, `southamerica`; as known on 2026-11-22.
_REGION_ZONES = {
    "US": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV WA",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR VI",
    },
    "CA": {
        "America/Toronto": "QC",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB",
        "America/Halifax": "NS PE NB",
        "America/St_Johns": "NL",
        "America/Whitehorse": "YT",
    },
    "ES": {"Atlantic/Canary": "CN GC TF"},
    "PT": {"Atlantic/Azores": "20", "Atlantic/Madeira": "30"},
    "AU": {
        "Australia/Sydney": "NSW ACT",
        "Australia/Melbourne": "VIC",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
        "Australia/Hobart": "TAS",
    },
    "BR": {
        "America/Sao_Paulo": "DF ES GO MG PR RJ RS SC SP",
        "America/Bahia": "BA",
        "America/Fortaleza": "CE MA PB PI RN",
        "America/Recife": "PE",
        "America/Maceio": "AL SE",
        "America/Araguaina": "TO",
        "America/Belem": "AP PA",
        "America/Campo_Grande": "MS",
        "America/Cuiaba": "MT",
        "America/Porto_Velho": "RO",
        "America/Boa_Vista": "RR",
        "America/Rio_Branco": "AC",
    },
}
_BY_REGION = {
    (country, region): zone for country, zones in _REGION_ZONES.items() for zone, regions in zones.items() for region in regions.split()
}
#: The one spelling most senders use, let through without a second look; and a bare day.
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_LOCAL, _ZONED = len("2026-11-22T09:30:00"), len("2026-11-22T09:30:00+01:00")
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d")
_OFFSET = re.compile(r"^([+-])(\d\d):?(\d\d)$")
#: Countries whose several listed zones share one clock where parcels are delivered (exclaves far away left out).
_MAINLAND = {
    "DE": "Europe/Berlin",
    "NL": "Europe/Amsterdam",
    "UA": "Europe/Kyiv",
    "GB": "Europe/London",
    "FR": "Europe/Paris",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
    "NZ": "Pacific/Auckland",
}


@lru_cache(maxsize=4096)
def _zone(country: str, region: str | None) -> tuple[ZoneInfo, ZoneSource] | None:
    by_region = _BY_REGION.get((country, region.upper())) if region else None
    return (ZoneInfo(by_region), ZoneSource.FACILITY) if by_region else _zone_of(country)


@lru_cache(maxsize=512)
def _zone_of(country: str) -> tuple[ZoneInfo, ZoneSource] | None:
    zones = get_global("territory_zones").get(country, ())
    only = _MAINLAND.get(country) or (zones[0] if len(zones) == 1 else None)
    return (ZoneInfo(only), ZoneSource.COUNTRY) if only else None


@lru_cache(maxsize=256)
def offset_text(value: timedelta) -> str:
    """Write an offset as +HH:MM."""
    minutes = int(value.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def stamp(
    wall: datetime,
    precision: Precision,
    *,
    offset: str | None = None,
    country: str | None = None,
    region: str | None = None,
) -> OccurredAt:
    """Make a stamp from a naive wall time.

    `offset` is what the carrier sent ("+0100", "-05:00", "Z"), `country` (alpha-2) and `region` where the scan happened; they are
    used, in this order, only for what the carrier did not say. An aware `wall` brings its own offset.

    Raises:
        BadInputError: an offset that is none, or a year at the calendar's ends (an unset date), with which no clock can reckon.
    """
    _require_year(wall)
    if wall.tzinfo is not None:
        offset, wall = offset_text(wall.utcoffset() or timedelta()), wall.replace(tzinfo=None)
    local = wall.date().isoformat() if precision is Precision.DATE else wall.isoformat()[:_LOCAL]
    if offset:
        return OccurredAt(local, _offset(offset), ZoneSource.SENT, precision)
    found = _zone(country, region) if country else None
    if found is None:
        return OccurredAt(local, None, ZoneSource.ASSUMED, precision)
    zone, source = found
    return OccurredAt(local, offset_text(zone.utcoffset(wall) or timedelta()), source, precision)


def _require_year(wall: datetime) -> None:
    if wall.year in (MINYEAR, MAXYEAR):
        raise BadInputError(f"no parcel was scanned in the year {wall.year}")


@lru_cache(maxsize=256)
def _offset(text: str) -> str:
    if text in ("Z", "UTC", "GMT"):
        return "+00:00"
    match = _OFFSET.match(text.strip())
    if not match or int(match[2]) > 15 or int(match[3]) > 59:  # noqa: PLR2004 - the clock's limits
        raise BadInputError(f"{text[:20]!r} is no offset such as +01:00")
    return f"{match[1]}{match[2]}:{match[3]}"


@lru_cache(maxsize=4096)
def iso_stamp(text: str, *, country: str | None = None, region: str | None = None, trust_zone: bool = True) -> OccurredAt:
    """Read ISO 8601 in its common spellings: date; date and time to the minute, second or finer; with or without zone.

    `trust_zone=False` for a sender known to write "Z" on local times: the zone is then dropped, never kept.

    Raises:
        BadInputError: not such a text.
    """
    text = spelled = text.strip()
    precision = Precision.SECOND
    if _PLAIN.fullmatch(text):
        if len(text) > _LOCAL and trust_zone and (sent := _sent(text)):
            return sent
    else:
        if _DAY.fullmatch(text):
            return stamp(read_time(text, "%Y%m%d" if "-" not in text else "%Y-%m-%d"), Precision.DATE, country=country, region=region)
        spelled = re.sub(r"([.,]\d{1,6})\d*", r"\1", text.replace(",", "."))
        spelled = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", spelled)
        precision = Precision.SECOND if re.search(r"[T ]\d\d:?\d\d:?\d\d", text) else Precision.MINUTE
    try:
        moment = datetime.fromisoformat(spelled)
    except ValueError:
        raise BadInputError(f"{text[:40]!r} is no ISO 8601 time") from None
    if not trust_zone:
        moment = moment.replace(tzinfo=None)
    return stamp(moment, precision, country=country, region=region)


def _sent(text: str) -> OccurredAt | None:
    """Read the plainest spelling with a zone as it stands; None where a longer look is needed."""
    offset = _offset(text[_LOCAL:])
    if text[:4] in ("0001", "9999") or text[11:13] == "24" or offset == "-00:00":
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return OccurredAt(text[:_LOCAL], offset, ZoneSource.SENT, Precision.SECOND)


def read_time(text: str, *formats: str) -> datetime:
    """Read a text by the first of the `strptime` formats that fits. Month names are English.

    Raises:
        BadInputError: none fits.
    """
    trimmed = " ".join(text.split())
    for form in formats:
        try:
            return datetime.strptime(trimmed, form)  # noqa: DTZ007 - a carrier's wall time has no zone
        except ValueError:
            continue
    raise BadInputError(f"{trimmed[:40]!r} is not a time of the form {' or '.join(formats)}")


def latest(stamps: Iterable[OccurredAt | None]) -> OccurredAt | None:
    """Find the newest stamp: by it a payload's estimates were stated. None where nothing is dated."""
    return max((stamp for stamp in stamps if stamp), key=lambda stamp: stamp.instant_us, default=None)


def at_place(moment: datetime, country: str | None, region: str | None = None) -> datetime | None:
    """Turn an aware moment into the naive wall time of a place; None where the place's zone is not known."""
    found = _zone(country, region) if country else None
    return moment.astimezone(found[0]).replace(tzinfo=None) if found else None


def in_place(stamped: OccurredAt, country: str | None, region: str | None = None) -> OccurredAt:
    """Turn a stamp that an aggregator wrote in UTC into the local time of its place; unchanged where the place's zone is not known."""
    if stamped.offset != "+00:00" or stamped.precision is Precision.DATE:
        return stamped
    found = _zone(country, region) if country else None
    if found is None:
        return stamped
    wall = stamped.instant.astimezone(found[0])
    _require_year(wall)
    told = wall.isoformat()  # an instant has no finer parts than seconds: behind them the offset stands
    return OccurredAt(told[:_LOCAL], told[_LOCAL:_ZONED], found[1], stamped.precision)


@lru_cache(maxsize=4096)
def iso_day(text: str) -> date:
    """Read the day an ISO 8601 text names, as written; its time and zone are ignored.

    Raises:
        BadInputError: not such a text.
    """
    return date.fromisoformat(iso_stamp(text).local[:10])


def stated_at(text: str, stamps: Iterable[OccurredAt | None]) -> OccurredAt | None:
    """Tell when a payload was stated: its own ISO 8601 time, or where it has none ("") the newest of its scans; None without either.

    Raises:
        BadInputError: the text is no such time.
    """
    return iso_stamp(text) if text else latest(stamps)
