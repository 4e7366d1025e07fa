"""Ports for the servers that tests start."""

import asyncio
import contextlib
import itertools
import os
import socket

#: Below those that a system lends to outgoing connections: one of these could take a port between its choice and its use. Each process
#: begins elsewhere, so that those beside it choose others.
_PORTS = itertools.cycle(range(20_000, 32_000))
_NEXT = itertools.islice(_PORTS, os.getpid() * 101 % 12_000, None)


def free_port() -> int:
    """A port that nobody listens on, and that this process gave to nobody before."""
    return next(port for port in _NEXT if _is_free(port))


def two_free_ports() -> int:
    """The first of two such ports in a row."""
    one, other = free_port(), free_port()
    while other != one + 1:
        one, other = other, free_port()
    return one


async def listening(port: int, within_s: float = 60) -> None:
    """Wait until somebody listens on a port."""
    async with asyncio.timeout(within_s):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
