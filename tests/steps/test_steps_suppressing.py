"""A CSV of suppressions → the good lines taken and counted, each bad one named by its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps_shop import NOON, Shop, open_shop

from doorstep.errors import BadInputError
from doorstep.steps.suppressing import Imported, import_suppressions, rows_of
from doorstep.store import recipients
from doorstep.store.database import Database

FILE = (
    b"\xef\xbb\xbfchannel,address,reason,purpose\r\n"
    b"email,Ana@Customer.example,bounced\r\n"
    b"sms,+34 612 345 678,stop,\r\n"
    b"\r\n"
    b"fax,1234,bounced\r\n"
    b"sms,ana@customer.example,stop\r\n"
    b"email,bob@customer.example,disliked\r\n"
    b"email,cy@customer.example,,marketing\r\n"
    b"email,di@customer.example,stop,everything\r\n"
    b"email,\x00@customer.example,stop\r\n"
)


async def take(shop: Shop, content: bytes) -> Imported:
    async with shop.database.system() as tx:
        return await import_suppressions(tx, shop.merchant_id, rows_of(content), NOON)


async def kept(shop: Shop) -> set[tuple[str, str, str | None, str]]:
    async with shop.database.system() as tx:
        return {(s.channel, s.address, s.purpose, s.reason) for s in await recipients.suppressions(tx, shop.merchant_id)}


async def test_good_lines_are_taken_and_bad_ones_named(database: Database, shop: Shop) -> None:
    done = await take(shop, FILE)
    assert (done.taken, done.new) == (3, 3)
    assert [(one.line, one.why.partition(":")[0]) for one in done.bad] == [
        (5, "channel"),
        (6, "address"),
        (7, "reason"),
        (9, "purpose"),
        (10, "it holds signs that cannot be printed"),
    ]
    theirs = {
        ("email", "ana@customer.example", None, "bounced"),
        ("sms", "+34612345678", None, "stop"),
        ("email", "cy@customer.example", "marketing", "imported"),
    }
    assert await kept(shop) == theirs
    again = await take(shop, FILE + b"email,Ana@Customer.example,complained\n")
    assert (again.taken, again.new) == (4, 0)
    assert await kept(shop) == theirs  # what stands is left as it is
    other = await open_shop(database)
    assert await kept(other) == set()


@pytest.mark.parametrize(
    "content",
    [
        b"email;a@b.example;stop",
        b"address,channel\na@b.example,email",
        b"reason;address;channel\nstop;A@B.example;EMAIL\n",
        b"email,a@b.example",
    ],
)
async def test_columns_may_stand_in_another_order_behind_semicolons_and_without_a_head(shop: Shop, content: bytes) -> None:
    assert (await take(shop, content)).taken == 1
    assert {address for _, address, _, _ in await kept(shop)} == {"a@b.example"}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 2_000_001, b"email,a@b.example\n" * 20_001])
def test_what_is_no_such_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BadInputError):
        rows_of(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        rows = rows_of(content)
    except BadInputError:
        return
    assert all(line > 0 for line, _ in rows)
