"""Webhooks → POSTs over connections kept alive, as fast as they are answered; prints what came back."""

import asyncio
import sys
import time
from datetime import UTC, datetime

import msgspec

from doorstep.cli.benching.load import Webhook, make_load
from doorstep.cli.benching.stage import hook_token


class Posted(msgspec.Struct):
    """What became of the requests."""

    seconds: float = 0.0
    kept: int = 0
    refused: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    #: Processor microseconds a request of the web process, and of PostgreSQL (0: not on this machine).
    web_us: float = 0.0
    postgres_us: float = 0.0


def _request(webhook: Webhook, host: str) -> bytes:
    path = f"/hooks/{webhook.sender}/{hook_token(webhook.sender)}"
    headers = "".join(f"{name}: {value}\r\n" for name, value in webhook.headers.items())
    return f"POST {path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {len(webhook.body)}\r\n\r\n".encode() + webhook.body


async def _one(host: str, port: int, waiting: list[bytes], took: list[float], posted: Posted) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while waiting:
        started = time.perf_counter()
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        if at >= 0 and (length := int(head[at + 15 : head.index(b"\r\n", at)])):
            await reader.readexactly(length)
        if head[9:12] == b"200":
            posted.kept += 1
            took.append(time.perf_counter() - started)
        else:
            posted.refused += 1
    writer.close()


async def post(host: str, port: int, webhooks: list[Webhook], connections: int) -> Posted:
    """Post every webhook once over so many connections."""
    waiting = [_request(webhook, f"{host}:{port}") for webhook in reversed(webhooks)]
    took: list[float] = []
    posted = Posted()
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one(host, port, waiting, took, posted))
    posted.seconds = time.perf_counter() - started
    took.sort()
    if took:
        posted.p50_ms, posted.p99_ms = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    return posted


def main() -> None:
    """Make the load of a seed and post it: PORT COUNT CONNECTIONS SEED."""
    port, count, connections, seed = map(int, sys.argv[1:5])
    webhooks = make_load(count, datetime.now(UTC), seed=seed).webhooks  # noqa: TID251 - an edge
    print("ready", flush=True)
    sys.stdin.readline()
    print(msgspec.json.encode(asyncio.run(post("127.0.0.1", port, webhooks, connections))).decode(), flush=True)


if __name__ == "__main__":
    main()
