"""Dates, windows and amounts → text in a language; each pattern is looked up once, each answer kept."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.numbers import format_currency, get_currency_symbol

from doorstep.domain.money import Money, exponent_of
from doorstep.domain.pickup import OpenHours
from doorstep.domain.tracking import Estimate

_HOURS = re.compile(r"(\d\d:\d\d) ?- ?(\d\d:\d\d)")


@lru_cache(maxsize=256)
def locale_named(name: str) -> Locale:
    """Read a BCP 47 tag; one that is unknown falls back to its language, then to English."""
    for candidate in (name, name.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(candidate.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")


def tag_to_speak(chosen: str | None, ordered: str | None) -> str | None:
    """Tell in which language a customer is spoken to: the one they chose stands above their order's; None: neither is known.

    An order in the chosen language is followed, since it may also know the region.
    """
    same = chosen and ordered and ordered.replace("_", "-").partition("-")[0].lower() == chosen.partition("-")[0].lower()
    return ordered if same else chosen or ordered


@lru_cache(maxsize=8192)
def day_text(day: date, locale: str) -> str:
    """Write a day with its weekday: "Tuesday, November 24"."""
    return format_date(day, _day_pattern(locale), locale=locale_named(locale))


@lru_cache(maxsize=8192)
def short_day_text(day: date, locale: str) -> str:
    """Write a day briefly: "Tue, Nov 24"."""
    return format_skeleton("MMMEd", day, locale=locale_named(locale))


@lru_cache(maxsize=256)
def _day_pattern(locale: str) -> str:
    """Take a language's order of weekday, day and month, and write its names out in full."""
    skeletons = locale_named(locale).datetime_skeletons
    found = next((skeletons[name] for name in ("MMMMEEEEd", "MMMMEd", "MMMEd") if name in skeletons), None)
    pattern = str(found.pattern) if found is not None else "EEEE, d MMMM"
    return re.sub(r"(?<!M)MMM(?!M)", "MMMM", re.sub(r"c{1,3}|(?<!E)E{1,3}(?!E)", "EEEE", pattern))


@lru_cache(maxsize=4096)
def clock_text(at: str, locale: str) -> str:
    """Write a wall time "HH:MM" as the language does; a text that is no time comes back unchanged."""
    try:
        return format_time(time.fromisoformat(at), format="short", locale=locale_named(locale)).replace("\u202f", " ")
    except ValueError:
        return at


@lru_cache(maxsize=8192)
def moment_text(local: str, locale: str) -> str:
    """Write a local wall time or date, as in `OccurredAt.local`; one that cannot be read comes back unchanged."""
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        return local
    day = short_day_text(at.date(), locale)
    return day if len(local) == len("2026-11-24") else f"{day}, {clock_text(local[11:16], locale)}"


def window_text(estimate: Estimate, locale: str) -> str:
    """Write when a delivery is expected: a day, a day with hours, or a span of days."""
    return _window(estimate.from_on, estimate.to_on, estimate.from_time, estimate.to_time, locale)


@lru_cache(maxsize=8192)
def _window(from_on: date, to_on: date, from_time: str | None, to_time: str | None, locale: str) -> str:
    if from_on < to_on:
        return format_interval(from_on, to_on, "MMMMd", locale=locale_named(locale)).replace("\u2009", "")
    day = day_text(to_on, locale)
    if from_time and to_time and from_time != to_time:
        return f"{day}, {clock_text(from_time, locale)}–{clock_text(to_time, locale)}"  # noqa: RUF001 - a span is written so
    return f"{day}, {clock_text(to_time, locale)}" if to_time else day


def fact_text(value: str | int | date, locale: str) -> str:
    """Write a fact of a sentence: a day in words, a window "09:00-12:00" as the language writes hours, all else as it is."""
    if isinstance(value, date):
        return day_text(value, locale)
    hours = _HOURS.fullmatch(value) if isinstance(value, str) else None
    return f"{clock_text(hours[1], locale)}–{clock_text(hours[2], locale)}" if hours else str(value)  # noqa: RUF001 - a span is written so


def web(url: str | None) -> str | None:
    """Let only web addresses through: a link from a shop or carrier may be anything."""
    return url if url and url.startswith(("https://", "http://")) else None


def hours_rows(hours: tuple[OpenHours, ...], locale: str) -> tuple[tuple[str, str], ...]:
    """Write opening hours as rows of days and times, days with the same hours together: "Mon" to "Fri" and "08:00" to "18:00"."""
    by_day: dict[int, str] = {}
    for one in sorted(hours, key=lambda one: (one.weekday, one.opens)):
        span = f"{clock_text(one.opens, locale)}–{_closing(one.closes, locale)}"  # noqa: RUF001 - a span is written so
        by_day[one.weekday] = f"{by_day[one.weekday]}, {span}" if one.weekday in by_day else span
    rows: list[tuple[int, int, str]] = []
    for day, times in by_day.items():
        if rows and rows[-1][1] == day - 1 and rows[-1][2] == times:
            rows[-1] = (rows[-1][0], day, times)
        else:
            rows.append((day, day, times))
    names = locale_named(locale).days["stand-alone"]["abbreviated"]
    return tuple((names[a] if a == b else f"{names[a]}–{names[b]}", times) for a, b, times in rows)  # noqa: RUF001


def _closing(at: str, locale: str) -> str:
    return clock_text("00:00" if at == "24:00" else at, locale)


def money_text(money: Money, locale: str) -> str:
    """Write an amount with its currency's sign: "€12.50"."""
    return _money(money.amount_minor, money.currency, locale)


@lru_cache(maxsize=16384)
def _money(amount_minor: int, currency: str, locale: str) -> str:
    pattern = _pattern(currency, locale)
    if pattern is None or amount_minor < 0:
        return _slow_money(amount_minor, currency, locale)
    before, point, group, after, decimals = pattern
    whole, rest = divmod(amount_minor, 10**decimals)
    figures = f"{whole:,}".replace(",", group)
    return f"{before}{figures}{point}{rest:0{decimals}}{after}" if decimals else f"{before}{figures}{after}"


def _slow_money(amount_minor: int, currency: str, locale: str) -> str:
    return format_currency(Money(amount_minor, currency).decimal, currency, locale=locale_named(locale))


@lru_cache(maxsize=1024)
def _pattern(currency: str, locale: str) -> tuple[str, str, str, str, int] | None:
    """Take a language's way with a currency from one probe; None where it does not group by thousands from four figures on."""
    decimals = exponent_of(currency)
    probe = _slow_money(1234567 * 10**decimals, currency, locale)
    named = locale_named(locale)
    symbols = named.number_symbols.get("latn", {})
    group, point = symbols.get("group", ","), symbols.get("decimal", ".")
    middle = f"1{group}234{group}567" + (f"{point}{'0' * decimals}" if decimals else "")
    if probe.count(middle) != 1 or not get_currency_symbol(currency, locale=named):
        return None
    before, _, after = probe.partition(middle)
    small = f"{before}1{group}234{point + '0' * decimals if decimals else ''}{after}"
    return (before, point, group, after, decimals) if _slow_money(1234 * 10**decimals, currency, locale) == small else None
