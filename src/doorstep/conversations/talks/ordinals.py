"""A place in a list, as customers say it → the number; 0 for anything else."""

import re

from doorstep.conversations.romanised import romanised

_WORDS: dict[str, int] = {
    word: place
    for place, words in enumerate(
        (
            "first primero primera premier première erste ersten erster erstes primo prima primeiro primeira pahala pahali pehla pehli pahla pahli",
            "second segundo segunda deuxième zweite zweiten zweiter zweites secondo seconda dusra dusri doosra doosri",
            "third tercero tercera troisième dritte dritten dritter drittes terzo terza terceiro terceira tisra tisri teesra teesri",
            "fourth cuarto cuarta quatrième vierte vierten quarto quarta chautha chauthi",
            "fifth quinto quinta cinquième fünfte fünften panchva panchvan panchwa",
        ),
        start=1,
    )
    for word in words.split()
}
#: Characters that "number 2." and the like need; between spaces without end the pattern would go back and forth.
_LONGEST_NUMBER = 24
_NUMBER = re.compile(r"(?:no\.?|nr\.?|n[°º]|number|option|#)?\s*([1-9])\s*[.):]?", re.IGNORECASE)
_LAST = frozenset(
    ["last", "último", "última", "dernier", "dernière", "letzte", "letzten", "ultimo", "ultima", "aakhiri", "aakhri", "akhri"]
)
#: A longer sentence speaks of something else.
_MOST_WORDS = 5


def ordinal_in(text: str, of: int) -> int:
    """Read "2", "the second one", "la última" among so many; 0: none."""
    if found := _NUMBER.fullmatch(text.strip()[:_LONGEST_NUMBER]):
        return int(found[1]) if int(found[1]) <= of else 0
    words = [word.strip(".,!?") for word in romanised(text).casefold().split()]
    if len(words) > _MOST_WORDS:
        return 0
    if any(word in _LAST for word in words):
        return of
    place = next((_WORDS[word] for word in words if word in _WORDS), 0)
    return place if place <= of else 0
