"""A customer's word → told to the merchant's own systems once; a human's answer → one message, unless nobody may answer now."""

import asyncio
import json
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from steps_shop import EMAIL, NOON, TWILIO, Shop, fulfilment, open_shop, order, said

from doorstep.channels import channel_named
from doorstep.domain.messages import Reply
from doorstep.domain.plugins import SmtpRequest
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, ConflictError
from doorstep.steps.answer import answer
from doorstep.steps.saying import Hindrance, hindrance, say
from doorstep.store import conversations
from doorstep.store.database import Database, Row
from doorstep.store.extras import extras_of
from doorstep.store.message_rows import TEXTS, message_of

PHONE, MAIL = "+34612345678", "ana@customer.example"
WHATSAPP = {"phone_number_id": "1", "waba_id": "2", "access_token": "t", "app_secret": "s", "verify_token": "v"}
HOOK = {"url": "https://shop.example/hook", "secret": "whsec_" + "a" * 44}
DAY = timedelta(days=1)


@pytest.fixture
async def talking(database: Database) -> Shop:
    """A shop on every channel, with a webhook, and one order by Ana."""
    channels = {"email": EMAIL, "twilio": TWILIO, "whatsapp": WHATSAPP, "webhook": HOOK}
    shop = await open_shop(database, channels=channels)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"), phone=PHONE)])
    return shop


async def hear(shop: Shop, provider: str, text: str, ident: str, *, now: datetime = NOON, **more: Any) -> Row:
    """Take one reply in, as the worker does; return its conversation."""
    channel = {"twilio": ChannelKind.SMS, "whatsapp": ChannelKind.WHATSAPP, "email": ChannelKind.EMAIL}[provider]
    sender = MAIL if provider == "email" else PHONE
    reply = Reply(channel=channel, sender=sender, to="us", text=text, provider_id=ident, at=now, **more)
    tenant = shop.directory.tenant(shop.merchant_id)
    connection = shop.directory.connection(shop.merchant_id, shop.connected[provider])
    assert tenant
    assert connection
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, connection, [reply], now)
        talk = await conversations.hold(tx, shop.merchant_id, channel, sender, connection.connection_id, now)
        row = await conversations.one(tx, shop.merchant_id, talk.conversation_id)
    assert row
    return row


async def reply_by_hand(shop: Shop, talk: Row, text: str = "On Friday, then.", once: str = "a", now: datetime = NOON) -> Hindrance | bool:
    """Answer as the desk does."""
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant
    async with shop.database.system() as tx:
        return await say(tx, tenant, talk, text, "ana@shop.example", once, now)


async def answers(shop: Shop) -> list[dict[str, Any]]:
    """The answers by hand that wait in the outbox."""
    return await shop.rows(
        "select m.* from outbox join message m using (merchant_id, month, message_id) where merchant_id = $1 and trigger = 'reply.answer'",
        shop.merchant_id,
    )


async def hooks(shop: Shop) -> list[dict[str, Any]]:
    """The webhooks that tell of replies, oldest first."""
    found = await shop.rows(
        "select body from message where merchant_id = $1 and trigger = 'reply.received' order by created_at, message_id", shop.merchant_id
    )
    return [json.loads(row["body"]) for row in found]


async def test_each_reply_is_told_to_the_merchants_own_systems_once(talking: Shop) -> None:
    [sent] = await talking.rows(
        "select message_id, order_id from message where merchant_id = $1 and channel = 'email'", talking.merchant_id
    )
    talk = await hear(talking, "email", "Where is it?", "1@mail.example", message_id=str(sent["message_id"]))
    await hear(talking, "email", "Where is it?", "1@mail.example", message_id=str(sent["message_id"]))
    await hear(talking, "twilio", "STOP", "SM2", now=NOON + timedelta(minutes=1))
    first, second = await hooks(talking)
    assert first["type"] == "reply.received"
    assert first["data"]["conversation"] == {"id": str(talk["conversation_id"])}
    assert first["data"]["order"] == {"id": str(sent["order_id"]), "external_id": "1001", "number": "#1001"}
    told = first["data"]["reply"]
    assert (told["channel"], told["text"], told["choice"], told["keyword"]) == ("email", "Where is it?", None, None)
    assert told["received_at"] == "2026-11-18T11:00:00Z"
    assert (second["data"]["reply"]["keyword"], second["data"]["reply"]["text"], second["data"]["order"]) == ("stop", "STOP", None)


async def test_the_token_of_a_mail_that_unsubscribes_is_told_to_nobody(talking: Shop) -> None:
    await hear(talking, "email", "the-token", "1@mail.example", keyword="stop")
    [told] = await hooks(talking)
    assert told["data"]["reply"]["text"] == ""
    assert told["data"]["reply"]["keyword"] == "stop"


async def test_a_shop_without_webhooks_is_told_nothing(database: Database) -> None:
    shop = await open_shop(database, channels={"twilio": TWILIO})
    await hear(shop, "twilio", "Where is it?", "SM1")
    assert await hooks(shop) == []


async def test_an_answer_by_hand_goes_once_by_the_way_the_question_came(talking: Shop) -> None:
    await hear(talking, "whatsapp", "an earlier word", "wamid.0", now=NOON - timedelta(hours=2))
    talk = await hear(talking, "whatsapp", "Where is it?", "wamid.1")
    assert await reply_by_hand(talking, talk, " On Friday,\nthen. ") is True
    assert await reply_by_hand(talking, talk, "On Friday,\nthen.") is False
    [row] = await answers(talking)
    assert (row["channel"], row["recipient"], row["text"]) == ("whatsapp", PHONE, "On Friday,\nthen.")
    assert (row["purpose"], row["topic"], row["order_id"]) == ("transactional", "replies", talk["order_id"])
    assert row["connection_id"] == talking.connected["whatsapp"]
    assert row["why"] == "ana@shop.example answered at the desk"
    extras = extras_of(row["extras"])
    assert (extras.in_reply_to, extras.window_until) == ("wamid.1", NOON + DAY)


async def test_two_clicks_at_once_send_one_answer(talking: Shop) -> None:
    talk = await hear(talking, "twilio", "Where is it?", "SM1")
    sent = await asyncio.gather(*(reply_by_hand(talking, talk) for _ in range(4)))
    assert sorted(sent) == [False, False, False, True]
    assert len(await answers(talking)) == 1
    assert await reply_by_hand(talking, talk, once="b") is True  # another form says the same again: meant so
    with pytest.raises(ConflictError, match="sent before"):
        await reply_by_hand(talking, talk, "Other words", once="b")
    assert len(await answers(talking)) == 2


async def test_a_mail_is_answered_below_its_subject_as_text_alone(talking: Shop) -> None:
    [told] = await talking.rows("select message_id, subject from message where merchant_id = $1 and channel = 'email'", talking.merchant_id)
    talk = await hear(talking, "email", "Where is it?", "1@mail.example", message_id=str(told["message_id"]))
    assert await reply_by_hand(talking, talk) is True
    [row] = await answers(talking)
    assert told["subject"]
    assert row["subject"] == f"Re: {told['subject']}"
    assert (row["recipient"], row["html"] or b"") == (MAIL, b"")
    assert extras_of(row["extras"]).in_reply_to == "1@mail.example"
    again = await hear(talking, "email", "Thanks", "2@mail.example", message_id=str(row["message_id"]), now=NOON + timedelta(hours=1))
    assert await reply_by_hand(talking, again, once="b") is True
    assert {one["subject"] for one in await answers(talking)} == {f"Re: {told['subject']}"}


async def test_what_a_human_wrote_leaves_as_a_humans_mail_and_what_we_wrote_as_a_machines(talking: Shop) -> None:
    talk = await hear(talking, "email", "Where is it?", "3@mail.example")
    assert await reply_by_hand(talking, talk) is True
    rows: Any = await talking.rows(
        f"select m.*, {TEXTS} from message m where merchant_id = $1 and channel = 'email' order by created_at", talking.merchant_id
    )
    said: dict[bool, set[str | None]] = {True: set(), False: set()}
    for row in rows:
        asked = next(channel_named("email").send(message_of(row), EMAIL, NOON, ""))
        assert isinstance(asked, SmtpRequest)
        said[row["trigger"] == "reply.answer"].add(message_from_bytes(asked.content)["Auto-Submitted"])
    assert said == {True: {None}, False: {"auto-generated"}}


async def test_nobody_answers_when_the_window_is_closed_the_connection_paused_or_the_address_suppressed(talking: Shop) -> None:
    chat, text = await hear(talking, "whatsapp", "Where?", "wamid.1"), await hear(talking, "twilio", "Where?", "SM1")
    assert await reply_by_hand(talking, chat, now=NOON + DAY) is Hindrance.WINDOW_CLOSED
    assert await reply_by_hand(talking, text, now=NOON + 9 * DAY, once="late") is True
    await talking.rows(
        "insert into suppression (merchant_id, channel, address, purpose, reason, at) values ($1, 'sms', $2, '', 'stop', $3) returning 1",
        talking.merchant_id,
        PHONE,
        NOON,
    )
    assert await reply_by_hand(talking, text, once="c") is Hindrance.SUPPRESSED
    tenant = talking.directory.tenant(talking.merchant_id)
    assert tenant
    async with talking.database.system() as tx:
        assert await hindrance(tx, tenant, chat, NOON) is None
    await talking.pause("whatsapp")
    assert await reply_by_hand(talking, chat) is Hindrance.PAUSED
    assert len(await answers(talking)) == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001])
async def test_no_text_and_too_much_of_it_are_refused(talking: Shop, text: str) -> None:
    talk = await hear(talking, "twilio", "Where is it?", "SM1")
    with pytest.raises(BadInputError):
        await reply_by_hand(talking, talk, text)
    assert await answers(talking) == []


async def test_moments_are_told_with_their_order_and_shipment(talking: Shop) -> None:
    await talking.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    rows = await talking.rows(
        "select message_id, recipient, trigger, order_id, shipment_ids, body from message where merchant_id = $1 and channel = 'webhook'",
        talking.merchant_id,
    )
    assert {row["trigger"] for row in rows} == {"order.packed", "shipment.out_for_delivery"}
    for row in rows:
        told = json.loads(row["body"])
        assert (told["id"], told["type"], row["recipient"]) == (str(row["message_id"]), row["trigger"], HOOK["url"])
        assert told["data"].keys() == {"order", "occurrence", "happened_at", "shipment"}
        assert told["data"]["order"]["id"] == str(row["order_id"])
        shipment = told["data"]["shipment"]
        assert ([shipment["id"]] if shipment else []) == [str(one) for one in row["shipment_ids"]]
