"""A seed → the same words as people type them: in haste, on a telephone, with a greeting before and a thank you behind.

Every copy is picked by the seed's own text, so the same seeds give the same copies on every machine.
"""

import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from doorstep.conversations.understanding.picking import picks
from doorstep.conversations.understanding.seeds import Seed

#: Letter → its neighbours on the keys of a Latin keyboard.
_BESIDE: Mapping[str, str] = {
    pair[0]: pair[1:]
    for pair in (
        *("qwa", "wqes", "ewrd", "retf", "tryg", "ytuh", "uyij", "iuok", "oipl", "pol"),
        *("aqsz", "sadw", "dsfe", "fdgr", "gfht", "hgjy", "jhku", "kjli", "lkop"),
        *("zxa", "xzcs", "cxvd", "vcbf", "bvng", "nbmh", "mnjk"),
    )
}
#: Words this short are not misspelt: what is left would be another word.
_SHORTEST = 4
#: A sentence with more words is not put behind a story.
_LONGEST = 14

_Picks = Iterator[int]
_Habits = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=16)
def _habits(language: str) -> _Habits:
    """Read how people write a language: before, after, story: lines; short: "word = shorter"."""
    table = tomllib.loads((files("doorstep.conversations.understanding.seeds") / language / "noise.toml").read_text(encoding="utf-8"))
    return {key: tuple(line.strip() for line in lines.splitlines() if line.strip()) for key, lines in table.items()}


def _one(of: tuple[str, ...], pick: _Picks) -> str:
    return of[next(pick) % len(of)] if of else ""


def _without_accents(text: str) -> str:
    """Leave accents of Latin letters away; the signs of Devanagari are letters and stay."""
    if any("\u0900" <= letter <= "\u097f" for letter in text):
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _bare(text: str, _habit: _Habits, _pick: _Picks) -> str:
    """Write in lower case, without accents and punctuation."""
    kept = (letter for letter in _without_accents(text.replace("ß", "ss")).lower() if letter not in ".,;:!?¿¡'\u2019\"()।")
    return " ".join("".join(kept).split())


def _slip(word: str, pick: _Picks) -> str:
    """Swap, leave out, double or miss one letter within a word; its first letter stays."""
    at = 1 + next(pick) % (len(word) - 2)
    kind = next(pick) % 4
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:  # noqa: PLR2004  the third of four
        return word[:at] + word[at] + word[at:]
    beside = _BESIDE.get(word[at], "")
    return word[:at] + (beside[next(pick) % len(beside)] if beside else "") + word[at + 1 :]


def _misspelt(text: str, _habit: _Habits, pick: _Picks) -> str:
    """Put a slip into one word, or into two of a longer sentence."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) >= _SHORTEST and word.isalpha() and word.isascii()]
    if not long:
        return text
    for _ in range(1 if len(long) < _SHORTEST else 2):
        at = long[next(pick) % len(long)]
        if len(words[at]) >= _SHORTEST:
            words[at] = _slip(words[at], pick)
    return " ".join(words)


def _shortened(text: str, habit: _Habits, pick: _Picks) -> str:
    """Write as on a telephone: short forms, lower case."""
    forms = dict(line.split(" = ", 1) for line in habit.get("short", ()))
    words = [forms.get(word, word) for word in _bare(text, habit, pick).split()]
    return " ".join(words)


def _wrapped(text: str, habit: _Habits, pick: _Picks) -> str:
    """Greet before, thank behind, or both."""
    which = next(pick) % 3
    before = _one(habit.get("before", ()), pick) if which != 0 else ""
    after = _one(habit.get("after", ()), pick) if which != 1 else ""
    behind = after if after[:1] in {"", ",", ".", "?", "!"} else f" {after}"
    return f"{before} {text}{behind}".strip()


def _told(text: str, habit: _Habits, pick: _Picks) -> str:
    """Put a sentence before it that tells something else of the order."""
    return f"{_one(habit.get('story', ()), pick)} {text}" if len(text.split()) < _LONGEST else text


def _local(text: str, habit: _Habits, pick: _Picks) -> str:
    """Turn it as in one country: "kindly …", "… do the needful"."""
    return f"{_one(habit.get('local_before', ()), pick)} {text} {_one(habit.get('local_after', ()), pick)}".strip()


def _misspelt_and_bare(text: str, habit: _Habits, pick: _Picks) -> str:
    return _misspelt(_shortened(text, habit, pick), habit, pick)


def _wrapped_and_misspelt(text: str, habit: _Habits, pick: _Picks) -> str:
    return _wrapped(_misspelt(_bare(text, habit, pick), habit, pick), habit, pick)


_WAYS: tuple[Callable[[str, _Habits, _Picks], str], ...] = (
    *(_bare, _misspelt, _wrapped, _shortened),
    *(_told, _misspelt_and_bare, _local, _wrapped_and_misspelt),
)
#: "Thanks" behind a story about an order would be no small talk any more.
_SMALL_TALK_WAYS = (_bare, _misspelt, _shortened, _misspelt_and_bare)


def copies(seed: Seed, count: int) -> tuple[Seed, ...]:
    """Give at most `count` copies of a seed as people type it, each unlike the seed and the others; always the same ones."""
    habit = _habits(seed.language)
    ways = _SMALL_TALK_WAYS if seed.intent.value.startswith("talk.") else _WAYS
    pick = picks("noise", seed.language, seed.text)
    start = next(pick)
    found: dict[str, None] = {}
    for turn in range(count * 2):
        said = " ".join(ways[(start + turn) % len(ways)](seed.text, habit, pick).split())
        if said and said != seed.text:
            found[said] = None
        if len(found) == count:
            break
    return tuple(Seed(said, seed.intent, seed.language) for said in found)
