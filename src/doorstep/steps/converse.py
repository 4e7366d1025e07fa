"""Turns that wait → answered, each in a transaction of its own: understood, talked, acted under the guards, said back, written down.

A turn is taken once: its row is held while it is answered, and closes together with what it did and said. What breaks is tried again, then
given to a human; a human who holds the talk is never talked over.
"""

import asyncio
import contextlib
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
from doorstep.steps.opening_turns import ELSEWHERE, Opened, open_turn
from doorstep.steps.saying import locale_of, reply_subject, said_back
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
from doorstep.store.database import Database, Row, Tx, fence
from doorstep.store.turns import Closing

_LOG = structlog.get_logger()
_replace = msgspec.structs.replace
#: Turns that are answered at a time.
MOST = 6
#: A turn that broke is tried again after so long, and given to a human after so many tries.
_AGAIN, _MOST_TRIES = timedelta(seconds=5), 3
#: Files that lie with the provider are waited for so long.
_FILES_WITHIN, _LOOK_AGAIN = timedelta(seconds=30), timedelta(seconds=1)
#: While a model is asked nobody else takes the turn up.
_LEASE = timedelta(seconds=20)
#: What a model is told of the conversation before.
_MOST_BEFORE, _LATELY = 12, timedelta(days=2)


class Talkers:
    """Answers so many turns at a time; as soon as one is answered the next is taken up, and one that waits for a model holds up no other."""

    def __init__(self, database: Database, directory: Directory, wire: Wire | None = None, most: int = MOST) -> None:
        self._database, self._directory, self._wire = database, directory, wire
        # A turn may need a second connection, for what counts whatever becomes of it: only half of them are given out for turns.
        self._free = asyncio.Semaphore(max(1, min(most, database.most // 2)))
        self._busy: set[asyncio.Task[None]] = set()
        #: Turns that were told of since somebody looked.
        self._told = 0
        self._tells = asyncio.Event()

    async def hear(self) -> int:
        """Hear of turns that come in, as long as the database is there.

        Raises:
            TryLaterError: it is away, or went away.
        """
        await self._database.hear(turns.CAME, self._hear)
        return 0

    async def wait(self, seconds: float) -> None:
        """Wait until a turn is told of, at most so long."""
        self._tells.clear()
        if not self._told:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._tells.wait()

    async def take_up(self, now: datetime) -> int:
        """Take up the turn that is due first, which is answered by and by; 0: there is no reason to look again at once.

        Raises:
            TryLaterError: the database is away.
        """
        await self._free.acquire()
        told, self._told = self._told, 0
        taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._answer(taken, now))
        self._busy.add(task)
        task.add_done_callback(self._ended)
        if not await taken:  # what was told of, another process has
            return 0
        self._told += max(0, told - 1)
        return int(not told or self._told > 0)

    async def rest(self) -> None:
        """Wait until all that were taken up are answered."""
        while self._busy:
            await asyncio.wait(self._busy)

    def _hear(self, _: str) -> None:
        self._told += 1
        self._tells.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._free.release()

    async def _answer(self, taken: "asyncio.Future[bool]", now: datetime) -> None:
        """Hold the next turn and answer it; what breaks in one talk stops no other: it is tried again, then a human's."""
        row = None
        try:
            async with self._database.system() as tx:
                row = await turns.next_due(tx, now, now - ELSEWHERE)
                if row is None:
                    taken.set_result(False)
                    return
                taken.set_result(True)
                await fence(tx, row["merchant_id"])
                tenant = self._directory.tenant(row["merchant_id"])
                asking = await self._for_model(tx, tenant, row, now)
                if asking is None:
                    await _take(self._database, tx, self._directory, tenant, row, None, now)
            if asking is not None and tenant is not None:
                await self._by_model(tenant, asking, now)
        except Exception as error:  # noqa: BLE001 - told to whoever took it up, or logged and tried again
            if row is None:
                taken.set_exception(error)
                return
            _LOG.exception("turn_failed", merchant_id=row["merchant_id"], turn_id=row["turn_id"])
            await _failed(self._database, self._directory, row["merchant_id"], row["turn_id"], now)

    async def _for_model(self, tx: Tx, tenant: Tenant | None, row: Row, now: datetime) -> Waiting | None:
        """Tell what the merchant's model is to be asked, if there is one; nobody else takes the turn up meanwhile."""
        if self._wire is None or tenant is None or not any(one.kind == "model" and one.active for one in tenant.connections.values()):
            return None
        opened = await open_turn(tx, tenant, row, now)
        if opened is None:
            return None
        await turns.wait(tx, row["merchant_id"], row["turn_id"], now + _LEASE)
        return Waiting(
            heard=opened.heard,
            memory=opened.memory,
            asker=opened.asker,
            address=row["address"],
            locale=opened.locale,
            conversation_id=row["conversation_id"],
            turn_id=row["turn_id"],
            before=await _before(tx, tenant, opened, now),
        )

    async def _by_model(self, tenant: Tenant, asking: Waiting, now: datetime) -> None:
        """Ask the model, while no transaction is open, and answer with what it gives."""
        if self._wire is None:
            return
        find = look_up(self._database, tenant, now)
        came = await modelled(self._database, self._directory, self._wire, tenant, asking, now, find)
        async with self._database.for_merchant(tenant.merchant.merchant_id) as tx:
            row = await turns.take(tx, tenant.merchant.merchant_id, asking.turn_id, now - ELSEWHERE)
            if row is not None:
                await _take(self._database, tx, self._directory, tenant, row, came, now)


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
        row = await turns.take(tx, merchant_id, turn_id, now)
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


async def _take(
    database: Database, tx: Tx, directory: Directory, tenant: Tenant | None, row: Row, came: Modelled | None, now: datetime
) -> None:
    """Answer one turn."""
    started = time.perf_counter()
    merchant_id, conversation_id = row["merchant_id"], row["conversation_id"]
    opened = await open_turn(tx, tenant, row, now) if tenant is not None else None
    if tenant is None or opened is None:
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
        begun=row["memory"] is not None,
        find=find_in(tx, tenant, conversation_id, now),
    )
    read = reader(await model_of(tx, tenant), shop, memory.language, now)
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
    if opened.left is not None:
        await talks.leave(tx, merchant_id, row["elsewhere_id"], opened.left)
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
    await turns.close(tx, row, closing, customer_id, turned.memory, now)
    await note_contact(tx, merchant_id, book, row, turned, order_id, customer_id, now)
    await note_promises(tx, tenant, row, turned, order_id, world.parcels, now)


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
    await conversations.heard(tx, merchant_id, row["conversation_id"], row["came_at"], customer_id=customer_id, order_id=order_id)
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
    if not answer.text or row["silenced"]:
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
