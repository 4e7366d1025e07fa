"""The portal in a real Chromium, on a telephone's screen: a whole return and a whole claim by keyboard alone, without scripts."""

import time
from pathlib import Path

import pytest
from PIL import Image
from portal_shop import LAMP, SHOES, SOCKS, cases_of, sold
from test_browser import AUDIT, chromium, opened, pytestmark  # noqa: F401 - the fixtures of that file

from doorstep.domain.actions.kinds import CaseKind, CaseState, ClaimKind, Remedy

#: Seconds that somebody needs for one key or one click who has to look for it first: Card, Moran and Newell (1980), "The keystroke-level model", 1.35 s to
#: think and 1.1 s to point, rounded up.
_ONE_CLICK_S = 3.0
_PARTS = {"lines": (SHOES, SOCKS, LAMP), "parcels": [{"10": 1, "11": 3}, {"12": 1}], "arrived": (0, 1)}


async def tab_to(page, query, most=80):
    """Press Tab until something has the focus, and see that it shows."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("(query) => document.activeElement.matches(query)", query):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "3px", query
            return
    raise AssertionError(f"the keyboard does not lead to {query}")


async def press(page, query, key="Enter"):
    """Go to something by Tab and press a key there; Enter on a button or a link opens the next page."""
    await tab_to(page, query)
    if key == "Enter":
        async with page.expect_navigation():
            await page.keyboard.press(key)
        assert await page.evaluate(AUDIT) == [], page.url
    else:
        await page.keyboard.press(key)


async def test_a_whole_return_by_keyboard_on_a_telephone_without_scripts(opened, house):  # noqa: F811
    one = await sold(house, **_PARTS)
    page = await opened(390, scripts=False)
    await page.goto(one.at)
    began = time.monotonic()
    await press(page, f'a[href="{one.at}/return"]')
    await press(page, 'input[name="q.10"]', "Space")
    await press(page, "form button")
    await tab_to(page, 'select[name="r.10"]')
    await page.keyboard.type("Too small")
    await press(page, "form button")
    assert "Would another size or colour help?" in await page.inner_text("main")
    await tab_to(page, 'input[name="remedy"]')
    await page.keyboard.press("Space")  # the first one is the exchange that is offered
    await page.keyboard.press("ArrowDown")
    assert await page.is_checked('input[value="refund"]')
    await press(page, "form button")
    text = await page.inner_text("main")
    for said in ("Is this right?", "Trail shoes", "€89.00", "the way you paid", "Free for you", "Approved at once"):
        assert said in text, said
    assert await cases_of(house, one) == []
    await press(page, 'button[name="yes"]')
    took_s = time.monotonic() - began
    [case] = await cases_of(house, one)
    assert (case.kind, case.state, case.remedy, case.offer_taken) == (CaseKind.RETURN, CaseState.APPROVED, Remedy.REFUND, False)
    assert case.rma in await page.inner_text("main")
    assert took_s < 60, took_s
    assert page.complaints == []


async def test_a_return_takes_less_than_a_minute_of_clicks(opened, house):  # noqa: F811
    one = await sold(house, **_PARTS)
    page = await opened(390)
    await page.goto(one.at)
    clicks = [
        lambda: page.click(f'a[href="{one.at}/return"]'),
        lambda: page.check('input[name="q.10"]'),
        lambda: page.click("form button"),
        lambda: page.select_option('select[name="r.10"]', "taste.colour"),
        lambda: page.click("form button"),
        lambda: page.check('input[value="refund"]'),
        lambda: page.click("form button"),
        lambda: page.click('button[name="yes"]'),
    ]
    began = time.monotonic()
    for click in clicks:
        await click()
        await page.wait_for_load_state()
    took_s = time.monotonic() - began
    assert len(await cases_of(house, one)) == 1
    assert took_s + len(clicks) * _ONE_CLICK_S < 60, took_s


async def choose(page, file: Path) -> None:
    """Choose a file by keyboard; a browser that was busy for seconds takes no key for a wish of the user's, who presses again."""
    async_api = pytest.importorskip("playwright.async_api")
    for _ in range(4):
        try:
            async with page.expect_file_chooser(timeout=8_000) as choosing:
                await page.keyboard.press("Enter")
            await (await choosing.value).set_files(file)
        except async_api.TimeoutError:
            continue
        return
    pytest.fail("no key opened the choice of files")


async def test_a_whole_claim_with_a_photo_by_keyboard_on_a_telephone_without_scripts(opened, house, tmp_path: Path):  # noqa: F811
    one = await sold(house, **_PARTS)
    photo = tmp_path / "foot.jpg"
    Image.new("RGB", (640, 480), (90, 60, 30)).save(photo)
    page = await opened(390, scripts=False)
    await page.goto(one.at)
    await press(page, f'a[href="{one.at}/claim"]')
    await tab_to(page, 'input[name="kind"]')
    await page.keyboard.press("Space")
    await press(page, "form button")
    await press(page, 'input[name="q.12"]', "Space")
    await tab_to(page, "#comment")
    await page.keyboard.type("The foot broke off.")
    await tab_to(page, "#photo_file")
    await choose(page, photo)
    await press(page, "form button")
    assert "Is this right?" in await page.inner_text("main")
    shown = page.locator(".photos img")
    assert await shown.evaluate("(one) => one.complete && one.naturalWidth") == 640
    await press(page, 'button[name="yes"]')
    [case] = await cases_of(house, one)
    assert (case.kind, case.claim, case.comment, len(case.photos)) == (CaseKind.CLAIM, ClaimKind.DAMAGED, "The foot broke off.", 1)
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
async def test_the_portals_pages_keep_nobody_out_and_complain_of_nothing(opened, house, width):  # noqa: F811
    one, way, new = await sold(house, **_PARTS), await sold(house, arrived=()), await sold(house, parcels=[], arrived=())
    page = await opened(width)
    pages = [one.at, f"{one.at}/return", f"{one.at}/claim", f"{one.at}/gift", f"{way.at}/delivery", f"{new.at}/change"]
    pages += [f"{way.at}/delivery?do={do}" for do in ("reschedule", "pickup_point", "safe_place", "hold", "confirm_availability")]
    pages += [f"{new.at}/change?do={do}" for do in ("cancel_order", "ask_invoice")]
    for path in pages:
        for language in ("en", "de"):
            answer = await page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer.status == 200
            assert await page.evaluate(AUDIT) == [], (path, language)
    await page.goto(f"{one.at}/gift")
    await page.goto(await page.input_value("#url"))
    assert await page.evaluate(AUDIT) == []
    assert page.complaints == []
