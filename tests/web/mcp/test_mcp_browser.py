"""A customer's real browser at the pages about assistants: led back to the program, without scripts, by its policy."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from mcp_shops import ANA, BASE, assistant, cancelled, cookie_for, token_for, told
from playwright.async_api import async_playwright

from ports import free_port

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not here"),
]


@pytest.fixture
async def page(house, ours, site):
    """A page of a browser in which Ana is signed in, that runs no scripts."""
    [(name, value)] = (await cookie_for(house, ours, ANA)).items()
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = await browser.new_context(java_script_enabled=False)
        await context.add_cookies([{"name": name, "value": value, "url": site}])
        yield await context.new_page()
        await browser.close()


@pytest.fixture
async def callback():
    """A program that waits on the customer's machine, on an origin of its own."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nback")
        await writer.drain()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    yield f"http://127.0.0.1:{port}/callback"
    server.close()


async def asked(callback: str) -> str:
    """Where a program that registered itself sends the customer."""
    async with httpx.AsyncClient(base_url=BASE) as http:
        client = (await http.post("/mcp/loom/register", json={"redirect_uris": [callback], "client_name": "Pocket <b>Helper</b>"})).json()
        query = {"client_id": client["client_id"], "redirect_uri": callback, "response_type": "code", "state": "of its own"}
        proof = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
        return (await http.get("/mcp/loom/authorize", params=query | proof)).headers["location"]


@pytest.mark.parametrize(("button", "told"), [("allow", "code"), ("deny", "error")])
async def test_a_browser_follows_the_answer_to_the_program(page, callback, button, told):
    await page.goto(await asked(callback))
    assert await page.inner_text("h1") == "Let Pocket <b>Helper</b> act for you?"
    await page.click(f"button[value={button}]")
    await page.wait_for_url(f"{callback}*")
    back = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (told in back, back["state"], back["iss"]) == (True, "of its own", f"{BASE}/mcp/loom")


async def test_a_browser_says_yes_with_one_button(house, ours, page):
    async with assistant("loom", await token_for(house, ours)) as client:
        waiting = await told(client, "prepare_cancel_order", order="loom-1")
        await page.goto(waiting["confirm_url"])
        assert "€178.00" in await page.inner_text("main")
        await page.click("button[name=yes]")
        assert "It is done" in await page.inner_text("main")
        assert (await told(client, "commit", confirmation=waiting["confirmation"]))["status"] == "done"
    assert await cancelled(house, ours, "#loom-1")
