"""Delivery performance at the desk and for the public: shown, filtered, written out, switched on; never another shop's."""

import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import msgspec
import pytest
from desk_clients import csrf_of, entered
from page_shops import BASE, fill

from doorstep.errors import BadSignatureError
from doorstep.insights.publishing import DIRECTORY_KIND, WELL_KNOWN
from doorstep.insights.signing import Jwk, verify
from doorstep.steps.work import utc_now
from doorstep.store import connections, estimators, tallies
from doorstep.store.tallies import KeptTally
from doorstep.timeline.estimating.judging import Figures

_MADE = iter(range(1000))
_PUBLIC = ("delivery-performance.json", "delivery-performance.jws", "jwks.json", "delivery.jsonld", "delivery-method")


@pytest.fixture
async def shop(house):
    """A shop with 60 shipments a week by GLS and 3 by UPS, for eight weeks."""
    made = await fill(house.database, house.directory, f"perform{next(_MADE)}", "Figures & <Co>")
    today = utc_now().date()
    monday = today - timedelta(days=today.weekday())
    counted = {}
    for week in range(8):
        for number in range(63):
            counts = {"finished": 1, "delivered": 1, "attempted": 1, "first_attempt": 1, "expected": 1, f"transit.0{number % 5}": 1}
            counts |= {"weighed": 1, "carbon_g": 400, "silence.01": 1} | ({"on_time": 1} if number % 10 else {"pitfall.delayed": 1})
            counts |= {"windowed": 1, "window_days": 3, "window_percent": 80} | ({"window_held": 1} if number % 6 else {})
            if number % 10 == 0:
                counts |= {"warned": 1, "late_watched": 1} | ({"warned_late": 1, "warning_days": 2} if number else {})
                counts |= {"warned_first": 1} if number % 20 == 10 else {}
            carrier, lane = ("gls", "ES-ES") if number < 60 else ("ups", "ES-FR")
            counted[made.merchant_id, 10_000 + week * 100 + number] = KeptTally(monday - timedelta(weeks=week), carrier, "", lane, counts)
    async with house.database.system() as tx:
        await tallies.replace(tx, counted)
    return made


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def test_the_page_says_how_good_the_shops_own_model_is(owner, house, shop):
    assert "Until 200 of your parcels have arrived" in (await owner.get("/desk/performance")).text
    good = Figures(150, 1.5, 4.0, 1.8, 0.81, 5.0, 0.8, 0.4)
    figures = msgspec.json.encode({"purchase": good, "handover": good}).decode()
    async with house.database.system() as tx:
        await tx.execute("insert into estimator (merchant_id, kept) values ($1, 260)", shop.merchant_id)
        await estimators.keep(tx, shop.merchant_id, b"", utc_now(), deliveries=250, figures=figures, fresh=0)
    page = (await owner.get("/desk/performance")).text
    assert "Trained on 250 of your own deliveries" in page
    assert "81%" in page


async def switch(client, *on):
    return await client.post("/desk/performance/settings", data={**client.csrf, "on": list(on)})


async def test_the_page_shows_figures_pictures_and_a_table(owner):
    page = (await owner.get("/desk/performance")).text
    assert "504" in page
    assert "88.9%" in page  # 448 of 504
    assert page.count("<svg class=") == 4
    for svg in page.split("<svg class=")[1:]:
        drawn = ET.fromstring("<svg class=" + svg.split("</svg>")[0] + "</svg>")
        assert drawn.get("role") == "img"
        named = drawn.get("aria-labelledby").split()
        assert [drawn.find("title").get("id"), drawn.find("desc").get("id")] == named
    assert "<style" not in page
    assert " style=" not in page
    assert 'scope="row"' in page


async def test_the_page_tells_how_reliable_our_own_estimates_are(owner):
    page = (await owner.get("/desk/performance")).text
    section = page.split('<h2 id="reliable">')[1].split("</section>")[0]
    assert "stated to hold 80% of the time" in section
    for share in ("416 of 504", "48 of 56", "24 of 48"):
        assert share in section
    assert section.count('class="mark"') == 1
    by_week = (await owner.get("/desk/performance", params={"by": "week", "carrier": "ups"})).text
    section = by_week.split('<h2 id="reliable">')[1].split("</section>")[0]
    assert section.count("2 of 3") == 8, "each week's three, of which one missed its window"
    assert "16 of 24" in section


async def test_where_we_estimated_nothing_the_page_says_from_when_on_we_do(owner, app, house):
    other = await fill(house.database, house.directory, f"perform{next(_MADE)}", "Without")
    today = utc_now().date()
    counted = {(other.merchant_id, 1): KeptTally(today - timedelta(days=today.weekday()), "gls", "", "", {"finished": 1, "delivered": 1})}
    async with house.database.system() as tx:
        await tallies.replace(tx, counted)
    theirs = await entered(app, other.owner)
    page = (await theirs.get("/desk/performance")).text
    assert "begins with 20 delivered parcels" in page
    assert 'class="mark"' not in page
    await theirs.aclose()


async def test_filters_narrow_and_what_does_not_fit_is_said(owner):
    page = (await owner.get("/desk/performance", params={"carrier": "ups", "by": "week"})).text
    assert "24 <span" in page
    wrong = await owner.get("/desk/performance", params={"from": "2026-12-01", "to": "2026-01-01"})
    assert wrong.status_code == 422
    for strange in ({"from": "yesterday"}, {"by": "merchant"}, {"to": "9999-12-31"}, {"from": "0001-01-01", "to": "0001-01-02"}):
        assert (await owner.get("/desk/performance", params=strange)).status_code in {200, 422}
    hostile = (await owner.get("/desk/performance", params={"carrier": "<script>"})).text
    assert "<script>" not in hostile


async def test_the_table_comes_as_a_file(owner):
    answer = await owner.get("/desk/performance.csv", params={"by": "lane"})
    lines = answer.text.splitlines()
    assert lines[0].startswith("lane,finished,delivered")
    assert lines[1].startswith("ES-ES,480,480,0,")
    assert lines[-1].startswith("whole,504,")
    named = dict(zip(lines[0].split(","), lines[-1].split(","), strict=True))
    assert {name: named[name] for name in ("window_held", "windowed", "window_chance", "window_mean_days")} == {
        "window_held": "416",
        "windowed": "504",
        "window_chance": "0.8",
        "window_mean_days": "3.0",
    }
    assert [named[name] for name in ("warnings_right", "warned", "late_foretold", "late_watched")] == ["48", "56", "48", "56"]
    assert (named["foretold_first"], named["warning_mean_days"]) == ("24", "2.0")


async def test_nothing_is_public_until_an_owner_says_so_and_not_after_it_is_taken_back(app, client, owner, shop):
    for path in _PUBLIC:
        assert (await client.get(f"/m/{shop.slug}/{path}")).status_code == 404
    member = await entered(app, shop.member)
    member.csrf = {"csrf": await csrf_of(member)}
    assert (await switch(member, "publish_performance")).status_code == 403
    assert (await switch(owner, "publish_performance")).status_code == 303
    for path in _PUBLIC:
        assert (await client.get(f"/m/{shop.slug}/{path}")).status_code == 200, path
        assert (await client.get(f"/m/nobody/{path}")).status_code == 404
    assert "delivery-performance.json" in (await owner.get("/desk/performance")).text
    await switch(owner)
    for path in _PUBLIC:
        assert (await client.get(f"/m/{shop.slug}/{path}")).status_code == 404
    await member.aclose()


async def test_what_is_public_is_signed_and_leaves_small_samples_out(client, owner, shop):
    await switch(owner, "publish_performance")
    answer = await client.get(f"/m/{shop.slug}/delivery-performance.json")
    keys = msgspec.convert((await client.get(f"/m/{shop.slug}/jwks.json")).json()["keys"], list[Jwk])
    assert verify(answer.content, answer.headers["x-jws-signature"], keys) == keys[0].kid
    alone = (await client.get(f"/m/{shop.slug}/delivery-performance.jws")).text
    assert verify(answer.content, alone, keys) == keys[0].kid
    told = answer.json()
    assert told["figures"]["sample"] == 440  # seven whole weeks: 441
    assert [one["key"] for one in told["by_carrier"]] == ["gls", "ups"]
    assert told["by_carrier"][1]["sample"] == 20
    assert told["issued_at"] < told["expires_at"]
    assert answer.headers["access-control-allow-origin"] == "*"
    markup = (await client.get(f"/m/{shop.slug}/delivery.jsonld")).json()
    assert [one["shippingDestination"]["addressCountry"] for one in markup["@graph"][1:]] == ["ES", "FR"]
    await switch(owner)
    await switch(owner, "publish_performance")
    assert (await client.get(f"/m/{shop.slug}/jwks.json")).json()["keys"] == [msgspec.to_builtins(key) for key in keys]


async def test_another_shops_figures_are_nowhere(app, client, owner, shop, house):
    stranger = await fill(house.database, house.directory, f"perform{next(_MADE)}", "Strangers")
    theirs = await entered(app, stranger.owner)
    theirs.csrf = {"csrf": await csrf_of(theirs)}
    assert "No shipment ended" in (await theirs.get("/desk/performance")).text
    assert (await theirs.get("/desk/performance.csv")).text.splitlines()[1].startswith("whole,0,")
    await switch(theirs, "publish_performance")
    told = (await client.get(f"/m/{stranger.slug}/delivery-performance.json")).json()
    assert (told["figures"], told["by_carrier"]) == (None, [])
    assert (await client.get(f"/m/{shop.slug}/delivery-performance.json")).status_code == 404
    await theirs.aclose()


async def test_customers_read_the_estimate_only_where_the_shop_wants_it(client, owner, shop):
    token = next(iter(shop.parcel_tokens.values()))
    assert "CO₂e" not in (await client.get(f"/t/{token}")).text
    await switch(owner, "show_carbon")
    assert (
        "about"
        in json.dumps([(await client.get(f"/t/{one}?lang=en")).text for one in shop.parcel_tokens.values()]).split("Footprint, estimated")[
            1
        ]
    )
    assert "Huella estimada" in (await client.get(f"/t/{token}?lang=es")).text


async def at_home(house, shop, host):
    async with house.database.system() as tx:
        await connections.set_host(tx, shop.merchant_id, host)
    await house.directory.refresh(house.database, utc_now(), force=True)


async def test_agents_find_the_figures_at_the_shops_own_host_and_by_its_slug_on_a_shared_one(app, client, owner, shop, house):
    host = f"parcels.{shop.slug}.example"
    await at_home(house, shop, host)
    asked = [(WELL_KNOWN, {"host": host}), (f"{WELL_KNOWN}/{shop.slug}", {}), (f"{WELL_KNOWN}/{shop.slug}", {"host": host})]
    for path, headers in asked:
        assert (await client.get(path, headers=headers)).status_code == 404, "nothing until an owner publishes"
    await switch(owner, "publish_performance")
    asked += [(WELL_KNOWN, {"host": f"{host.upper()}.:8443"})]
    found = [await client.get(path, headers=headers) for path, headers in asked]
    assert {answer.status_code for answer in found} == {200}
    assert len({answer.content for answer in found}) == 1
    told = found[0].json()
    assert told["kind"] == DIRECTORY_KIND
    assert told["merchant"]["slug"] == shop.slug
    assert found[0].headers["access-control-allow-origin"] == "*"
    places = {name: told[name].removeprefix(f"https://{host}") for name in ("figures", "signature", "jwks_uri", "schema_org", "method")}
    answers = {name: await client.get(path, headers={"host": host}) for name, path in places.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    keys = msgspec.convert(answers["jwks_uri"].json()["keys"], list[Jwk])
    assert answers["jwks_uri"].headers["content-type"].startswith("application/jwk-set+json")
    assert verify(answers["figures"].content, answers["signature"].text, keys)
    assert answers["figures"].json()["keys"] == told["jwks_uri"]
    page = (await owner.get("/desk/performance")).text
    assert f"https://{host}{WELL_KNOWN}" in page
    for path, headers in ((WELL_KNOWN, {"host": "elsewhere.example"}), (WELL_KNOWN, {}), (f"{WELL_KNOWN}/nobody", {"host": host})):
        assert (await client.get(path, headers=headers)).status_code == 404, "no merchant is guessed among several"
    await switch(owner)
    for path, headers in asked:
        assert (await client.get(path, headers=headers)).status_code == 404


async def test_without_a_host_of_its_own_a_shop_is_at_home_at_the_installations_address(client, owner, shop):
    await switch(owner, "publish_performance")
    told = (await client.get(f"{WELL_KNOWN}/{shop.slug}")).json()
    assert told["figures"] == f"{BASE}/m/{shop.slug}/delivery-performance.json"
    assert f"{BASE}{WELL_KNOWN}/{shop.slug}" in (await owner.get("/desk/performance")).text


async def test_pages_and_schema_org_lead_to_the_figures_only_where_they_are_published(client, owner, shop):
    pages = [f"/t/{next(iter(shop.parcel_tokens.values()))}", f"/o/{next(iter(shop.order_tokens.values()))}", f"/find/{shop.slug}"]
    link = f'<link rel="related" type="application/json" href="{WELL_KNOWN}/{shop.slug}">'
    for path in pages:
        assert "doorstep-delivery-performance" not in (await client.get(path)).text
    await switch(owner, "publish_performance")
    for path in pages:
        assert link in (await client.get(path)).text
    store = (await client.get(f"/m/{shop.slug}/delivery.jsonld")).json()["@graph"][0]
    assert store["subjectOf"]["@type"] == "Dataset"
    assert store["subjectOf"]["distribution"]["contentUrl"] == f"{BASE}/m/{shop.slug}/delivery-performance.json"


async def signed_now(client, shop):
    """What is published now: the bytes, their signature, the keys."""
    answer = await client.get(f"/m/{shop.slug}/delivery-performance.json")
    keys = msgspec.convert((await client.get(f"/m/{shop.slug}/jwks.json")).json()["keys"], list[Jwk])
    return answer.content, answer.headers["x-jws-signature"], keys


async def age(house, shop):
    """Let ten minutes pass for the keys there are."""
    async with house.database.system() as tx:
        await tx.execute("update signing_key set made_at = made_at - interval '11 minutes' where merchant_id = $1", shop.merchant_id)


async def test_a_new_key_signs_once_everybody_can_know_it_and_the_old_one_verifies_until_it_is_withdrawn(app, client, owner, shop, house):
    await switch(owner, "publish_performance")
    content, by_old, (old,) = await signed_now(client, shop)
    await age(house, shop)
    assert (await owner.post("/desk/performance/keys", data=owner.csrf)).status_code == 303
    again, signature, keys = await signed_now(client, shop)
    new = next(key for key in keys if key.kid != old.kid)
    assert len(keys) == 2
    assert verify(again, signature, keys) == old.kid, "copies of the list may not have the new one yet"
    assert "signs from" in (await owner.get("/desk/performance")).text
    await age(house, shop)
    again, by_new, keys = await signed_now(client, shop)
    assert verify(again, by_new, keys) == new.kid
    assert verify(content, by_old, keys) == old.kid
    assert (await owner.post(f"/desk/performance/keys/{old.kid}/withdraw", data=owner.csrf)).status_code == 303
    again, by_new, keys = await signed_now(client, shop)
    assert keys == [new]
    assert verify(again, by_new, keys) == new.kid
    with pytest.raises(BadSignatureError):
        verify(content, by_old, keys)
    async with house.database.system() as tx:
        kept = await tx.fetchval("select secret from signing_key where merchant_id = $1 and key_id = $2", shop.merchant_id, old.kid)
    assert kept == b"", "a withdrawn key's secret is forgotten"
    changes = (await owner.get("/desk/changes")).text
    for done in ("Make signing key", "Withdraw signing key", old.kid, new.kid):
        assert done in changes or done.replace(" ", "_").lower() in changes


async def test_where_the_last_key_leaked_another_signs_at_once(client, owner, shop):
    await switch(owner, "publish_performance")
    content, leaked, (old,) = await signed_now(client, shop)
    await owner.post(f"/desk/performance/keys/{old.kid}/withdraw", data=owner.csrf)
    again, signature, (new,) = await signed_now(client, shop)
    assert new.kid != old.kid
    assert verify(again, signature, [new]) == new.kid
    with pytest.raises(BadSignatureError):
        verify(content, leaked, [new])
    assert (await owner.post(f"/desk/performance/keys/{old.kid}/withdraw", data=owner.csrf)).status_code == 404
    assert "withdrawn" in (await owner.get("/desk/performance")).text


async def test_only_an_owner_of_the_shop_makes_and_withdraws_its_keys(app, client, owner, shop, house):
    await switch(owner, "publish_performance")
    _, _, keys = await signed_now(client, shop)
    stranger = await fill(house.database, house.directory, f"perform{next(_MADE)}", "Strangers")
    for who, status in ((shop.member, 403), (stranger.owner, 404)):
        other = await entered(app, who)
        csrf = {"csrf": await csrf_of(other)}
        assert (await other.post(f"/desk/performance/keys/{keys[0].kid}/withdraw", data=csrf)).status_code == status
        page = (await other.get("/desk/performance")).text
        assert "Make a new key" not in page
        assert (keys[0].kid in page) == (who == shop.member)
        await other.aclose()
    for path in ("/desk/performance/keys", f"/desk/performance/keys/{keys[0].kid}/withdraw"):
        assert (await client.post(path)).headers["location"] == "/desk/login"
    assert (await signed_now(client, shop))[2] == keys
