"""Cases at the desk in a real Chromium: decided by keyboard alone and without scripts, on a phone, and readable for everybody."""

import re

import pytest
from desk_cases import damage, dear_return, rescheduled
from page_shops import NOW, fill
from test_browser import AUDIT, chromium, opened, pytestmark  # noqa: F401 - the fixtures of that file
from test_browser_templates import entered, tab_to

from doorstep.domain.actions.kinds import CaseState
from doorstep.steps import deciding_cases
from doorstep.steps.deciding_cases import Word
from doorstep.store import cases


@pytest.fixture
async def shop(house, request):
    slug = "w" + re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-18:]
    return await fill(house.database, house.directory, slug, "Case & Co")


async def state_of(house, shop, case):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await cases.read(tx, [(shop.merchant_id, case.case_id)]))[shop.merchant_id, case.case_id].case


@pytest.mark.parametrize("width", [390, 1280])
async def test_every_page_of_cases_keeps_nobody_out_and_complains_of_nothing(opened, house, shop, width):  # noqa: F811 - the fixture
    case, claim, change, seen = (
        await dear_return(house, shop),
        await damage(house, shop),
        await rescheduled(house, shop),
        await damage(house, shop, line_id="3"),
    )
    tenant, word = house.directory.tenant(shop.merchant_id), Word(actor="user 1")
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await deciding_cases.approve(tx, house.directory, tenant, seen.case_id, word, NOW)
        await deciding_cases.receive(tx, house.directory, tenant, seen.case_id, word, NOW)
    order = f"/desk/orders/{shop.order_ids[f'#{shop.slug}-1002']}"
    page = await opened(width)
    await entered(page, shop)
    for path in (
        "/desk/cases",
        "/desk/cases?tab=open",
        "/desk/cases?q=nobody",
        *(f"/desk/cases/{one.case_id}" for one in (case, claim, change, seen)),
        order,
        *(f"{order}/ask?what={what}" for what in ("return", "exchange", "claim", "address", "reschedule")),
        "/desk/users",
        "/desk",
    ):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        for summary in await page.query_selector_all(".acting summary, .fields summary"):
            if not await summary.evaluate("one => one.parentElement.open"):
                await summary.click()
        assert await page.evaluate(AUDIT) == [], path
    assert page.complaints == []


async def test_a_case_is_approved_by_keyboard_on_a_phone_without_scripts(opened, house, shop):  # noqa: F811 - the fixture
    case = await dear_return(house, shop)
    page = await opened(390, scripts=False)
    await page.goto("/desk")
    await page.fill("#email", shop.owner)
    await page.fill("#password", "correct horse battery staple")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:text('Overview')")
    await page.goto("/desk/cases")
    for selector in (f'a[href="/desk/cases/{case.case_id}"]', 'form[action$="/approve"] button'):
        for _ in range(120):
            await page.keyboard.press("Tab")
            if await page.locator(selector).evaluate("one => one === document.activeElement"):
                break
        await page.keyboard.press("Enter")
        await page.wait_for_load_state()
    assert "Approved. The customer is told." in await page.inner_text("main")
    assert (await state_of(house, shop, case)).state is CaseState.APPROVED


async def test_a_case_is_refused_by_keyboard_with_a_reason_and_words(opened, house, shop):  # noqa: F811 - the fixture
    case = await damage(house, shop)
    page = await opened(1280)
    await entered(page, shop)
    await page.goto(f"/desk/cases/{case.case_id}")
    await tab_to(page, ".acting details:first-of-type > summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#code")
    await page.keyboard.type("Our rules")
    await tab_to(page, "#refuse-words")
    await page.keyboard.type("The seam was cut.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Refused. The customer is told why.")
    kept = await state_of(house, shop, case)
    assert (kept.state, kept.decision) == (CaseState.REFUSED, "not_eligible: The seam was cut.")
