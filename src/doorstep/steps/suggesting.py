"""What a customer wrote last + a human who has the word → what our talk would say and do, for the human to begin with.

The turn is taken as it would be without the human, but only as far as it reads: it counts nothing, keeps nothing, and says nothing to anybody.
"""

from datetime import datetime

import msgspec

from doorstep.conversations.knowledge.quoting import Quoted
from doorstep.conversations.talks import take_turn
from doorstep.conversations.talks.saying import said
from doorstep.conversations.talks.wishes import Do, Flow, Given, Judge, ListOrders, Prepare, ReadOrder, Search, TimesAsked
from doorstep.domain.languages import language_of
from doorstep.domain.people import Identity
from doorstep.domain.talking.intents import Intent
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.told import QuoteTold
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps import knowing_shop
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.opening_turns import ELSEWHERE, asker_in, remembered
from doorstep.steps.saying import locale_of
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_saying import tag_of, writer
from doorstep.steps.talk_world import TalkWorld
from doorstep.steps.teaching import model_of
from doorstep.steps.understanding import reader
from doorstep.store import people, talks
from doorstep.store.database import Database, Row, Tx

_READING = (ListOrders, ReadOrder, Judge, Search)
_replace = msgspec.structs.replace


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said and done; each is empty where there is nothing."""

    #: As our talk would answer.
    text: str = ""
    #: `ActionKind` that our talk would propose.
    action: str = ""
    #: `Intent` of the last words, or of what was asked before them.
    intent: str = ""
    #: The shop's own words for them.
    quote: QuoteTold | None = None


class _Asked(msgspec.Struct):
    """What a turn came to: an answer, or the action that it stopped at."""

    turned: Turned | None = None
    action: str = ""


async def suggest(database: Database, tx: Tx, directory: Directory, tenant: Tenant, talk: Row, last: Row, now: datetime) -> Suggested:
    """Take a conversation's last words (`conversations.one`, and one of `conversations.replies`) as far as that only reads."""
    merchant_id, shop = tenant.merchant.merchant_id, shop_told(tenant)
    if not last["text"].strip() or not tenant.book.on:
        return Suggested()
    channel = ChannelKind(talk["channel"])
    kept = await talks.read(tx, merchant_id, talk["conversation_id"])
    customer_id, elsewhere, names = talk["customer_id"], Memory(), list[Identity]()
    if customer_id is not None:
        elsewhere = await talks.elsewhere(tx, merchant_id, customer_id, talk["conversation_id"], now - ELSEWHERE)
        names = [one for one in await people.identities(tx, merchant_id, customer_id) if one.verified_at is not None]
    memory = remembered(kept, elsewhere, now)
    locale = await locale_of(tx, tenant, talk["address"], last["order_id"] or talk["order_id"])
    if not memory.language:
        memory = _replace(memory, language=language_of(locale))
    here = {"address": talk["address"], "message_id": last["message_id"], "order_id": last["order_id"]}
    shown = [(one.kind, one.value, one.verified_how) for one in names]
    asker = await asker_in(tx, merchant_id, here, shown, channel, memory)
    read = reader(await model_of(tx, tenant), shop, memory.language, now)

    async def find(question: str, language: str) -> QuoteTold | None:
        found = (await knowing_shop.look(tx, merchant_id, question, language, now)).answer
        return QuoteTold(text=found.text, title=found.title, url=found.url, as_of=found.as_of) if isinstance(found, Quoted) else None

    world = TalkWorld(
        database, tx, directory, tenant, asker=asker, channel=channel, address=talk["address"], language=memory.language, now=now, find=find
    )
    heard = Heard(text=last["text"], channel=channel)
    came = await world.run(_looking(take_turn(heard, memory, book=tenant.book, shop=shop, read=read, now=now, rules=tenant.handing.rules)))
    turned = came.turned
    intent = next((str(one) for one in read(last["text"]).wanted), "") or (memory.frames[-1].intent if memory.frames else "")
    quote = await find(last["text"], memory.language)
    if turned is None or not _helps(turned):
        return Suggested(action=came.action, intent=intent, quote=quote)
    tag = tag_of(turned.memory.language, locale)
    text = said(turned.pieces, tag, tenant.book, writer(tag, shop.zone))
    if quote is not None and quote.text in text:
        quote = None
    return Suggested(text="\n\n".join(one for one in (text, turned.link) if one), action=came.action, intent=intent, quote=quote)


def _helps(turned: Turned) -> bool:
    """Whether a human may begin with it: an answer or a question to the point, no hello of the program's."""
    asks = bool(turned.memory.frames) and bool(turned.memory.frames[-1].asked)
    about_itself = turned.intent.startswith("talk.") or turned.intent == Intent.HUMAN
    return turned.handover is None and not about_itself and bool(turned.pieces) and (turned.answered or asks)


def _looking(flow: Flow[Turned]) -> Flow[_Asked]:
    """Let a turn read and judge; what it would do ends it, and is told."""
    given: Given = None
    while True:
        try:
            wish = flow.send(given)
        except StopIteration as ended:
            return _Asked(turned=ended.value)
        if isinstance(wish, TimesAsked):
            given = 0
        elif isinstance(wish, _READING):
            given = yield wish
        else:
            flow.close()
            return _Asked(action=str(wish.action.kind) if isinstance(wish, Prepare | Do) else "")
