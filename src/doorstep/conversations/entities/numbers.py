"""Text → order numbers, tracking numbers and numbers of other things, told apart by the words around them and by their form."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping

from doorstep.conversations.entities import number_words
from doorstep.conversations.entities.checks import sureness
from doorstep.conversations.entities.folding import Folded, fold, free, word_set
from doorstep.conversations.entities.number_words import class_of
from doorstep.domain.talking.understood import Entity, EntityKind

#: A run of letters, digits and dashes that holds a digit, with "#" before it; or groups of digits of which none is short.
_CANDIDATE = re.compile(
    r"(?<![\w@])(?P<sign>#|n[°º]|№)? ?(?P<body>"
    r"(?:[a-z]{0,14}(?:order|purchase|pedido|commande|bestellung|ordine|encomenda)(?=\d{3}))\d{3,24}"
    r"|[a-z]{1,5}[-_/ ]?\d[\w-]{2,30}"
    r"|\d{3,6}(?:[ -]\d{3,6}){1,5}(?:[ -]\d{1,2})?"
    r"|(?=[a-z0-9-]*\d)[a-z0-9][\w-]{1,30}"
    r")(?!\w)",
    re.ASCII,
)
_SIGNED = re.compile(r"(?<![\w@])(?:#|n[°º]|№) ?(?P<number>\d{1,24})(?!\w)", re.ASCII)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u0971-\u097f])*|\d+")
#: Ends what a keyword reaches.
_STOP = re.compile(r"[.?!;](?=\s)|\n\s*\n")
#: "no. 1001", "nr. 12": this stop ends nothing.
_SHORT_STOP = re.compile(r"\b(?:no|nr|num|nro|n|ref|tel|id|order|bestell|nb)\.$")
#: Words that a keyword reaches over, to the right and to the left.
_REACH, _REACH_BACK = 5, 5
_FEWEST_ORDER, _MOST_ORDER = 3, 24
_YEARS = range(1990, 2036)
_MONTHS = word_set(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec enero febrero marzo "
    "abril mayo junio julio agosto septiembre octubre noviembre diciembre janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
    "januar februar marz juni juli oktober dezember gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro marco maio junho "
    "julho setembro outubro novembro dezembro"
)
_YEAR_BEFORE = word_set("in since from year anno ano annee jahr en de em depuis seit von nel del im of")
#: A text that holds a number and little else.
_LONGEST_ANSWER, _MOST_WORDS, _MOST_ALONE = 60, 4, 15
_POLITE = word_set(
    "please pls plz hi hello hey thanks thank you yes ok okay sure sorry hola si gracias por favor bonjour oui merci hallo "
    "ja danke bitte ciao grazie ola sim obrigado obrigada namaste"
)
#: Words between a number and an address that are told together.
_BESIDE = word_set("and email mail emails address y correo direccion et courriel adresse und e indirizzo morada endereco aur और ईमेल मेल")
#: Letters and digits by turns, as some shops number their orders.
_MIXED = re.compile(r"(?=(?:[a-z]*\d){3})(?=(?:\d*[a-z]){2})[a-z0-9]{6,20}")
_GROUPS = re.compile(r"\d{2,6}(?:[ -]\d{2,6}){1,5}(?![\w])")
_HEAD = re.compile(r"[a-z]+(?=[ ])")
#: "order1234": a keyword that was run together with its number.
_GLUED = re.compile(r"[a-z]{0,14}(?:order|purchase|pedido|commande|bestellung|ordine|encomenda)(?=\d)")
#: Written as telephone numbers are.
_FEWEST_DIALLED = 9
_GROUPED = re.compile(r"\d[ -]\d")
#: Shorter runs of digits are times and counts.
_RUN = re.compile(r"\d{3}")
#: A unit right behind a number: it counts or measures something.
_UNIT_AFTER = re.compile(
    r" ?(?:%|€|£|\$|₹|usd|eur|euros?|dollars?|rs|inr|gbp|pounds?|rupees?|reais|kg|g|ml|l|cm|mm|inch(?:es)?|in|ft|gb|tb|mah|watts?|w|v"
    r"|days?|weeks?|hours?|months?|years?|minutes?|times|items?|pieces?|pcs|units?|dias?|jours?|tage?n?|giorni|semanas?|st(?:uck)?|people|am|pm)(?!\w)"
    r"|[.,:/]\d"
)
_UNIT_BEFORE = re.compile(r"(?:[€£$₹]|\brs\.?|\binr|\busd|\beur|\bgbp)\s?$|\d[.,:/]$")
_LOOKS_LIKE_SIZE = re.compile(
    r"\d+(?:k|p|x|st|nd|rd|th|am|pm|h|gb|tb|mb|ml|l|cm|mm|kg|g|w|v|mah|ft|in|inch|mp|pc|pcs|er|eme|a|o|min|hrs?|days?)|(?:ipx|usb|mp|xl|a|i|h|v)\d{1,2}",
    re.ASCII,
)


#: Where something stands in a text: from, to.
_Places = tuple[tuple[int, int], ...]


def numbers_in(folded: Folded, order_numbers: Collection[str], taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find numbers of orders, parcels and other things.

    `order_numbers` are of the customer who writes, as far as known: a number that is one of them is one, whatever stands around it.
    """
    if not any("0" <= one <= "9" for one in folded.plain):
        return
    known = {
        tail: key
        for key in map(key_of, order_numbers)
        for tail in (key.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), key)
        if len(tail) >= _FEWEST_ORDER
    }
    words = [(one.start(), one.end(), one[0]) for one in _WORD.finditer(folded.plain) if free(one.start(), one.end(), taken)]
    beside = tuple(taken)
    last = 0
    for match in _CANDIDATE.finditer(folded.plain):
        start, end = _trimmed(folded.plain, match)
        if not match["sign"] and not _RUN.search(folded.plain, start, end) and not _MIXED.fullmatch(folded.plain, start, end):
            continue
        if start < last or not free(start, end, taken):
            continue
        found = _judge(folded, match, start, end, words, known, beside)
        last = end
        if found is not None:
            yield found


def number_in(text: str) -> Entity | None:
    """Find the order's number in an answer to our asking for one, short as it may be, by its sign ("#7"); None: there is none, or several."""
    folded = fold(text)
    found = list(_SIGNED.finditer(folded.plain))
    if len(found) != 1:
        return None
    return folded.entity(EntityKind.ORDER_NUMBER, *found[0].span(), value=found[0]["number"], confidence=0.8)


def key_of(number: str) -> str:
    """Reduce a number to what is compared: its letters and digits, upper case."""
    return "".join(one for one in number.upper() if one.isalnum())


def _trimmed(plain: str, match: re.Match[str]) -> tuple[int, int]:
    """Leave away a word before a number that is a keyword ("order 1001") and dashes at the end."""
    start, end = match.start("body"), match.end("body")
    head = _HEAD.match(plain, start, end)
    glued = _GLUED.match(plain, start, end)
    if glued:
        start = glued.end()
    elif head:
        start = head.end() + 1
        groups = _GROUPS.match(plain, start)
        end = groups.end() if groups else end
    elif match["sign"]:
        start = match.start("sign")
    while plain[end - 1] in "-_":
        end -= 1
    return start, end


def _judge(
    folded: Folded,
    match: re.Match[str],
    start: int,
    end: int,
    words: list[tuple[int, int, str]],
    known: Mapping[str, str],
    beside: _Places,
) -> Entity | None:
    """Say what one candidate is the number of, `beside` what is told already; None: of nothing that is told here."""
    plain = folded.plain
    value = key_of(plain[start:end].removeprefix("n°").removeprefix("nº"))
    if not any(one.isdigit() for one in value):
        return None
    if value in known:
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=known[value])
    kind, before = _called(plain, start, end, words)
    if match.start("body") < start and _GLUED.match(plain, match.start("body"), start + 1):
        kind = number_words.ORDER
    sure = sureness(value)
    if sure >= 0.75 or (sure and kind == number_words.TRACKING):  # noqa: PLR2004 - a check digit and a prefix
        return folded.entity(
            EntityKind.TRACKING_NUMBER, start, end, value=value, confidence=max(sure, 0.9 if kind == number_words.TRACKING else 0)
        )
    if _is_measure(plain, start, end, value, before):
        return None
    return _by_word(folded, start, end, value, kind, signed=bool(match["sign"]), sure=sure, beside=beside)


def _by_word(
    folded: Folded, start: int, end: int, value: str, kind: str | None, *, signed: bool, sure: float, beside: _Places
) -> Entity | None:
    """Say what a number is of by the nearest word, its sign and its form."""
    long_enough = _FEWEST_ORDER <= len(value) <= _MOST_ORDER and sum(one.isdigit() for one in value) >= 2  # noqa: PLR2004
    if kind == number_words.OTHER:
        return folded.entity(EntityKind.OTHER_NUMBER, start, end, value=value, confidence=0.9)
    if kind == number_words.CODE:
        return folded.entity(EntityKind.CODE, start, end, value=value, confidence=0.9) if 4 <= len(value) <= 8 else None  # noqa: PLR2004
    if kind == number_words.TRACKING and 8 <= len(value) <= 40:  # noqa: PLR2004 - no carrier's number is shorter
        return folded.entity(EntityKind.TRACKING_NUMBER, start, end, value=value, confidence=0.8)
    if kind in {number_words.PHONE, number_words.POSTCODE}:
        return None
    if kind in {number_words.ORDER, number_words.TRACKING} and (long_enough or (signed and value.isdigit())):
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=value, confidence=0.95)
    if signed and len(value) >= _FEWEST_ORDER and value[-1].isdigit():
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=value, confidence=0.85)
    if kind == number_words.NUMBER and long_enough and not _dialled(folded.plain, start, end):
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=value, confidence=0.6)
    return _by_form(folded, start, end, value, sure, long_enough=long_enough, beside=beside)


def _by_form(folded: Folded, start: int, end: int, value: str, sure: float, *, long_enough: bool, beside: _Places) -> Entity | None:
    """Say what a number without a word for it is: by a carrier's form, letters before digits, or because it is the whole answer."""
    if sure:
        return folded.entity(EntityKind.TRACKING_NUMBER, start, end, value=value, confidence=sure)
    head = value.rstrip("0123456789")
    if head and head.isalpha() and len(head) <= 4 and len(value) - len(head) >= 4:  # noqa: PLR2004
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=value, confidence=0.7)
    if (
        long_enough
        and value.isdigit()
        and len(value) <= _MOST_ALONE
        and _is_answer(folded.plain, start, end, beside)
        and not _dialled(folded.plain, start, end)
    ):
        return folded.entity(EntityKind.ORDER_NUMBER, start, end, value=value, confidence=0.5)
    return None


def _dialled(plain: str, start: int, end: int) -> bool:
    """Tell whether a number is written as telephone numbers are: so many digits in groups, or behind a nought."""
    grouped = plain[start] == "0" or _GROUPED.search(plain, start, end) is not None
    return grouped and sum(one.isdigit() for one in plain[start:end]) >= _FEWEST_DIALLED


def _is_answer(plain: str, start: int, end: int, beside: _Places) -> bool:
    """Tell whether a number is all that a text says: "5512", "it's 5512", "hi, 5512 please", and beside an address: "5512 and ana@example.com".

    A long number beside an address is a telephone's.
    """
    if len(plain) - sum(right - left for left, right in beside) > _LONGEST_ANSWER or (beside and end - start >= _FEWEST_DIALLED):
        return False
    for left, right in beside:
        plain = f"{plain[:left]}{' ' * (right - left)}{plain[right:]}"
    words = [*_WORD.findall(plain[:start]), *_WORD.findall(plain[end:])]
    if beside:
        words = [one for one in words if one not in _BESIDE]
    return len(words) <= _MOST_WORDS and all(
        class_of(one) in {number_words.BETWEEN, number_words.NUMBER} or one in _POLITE for one in words
    )


def _is_measure(plain: str, start: int, end: int, value: str, before: str) -> bool:
    """Tell a size, a price, a count, a year or a time from a number of something."""
    if _LOOKS_LIKE_SIZE.fullmatch(value.lower()) or _UNIT_AFTER.match(plain, end) or _UNIT_BEFORE.search(plain, max(0, start - 6), start):
        return True
    return len(value) == 4 and value.isdigit() and int(value) in _YEARS and (before in _YEAR_BEFORE or before in _MONTHS)  # noqa: PLR2004


def _called(plain: str, start: int, end: int, words: list[tuple[int, int, str]]) -> tuple[str | None, str]:
    """Give the class of the nearest word that says what a number is of (None: there is none), and the word right before it."""
    index = bisect_right(words, start, key=lambda one: one[1])
    before = words[index - 1][2] if index else ""
    weak = None
    for place in range(index - 1, max(-1, index - 1 - _REACH), -1):
        if _ends_between(plain, words[place][1], words[place + 1][0] if place + 1 < index else start):
            break
        kind = class_of(words[place][2])
        if kind == number_words.NUMBER:
            weak = kind
        elif kind is not None and kind != number_words.BETWEEN:
            return kind, before
        elif kind is None and weak is None and place < index - 3:
            break
    after = bisect_left(words, end, key=lambda one: one[0])
    for place in range(after, min(len(words), after + _REACH_BACK)):
        if _ends_between(plain, words[place - 1][1] if place > after else end, words[place][0]) or words[place][2].isdigit():
            break
        kind = class_of(words[place][2])
        if kind == number_words.NUMBER:
            weak = weak or kind
        elif kind is not None and kind != number_words.BETWEEN:
            return kind, before
        elif kind is None:
            break
    return weak, before


def _ends_between(plain: str, left: int, right: int) -> bool:
    """Tell whether a sentence ends between two places."""
    stop = _STOP.search(plain, left, min(len(plain), right + 1))
    return stop is not None and stop.start() < right and not _SHORT_STOP.search(plain, max(0, left - 12), stop.end())
