"""The template editor in a real Chromium: by keyboard alone, with and without scripts; a hostile mail stays in its frame."""

import re

import pytest
from page_shops import PASSWORD
from test_browser import AUDIT, chromium, opened, pytestmark  # noqa: F401 - the fixtures of that file

from doorstep.store import connections, message_lists
from doorstep.web.desk import templates

HOSTILE = (
    "<html><body><h1>Hello</h1><script>top.document.title='taken'</script><img src='x' onerror='top.document.title=1'>"
    "<meta http-equiv='refresh' content='0;url=https://evil.example/'><form action='https://evil.example/'><button>Go</button></form>"
    "<a href='https://evil.example/' target='_top'>Leave</a></body></html>"
)


@pytest.fixture(autouse=True)
def _no_rests():
    templates._RESTS.clear()


async def entered(page, shop):
    await page.goto("/desk")
    await page.fill("#email", shop.owner)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:text('Overview')")


async def tab_to(page, query, most=120):
    """Press Tab until something has the focus."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("(query) => document.activeElement.matches(query)", query):
            return
    raise AssertionError(f"the keyboard does not lead to {query}")


async def own(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await connections.merchants(tx, [shop.merchant_id]))[shop.merchant_id].settings.get("templates", {})


async def test_wording_is_typed_seen_saved_and_taken_back_by_keyboard_alone(opened, house, ours):  # noqa: F811
    page = await opened(1280)
    await entered(page, ours)
    await page.goto("/desk/templates/shipped?language=en")
    await tab_to(page, "#part-sms")
    await page.keyboard.type("Off goes {{ order.number }}, hooray")
    await page.locator(".bubble.sms", has_text="Off goes #loom-1009, hooray").wait_for()
    assert re.search(r"1 part · GSM-7 · \d+ septets", await page.inner_text("#says-sms"))
    assert await page.evaluate("document.activeElement.id") == "part-sms"
    await page.keyboard.type(" ☃ {{ x")
    await page.wait_for_selector("#says-sms .wrong")
    assert await page.get_attribute("#part-sms", "aria-invalid") == "true"
    for _ in range(7):
        await page.keyboard.press("Backspace")
    await page.wait_for_selector("#says-sms .wrong", state="detached")
    assert await page.get_attribute("#part-sms", "aria-invalid") is None
    assert await page.evaluate(AUDIT) == []
    await tab_to(page, "button:not([formaction]):not([name])")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved")
    assert await own(house, ours) == {"shipped/en/sms": "Off goes {{ order.number }}, hooray"}
    await tab_to(page, "button[name=ours]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved:text('ours again')")
    assert await own(house, ours) == {}
    assert page.complaints == []


async def test_a_test_is_sent_by_keyboard_to_oneself(opened, house, ours):  # noqa: F811
    page = await opened(390)
    await entered(page, ours)
    await page.goto("/desk/templates/shipped?language=en")
    await tab_to(page, "button[formaction$='/test']")
    await page.keyboard.press("Space")
    await page.wait_for_selector(".saved:text('on its way')")
    async with house.database.for_merchant(ours.merchant_id) as tx:
        row = (await message_lists.page(tx, ours.merchant_id, most=1))[0]
    assert (row["trigger"], row["recipient"]) == ("test", ours.owner)
    assert page.complaints == []


async def test_without_scripts_the_preview_is_a_button_away(opened, ours):  # noqa: F811
    page = await opened(390, scripts=False)
    await entered(page, ours)
    await page.goto("/desk/templates/shipped?language=en")
    await page.fill("#part-chat", "Ahoy {{ order.number }}")
    await page.fill("#order", "loom-1002")
    await page.press("#order", "Enter")
    assert "Ahoy #loom-1002" in await page.inner_text("#previews")
    assert await page.input_value("#part-chat") == "Ahoy {{ order.number }}"


async def test_a_hostile_mail_does_nothing_outside_its_frame(opened, ours):  # noqa: F811
    page = await opened(1280)
    left = []
    page.on("request", lambda request: left.append(request.url) if "evil" in request.url else None)
    await entered(page, ours)
    await page.goto("/desk/templates/shipped?language=en")
    title = await page.title()
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    await page.fill("#part-html", HOSTILE)
    await page.frame_locator("#previews iframe").locator("h1:text('Hello')").wait_for()
    await page.frame_locator("#previews iframe").locator("button").click()
    await page.frame_locator("#previews iframe").locator("a").click()
    await page.wait_for_timeout(1000)
    assert await page.title() == title
    assert page.url.endswith("/desk/templates/shipped?language=en")
    assert left == []
    assert await page.evaluate("[...document.querySelectorAll('iframe')].map((one) => one.getAttribute('sandbox'))") == [""]


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_editor_keeps_nobody_out_with_everything_wrong_in_it(opened, ours, theirs, width):  # noqa: F811
    for shop in (ours, theirs):
        page = await opened(width)
        await entered(page, shop)
        await page.goto("/desk/templates/delivery_problem?language=en")
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for part in ("subject", "sms", "utility", "mjml"):
            await page.fill(f"#part-{part}", "{{ wrong " * 30)
        await page.wait_for_selector("#says-mjml .wrong")
        assert await page.evaluate(AUDIT) == []
        assert page.complaints == []


async def test_a_connection_is_tested_by_keyboard(opened, ours):  # noqa: F811
    page = await opened(1280)
    await entered(page, ours)
    await page.goto(f"/desk/connections/{ours.connection_ids['console']}")
    await tab_to(page, "input[name=agreed]")
    await page.keyboard.press("Space")
    await tab_to(page, "form[action$='/test'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved:text('is on its way')")
    assert await page.evaluate(AUDIT) == []
    assert page.complaints == []
