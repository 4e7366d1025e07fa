"""A GET to the demo shop's own small address → its pictures, or a page that links to all that is going on."""

import asyncio
import html
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from doorstep.demo.pictures import PICTURES
from doorstep.errors import MisconfiguredError

#: Address, what stands before it, its words.
Link = tuple[str, str, str]
_MOST_BYTES = 8_000
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Casa Alma, a demo shop</title><link rel="icon" href="/logo.svg">
<style>body{{font:17px/1.5 Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",sans-serif;background:#f7f1ea;color:#3b2a22;max-width:46rem;margin:3rem auto;padding:0 1rem}}
a{{color:#9a4a2f}}li{{margin:.3rem 0}}small{{color:#6d5a4e}}</style>
<img src="/logo.svg" alt="Casa Alma" height="60"><p>This shop is a demo: invented customers, real carriers' formats, a parcel's life in minutes. Nothing leaves this machine.</p>
<ul>{links}</ul></html>"""


_SHOP = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light">
<title>Casa Alma, a demo shop</title><link rel="icon" href="/logo.svg">
<style>body{{font:17px/1.5 Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",sans-serif;background:#f7f1ea;color:#3b2a22;max-width:46rem;margin:3rem auto;padding:0 1rem}}
a{{color:#9a4a2f}}ul{{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;padding:0}}</style>
<img src="/logo.svg" alt="Casa Alma" height="60"><h1>Things for the house</h1>
<ul>{wares}</ul><p>The chat in the corner is one line in this page. <a href="/">All that is going on</a></p>
<script async src="{script}" data-key="{key}"></script></html>"""
#: Address of the chat's script, and the shop's public key.
Chat = tuple[str, str]


@asynccontextmanager
async def shop_window(host: str, port: int, links: Callable[[], list[Link]], chat: Chat = ("", "")) -> AsyncIterator[None]:
    """Serve until the end of the block; `links` is asked for every page. `chat`: what the page of the shop embeds.

    Raises:
        MisconfiguredError: the port is taken.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_answer(head, links, chat))
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, host, port, limit=_MOST_BYTES)
    except OSError as error:
        raise MisconfiguredError(f"the demo shop's pictures need port {port} too, and it is taken; choose another --port") from error
    try:
        yield
    finally:
        server.close()


def _answer(head: bytes, links: Callable[[], list[Link]], chat: Chat) -> bytes:
    path = head.split(b" ", 2)[1].decode("ascii", "replace") if head.startswith((b"GET /", b"HEAD /")) else ""
    picture = PICTURES.get(path.removeprefix("/").removesuffix(".svg")) if path.endswith(".svg") else None
    if picture is not None:
        return _written(200, "image/svg+xml", picture, "max-age=86400")
    if path.partition("?")[0] == "/shop" and chat[1]:
        wares = "".join(f'<li><img src="/{name}.svg" alt="{name}" width="160" height="160"></li>' for name in PICTURES if name != "logo")
        shown = _SHOP.format(wares=wares, script=html.escape(chat[0]), key=html.escape(chat[1]))
        return _written(200, "text/html; charset=utf-8", shown, "no-store")
    if path.partition("?")[0] == "/":
        items = "".join(
            f'<li>{html.escape(before)} <a href="{html.escape(url)}">{html.escape(words)}</a>' for url, before, words in links()
        )
        return _written(200, "text/html; charset=utf-8", _PAGE.format(links=items), "no-store")
    return _written(404, "text/plain", "There is nothing here.\n", "no-store")


def _written(status: int, kind: str, content: str, caching: str) -> bytes:
    body = content.encode()
    head = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Not Found'}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"  # noqa: PLR2004
    return f"{head}cache-control: {caching}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n".encode() + body
