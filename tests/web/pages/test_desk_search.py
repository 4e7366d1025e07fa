"""The desk's search: by the beginning of a number or an address, through an index, among the merchant's own rows only."""

import pytest
from desk_clients import entered
from hypothesis import given
from hypothesis import strategies as st

from doorstep.store import desk

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@given(TEXTS, TEXTS)
def test_a_span_holds_what_begins_so_and_nothing_else(beginning, other):
    start, end = desk.span(beginning)
    end.encode()  # half a sign would be refused by the database
    for text in (beginning, beginning + other, other):
        lies_within = start.encode() <= text.encode() < end.encode()
        if len(beginning) < 3 or not beginning.rstrip("\U0010ffff"):
            assert not lies_within or text.startswith(beginning)
        else:
            assert lies_within == text.startswith(beginning)
    assert beginning == "" or start.encode() <= beginning.encode() < end.encode()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("A1001LOOM", {"A1001LOOM"}),
        ("a1001", {"A1001LOOM"}),
        ("a10", {"A1001LOOM", "A1002LOOM", "A1004LOOM", "A1005LOOM", "A1006LOOM", "A1007LOOM", "A1009LOOM"}),
        ("#loom-1002", {"A1002LOOM", "B1002LOOM"}),
        ("LOOM-1002", {"A1002LOOM", "B1002LOOM"}),
        ("loom 100", {"A1001LOOM", "A1002LOOM", "B1002LOOM", "A1004LOOM", "A1005LOOM", "A1006LOOM", "A1007LOOM", "A1009LOOM"}),
        ("Loom-1005@MAIL.example", {"A1005LOOM"}),
        ("loom-1005@", {"A1005LOOM"}),
        ("oom-1005", set()),
        ("A", set()),
        ("%", set()),
        ("a____", set()),
    ],
)
async def test_a_beginning_of_a_number_or_an_address_finds_it(house, ours, words, found):
    async with house.database.for_merchant(ours.merchant_id) as tx:
        rows = await desk.search(tx, ours.merchant_id, words)
    assert {row["tracking_number"] for row in rows} == found


async def test_a_whole_number_stands_before_longer_ones(house, ours):
    async with house.database.for_merchant(ours.merchant_id) as tx:
        await tx.execute(
            "insert into orders (merchant_id, connection_id, external_id, number, number_key, token, email, document) "
            "values ($1, 1, 'long', '#loom-1003-99', 'LOOM100399', 'token-of-a-long-one', 'x@mail.example', $2::json)",
            ours.merchant_id,
            '{"external_id": "long", "number": "#loom-1003-99"}',
        )
        rows = await desk.search_bare(tx, ours.merchant_id, "loom-1003")
        await tx.execute("delete from orders where merchant_id = $1 and external_id = 'long'", ours.merchant_id)
    assert [row["number"] for row in rows] == ["#loom-1003", "#loom-1003-99"]


async def test_another_merchants_rows_are_never_found(app, house, ours, theirs):
    stranger = await entered(app, theirs.owner)
    for words in ("A1001LOOM", "a1001l", "loom", "loom-1001@mail.example", "loom-1003"):
        text = (await stranger.get("/desk/shipments", params={"q": words})).text
        assert "No number or address begins so" in text
        assert "/desk/orders/" not in text
    async with house.database.system() as tx:  # not only row-level security keeps them apart
        assert not await desk.search(tx, theirs.merchant_id, "loom")
        assert not await desk.search_bare(tx, theirs.merchant_id, "loom")
    await stranger.aclose()


async def test_the_page_shows_what_a_beginning_finds(app, house, ours):
    owner = await entered(app, ours.owner)
    text = (await owner.get("/desk/shipments", params={"q": "loom-100"})).text
    assert "10 found" in text
    assert "Orders without a shipment" in text
    assert "#loom-1003" in text
    await owner.aclose()


async def test_the_search_goes_through_indexes_where_there_are_many_rows(house, ours):
    async with house.database.for_merchant(ours.merchant_id) as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = await tx.fetch("explain " + desk._SEARCH, ours.merchant_id, *desk.span("A10"), *desk.span("A10"), *desk.span("a10"), 100)
    text = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in text
    for index in ("leg_pkey", "orders_number", "orders_of_email"):
        assert index in text
    assert text.count("number_key >= ") == 1  # in the index's condition, not in a filter behind it
    assert "Filter: ((number_key" not in text
