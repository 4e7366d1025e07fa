"""What comes back, at the desk and by the API's own step: shown, filtered, written out; never another shop's."""

import csv
import io
import itertools
from datetime import timedelta

import pytest
from desk_clients import entered
from page_shops import PASSWORD, fill

from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, Remedy
from doorstep.domain.money import Money
from doorstep.steps.work import utc_now
from doorstep.store import access, cases, confirmations, orders

_MADE = itertools.count()
LINE = CaseLine(line_id="1", quantity=2, name="=Lamp", product_id="lamp", variant_id="lamp-1", reason="taste.colour", comment="Too <green>")


@pytest.fixture
async def shop(house):
    """A shop with a return, an exchange after an offer, and a claim of today."""
    made = await fill(house.database, house.directory, f"returns{next(_MADE)}", "Back & <Co>")
    now = utc_now()
    async with house.database.for_merchant(made.merchant_id) as tx:
        [kept] = await orders.page(tx, made.merchant_id, most=1)
        common = {"action": ActionKind.OPEN_RETURN, "order_id": kept.order_id, "lines": (LINE,), "state": CaseState.CLOSED}
        for number, parts in enumerate(
            (
                {"kind": CaseKind.RETURN, "remedy": Remedy.REFUND, "refund": Money(1780, "EUR"), "decided_by": "policy"},
                {"kind": CaseKind.EXCHANGE, "remedy": Remedy.EXCHANGE, "offer": "right_size", "offer_taken": True},
                {"kind": CaseKind.CLAIM, "claim": ClaimKind.DAMAGED},
            )
        ):
            await cases.open_case(tx, made.merchant_id, Case(rma=f"R-{number}", **common | parts), f"test {number}", None, now)
        await confirmations.count_refusals(tx, made.merchant_id, {("open_return", "window"): 4}, now.date())
    return made


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    yield client
    await client.aclose()


async def test_the_page_says_why_goods_come_back(owner):
    page = (await owner.get("/desk/returns")).text
    assert "taste: colour" in page
    assert "Too &lt;green&gt;" in page
    assert '<a href="/desk/cases/' in page
    assert "17.80" in page
    assert "Right size" in page
    assert "100.0%" in page
    assert "Damaged" in page
    assert "Refused at once" in page


async def test_weeks_without_returns_say_so(owner):
    before = (utc_now() - timedelta(days=200)).date()
    page = (await owner.get(f"/desk/returns?from={before}&to={before}")).text
    assert "Nothing was asked to go back in these weeks." in page


@pytest.mark.parametrize("asked", ["from=x", "from=2026-02-02&to=2026-01-01", "from=2020-01-01&to=2026-01-01"])
async def test_a_span_that_does_not_fit_is_said_and_the_usual_shown(owner, asked):
    answer = await owner.get(f"/desk/returns?{asked}")
    assert answer.status_code == 422
    assert "taste: colour" in answer.text


async def test_words_are_shown_of_one_product_alone(owner):
    assert "Too &lt;green&gt;" in (await owner.get("/desk/returns?product=lamp")).text
    assert "Nobody wrote anything." in (await owner.get("/desk/returns?product=blanket")).text


async def test_the_table_is_written_out_and_no_cell_is_run(owner):
    answer = await owner.get("/desk/returns.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    [head, row] = csv.reader(io.StringIO(answer.text))
    assert dict(zip(head, row, strict=True)) | {"from": "", "to": "", "units_arrived": ""} == {
        "product": "lamp",
        "variant": "lamp-1",
        "name": "'=Lamp",
        "options": "",
        "reason": "taste.colour",
        "units_back": "4",
        "units_arrived": "",
        "requests": "2",
        "from": "",
        "to": "",
    }


async def test_weeks_with_more_than_can_be_counted_give_way_to_the_last(owner, monkeypatch):
    monkeypatch.setattr("doorstep.steps.why_returned.MOST_REQUESTS", 2)
    week = await owner.get(f"/desk/returns?from={utc_now().date()}")
    assert week.status_code == 400
    monkeypatch.setattr("doorstep.steps.why_returned.MOST_REQUESTS", 3)
    assert (await owner.get("/desk/returns")).status_code == 200
    monkeypatch.setattr("doorstep.steps.why_returned.MOST_REQUESTS", 2)
    assert (await owner.get("/desk/returns")).status_code == 400


async def test_marketing_sees_figures_and_no_customers_words(app, house, shop):
    email = f"marketing@{shop.slug}.example"
    async with house.database.system() as tx:
        await access.add_user(tx, shop.merchant_id, email, PASSWORD, "marketing")
    client = await entered(app, email)
    page = (await client.get("/desk/returns")).text
    assert "taste: colour" in page
    assert "green" not in page
    await client.aclose()


async def test_nothing_of_another_shop_is_shown(app, theirs, shop):
    stranger = await entered(app, theirs.owner)
    for address in ("/desk/returns", "/desk/returns.csv", "/desk/returns?product=lamp"):
        assert "Lamp" not in (await stranger.get(address)).text.replace("Table lamp", "")
    await stranger.aclose()
