"""Turns that wait → answered, each in a transaction of its own: understood, talked, acted under the guards, said back, written down.

A turn is taken once: its row is held while it is answered, and closes together with what it did and said. What breaks is tried again, then
given to a human; a human who holds the talk is never talked over.
"""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from doorstep.conversations.models import Said, Voice
from doorstep.conversations.talks import take_turn
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.languages import language_of
from doorstep.domain.messages import Rendered, Reply
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Piece, Turned
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.following_up import note_promises
from doorstep.steps.handing_over import hand_to_human, when_answered
from doorstep.steps.how_talks_went import note_contact
from doorstep.steps.identity import Proof, asker_of, orders_of
from doorstep.steps.model_turn import Modelled, Waiting, modelled
from doorstep.steps.opening_turns import Opened, open_turn
from doorstep.steps.saying import locale_of, may_say, reply_subject, said_back
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_finding import find_in, look_up
from doorstep.steps.talk_saying import Spoken, spoken, tag_of
from doorstep.steps.talk_world import TalkWorld
from doorstep.steps.teaching import model_of
from doorstep.steps.understanding import reader
from doorstep.steps.whose_reply import learn
from doorstep.steps.wire import Wire
from doorstep.store import conversations, messages, talks, turns
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Row, Tx
from doorstep.store.turns import Closing

_LOG = structlog.get_logger()
_replace = msgspec.structs.replace
#: Turns that one round takes up.
MOST = 6
#: A turn that broke is tried again after so long, and given to a human after so many tries.
_AGAIN, _MOST_TRIES = timedelta(seconds=5), 3
#: Files that lie with the provider are waited for so long.
_FILES_WITHIN, _LOOK_AGAIN = timedelta(seconds=30), timedelta(seconds=1)
#: While a model is asked nobody else takes the turn up.
_LEASE = timedelta(seconds=20)
#: What a model is told of the conversation before.
_MOST_BEFORE, _LATELY = 12, timedelta(days=2)


async def converse(database: Database, directory: Directory, now: datetime, *, wire: Wire | None = None, most: int = MOST) -> int:
    """Answer the turns that wait; return how many were taken up. Without a wire no model is asked."""
    # A turn may need a second connection, for what counts whatever becomes of it: only half of them are given out for turns.
    most = max(1, min(most, database.most // 2))
    async with database.system() as tx:
        waiting = await turns.due(tx, now, most)
    await asyncio.gather(*(_answer(database, directory, wire, merchant_id, turn_id, now) for merchant_id, turn_id in waiting))
    return len(waiting)


async def _answer(database: Database, directory: Directory, wire: Wire | None, merchant_id: int, turn_id: int, now: datetime) -> None:
    tenant = directory.tenant(merchant_id)
    try:
        came = await _from_model(database, directory, wire, tenant, turn_id, now) if wire is not None and tenant is not None else None
        async with database.for_merchant(merchant_id) as tx:
            row = await turns.take(tx, merchant_id, turn_id)
            if row is not None and tenant is not None:
                await _take(database, tx, directory, tenant, row, came, now)
            elif row is not None:
                await turns.end(tx, merchant_id, turn_id, "silent", "", now)
    except Exception:  # noqa: BLE001 - whatever breaks in one talk stops no other; the turn is tried again, then a human's
        _LOG.exception("turn_failed", merchant_id=merchant_id, turn_id=turn_id)
        await _failed(database, directory, merchant_id, turn_id, now)


async def _from_model(database: Database, directory: Directory, wire: Wire, tenant: Tenant, turn_id: int, now: datetime) -> Modelled | None:
    """Ask the merchant's model, if there is one, while no transaction is open; nobody else takes the turn up meanwhile."""
    merchant_id = tenant.merchant.merchant_id
    if not any(one.kind == "model" and one.active for one in tenant.connections.values()):
        return None
    async with database.for_merchant(merchant_id) as tx:
        row = await turns.take(tx, merchant_id, turn_id)
        opened = await open_turn(tx, tenant, row, now) if row is not None else None
        if row is None or opened is None:
            return None
        await turns.wait(tx, merchant_id, turn_id, now + _LEASE)
        before = await _before(tx, tenant, opened, now)
    waiting = Waiting(
        heard=opened.heard,
        memory=opened.memory,
        asker=opened.asker,
        address=opened.row["address"],
        locale=opened.locale,
        conversation_id=opened.row["conversation_id"],
        turn_id=turn_id,
        before=before,
    )
    return await modelled(database, directory, wire, tenant, waiting, now, look_up(database, tenant, now))


async def _before(tx: Tx, tenant: Tenant, opened: Opened, now: datetime) -> list[Said]:
    """What was said on both sides lately, the oldest first."""
    merchant_id, row = tenant.merchant.merchant_id, opened.row
    came = await conversations.replies(tx, merchant_id, row["conversation_id"], _MOST_BEFORE)
    told = await conversations.told(tx, merchant_id, opened.channel, row["address"], now - _LATELY, _MOST_BEFORE)
    said = [(one["received_at"], Said(Voice.CUSTOMER, one["text"])) for one in came if one["reply_id"] != row["reply_id"]]
    said += [(one["created_at"], Said(Voice.SHOP, one["text"] or "")) for one in told]
    return [one for _, one in sorted(said, key=lambda pair: pair[0])][-_MOST_BEFORE:]


async def _failed(database: Database, directory: Directory, merchant_id: int, turn_id: int, now: datetime) -> None:
    """Put a turn off that broke; in the end a human takes over, and the customer is told."""
    handover_id, tag = None, ""
    async with database.for_merchant(merchant_id) as tx:
        row = await turns.take(tx, merchant_id, turn_id)
        tenant = directory.tenant(merchant_id)
        if row is None or await turns.put_off(tx, merchant_id, turn_id, now + _AGAIN) < _MOST_TRIES:
            return
        await turns.end(tx, merchant_id, turn_id, "failed", HandoverReason.FAILED, now)
        if tenant is not None:
            talk = await conversations.find(tx, merchant_id, row["conversation_id"])
            if talk is not None:
                tag = await locale_of(tx, tenant, talk.address, row["order_id"] or talk.order_id)
                handover_id = await hand_to_human(
                    tx,
                    tenant,
                    talk,
                    reason=HandoverReason.FAILED,
                    summary=row["text"][:500],
                    order_id=row["order_id"],
                    language=language_of(tag),
                    now=now,
                    turn_id=turn_id,
                )
    if handover_id is not None and tenant is not None:
        await _say_failed(database, tenant, row, handover_id, tag, now)


async def _say_failed(database: Database, tenant: Tenant, row: Row, handover_id: int, tag: str, now: datetime) -> None:
    """Tell the customer that a human answers; in a transaction of its own, so that the hand-over stands whatever becomes of the sentence."""
    channel, connection = ChannelKind(row["channel"]), tenant.connections.get(row["connection_id"])
    if connection is None:
        return
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        when = Piece(key="", text=await when_answered(tx, tenant, handover_id, tag, now))
        turned = Turned(pieces=(Piece(key="say.sorry"), when), memory=Memory())
        answer = spoken(turned, tenant.book, tag, shop_told(tenant).zone, channel)
        await _say(tx, tenant, connection, row, answer, tag, row["order_id"], turned, now)


async def _take(database: Database, tx: Tx, directory: Directory, tenant: Tenant, row: Row, came: Modelled | None, now: datetime) -> None:
    """Answer one turn."""
    started = time.perf_counter()
    merchant_id, conversation_id = tenant.merchant.merchant_id, row["conversation_id"]
    opened = await open_turn(tx, tenant, row, now)
    if opened is None:
        await turns.end(tx, merchant_id, row["turn_id"], "silent", "", now)
        return
    if opened.fetching and now - row["came_at"] < _FILES_WITHIN:
        await turns.wait(tx, merchant_id, row["turn_id"], now + _LOOK_AGAIN)
        return
    book, shop, memory = tenant.book, shop_told(tenant), opened.memory
    world = TalkWorld(
        database,
        tx,
        directory,
        tenant,
        asker=opened.asker,
        channel=opened.channel,
        address=row["address"],
        language=memory.language,
        now=now,
        conversation_id=conversation_id,
        reply_id=row["reply_id"],
        find=find_in(tx, tenant, conversation_id, now),
    )
    read = reader(await model_of(tx, merchant_id), shop, memory.language, now)
    heard = came.heard if came is not None and came.heard is not None else opened.heard
    turned = await world.run(take_turn(heard, memory, book=book, shop=shop, read=read, now=now, rules=tenant.handing.rules))
    if came is not None and came.text and turned.handover is None:
        turned = _replace(turned, pieces=(Piece(key="", text=came.text),), answered=True, unanswered="")
    tag = tag_of(turned.memory.language, opened.locale)
    order_id = _order_id(world, turned, row)
    if turned.handover is not None:
        turned = await _handed(tx, tenant, turned, row, tag, order_id, now)
    answer = spoken(turned, book, tag, shop.zone, opened.channel)
    message_id = await _say(tx, tenant, opened.connection, row, answer, tag, order_id, turned, now)
    customer_id = await _learnt(tx, tenant, row, memory, turned.memory, now)
    await talks.write(tx, merchant_id, conversation_id, customer_id, turned.memory, now)
    closing = Closing(
        state="answered",
        took_ms=(time.perf_counter() - started) * 1000,
        driver="model" if came is not None else "offline",
        language=turned.memory.language,
        talk=turned.talk,
        intent=turned.intent,
        confidence=turned.confidence,
        order_id=order_id,
        answered=turned.answered,
        handover=turned.handover or "",
        unanswered=bool(turned.unanswered),
        message_id=message_id,
        understood=read(row["text"]),
        did=turned.did,
        said=tuple(piece.key or ("refusal" if piece.refusal else "text") for piece in turned.pieces),
    )
    await turns.close(tx, merchant_id, row["turn_id"], closing, now)
    await note_contact(tx, merchant_id, book, row, turned, order_id, customer_id, now)
    await note_promises(tx, tenant, row, turned, order_id, now)


async def _learnt(tx: Tx, tenant: Tenant, row: Row, before: Memory, after: Memory, now: datetime) -> int | None:
    """Note whose address it is that wrote, once they have shown in the talk who they are."""
    if after.shown is None or after.shown == before.shown:
        known: int | None = row["customer_id"]
        return known
    merchant_id, shown = tenant.merchant.merchant_id, after.shown
    proof = Proof(assurance=Assurance(shown.assurance), kind=shown.kind, value=shown.value, order_ids=shown.order_ids, at=shown.at)
    asker = await asker_of(tx, merchant_id, proof)
    reached = await orders_of(tx, merchant_id, asker, 1) if asker else []
    how = "one-time code" if proof.assurance is Assurance.CODE else "order number and e-mail"
    reply = Reply(channel=ChannelKind(row["channel"]), sender=row["address"], to="", text="", provider_id=row["provider_id"])
    customer_id = await learn(tx, merchant_id, row["customer_id"], reached[0] if reached else None, reply, row["address"], how, now)
    order_id = row["before_order_id"] or (reached[0].order_id if reached else None)
    await conversations.heard(
        tx, merchant_id, row["conversation_id"], row["came_at"], customer_id=customer_id, order_id=order_id, for_human=False
    )
    return customer_id


def _order_id(world: TalkWorld, turned: Turned, row: Row) -> int | None:
    """Our id of the order that the turn was about: the one of the talk, else the one that the customer's word was bound to."""
    named = turned.memory.frames[-1].slots.order if turned.memory.frames else turned.memory.last_order
    bound: int | None = row["order_id"]
    return world.order_id_of(named) or bound


async def _handed(tx: Tx, tenant: Tenant, turned: Turned, row: Row, tag: str, order_id: int | None, now: datetime) -> Turned:
    """Hand over, and say so with when a human answers."""
    talk = await conversations.find(tx, tenant.merchant.merchant_id, row["conversation_id"])
    if talk is None:
        return turned
    handover_id = await hand_to_human(
        tx,
        tenant,
        talk,
        reason=turned.handover or HandoverReason.TALK,
        summary=turned.summary or row["text"][:500],
        order_id=order_id,
        language=turned.memory.language or language_of(tag),
        now=now,
        intent=turned.intent,
        turn_id=row["turn_id"],
    )
    when = await when_answered(tx, tenant, handover_id, tag, now)
    return _replace(turned, pieces=(*turned.pieces, Piece(key="say.handed_over"), Piece(key="", text=when)))


async def _say(  # noqa: PLR0913, PLR0917
    tx: Tx, tenant: Tenant, connection: Connection, row: Row, answer: Spoken, tag: str, order_id: int | None, turned: Turned, now: datetime
) -> UUID | None:
    """Queue the answer to where the customer wrote; None: nothing is said, or the address is not written to."""
    channel = ChannelKind(row["channel"])
    if not answer.text or not await may_say(tx, tenant.merchant.merchant_id, channel, row["address"]):
        return None
    reply = Reply(
        channel=channel,
        sender=row["sender"],
        to=row["recipient"],
        text=row["text"],
        provider_id=row["provider_id"],
        at=row["received_at"],
        sender_name=row["sender_name"],
    )
    why = f"the customer wrote; understood as {turned.intent or 'nothing known'}, answered by the talk {turned.talk or 'none'}"
    new = said_back(tenant, connection, reply, tag, answer.text, "conversation", why, order_id, now)
    subject = await reply_subject(tx, tenant, row["message_id"]) if channel is ChannelKind.EMAIL else tenant.brand.name
    content = Rendered(subject=subject, text=answer.text, choices=answer.choices, link=answer.link)
    await messages.queue(tx, [_replace(new, message=_replace(new.message, content=content, reply_to=tenant.brand.support_email))])
    return UUID(new.message.message_id)
