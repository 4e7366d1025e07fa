"""Whose reply it is: by what was shown, never by what an order only says; merged, split, and taken back."""

from datetime import timedelta
from uuid import UUID

import pytest
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, converse, fulfilment, open_shop, order, said

from doorstep.domain.messages import Attachment, Location, Receipt, Reply
from doorstep.domain.people import Identity, IdentityKind
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import ConflictError, NotFoundError
from doorstep.steps.answer import answer
from doorstep.steps.explain import explain, untold
from doorstep.store import messages, people, reply_files
from doorstep.store.database import Database

PHONE, OTHER = "+34600000001", "+34600000002"
SMS_FIRST = {"journeys": {"failed_attempt": {"channels": ["sms"]}, "out_for_delivery": {"channels": ["sms"]}}}


@pytest.fixture
async def texting(database: Database) -> Shop:
    return await open_shop(database, channels={"twilio": TWILIO, "email": EMAIL}, settings=SMS_FIRST)


@pytest.fixture
async def plain(database: Database) -> Shop:
    """The same shop with its talks switched off."""
    return await open_shop(database, channels={"twilio": TWILIO, "email": EMAIL}, settings={**SMS_FIRST, "talks": {"on": False}})


async def hear(
    shop: Shop, text: str, number: int, *, sender: str = PHONE, now=NOON, channel=ChannelKind.SMS, via: str = "twilio", **more
) -> None:
    reply = Reply(channel=channel, sender=sender, to="+15005550006", text=text, provider_id=f"in-{number}", at=now, **more)
    async with shop.database.system() as tx:
        await answer(
            tx,
            shop.directory,
            shop.directory.tenant(shop.merchant_id),
            shop.directory.connection(shop.merchant_id, shop.connected[via]),
            [reply],
            now,
        )


async def replies(shop: Shop) -> list[dict]:
    return await shop.rows(
        "select r.*, c.customer_id, c.order_id as about from reply r join conversation c using (merchant_id, conversation_id) where merchant_id = $1 order by reply_id",
        shop.merchant_id,
    )


async def order_id(shop: Shop, number: str) -> int:
    (row,) = await shop.rows("select order_id from orders where merchant_id = $1 and external_id = $2", shop.merchant_id, number)
    return row["order_id"]


async def identities(shop: Shop, customer_id: int) -> dict[tuple[str, str], bool]:
    async with shop.database.system() as tx:
        return {
            (one.kind.value, one.value): one.verified_at is not None for one in await people.identities(tx, shop.merchant_id, customer_id)
        }


async def attempt_failed(shop: Shop, number: str = "1", phone: str = PHONE, **rest) -> None:
    await shop.arrive(facts=[order(number, fulfilment("f" + number, "N" + number), phone=phone, **rest)])
    await shop.arrive(trackings=[said("N" + number, "attempt_failed_not_home", NOON)])


async def test_a_text_is_bound_to_the_only_order_written_about_and_its_sender_is_known_from_then_on(texting: Shop) -> None:
    await attempt_failed(texting)
    await hear(texting, "where is it?", 1)
    (row,) = await replies(texting)
    assert row["order_id"] == row["about"] == await order_id(texting, "1")
    assert row["bound"] == "the only order that was written about lately"
    assert await identities(texting, row["customer_id"]) == {("phone", PHONE): True, ("email", "ana@customer.example"): False}
    await hear(texting, "hello again", 2)
    assert (await replies(texting))[1]["customer_id"] == row["customer_id"]


async def test_the_same_reply_twice_is_one(texting: Shop) -> None:
    await attempt_failed(texting)
    for _ in range(3):
        await hear(texting, "where is it?", 1)
    assert len(await replies(texting)) == 1


async def test_a_number_chooses_what_the_message_offered_and_is_thanked_for_once_without_talks(plain: Shop) -> None:
    await attempt_failed(plain)
    (message,) = await plain.rows("select message_id, extras from message where merchant_id = $1 and channel = 'sms'", plain.merchant_id)
    if not message["extras"]:
        pytest.skip("the text of this template offers no answers")
    await hear(plain, "1", 1)
    (row,) = await replies(plain)
    assert row["choice"]
    assert row["message_id"] == message["message_id"]
    (state,) = await plain.rows("select state from message where message_id = $1", message["message_id"])
    assert state["state"] == "replied"
    thanks = await plain.rows("select text from message where merchant_id = $1 and template = 'conversation'", plain.merchant_id)
    assert len(thanks) == 1


async def test_a_reply_that_answers_somebody_elses_message_is_bound_to_nothing_of_theirs(texting: Shop) -> None:
    await attempt_failed(texting)
    (message,) = await texting.rows("select message_id from message where merchant_id = $1 and channel = 'sms'", texting.merchant_id)
    await hear(texting, "yes", 1, sender=OTHER, message_id=str(message["message_id"]))
    (row,) = await replies(texting)
    assert (row["order_id"], row["about"], row["customer_id"], row["message_id"]) == (None, None, None, None)
    assert row["bound"] == "it answers a message that went to another address"
    assert not await texting.rows("select 1 from message where merchant_id = $1 and recipient = $2", texting.merchant_id, OTHER)


async def test_a_number_chooses_what_the_message_offered_and_the_talk_takes_it_up(texting: Shop) -> None:
    await attempt_failed(texting)
    await hear(texting, "1", 1)
    await converse(texting, NOON)
    (turn,) = await texting.rows("select talk, intent, order_id, said from turn where merchant_id = $1", texting.merchant_id)
    assert (turn["talk"], turn["intent"], turn["order_id"]) == ("reschedule", "delivery.reschedule", await order_id(texting, "1"))
    (asked,) = await texting.rows("select text from message where merchant_id = $1 and template = 'conversation'", texting.merchant_id)
    assert asked["text"].startswith("On which day should it come?")


async def test_who_is_unknown_is_asked_and_found_by_number_and_address_together_alone_without_talks(plain: Shop) -> None:
    await attempt_failed(plain)
    await hear(plain, "hi", 1, sender=OTHER)
    asked = await plain.rows("select text from message where merchant_id = $1 and recipient = $2", plain.merchant_id, OTHER)
    assert len(asked) == 1
    await hear(plain, "it is #1", 2, sender=OTHER, now=NOON + HOUR)
    await hear(plain, "ana@customer.example", 3, sender=OTHER, now=NOON + HOUR)
    await hear(plain, "#2 ana@customer.example", 4, sender=OTHER, now=NOON + HOUR)
    assert [row["customer_id"] for row in await replies(plain)] == [None] * 4
    assert len(await plain.rows("select 1 from message where merchant_id = $1 and recipient = $2", plain.merchant_id, OTHER)) == 1
    await hear(plain, "order #1, Ana@Customer.example", 5, sender=OTHER, now=NOON + 2 * HOUR)
    last = (await replies(plain))[-1]
    assert last["order_id"] == await order_id(plain, "1")
    said_only = {("email", "ana@customer.example"): False, ("phone", PHONE): False}
    assert await identities(plain, last["customer_id"]) == {("phone", OTHER): True, **said_only}


async def test_who_is_unknown_is_asked_in_a_talk_until_number_and_address_fit(texting: Shop) -> None:
    await attempt_failed(texting)
    told = []
    for number, text in enumerate(("where is my parcel?", "it is #1", "leo@customer.example", "#1 and Ana@Customer.example"), 1):
        now = NOON + number * HOUR
        await hear(texting, text, number, sender=OTHER, now=now)
        await converse(texting, now)
        (last, *_) = await texting.rows(
            "select text from message where merchant_id = $1 and recipient = $2 order by created_at desc", texting.merchant_id, OTHER
        )
        told.append(last["text"])
    assert told[0] == "So that I can look it up: what is the order number, and which e-mail address did you order with?"
    assert told[1] == "Thanks. Which e-mail address did you order with?"
    assert told[2].startswith("I cannot find an order with these details.")
    assert "GLS tried to deliver it and could not." in told[3]
    (talk,) = await texting.rows(
        "select customer_id, order_id from conversation where merchant_id = $1 and address = $2", texting.merchant_id, OTHER
    )
    assert talk["order_id"] == await order_id(texting, "1")
    assert (await identities(texting, talk["customer_id"]))["phone", OTHER]


async def test_an_order_in_anothers_name_joins_nothing(texting: Shop) -> None:
    """Somebody orders with Ana's address and their own telephone, and writes from it: they are not Ana, and hear nothing of hers."""
    await attempt_failed(texting, "1", PHONE)
    await hear(texting, "hello", 1)
    await attempt_failed(texting, "2", OTHER)
    await hear(texting, "hello", 2, sender=OTHER, also=(("bsuid", "ES.1"),))
    mine, theirs = [row["customer_id"] for row in await replies(texting)]
    assert mine != theirs
    async with texting.database.system() as tx:
        known = await people.reachable(tx, [(texting.merchant_id, IdentityKind.EMAIL, "ana@customer.example")])
        assert known == {}
        shown = Identity(
            kind=IdentityKind.EMAIL, value="ana@customer.example", source="reply", first_at=NOON, verified_at=NOON, verified_how="answered"
        )
        ana = await people.learn(tx, texting.merchant_id, None, [shown], NOON)  # whoever shows it takes it over from who only said it
        assert await people.learn(tx, texting.merchant_id, theirs, [shown], NOON) == theirs
        assert await people.whose(tx, texting.merchant_id, [(shown.kind, shown.value)]) == {(shown.kind, shown.value): (ana, True)}
    assert ("email", "ana@customer.example") not in await identities(texting, theirs)


async def test_a_familys_telephone_tells_no_order(texting: Shop) -> None:
    for number, mail in (("1", "ana@customer.example"), ("2", "leo@customer.example")):
        await texting.arrive(facts=[order(number, email=mail, phone=PHONE)])
    await texting.rows("delete from message where merchant_id = $1", texting.merchant_id)
    await hear(texting, "hello", 1)
    (row,) = await replies(texting)
    assert (row["order_id"], row["about"]) == (None, None)


async def test_a_mail_shows_nothing_by_the_name_on_it(texting: Shop) -> None:
    await texting.arrive(facts=[order("1")])
    await hear(texting, "hello", 1, sender="Ana@Customer.example", channel=ChannelKind.EMAIL, via="email")
    (row,) = await replies(texting)
    assert row["customer_id"] is None
    (sent,) = await texting.rows(
        "select message_id from message where merchant_id = $1 and template = 'order_confirmed'", texting.merchant_id
    )
    await hear(
        texting, "hello", 2, sender="ana@customer.example", channel=ChannelKind.EMAIL, via="email", message_id=str(sent["message_id"])
    )
    last = (await replies(texting))[-1]
    assert (await identities(texting, last["customer_id"]))["email", "ana@customer.example"] is True


async def test_files_and_places_are_kept_with_what_they_came_with(texting: Shop) -> None:
    await attempt_failed(texting)
    files = (
        Attachment(name="../door.png", content_type="image/png", content=b"\x89PNG"),
        Attachment(name="b", content_type="audio/ogg", media_id="m"),
    )
    await hear(texting, "", 1, attachments=files, location=Location(latitude=40.4, longitude=-3.7, name="here"))
    (row,) = await replies(texting)
    async with texting.database.system() as tx:
        kept = await reply_files.of(tx, texting.merchant_id, [row["reply_id"]])
        content = await reply_files.one(tx, texting.merchant_id, row["reply_id"], 0)
    assert [(one["name"], one["size"]) for one in kept] == [("../door.png", 4), ("b", 0)]
    assert content["content"] == b"\x89PNG"
    assert '"latitude":40.4' in row["place"]


async def test_two_customers_become_one_and_two_again(database: Database) -> None:
    shop = await open_shop(database)
    async with database.system() as tx:
        one, two = await people.add(tx, shop.merchant_id, NOON), await people.add(tx, shop.merchant_id, NOON)
        for customer, kind, value in (
            (one, IdentityKind.PHONE, PHONE),
            (two, IdentityKind.EMAIL, "a@b.example"),
            (two, IdentityKind.PSID, "7"),
        ):
            shown = Identity(kind=kind, value=value, source="reply", first_at=NOON, verified_at=NOON)
            await people.learn(tx, shop.merchant_id, customer, [shown], NOON)
        merged = await people.merge(tx, shop.merchant_id, two, one, "kim", "the same person", NOON)
        assert len(await people.identities(tx, shop.merchant_id, one)) == 3
        assert await people.reachable(tx, [(shop.merchant_id, IdentityKind.PHONE, PHONE)]) == {
            (shop.merchant_id, PHONE): {IdentityKind.EMAIL: "a@b.example", IdentityKind.PSID: "7"}
        }
        with pytest.raises(ConflictError):
            await people.merge(tx, shop.merchant_id, two, one, "kim", "again", NOON)
        with pytest.raises(ConflictError):
            await people.merge(tx, shop.merchant_id, one, one, "kim", "itself", NOON)
        with pytest.raises(NotFoundError):
            await people.merge(tx, shop.merchant_id, one, 10**9, "kim", "nobody", NOON)
        await people.undo(tx, shop.merchant_id, merged.change_id, "kim", NOON)
        assert [i.value for i in await people.identities(tx, shop.merchant_id, two)] == ["a@b.example", "7"]
        with pytest.raises(ConflictError):
            await people.undo(tx, shop.merchant_id, merged.change_id, "kim", NOON)
        parted = await people.split(tx, shop.merchant_id, two, [(IdentityKind.PSID, "7")], "kim", "another's", NOON)
        assert [i.value for i in await people.identities(tx, shop.merchant_id, parted.customer_id)] == ["7"]
        with pytest.raises(ConflictError):
            await people.split(tx, shop.merchant_id, two, [(IdentityKind.EMAIL, "a@b.example")], "kim", "all", NOON)
        with pytest.raises(NotFoundError):
            await people.split(tx, shop.merchant_id, two, [(IdentityKind.PSID, "7")], "kim", "not theirs", NOON)
        await people.undo(tx, shop.merchant_id, parted.change_id, "kim", NOON)
        assert len(await people.identities(tx, shop.merchant_id, two)) == 2
        assert [row["kind"] for row in await people.changes(tx, shop.merchant_id, two)] == ["split", "merge"]


async def test_a_message_is_explained_and_so_is_what_was_not_said(texting: Shop) -> None:
    await attempt_failed(texting)
    (row,) = await texting.rows("select message_id, order_id from message where merchant_id = $1 and channel = 'sms'", texting.merchant_id)
    (leased,) = [one for one in await texting.lease() if one.message.channel is ChannelKind.SMS]
    async with texting.database.system() as tx:
        await messages.finish(tx, leased, Receipt(message_id=None, provider_id="p", state=MessageState.SENT), NOON)
        told = await explain(tx, texting.merchant_id, row["message_id"])
        assert told is not None
        assert told.why.startswith("failed_attempt: sms: preferred. Gates: topic problems on; not suppressed; consent not needed; ")
        assert [line.what for line in told.lines] == ["written", "attempt 1: sent"]
        assert await explain(tx, texting.merchant_id + 1, row["message_id"]) is None
        assert await explain(tx, texting.merchant_id, UUID(int=row["message_id"].int + 1)) is None
        assert all(one.detail or one.outcome for one in await untold(tx, texting.merchant_id, row["order_id"]))


async def test_who_said_stop_is_asked_nothing(texting: Shop) -> None:
    await hear(texting, "stop", 1, sender=OTHER)
    await hear(texting, "who are you?", 2, sender=OTHER, now=NOON + timedelta(minutes=1))
    found = await texting.rows("select trigger from message where merchant_id = $1 and recipient = $2", texting.merchant_id, OTHER)
    assert [row["trigger"] for row in found] == ["reply.stop"]


async def test_a_yes_takes_a_stop_back_and_is_an_ordinary_word_otherwise(texting: Shop) -> None:
    await attempt_failed(texting)
    await hear(texting, "Yes!", 1)
    assert [(row["keyword"], row["about"] is not None) for row in await replies(texting)] == [("", True)]
    await hear(texting, "stop", 2, now=NOON + HOUR)
    await hear(texting, "yes", 3, now=NOON + 2 * HOUR)
    assert [row["keyword"] for row in await replies(texting)] == ["", "stop", "start"]
    assert not await texting.rows("select 1 from suppression where merchant_id = $1", texting.merchant_id)


async def test_whoever_guesses_is_left_to_a_person_after_some_tries(texting: Shop) -> None:
    await attempt_failed(texting)
    await hear(texting, "hi", 0, sender=OTHER)
    for number in range(1, 6):
        await hear(texting, f"#{number + 100} ana@customer.example", number, sender=OTHER, now=NOON + HOUR)
    await hear(texting, "#1 ana@customer.example", 9, sender=OTHER, now=NOON + 2 * HOUR)
    assert [row["about"] for row in await replies(texting)] == [None] * 7
