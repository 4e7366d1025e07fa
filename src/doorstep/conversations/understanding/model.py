"""A text → how likely each label is, and whether it is meant for this model at all; the model ↔ bytes."""

import io
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from doorstep.conversations.understanding.encoder import EncoderPort, MendingEncoder
from doorstep.conversations.understanding.fuse import fused, likelihoods
from doorstep.conversations.understanding.linear import Floats, Rarity, Weights
from doorstep.conversations.understanding.ngrams import counted
from doorstep.conversations.understanding.scope import Scope
from doorstep.domain.talking.understood import Scored
from doorstep.errors import BadInputError

#: Form of the bytes; another is refused.
_FORM = 1
#: Intents that are told of a text.
MOST_INTENTS = 5
#: How much the opinion of the model below counts beside a vector of length 1; found by cross-validation on HINT3's training parts.
_OPINION = 0.5
#: What a correction of 1 adds to how sure the model below is.
_OWN = 4.0


class Way(msgspec.Struct, frozen=True):
    """How scores are read: with the encoder and without it they differ in scale."""

    scope: Scope
    #: See `likelihoods`.
    warmth: float


class Reading(msgspec.Struct, frozen=True):
    """What a model makes of a text."""

    #: Likeliest first, at most `MOST_INTENTS`.
    intents: tuple[Scored, ...]
    in_scope: float

    @property
    def first(self) -> str:
        """The likeliest label; "" of nothing."""
        return self.intents[0].intent if self.intents else ""


#: Of a text without letters and figures.
NOTHING = Reading((), 0.0)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a model beside its numbers."""

    labels: tuple[str, ...]
    core: Way
    plus: Way
    #: Fingerprint of what it was taught with.
    taught_with: str
    #: Whether behind the labels' scores stands one more: of texts from elsewhere.
    elsewhere: bool = False
    #: Whether it only corrects the model upon which it stands, and shares that one's first labels.
    corrects: bool = False
    #: `taught_with` of the model upon which it stands; "" it stands alone.
    upon: str = ""
    form: int = _FORM


class Hearing(NamedTuple):
    """What a model hears in some texts, one row each."""

    #: One column per label.
    scores: Floats
    #: How sure the surest label is; with a score for elsewhere: by how much surer than that.
    surest: Floats
    #: Cosine to the nearest known text, and to the nearest from elsewhere; 0 without the encoder.
    nearest: Floats
    strange: Floats
    #: Vectors of the texts; None: without the encoder.
    vectors: Floats | None
    #: Whether there is a letter or a figure in it.
    said: tuple[bool, ...]


class Model(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A linear model over n-grams, one over the encoder's vectors, texts that it knows and texts that it should refuse."""

    about: About
    rarity: Rarity
    counts: Weights
    vectors: Weights
    #: Vectors of known texts, each of length 1.
    known: Floats
    #: Vectors of texts from elsewhere.
    strange: Floats
    #: The model upon which it stands: what that one makes of a text is heard as well.
    upon: "Model | None" = None

    def read(self, text: str, encoder: EncoderPort | None) -> Reading:
        """Understand one text; an empty one is outside."""
        return self.read_all([text], encoder)[0]

    def read_all(self, texts: Sequence[str], encoder: EncoderPort | None) -> list[Reading]:
        """Understand several texts, each for itself."""
        heard = self.hear(texts, encoder)
        way = self.way(encoder)
        return [
            _reading(self.about.labels, heard.scores[row], way, _evidence(heard, row, way)) if said else NOTHING
            for row, said in enumerate(heard.said)
        ]

    def hear(self, texts: Sequence[str], encoder: EncoderPort | None) -> Hearing:
        """Give what speaks for each label, and for and against each text being meant for the model."""
        # The n-grams hear mended texts as well where there is an encoder to tell which words exist: a little better.
        meant = encoder.mended(texts) if isinstance(encoder, MendingEncoder) else texts
        return self.hear_in(meant, None if encoder is None else encoder.encode(meant))

    def hear_in(self, texts: Sequence[str], vectors: Floats | None) -> Hearing:
        """Hear texts whose vectors are known; None: without the encoder."""
        found = [counted(text, len(self.rarity.weights)) for text in texts]
        columns = len(self.counts.scales)
        counts = np.array([self.counts.heard_some(text.buckets, self.rarity.row(text)) for text in found], np.float32).reshape(-1, columns)
        below = None if self.upon is None else self.upon.hear_in(texts, vectors)
        scores = fused(counts, None if vectors is None else self.vectors.heard(with_opinions(vectors, self.upon, below)))
        own = scores[:, : len(self.about.labels)]
        surest = own.max(axis=1, initial=-np.inf)
        said = tuple(len(text.buckets) > 0 for text in found)
        if self.upon is not None and below is not None and self.about.corrects:
            own = own + opinions(self.upon, below, vectors, len(self.about.labels))
            nearest = np.maximum(below.nearest, nearest_of(vectors, self.known, len(texts)))
            return Hearing(own, below.surest + _OWN * np.maximum(surest, 0), nearest, below.strange, vectors, said)
        return Hearing(
            own,
            surest - scores[:, -1] if self.about.elsewhere else surest,
            nearest_of(vectors, self.known, len(texts)),
            nearest_of(vectors, self.strange, len(texts)),
            vectors,
            said,
        )

    def way(self, encoder: EncoderPort | None) -> Way:
        """Give how its scores are read."""
        return self.way_in(alone=encoder is None)

    def way_in(self, *, alone: bool) -> Way:
        """Give how its scores are read with the encoder, or without."""
        return self.about.core if alone else self.about.plus

    def packed(self) -> bytes:
        """Write the model as bytes, the same each time."""
        into = io.BytesIO()
        np.savez_compressed(
            into,
            about=np.frombuffer(msgspec.json.encode(self.about), np.uint8),
            rarity=self.rarity.weights.astype(np.float16),
            counts=self.counts.figures,
            counts_scales=self.counts.scales,
            counts_starts=self.counts.starts,
            vectors=self.vectors.figures,
            vectors_scales=self.vectors.scales,
            vectors_starts=self.vectors.starts,
            known=np.rint(self.known * 127).astype(np.int8),
            strange=np.rint(self.strange * 127).astype(np.int8),
        )
        return into.getvalue()


def _evidence(heard: Hearing, row: int, way: Way) -> float:
    return way.scope.evidence(float(heard.surest[row]), float(heard.nearest[row]), float(heard.strange[row]))


def _reading(labels: Sequence[str], scores: Floats, way: Way, evidence: float) -> Reading:
    likely = likelihoods(scores, way.warmth)
    order = np.argsort(-likely, kind="stable")[:MOST_INTENTS]
    return Reading(tuple(Scored(labels[at], round(float(likely[at]), 4)) for at in order), way.scope.likely(evidence))


def opinions(of: Model, heard: Hearing, vectors: Floats | None, columns: int) -> Floats:
    """Give how likely another model takes each of its labels to be, with columns of nothing behind for labels that it has not."""
    likely = likelihoods(heard.scores, of.way_in(alone=vectors is None).warmth)
    return np.pad(likely, ((0, 0), (0, columns - likely.shape[1])))


def with_opinions(vectors: Floats, of: Model | None, heard: Hearing | None) -> Floats:
    """Put what another model makes of texts behind their vectors; roots of likelihoods are again a vector of length 1."""
    if of is None or heard is None:
        return vectors
    likely = opinions(of, heard, vectors, len(of.about.labels))
    return np.asarray(np.hstack([vectors, _OPINION * np.sqrt(likely)]), np.float32)


def nearest_of(rows: Floats | None, known: Floats, texts: int) -> Floats:
    """Give the cosine of each text to the nearest known one; 0 where none is known, or without vectors."""
    if rows is None or not len(known):
        return np.zeros(texts, np.float32)
    return np.asarray((rows @ known.T).max(axis=1), np.float32)


def unpacked(content: bytes, upon: Model | None = None) -> Model:
    """Read a model back, and set it upon the one that it was taught upon.

    Raises:
        BadInputError: These bytes are no model, or one of another form; and nothing else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            about = msgspec.json.decode(kept["about"].tobytes(), type=About)
            if about.form != _FORM:
                raise BadInputError(f"the model has form {about.form}, and this Doorstep reads form {_FORM}")
            if about.upon != ("" if upon is None else upon.about.taught_with):
                raise BadInputError("the model was taught upon another model than this one")
            return Model(
                about=about,
                upon=upon,
                rarity=Rarity(kept["rarity"].astype(np.float32)),
                counts=Weights(kept["counts"], kept["counts_scales"], kept["counts_starts"]),
                vectors=Weights(kept["vectors"], kept["vectors_scales"], kept["vectors_starts"]),
                known=_of_length_one(kept["known"].astype(np.float32)),
                strange=_of_length_one(kept["strange"].astype(np.float32)),
            )
    except (ValueError, KeyError, OSError, EOFError, msgspec.DecodeError, zipfile.BadZipFile) as error:
        raise BadInputError("these bytes are no model of the understanding") from error


def _of_length_one(rows: Floats) -> Floats:
    """Give each row its length back, which rounding to bytes took."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)
