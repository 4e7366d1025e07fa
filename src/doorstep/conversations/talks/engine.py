"""What was heard, what is remembered, the talks → one turn: hear, go on with what is asked for, say what came of it.

Hearing comes first (`hearing`); then requests are worked through one after another until one needs an answer, or all are done.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from doorstep.conversations.handing.rules import Rules
from doorstep.conversations.talks.acting import act, out_of_question
from doorstep.conversations.talks.book import Book, Talk
from doorstep.conversations.talks.filling import NO_ORDER, ask, is_filled, skipped, slots_of, take
from doorstep.conversations.talks.finding import fits, noted, which_order, who
from doorstep.conversations.talks.hearing import hear
from doorstep.conversations.talks.state import HOUSE, Turn
from doorstep.conversations.talks.telling import TELLERS
from doorstep.conversations.talks.wishes import Flow, photographed, searched
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory, Offer
from doorstep.domain.talking.told import OrderTold, ShopTold
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.domain.talking.understood import Understood

#: A request that lay so long is not taken up again, and who it was is to be shown anew.
_FORGOTTEN_AFTER = timedelta(hours=24)
#: Needs that are about who asks or which order, not about a slot.
_FIRST = ("identity", "order")
#: Characters that are heard of one message.
_LONGEST = 4000
#: So many steps of one turn at most: a definition that leads in circles ends here.
_MOST_STEPS = 12
_MOST_OFFERED = 3


def take_turn(
    heard: Heard, memory: Memory, *, book: Book, shop: ShopTold, read: Callable[[str], Understood], now: datetime, rules: Rules = HOUSE
) -> Flow[Turned]:
    """Take one turn.

    Args:
        heard: what the customer said.
        memory: what is remembered of this conversation.
        book: the merchant's talks.
        shop: the shop, as it is named.
        read: understands a text; pure.
        now: aware UTC.
        rules: when a human takes over.
    """
    if memory.at is not None and now - memory.at > _FORGOTTEN_AFTER:
        memory = _forgotten(memory)
    heard = msgspec.structs.replace(heard, text=_readable(heard.text))
    turn = Turn(heard, memory, book=book, shop=shop, read=read, now=now, rules=rules)
    noted(turn, turn.understood)
    yield from hear(turn)
    for _ in range(_MOST_STEPS):
        if turn.asks or turn.handover is not None:
            break
        if turn.memory.frames:
            _take_up(turn)
            yield from _step(turn)
        elif not _next_wanted(turn):
            break
    return turn.turned()


def _forgotten(memory: Memory) -> Memory:
    """Keep what outlives a talk; the count of answers goes on, or a button of yesterday would be one of today's."""
    return Memory(language=memory.language, last_order=memory.last_order, answered=memory.answered, serial=memory.serial)


def _readable(text: str) -> str:
    """Give as much of a text as is understood: what stands behind is neither kept nor searched; half a character is none."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()


def _take_up(turn: Turn) -> None:
    """Say so where an older request is taken up again, and ask its question as if for the first time."""
    frame = turn.memory.frames[-1]
    if turn.pieces and turn.talk_said not in {"", frame.talk} and frame.asked:
        turn.say("say.resume")
        turn.put(msgspec.structs.replace(frame, asked="", times=0, token="", digest="", action=""))


def _next_wanted(turn: Turn) -> bool:
    """Begin the next of several requests that were made together."""
    waiting = turn.memory.waiting
    if not waiting:
        return False
    turn.remember(waiting=waiting[1:])
    talk = turn.book.answering(waiting[0].intent)
    if talk is not None:
        turn.say("say.next")
        order = {"order": waiting[0].order} if waiting[0].order else {}
        turn.begin(talk, waiting[0].intent, waiting[0].text, **order, **_said_for_both(turn, talk))
        turn.understood = turn.read(waiting[0].text)
    return True


def _said_for_both(turn: Turn, talk: Talk) -> dict[str, object]:
    """What was answered for the request before counts for the next of its kind."""
    before = turn.ended
    if before is None or before.talk != talk.slug:
        return {}
    slots = before.slots
    return {name: value for name in ("reason", "method", "way", "remedy") if (value := getattr(slots, name))}


def _step(turn: Turn) -> Flow[None]:
    """Go on with the current request until it asks, is done, or a human takes over."""
    talk = turn.talk
    if talk is None:  # its definition is gone
        turn.end()
        return
    turn.talk_said = talk.slug
    if not talk.enabled:
        turn.hand_over(HandoverReason.TALK)
        return
    order = None
    for need in talk.needs:
        if need == "identity":
            if not (yield from who(turn)):
                return
            continue
        if need == "order":
            order = yield from which_order(turn)
            if order is None:
                return
            yield from _photos(turn, talk, order)
            _take_all(turn, talk, order)
            continue
        if order is not None and not is_filled(turn, need) and not skipped(need, order):
            if not (yield from out_of_question(turn, talk, order)):
                ask(turn, need, order)
            return
        if order is None and not is_filled(turn, need) and not take(turn, need, NO_ORDER, turn.heard.text):
            ask(turn, need, NO_ORDER)
            return
    yield from _answer(turn, talk, order)


def _photos(turn: Turn, talk: Talk, order: OrderTold) -> Flow[None]:
    """Keep photos that came, where the request has a use for them."""
    if not turn.heard.files or "photos" not in (*talk.needs, *talk.may):
        return
    kept = yield from photographed(order.known.external_id)
    turn.heard = msgspec.structs.replace(turn.heard, files=0)
    if kept:
        turn.fill(photos=(*slots_of(turn).photos, *kept))
        turn.say("say.photo_kept")
    else:
        turn.say("say.no_photo")


def _take_all(turn: Turn, talk: Talk, order: OrderTold) -> None:
    """Take every slot that the customer's words tell, in whatever order they came."""
    for slot in (*talk.needs, *talk.may):
        if slot in _FIRST or is_filled(turn, slot):
            continue
        words = slots_of(turn).words
        take(turn, slot, order, f"{words} {turn.heard.text}" if words and words != turn.heard.text else turn.heard.text)


def _answer(turn: Turn, talk: Talk, order: OrderTold | None) -> Flow[None]:
    """Tell, look up, act; and end the request where nothing is asked."""
    for teller in talk.tells:
        yield from TELLERS[teller](turn, order)
        turn.answered = True
    if talk.knowledge:
        yield from _knowledge(turn, talk)
    if talk.actions and turn.handover is None:
        yield from act(turn, talk, order)
        _offer_next(turn, talk, order)
        return
    if turn.handover is not None:
        return
    if talk.handover is not None:
        turn.hand_over(talk.handover)
        return
    turn.end()
    _offer_next(turn, talk, order)


def _offer_next(turn: Turn, talk: Talk, order: OrderTold | None) -> None:
    """Offer what often comes next, once everything that was asked for is answered."""
    if turn.asks or turn.offers or turn.memory.frames or turn.memory.waiting:
        return
    following = [turn.book.talks[slug] for slug in talk.next]
    fitting = [one for one in following if one.enabled and (order is None or not one.needs or fits(one, order))]
    turn.offers = [Offer(value=f"talk.{one.slug}", key=f"talk.{one.slug}") for one in fitting[:_MOST_OFFERED]]


def _knowledge(turn: Turn, talk: Talk) -> Flow[None]:
    """Quote the shop's own words, or say that there are none; that is noted for the shop."""
    question = slots_of(turn).words or turn.heard.text
    quote = yield from searched(question, turn.memory.language)
    if quote is not None:
        turn.say("say.quote", text=quote.text, title=quote.title, as_of=quote.as_of, url=quote.url)
        turn.answered = True
        return
    turn.unanswered = question
    if not (talk.tells or talk.actions):
        turn.say("say.do_not_know")
        turn.offers = [Offer(value="talk.human", key="talk.human")]
