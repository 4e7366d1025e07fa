"""Texts of one turn → the same with typed placeholders for what is personal, and back; the map lives as long as the turn.

Order, tracking, e-mail, telephone, payment card (Luhn), street line; and whatever is known of the customer, word for word. What the shop
wrote itself (its own telephone number, its address) is left: the customer may be told it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from doorstep.conversations.models.context import PERSONAL, Fact, FactKind, Known

PLACEHOLDER = re.compile(r"\[(?:ORDER|TRACKING|EMAIL|PHONE|CARD|ADDRESS|NAME|LINK)_\d{1,3}\]")
#: Shorter ones ("Al", "7") would tear other words apart.
_SHORTEST_KNOWN = 3
_LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_CARD = re.compile(r"(?<![\w.,])\d(?:[ -]?\d){12,18}(?!\w)")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)[1-9](?:[ ().-]{0,2}\d){6,13}(?!\w)|(?<![\w.,/-])\(?0\d{1,4}\)?(?:[ ./-]?\d){5,11}(?![\w-])")
#: Letters and digits mixed, or so many digits: UPU S10, UPS, DHL and the like.
_TRACKING = re.compile(
    r"(?<![\w/.-])(?=(?:[A-Z]{0,34}\d){4})(?:[A-Z0-9]{10,34}|\d{4}(?: \d{4}){2,5}(?: \d{1,3})?)(?![\w/-])",
    re.IGNORECASE,
)
#: With a sign or a word before it, or five digits and more with nothing that makes them an amount.
_ORDER = re.compile(
    r"(?<![\w&])#[A-Z]{0,5}-?\d{2,14}(?![\w])"
    r"|(?<=\border )\d{2,14}\b|(?<=\bnumber )\d{4,14}\b|(?<=\bcommande )\d{2,14}\b|(?<=\bbestellung )\d{2,14}\b|(?<=\bpedido )\d{2,14}\b"
    r"|(?<=\bordine )\d{2,14}\b|(?<=\bencomenda )\d{2,14}\b"
    r"|(?<![\w.,/:€$£₹-])[A-Z]{1,5}-?\d{5,14}(?![\w])"
    r"|(?<![\w.,/:€$£₹-])(?<![€$£₹] )\d{5,14}(?![\w%])(?![.,/:-]\d)(?! ?(?:[€$£₹]|(?:eur|usd|gbp|inr|euros?|dollars?|pounds?|rupees?|reais|real)\b))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[\w'.-]+ ){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|way|court|ct|boulevard|blvd|close|terrace|nagar|marg)\b\.?"
    r"|\b\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route) [^\n,;.!?\d]{2,40}"
    r"|\b[\w-]{2,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|ring|damm) ?\d{1,4} ?[a-z]?\b"
    r"|\b(?:calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|travessa|largo|praça) [^\n,;.!?\d]{2,40},? ?(?:n[.ºo°]* ?)?\d{1,5}\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})")
_LUHN_FROM_9 = 9
_SENTENCES = frozenset({FactKind.RULE, FactKind.STATUS})
#: Kinds that are the same however their signs are set: "#1001" and "1001".
_NUMBERED, _SIGNS = frozenset({"ORDER", "TRACKING", "PHONE", "CARD"}), re.compile(r"[\W_]")
_KINDS = (
    ("LINK", _LINK),
    ("EMAIL", _EMAIL),
    ("CARD", _CARD),
    ("PHONE", _PHONE),
    ("ADDRESS", _ADDRESS),
    ("TRACKING", _TRACKING),
    ("ORDER", _ORDER),
)
_MOST_PASSES = 6


class Redactor:
    """The placeholders of one turn; the same value has the same one throughout."""

    def __init__(self, known: Iterable[Known] = (), facts: Iterable[Fact] = ()) -> None:
        """Begin a turn: `known` is hidden word for word; what `facts` of the shop's own say is not."""
        self._values: dict[str, str] = {}
        self._named: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        self._plain = ""
        kinds = {_key(one.value): str(one.kind).upper() for one in known if len(one.value.strip()) >= _SHORTEST_KNOWN}
        self._known = kinds
        self._exact = _any_of(kinds)
        self.learn(facts)

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take in facts that came later: what is personal in them is hidden from now on, what the shop wrote is not."""
        for fact in facts:
            value = fact.value.strip()
            if fact.kind is FactKind.KNOWLEDGE:
                self._plain += "\n" + _key(value)
            elif fact.kind in PERSONAL and len(value) >= _SHORTEST_KNOWN:
                self._known[_key(value)] = str(fact.kind).upper()
        self._exact = _any_of(self._known)

    def hide(self, text: str) -> str:
        """Put placeholders for what is personal in a text; a text that went through here before stays as it is."""
        for _ in range(_MOST_PASSES):  # what stood against a hidden thing may be recognised only once that is gone
            before, text = text, self._pass(text)
            if text == before:
                break
        return text

    def _pass(self, text: str) -> str:
        if self._exact is not None:
            text = _outside(text, lambda part: self._exact.sub(self._of_known, part) if self._exact else part)
        for kind, pattern in _KINDS:
            text = _outside(text, lambda part, kind=kind, pattern=pattern: pattern.sub(lambda found: self._of(kind, found[0]), part))  # type: ignore[misc] # mypy cannot infer a lambda with defaults
        return text

    def fact(self, fact: Fact) -> Fact:
        """Hide a fact's value where its kind is personal, and what is personal in a sentence of ours; amounts, days and the shop's own are left."""
        if fact.kind in _SENTENCES:
            return msgspec.structs.replace(fact, value=self.hide(fact.value))
        if fact.kind not in PERSONAL:
            return fact
        value = fact.value.strip()
        if PLACEHOLDER.fullmatch(value) or not value:
            return fact
        return msgspec.structs.replace(fact, value=self._placeholder(str(fact.kind).upper(), value))

    def show(self, text: str) -> str:
        """Put back what placeholders stand for; one that nobody gave stays."""
        return PLACEHOLDER.sub(lambda found: self._values.get(found[0], found[0]), text)

    def hide_all(self, value: Any) -> Any:
        """Hide in every text of a JSON value, and inside arguments that are JSON in a text."""
        return _each_text(value, self._hide_json)

    def show_all(self, value: Any) -> Any:
        """Put back in every text of a JSON value."""
        return _each_text(value, self.show)

    def _hide_json(self, text: str) -> str:
        if text.lstrip().startswith("{"):
            try:
                inner = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
                return self.hide(text)
            return msgspec.json.encode(_each_text(inner, self.hide)).decode()
        return self.hide(text)

    def _of_known(self, found: re.Match[str]) -> str:
        return self._placeholder(self._known[_key(found[0])], found[0])

    def _of(self, kind: str, value: str) -> str:
        digits = [int(sign) for sign in value if sign.isdigit()]
        if (kind == "CARD" and not _luhn(digits)) or (kind == "PHONE" and _DATE.fullmatch(value)) or _key(value) in self._plain:
            return value
        return self._placeholder(kind, value)

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, _SIGNS.sub("", _key(value)) if kind in _NUMBERED else _key(value))
        if key not in self._named:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            name = f"[{kind}_{self._numbers[kind]}]"
            self._named[key], self._values[name] = name, value
        return self._named[key]


def placeholders_in(texts: Iterable[str]) -> frozenset[str]:
    """Name the placeholders that stand in texts."""
    return frozenset(found[0] for text in texts for found in PLACEHOLDER.finditer(text))


def _key(value: str) -> str:
    return " ".join(value.casefold().split())


def _any_of(known: Mapping[str, str]) -> re.Pattern[str] | None:
    if not known:
        return None
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<!\w){re.escape(one).replace(chr(92) + ' ', chr(92) + 's+')}(?!\w)" for one in longest_first), re.IGNORECASE
    )


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Change a text everywhere but in its placeholders."""
    parts, at = [], 0
    for found in PLACEHOLDER.finditer(text):
        parts += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, change(text[at:])])


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _each_text(one, change) for name, one in value.items()}
    return value


def _luhn(digits: list[int]) -> bool:
    """Whether digits end in the check digit of payment cards (ISO/IEC 7812-1, Luhn's formula)."""
    doubled = [2 * one - (_LUHN_FROM_9 if 2 * one > _LUHN_FROM_9 else 0) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
