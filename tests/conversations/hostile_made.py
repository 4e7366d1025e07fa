"""Hostile texts that no hand writes: 50 kB of one letter, nested brackets, stacked accents, control signs, numbers in disguise."""

import base64
import random
from collections.abc import Iterator

#: Characters of the long ones.
LONG = 50_000
#: What each repeats until it is long, with what begins it; a grammar that goes back over what it read would not come to an end.
_REPEATED: dict[str, str] = {
    "one letter": "a",
    "digits": "1",
    "digits and spaces": "1 ",
    "digits and dashes": "1-",
    "digits and dots": "1.",
    "letters and digits": "a1",
    "capitals": "AB ",
    "hash signs": "#",
    "hashes and digits": "#1 ",
    "at signs": "@",
    "half addresses of mail": "a@",
    "dots of a host": "a@a.",
    "whole addresses of mail": "a@b.co ",
    "plus signs": "+",
    "telephone": "+34 600 111 222 ",
    "brackets that open": "(",
    "brackets that close": ")",
    "square brackets": "[",
    "braces": "{",
    "double braces": "{{",
    "tags": "<a>",
    "comments": "<!--",
    "quotes": '"',
    "apostrophes": "'",
    "commas": ", ",
    "questions": "?",
    "exclamations": "!",
    "lines": "\n",
    "quoted lines": "> yes\n",
    "spaces": " ",
    "spaces of all kinds": "\u2003\u00a0\t\u3000",
    "yes": "yes ",
    "no": "no ",
    "and": "and ",
    "streets": "Calle Mayor 5, ",
    "street words": "street ",
    "post codes": "28999 ",
    "dates": "1/1/2027 ",
    "months": "january ",
    "weekdays": "monday to friday ",
    "times": "between 10 and 12 ",
    "amounts": "EUR 1 ",
    "euros": "1.000,00 € ",
    "number words": "twenty one ",
    "quantities": "2 x ",
    "names": "my name is ",
    "articles": "the ",
    "order words": "order number ",
    "not the": "not the red, the blue ",
    "if": "if ",
    "shouting": "WHERE IS MY ORDER ",
    "emoji": "😀",
    "families": "👨\u200d👩\u200d👧\u200d👦",
    "thumbs": "👍🏽",
    "flags": "🇪🇸",
    "stacked accents": "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308",
    "one letter under accents": "\u0301",
    "Devanagari": "हाँ ",
    "signs of vowels": "\u093f",
    "Arabic": "نعم ",
    "Chinese": "是",
    "ligatures that grow": "\ufdfa",
    "wide forms": "\uff21\uff11",
    "mathematical letters": "\U0001d480\U0001d486\U0001d494 ",
    "right to left": "\u202e1001\u202c ",
    "no width": "\u200b",
    "soft hyphens": "\u00ad",
    "tag signs": "\U000e0079\U000e0065\U000e0073",
    "null bytes": "\x00",
    "escapes": "\x1b[31m",
    "bells": "\x07",
    "lone surrogates": "\ud800",
    "not a character": "\uffff",
    "private signs": "\ue000",
    "Liquid": "{% if a %}{{ b }}{% endif %}",
    "SQL": "' or 1=1 -- ",
    "JSON": '{"a":',
    "TOML": "[[a]]\n",
    "paths": "../",
    "links": "https://attacker.test/ ",
}
#: Number of an order in disguise: what stands between or instead of its digits.
_DISGUISES: dict[str, str] = {
    "no width between digits": "1\u200b0\u200b0\u200b3",
    "joiners between digits": "1\u200d0\u200d0\u200d3",
    "soft hyphens between digits": "1\u00ad0\u00ad0\u00ad3",
    "wide digits": "\uff11\uff10\uff10\uff13",
    "Arabic digits": "١٠٠٣",
    "Devanagari digits": "१००३",
    "mathematical digits": "\U0001d7cf\U0001d7ce\U0001d7ce\U0001d7d1",
    "circled digits": "①⓪⓪③",
    "raised digits": "¹⁰⁰³",
    "Cyrillic letters for digits": "1\u041e\u041e3",
    "Greek letters for digits": "1\u039f\u039f3",
    "letters for digits": "lOO3",
    "turned by an override": "\u202e3001\u202c",
    "within an isolate": "\u20661003\u2069",
    "accents on digits": "1\u03050\u03050\u03053\u0305",
    "spaces between digits": "1 0 0 3",
    "a null byte within": "10\x0003",
    "words": "one thousand and three",
}


def made() -> Iterator[tuple[str, str, str]]:
    """Yield (family, name, text); the same ones each time."""
    for name, part in _REPEATED.items():
        yield "long", name, (part * (LONG // len(part) + 1))[:LONG]
    noise = random.Random(2026)
    yield "long", "base64", base64.b64encode(noise.randbytes(LONG * 3 // 4)).decode()
    yield "long", "any characters", "".join(chr(noise.randrange(1, 0x2FFF)) for _ in range(LONG))
    yield "long", "any signs of ASCII", "".join(chr(noise.randrange(1, 128)) for _ in range(LONG))
    yield "long", "a request behind it", "x " * (LONG // 2) + "cancel order 1003"
    yield "long", "a request before it", "cancel order 1003 " + "x " * (LONG // 2)
    yield "long", "brackets in pairs", "(" * (LONG // 2) + ")" * (LONG // 2)
    yield "long", "numbers one after another", " ".join(str(1000 + one) for one in range(LONG // 5))
    yield "long", "words that differ", " ".join(f"w{noise.randrange(10**6)}" for _ in range(LONG // 8))
    for name, number in _DISGUISES.items():
        yield "disguised", name, f"where is order {number}?"
        yield "disguised", f"{name}, to be cancelled", f"please cancel order {number} at once, it is mine"
    for name, text in {
        "nothing": "",
        "one space": " ",
        "lines": "\n\n\n",
        "only no width": "\u200b\u200d\ufeff",
        "one null byte": "\x00",
        "one lone surrogate": "\udc00",
        "an override alone": "\u202e",
        "a beaming face": "😀",
        "many emoji": "🔥💀🤬📦❓",
        "a flag": "🏴\u200d☠️",
        "a key cap": "1️⃣",
        "a yes that is not seen": "\U000e0079\U000e0065\U000e0073",
        "a yes turned round": "\u202esey\u202c no",
        "a yes of other letters, with more": "\uff59\uff45\uff53 or no",
        "escape signs": "\x1b]0;yes\x07\x1b[2J",
        "a carriage return": "no\rcancel order 1003",
        "a mark of byte order": "\ufeffcancel order 1003",
    }.items():
        yield "empty_and_signs", name, text
