"""A text in a served language → what it asserts that can be checked: amounts, shares, spans, days, hours, numbers, links, claims."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TypeVar

import msgspec
from babel import Locale

from doorstep.conversations.models.claims import claims_in
from doorstep.domain.languages import LANGUAGES

#: Unit as written → the same for all languages. A bare "$" may be any dollar.
_CURRENCIES = {
    "EUR": "€|eur|euros?",
    "$": r"\$|dollars?|dólares|dollari",
    "USD": r"usd|us\$",
    "CAD": r"cad|ca\$",
    "AUD": r"aud|a\$",
    "GBP": "£|gbp|pounds?|quid|libras?|livres sterling|pfund|sterline",
    "INR": "₹|inr|rs\\.?|rupees?|rupias?|roupies?|rupien|rupie|रुपये|रुपए|रु\\.?",
    "BRL": r"brl|r\$|reais|real",
    "CHF": "chf|francs?|franken|fr\\.",
    "JPY": "¥|jpy|yen",
    "MXN": r"mxn|mx\$|pesos?",
    "PLN": "pln|zł|zloty",
}
_SPANS = {
    "minute": "minutes?|mins?|minutos?|minuten?|minut[oi]|मिनट",
    "hour": "hours?|hrs?|horas?|heures?|stunden?|or[ae]|घंटे|घंटा",
    "workday": "(?:business|working) days?|days? ouvrés|jours ouvrés|jours ouvrables|días (?:hábiles|laborables)|werktag(?:e|en)?|giorni lavorativi|dias úteis|कार्य ?दिवस",
    "day": "days?|días?|jours?|tag(?:e|en)?|giorn[oi]|dias?|दिन",
    "week": "weeks?|semanas?|semaines?|wochen?|settiman[ae]|हफ्ते|हफ़्ते|सप्ताह",
    "month": "months?|mes(?:es)?|mois|monat(?:e|en)?|mes[ei]|महीने",
    "year": "years?|años?|ans?|années?|jahr(?:e|en)?|ann[oi]|anos?|साल|वर्ष",
}
_PERCENT = "%|percent|per cent|por ?ciento|pour ?cent|prozent|per cento|por cento|प्रतिशत"
#: Numbers in words, where a unit follows.
_WORDED = {
    "2": "two|dos|deux|zwei|due|dois|duas|दो", "3": "three|tres|trois|drei|tre|três|तीन", "4": "four|cuatro|quatre|vier|quattro|quatro|चार",
    "5": "five|cinco|cinq|fünf|cinque|पाँच|पांच", "6": "six|seis|sechs|sei|छह", "7": "seven|siete|sept|sieben|sette|sete|सात",
    "8": "eight|ocho|huit|acht|otto|oito|आठ", "9": "nine|nueve|neuf|neun|nove|नौ", "10": "ten|diez|dix|zehn|dieci|dez|दस",
    "12": "twelve|doce|douze|zwölf|dodici|doze|बारह", "14": "fourteen|catorce|quatorze|vierzehn|quattordici|catorze|चौदह",
    "15": "fifteen|quince|quinze|fünfzehn|quindici|पंद्रह", "20": "twenty|veinte|vingt|zwanzig|venti|vinte|बीस", "24": "twenty[- ]four",
    "30": "thirty|treinta|trente|dreißig|dreissig|trenta|trinta|तीस", "40": "forty|cuarenta|quarante|vierzig|quaranta|quarenta|चालीस",
    "50": "fifty|cincuenta|cinquante|fünfzig|cinquanta|cinquenta|पचास", "60": "sixty|sesenta|soixante|sechzig|sessanta|sessenta|साठ",
    "90": "ninety|noventa|neunzig|novanta|नब्बे", "100": "(?:one |a )?hundred|cien|cent|(?:ein)?hundert|cento|cem|सौ",
    "1000": "(?:one |a )?thousand|mil|mille|(?:ein)?tausend|हज़ार|हजार",
}  # fmt: skip
_RELATIVE = {
    -1: "yesterday|ayer|hier|gestern|ieri|ontem",
    0: "today|tonight|this (?:morning|afternoon|evening)|hoy|esta (?:tarde|noche)|aujourd['\u2019]hui|ce soir|heute|oggi|stasera|hoje|आज",
    1: "tomorrow|mañana|demain|morgen|domani|amanhã|कल",
    2: "(?:the )?day after tomorrow|pasado mañana|après-demain|übermorgen|dopodomani|depois de amanhã|परसों",
}
_NUMBER = r"\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?|\d+(?:[.,'\u2019 ]\d{3})*(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s)\]>\"']+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|shop|store|example|info|biz|co|eu|de|fr|es|it|in|uk|br|app|link|me|ly)\b(?:/[^\s)\]>\"']*)?",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^\s*\d{1,2}[.)](?=\s)", re.MULTILINE)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:T[\d:.+Z-]*)?\b")
_NUMERIC = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d%€$£₹]| ?(?:%|€|\$|£|₹|eur\b|usd\b|gbp\b))\.?")
_TIME = re.compile(
    r"\b(?P<h>\d{1,2}):(?P<m>\d{2})(?::\d{2})?(?: ?(?P<half>[ap])\.?m\b\.?| ?uhr\b| ?h\b)?"
    r"|\b(?P<h2>\d{1,2})(?:\.(?P<m2>\d{2}))? ?(?P<half2>[ap])\.?m\b\.?"
    r"|\b(?P<h3>\d{1,2})(?: ?h(?P<m3>\d{2})\b|(?:\.(?P<m4>\d{2}))? ?(?:uhr|h|o['\u2019]clock)\b)",
    re.IGNORECASE,
)
_BLANK = " ¦ "
#: Digits between two signs that part thousands.
_GROUP = 3
_NOON, _MONTHS, _DAYS, _CENTURY, _GROUP_OF_YEARS = 12, 12, 31, 2000, 100


#: (year or 0 untold, month, day).
Day = tuple[int, int, int]


class Assertions(msgspec.Struct, frozen=True, kw_only=True):
    """What a text asserts."""

    #: (amount, unit of `_CURRENCIES`).
    amounts: frozenset[tuple[Decimal, str]] = frozenset()
    percents: frozenset[Decimal] = frozenset()
    #: (how many, "day", "week" ...).
    spans: frozenset[tuple[Decimal, str]] = frozenset()
    #: (year or 0 untold, month, day), each with the other way round of reading it.
    days: frozenset[frozenset[Day]] = frozenset()
    #: 0 Monday.
    weekdays: frozenset[int] = frozenset()
    #: Days from today.
    relative: frozenset[int] = frozenset()
    #: (hour, minute), 24 hours.
    times: frozenset[tuple[int, int]] = frozenset()
    #: Numbers with no unit.
    numbers: frozenset[Decimal] = frozenset()
    #: Lower case, without scheme and closing signs.
    links: frozenset[str] = frozenset()
    #: As `claims_in` labels them.
    claims: frozenset[str] = frozenset()


def plain(text: str) -> str:
    """Bring a text into the form in which it is compared: compatible signs, ASCII digits, lower case, single spaces."""
    signs = unicodedata.normalize("NFKC", text).casefold()
    digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() else sign for sign in signs)
    return re.sub(r"[^\S\n]+", " ", digits.replace("\u200b", "").replace("ß", "ss")).strip()


def assertions_of(text: str) -> Assertions:
    """Read what a text asserts."""
    rest = plain(text)
    claims = claims_in(rest)
    links, rest = _take(_LINK, rest, lambda found: _link(found[0]))
    rest = _LIST_MARK.sub("", rest)
    days, weekdays, relative, rest = _days(rest)
    rest = _unworded(rest)
    percents, rest = _take(_units()["percent"], rest, lambda found: _number(found["n"]))
    amounts, rest = _take(_units()["amount"], rest, _amount)
    times, rest = _take(_TIME, rest, _time)
    spans, rest = _take(_units()["span"], rest, lambda found: (_number(found["n"]), _named(found["unit"], _SPANS)))
    numbers, _ = _take(re.compile(rf"(?P<n>{_NUMBER})"), rest, lambda found: _number(found["n"]))
    return Assertions(
        amounts=frozenset(amounts),
        percents=frozenset(percents),
        spans=frozenset(spans),
        days=frozenset(days),
        weekdays=frozenset(weekdays),
        relative=frozenset(relative),
        times=frozenset(times),
        numbers=frozenset(numbers),
        links=frozenset(links),
        claims=claims,
    )


def numbers_in(text: str) -> frozenset[Decimal]:
    """Read every number of a text, whatever its unit."""
    return frozenset(_number(found[0]) for found in re.finditer(_NUMBER, plain(text)))


Read = TypeVar("Read")


def _take(pattern: re.Pattern[str], text: str, read: Callable[[re.Match[str]], Read | None]) -> tuple[list[Read], str]:
    """Read each thing a pattern finds; give them, and the text without them."""
    found = [read(one) for one in pattern.finditer(text)]
    return [one for one in found if one is not None], pattern.sub(_BLANK, text)


@cache
def _units() -> dict[str, re.Pattern[str]]:
    currencies = "|".join(f"(?:{one})" for one in _CURRENCIES.values())
    spans = "|".join(f"(?:{one})" for one in _SPANS.values())
    number, ends = rf"(?<![\w.,])(?P<n>{_NUMBER})", r"(?!\w)"
    return {
        "percent": _compiled(rf"{number} ?(?:{_PERCENT}){ends}"),
        "amount": _compiled(rf"(?:(?<![\w])(?P<before>{currencies}) ?(?P<n2>{_NUMBER}))|(?:{number} ?(?P<after>{currencies}){ends})"),
        "span": _compiled(rf"{number}[ -]?(?P<unit>{spans}){ends}"),
    }


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(unicodedata.normalize("NFKC", pattern), re.IGNORECASE)


def _number(text: str) -> Decimal:
    """Read a number: the last sign before one or two digits is the decimal one, all others part thousands."""
    text = re.sub(r"['\u2019 ]", "", text)
    whole, mark, rest = max((text.rpartition(sign) for sign in ".,"), key=lambda parts: len(parts[0]) if parts[1] else -1)
    whole, rest = (whole, f".{rest}") if mark and len(rest) != _GROUP else (text, "")
    text = re.sub("[.,]", "", whole) + rest
    try:
        return Decimal(text).normalize()
    except InvalidOperation:
        return Decimal(-1)


def _amount(found: re.Match[str]) -> tuple[Decimal, str]:
    number, unit = (found["n2"], found["before"]) if found["n2"] else (found["n"], found["after"])
    return _number(number), _named(unit, _CURRENCIES)


def _named(unit: str, table: Mapping[str, str]) -> str:
    """Find by which name a unit goes that is written so."""
    return next(name for name, pattern in table.items() if _compiled(pattern).fullmatch(unit))


def _link(text: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", text.rstrip(".,;:!?/"))


def _time(found: re.Match[str]) -> tuple[int, int]:
    hour = int(found["h"] or found["h2"] or found["h3"])
    half = found["half"] or found["half2"]
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return hour, int(found["m"] or found["m2"] or found["m3"] or found["m4"] or 0)


def _unworded(text: str) -> str:
    """Write numbers in words as digits where a unit follows."""
    return _worded().sub(lambda found: next(digits for digits in _WORDED if found[f"w{digits}"]) + " ", text)


@cache
def _worded() -> re.Pattern[str]:
    units = "|".join(f"(?:{one})" for one in (*_CURRENCIES.values(), *_SPANS.values(), _PERCENT))
    words = "|".join(f"(?P<w{digits}>{words})" for digits, words in _WORDED.items())
    return _compiled(rf"(?<!\w)(?:{words})[ -](?=(?:{units})(?!\w))")


def _days(text: str) -> tuple[list[frozenset[Day]], list[int], list[int], str]:
    """Read days, weekdays and words such as "tomorrow"."""
    iso, text = _take(_ISO, text, lambda found: (int(found[1]), int(found[2]), int(found[3])))
    spelt, text = _take(_spelt(), text, _spelt_day)
    numeric = [frozenset(both) for found in _NUMERIC.finditer(text) if (both := _numeric_days(found))]
    text = _NUMERIC.sub(lambda found: _BLANK if _numeric_days(found) else found[0], text)
    weekdays, text = _take(_weekday_names(), text, lambda found: _weekdays()[found[1]])
    relative: list[int] = []
    for offset in sorted(_RELATIVE, reverse=True):
        hits, text = _take(_compiled(rf"(?<!\w)(?:{_RELATIVE[offset]})(?!\w)"), text, lambda _, offset=offset: offset)  # type: ignore[misc] # mypy cannot infer a lambda with defaults
        relative += hits
    return [*(frozenset({one}) for one in (*iso, *spelt)), *numeric], weekdays, relative, text


def _numeric_days(found: re.Match[str]) -> list[Day]:
    """Read 8/12 or 8.12.2026 both ways round, where both are days; [] where it is none: a number with a decimal sign."""
    one, other, year = int(found[1]), int(found[3]), int(found[4] or 0)
    if found[2] == "." and not found[4] and not found[0].endswith("."):
        return []
    year += _CENTURY if 0 < year < _GROUP_OF_YEARS else 0
    return [(year, month, day) for month, day in dict.fromkeys(((other, one), (one, other))) if 1 <= month <= _MONTHS and 1 <= day <= _DAYS]


@cache
def _months() -> dict[str, int]:
    """Name of a month, in every served language, wide or short → its number."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                found |= {plain(name).rstrip("."): number for number, name in months[context][width].items()}
    return found | {"sept": 9}


@cache
def _weekdays() -> dict[str, int]:
    """Name of a weekday, in every served language, wide → its number, Monday 0."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            found |= {plain(name): number for number, name in Locale.parse(language).days[context]["wide"].items()}
    short = {
        "mon": 0,
        "tue": 1,
        "tues": 1,
        "wed": 2,
        "thu": 3,
        "thurs": 3,
        "fri": 4,
        "segunda": 0,
        "terca": 1,
        "quarta": 2,
        "quinta": 3,
        "sexta": 4,
    }
    return found | short


@cache
def _weekday_names() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({'|'.join(sorted(map(re.escape, _weekdays()), key=len, reverse=True))})s?(?!\w)")


@cache
def _spelt() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    day, year = r"\d{1,2}", r"(?:,? (?:de |del )?(?P<{0}>\d{{4}}))?"
    forward = rf"(?<!\d)(?P<d1>{day})(?:st|nd|rd|th|er|º|°|\.|o)? ?(?:of |de |d['\u2019])?(?P<m1>{names})\.?(?!\w){year.format('y1')}"
    backward = rf"(?<!\w)(?P<m2>{names})\.? (?:the )?(?P<d2>{day})(?:st|nd|rd|th)?(?!\d){year.format('y2')}"
    return re.compile(f"{forward}|{backward}")


def _spelt_day(found: re.Match[str]) -> Day:
    return int(found["y1"] or found["y2"] or 0), _months()[found["m1"] or found["m2"]], int(found["d1"] or found["d2"])
