"""The inbox in a real Chromium: what happens elsewhere appears by itself; everything by keys; nobody answers over a colleague's head unawares."""

import re

import pytest
from desk_inbox import again, buyer, colleague, handing, macro, wrote
from page_shops import PASSWORD, fill
from test_browser import AUDIT, chromium, opened, pytestmark  # noqa: F401 - the fixtures of that file
from test_browser_templates import entered

from doorstep.steps.handover_watch import watch_handovers
from doorstep.steps.work import utc_now
from doorstep.store import handovers

ANA, BO = "+34600555001", "+34600555002"


@pytest.fixture
async def shop(house, request):
    slug = "i" + re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-18:]
    return await fill(house.database, house.directory, slug, "Inbox & Co")


async def at_inbox(opened, shop, *, width=1440, email=None, talk=None):  # noqa: F811 - the fixture
    """Let somebody in and wait until their inbox hears what happens."""
    page = await opened(width)
    if email is None:
        await entered(page, shop)
    else:
        await page.goto("/desk")
        await page.fill("#email", email)
        await page.fill("#password", PASSWORD)
        await page.click("button")
        await page.wait_for_selector("h1:has-text('Overview')")
    await page.goto(f"/desk/inbox/{talk}" if talk else "/desk/inbox")
    await page.wait_for_selector("door-inbox[data-live=yes]")
    return page


async def newest(house, shop, talk):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await handovers.of_conversation(tx, shop.merchant_id, talk))[0]


@pytest.mark.parametrize("width", [390, 1100, 1440])
async def test_the_inbox_keeps_nobody_out_and_complains_of_nothing(opened, house, shop, width):  # noqa: F811 - the fixture
    await handing(
        house,
        shop,
        queues=[{"name": "support", "title": "Support"}, {"name": "returns", "title": "Returns"}],
        hours={"zone": "Europe/Madrid"},
    )
    order, _ = await buyer(house, shop, f"#{shop.slug}-1002")
    talk = await wrote(house, shop, ANA, "It came broken", name="Ana Ruiz", minutes=200)
    await again(house, shop, talk, "anger", summary="Broken", intent="claim.damaged", language="es", order=order, minutes=180)
    await wrote(house, shop, BO, "Hello", minutes=2)
    await macro(house, shop, "Broken", "Sorry, {customer}")
    page = await at_inbox(opened, shop, width=width, talk=talk)
    for path in (f"/desk/inbox/{talk}", "/desk/inbox", "/desk/inbox?view=closed", f"/desk/inbox?q={ANA}", "/desk/macros", "/desk/handing"):
        await page.goto(path)
        for summary in await page.query_selector_all(".exchange summary"):
            await summary.click()
        assert await page.evaluate(AUDIT) == [], path
    assert page.complaints == []


async def test_who_writes_appears_in_the_list_and_in_the_open_conversation_without_a_reload(opened, house, shop):  # noqa: F811
    talk = await wrote(house, shop, ANA, "Hello there", name="Ana")
    page = await at_inbox(opened, shop, talk=talk)
    await wrote(house, shop, BO, "Me too", name="Bo")
    await page.wait_for_selector("#lines .entry:has-text('Me too')")
    assert "Bo" in await page.inner_text("#heard")
    await page.wait_for_selector("[data-count=waiting]:text-is('2')")
    await wrote(house, shop, ANA, "Are you still there?")
    await page.wait_for_selector("#turns .theirs:has-text('Are you still there?')")
    async with house.database.for_merchant(shop.merchant_id) as tx:
        one = await handovers.open_of(tx, shop.merchant_id, talk)
        await handovers.close(tx, shop.merchant_id, one.handover_id, "nothing", "user 1", utc_now())
    await page.wait_for_selector("#turns .event:has-text('Closed')")
    assert page.complaints == []


async def test_a_day_at_the_inbox_by_keys_alone(opened, house, shop):  # noqa: F811 - the fixture
    order, _ = await buyer(house, shop, f"#{shop.slug}-1002")
    talk = await wrote(house, shop, ANA, "My lamp came broken", name="Ana Ruiz", minutes=9)
    await again(house, shop, talk, "policy", intent="claim.damaged", order=order, minutes=9)
    await wrote(house, shop, BO, "Hello", name="Bo", minutes=1)
    await macro(house, shop, "Thanks", "Thank you")
    await macro(house, shop, "Broken on arrival", "Hello {customer}, sorry for {order}.", "close")
    page = await at_inbox(opened, shop)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    assert "Ana Ruiz" in await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/desk/inbox/{talk}")
    await page.keyboard.press("t")
    await page.wait_for_selector(".talk-head .badge:has-text('Yours')")
    await page.keyboard.press("n")
    await page.keyboard.type("She is kind.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#turns .note:has-text('She is kind.')")
    await page.keyboard.press("/")
    await page.keyboard.type("arrival")
    await page.keyboard.press("Enter")
    customer = await page.input_value("#text")
    assert re.fullmatch(rf"Hello \w+, sorry for #{shop.slug}-1002\.", customer)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("#turns .hand:has-text('sorry for')")
    assert (await newest(house, shop, talk)).theirs
    await page.keyboard.press("s")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved:has-text('Put off')")
    assert (await newest(house, shop, talk)).state == "snoozed"
    async with house.database.system() as tx:
        await tx.execute("update handover set snoozed_until = now() where merchant_id = $1 and state = 'snoozed'", shop.merchant_id)
        await watch_handovers(tx, house.directory, utc_now(), 9)
    await page.wait_for_selector(".talk-head .badge:has-text('Held')")
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved:has-text('The customer is asked how it was')")
    await wrote(house, shop, ANA, "4")
    await page.wait_for_selector("#turns .event:has-text('The customer gave 4 of 5')")
    await page.keyboard.press("x")
    await page.wait_for_selector(".talk-head h2:text-is('Bo')")
    await page.keyboard.press("?")
    assert await page.locator("#keys").is_visible()
    assert page.complaints == []


async def test_two_who_answer_the_same_see_each_other_and_the_second_is_asked_once_more(opened, house, shop):  # noqa: F811
    talk = await wrote(house, shop, ANA, "Can I have two?", name="Ana")
    email, _ = await colleague(house, shop, "marta")
    mine, hers = await at_inbox(opened, shop, talk=talk), await at_inbox(opened, shop, email=email, talk=talk)
    await mine.wait_for_selector("#looks:has-text('marta looks at this too')")
    await hers.locator("#text").press_sequentially("Of course, ")
    await mine.wait_for_selector("#looks:has-text('marta writes an answer')")
    await mine.fill("#text", "Yes, two.")
    await hers.locator("#text").press_sequentially("two it is.")
    await hers.get_by_role("button", name="Send", exact=True).click()
    await hers.wait_for_selector("#turns .hand:has-text('two it is.')")
    await mine.wait_for_selector("#looks.grave")
    await mine.get_by_role("button", name="Send", exact=True).click()
    await mine.wait_for_selector("#wrong:has-text('marta answered')")
    assert await mine.input_value("#text") == "Yes, two."
    async with house.database.for_merchant(shop.merchant_id) as tx:
        said = await tx.fetchval(
            "select count(*) from message where merchant_id = $1 and recipient = $2 and trigger = 'reply.answer'", shop.merchant_id, ANA
        )
    assert said == 1
    await mine.get_by_role("button", name="Send", exact=True).click()
    await mine.wait_for_selector("#turns .hand:has-text('Yes, two.')")
    assert [one for one in mine.complaints if "409" not in one] == hers.complaints == []


async def test_everything_is_there_without_scripts(opened, house, shop):  # noqa: F811 - the fixture
    talk = await wrote(house, shop, ANA, "Hello", name="Ana")
    await macro(house, shop, "Greeting", "Hello {customer}.")
    page = await opened(1440, scripts=False)
    await page.goto("/desk")
    await page.fill("#email", shop.owner)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:has-text('Overview')")
    await page.goto("/desk/inbox")
    await page.click("#next")
    await page.wait_for_selector(".talk-head .badge:has-text('Yours')")
    await page.click(".offers .chip")
    assert await page.input_value("#text") == "Hello Ana."
    await page.get_by_role("button", name="Send and close").click()
    await page.wait_for_selector(".saved:has-text('Closed')")
    one = await newest(house, shop, talk)
    assert (one.state, one.close_reason) == ("closed", "solved")
