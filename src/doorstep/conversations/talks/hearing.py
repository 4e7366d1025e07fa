"""One utterance, heard within what is going on → an answer to what was asked, a correction, a new request, or a question back."""

import msgspec

from doorstep.conversations.entities import clauses_of, code_in
from doorstep.conversations.handing.rules import Signals
from doorstep.conversations.talks.alarms import angry, needs_somebody
from doorstep.conversations.talks.filling import FREE, NO_ORDER, is_filled, take
from doorstep.conversations.talks.finding import chosen_order, send_the_code, their_orders, try_code
from doorstep.conversations.talks.ordinals import ordinal_in
from doorstep.conversations.talks.pressing import choose, pressed, yes_or_no
from doorstep.conversations.talks.state import Turn
from doorstep.conversations.talks.wishes import Flow, read, searched, times_asked
from doorstep.conversations.understanding.acts import is_bare_no, is_bare_yes
from doorstep.conversations.understanding.whole import SURE_LANGUAGE
from doorstep.domain.talking.intents import Act, Intent
from doorstep.domain.talking.memory import Frame, Offer, Wanted
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.understood import EntityKind

_replace = msgspec.structs.replace
#: Fewer words that want nothing ("ok", "ok thanks") are said in every language.
_FEW_WORDS = 3
#: Answers to these are names, which tell no language: an address in Madrid is given by Germans, too.
_NAMED = frozenset({"address", "point", "place", "identity", "code", "order", "shipment", "made_out_to", "units", "swaps"})
#: An utterance so sure to be another request leaves the question that was asked.
_DIGRESSES = 0.5
#: Below it nothing that a shop's customers ask is meant.
_SCOPE = 0.5
_SMALL_TALK = frozenset({Intent.TALK_THANKS, Intent.TALK_BYE, Intent.TALK_HELLO, Intent.TALK_MOOD, Intent.TALK_BOT, Intent.TALK_ABILITIES})
#: What a part of an utterance wants done with goods → the intent.
_WISHES = {"return": Intent.RETURN_START, "exchange": Intent.EXCHANGE_START, "cancel": Intent.ORDER_CANCEL}
_OF_GOODS = frozenset({Intent.RETURN_START, Intent.REFUND_ASK, Intent.EXCHANGE_START, Intent.ORDER_CHANGE_ITEMS, Intent.ORDER_CANCEL})
_BEFORE_ITEMS = frozenset({Intent.DELIVERY_ADDRESS, Intent.ORDER_CHANGE_PAYMENT})
_CLARIFIED = 3
#: Characters kept of what was not clear.
_LONGEST = 2000


def hear(turn: Turn) -> Flow[None]:
    """Take in what was said."""
    _language(turn)
    if needs_somebody(turn):  # before anything else, a model's reading of it too
        return
    if turn.heard.choice and (yield from pressed(turn)):
        return
    understood = turn.understood
    if understood.intents:
        turn.intent, turn.confidence = understood.intents[0].intent, understood.intents[0].probability
    if Act.HUMAN in understood.acts or Intent.HUMAN in understood.wanted[:1]:
        turn.intent, turn.talk_said = Intent.HUMAN, "human"
        turn.needs_human(Signals(asked=True))
        return
    if angry(turn):
        return
    if Act.DROP in understood.acts and turn.memory.frames:
        turn.end()
        turn.remember(waiting=())
        turn.say("say.dropped")
        turn.answered = True
        if not understood.wanted:
            _leave(turn)
            return
    asked = turn.top
    if asked is not None and asked.asked and (yield from _answered(turn, asked)):
        turn.intent, turn.confidence = asked.intent, 1.0  # what an answer is about stands in the question
        turn.remember(unsure=0)
        return
    yield from _requested(turn)


def _language(turn: Turn) -> None:
    understood = turn.understood
    names = turn.top is not None and turn.top.asked in _NAMED
    few = len(turn.heard.text.split()) < _FEW_WORDS
    if turn.memory.language and (names or few) and not understood.wanted:
        return
    if understood.language and (not turn.memory.language or understood.language_confidence >= SURE_LANGUAGE):
        turn.remember(language=understood.language)


def _leave(turn: Turn) -> None:
    """Nothing is going on any more, or what lay under it is taken up again."""
    turn.asks = not turn.memory.frames


def _answered(turn: Turn, frame: Frame) -> Flow[bool]:
    """Read the utterance as an answer to what was asked; False: it is something else."""
    understood, text = turn.understood, turn.heard.text
    if Act.REPEAT in understood.acts:
        turn.put(_replace(frame, asked=""))
        return True
    if frame.asked == "confirm":
        return (yield from _confirmed(turn, frame))
    if frame.asked == "code":
        typed = code_in(text)
        if typed is not None:
            yield from try_code(turn, typed.value)
        return typed is not None
    if frame.asked == "identity":
        kinds = (EntityKind.ORDER_NUMBER, EntityKind.EMAIL, EntityKind.PHONE, EntityKind.NAME, EntityKind.POSTCODE)
        if any(understood.of(kind) for kind in kinds):
            return True
        told = turn.memory.told
        if Act.UNKNOWN in understood.acts and (told.email or told.phone) and turn.shop.sends_codes:
            yield from send_the_code(turn)
            return True
        if Act.UNKNOWN in understood.acts and not told.email:  # without the number the address may do, by a code
            turn.ask("identity_email")
            turn.put(_replace(turn.memory.frames[-1], asked="identity"))
            return True
        return False
    if frame.asked == "order":
        orders = yield from their_orders(turn)
        found = chosen_order(turn, orders, understood, lambda said: ordinal_in(said, len(turn.memory.offered)))
        if found is None:
            return False
        turn.fill(order=found.known.external_id)
        return True
    return (yield from _slot_answered(turn, frame, text))


def _slot_answered(turn: Turn, frame: Frame, text: str) -> Flow[bool]:
    """Read the utterance as the slot that was asked for, else as the place of one in the list."""
    order = (yield from read(frame.slots.order)) if frame.slots.order else None
    if frame.asked in FREE and _digresses(turn, frame):
        return False
    if is_bare_no(text, turn.memory.language) and frame.asked not in {"there", "ready", "done"}:
        yield from yes_or_no(turn, yes=False)
        return True
    if frame.asked == "photos" and turn.heard.files:
        turn.put(_replace(frame, asked=""))
        return True
    if take(turn, frame.asked, order or NO_ORDER, text):
        _take_more(turn, order, text)
        return True
    if _digresses(turn, frame):
        return False
    place = ordinal_in(text, len(turn.memory.offered))
    if place and (yield from choose(turn, turn.memory.offered[place - 1].value)):
        return True
    return is_filled(turn, frame.asked)


def _take_more(turn: Turn, order: OrderTold | None, text: str) -> None:
    """Whatever else an answer tells is taken, too."""
    talk = turn.talk
    for slot in (*talk.needs, *talk.may) if talk is not None and order is not None else ():
        if slot not in {"order", "identity"} and not is_filled(turn, slot):
            take(turn, slot, order or NO_ORDER, text)


def _digresses(turn: Turn, frame: Frame) -> bool:
    """Whether the utterance is surely another request."""
    wanted = [one for one in turn.understood.wanted if one not in _SMALL_TALK]
    talk = turn.book.talks.get(frame.talk)
    likely = turn.understood.intents[0].probability if turn.understood.intents else 0.0
    return bool(wanted) and likely >= _DIGRESSES and talk is not None and wanted[0] not in talk.intents and len(turn.heard.text.split()) > 2  # noqa: PLR2004


def _confirmed(turn: Turn, frame: Frame) -> Flow[bool]:
    """Only a bare yes is one; a yes with something else in it changes what is asked."""
    text, language = turn.heard.text, turn.memory.language
    if is_bare_yes(text, language):
        yield from yes_or_no(turn, yes=True)
        return True
    if is_bare_no(text, language):
        yield from yes_or_no(turn, yes=False)
        return True
    order = (yield from read(frame.slots.order)) if frame.slots.order else None
    talk = turn.talk
    if order is not None and talk is not None:
        turn.put(_replace(frame, asked=""))
        for slot in (*talk.needs, *talk.may):
            if slot not in {"order", "identity"} and _corrects(turn, slot, order, text):
                return True
        turn.put(frame)
    if turn.understood.wanted and _digresses(turn, frame):
        return False
    if Act.NO in turn.understood.acts:
        yield from yes_or_no(turn, yes=False)
        return True
    turn.say("ask.yes_or_no")
    turn.put(_replace(frame, asked="", token="", digest="", action=""))
    return True


def _corrects(turn: Turn, slot: str, order: OrderTold, text: str) -> bool:
    before = turn.memory.frames[-1].slots
    empty: dict[str, object] = {"units": (), "swaps": ()}
    if slot in empty:
        turn.put(_replace(turn.memory.frames[-1], slots=_replace(before, **{slot: empty[slot]})))
    if take(turn, slot, order, text) and turn.memory.frames[-1].slots != before:
        return True
    turn.put(_replace(turn.memory.frames[-1], slots=before))
    return False


def _requested(turn: Turn) -> Flow[None]:
    """Begin what is asked for; ask back where it is not sure; look it up where no talk covers it."""
    understood, text = turn.understood, turn.heard.text
    requests = _requests(turn)
    if requests:
        first, *others = requests
        turn.remember(unsure=0, waiting=tuple(others))
        turn.intent = first.intent
        if (yield from _again(turn, first.intent)):
            return
        talk = turn.book.answering(first.intent)
        if talk is not None:
            order = {"order": turn.heard.order} if turn.heard.order and "order" in talk.needs else {}
            turn.begin(talk, first.intent, first.text, **order)
        return
    if turn.top is not None and turn.top.asked:
        yield from _not_an_answer(turn, turn.top)
        return
    if Act.THANKS in understood.acts:
        turn.say("say.welcome")
        turn.answered, turn.asks, turn.talk_said = True, True, "thanks"
        return
    if understood.maybe:
        _clarify(turn)
        return
    quote = (yield from searched(text, turn.memory.language)) if text.strip() else None
    if quote is not None:
        turn.say("say.quote", text=quote.text, title=quote.title, as_of=quote.as_of, url=quote.url)
        turn.answered, turn.asks, turn.talk_said = True, True, "shop"
        return
    _lost(turn)


def _again(turn: Turn, intent: str) -> Flow[bool]:
    """Whether the same was asked so often that a human looks; small talk and the shop's questions may be repeated."""
    if intent in _SMALL_TALK or intent.startswith("shop.") or turn.rules.repeated is None:
        return False
    return turn.needs_human(Signals(same_intent=(yield from times_asked(intent, turn.rules.repeated_days)) + 1))


def _requests(turn: Turn) -> list[Wanted]:
    """What is asked for, in the order in which it was said, each with its own part of the words."""
    text = turn.heard.text
    wanted = [one for one in turn.understood.wanted if turn.book.answering(one) is not None]
    serious = [one for one in wanted if one not in _SMALL_TALK] or wanted[:1]
    parts = [one for one in clauses_of(text, turn.memory.language) if one.wish in _WISHES]
    about_goods = [one for one in serious if one in _OF_GOODS]
    if parts and (about_goods or not serious) and (len(parts) > 1 or not serious):
        others = [Wanted(intent=one, text=text) for one in serious if one not in _OF_GOODS]
        return sorted([*(Wanted(intent=_WISHES[one.wish], text=one.text) for one in parts), *others], key=_comes_first)
    return sorted((Wanted(intent=one, text=text) for one in serious), key=_comes_first)


def _comes_first(wanted: Wanted) -> bool:
    """Put other changes of an order before those of its items: many shops change nothing any more after that."""
    return wanted.intent not in _BEFORE_ITEMS


def _not_an_answer(turn: Turn, frame: Frame) -> Flow[None]:
    """What was said answers nothing that was asked: ask once more, then a human."""
    yield from ()
    unsure = turn.memory.unsure + 1
    turn.remember(unsure=unsure)
    if turn.needs_human(Signals(unsure=unsure)):
        return
    turn.put(_replace(frame, asked=frame.asked))


def _clarify(turn: Turn) -> None:
    """One good question with buttons instead of a guess."""
    unsure = turn.memory.unsure + 1
    turn.remember(unsure=unsure)
    if turn.needs_human(Signals(unsure=unsure - 1)):
        return
    talks = list(dict.fromkeys(talk.slug for one in turn.understood.maybe if (talk := turn.book.answering(one)) is not None))[:_CLARIFIED]
    turn.remember(unclear=turn.heard.text[:_LONGEST])
    turn.say("ask.clarify")
    turn.offers = [*(Offer(value=f"talk.{slug}", key=f"talk.{slug}") for slug in talks), Offer(value="talk.human", key="talk.human")]
    turn.asks = True


def _lost(turn: Turn) -> None:
    """Nothing was understood: say so and what can be done here; the second time in a row a human takes over."""
    unsure = turn.memory.unsure + 1
    turn.remember(unsure=unsure)
    turn.unanswered = turn.heard.text
    if turn.understood.in_scope >= _SCOPE and turn.needs_human(Signals(unsure=unsure)):
        turn.say("say.human_helps")
        return
    turn.say("say.not_understood" if turn.understood.in_scope >= _SCOPE else "say.elsewhere", brand=turn.shop.brand)
    turn.offers = [Offer(value=f"talk.{slug}", key=f"talk.{slug}") for slug in ("where", "return", "human")]
    turn.asks = True
