from pathlib import Path
import pytest
from portal_shop import LAMP, SHOES, SOCKS, cases_of, fields_of, sold
from playwright.async_api import async_playwright
OUT = Path("/tmp/shots")

async def test_shots(site, house):
    OUT.mkdir(exist_ok=True)
    one = await sold(house, lines=(SHOES, SOCKS, LAMP), parcels=[{"10": 1, "11": 3}, {"12": 1}], arrived=(0, 1))
    way = await sold(house, parcels=[{}], arrived=())
    new = await sold(house, parcels=[], arrived=())
    async with async_playwright() as d:
        b = await d.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width in (390, 1280):
            c = await b.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False, base_url=site)
            p = await c.new_page()
            async def shot(name):
                await p.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
            await p.goto(one.at); await shot("01-order")
            await p.goto(one.at + "/return"); await p.check("input[type=checkbox]"); await shot("02-items")
            await p.click("button"); await shot("03-why")
            await p.select_option("select[name='r.10']", "fit.too_small"); await p.click("text=Continue"); await shot("04-wish")
            await p.check("input[value=refund]"); await shot("05-wish-refund")
            await p.check("input[value=exchange]"); await p.click("text=Continue"); await shot("06-summary")
            if width == 390:
                await p.click("text=Yes, do this"); await shot("07-case")
                url = p.url
            else:
                await p.goto(url); await shot("07-case")
                await p.click("text=Keep it after all"); await shot("08-cancel")
            await p.goto(one.at + "/claim"); await shot("10-claim")
            await p.check("input[value=damaged]"); await p.click("text=Continue"); await shot("11-claim-details")
            await p.click("text=Continue"); await shot("12-claim-refused")
            await p.goto(way.at + "/delivery"); await shot("20-delivery")
            await p.goto(way.at + "/delivery?do=reschedule"); await shot("21-reschedule")
            await p.goto(way.at + "/delivery?do=safe_place"); await p.fill("#place", "In the shed"); await p.click("text=Continue"); await shot("22-summary")
            await p.goto(new.at); await shot("30-new-order")
            await p.goto(new.at + "/change"); await shot("31-change")
            await p.goto(new.at + "/change?do=cancel_order"); await p.click("text=Continue"); await shot("32-cancel")
            await p.goto(one.at + "/gift"); await shot("40-giftlink")
            link = await p.input_value("#url")
            await p.goto(link); await shot("41-gift")
            await p.click("text=Exchange or send back"); await shot("42-gift-items")
            await c.close()
        await b.close()
