"""A hand-over that ended → the customer is asked how it was, once; what they say then → kept, told, thanked for."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.conversations.handing.words import handing_words
from doorstep.domain.languages import language_of
from doorstep.domain.messages import Choice, Reply
from doorstep.domain.talking.inbox import UNASKED
from doorstep.domain.talking.intents import Act, Intent
from doorstep.steps.directory import Tenant
from doorstep.steps.handover_news import HANDOVER_RATED, announce
from doorstep.steps.saying import hindrance, locale_of, may_say, said_back, said_unasked
from doorstep.steps.shop_told import shop_told
from doorstep.steps.teaching import model_of
from doorstep.steps.understanding import reader
from doorstep.store import conversations, handovers, messages
from doorstep.store.connections import Connection
from doorstep.store.conversations import Conversation
from doorstep.store.database import Row, Tx
from doorstep.store.handovers import Handover
from doorstep.store.messages import NewMessage

#: An answer counts for so long.
WITHIN = timedelta(days=3)
#: From here on they were content; below, they are asked what went wrong.
CONTENT = 4
#: A number and nothing else, as people write it: "5", "4/5", "5!". "2 parcels are missing" is none.
_LONGEST_DIGIT = 12
_DIGIT = re.compile(r"\s*([1-5])\s*(?:/\s*5)?\s*[.!)]*\s*")
_CHOICE = re.compile(r"csat_([1-5])")
_SORRY, _THANKS = "reply.csat_sorry", "reply.csat_thanks"


async def ask_how(tx: Tx, tenant: Tenant, one: Handover, now: datetime) -> bool:
    """Ask how it was, by the channel they wrote by; False: the merchant asks nobody, no human answered, or they cannot be written to."""
    unasked = one.csat_asked_at is not None or one.answered_at is None or one.close_reason in UNASKED
    if unasked or not tenant.handing.ask_csat:
        return False
    talk = await conversations.one(tx, one.merchant_id, one.conversation_id)
    if talk is None or await hindrance(tx, tenant, talk, now) is not None:
        return False
    question = await _question(tx, tenant, talk, one, now)
    await messages.queue(tx, [question])
    await handovers.csat_asked(tx, one, UUID(question.message.message_id), now)
    return True


async def _question(tx: Tx, tenant: Tenant, talk: Row, one: Handover, now: datetime) -> NewMessage:
    locale = await locale_of(tx, tenant, talk["address"], one.order_id)
    choices = tuple(Choice(choice_id=f"csat_{score}", title=handing_words(str(score), locale)) for score in range(1, 6))
    return await said_unasked(
        tx,
        tenant,
        talk,
        handing_words("csat", locale),
        choices,
        locale,
        template="csat",
        once=str(one.handover_id),
        why="a colleague helped them and was done",
        order_id=one.order_id,
        now=now,
    )


async def take_rating(tx: Tx, tenant: Tenant, connection: Connection, talk: Conversation, reply: Reply, choice: str, now: datetime) -> bool:
    """Take what a customer says when they were asked how it was; False: it is something else, and goes its usual way.

    What they write to "what went wrong?" is kept beside the number and goes its usual way too: somebody reads it. What they add to a
    good one is kept likewise, and asks for no answer unless they want something.
    """
    merchant_id = tenant.merchant.merchant_id
    one = await handovers.asked_how(tx, merchant_id, talk.conversation_id, now - WITHIN)
    if one is None:
        return False
    last = next(iter(await conversations.lately(tx, merchant_id, talk.channel, talk.address, now - WITHIN)), None)
    pressed, typed = _CHOICE.fullmatch(choice), _DIGIT.fullmatch(reply.text.strip()[:_LONGEST_DIGIT])
    if pressed or (typed and one.csat_score is None and last is not None and last["message_id"] == one.csat_message_id):
        score = int((pressed or typed or [])[1])
        await _rated(tx, tenant, connection, reply, one, score, now)
        return True
    if one.csat_score is not None and not one.csat_comment and last is not None and last["trigger"] == _SORRY:
        await handovers.comment(tx, one, reply.text)
    added = one.csat_score is not None and not one.csat_comment and last is not None and last["trigger"] == _THANKS
    if added and reply.text.strip() and not choice and not typed and not await _wants(tx, tenant, talk, reply, now):
        await handovers.comment(tx, one, reply.text)
        return True
    return False


async def _wants(tx: Tx, tenant: Tenant, talk: Conversation, reply: Reply, now: datetime) -> bool:
    """Whether words after a good rating ask for something."""
    locale = await locale_of(tx, tenant, talk.address, talk.order_id)
    understood = reader(await model_of(tx, tenant), shop_told(tenant), language_of(locale), now)(reply.text)
    wanted = [one for one in understood.wanted if not one.startswith("talk.") and one is not Intent.FEEDBACK_PRAISE]
    return bool(wanted) or "?" in reply.text or Act.HUMAN in understood.acts


async def _rated(tx: Tx, tenant: Tenant, connection: Connection, reply: Reply, one: Handover, score: int, now: datetime) -> None:
    if score == one.csat_score:
        return
    await handovers.rate(tx, one, score, now)
    rated = await handovers.one(tx, one.merchant_id, one.handover_id)
    if rated is not None:
        await announce(tx, tenant, HANDOVER_RATED, rated, now)
    if one.csat_score is None and await may_say(tx, one.merchant_id, reply.channel, reply.sender):
        locale = await locale_of(tx, tenant, reply.sender, one.order_id)
        name = "thanks" if score >= CONTENT else "sorry"
        text, why = handing_words(name, locale), f"the customer gave {score} of 5"
        await messages.queue(tx, [said_back(tenant, connection, reply, locale, text, f"csat_{name}", why, one.order_id, now)])
