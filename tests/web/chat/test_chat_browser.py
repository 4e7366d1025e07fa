"""The chat in a real Chromium, on a shop's page with a strict policy, by keyboard alone: written, answered live, kept while offline, taken up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from chat_house import BASE, PNG, SHOP, customer_token

from doorstep.store import access

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium: install Debian's chromium to test the chat in a browser"),
]
#: What keeps people out, in the chat's shadow root: names, labels, contrast, target sizes, overflow.
AUDIT = """() => {
  const host = document.querySelector("doorstep-chat"), shade = host.shadowRoot, found = [];
  const say = (what, one) => found.push(what + ": " + (one ? one.outerHTML.slice(0, 140) : ""));
  const all = (query) => [...shade.querySelectorAll(query)].filter((one) => one.getClientRects().length);
  for (const one of all("button")) if (!(one.ariaLabel || one.textContent.trim())) say("button without a name", one);
  for (const one of all("textarea,[role=log],[role=group]")) if (!one.ariaLabel) say("no label", one);
  for (const one of all("[aria-labelledby]")) if (!shade.getElementById(one.getAttribute("aria-labelledby"))) say("points nowhere", one);
  for (const one of all("button,textarea,a.card")) {
    const box = one.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) say("target smaller than 24 px", one);
    if (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) if (!one.closest(".log")) say("out of the window", one);
  }
  const ids = [...shade.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) say("an id stands twice");
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return { c: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 }; };
  const light = (c) => { const f = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
  const ground = (one) => { for (; one; one = one.parentElement) { const { c, a } = parse(getComputedStyle(one).backgroundColor); if (a === 1) return c; } return [255, 255, 255]; };
  const walker = document.createTreeWalker(shade, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !one?.getClientRects().length || one.closest("i,style")) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color).c), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) say("contrast " + ((a + 0.05) / (b + 0.05)).toFixed(2), one);
  }
  const log = shade.querySelector(".log");
  if (log.scrollWidth > log.clientWidth + 1) say("the log is wider than its window");
  if (document.documentElement.scrollWidth > innerWidth) say("the page is wider than the window");
  return found;
}"""
FOCUS = "() => { const one = document.querySelector('doorstep-chat').shadowRoot.activeElement; return one && (one.ariaLabel || one.textContent); }"
LINES = "() => [...document.querySelector('doorstep-chat').shadowRoot.querySelectorAll('.line')].map((one) => [one.className, one.querySelector('p')?.textContent || '', one.lastChild.textContent.split(' · ')[1] || ''])"
STATUS = "() => document.querySelector('doorstep-chat').shadowRoot.querySelector('[role=status]').textContent"


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[object]:
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: it comes with the dev extra")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        await browser.close()


def page_of(talk, lang="en", more="", body=""):
    talk.pages["/"] = (
        f"<!doctype html><html lang={lang} {more.partition('|')[2]}><title>A shop</title><body><h1>A shop</h1><a href=#here>A link</a>{body}"
        f'<script async src="{BASE}/chat.js" data-key="{talk.ours[2]}"{more.partition("|")[0]}></script></html>'
    )


@pytest.fixture
async def browse(chromium, talk) -> AsyncIterator[Callable]:
    contexts = []

    async def make(*, width=1000, height=760, context=None, **options):
        if context is None:
            context = await chromium.new_context(viewport={"width": width, "height": height}, **options)
            contexts.append(context)
        page = await context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if "/" not in talk.pages:
            page_of(talk)
        await page.goto(f"{SHOP}/")
        await page.locator("doorstep-chat .launch").wait_for()
        return page

    yield make
    for context in contexts:
        await context.close()


async def until(page, script, wanted, seconds=10):
    for _ in range(seconds * 20):
        found = await page.evaluate(script)
        if wanted(found):
            return found
        await asyncio.sleep(0.05)
    pytest.fail(f"it did not come to pass: {found}")


async def open_by_keyboard(page):
    for _ in range(4):
        await page.keyboard.press("Tab")
        if (await page.evaluate(FOCUS) or "").startswith("Chat with"):
            break
    await page.keyboard.press("Enter")
    assert await page.evaluate(FOCUS) == "Write a message"


async def test_by_keyboard_alone_it_is_opened_written_in_and_answered_live(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    assert "automatic assistant of Lantern & Loom" in await page.inner_text("doorstep-chat .log")
    await page.keyboard.type("Where is my parcel?")
    await page.keyboard.press("Enter")
    lines = await until(page, LINES, lambda found: len(found) == 2)
    assert lines[0] == ["line mine", "Where is my parcel?", "Sent"]
    assert lines[1][1].startswith("So that I can look it up")
    assert await page.evaluate(FOCUS) == "Write a message"
    order = []
    for _ in range(3):
        await page.keyboard.press("Shift+Tab")
        order.append(await page.evaluate(FOCUS))
    assert order == ["Add files", "Conversation", "Close"]
    await page.keyboard.press("Escape")
    assert (await page.evaluate(FOCUS)) == "Chat with Lantern & Loom"
    assert await page.get_attribute("doorstep-chat .launch", "aria-expanded") == "false"
    assert await page.locator("doorstep-chat section").is_hidden()
    assert page.complaints == []


async def test_nothing_is_kept_and_no_session_begun_before_somebody_opens_it(browse, talk):
    page = await browse()
    await asyncio.sleep(0.3)
    assert await page.evaluate("Object.keys(localStorage)") == []
    assert page.complaints == []


async def test_what_is_written_offline_waits_and_is_sent_once_and_in_order_after_a_reload_too(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("First")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    await page.context.set_offline(True)
    for text in ("Second", "Third"):
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
    waiting = await until(page, LINES, lambda found: len(found) == 4)
    assert [line[1:] for line in waiting[2:]] == [["Second", "Waits until you are online"], ["Third", "Waits until you are online"]]
    assert "offline" in await page.evaluate(STATUS)
    await page.context.set_offline(False)
    lines = await until(page, LINES, lambda found: [line[2] for line in found if "mine" in line[0]] == ["Sent"] * 3)
    assert [line[1] for line in lines if "mine" in line[0]] == ["First", "Second", "Third"]
    assert await page.evaluate(STATUS) == ""
    # Written while the connection is away, and the page left before it is back.
    await page.route("**/messages", lambda route: route.abort())
    await page.keyboard.type("Fourth")
    await page.keyboard.press("Enter")
    await asyncio.sleep(0.2)
    await page.unroute("**/messages")
    await page.reload()
    await page.locator("doorstep-chat .launch").click()
    await until(
        page,
        LINES,
        lambda found: (
            [line[1:] for line in found if "mine" in line[0]] == [[text, "Sent"] for text in ("First", "Second", "Third", "Fourth")]
        ),
    )
    kept = await talk.fetch("select text from reply where merchant_id = $1 order by received_at", talk.ours[0])
    assert [row["text"] for row in kept] == ["First", "Second", "Third", "Fourth"]


async def visitor_of(page, talk):
    kept = await page.evaluate("JSON.parse(Object.values(localStorage)[0]).token")
    return talk.name_of(kept)


async def test_a_closed_chat_counts_what_is_unread_and_a_reload_takes_the_talk_up(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    await page.keyboard.press("Escape")
    for text in ("It is on its way", "It comes today"):
        await talk.say(await visitor_of(page, talk), text)
    label = "() => document.querySelector('doorstep-chat').shadowRoot.querySelector('.launch').ariaLabel"
    await until(page, label, lambda found: found == "Chat with Lantern & Loom, 2 unread")
    await page.reload()
    await page.locator("doorstep-chat .launch").wait_for()
    await until(page, label, lambda found: found == "Chat with Lantern & Loom, 2 unread")
    await page.locator("doorstep-chat .launch").click()
    lines = await until(page, LINES, lambda found: len(found) == 4)
    assert [line[1] for line in lines[2:]] == ["It is on its way", "It comes today"]
    assert await page.evaluate(label) == "Chat with Lantern & Loom"

    async def seen():
        rows = await talk.fetch("select state from message where merchant_id = $1", talk.ours[0])
        return [row["state"] for row in rows if row["state"] == "read"] == ["read"] * 3

    await talk.until(seen)
    assert page.complaints == []


async def test_two_tabs_are_one_talk(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("From the first")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    other = await browse(context=page.context)
    await other.locator("doorstep-chat .launch").click()
    await until(other, LINES, lambda found: len(found) == 2)
    await other.keyboard.type("From the second")
    await other.keyboard.press("Enter")
    wanted = ["From the first", "From the second"]
    for one in (other, page):
        await one.bring_to_front()
        await until(one, LINES, lambda found: [line[1:] for line in found if "mine" in line[0]] == [[text, "Sent"] for text in wanted])


async def test_choices_are_buttons_and_a_link_is_a_card(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    name = await visitor_of(page, talk)
    said = await talk.say(
        name,
        "Shall we?",
        choices=(("reschedule", "Another day"), ("pickup", "I fetch it")),
        link=("Your parcel", "https://shop.example/t/1"),
    )
    await page.locator("doorstep-chat .choices button").first.wait_for()
    assert await page.get_attribute("doorstep-chat .card", "href") == "https://shop.example/t/1"
    for _ in range(5):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate(FOCUS) == "I fetch it":
            break
    await page.keyboard.press("Enter")
    lines = await until(page, LINES, lambda found: len(found) == 5)
    assert lines[3][1:] == ["I fetch it", "Sent"]
    asked = page.locator("doorstep-chat .choices button", has_text="I fetch it")
    assert await asked.count() == 0
    assert await page.evaluate(FOCUS) == "Write a message"
    (row,) = await talk.fetch("select choice, message_id from reply where merchant_id = $1 and choice <> ''", talk.ours[0])
    assert (row["choice"], str(row["message_id"])) == ("pickup", said)
    await page.reload()
    await page.locator("doorstep-chat .launch").click()
    await until(page, LINES, lambda found: len(found) == 5)
    assert await asked.count() == 0


async def test_a_picture_goes_with_a_message_and_what_is_none_is_named(browse, talk, tmp_path):
    (tmp_path / "photo.png").write_bytes(PNG)
    (tmp_path / "page.png").write_bytes(b"<svg onload=alert(1)>")
    page = await browse()
    await open_by_keyboard(page)
    await page.locator("doorstep-chat input[type=file]").set_input_files(tmp_path / "photo.png")
    assert await page.locator("doorstep-chat .files button").get_attribute("aria-label") == "Remove photo.png"
    await page.locator("doorstep-chat textarea").focus()
    await page.keyboard.type("The box is broken")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: found and found[0][2] == "Sent")
    (row,) = await talk.fetch("select content from reply_file where merchant_id = $1", talk.ours[0])
    assert row["content"] == PNG
    await page.locator("doorstep-chat input[type=file]").set_input_files(tmp_path / "page.png")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: any("Not sent: a file is a picture" in line[2] for line in found))


async def test_it_polls_where_a_proxy_lets_no_events_through(browse, talk):
    page = await browse()
    await page.route("**/events", lambda route: route.abort())
    await open_by_keyboard(page)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2 and found[0][2] == "Sent")


async def test_a_customer_the_shop_vouches_for_leaves_no_token_behind_for_the_next(browse, talk):
    page_of(talk, more=f' data-customer="{customer_token()}"')
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("It is me")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: found and found[0][2] == "Sent")
    page_of(talk)
    await page.reload()
    await page.locator("doorstep-chat .launch").click()
    await asyncio.sleep(1)
    assert await page.evaluate(LINES) == []


async def fill(page, talk):
    await page.locator("doorstep-chat .launch").click()
    await page.keyboard.type("Hello, where is order 1001? https://shop.example/orders/1001")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    await talk.say(
        await visitor_of(page, talk),
        "Nobody was at home. Averyveryverylongwordwithoutanyspacethatmustbreaksomewhereinthelineofthechat",
        choices=(("reschedule", "Deliver another day"), ("pickup", "I fetch it at the shop"), ("safe", "Leave it in a safe place")),
        link=("See your parcel", "https://shop.example/t"),
    )
    await until(page, LINES, lambda found: len(found) == 3)
    await asyncio.sleep(0.4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 640), (1000, 760)])
async def test_it_keeps_nobody_out(browse, talk, scheme, width, height):
    page_of(talk, more="|style=x", body="<meta name=color-scheme content='light dark'>")
    page = await browse(width=width, height=height, color_scheme=scheme)
    assert await page.evaluate(AUDIT) == []
    await fill(page, talk)
    assert await page.evaluate(AUDIT) == []
    assert [one for one in page.complaints if "style" not in one] == []


async def test_the_audit_finds_what_keeps_people_out(browse, talk):
    page = await browse()
    await page.locator("doorstep-chat .launch").click()
    await page.evaluate(
        "() => { const made = document.createElement('button'), text = document.createElement('p'); text.textContent = 'pale'; text.id = made.id = 'one';"
        "made.style.cssText = 'min-width:0;min-height:0;width:9px;height:9px;padding:0'; text.style.color = '#eee';"
        "document.querySelector('doorstep-chat').shadowRoot.querySelector('.log').append(made, text) }"
    )
    found = " ".join(await page.evaluate(AUDIT))
    for what in ("without a name", "24 px", "stands twice", "contrast"):
        assert what in found


async def test_it_reads_from_right_to_left_where_the_page_does(browse, talk):
    page_of(talk, lang="ar", more="|dir=rtl")
    page = await browse()
    await page.locator("doorstep-chat .launch").click()
    box = await page.locator("doorstep-chat .launch").bounding_box()
    assert box["x"] < 100
    assert await page.get_attribute("doorstep-chat", "dir") == "rtl"
    assert await page.evaluate(AUDIT) == []


@pytest.mark.parametrize(
    ("lang", "label"), [("es-MX", "Chatear con Lantern & Loom"), ("hi", "Lantern & Loom से चैट करें"), ("xx", "Chat with Lantern & Loom")]
)
async def test_it_speaks_the_pages_language(browse, talk, lang, label):
    page_of(talk, lang=lang)
    page = await browse()
    assert await page.get_attribute("doorstep-chat .launch", "aria-label") == label


async def test_nothing_moves_for_whoever_wants_no_motion(browse, talk):
    page = await browse(reduced_motion="reduce")
    await page.locator("doorstep-chat .launch").click()
    assert (
        await page.evaluate("getComputedStyle(document.querySelector('doorstep-chat').shadowRoot.querySelector('section')).animationName")
        == "none"
    )


async def test_what_is_said_is_text_and_never_markup(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("<img src=x onerror=alert(1)> javascript:alert(1)")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    await talk.say(await visitor_of(page, talk), "<b>bold</b>", link=("Press", "javascript:alert(1)"))
    lines = await until(page, LINES, lambda found: len(found) == 3)
    assert lines[2][1] == "<b>bold</b>"
    assert await page.locator("doorstep-chat .line :is(img, b, a)").count() == 0
    assert page.complaints == []


async def test_a_page_sets_colours_and_place_by_its_own_variables(browse, talk):
    page = await browse()
    # As a stylesheet of the page's would: the policy of this page allows none.
    await page.evaluate(
        "() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('doorstep-chat { --accent: rgb(1, 2, 3); inset-block-end: 100px }');"
        "document.adoptedStyleSheets = [sheet] }"
    )
    assert await page.evaluate("getComputedStyle(document.querySelector('doorstep-chat')).bottom") == "100px"
    assert (
        await page.evaluate("getComputedStyle(document.querySelector('doorstep-chat').shadowRoot.querySelector('.launch')).backgroundColor")
        == "rgb(1, 2, 3)"
    )


async def test_it_shows_that_somebody_of_ours_writes(browse, talk):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    name = await visitor_of(page, talk)
    hub = talk.app.state.chat

    async def listens():
        return [ear for ear in hub._ears if ear.visitor.name == name]

    (ear,) = await talk.until(listens)
    hub.tell_typing(ear.visitor.merchant_id, ear.visitor.name, "us")
    assert await until(page, STATUS, bool) == "Lantern & Loom is writing…"
    await talk.say(name, "Here I am")
    await until(page, STATUS, lambda found: not found)


async def at_the_desk(chromium, talk):
    """A page of ours at the desk, logged in, and what it complains of."""
    email = f"agent-{talk.ours[0]}@loom.example"
    async with talk.house.database.system() as tx:
        await access.add_user(tx, talk.ours[0], email, "correct horse battery", "support")
    context = await chromium.new_context(base_url=BASE)
    page = await context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    await page.goto("/desk/login")
    await page.fill("#email", email)
    await page.fill("#password", "correct horse battery")
    await page.click("button")
    return page


async def test_a_customer_sees_that_an_agent_writes_and_the_agent_that_they_have_read(browse, talk, chromium):
    page = await browse()
    await open_by_keyboard(page)
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: len(found) == 2)
    name = await visitor_of(page, talk)
    agent = await at_the_desk(chromium, talk)
    told = []
    agent.on("request", lambda asked: told.append(asked) if asked.url.endswith("/typing") else None)
    await agent.goto("/desk/inbox?view=everything")  # nobody asked for a human
    await agent.click("main a[href^='/desk/inbox/']")
    await agent.fill("#text", "  ")
    assert told == []
    await agent.locator("#text").press_sequentially("Your parcel is with me.")
    assert await until(page, STATUS, bool) == "Lantern & Loom is writing…"
    assert len(told) == 1
    await agent.get_by_role("button", name="Send", exact=True).click()
    lines = await until(page, LINES, lambda found: len(found) == 3)
    assert lines[2][1] == "Your parcel is with me."
    await until(page, STATUS, lambda found: not found)

    async def read():
        return await talk.fetch(
            "select 1 from message where merchant_id = $1 and recipient = $2 and trigger = 'reply.answer' and state = 'read'",
            talk.ours[0],
            name,
        )

    await talk.until(read)
    await agent.reload()
    assert "read" in (await agent.inner_text("#turns .ours.hand")).lower()
    assert page.complaints == agent.complaints == []
    await agent.context.close()


async def test_it_is_tried_at_the_desk_and_complains_of_nothing(chromium, talk):

    email = f"try-{talk.ours[0]}@loom.example"
    async with talk.house.database.system() as tx:
        await access.add_user(tx, talk.ours[0], email, "correct horse battery", "owner")
    context = await chromium.new_context(base_url=BASE)
    page = await context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    await page.goto("/desk/login")
    await page.fill("#email", email)
    await page.fill("#password", "correct horse battery")
    await page.click("button")
    await page.goto(f"/desk/connections/{talk.ours[1]}")
    await page.click("text=Try it")
    await page.locator("doorstep-chat .launch").click()
    await page.keyboard.type("Hello")
    await page.keyboard.press("Enter")
    await until(page, LINES, lambda found: found and found[0][1:] == ["Hello", "Sent"])
    assert complaints == []
    await context.close()
