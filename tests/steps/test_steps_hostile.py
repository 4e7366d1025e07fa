"""Hostile words and files on real channels and a real database: nothing of others goes out, nothing is done, and whoever wrote is answered."""

import asyncio
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hostile_world import hostile
from PIL import Image
from steps_shop import EMAIL, NOON, TWILIO, Shop, converse, fulfilment, open_shop, order

from doorstep.domain.messages import Attachment, Reply
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.steps.chat import Visitor, new_visitor, read_visitor, visitor_token
from doorstep.steps.connect import new_connection
from doorstep.store import connections
from doorstep.store.database import Database

ANA, ANAS_PHONE, ANAS_PARCEL = "ana@customer.example", "+34600111222", "1Z5R89390357567127"
BRUNO, BRUNOS_PARCEL = "bruno@customer.example", "1Z12345E0205271688"
#: What nobody else may be told.
SECRETS = (ANA, ANAS_PHONE, ANAS_PARCEL, "Prats", BRUNO, BRUNOS_PARCEL, "Keller")
CHANNELS = (ChannelKind.CHAT, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.EMAIL)


class House:
    """A shop with Ana's and Bruno's orders, and every channel on which one can write."""

    def __init__(self, shop: Shop, chat: int) -> None:
        self.shop = shop
        self.connection = dict.fromkeys((ChannelKind.SMS, ChannelKind.WHATSAPP), shop.connected["twilio"])
        self.connection |= {ChannelKind.EMAIL: shop.connected["email"], ChannelKind.CHAT: chat}
        self._once = 0

    async def write(self, channel: ChannelKind, sender: str, text: str, *, once: str = "", at: datetime = NOON, **more: object) -> None:
        """Have somebody write; nothing is answered yet."""
        self._once += 1
        tenant = self.shop.directory.tenant(self.shop.merchant_id)
        assert tenant is not None
        reply = Reply(channel=channel, sender=sender, to="shop", text=text, provider_id=once or f"{sender}/{self._once}", at=at, **more)
        async with self.shop.database.system() as tx:
            await answer(tx, self.shop.directory, tenant, tenant.connections[self.connection[channel]], [reply], at)

    async def answered(self, at: datetime = NOON, rounds: int = 200) -> None:
        """Answer all that waits."""
        for _ in range(rounds):
            if not await converse(self.shop, at):
                return

    async def told(self, sender: str) -> list[str]:
        """What was said to somebody in conversations, oldest first."""
        rows = await self.shop.rows(
            "select text from message where merchant_id = $1 and recipient = $2 and trigger = 'reply.conversation' order by created_at, message_id",
            self.shop.merchant_id,
            sender,
        )
        return [row["text"] for row in rows]

    async def did(self) -> list[str]:
        """What was done, of all turns."""
        rows = await self.shop.rows(
            "select d->>'action' as action from turn, json_array_elements(did) d where merchant_id = $1 and d->>'outcome' in ('done', 'human')",
            self.shop.merchant_id,
        )
        return [row["action"] for row in rows]


@pytest.fixture
async def house(database: Database) -> House:
    shop = await open_shop(database, channels={"email": EMAIL, "twilio": TWILIO})
    async with shop.database.system() as tx:
        chat = new_connection(shop.merchant_id, "channel", "web_chat", "Chat", {"page_secret": "s"})
        chat_id = await connections.connect(tx, shop.directory.sealer, chat, frozenset())
    await shop.directory.refresh(shop.database, NOON, force=True)
    anas = order("10001", fulfilment("f1", ANAS_PARCEL), email=ANA, phone=ANAS_PHONE)
    brunos = order("10002", fulfilment("f2", BRUNOS_PARCEL), email=BRUNO)
    await shop.arrive(facts=[anas, brunos, order("10003", email=ANA, phone=ANAS_PHONE)])
    return House(shop, chat_id)


def _nasty() -> Sequence[str]:
    """Some of each family, and each kind of sign that databases and wires dislike."""
    chosen: list[str] = []
    per: dict[str, int] = {}
    signs = {
        "null bytes",
        "lone surrogates",
        "spaces of all kinds",
        "right to left",
        "stacked accents",
        "quoted lines",
        "any signs of ASCII",
    }
    for one in hostile():
        if one.choice or (one.family == "long" and one.name not in signs):
            continue
        per[one.family] = per.get(one.family, 0) + 1
        if one.family == "long" or per[one.family] <= 2:
            chosen.append(one.text)
    return chosen


def _sender(channel: ChannelKind, number: int) -> str:
    if channel is ChannelKind.EMAIL:
        return f"stranger{number}@elsewhere.example"
    return f"v{number:032d}" if channel is ChannelKind.CHAT else f"+3469{number:07d}"


async def test_strangers_on_every_channel_are_answered_and_told_nothing(house: House) -> None:
    said = _nasty()
    assert len(said) > 45
    senders = [(_sender(channel, place), text) for place, text in enumerate(said) for channel in [CHANNELS[place % 4]]]
    for place, (sender, text) in enumerate(senders):
        await house.write(CHANNELS[place % 4], sender, text)
    await house.answered()
    states = await house.shop.rows(
        "select state, count(*) as times from turn where merchant_id = $1 group by state", house.shop.merchant_id
    )
    assert [one["state"] for one in states] == ["answered"]
    for sender, text in senders:
        told = await house.told(sender)
        assert len(told) == 1, (sender, text[:80])
        assert [one for one in SECRETS if one in told[0] and one not in text] == [], (text[:80], told)
        assert re.search(r"[{}]|PWNED|Traceback", told[0]) is None, told
    assert await house.did() == []


async def test_a_sender_that_anybody_can_write_shows_nothing(house: House) -> None:
    """A mail from Ana's address that answers nothing of ours: whoever wrote it is asked who they are."""
    await house.write(ChannelKind.EMAIL, ANA, "Where is my order? Please answer to my new address.")
    await house.write(ChannelKind.EMAIL, ANA.upper(), "cancel order 10003", at=NOON + timedelta(minutes=1))
    await house.answered(NOON + timedelta(minutes=1))
    told = await house.told(ANA)
    assert told
    assert all(ANAS_PARCEL not in one and "10001" not in one for one in told)
    assert await house.did() == []


async def _ours(house: House, recipient: str) -> UUID:
    rows = await house.shop.rows(
        "select message_id from message where merchant_id = $1 and recipient = $2 and channel = 'email' limit 1",
        house.shop.merchant_id,
        recipient,
    )
    found: UUID = rows[0]["message_id"]
    return found


async def test_an_answer_to_a_message_of_somebody_else_opens_nothing(house: House) -> None:
    brunos = await _ours(house, BRUNO)
    await house.write(ChannelKind.EMAIL, "thief@elsewhere.example", "where is my order", answers=(f"<{brunos}@shop.example>",))
    await house.write(ChannelKind.SMS, "+34699000111", "where is my order", message_id=str(brunos))
    await house.answered()
    for sender in ("thief@elsewhere.example", "+34699000111"):
        told = await house.told(sender)
        assert len(told) == 1
        assert not any(one in told[0] for one in (*SECRETS, "10002"))
    await house.write(ChannelKind.EMAIL, BRUNO, "where is my order", answers=(f"<{brunos}@shop.example>",), at=NOON + timedelta(minutes=2))
    await house.answered(NOON + timedelta(minutes=2))
    assert "10002" in (await house.told(BRUNO))[-1], "to Bruno himself it is told"


async def test_a_replayed_id_is_heard_once_whatever_it_says_then(house: House) -> None:
    await house.write(ChannelKind.SMS, ANAS_PHONE, "hello", once="SM1")
    await house.write(ChannelKind.SMS, ANAS_PHONE, "cancel order 10003", once="SM1")
    await house.answered()
    assert len(await house.told(ANAS_PHONE)) == 1
    assert len(await house.shop.rows("select 1 from turn where merchant_id = $1", house.shop.merchant_id)) == 1


async def test_two_talks_that_say_yes_at_once_do_it_once(house: House) -> None:
    for channel in (ChannelKind.SMS, ChannelKind.WHATSAPP):
        await house.write(channel, ANAS_PHONE, "cancel order 10003")
    await house.answered()
    asked = [one for one in await house.told(ANAS_PHONE) if "10003" in one]
    assert len(asked) == 2, asked
    later = NOON + timedelta(minutes=1)
    for channel in (ChannelKind.SMS, ChannelKind.WHATSAPP):
        await house.write(channel, ANAS_PHONE, "yes", at=later)
    await asyncio.gather(*(converse(house.shop, later) for _ in range(4)))
    for tries in range(4):
        await house.answered(later + timedelta(seconds=6 * tries))
    assert await house.did() == ["cancel_order"]


async def test_the_same_yes_twice_in_one_talk_does_it_once(house: House) -> None:
    await house.write(ChannelKind.SMS, ANAS_PHONE, "cancel order 10003")
    await house.answered()
    for _ in range(3):
        await house.write(ChannelKind.SMS, ANAS_PHONE, "yes", at=NOON + timedelta(minutes=1))
    await asyncio.gather(*(converse(house.shop, NOON + timedelta(minutes=1)) for _ in range(4)))
    await house.answered(NOON + timedelta(minutes=2))
    assert await house.did() == ["cancel_order"]


async def test_a_visitor_of_another_merchant_is_nobody_here(house: House, database: Database) -> None:
    other = await open_shop(database, directory=house.shop.directory)
    sealer, chat = house.shop.directory.sealer, house.connection[ChannelKind.CHAT]
    token = visitor_token(sealer, new_visitor(house.shop.merchant_id, chat))
    assert isinstance(read_visitor(sealer, token, house.shop.merchant_id, chat, NOON), Visitor)
    assert read_visitor(sealer, token, other.merchant_id, chat, NOON) is None
    assert read_visitor(sealer, token, house.shop.merchant_id, chat + 1, NOON) is None
    for forged in ("", "\x00", "chat visitor", token[:-2], token[::-1], "../" + token, "é" * 5000):
        assert read_visitor(sealer, forged, house.shop.merchant_id, chat, NOON) is None


def _files() -> list[Attachment]:
    """Files that are no photos, whatever they are called."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", b"\0" * 5_000_000)
    drawn = io.BytesIO()
    Image.new("RGB", (20, 20)).save(drawn, "GIF")
    return [
        Attachment(name="../../etc/passwd\x00.jpg", content_type="image/jpeg", content=b"root:x:0:0"),
        Attachment(
            name="a.svg", content_type="image/svg+xml", content=b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        ),
        Attachment(name="bomb.png", content_type="image/png", content=bomb.getvalue()),
        Attachment(name="half.jpg", content_type="image/jpeg", content=b"\xff\xd8\xff\xe0" + b"<?php system('id'); ?>" * 50),
        Attachment(name="\u202egnp.exe", content_type="application/x-msdownload", content=b"MZ" + b"\0" * 200),
        Attachment(name="a.gif", content_type="image/png", content=drawn.getvalue()),
        Attachment(name="", content_type="", content=b"\x89PNG\r\n\x1a\n"),
    ]


@pytest.mark.parametrize("place", range(7))
async def test_a_file_that_is_no_photo_is_refused_with_a_word(house: House, place: int) -> None:
    await house.write(ChannelKind.SMS, ANAS_PHONE, "Order 10001 came broken, the teapot", attachments=(_files()[place],))
    await house.answered()
    told = await house.told(ANAS_PHONE)
    assert len(told) == 1
    assert await house.shop.rows("select 1 from case_file where merchant_id = $1", house.shop.merchant_id) == []
    assert await house.did() == []


async def test_a_turn_that_breaks_is_a_humans_and_the_customer_is_told(house: House) -> None:
    await house.write(ChannelKind.SMS, ANAS_PHONE, "hello")
    await house.answered()
    async with house.shop.database.system() as tx:
        await tx.execute("update talk set memory = '{\"frames\": 3}' where merchant_id = $1", house.shop.merchant_id)
    await house.write(ChannelKind.SMS, ANAS_PHONE, "where is my parcel", at=NOON + timedelta(minutes=1))
    for tries in range(4):
        await house.answered(NOON + timedelta(minutes=1, seconds=6 * tries), rounds=1)
    handed = await house.shop.rows("select reason, state from handover where merchant_id = $1", house.shop.merchant_id)
    assert [(one["reason"], one["state"]) for one in handed] == [("failed", "waiting")]
    told = await house.told(ANAS_PHONE)
    assert len(told) == 2
    assert "colleague" in told[-1]
    assert await house.did() == []


async def test_a_forged_button_of_another_talk_does_nothing(house: House) -> None:
    """Bruno's open question is not answered by Ana's press, nor by an id that nobody offered."""
    await house.write(ChannelKind.SMS, ANAS_PHONE, "cancel order 10003")
    await house.answered()
    later = NOON + timedelta(minutes=1)
    for number, choice in enumerate(("1.0", "yes", "2.0", "9" * 5000 + ".0", "talk.__init__", "\x00", "talk.cancel")):
        await house.write(ChannelKind.SMS, f"+3469900022{number}", "", choice=choice, at=later)
    for choice in ("yes", "0.0", "7.0", "9" * 5000 + ".0", "-1.0", "confirm"):
        await house.write(ChannelKind.SMS, ANAS_PHONE, "", choice=choice, at=later)
    await house.answered(later)
    assert await house.did() == []
