"""Delivery performance at the desk and for the public: shown, filtered, written out, switched on; never another shop's."""

import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import msgspec
import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.insights.signing import Jwk, verify
from doorstep.steps.work import utc_now
from doorstep.store import estimators, tallies
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
            carrier, lane = ("gls", "ES-ES") if number < 60 else ("ups", "ES-FR")
            counted[made.merchant_id, 10_000 + week * 100 + number] = KeptTally(monday - timedelta(weeks=week), carrier, "", lane, counts)
    async with house.database.system() as tx:
        await tallies.replace(tx, counted)
    yield made
    await house.database.close()


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
    assert page.count("<svg class=") == 3
    for svg in page.split("<svg class=")[1:]:
        drawn = ET.fromstring("<svg class=" + svg.split("</svg>")[0] + "</svg>")
        assert drawn.get("role") == "img"
        named = drawn.get("aria-labelledby").split()
        assert [drawn.find("title").get("id"), drawn.find("desc").get("id")] == named
    assert "<style" not in page
    assert " style=" not in page
    assert 'scope="row"' in page


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
