"""A message → the parts in which each may want something of its own: sentences, and what stands on either side of an "and"."""

import re

#: Parts of one message that are looked at.
MOST_PARTS = 6
_FEWEST_WORDS = 2
_SENTENCES = re.compile(r"(?<=[.!?;।])\s+|\n+|(?<=\w),\s+(?=(?:and|und|et|y|e|also|please|aur)\b)", re.IGNORECASE)
#: Words that join two wishes, in the served languages; Hindi also in Latin letters.
_JOINTS = re.compile(
    r"\s*,?\s+(?:and also|and then|and|also|plus|but|und auch|und|außerdem|aber|et aussi|et|puis|mais|y también|y además|y|e também|e também|"
    r"e anche|e inoltre|e|ma|mas|pero|aur|और|तथा)\s+",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """Split a message into its sentences, at most `MOST_PARTS`."""
    return _long_enough(_SENTENCES.split(text))[:MOST_PARTS]


def joined(sentence: str) -> list[str]:
    """Split a sentence at the words that join wishes; a part of one word goes with the part before: "red and blue"."""
    parts: list[str] = []
    start = 0
    for joint in _JOINTS.finditer(sentence):
        before, after = sentence[start : joint.start()], sentence[joint.end() :]
        if len(before.split()) >= _FEWEST_WORDS and len(after.split()) >= _FEWEST_WORDS:
            parts.append(before)
            start = joint.end()
    return [part.strip() for part in [*parts, sentence[start:]] if part.strip()][:MOST_PARTS]


def _long_enough(parts: list[str]) -> list[str]:
    return [part.strip() for part in parts if re.search(r"\w", part)]
