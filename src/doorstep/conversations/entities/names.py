"""Text → how people call themselves: "my name is Yusuf Rossi", "je m'appelle …", "ich heiße …"."""

import re
from collections.abc import Iterator

from doorstep.conversations.entities.folding import Folded, free, word_set
from doorstep.domain.talking.understood import Entity, EntityKind

#: Said before a name and before nothing else.
_SURE = (
    r"my (?:full |first |last )?name(?:'s| is)|name(?: is|'s)? ?:|the name(?: is|'s)|i am called|under the name(?: of)?|in the name of"
    r"|me llamo|mi nombre(?: completo)? es|a nombre de|soy"
    r"|je m'appelle|mon nom(?: complet)? est|au nom de|je suis"
    r"|ich hei(?:ss|s)e|mein name ist|mein name lautet|auf den namen|ich bin"
    r"|mi chiamo|il mio nome e'?|a nome di|sono"
    r"|me chamo|meu nome(?: completo)? e|chamo-me|em nome de|sou (?:o |a )?"
    r"|mera naa?m|मेरा नाम"
)
#: Said before a name, and before much else.
_MAYBE = r"i'm|i am|im|this is|it's|it is|here is|speaking|aqui es|c'est|hier ist|hier spricht|qui e|aqui e|main"
_SAID = re.compile(rf"(?<!\w)(?:(?P<sure>{_SURE})|(?P<maybe>{_MAYBE}))[ :,]{{1,3}}")
_DEVANAGARI = "\u0900-\u0963\u0971-\u097f"
_PART = re.compile(rf"(?:[^\W\d_]|[{_DEVANAGARI}'.-])+")
#: Small words within a name.
_WITHIN = word_set("de da do dos das del della di la le van von der den el al bin ibn y e zu")
#: What follows "I am" and is no name; plain letters.
_NO_NAME = word_set(
    "a an the not so very still waiting looking trying going here happy unhappy angry sorry sure interested writing calling "
    "contacting home away out ok okay fine good done ready afraid unable able having getting just really also on in at from "
    "about my your our it this that what no yes and but hi hello dear wrong broken urgent ridiculous unacceptable regarding "
    "for to order number please thanks muy el la un una de en esta este cliente interesado le les une tres pas encore en "
    "train client unzufrieden sehr nicht noch der die das ein eine mit zu kunde da e in un molto cliente o os as ainda "
    "muito hoon hun hai nahi bahut se ko ka hu है हूं हूँ bin ist and email phone address zip postcode"
)
_LAST_WORDS = word_set("hai hain है हैं hoon hun और and und et y e")
_MOST_PARTS = 4


def names_in(folded: Folded, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find names behind words that are said before one's own; "I am …" only before words with capitals."""
    for match in _SAID.finditer(folded.plain):
        end = _name_end(folded, match.end(), certain=match["sure"] is not None and match["sure"] not in _EASY)
        if end > match.end() and free(match.end(), end, taken):
            value = " ".join(folded.original(match.end(), end).split())
            yield folded.entity(EntityKind.NAME, match.end(), end, value=value, confidence=0.9 if match["sure"] else 0.75)


#: Of what is said before names, what needs capitals behind it, too.
_EASY = frozenset({"soy", "je suis", "ich bin", "sono", "sou ", "sou o ", "sou a ", "sou", "a nombre de"})


def _name_end(folded: Folded, start: int, *, certain: bool) -> int:
    """Give where a name that begins at a place ends; the place itself where there is none."""
    end, parts, at = start, 0, start
    for part in _PART.finditer(folded.plain, start, min(len(folded.plain), start + 80)):
        between = folded.plain[at : part.start()]
        at = part.end()
        if between.strip(" ") or len(between) > 2 or (parts and not between) or parts == _MOST_PARTS:  # noqa: PLR2004
            break
        word, written = part[0].rstrip(".-'"), folded.original(*part.span())
        if word in _LAST_WORDS or not word:
            break
        named = written[:1].isupper() or (certain and written[:1].isalpha() and (parts == 0 or written.islower()))
        caseless = not written[:1].isupper() and not written[:1].islower()
        if word in _WITHIN and parts:
            continue
        if word in _NO_NAME or not (named or (certain and caseless)):
            break
        if certain and not written[:1].isupper() and parts >= 2:  # noqa: PLR2004 - "my name is mia garcia and": two words, then it goes on
            break
        end, parts = part.start() + len(word), parts + 1
        if part[0].endswith((".", "-")) and len(word) > 2:  # noqa: PLR2004 - an initial has a stop of its own
            break
    return end
