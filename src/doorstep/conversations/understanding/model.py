"""A text → how likely each label is, and whether it is meant for this model at all; the model ↔ bytes."""

import hashlib
import io
import zipfile
from collections.abc import Sequence

import msgspec
import numpy as np

from doorstep.conversations.understanding.encoder import EncoderPort
from doorstep.conversations.understanding.fuse import fused, likelihoods
from doorstep.conversations.understanding.linear import Floats, Rarity, Weights, heard_in_counts
from doorstep.conversations.understanding.scope import Scope
from doorstep.domain.talking.understood import Scored
from doorstep.errors import BadInputError

#: Form of the bytes; another is refused.
_FORM = 1
#: Intents that are told of a text.
MOST_INTENTS = 5


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


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a model beside its numbers."""

    labels: tuple[str, ...]
    core: Way
    plus: Way
    #: Fingerprint of what it was taught with.
    taught_with: str
    form: int = _FORM


class Model(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A linear model over n-grams, one over the encoder's vectors, and texts that it knows."""

    about: About
    rarity: Rarity
    counts: Weights
    vectors: Weights
    #: Vectors of known texts, each of length 1.
    known: Floats

    def read(self, text: str, encoder: EncoderPort | None) -> Reading:
        """Understand one text; an empty one is outside."""
        return self.read_all([text], encoder)[0]

    def read_all(self, texts: Sequence[str], encoder: EncoderPort | None) -> list[Reading]:
        """Understand several texts, each for itself."""
        scores, nearest = self.heard(texts, encoder)
        way = self.way(encoder)
        return [self._reading(row, float(near), way) for row, near in zip(scores, nearest, strict=True)]

    def heard(self, texts: Sequence[str], encoder: EncoderPort | None) -> tuple[Floats, Floats]:
        """Give each text's score per label, and how near the nearest known text lies."""
        if not texts:
            return np.empty((0, len(self.about.labels)), np.float32), np.empty(0, np.float32)
        counts = np.stack([heard_in_counts(text, self.rarity, self.counts) for text in texts])
        if encoder is None:
            return fused(counts, None), np.zeros(len(texts), np.float32)
        rows = encoder.encode(texts)
        # Letters and figures are what both were taught with; of anything else the encoder would still say something.
        empty = ~counts.any(axis=1)
        rows[empty] = 0
        return fused(counts, self.vectors.heard_of(rows)), nearest_of(rows, self.known)

    def way(self, encoder: EncoderPort | None) -> Way:
        """Give how its scores are read."""
        return self.about.core if encoder is None else self.about.plus

    def _reading(self, scores: Floats, nearest: float, way: Way) -> Reading:
        if not scores.any():
            return Reading((), 0.0)
        likely = likelihoods(scores, way.warmth)
        order = np.argsort(-likely, kind="stable")[:MOST_INTENTS]
        intents = tuple(Scored(self.about.labels[at], round(float(likely[at]), 4)) for at in order)
        return Reading(intents, way.scope.likely(float(scores.max()), nearest))

    def packed(self) -> bytes:
        """Write the model as bytes, the same each time."""
        into = io.BytesIO()
        np.savez_compressed(
            into,
            about=np.frombuffer(msgspec.json.encode(self.about), np.uint8),
            rarity=self.rarity.weights.astype(np.float16),
            counts=self.counts.figures,
            counts_scales=self.counts.scales,
            vectors=self.vectors.figures,
            vectors_scales=self.vectors.scales,
            known=np.rint(self.known * 127).astype(np.int8),
        )
        return into.getvalue()


def nearest_of(rows: Floats, known: Floats) -> Floats:
    """Give the cosine of each row to the nearest known text; 0 where none is known."""
    if not len(known):
        return np.zeros(len(rows), np.float32)
    return np.asarray((rows @ known.T).max(axis=1), np.float32)


def of_length_one(rows: Floats) -> Floats:
    """Give each row its length back, which rounding to bytes took; a row of nothing stays so."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def unpacked(content: bytes) -> Model:
    """Read a model back.

    Raises:
        BadInputError: These bytes are no model, or one of another form; and nothing else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            about = msgspec.json.decode(kept["about"].tobytes(), type=About)
            if about.form != _FORM:
                raise BadInputError(f"the model has form {about.form}, and this Doorstep reads form {_FORM}")
            return Model(
                about=about,
                rarity=Rarity(kept["rarity"].astype(np.float32)),
                counts=Weights(kept["counts"], kept["counts_scales"]),
                vectors=Weights(kept["vectors"], kept["vectors_scales"]),
                known=of_length_one(kept["known"].astype(np.float32)),
            )
    except (ValueError, KeyError, OSError, EOFError, msgspec.DecodeError, zipfile.BadZipFile) as error:
        raise BadInputError("these bytes are no model of the understanding") from error


def version_of(content: bytes) -> str:
    """Give a model's version: the first figures of its bytes' fingerprint."""
    return hashlib.sha256(content).hexdigest()[:12]
