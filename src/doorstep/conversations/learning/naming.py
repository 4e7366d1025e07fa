"""A group's texts beside all the others of the week → a name: the phrases that tell the group best."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

from doorstep.conversations.knowledge.words import folded, words
from doorstep.conversations.understanding.ngrams import folded as without_signs

#: Words of a phrase; phrases of a name; signs of a name.
_LONGEST, _MOST, _SIGNS = 3, 2, 80
#: Texts of a group in which a phrase has to stand, of all.
_SHARE = 0.4
#: Words that a customer's sentence has whatever it is about, in the served languages.
_IDLE_WORDS = """
the and you can could would for with have has had are was were will what when how that this does did not but your yours from about there please want need
hello thanks get got one any all out why who which still just been being they them its our mine
que como para por una uno los las del con mis sus este esta eso cuando donde puedo quiero hola gracias pero sin hay muy
les des une est pas pour avec mon mes vos votre que qui dans sur puis bonjour merci quand comment sont ont mais
der die das und ich ist nicht mit wie kann mein meine für fur ein eine einen den dem wann wo was habe haben bitte danke hallo auf von noch
che non per con una uno del della dei mio mia quando dove come posso vorrei ciao grazie sono hanno ancora
não nao para com uma dos das meu minha quando onde como posso quero ola obrigado está esta são sao ainda
है हैं का की के को में से और मैं मेरा मेरी क्या कब कहाँ नहीं यह वह कृपया
"""
_IDLE = frozenset(_IDLE_WORDS.split())


def name_of(texts: Sequence[str], others: Sequence[str]) -> str:
    """Name a group by up to two phrases that many of its texts have and few others do; else by its first text."""
    inside, outside = Counter[str](), Counter[str]()
    for text in texts:
        inside.update(_phrases(text))
    for text in others:
        outside.update(_phrases(text))
    needed = max(2, _SHARE * len(texts))
    scored = [
        (times * log((1 + len(texts) + len(others)) / (1 + outside[phrase])) * (1 + 0.3 * phrase.count(" ")), phrase)
        for phrase, times in inside.items()
        if times >= needed
    ]
    chosen: list[str] = []
    for _, phrase in sorted(scored, key=lambda one: (-one[0], one[1])):
        held = set(phrase.split())
        if not any(held & set(one.split()) for one in chosen):
            chosen.append(phrase)
        if len(chosen) == _MOST:
            break
    return (" · ".join(chosen) or texts[0])[:_SIGNS]


def _phrases(text: str) -> set[str]:
    """All runs of words without those that tell nothing at either end."""
    held = [word for word in words(folded(text)) if word]
    telling = {word for word in held if len(word) > 2 and without_signs(word)} - _IDLE  # noqa: PLR2004 - "it", "de"
    found = set()
    for size in range(1, _LONGEST + 1):
        for start in range(len(held) - size + 1):
            run = held[start : start + size]
            if run[0] in telling and run[-1] in telling and all(a != b for a, b in pairwise(run)):
                found.add(" ".join(run))
    return found
