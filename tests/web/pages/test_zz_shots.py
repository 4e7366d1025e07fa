import pytest
from desk_cases import damage, dear_return, rescheduled
from page_shops import BASE, PASSWORD, fill
from playwright.async_api import async_playwright
from doorstep.steps import deciding_cases
from doorstep.steps.deciding_cases import Word
from page_shops import NOW

async def test_shots(site, house):
    shop = await fill(house.database, house.directory, "shots", "Lantern & Loom")
    a, b, c = await dear_return(house, shop), await damage(house, shop), await rescheduled(house, shop)
    d = await damage(house, shop, line_id="3")
    tenant = house.directory.tenant(shop.merchant_id)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await deciding_cases.approve(tx, house.directory, tenant, d.case_id, Word(actor="user 1", why="clear enough"), NOW)
        await deciding_cases.receive(tx, house.directory, tenant, d.case_id, Word(actor="user 1"), NOW)
        await tx.execute("update cases set since = since - interval '3 days', look_at = now() - interval '5 hours' where case_id = $1", b.case_id)
    async with async_playwright() as p:
        browser = await p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width in (1280, 390):
            page = await browser.new_page(viewport={"width": width, "height": 900})
            await page.goto(f"{BASE}/desk/login")
            await page.fill("input[name=email]", shop.owner)
            await page.fill("input[name=password]", PASSWORD)
            await page.click("button")
            for name, path in (("overview", "/desk"), ("queue", "/desk/cases?tab=open"), ("claim", f"/desk/cases/{b.case_id}"), ("return", f"/desk/cases/{a.case_id}"), ("inspect", f"/desk/cases/{d.case_id}"), ("change", f"/desk/cases/{c.case_id}"), ("users", "/desk/users")):
                await page.goto(BASE + path)
                if name == "return":
                    for one in await page.query_selector_all(".acting summary"):
                        await one.click()
                wide = await page.evaluate("document.documentElement.scrollWidth")
                print(name, width, wide)
                await page.screenshot(path=f"/tmp/cd/{name}-{width}.png", full_page=True)
        await browser.close()
