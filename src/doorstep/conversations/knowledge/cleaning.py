"""Text from anywhere → the signs that a reader sees: nothing that hides, nothing that turns the direction of writing."""

import re
import unicodedata

#: Joiners that letters of some scripts and emoji are made with; between others they only hide things.
_JOINERS = frozenset("\u200c\u200d")
_EMOJI_STYLE = "\ufe0f"
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\v\f]")
_SPACES = re.compile(r"[^\S\n]+")
#: Below it stand Latin, Greek and Cyrillic letters, which are never joined by a sign.
_JOINED_FROM = 0x530
#: Variation selectors of the second plane and tags: they can carry a whole hidden text.
_HIDING = ((0xE0000, 0xE0FFF), (0xFE00, 0xFE0E), (0x2060, 0x206F))


def visible(text: str) -> str:
    """Leave what is seen: no zero-width signs, no controls, no private signs, spaces as plain ones, lines ended by a line feed."""
    whole = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode()))
    kept = "".join(sign for place, sign in enumerate(whole) if _is_seen(whole, place, sign))
    return _SPACES.sub(" ", kept)


def one_line(text: str) -> str:
    """Make one line of it."""
    return " ".join(visible(text).split())


def _is_seen(whole: str, place: int, sign: str) -> bool:
    if sign in "\n\t" or (sign.isascii() and sign.isprintable()):
        return True
    if sign in _JOINERS:
        return 0 < place < len(whole) - 1 and min(ord(whole[place - 1]), ord(whole[place + 1])) >= _JOINED_FROM
    number = ord(sign)
    if any(first <= number <= last for first, last in _HIDING):
        return False
    return sign == _EMOJI_STYLE or unicodedata.category(sign) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
