"""The button for Apple Wallet in a real Chromium that says it is a telephone."""

import asyncio
import zipfile
from pathlib import Path

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from apps import app_over
from ports import free_port, listening

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium: install Debian's chromium to test the pages in a browser"),
]
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture
async def site(house):
    port = free_port()
    server = Server(app_over(house), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    serving = asyncio.create_task(server.serve())
    await listening(port)
    yield f"http://127.0.0.1:{port}"
    server.stop()
    await serving


async def test_the_button_is_large_named_and_hands_out_the_order(site, ours, tmp_path):
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: it comes with the dev extra")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 320, "height": 700}, user_agent=IPHONE)
        page, said = await context.new_page(), []
        page.on("console", lambda line: said.append(line.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for language, words in (("en", "Add to Apple Wallet"), ("es", "Añadir a Apple Wallet")):
            await page.goto(f"{site}/o/{ours.page}?lang={language}")
            button = page.get_by_role("link", name=words)
            box = await button.bounding_box()
            assert box["height"] >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        async with page.expect_download() as coming:
            await button.click()
        await (await coming.value).save_as(tmp_path / "it.order")
        await browser.close()
    assert said == []
    assert (await coming.value).suggested_filename == "1001-a.order"
    with zipfile.ZipFile(tmp_path / "it.order") as archive:
        assert {"order.json", "manifest.json", "signature"} <= set(archive.namelist())
