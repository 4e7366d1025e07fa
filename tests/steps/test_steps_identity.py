"""Who asks: what counts as knowing, codes that open what stands on file and nothing else, and the same answer to whoever fits nothing."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from steps_shop import EMAIL, NOON, TWILIO, Shop, open_shop, order

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.messages import Suppression
from doorstep.domain.orders import Customer
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps import customer_sessions, identity
from doorstep.steps.directory import Directory
from doorstep.steps.identity import LATELY, MINUTES, MOST_A_DAY, MOST_LATELY, MOST_TRIES, Proof, Told, read_told
from doorstep.steps.last_look import last_look
from doorstep.store import conversations, message_lists, recipients
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

BOTH = {"email": EMAIL, "twilio": TWILIO}
MADRID = Address(name="José Prats", city="Madrid", postcode="28004", country="ES")
MINUTE = timedelta(minutes=1)


async def filled(database: Database, **more: Any) -> Shop:
    """A shop with two orders of Ana's and one of Ben's, who lives next door."""
    shop = await open_shop(database, channels=BOTH, **more)
    ana = {"phone": "+34600000001", "ship_to": MADRID}
    ben = Customer(first_name="Ben", last_name="Okafor", email="ben@customer.example", phone="+34600000002")
    facts = [
        order("1001", **ana),
        order("1002", **ana),
        order("2001", customer=ben, ship_to=Address(name="Ben Okafor", postcode="28004", country="ES")),
    ]
    await shop.arrive(facts=facts)
    return shop


def tenant(shop: Shop) -> Any:
    return shop.directory.tenant(shop.merchant_id)


async def knows(shop: Shop, **typed: str) -> Proof | None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await identity.knows(tx, tenant(shop), read_told(**typed), NOON)


_TICKS = iter(range(1_000_000))


async def send(shop: Shop, told: Told, at: Any = None, **more: str) -> str | None:
    """Ask for a code, each a moment after the one before; return what it is handed in with."""
    at = at or NOON + timedelta(milliseconds=next(_TICKS))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        sent = await identity.send_code(tx, shop.directory, tenant(shop), told, at, **more)
    return sent.handle if sent else None


async def sent_to(shop: Shop) -> list[tuple[str, str, str]]:
    """(channel, address, code) of every code that left, oldest first."""
    rows = await shop.rows(
        "select channel, recipient, text from message where merchant_id = $1 and template = 'one_time_code' order by created_at, message_id",
        shop.merchant_id,
    )
    return [(row["channel"], row["recipient"], re.search(r"[0-9]{6}", row["text"])[0]) for row in rows]


async def check(shop: Shop, handle: str | None, code: str, at: Any = NOON) -> Proof | None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await identity.check_code(tx, shop.directory.sealer, shop.merchant_id, handle or "", code, at)


async def asker(shop: Shop, proof: Proof | None) -> Asker | None:
    assert proof is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await identity.asker_of(tx, shop.merchant_id, proof)


async def numbers(shop: Shop, who: Asker | None) -> list[str]:
    """The orders that somebody reaches."""
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return [] if who is None else [one.order.number for one in await identity.orders_of(tx, shop.merchant_id, who)]


def other(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "#1001", "email": " ANA@Customer.example "},
        {"number": "1001", "name": "jose prats", "postcode": "28 004"},
        {"number": "1001", "name": "PRATS, José", "postcode": "28004"},
    ],
)
async def test_what_only_its_customer_knows_opens_one_order_and_no_more(database: Database, typed: dict[str, str]) -> None:
    shop = await filled(database)
    proof = await knows(shop, **typed)
    who = await asker(shop, proof)
    assert who is not None
    assert who.assurance is Assurance.KNOWLEDGE
    assert await numbers(shop, who) == ["#1001"]
    assert (who.email, who.phone, who.customer) == ("", "", "")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"number": "1001"},
        {"email": "ana@customer.example"},
        {"number": "1001", "email": "ben@customer.example"},
        {"number": "9999", "email": "ana@customer.example"},
        {"number": "1001", "name": "José Prats"},
        {"number": "1001", "postcode": "28004"},
        {"number": "1001", "name": "Ben Okafor", "postcode": "28004"},
        {"number": "1001", "name": "José Prats", "postcode": "28005"},
        {"number": "1001", "email": "ben@customer.example", "name": "José Prats", "postcode": "28004"},
        {"name": "José Prats", "postcode": "28004"},
    ],
)
async def test_anything_less_opens_nothing(database: Database, typed: dict[str, str]) -> None:
    assert await knows(await filled(database), **typed) is None


async def test_name_and_post_code_alone_count_only_where_the_merchant_says_so(database: Database) -> None:
    shop = await filled(database, settings={"identity": {"name_and_postcode": True}})
    assert await numbers(shop, await asker(shop, await knows(shop, name="Jose Prats", postcode="28004"))) == ["#1002", "#1001"]
    assert await knows(shop, name="Jose Prats", postcode="28005") is None
    await shop.arrive(facts=[order("3001", email="other.jose@customer.example", ship_to=MADRID)])
    assert await knows(shop, name="Jose Prats", postcode="28004") is None  # two people of one name and one post code: nobody is guessed


async def test_a_code_goes_to_the_address_on_file_and_opens_all_that_stands_on_it(database: Database) -> None:
    shop = await filled(database)
    handle = await send(shop, read_told(email="ANA@customer.example"))
    ((channel, to, code),) = await sent_to(shop)
    assert (channel, to) == ("email", "ana@customer.example")
    who = await asker(shop, await check(shop, handle, f" {code[:3]} {code[3:]} "))
    assert who is not None
    assert (who.assurance, who.email) == (Assurance.CODE, "ana@customer.example")
    assert await numbers(shop, who) == ["#1002", "#1001"]


@pytest.mark.parametrize(
    ("told", "by", "to"),
    [
        (read_told(phone="600 000 001", country="ES"), "", ("sms", "+34600000001")),
        (read_told(name="jose prats", postcode="28004"), "", ("email", "ana@customer.example")),
        (read_told(name="jose prats", postcode="28004"), "phone", ("sms", "+34600000001")),
        (read_told(email="ana@customer.example"), "phone", ("email", "ana@customer.example")),
    ],
)
async def test_a_code_goes_by_mail_or_text_never_to_what_the_asker_chooses(
    database: Database, told: Told, by: str, to: tuple[str, str]
) -> None:
    shop = await filled(database)
    await send(shop, told, by=by)
    ((channel, address, _),) = await sent_to(shop)
    assert (channel, address) == to


async def test_whoever_fits_nothing_gets_the_same_answer_and_no_code_opens_anything(database: Database) -> None:
    shop = await filled(database)
    for told in (
        read_told(email="nobody@customer.example"),
        read_told(phone="+34699999999"),
        read_told(name="Nobody Atall", postcode="28004"),
        read_told(name="Jose Prats", postcode="99999"),
    ):
        known, unknown = await send(shop, read_told(email="ben@customer.example"), by="email"), await send(shop, told)
        assert known is not None
        assert unknown is not None
        assert len(known) == len(unknown)
        (row,) = await shop.rows(
            "select kind, address, expires_at from one_time_code where merchant_id = $1 order by code_id desc limit 1", shop.merchant_id
        )
        assert (row["kind"], row["address"]) == (None, None)
        for code in ("000000", "", "123456"):
            assert await check(shop, unknown, code) is None
        await shop.rows("delete from one_time_code where merchant_id = $1", shop.merchant_id)
    assert {to for _, to, _ in await sent_to(shop)} == {"ben@customer.example"}


async def test_a_code_works_once_and_ends_all_others_of_its_address(database: Database) -> None:
    shop = await filled(database)
    first, second = await send(shop, read_told(email="ana@customer.example")), await send(shop, read_told(email="ana@customer.example"))
    (_, _, one), (_, _, two) = await sent_to(shop)
    assert await check(shop, first, one) is not None
    assert await check(shop, first, one) is None
    assert await check(shop, second, two) is None


async def test_a_code_lives_ten_minutes(database: Database) -> None:
    shop = await filled(database)
    told, second = read_told(email="ana@customer.example"), timedelta(seconds=1)
    handles = [await send(shop, told, NOON), await send(shop, told, NOON + second)]
    (_, _, one), (_, _, two) = await sent_to(shop)
    assert await check(shop, handles[0], one, NOON + timedelta(minutes=MINUTES)) is None
    assert await check(shop, handles[1], two, NOON + timedelta(minutes=MINUTES)) is not None


async def test_five_wrong_tries_end_a_code_also_when_they_come_at_once(database: Database) -> None:
    shop = await filled(database)
    handles = [await send(shop, read_told(email="ana@customer.example")) for _ in range(2)]
    (_, _, one), (_, _, two) = await sent_to(shop)
    assert await asyncio.gather(*(check(shop, handles[1], other(two)) for _ in range(40))) == [None] * 40
    assert await check(shop, handles[1], two) is None
    rows = await shop.rows("select max(tries) as most from one_time_code where merchant_id = $1", shop.merchant_id)
    assert rows == [{"most": MOST_TRIES}]
    for _ in range(MOST_TRIES - 1):
        assert await check(shop, handles[0], other(one)) is None
    assert await check(shop, handles[0], one) is not None


async def test_guessing_a_code_opens_nothing_in_any_number_of_tries_that_are_let_through(database: Database) -> None:
    shop = await filled(database)
    tried = 0
    for _ in range(20):
        handle = await send(shop, read_told(email="ana@customer.example"))
        for guess in range(10):
            assert await check(shop, handle, f"{guess:06}") is None
            tried += 1
    left = await shop.rows("select sum(tries)::int as tries from one_time_code where merchant_id = $1", shop.merchant_id)
    assert tried == 200
    assert left == [{"tries": MOST_LATELY * MOST_TRIES}]


async def test_a_code_of_one_person_handed_in_for_another_opens_nothing(database: Database) -> None:
    shop = await filled(database)
    ana = await send(shop, read_told(email="ana@customer.example"))
    ben = await send(shop, read_told(email="ben@customer.example"))
    (_, _, for_ana), (_, _, for_ben) = await sent_to(shop)
    if for_ana != for_ben:
        assert await check(shop, ana, for_ben) is None
        assert await check(shop, ben, for_ana) is None
    assert await numbers(shop, await asker(shop, await check(shop, ben, for_ben))) == ["#2001"]


async def test_a_code_of_one_shop_opens_nothing_at_another(database: Database) -> None:
    shop = await filled(database)
    stranger = await filled(database)
    handle = await send(shop, read_told(email="ana@customer.example"))
    ((_, _, code),) = await sent_to(shop)
    assert await check(stranger, handle, code) is None
    assert await check(shop, handle, code) is not None


async def test_nobody_is_sent_codes_without_end_whichever_way_they_are_asked_for(database: Database) -> None:
    shop = await filled(database)
    ways = [read_told(email="ana@customer.example"), read_told(name="Jose Prats", postcode="28004")]
    asked = [await send(shop, told, by="email") for told in ways for _ in range(MOST_LATELY)]
    assert None not in asked  # whoever asks is told nothing of what others asked
    assert await send(shop, ways[0]) is None  # but of what they asked themselves
    assert len([to for _, to, _ in await sent_to(shop) if "@" in to]) == MOST_LATELY
    at = NOON
    for _ in range(20):
        at += LATELY
        await send(shop, ways[0], at)
    assert len([to for _, to, _ in await sent_to(shop) if "@" in to]) <= MOST_A_DAY
    assert await send(shop, ways[0], NOON + timedelta(days=2)) is not None


async def test_of_those_who_ask_at_once_for_one_person_no_more_are_let_through(database: Database) -> None:
    shop = await filled(database)
    asked = await asyncio.gather(*(send(shop, read_told(email="ana@customer.example")) for _ in range(12)))
    assert len([one for one in asked if one]) == MOST_LATELY
    unknown = await asyncio.gather(*(send(shop, read_told(email="nobody@customer.example")) for _ in range(12)))
    assert len([one for one in unknown if one]) == MOST_LATELY  # the limit does not tell who exists


async def test_a_former_owner_of_an_address_reaches_nothing_any_more(database: Database) -> None:
    shop = await filled(database)
    handle = await send(shop, read_told(email="ben@customer.example"))
    ((_, _, code),) = await sent_to(shop)
    knew = await knows(shop, number="2001", email="ben@customer.example")
    moved = Customer(first_name="Ben", last_name="Okafor", email="ben.new@customer.example", phone="+34600000002")
    later = NOON + MINUTE
    await shop.arrive(facts=[order("2001", customer=moved, updated_at=later)], now=later)
    assert await numbers(shop, await asker(shop, await check(shop, handle, code, later))) == []
    assert await asker(shop, knew) is None
    assert await send(shop, read_told(email="ben@customer.example"), later) is not None
    assert len(await sent_to(shop)) == 1


async def test_a_suppressed_address_gets_no_code_and_the_asker_learns_nothing_of_it(database: Database) -> None:
    shop = await filled(database)
    stopped = Suppression(channel=ChannelKind.SMS, address="+34600000001", purpose=None, reason="stop", at=NOON)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await recipients.suppress(tx, shop.merchant_id, stopped)
    assert await send(shop, read_told(phone="+34600000001")) is not None
    assert await sent_to(shop) == []


async def test_a_text_names_our_own_host_for_the_telephone_whatever_the_request_calls_itself(database: Database) -> None:
    shop = await filled(database)
    told = read_told(phone="+34600000001")
    await send(shop, told, host="evil.example")
    (row,) = await shop.rows("select text from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    code = re.search(r"[0-9]{6}", row["text"])[0]
    assert row["text"].splitlines()[-1] == f"@doorstep.example #{code}"
    assert "evil" not in row["text"]


async def test_an_insecure_page_is_bound_to_no_host(database: Database) -> None:
    shop = await filled(database, directory=Directory(Sealer(b"k" * 32), "http://127.0.0.1:8000"))
    await send(shop, read_told(phone="+34600000001"))
    (row,) = await shop.rows("select text from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    assert "@" not in row["text"]


async def test_a_curious_agent_reads_no_code_at_the_desk(database: Database) -> None:
    shop = await filled(database)
    await send(shop, read_told(email="ana@customer.example"))
    ((_, to, code),) = await sent_to(shop)
    (row,) = await shop.rows(
        "select message_id, subject from message where merchant_id = $1 and template = 'one_time_code'", shop.merchant_id
    )
    assert code not in row["subject"]
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        found = await message_lists.one(tx, shop.merchant_id, row["message_id"])
        told = await conversations.told(tx, shop.merchant_id, "email", to, NOON - MINUTE, 10)
    assert found is not None
    assert code not in found[0]["text"]
    assert "••••••" in found[0]["text"]
    assert all(code not in one["text"] for one in told)
    leased = await shop.lease(NOON + MINUTE, 50)
    assert any(code in one.message.content.text for one in leased)  # the customer reads it


async def test_no_code_stands_in_the_database_but_in_its_message(database: Database) -> None:
    shop = await filled(database)
    await send(shop, read_told(email="ana@customer.example"))
    ((_, _, code),) = await sent_to(shop)
    (row,) = await shop.rows("select * from one_time_code where merchant_id = $1", shop.merchant_id)
    assert code.encode() not in row["code_hash"]
    assert all(
        code not in str(value)
        for key, value in row.items()
        if key not in {"code_id", "made_at", "expires_at", "person", "code_hash", "handle_hash"}
    )


async def session(shop: Shop, proof: Proof, at: Any = NOON, before: str = "") -> str:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await customer_sessions.begin(tx, shop.directory.sealer, shop.merchant_id, proof, before, at)


async def opened(shop: Shop, cookie: str, at: Any = NOON) -> Proof | None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await customer_sessions.read(tx, shop.directory.sealer, shop.merchant_id, cookie, at)


async def test_a_session_lives_while_it_is_used_and_half_a_day_at_most(database: Database) -> None:
    shop = await filled(database)
    proof = Proof(assurance=Assurance.CODE, kind="email", value="ana@customer.example", at=NOON)
    cookie = await session(shop, proof)
    assert await opened(shop, cookie) == proof
    assert await opened(shop, cookie, NOON + 29 * MINUTE) == proof
    assert await opened(shop, cookie, NOON + 58 * MINUTE) == proof
    assert await opened(shop, cookie, NOON + 89 * MINUTE) is None
    cookie, at = await session(shop, proof), NOON
    while at < NOON + timedelta(hours=12) - 20 * MINUTE:
        at += 20 * MINUTE
        assert await opened(shop, cookie, at) == proof or at >= NOON + timedelta(hours=12)
    assert await opened(shop, cookie, NOON + timedelta(hours=12)) is None


async def test_another_proof_takes_the_place_of_a_session_and_signing_out_ends_its_copies(database: Database) -> None:
    shop = await filled(database)
    ana = Proof(assurance=Assurance.CODE, kind="email", value="ana@customer.example", at=NOON)
    ben = msgspec.structs.replace(ana, value="ben@customer.example")
    first = await session(shop, ana)
    second = await session(shop, ben, before=first)
    assert await opened(shop, first) is None
    assert await opened(shop, second) == ben
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await customer_sessions.end(tx, shop.directory.sealer, shop.merchant_id, second)
    assert await opened(shop, second) is None


async def test_a_cookie_of_another_shop_or_of_ones_own_making_is_none(database: Database) -> None:
    shop, stranger = await filled(database), await filled(database)
    proof = Proof(assurance=Assurance.CODE, kind="email", value="ana@customer.example", at=NOON)
    cookie = await session(shop, proof)
    assert await opened(stranger, cookie) is None
    sealer = shop.directory.sealer
    for made in (
        "",
        "x",
        "A" * 200,
        sealer.token("asker", str(shop.merchant_id)),
        sealer.token("mail", str(shop.merchant_id), "a@b", "en"),
    ):
        assert await opened(shop, made) is None
    forged = Sealer(b"f" * 32).token(*sealer.read_token(cookie))
    assert await opened(shop, forged) is None


async def test_a_link_opens_its_order_and_nothing_else_of_its_customer(database: Database) -> None:
    shop = await filled(database)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        mine = (await identity.orders_of(tx, shop.merchant_id, Asker(email="ana@customer.example")))[0]
    who = identity.by_link(mine)
    assert who.assurance is Assurance.LINK
    assert await numbers(shop, who) == [mine.order.number]
    assert identity.reaches(who, mine)
    assert not identity.reaches(Asker(email="ben@customer.example"), mine)
    assert not identity.reaches(Asker(), msgspec.structs.replace(mine, order=msgspec.structs.replace(mine.order, customer=Customer())))


@pytest.mark.parametrize(
    ("address", "shown"),
    [("maria@shop.example", "m…a@….example"), ("ab@x.example", "a…@….example"), ("+34600000067", "+…67"), ("", "+…")],
)
def test_an_address_is_shown_to_its_owner_alone(address: str, shown: str) -> None:
    assert identity.hint_of(address) == shown


async def test_a_code_leaves_before_whatever_waits_and_at_night(database: Database) -> None:
    shop = await filled(database)
    waiting = await shop.rows("select count(*)::int as waiting from outbox where merchant_id = $1", shop.merchant_id)
    assert waiting[0]["waiting"] > 0
    night = NOON.replace(hour=2) + timedelta(days=1)
    await send(shop, read_told(email="ana@customer.example"), NOON + MINUTE)
    await send(shop, read_told(phone="+34600000001"), night)
    (first, *_) = await shop.lease(NOON + 2 * MINUTE, 1)
    assert first.template == "one_time_code"
    leased = await shop.lease(night, 50)
    async with shop.database.system() as tx:
        leaving = await last_look(tx, shop.directory, leased, night)
    assert [one.message.to for one in leaving if one.template == "one_time_code"] == ["+34600000001"]
