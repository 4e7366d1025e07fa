"""A customer at the shop's chat and people at the inbox, each in a Chromium of their own: asked, answered, done, handed over, taken, rated, and on."""

import base64
import os

import pytest
from chat_house import BASE, SHOP
from chat_orders import EMAIL, sell
from test_chat_browser import browse, chromium, page_of, pytestmark  # noqa: F401 - the fixtures of that file

from doorstep.store import access

PASSWORD = "correct horse battery staple"
#: A machine may be slow: what is waited for comes, or the test says what did not.
PATIENCE_MS = 60_000
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


async def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png")


class Ana:
    """The customer, at the shop's page."""

    def __init__(self, page):
        self.page = page
        self.chat = page.locator("doorstep-chat")

    async def open(self):
        await self.chat.locator(".launch").click()
        await self.chat.locator("textarea").wait_for()

    async def says(self, text):
        """Write something; wait until it is kept."""
        await self.chat.locator("textarea").fill(text)
        await self.chat.locator("textarea").press("Enter")
        await self.chat.locator(f".mine:has-text('{text}') small:has-text('Sent')").last.wait_for()

    async def reads(self, *words):
        """Wait for an answer with these words; return its text."""
        line = self.chat.locator(".line:not(.mine)" + "".join(f":has-text('{one}')" for one in words)).last
        await line.wait_for()
        return line

    async def chooses(self, title):
        await self.chat.locator(".choices button", has_text=title).last.click()

    async def all_lines(self):
        return await self.chat.locator(".line p").all_inner_texts()


async def customer(browse, talk, **options):  # noqa: F811 - the fixture
    page = await browse(**options)
    page.set_default_timeout(PATIENCE_MS)
    ana = Ana(page)
    await ana.open()
    return ana


async def agent(chromium, talk, name, role="support"):  # noqa: F811 - the fixture
    """Let somebody of the shop in, and open the inbox."""
    email = f"{name}@{talk.ours[0]}.example"
    async with talk.house.database.for_merchant(talk.ours[0]) as tx:
        await access.add_user(tx, talk.ours[0], email, PASSWORD, role)
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=BASE)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto("/desk")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.click("button")
    await page.wait_for_selector("h1:has-text('Overview')")
    await page.goto("/desk/inbox")
    await page.wait_for_selector("door-inbox[data-live=yes]")
    return page


async def test_from_the_first_question_to_the_stars_and_on(browse, chromium, talk):  # noqa: F811 - the fixtures
    await sell(talk, on_its_way="1002", arrived="1001")
    ana, marta = await customer(browse, talk), await agent(chromium, talk, "marta")

    await shot(ana.page, "c00")
    await ana.says("Where is my order?")
    await ana.reads("order number", "e-mail")
    await ana.says(f"1002 {EMAIL}")
    told = await ana.reads("#1002 is on its way", "Expected:", "Last scan:", "Zaragoza", "hours ago")
    assert (await told.locator("a.card").get_attribute("href")).startswith(f"{BASE}/t/")
    await shot(ana.page, "c01")

    await ana.chooses("Another day")
    await ana.reads("On which day")
    await shot(ana.page, "c02")
    await ana.says("Friday")
    await ana.reads("comes on Friday", "Shall I do this?")
    await ana.chooses("Yes")
    await ana.reads("I have asked the carrier")
    await shot(ana.page, "c03")
    ((case,),) = await talk.fetch("select action from action_case where merchant_id = $1", talk.ours[0])
    assert case == "reschedule"

    await ana.says("I want to talk to a person")
    await ana.reads("Somebody from our team takes over", "about 60 minutes")
    await shot(ana.page, "c04")

    await marta.wait_for_selector("#lines .entry")
    await shot(marta, "i01")
    await marta.keyboard.press("j")
    await marta.keyboard.press("Enter")
    await marta.wait_for_selector("door-inbox[data-live=yes] #turns")
    await shot(marta, "i02")
