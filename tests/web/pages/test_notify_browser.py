"""Notifications in a real Chromium: switched on by keyboard, told by our worker through a push service, shown, clicked, switched off.

Chromium's own push service cannot be reached from here: `PushManager` is stood in for, with keys of the test's own; what the service
would hand to the browser is handed to it by the DevTools protocol.
"""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from page_shops import NOW
from test_browser import AUDIT, CHROMIUM
from test_notify import connect, consents, pages, rows

from doorstep.channels.web_push import CHANNEL
from doorstep.domain.messages import Link, Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.reach import reach
from doorstep.steps.wire import Wire
from doorstep.store import orders
from push_browser import Browser
from push_service import push_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium: install Debian's chromium to test the pages in a browser"),
]

STAND_IN = """(made) => {
  const key = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (s) => s.charCodeAt(0)).buffer;
  const subscription = () => localStorage.subscribed && {
    endpoint: made.endpoint, options: { userVisibleOnly: true, applicationServerKey: key(localStorage.subscribed) },
    toJSON: () => made, unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; },
  };
  PushManager.prototype.getSubscription = async () => subscription() || null;
  PushManager.prototype.subscribe = async (asked) => {
    if (!asked.userVisibleOnly) throw new Error("must be seen");
    const text = btoa(String.fromCharCode(...new Uint8Array(asked.applicationServerKey)));
    localStorage.subscribed = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return subscription();
  };
}"""
SHOWN = """async (scope) => (await (await navigator.serviceWorker.getRegistrations()).find((one) => one.scope.endsWith(scope)).getNotifications())
  .map((one) => ({ title: one.title, body: one.body, tag: one.tag, lang: one.lang, url: one.data.url }))"""
SCOPE = "/push/loom/"


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[object]:
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: it comes with the dev extra")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def shop(house, ours):
    await connect(house, ours)
    yield ours
    async with house.database.system() as tx:
        await tx.execute("delete from connection where provider = 'web_push'")
        await tx.execute("delete from push_subscription")


@pytest.fixture
async def phone():
    return Browser("https://push.example/phone")


@pytest.fixture
async def opened(chromium, site, phone):
    """Makes a page whose browser may (or may not) notify."""
    contexts = []

    async def make(*, granted=True, width=390, scripts=True):
        context = await chromium.new_context(viewport={"width": width, "height": 800}, base_url=site, java_script_enabled=scripts)
        contexts.append(context)
        if granted:
            await context.grant_permissions(["notifications"], origin=site)
        await context.add_init_script(f"({STAND_IN})({json.dumps(phone.subscription)})")
        page = await context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        await context.close()


async def switch(page, said):
    """Press the button by keyboard alone and wait for what is said."""
    await page.locator("door-push button").focus()
    await page.keyboard.press("Enter")
    await page.locator("door-push [role=status]", has_text=said).wait_for()


async def deliver(page, site, data):
    """Hand a push to the service worker, as the browser does when its service has one."""
    session = await page.context.new_cdp_session(page)
    found = asyncio.get_running_loop().create_future()

    def heard(event):
        for one in event["registrations"]:
            if one["scopeURL"].endswith(SCOPE) and not found.done():
                found.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", heard)
    await session.send("ServiceWorker.enable")
    registration = await asyncio.wait_for(found, 10)
    await session.send("ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": registration, "data": data})
    for _ in range(100):
        if shown := await page.evaluate(SHOWN, SCOPE):
            return shown
        await asyncio.sleep(0.1)
    return []


async def told(house, shop, number, url):
    """What our worker hands to the push service for an order: the devices that `reach` finds, through the wire."""
    key = (shop.merchant_id, shop.order_ids[number])
    async with house.database.system() as tx:
        [found] = await reach(tx, [(shop.merchant_id, (await orders.read(tx, [key]))[key], False)], house.directory, NOW)
    message = Message(
        message_id="01a1ee50-4380-7000-8000-000000000009",
        merchant_id=shop.merchant_id,
        channel=ChannelKind.PUSH,
        to=found.addresses[ChannelKind.PUSH],
        content=Rendered(subject="Out for delivery", text="Today, 10 to 12.", link=Link(title="Follow", url=url)),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="delivery",
        created_at=NOW,
        devices=found.devices[ChannelKind.PUSH],
    )
    settings = house.directory.tenant(shop.merchant_id).channels[ChannelKind.PUSH].settings
    async with Wire(allow_private=True) as wire:
        return await wire.run(CHANNEL.send(message, settings, NOW, ""), connection=(1, 1), channel=CHANNEL)


async def move(house, endpoint):
    """Let the browser's service be elsewhere: no real one can be reached from here."""
    async with house.database.system() as tx:
        await tx.execute("update push_subscription set endpoint = $1", endpoint)


async def test_notifications_are_switched_on_come_and_are_switched_off(opened, site, house, shop, phone, tmp_path):
    page, path = await opened(), pages(shop)[0]
    await page.goto(path)
    await page.locator("door-push button").wait_for()
    assert await page.inner_text("door-push button") == "Notify me here"
    assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert await page.evaluate(AUDIT) == []
    await switch(page, "On. This browser tells you")
    assert await page.inner_text("door-push button") == "Stop notifying me here"
    assert await page.evaluate("document.activeElement.tagName") == "BUTTON"
    await page.locator("door-push").screenshot(path=tmp_path / "on.png")
    [row] = await rows(house)
    assert (row["endpoint"], row["agent"]) == (phone.endpoint, "Chrome")
    assert (await consents(house))[-1]["granted"]

    async with push_service() as service:
        await move(house, service.endpoint("phone"))
        receipt = await told(house, shop, "#loom-1002", f"{site}{path}?m=abc")
        [pushed] = service.pushed
    await move(house, phone.endpoint)
    assert receipt.provider_text == "1 of 1 browsers told"
    [shown] = await deliver(page, site, phone.read(pushed.body).decode())
    assert (shown["title"], shown["body"], shown["lang"]) == ("Out for delivery", "Today, 10 to 12.", "en")
    assert (shown["tag"], shown["url"]) == (pushed.headers["topic"], f"{site}{path}?m=abc")

    await page.reload()
    await page.locator("door-push[data-state=on] button").wait_for()
    await switch(page, "Off. This browser tells you nothing more.")
    assert await rows(house) == []
    assert not (await consents(house))[-1]["granted"]
    assert await page.evaluate("'subscribed' in localStorage") is False
    assert page.complaints == []


async def test_both_pages_of_an_order_know_that_it_is_on(opened, house, shop):
    page = await opened()
    await page.goto(f"/t/{shop.parcel_tokens['A1001LOOM']}")
    await page.locator("door-push button").wait_for()
    await switch(page, "On.")
    await page.goto(f"/o/{shop.order_tokens['#loom-1001']}")
    await page.locator("door-push[data-state=on]").wait_for()
    await page.goto(pages(shop)[0])  # another order
    await page.locator("door-push[data-state=off]").wait_for()
    await switch(page, "On.")
    await switch(page, "Off.")
    assert await page.evaluate("'subscribed' in localStorage"), "the other order still needs the subscription"
    assert [row["order_id"] for row in await rows(house)] == [shop.order_ids["#loom-1001"]]


async def test_a_click_leads_to_the_page_that_is_open_or_opens_it(opened, site, shop):
    page, path = await opened(), pages(shop)[0]
    await page.goto(path)
    await page.locator("door-push button").wait_for()
    await switch(page, "On.")
    [worker] = page.context.service_workers
    # a click that a person made may focus and open windows; a test may not
    await worker.evaluate("WindowClient.prototype.focus = async function () { self.focused = this.url; return this; }")
    await worker.evaluate("Clients.prototype.openWindow = async (url) => { self.openedAt = url; }")
    async with page.expect_navigation(url=f"**{path}?m=xyz"):
        await worker.evaluate(f"lead('{site}{path}?m=xyz')")
    assert await worker.evaluate("self.focused") == f"{site}{path}"
    await worker.evaluate("lead('https://shop.example/elsewhere')")
    assert await worker.evaluate("self.openedAt") == "https://shop.example/elsewhere"
    for url in ("javascript:alert(1)", "", "data:text/html,x"):
        await worker.evaluate("self.openedAt = ''")
        await worker.evaluate(f"lead('{url}')")
        assert await worker.evaluate("self.openedAt") == ""


async def test_a_push_without_words_is_shown_all_the_same(opened, site, shop):
    page = await opened()
    await page.goto(pages(shop)[0])
    await page.locator("door-push button").wait_for()
    await switch(page, "On.")
    [shown] = await deliver(page, site, "no json")
    assert shown["title"] == site.removeprefix("http://")


async def test_a_subscription_that_the_browser_changes_takes_the_olds_place(opened, house, shop):
    page = await opened()
    await page.goto(pages(shop)[0])
    await page.locator("door-push button").wait_for()
    await switch(page, "On.")
    [worker] = page.context.service_workers
    new = Browser("https://push.example/renewed")
    await worker.evaluate("(made) => renew({ endpoint: made.endpoint, toJSON: () => made })", new.subscription)
    assert [(row["endpoint"], row["locale"]) for row in await rows(house)] == [(new.endpoint, "en")]
    assert (await consents(house))[-1]["proof"].startswith("renewed by the browser")


async def test_a_browser_that_blocks_it_is_told_how_to_allow_it(opened, shop):
    page = await opened(granted=False)
    await page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    await page.goto(pages(shop)[0])
    await page.locator("door-push [role=status]", has_text="Your browser blocks notifications").wait_for()
    assert not await page.locator("door-push button").is_visible()
    assert await page.evaluate(AUDIT) == []
    assert page.complaints == []


async def test_who_says_no_is_left_in_peace(opened, house, shop):
    page = await opened(granted=False)
    await page.add_init_script("Notification.requestPermission = async () => 'default'")
    await page.goto(pages(shop)[0])
    await page.locator("door-push button").wait_for()
    await page.locator("door-push button").click()
    async_api = pytest.importorskip("playwright.async_api")
    await async_api.expect(page.locator("door-push [role=status]")).to_have_text("")
    assert await page.inner_text("door-push button") == "Notify me here"
    assert await rows(house) == []


async def test_a_refusal_of_ours_is_said_and_nothing_pretends_to_be_on(opened, house, shop):
    page = await opened()
    await page.route("**/push", lambda route: route.fulfill(status=503, body="{}"))
    await page.goto(pages(shop)[0])
    await page.locator("door-push button").wait_for()
    await switch(page, "That did not work.")
    await page.reload()
    await page.locator("door-push[data-state=off]").wait_for()


async def test_it_is_hidden_without_scripts_and_where_nothing_can_be_shown(opened, shop):
    page = await opened(scripts=False)
    await page.goto(pages(shop)[0])
    assert not await page.locator("door-push").is_visible()
    page = await opened()
    await page.add_init_script("delete window.PushManager")
    await page.goto(pages(shop)[0])
    await page.wait_for_load_state("networkidle")
    assert not await page.locator("door-push").is_visible()
    assert page.complaints == []
