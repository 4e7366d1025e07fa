"""An utterance → what it does in the talk: agrees, refuses, takes back, gives up, thanks, rages, asks for a human.

Tables per language hold the words (`<language>.toml`). A yes may move money or goods, so it is read narrowly: an order that
is not cancelled for want of a clear yes costs one more question, one cancelled on a misread word costs the customer.
"""

import re

from doorstep.conversations.understanding.acts.grammar import (
    Grammar,
    Part,
    Phrase,
    begins,
    covers,
    grammar_of,
    parts_of,
    stands_in,
)
from doorstep.domain.talking.intents import Act

#: Acts that a part of a sentence does: by its whole part ("<table>") or by words anywhere ("<table>_in").
_OF_PARTS = {Act.DROP: "drop", Act.ANY: "any", Act.ALL: "all", Act.UNKNOWN: "unknown"}
#: Acts that only a whole utterance does, since their words are too common; or words anywhere.
_OF_WHOLES = {Act.REPEAT: "repeat", Act.HUMAN: "human"}
#: So many words in capitals are a shout; fewer may be a carrier, a size and a code.
_SHOUTED = 4
_SHOUTED_LETTERS = 14
_SHORT_CONTRAST = 4
#: Nobody agrees in so many characters; what stands behind them might take it back.
_LONGEST_ASSENT = 200
#: Signs beside which a yes is a question, a quote, struck out, or not what it looks like.
_NO_ASSENT = re.compile('[?¿<>«»\u201c\u201d"{}\\[\\]|~^=¬\\\\/#@$%&\u0334-\u0338\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_SHORT_UTTERANCE = 14


def _words(parts: tuple[Part, ...]) -> Phrase:
    return tuple(word for part in parts for word in part.words)


def _marked(parts: tuple[Part, ...]) -> Phrase:
    """Give all words with "," where a mark stands between."""
    return tuple(word for part in parts for word in (*part.words, *([","] if part.mark else [])))


def is_bare_yes(text: str, language: str = "") -> bool:
    """Tell whether the whole utterance is an assent and nothing else; please, thanks and pictures may stand beside it.

    A question ("yes?"), a quote ("> yes"), a condition, a negation or anything more ("yes but …") makes it none. `language`: ISO 639-1 of a
    served one; "" compares with all of them.
    """
    if len(text) > _LONGEST_ASSENT or _NO_ASSENT.search(text):
        return False
    grammar = grammar_of(language)
    words = _words(parts_of(text))
    return covers(words, grammar.of("yes"), grammar.of("fill")) and not stands_in(words, grammar.of("yes_never_in"))


def is_bare_no(text: str, language: str = "") -> bool:
    """Tell whether the whole utterance is a refusal and nothing else; please, thanks and pictures may stand beside it."""
    if "?" in text or "¿" in text:
        return False
    grammar = grammar_of(language)
    return covers(_words(parts_of(text)), grammar.of("no"), grammar.of("fill"))


def acts_in(text: str, language: str = "") -> frozenset[Act]:
    """Give what an utterance does beside what it wants. `language`: ISO 639-1 of a served one; "" compares with all of them."""
    grammar, parts = grammar_of(language), parts_of(text)
    words = _words(parts)
    found: set[Act] = set()
    for act, table in _OF_PARTS.items():
        if stands_in(words, grammar.of(f"{table}_never_in")):
            continue
        if stands_in(words, grammar.of(f"{table}_in")) or any(covers(part.words, grammar.of(table), grammar.of("fill")) for part in parts):
            found.add(act)
    for act, table in _OF_WHOLES.items():
        if stands_in(words, grammar.of(f"{table}_in")) or covers(words, grammar.of(table), grammar.of("fill")):
            found.add(act)
    if _refuses(text, parts, grammar):
        found.add(Act.NO)
    if _corrects(parts, grammar):
        found.add(Act.CORRECTION)
    if _agrees(parts, grammar):
        found.add(Act.YES)
    if stands_in(words, grammar.of("thanks_in")) and not covers(words, grammar.of("no"), grammar.of("fill")):
        found.add(Act.THANKS)
    found |= _needs_somebody(words)
    if _abuses(words, grammar):
        found.add(Act.ABUSE)
    elif _rages(text, words, grammar):
        found.add(Act.ANGER)
    return frozenset(found)


def _needs_somebody(words: Phrase) -> frozenset[Act]:
    """Tell whether a human has to look at once. Compared in every language: who is in need may write in another than before."""
    everywhere = grammar_of("")
    return frozenset(act for act in (Act.DANGER, Act.LEGAL) if stands_in(words, everywhere.of(f"{act}_in")))


def _agrees(parts: tuple[Part, ...], grammar: Grammar) -> bool:
    """Tell whether the utterance begins with a yes that nothing after it takes back."""
    sentence = _first_sentence(parts)
    if not sentence or "?" in sentence[-1].mark:
        return False
    words = _words(sentence)
    first = sentence[0]
    rest = _after_yes(first, grammar)
    said = covers(first.words, grammar.of("yes"), grammar.of("fill"))
    if not said and rest is None:
        return False
    doubted = stands_in(words, grammar.of("yes_never_in")) or begins(rest or (), grammar.of("yes_ends_before"))
    later = _words(sentence[1:]) if said else (*(rest or ()), *_words(sentence[1:]))
    taken_back = stands_in(later, grammar.of("if_words")) or stands_in(later, grammar.of("not_words"))
    refused_later = any(covers(part.words, grammar.of("no"), grammar.of("fill")) for part in parts[1:])
    return not doubted and not taken_back and not refused_later


def _first_sentence(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Give the parts up to the first mark that ends a sentence; fillers before ("Hi, …") are left out."""
    found: list[Part] = []
    for part in parts:
        found.append(part)
        if any(mark in part.mark for mark in ".!?।…\n"):
            break
    return tuple(part for part in found if part.words)


def _after_yes(part: Part, grammar: Grammar) -> Phrase | None:
    """Give what follows a word that is a yes by itself ("yes cancel it"); None where the part does not begin with one."""
    for phrase in grammar.of("yes_begins").get(part.accented[0], ()):
        if part.accented[: len(phrase)] == phrase:
            return part.words[len(phrase) :]
    return None


def _refuses(text: str, parts: tuple[Part, ...], grammar: Grammar) -> bool:
    """Tell whether the utterance begins with a no: "no problem" and "no he recibido …" are none."""
    spoken = tuple(part for part in parts if part.words)
    if not spoken or ("?" in spoken[0].mark and len(spoken) == 1):
        return False
    whole = covers(_words(parts), grammar.of("no"), grammar.of("fill")) and "?" not in text
    return whole or covers(spoken[0].words, grammar.of("no"), grammar.of("fill")) or begins(_words(parts), grammar.of("no_begins"))


def _corrects(parts: tuple[Part, ...], grammar: Grammar) -> bool:
    """Tell whether it takes back what was said: "I meant …", "no, the blue one", "not the red, the blue"."""
    words, marked = _words(parts), _marked(parts)
    if stands_in(words, grammar.of("correction_in")) or begins(words, grammar.of("correction_begins")):
        return True
    if begins(marked, grammar.of("correction_begins")):
        return True
    spoken = tuple(part for part in parts if part.words)
    if any(covers(part.words, grammar.of("correction"), grammar.of("fill")) for part in spoken[:2]):
        return True
    short = len(spoken) > 1 and len(words) <= _SHORT_UTTERANCE
    return short and any(len(part.words) <= _SHORT_CONTRAST and begins(part.words, grammar.of("contrast")) for part in spoken)


def _abuses(words: Phrase, grammar: Grammar) -> bool:
    """Tell whether it is bad words and nothing that could be answered."""
    bad = {**grammar.of("mild"), **grammar.of("swear")}
    beside = {**grammar.of("fill"), **grammar.of("beside")}
    return any(word in bad for word in words) and all(word in bad or word in beside for word in words)


def _rages(text: str, words: Phrase, grammar: Grammar) -> bool:
    if stands_in(words, grammar.of("anger_in")) or stands_in(words, grammar.of("swear")):
        return True
    if "!!!" in text or "?!?" in text or "???!" in text:
        return True
    shouted = [word for word in text.split() if len(word) > 1 and word.isupper() and word.strip(".,!?'").isalpha()]
    return len(shouted) >= _SHOUTED and sum(map(len, shouted)) >= _SHOUTED_LETTERS and len(shouted) * 2 > len(words)
