"""A talk promised something → one message when it happened or did not; none where a journey told it, a human talks, or it is night."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from steps_shop import NOON, Shop, fulfilment, order, said

from doorstep.conversations.following import promises_of
from doorstep.domain.messages import Reply
from doorstep.domain.talking.following import PromiseKind
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.told import Span
from doorstep.domain.talking.turns import Did, Piece, Turned
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.steps.connect import new_connection
from doorstep.steps.following_up import follow_up, note_promises
from doorstep.steps.handing_over import hand_to_human
from doorstep.store import connections, conversations, follow_ups

VISITOR, NUMBER = "v" + "0" * 32, "1Z5R89390357567127"
FRIDAY, HOUR = date(2026, 11, 20), timedelta(hours=1)
TOLD = Turned(
    memory=Memory(),
    pieces=(
        Piece(key="where.in_transit", facts={"number": "10001"}),
        Piece(key="where.expected", facts={"span": Span(from_on=FRIDAY, to_on=FRIDAY)}),
        Piece(key="where.number", facts={"tracking": NUMBER}),
    ),
    answered=True,
)


@pytest.fixture
async def promised(shop: Shop) -> int:
    """A talk in the chat that told when a parcel comes; its conversation."""
    await shop.arrive(facts=[order("10001", fulfilment("f", NUMBER))], trackings=[said(NUMBER, "picked_up", NOON - HOUR)])
    async with shop.database.system() as tx:
        chat = new_connection(shop.merchant_id, "channel", "web_chat", "Chat", {"page_secret": "s"})
        connection_id = await connections.connect(tx, shop.directory.sealer, chat, frozenset())
    await shop.directory.refresh(shop.database, NOON, force=True)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    reply = Reply(channel=ChannelKind.CHAT, sender=VISITOR, to="shop", text="when?", provider_id=f"{VISITOR}/1", at=NOON)
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, tenant.connections[connection_id], [reply], NOON)
        [talk] = await tx.fetch("select conversation_id from conversation where address = $1", VISITOR)
        [parcel] = await tx.fetch("select order_id, shipment_id from shipment where merchant_id = $1", shop.merchant_id)
        parcels = {(parcel["order_id"], NUMBER): parcel["shipment_id"]}
        row = {"conversation_id": talk["conversation_id"], "turn_id": 1, "message_id": None, "choice": ""}
        for _ in range(2):  # promised twice, it is one promise
            await note_promises(tx, tenant, row, TOLD, parcel["order_id"], parcels, NOON)  # type: ignore[arg-type]
    return int(talk["conversation_id"])


async def look(shop: Shop, after: timedelta) -> list[tuple[str, str]]:
    """Follow up and give how each promise stands: state, outcome."""
    async with shop.database.system() as tx:
        await follow_up(tx, shop.directory, NOON + after, 9)
        return [(row["state"], row["outcome"]) for row in await tx.fetch("select state, outcome from follow_up order by follow_up_id")]


async def texts(shop: Shop) -> list[str]:
    rows = await shop.rows("select text from message where recipient = $1 and template = 'follow_up'", VISITOR)
    return [row["text"] for row in rows]


async def delivered(shop: Shop, *, told: bool) -> None:
    await shop.arrive(trackings=[said(NUMBER, "delivered", NOON + HOUR)])
    async with shop.database.system() as tx:
        change = (
            "update message set trigger = 'shipment.delivered', created_at = $1"
            if told
            else "update message set trigger = 'none', created_at = $1"
        )
        await tx.execute(change, NOON + HOUR)


async def test_a_parcel_that_arrived_is_told_and_asked_about_once(shop: Shop, promised: int) -> None:
    assert await look(shop, 2 * HOUR) == [("waiting", "")]
    await delivered(shop, told=False)
    assert await look(shop, 4 * HOUR) == [("told", "happened")]
    assert await look(shop, 8 * HOUR) == [("told", "happened")]
    [text] = await texts(shop)
    assert "has been delivered" in text
    [choices] = await shop.rows("select message_id from message where template = 'follow_up'")
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await follow_ups.answered(tx, shop.merchant_id, choices["message_id"], "not")
        await follow_ups.answered(tx, shop.merchant_id, choices["message_id"], "ok")
        await follow_ups.answered(tx, shop.merchant_id, uuid4(), "ok")
    assert [row["answer"] for row in await shop.rows("select answer from follow_up")] == ["not"]


async def test_what_a_journey_has_told_since_is_not_told_again(shop: Shop, promised: int) -> None:
    await delivered(shop, told=True)
    assert await look(shop, 4 * HOUR) == [("dropped", "told")]
    assert await texts(shop) == []


async def test_a_day_that_passed_without_the_parcel_is_owned_up_to_in_the_morning(shop: Shop, promised: int) -> None:
    assert await look(shop, timedelta(days=2, hours=7)) == [("waiting", "")]  # Friday 18:00 UTC
    assert await look(shop, timedelta(days=2, hours=12)) == [("waiting", "")]  # Friday night
    assert await look(shop, timedelta(days=2, hours=23)) == [("told", "missed")]
    [text] = await texts(shop)
    assert "It has not" in text
    assert "November" in text


async def test_nothing_is_said_while_a_human_has_the_conversation(shop: Shop, promised: int) -> None:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        talk = await conversations.find(tx, shop.merchant_id, promised)
        assert talk is not None
        await hand_to_human(tx, tenant, talk, reason=HandoverReason.ASKED, summary="s", order_id=None, language="en", now=NOON)
    await delivered(shop, told=False)
    assert await look(shop, 4 * HOUR) == [("dropped", "human")]
    assert await texts(shop) == []


async def test_nothing_is_said_where_the_connection_rests(shop: Shop, promised: int) -> None:
    await delivered(shop, told=False)
    async with shop.database.system() as tx:
        await tx.execute("update connection set state = 'paused' where provider = 'web_chat'")
    await shop.directory.refresh(shop.database, NOON + 4 * HOUR, force=True)
    assert await look(shop, 4 * HOUR) == [("dropped", "unreached")]


def test_a_change_that_was_asked_for_is_a_promise_and_one_that_was_refused_is_none() -> None:
    asked = Did(action="reschedule", outcome="done", order="1", case=7)
    turned = Turned(memory=Memory(), did=(asked, Did(action="hold", outcome="refused", order="1", code="order_state")))
    assert [(one.kind, one.case) for one in promises_of(turned)] == [(PromiseKind.CHANGE, 7)]
