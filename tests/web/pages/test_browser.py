"""The pages in a real Chromium: complete without scripts, quiet in the console, usable by everybody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from page_shops import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium: install Debian's chromium to test the pages in a browser"),
]

#: Finds what keeps people out, in the page itself: names of controls, headings, landmarks, contrast, target sizes, overflow.
AUDIT = """() => {
  const found = [];
  const say = (what, one) => found.push(what + ": " + (one ? one.outerHTML.slice(0, 160) : ""));
  const all = (query) => [...document.querySelectorAll(query)];
  if (!document.documentElement.lang) say("no language");
  if (!document.title.trim()) say("no title");
  if (all("h1").length !== 1) say("h1 is not one");
  if (all("main").length !== 1) say("main is not one");
  let before = 0;
  for (const one of all("h1,h2,h3,h4")) {
    const level = Number(one.tagName[1]);
    if (level > before + 1) say("heading skips a level", one);
    before = level;
  }
  const ids = all("[id]").map((one) => one.id);
  if (new Set(ids).size !== ids.length) say("an id stands twice " + ids.filter((id, at) => ids.indexOf(id) !== at));
  for (const one of all("[aria-labelledby],[aria-describedby],[for]")) {
    for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
      for (const id of (one.getAttribute(name) || "").split(" ").filter(Boolean)) if (!document.getElementById(id)) say("points nowhere", one);
    }
  }
  for (const one of all("input:not([type=hidden]),select,textarea")) if (!one.labels.length && !one.ariaLabel) say("control without a label", one);
  for (const one of all("a,button,summary")) if (!(one.textContent.trim() || one.ariaLabel || one.querySelector("img[alt]:not([alt=''])"))) say("link or button without a name", one);
  for (const one of all("img")) if (!one.hasAttribute("alt") || !one.getAttribute("width") || !one.getAttribute("height")) say("picture without alt or size", one);
  for (const one of all("iframe")) if (!one.title) say("frame without a title", one);
  for (const one of all("table")) if (!one.querySelector("th")) say("table without headings", one);
  for (const one of all("ul,ol")) for (const child of one.children) if (child.tagName !== "LI") say("list holds something else", child);
  const hidden = (one) => one.closest("[hidden],.unseen,.sprite,.skip,details:not([open]) > :not(summary)") || one.closest("[aria-hidden=true]");
  for (const one of all("button,nav a,summary,input:not([type=hidden]):not([type=checkbox]),select")) {
    const box = one.getBoundingClientRect();
    if (!hidden(one) && one.getClientRects().length && (box.width < 24 || box.height < 24)) say("target smaller than 24 px", one);
  }
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return { c: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 }; };
  const light = (c) => { const f = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
  const ground = (one) => { for (; one; one = one.parentElement) { const { c, a } = parse(getComputedStyle(one).backgroundColor); if (a === 1) return c; } return [255, 255, 255]; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || hidden(one) || ["SCRIPT", "OPTION"].includes(one.tagName) || !one.getClientRects().length) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(parse(style.color).c), light(ground(one))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) say("contrast " + ((a + 0.05) / (b + 0.05)).toFixed(2), one);
  }
  if (document.documentElement.scrollWidth > innerWidth) say("page is wider than the window: " + document.documentElement.scrollWidth);
  return found;
}"""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[object]:
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: it comes with the dev extra")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def opened(chromium, site, house):
    """Makes a page of a width, with or without scripts, that remembers what its console says."""
    contexts = []

    async def make(width=1280, *, scripts=True):
        context = await chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts, base_url=site)
        contexts.append(context)
        page = await context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()


def customer_pages(house, shop):
    token = house.directory.sealer.token("mail", str(shop.merchant_id), f"{shop.slug}-1001@mail.example", "en")
    upper = shop.slug.upper()
    return [
        *[f"/t/{shop.parcel_tokens[number + upper]}" for number in ("A1001", "A1004", "A1005", "A1006", "A1007", "A1009", "LOOSE")],
        *[f"/o/{shop.order_tokens[f'#{shop.slug}-{number}']}" for number in ("1002", "1003", "1004", "1008")],
        f"/find/{shop.slug}",
        f"/me/{shop.slug}",
        f"/me/{shop.slug}?order={shop.order_tokens[f'#{shop.slug}-1004']}",
        f"/p/{token}",
        f"/u/{token}",
    ]


async def test_the_audit_finds_what_keeps_people_out(opened):
    page = await opened(320)
    await page.set_content(
        "<body style='background:#fff'><h1>One</h1><h1>Two</h1><h3 style='color:#aaa'>Pale</h3><input><a href=x></a>"
        "<img src=x><button style='width:9px;height:9px;padding:0'>x</button><p aria-labelledby=nowhere style='width:900px'>wide</p>"
    )
    found = " ".join(await page.evaluate(AUDIT))
    for what in ("no language", "h1", "main", "skips", "contrast", "without a label", "without a name", "alt", "24 px", "nowhere", "wider"):
        assert what in found, what


async def test_the_status_stands_there_without_scripts(opened, ours):
    page = await opened(scripts=False)
    await page.goto(f"/t/{ours.parcel_tokens['A1001LOOM']}")
    assert await page.inner_text("h1") == "Out for delivery today"
    assert await page.locator("[aria-current=step]").inner_text() != ""
    assert await page.locator(".scans li").count() == 6


@pytest.mark.parametrize("width", [320, 1280])
async def test_customer_pages_keep_nobody_out_and_complain_of_nothing(opened, house, ours, theirs, width):
    page = await opened(width)
    for shop in (ours, theirs):
        for path in customer_pages(house, shop):
            for language in ("en", "es") if shop is ours else ("en",):
                answer = await page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                assert answer.status == 200
                assert await page.evaluate(AUDIT) == [], (path, language)
                assert await page.get_attribute("html", "lang") == language
    assert page.complaints == []


async def test_a_page_can_be_walked_through_by_keyboard(opened, ours):
    page = await opened(390)
    await page.goto(f"/t/{ours.parcel_tokens['A1001LOOM']}")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Tab")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


async def test_a_tracking_page_loads_less_than_50_kb_and_nothing_from_elsewhere(opened, site, ours):
    page = await opened()
    sizes = {}

    async def weigh(answer):
        sizes[answer.url] = len(await answer.body())

    page.on("response", weigh)
    await page.goto(f"/t/{ours.parcel_tokens['A1001LOOM']}", wait_until="networkidle")
    assert all(url.startswith(site) for url in sizes)
    assert 0 < sum(sizes.values()) < 50_000, sizes


async def test_news_appear_without_a_reload_and_are_announced(opened, ours):
    page = await opened()
    await page.goto(f"/t/{ours.parcel_tokens['A1001LOOM']}")
    await page.evaluate("document.querySelector('main').dataset.version = 'older'; document.querySelector('h1').textContent = 'Older'")
    await page.evaluate("document.querySelector('door-live').look()")
    assert await page.inner_text("h1") == "Out for delivery today"
    assert "There is news of your parcel." in await page.inner_text("[data-announce]")
    assert page.complaints == []


async def test_a_customer_finds_the_order_through_the_form(opened, ours):
    page = await opened(390, scripts=False)
    await page.goto("/find/loom")
    await page.fill("#number", "loom-1002")
    await page.fill("#email", "loom-1002@mail.example")
    await page.click("button")
    assert await page.inner_text("h1") == "1 of 2 parcels delivered"


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_desk_keeps_nobody_out_and_complains_of_nothing(opened, ours, theirs, width):
    for shop in (ours, theirs):
        page = await opened(width, scripts=True)
        await page.goto("/desk")
        assert await page.evaluate(AUDIT) == []
        await page.fill("#email", shop.owner)
        await page.fill("#password", PASSWORD)
        await page.click("button")
        assert await page.inner_text("h1") == "Overview"
        for path in (
            "",
            "/shipments",
            f"/shipments?q={shop.slug}-1003",
            f"/orders/{shop.order_ids[f'#{shop.slug}-1002']}",
            f"/shipments/{shop.parcel_ids['A1004' + shop.slug.upper()]}",
            "/conversations",
            "/conversations?show=all",
            *[f"/conversations/{talk_id}" for talk_id in shop.talk_ids.values()],
            "/customers",
            f"/customers?q={shop.email}",
            *[f"/customers/{customer_id}" for customer_id in shop.customer_ids.values()],
            "/messages",
            f"/messages/{shop.message_id}",
            "/reasons",
            "/unknown",
            "/letters",
            "/suppressions",
            "/connections",
            f"/connections/{shop.connection_ids['ups']}",
            "/connections/new?kind=channel&provider=twilio",
            "/connections/new?kind=carrier&provider=generic",
            "/approvals",
            "/keys",
            "/brand",
            "/gallery",
            "/gallery?channel=email&tone=warm",
            "/gallery?channel=sms&manner=long&of=problems",
            "/gallery?channel=push&manner=rtl",
            "/gallery?channel=messenger&language=es",
            "/gallery?channel=chat",
            "/gallery/failed_attempt",
            "/gallery/delivery_problem?pitfall=lost&manner=rtl",
            "/templates",
            "/templates/failed_attempt?language=en",
            "/templates/order_confirmed?language=hi",
            f"/connections/{shop.connection_ids['console']}",
            "/settings",
            "/users",
            f"/suppressions?q={shop.slug}-1001@mail.example",
            "/changes",
        ):
            assert (await page.goto(f"/desk{path}")).status == 200
            assert await page.evaluate(AUDIT) == [], path
        assert page.complaints == []


async def test_a_conversation_is_answered_by_keyboard_alone_and_without_scripts(opened, ours):
    page = await opened(390, scripts=False)
    await page.goto("/desk")
    await page.fill("#email", ours.member)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:has-text('Overview')")
    await page.goto(f"/desk/inbox/{ours.talk_ids['+34600000001']}")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.locator("textarea:focus").count():
            break
    await page.keyboard.type("On Friday, then.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".saved[role=status]")
    assert await page.locator(".turns .hand .words").last.inner_text() == "On Friday, then."


async def test_a_rendered_message_runs_no_script_and_has_no_origin(opened, ours):
    page = await opened()
    await page.goto("/desk")
    await page.fill("#email", ours.owner)
    await page.fill("#password", PASSWORD)
    await page.click("button")
    await page.goto(f"/desk/messages/{ours.message_id}")
    assert await page.get_attribute("iframe", "sandbox") == ""
    await page.locator("iframe").scroll_into_view_if_needed()
    assert "Lantern" in await page.frame_locator("iframe").locator("body").inner_text()
    assert "sandbox" in (await page.request.get(f"/desk/messages/{ours.message_id}/shown")).headers["content-security-policy"]
    assert page.complaints == []
