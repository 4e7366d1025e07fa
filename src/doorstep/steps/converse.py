"""Turns that wait → answered, each in a transaction of its own: understood, talked, acted under the guards, said back, written down.

A turn is taken once: its row is held while it is answered, and closes together with what it did and said. What breaks is tried again, then
given to a human; a human who holds the talk is never talked over.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from doorstep.conversations.talks import take_turn
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.languages import language_of
from doorstep.domain.messages import Rendered, Reply
from doorstep.domain.people import IdentityKind
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Heard, Piece, Turned
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.handing_over import hand_to_human, when_answered
from doorstep.steps.identity import Proof, asker_of, orders_of
from doorstep.steps.saying import locale_of, may_say, reply_subject, said_back
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_saying import Spoken, spoken, tag_of
from doorstep.steps.talk_world import TalkWorld, joined
from doorstep.steps.understanding import reader
from doorstep.steps.whose_reply import learn
from doorstep.store import conversations, handovers, messages, orders, people, reply_files, talks, turns
from doorstep.store.connections import Connection
from doorstep.store.conversations import Conversation
from doorstep.store.database import Database, Row, Tx
from doorstep.store.turns import Closing

_LOG = structlog.get_logger()
_replace = msgspec.structs.replace
#: Turns that one round takes up.
MOST = 20
#: A turn that broke is tried again after so long, and given to a human after so many tries.
_AGAIN, _MOST_TRIES = timedelta(seconds=5), 3
#: What was begun on another channel is taken up within so long.
_ELSEWHERE = timedelta(hours=24)
#: What was shown of who asks holds for so long.
#: Files that lie with the provider are waited for so long.
_FILES_WITHIN, _LOOK_AGAIN = timedelta(seconds=30), timedelta(seconds=1)
_SHOWN_FOR = timedelta(hours=12)
_BY_PHONE = frozenset({ChannelKind.SMS, ChannelKind.WHATSAPP})


async def converse(database: Database, directory: Directory, now: datetime, most: int = MOST) -> int:
    """Answer the turns that wait; return how many were taken up."""
    async with database.system() as tx:
        waiting = await turns.due(tx, now, most)
    for merchant_id, turn_id in waiting:
        await _answer(database, directory, merchant_id, turn_id, now)
    return len(waiting)


async def _answer(database: Database, directory: Directory, merchant_id: int, turn_id: int, now: datetime) -> None:
    tenant = directory.tenant(merchant_id)
    try:
        async with database.for_merchant(merchant_id) as tx:
            row = await turns.take(tx, merchant_id, turn_id)
            if row is not None and tenant is not None:
                await _take(database, tx, directory, tenant, row, now)
            elif row is not None:
                await turns.end(tx, merchant_id, turn_id, "silent", "", now)
    except Exception:  # noqa: BLE001 - whatever breaks in one talk stops no other; the turn is tried again, then a human's
        _LOG.exception("turn_failed", merchant_id=merchant_id, turn_id=turn_id)
        await _failed(database, directory, merchant_id, turn_id, now)


async def _failed(database: Database, directory: Directory, merchant_id: int, turn_id: int, now: datetime) -> None:
    """Put a turn off that broke; in the end a human takes over."""
    async with database.for_merchant(merchant_id) as tx:
        row = await turns.take(tx, merchant_id, turn_id)
        tenant = directory.tenant(merchant_id)
        if row is None or await turns.put_off(tx, merchant_id, turn_id, now + _AGAIN) < _MOST_TRIES:
            return
        await turns.end(tx, merchant_id, turn_id, "failed", HandoverReason.FAILED, now)
        if tenant is not None:
            talk = await conversations.find(tx, merchant_id, row["conversation_id"])
            if talk is not None:
                summary = row["text"][:500]
                language = language_of(tenant.brand.default_locale)
                await hand_to_human(
                    tx,
                    tenant,
                    talk,
                    reason=HandoverReason.FAILED,
                    summary=summary,
                    order_id=row["order_id"],
                    language=language,
                    now=now,
                    turn_id=turn_id,
                )


async def _take(database: Database, tx: Tx, directory: Directory, tenant: Tenant, row: Row, now: datetime) -> None:
    """Answer one turn."""
    started = time.perf_counter()
    merchant_id, conversation_id = tenant.merchant.merchant_id, row["conversation_id"]
    channel = ChannelKind(row["channel"])
    connection = tenant.connections.get(row["connection_id"])
    talk = await conversations.find(tx, merchant_id, conversation_id)
    if talk is None or connection is None or await handovers.open_of(tx, merchant_id, conversation_id) is not None:
        await turns.end(tx, merchant_id, row["turn_id"], "silent", "", now)
        return
    memory = await _remembered(tx, merchant_id, conversation_id, talk.customer_id, now)
    asker = await _asker(tx, merchant_id, row, channel, memory)
    locale = await locale_of(tx, tenant, talk.address, row["order_id"] or talk.order_id)
    shop = shop_told(tenant)
    files = await reply_files.of(tx, merchant_id, [row["reply_id"]])
    if any(one["due_at"] for one in files) and now - row["came_at"] < _FILES_WITHIN:
        await turns.wait(tx, merchant_id, row["turn_id"], now + _LOOK_AGAIN)
        return
    order = await _bound_order(tx, merchant_id, asker, row)
    heard = Heard(text=row["text"], choice=row["choice"], channel=channel, order=order, files=len(files))
    world = TalkWorld(
        database,
        tx,
        directory,
        tenant,
        asker=asker,
        channel=channel,
        address=talk.address,
        language=memory.language or language_of(locale),
        now=now,
        conversation_id=conversation_id,
        reply_id=row["reply_id"],
    )
    book = tenant.book
    if not memory.language:
        memory = _replace(memory, language=language_of(locale))
    read = reader(tenant, shop, memory.language, now)
    turned = await world.run(take_turn(heard, memory, book=book, shop=shop, read=read, now=now, rules=tenant.handing.rules))
    tag = tag_of(turned.memory.language, locale)
    order_id = await _order_id(tx, merchant_id, asker, turned, row)
    if turned.handover is not None:
        turned = await _handed(tx, tenant, talk, turned, row, tag, order_id, now)
    answer = spoken(turned, book, tag, shop.zone, channel)
    message_id = await _say(tx, tenant, connection, row, answer, tag, order_id, turned, now)
    customer_id = await _learnt(tx, tenant, talk, row, memory, turned.memory, now)
    await talks.write(tx, merchant_id, conversation_id, customer_id, turned.memory, now)
    closing = Closing(
        state="answered",
        took_ms=(time.perf_counter() - started) * 1000,
        driver="offline",
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
        said=tuple(piece.key or "refusal" for piece in turned.pieces),
    )
    await turns.close(tx, merchant_id, row["turn_id"], closing, now)


async def _remembered(tx: Tx, merchant_id: int, conversation_id: int, customer_id: int | None, now: datetime) -> Memory:
    """Read what is remembered here; what the same customer had begun on another channel is taken up, without who they had shown to be there."""
    memory = await talks.read(tx, merchant_id, conversation_id)
    if memory.shown is not None and now - memory.shown.at > _SHOWN_FOR:
        memory = _replace(memory, shown=None)
    if memory.frames or customer_id is None:
        return memory
    found = await talks.elsewhere(tx, merchant_id, customer_id, conversation_id, now - _ELSEWHERE)
    if found is None:
        return memory
    other_id, other = found
    await talks.leave(tx, merchant_id, other_id, _replace(other, frames=(), waiting=(), offered=()))
    frames = tuple(
        _replace(one, token="", digest="", action="", handle="", asked="" if one.asked in {"confirm", "code"} else one.asked)
        for one in other.frames
    )
    return _replace(
        memory, frames=frames, waiting=other.waiting, language=memory.language or other.language, last_order=other.last_order, at=now
    )


async def _asker(tx: Tx, merchant_id: int, row: Row, channel: ChannelKind, memory: Memory) -> Asker:
    """Tell who asks: what the channel shows by itself, what was answered, what was shown before in this talk."""
    names = await people.identities(tx, merchant_id, row["customer_id"]) if row["customer_id"] else []
    shown = {one.kind: one for one in names if one.verified_at is not None}
    email, phone, assurance = "", "", Assurance.NONE
    if channel in _BY_PHONE and row["address"].startswith("+"):
        phone, assurance = row["address"], Assurance.LINK
    if channel is ChannelKind.EMAIL and row["message_id"] is not None:
        email, assurance = row["address"].casefold(), Assurance.LINK
    if channel in {ChannelKind.CHAT, ChannelKind.INAPP, ChannelKind.MESSENGER, ChannelKind.WHATSAPP}:
        for kind in (IdentityKind.EMAIL, IdentityKind.PHONE):
            if (one := shown.get(kind)) is not None:
                email = one.value if kind is IdentityKind.EMAIL else email
                phone = phone or (one.value if kind is IdentityKind.PHONE else "")
                signed = one.verified_how == "signed by the shop" and channel is ChannelKind.CHAT
                assurance = max(assurance, Assurance.LOGIN if signed else Assurance.LINK)
    bound = (row["order_id"],) if row["order_id"] is not None and row["message_id"] is not None else ()
    base = Asker(
        assurance=max(assurance, Assurance.LINK) if bound else assurance, email=email, phone=phone, orders=bound, channel=str(channel)
    )
    if memory.shown is None:
        return base
    kept = memory.shown
    proof = Proof(assurance=Assurance(kept.assurance), kind=kept.kind, value=kept.value, order_ids=kept.order_ids, at=kept.at)
    asker = await asker_of(tx, merchant_id, proof, channel=str(channel))
    return joined(base, asker) if asker is not None else base


async def _learnt(tx: Tx, tenant: Tenant, talk: Conversation, row: Row, before: Memory, after: Memory, now: datetime) -> int | None:
    """Note whose address it is that wrote, once they have shown in the talk who they are."""
    if after.shown is None or after.shown == before.shown:
        return talk.customer_id
    merchant_id, shown = tenant.merchant.merchant_id, after.shown
    proof = Proof(assurance=Assurance(shown.assurance), kind=shown.kind, value=shown.value, order_ids=shown.order_ids, at=shown.at)
    asker = await asker_of(tx, merchant_id, proof)
    reached = await orders_of(tx, merchant_id, asker, 1) if asker else []
    how = "one-time code" if proof.assurance is Assurance.CODE else "order number and e-mail"
    reply = Reply(channel=ChannelKind(row["channel"]), sender=talk.address, to="", text="", provider_id=row["provider_id"])
    customer_id = await learn(tx, merchant_id, talk.customer_id, reached[0] if reached else None, reply, talk.address, how, now)
    order_id = talk.order_id or (reached[0].order_id if reached else None)
    await conversations.heard(
        tx, merchant_id, talk.conversation_id, row["came_at"], customer_id=customer_id, order_id=order_id, for_human=False
    )
    return customer_id


async def _bound_order(tx: Tx, merchant_id: int, asker: Asker, row: Row) -> str:
    """Name the order that the reply answers a message about, by the shop's id; "" none."""
    order_id = row["order_id"]
    if order_id is None or order_id not in asker.orders:
        return ""
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
    return kept.order.external_id if kept else ""


async def _order_id(tx: Tx, merchant_id: int, asker: Asker, turned: Turned, row: Row) -> int | None:
    """Our id of the order that the turn was about."""
    named = turned.memory.frames[-1].slots.order if turned.memory.frames else turned.memory.last_order
    if not named:
        return row["order_id"]  # type: ignore[no-any-return]
    for order_id in asker.orders:
        kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
        if kept is not None and kept.order.external_id == named:
            return order_id
    return row["order_id"]  # type: ignore[no-any-return]


async def _handed(
    tx: Tx, tenant: Tenant, talk: Conversation, turned: Turned, row: Row, tag: str, order_id: int | None, now: datetime
) -> Turned:
    """Hand over, and say so with when a human answers."""
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
    if not answer.text or not await may_say(tx, tenant.merchant.merchant_id, channel, row["address"], now):
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
