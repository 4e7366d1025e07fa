"""A place in a list, as customers say it → the number; 0 for anything else."""

import re

from doorstep.conversations.romanised import romanised

_WORDS: dict[str, int] = {
    word: place
    for place, words in enumerate(
        (
            "first primero primera primer premier première erste ersten erster erstes primo prima primeiro primeira pahala pahali pehla pehli pahla pahli",
            "second segundo segunda seconde deuxième deuxieme zweite zweiten zweiter zweites secondo seconda dusra dusri doosra doosri",
            "third tercero tercera tercer troisième troisieme dritte dritten dritter drittes terzo terza terceiro terceira tisra tisri teesra teesri",
            "fourth cuarto cuarta quatrième quatrieme vierte vierten quarto quarta chautha chauthi",
            "fifth quinto quinta cinquième cinquieme fünfte fünften panchva panchvan panchwa",
        ),
        start=1,
    )
    for word in words.split()
}
#: Numbers in words: a place only where nothing else is said, since "one of them" names none.
_COUNTED: dict[str, int] = {
    word: place
    for place, words in enumerate(
        (
            "one uno una un une eins um uma ek",
            "two dos deux zwei due dois duas do",
            "three tres trois drei tre três tin teen",
            "four cuatro quatre vier quattro quatro char",
            "five cinco cinq fünf cinque panch paanch",
        ),
        start=1,
    )
    for word in words.split()
}
_LAST = frozenset(
    ["last", "último", "última", "dernier", "dernière", "derniere", "letzte", "letzten", "ultimo", "ultima", "aakhiri", "aakhri", "akhri"]
)
_BEFORE = r"(?:(?:the|el|la|lo|le|il|die|das|der|o|a)\s+)?(?:(?:no\.?|nr\.?|n[°ºo]\.?|number|n[uú]m[eé]ro|numéro|nummer|option|opci[oó]n|opzione|opção|choix|scelta|#)\s*)?"
_NUMBER = re.compile(rf"{_BEFORE}([1-9])\s*[.):]?", re.IGNORECASE)
#: Characters that "the number 2." and the like need; between spaces without end the pattern would go back and forth.
_LONGEST_NUMBER = 24
#: Said beside a choice, and no part of it.
_POLITE = re.compile(
    r"[\s,.!]*\b(?:please|pls|thanks|thank you|por favor|porfa|gracias|svp|stp|s'il (?:vous|te) pla[iî]t|merci|bitte|danke|per favore|grazie|obrigad[oa])\b[\s.!]*",
    re.IGNORECASE,
)
#: A longer sentence speaks of something else.
_MOST_WORDS = 5
_LONGEST = 120


def ordinal_in(text: str, of: int) -> int:
    """Read "2", "la 2 por favor", "the second one", "l'ultima" among so many; 0: none."""
    if len(text) > _LONGEST:
        return 0
    bare = _POLITE.sub(" ", text.replace("\u2019", "'")).strip()
    if found := _NUMBER.fullmatch(bare[:_LONGEST_NUMBER]):
        return int(found[1]) if int(found[1]) <= of else 0
    words = [word.strip(".,!?") for word in romanised(bare).casefold().replace("'", " ").split()]
    if len(words) > _MOST_WORDS:
        return 0
    if any(word in _LAST for word in words):
        return of
    place = next((_WORDS[word] for word in words if word in _WORDS), _COUNTED.get(words[0], 0) if len(words) == 1 else 0)
    return place if place <= of else 0
