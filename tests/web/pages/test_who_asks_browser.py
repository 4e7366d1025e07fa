"""Showing who one is in a real Chromium: by keyboard alone, without scripts, on a small phone, in every language."""

import re

import pytest
from test_browser import AUDIT, chromium, opened, pytestmark  # noqa: F401 - the fixtures of that file
from test_who_asks import _no_codes, sent  # noqa: F401 - each test begins without codes

from doorstep.web.track import guarding


async def press(page, *keys):
    for key in keys:
        await page.keyboard.press(key)


async def walk_to(page, selector):
    """Go on by Tab until a control has the focus."""
    for _ in range(60):
        if await page.evaluate("query => document.activeElement.matches(query)", selector):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"no key leads to {selector}")


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_by_keyboard_and_without_scripts_from_an_address_to_ones_orders_and_out(opened, house, ours, width):  # noqa: F811
    page, watch = await opened(width, scripts=False), await opened(width)
    await page.goto("/find/loom")
    await walk_to(page, ".more a")
    await press(page, "Enter")
    await page.wait_for_url(re.compile("/me/loom"))
    await walk_to(page, "#contact")
    await page.keyboard.type("loom-1002@mail.example")
    await press(page, "Enter")
    await page.wait_for_selector("#code")
    ((_, code),) = await sent(house, ours)
    await walk_to(page, "#code")
    await page.keyboard.type("000000" if code != "000000" else "111111")
    await press(page, "Enter")
    await page.wait_for_selector("#wrong")
    await walk_to(page, "#code")
    await page.keyboard.type(code)
    await press(page, "Enter")
    await page.wait_for_selector(".signed")
    assert await page.inner_text("h1") == "Your orders"
    assert await page.locator(".card h2 a").count() >= 1
    await walk_to(page, ".signed button")
    await press(page, "Enter")
    await page.wait_for_selector(".saved")
    assert await page.inner_text(".saved") == "You are signed out."
    assert watch.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
async def test_each_of_its_pages_keeps_nobody_out_in_every_language(opened, house, ours, width):  # noqa: F811
    page = await opened(width)
    for language in ("en", "es", "fr", "de", "it", "pt", "hi"):
        async with house.database.system() as tx:
            await tx.execute("delete from one_time_code")
            await tx.execute("delete from attempt")
        guarding._HERE._left.clear()
        await page.goto(f"/me/loom?lang={language}")
        await page.click("summary")
        assert await page.evaluate(AUDIT) == [], language
        await page.fill("#contact", "loom-1002@mail.example")
        await page.click("form:has(#contact) button")
        await page.wait_for_selector("#code")
        assert await page.evaluate("document.activeElement.id") == "code"
        assert await page.evaluate(AUDIT) == [], language
        (*_, (_, code)) = await sent(house, ours)
        await page.fill("#code", code)
        await page.click("form:has(#code) button")
        await page.wait_for_selector(".signed")
        assert await page.evaluate(AUDIT) == [], language
        assert await page.get_attribute("html", "lang") == language
        await page.click(".signed button")
        await page.wait_for_selector(".saved")
        assert await page.evaluate(AUDIT) == [], language
        await page.goto(f"/find/loom?lang={language}")
        await page.click("summary")
        assert await page.evaluate(AUDIT) == [], language
    assert page.complaints == []
