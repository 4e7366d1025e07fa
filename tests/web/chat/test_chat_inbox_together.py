"""A customer at the shop's chat and people at the inbox, each in a Chromium of their own: asked, answered, done, handed over, taken, rated, and on."""

import base64
from collections.abc import AsyncIterator, Callable

import pytest
from chat_house import BASE
from chat_orders import EMAIL, sell
from test_chat_browser import browse, chromium, page_of, pytestmark  # noqa: F401 - the fixtures of that file

from doorstep.store import access, agents

PASSWORD = "correct horse battery staple"
#: A machine may be slow: what is waited for comes, or the test says what did not.
PATIENCE_MS = 60_000
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


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


@pytest.fixture
async def desk(chromium, talk) -> AsyncIterator[Callable]:  # noqa: F811 - the fixture
    """Lets somebody of the shop in, at the inbox."""
    contexts = []

    async def enter(name):
        email = f"{name}@{talk.ours[0]}.example"
        async with talk.house.database.for_merchant(talk.ours[0]) as tx:
            user_id = await access.add_user(tx, talk.ours[0], email, PASSWORD, "support")
            await agents.write(tx, talk.ours[0], user_id, name=f"{name.title()} V.", languages=(), skills=(), most=8)
        context = await chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=BASE)
        contexts.append(context)
        page = await context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        await page.goto("/desk")
        await page.fill("#email", email)
        await page.fill("#password", PASSWORD)
        await page.click("button")
        await page.wait_for_selector("h1:has-text('Overview')")
        await page.goto("/desk/inbox")
        await page.wait_for_selector("door-inbox[data-live=yes]")
        return page

    yield enter
    for context in contexts:
        await context.close()


async def test_from_the_first_question_to_the_stars_and_on(browse, desk, talk):  # noqa: F811, PLR0915 - the fixtures; one story
    await sell(talk, on_its_way="1002", arrived="1001")
    ana, marta = await customer(browse, talk), await desk("marta")

    await ana.says("Where is my order?")
    await ana.reads("order number", "e-mail")
    await ana.says(f"1002 {EMAIL}")
    told = await ana.reads("#1002 is on its way", "Expected:", "Last scan:", "Zaragoza", "hours ago")
    assert (await told.locator("a.card").get_attribute("href")).startswith(f"{BASE}/t/")

    await ana.chooses("Another day")
    await ana.reads("On which day")
    await ana.says("Friday")
    await ana.reads("comes on Friday", "Shall I do this?")
    await ana.chooses("Yes")
    await ana.reads("I have asked the carrier")
    assert await ana.chat.locator(".choices button", has_text="Tomorrow").count() == 0  # a question that was answered is asked no more
    ((case,),) = await talk.fetch("select action from cases where merchant_id = $1", talk.ours[0])
    assert case == "reschedule"

    await ana.says("I want to talk to a person")
    handed = await ana.reads("Somebody from our team takes over", "about 60 minutes")
    assert "Automatic assistant" in await handed.locator("small").inner_text()

    # The inbox shows it by itself; taken by keys alone.
    await marta.wait_for_selector("#lines .entry")
    await marta.keyboard.press("j")
    await marta.keyboard.press("Enter")
    await marta.wait_for_selector("door-inbox[data-live=yes] #turns")
    story = await marta.inner_text("#story")
    assert "#1002" in story and "TRACK1002" in story and EMAIL in story  # noqa: PT018 - one story
    understood = await marta.inner_text("#turns")
    for what in ("Track: where", "Order number: 1002", "Delivery: reschedule", "Reschedule done"):
        assert what in understood, what
    await marta.keyboard.press("t")
    await marta.wait_for_selector(".talk-head .badge:has-text('Yours')")
    await marta.wait_for_selector("door-inbox[data-live=yes]")
    bo = await desk("bo")
    await bo.goto(marta.url.partition("?")[0])
    await bo.wait_for_selector("#looks:has-text('Marta V. looks at this too')")
    await marta.keyboard.press("r")
    await marta.keyboard.type("Hello Ana, Marta here.")
    await ana.chat.locator("[role=status]:has-text('is writing')").wait_for()
    await bo.wait_for_selector("#looks:has-text('Marta V. writes an answer')")
    await marta.keyboard.press("Control+Enter")
    said = await ana.reads("Hello Ana, Marta here.")
    assert "Marta V." in await said.locator("small").inner_text()

    # The machine is silent; nothing is lost by a reload.
    before = await talk.fetch("select count(*) from turn where merchant_id = $1", talk.ours[0])
    await ana.says("Where is my order?")
    await marta.wait_for_selector("#turns .theirs:last-of-type:has-text('Where is my order?')")
    assert await talk.fetch("select count(*) from turn where merchant_id = $1", talk.ours[0]) == before
    await marta.click("#offers .chip:has-text('As the assistant would answer')")
    assert "#1002 is on its way" in await marta.input_value("#text")
    lines = await ana.all_lines()
    await ana.page.reload()
    await ana.open()
    await ana.reads("Hello Ana, Marta here.")
    assert await ana.all_lines() == lines

    # A colleague who answers over her head is asked once more.
    await bo.fill("#text", "Hello, this is Bo.")
    await marta.wait_for_selector("#text")
    await marta.fill("#text", "It comes on Friday.")
    await marta.press("#text", "Control+Enter")
    await ana.reads("It comes on Friday.")
    await bo.wait_for_selector("#looks.grave")
    await bo.get_by_role("button", name="Send", exact=True).click()
    await bo.wait_for_selector("#wrong:has-text('marta answered')")

    # Closed, rated with a comment, and the machine answers again.
    await marta.wait_for_selector("door-inbox[data-live=yes]")
    await marta.locator("body").press("Escape")
    await marta.keyboard.press("e")
    await marta.keyboard.press("Enter")
    await marta.wait_for_selector(".saved:has-text('The customer is asked how it was')")
    asked = await ana.reads("How")
    assert await asked.locator(".choices button").count() == 5
    await asked.locator(".choices button", has_text="4").click()
    await marta.wait_for_selector("#turns .event:has-text('The customer gave 4 of 5')")
    await ana.says("Friendly and quick")
    await marta.wait_for_selector("#rated:has-text('Friendly and quick')")
    await ana.says("When will my parcel arrive?")
    await ana.chat.locator(".line:not(.mine):has-text('TRACK1002')").nth(1).wait_for()
    assert marta.complaints == ana.page.complaints == []


async def test_a_photo_of_a_broken_thing_goes_into_the_claim(browse, talk, tmp_path):  # noqa: F811 - the fixture
    await sell(talk, on_its_way="1002", arrived="1001")
    photo = tmp_path / "lamp.png"
    photo.write_bytes(PIXEL)
    ana = await customer(browse, talk, width=380, height=700)
    await ana.says("The lamp arrived broken")
    await ana.reads("order number")
    await ana.says(f"1001 {EMAIL}")
    await ana.reads("photo")
    await ana.chat.locator("input[type=file]").set_input_files(photo)
    await ana.chat.locator(".files button", has_text="lamp.png").wait_for()
    await ana.chat.locator("textarea").press("Enter")
    await ana.chat.locator(".mine", has_text="lamp.png").locator("small", has_text="Sent").wait_for()
    await ana.reads("Yes or no")
    await ana.chooses("Yes")
    await ana.chat.locator("a.card").wait_for()
    ((kind, photos),) = await talk.fetch(
        "select c.kind, (select count(*) from case_file p where p.merchant_id = c.merchant_id) from cases c where c.merchant_id = $1",
        talk.ours[0],
    )
    assert (kind, photos) == ("claim", 1)
