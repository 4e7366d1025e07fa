"""A turn that waits + the merchant's model → what the model gives to it: words for what Doorstep would say, an answer, or a talk to begin.

For whoever runs turns, before the turn's own transaction is opened:

    came = await modelled(database, directory, wire, tenant, turn, now, find)
    # None: the turn is taken as if there were no model.
    # came.heard: take the turn with this instead; a talk begins by it, asks what is missing, and for the yes.
    # came.text: say this in the place of the pieces; offers and the page stay those of the turn as it is taken without a model.

`Waiting` is filled from what the turn's row, memory and asker are when it is taken up. `find` is the
shop's knowledge, as `TalkWorld` takes it. The turn closes with the driver "model" where something came. If the turn is taken up again after
a crash, the model is asked again: nothing it did has to be undone.

The turn is first taken dry: a transaction in which it may only read. If it answers, the model may say that in other words. If nothing was
understood, a model that may do so reads, answers, or chooses. In all else (a question that a talk asks, a yes, a code, whatever changes
something, a human) no model is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.conversations.models import Context, Outcome, Rights, Said, ToolWish, WishKind
from doorstep.conversations.models.wished import wished_of
from doorstep.conversations.talks import take_turn
from doorstep.conversations.talks.saying import said
from doorstep.conversations.talks.wishes import Flow, Given, Judge, ListOrders, ReadOrder, Search, TimesAsked
from doorstep.domain.actions.askers import Asker
from doorstep.domain.languages import language_of
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.model_facts import facts_of, personal_of
from doorstep.steps.model_world import ModelWorld
from doorstep.steps.modelling import ask_model, model_of
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_saying import tag_of, writer
from doorstep.steps.talk_told import order_told, orders_told
from doorstep.steps.talk_world import Find, TalkWorld
from doorstep.steps.teaching import model_of as own_model
from doorstep.steps.understanding import reader
from doorstep.steps.wire import Wire
from doorstep.store.database import Database, Tx
from doorstep.store.orders import number_key

_READING = (ListOrders, ReadOrder, Judge, Search, TimesAsked)
#: What only the customer's own words may answer.
_OWN = frozenset({"confirm", "code", "identity"})
#: Orders of the asker that a model is told of unasked.
_MOST_ORDERS = 3
_replace = msgspec.structs.replace


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One turn that waits, with all that is known when it is taken up."""

    heard: Heard
    memory: Memory
    #: The conversation's own.
    asker: Asker
    #: Where it came from, as the channel writes it.
    address: str
    #: BCP 47, of the order or the shop.
    locale: str
    conversation_id: int
    turn_id: int
    #: The conversation before, the oldest first.
    before: Sequence[Said] = ()


class Modelled(msgspec.Struct, frozen=True, kw_only=True):
    """What a model gives to a turn; one of both."""

    #: To be said; "" nothing.
    text: str = ""
    #: To be heard instead; None: nothing.
    heard: Heard | None = None


class _Dry(msgspec.Struct, frozen=True, kw_only=True):
    """A turn as it would be taken without a model."""

    turned: Turned
    draft: str
    orders: tuple[OrderTold, ...]
    understood: bool
    tag: str


async def modelled(
    database: Database, directory: Directory, wire: Wire, tenant: Tenant, turn: Waiting, now: datetime, find: Find | None = None
) -> Modelled | None:
    """Ask the merchant's model for a turn; None: take the turn without it."""
    asked = turn.memory.frames[-1].asked if turn.memory.frames else ""
    language = turn.memory.language or language_of(turn.locale)
    if turn.heard.choice or asked in _OWN or not turn.heard.text.strip() or model_of(tenant, language) is None:
        return None
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        dry = await _taken_dry(database, tx, directory, tenant, turn, now, find)
    rights = _rights(dry, asked)
    if dry is None or rights is None:
        return None
    world = ModelWorld(database, directory, tenant, asker=turn.asker, tag=dry.tag, now=now, find=find)
    came = await ask_model(database, directory, wire, tenant, _context(tenant, turn, dry, rights, now), world.run_tool, now, most=rights)
    if came is None:
        return None
    if came.outcome is Outcome.USED:
        return Modelled(text=came.text)
    return _begun(tenant, turn, dry, came.proposals[0])


def _rights(dry: _Dry | None, asked: str) -> Rights | None:
    """How much of the model is wanted; None: nothing."""
    if dry is None or dry.turned.handover is not None or asked:
        return None
    if any(piece.text or piece.key == "say.quote" for piece in dry.turned.pieces):
        return None  # the shop's own words are quoted as they stand
    if dry.turned.answered and dry.draft and not dry.turned.unanswered:
        return Rights.PHRASE
    return None if dry.understood and not dry.turned.unanswered else Rights.ACT


async def _taken_dry(
    database: Database, tx: Tx, directory: Directory, tenant: Tenant, turn: Waiting, now: datetime, find: Find | None
) -> _Dry | None:
    """Take a turn that only reads; None: it would do more."""
    shop, memory = shop_told(tenant), turn.memory
    if not memory.language:
        memory = _replace(memory, language=language_of(turn.locale))
    read = reader(await own_model(tx, tenant), shop, memory.language, now)
    world = TalkWorld(
        database, tx, directory, tenant, asker=turn.asker, channel=turn.heard.channel, address=turn.address, language=memory.language, now=now, find=find,
        conversation_id=turn.conversation_id,
    )  # fmt: skip
    turned = await world.run(
        _only_reading(take_turn(turn.heard, memory, book=tenant.book, shop=shop, read=read, now=now, rules=tenant.handing.rules))
    )
    if turned is None:
        return None
    tag = tag_of(turned.memory.language, turn.locale)
    mine = {one.told.known.external_id: one for one in await orders_told(tx, directory, tenant, turn.asker, now)}
    last = turned.memory.last_order
    first = sorted(mine, key=lambda order: order != last)[:_MOST_ORDERS]
    whole = [await order_told(tx, directory, tenant, turn.asker, order, tag, now, listed=mine[order]) for order in first]
    return _Dry(
        turned=turned,
        draft=said(turned.pieces, tag, tenant.book, writer(tag, shop.zone)),
        orders=tuple(one.told for one in whole if one is not None),
        understood=bool(read(turn.heard.text).wanted),
        tag=tag,
    )


def _only_reading(flow: Flow[Turned]) -> Flow[Turned | None]:
    """Let a turn read and judge; the first wish for more ends it."""
    given: Given = None
    while True:
        try:
            wish = flow.send(given)
        except StopIteration as ended:
            turned: Turned = ended.value
            return turned
        if not isinstance(wish, _READING):
            flow.close()
            return None
        given = yield wish


def _context(tenant: Tenant, turn: Waiting, dry: _Dry, rights: Rights, now: datetime) -> Context:
    shop = shop_told(tenant)
    facts = [fact for order in dry.orders for fact in facts_of(order, tenant.book, shop, dry.tag, now)]
    return Context(
        utterance=turn.heard.text,
        language=language_of(dry.tag),
        today=now.astimezone(ZoneInfo(shop.zone)).date(),
        shop=shop.brand,
        before=tuple(turn.before),
        facts=tuple(facts),
        draft=dry.draft if rights is Rights.PHRASE else "",
        known=personal_of(dry.orders),
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
    )


def _begun(tenant: Tenant, turn: Waiting, dry: _Dry, wish: ToolWish) -> Modelled | None:
    """Make what is heard of a proposal: the choice of a talk, with the order and what the model read out of the conversation."""
    wished = wished_of(wish, tenant.book)
    if wished is None:
        return None
    named = getattr(wish.action, "order", "") if wish.kind is not WishKind.TALK else ""
    order = next((one.known.external_id for one in dry.orders if named and _is_named(one, named)), turn.heard.order)
    return Modelled(heard=_replace(turn.heard, choice=f"talk.{wished.talk}", order=order, given=wished.slots))


def _is_named(order: OrderTold, named: str) -> bool:
    return named == order.known.external_id or number_key(named) == number_key(order.known.number)
