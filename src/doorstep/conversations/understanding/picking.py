"""Words → an endless row of numbers that is the same every time: chance without chance."""

import hashlib
from collections.abc import Iterator


def picks(*of: str) -> Iterator[int]:
    """Give numbers from 0 to 2**32 - 1 without end; the same words give the same numbers on every machine."""
    key = "\x1f".join(of).encode()
    turn = 0
    while True:
        block = hashlib.blake2b(key, digest_size=64, salt=turn.to_bytes(16, "big")).digest()
        for at in range(0, 64, 4):
            yield int.from_bytes(block[at : at + 4], "big")
        turn += 1
