"""Who asks, and which of their orders a request is about: told, recognised, looked up among their own, or asked for; nobody else's is ever named."""

import re
from collections.abc import Callable, Sequence

import msgspec

from doorstep.conversations.entities import closest_orders, lines_meant, number_in, postcode_in
from doorstep.conversations.talks.book import Talk
from doorstep.conversations.talks.state import Turn
from doorstep.conversations.talks.wishes import Flow, checked, identified, listed, read, sent_code
from doorstep.domain.actions.kinds import ActionKind, OrderState
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.intents import Act
from doorstep.domain.talking.memory import Offer, Told, Wanted
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.understood import EntityKind, Understood

_replace = msgspec.structs.replace
#: Tries to show who asks before a human looks.
_MOST_TRIES = 3
#: Orders that are offered to choose from.
_MOST_OFFERED = 9
_WORD = re.compile(r"#?[a-z0-9]+")
#: A bare number of fewer digits is as likely a quantity.
_TELLING = 4
#: Speaks of several orders.
_MANY = re.compile(r"orders|pedidos|commandes|bestellungen|ordini|encomendas|ऑर्डर|sab order", re.IGNORECASE)
_ALL = frozenset(OrderState)
_NOT_SENT = frozenset({OrderState.PENDING})
_ARRIVED = frozenset({OrderState.DELIVERED, OrderState.PARTLY_DELIVERED})
_UNDER_WAY = frozenset({OrderState.PROCESSED, OrderState.PARTLY_DELIVERED})
#: Action → how far an order is for which it makes sense; others are not offered where one of these is there.
_FITTING: dict[ActionKind, frozenset[OrderState]] = {
    ActionKind.CANCEL_ORDER: _NOT_SENT,
    ActionKind.CHANGE_ADDRESS: _NOT_SENT,
    ActionKind.CHANGE_ITEMS: _NOT_SENT,
    ActionKind.CHANGE_PAYMENT: _NOT_SENT,
    ActionKind.OPEN_RETURN: _ARRIVED,
    ActionKind.OPEN_EXCHANGE: _ARRIVED,
    ActionKind.OPEN_CLAIM: _ARRIVED | _UNDER_WAY,
    ActionKind.REDIRECT: _UNDER_WAY,
    ActionKind.RESCHEDULE: _UNDER_WAY,
    ActionKind.HOLD: _UNDER_WAY,
    ActionKind.PICKUP_POINT: _UNDER_WAY,
    ActionKind.SAFE_PLACE: _UNDER_WAY,
    ActionKind.CONFIRM_AVAILABILITY: _UNDER_WAY,
    ActionKind.CONFIRM_COD: _UNDER_WAY | _NOT_SENT,
}


def noted(turn: Turn, understood: Understood) -> None:
    """Keep what an utterance tells of who asks."""
    told, before = turn.memory.told, turn.memory.told
    if turn.top is not None and turn.top.asked == "identity":
        understood = _as_asked(turn, understood)
        typed = None if understood.of(EntityKind.POSTCODE) else postcode_in(turn.heard.text, turn.shop.country)
        told = _replace(told, postcode=typed.value) if typed else told
    numbers = tuple(dict.fromkeys((*told.numbers, *(one.value for one in understood.of(EntityKind.ORDER_NUMBER)))))[-5:]
    told = _replace(told, numbers=numbers)
    for kind, name in (
        (EntityKind.EMAIL, "email"),
        (EntityKind.PHONE, "phone"),
        (EntityKind.NAME, "name"),
        (EntityKind.POSTCODE, "postcode"),
    ):
        if found := understood.of(kind):
            told = _replace(told, **{name: found[-1].value or found[-1].text})
    if told != before:
        turn.remember(told=told)


def _as_asked(turn: Turn, understood: Understood) -> Understood:
    """Take a number as the order's that is one only because that was asked for."""
    number = None if understood.of(EntityKind.ORDER_NUMBER) else number_in(turn.heard.text)
    if number is not None:
        turn.understood = understood = _replace(understood, entities=(*understood.entities, number))
    return understood


def their_orders(turn: Turn) -> Flow[tuple[OrderTold, ...]]:
    """Read the orders of whoever asks, once in a turn."""
    if turn.orders is None:
        turn.orders = yield from listed()
    return turn.orders


def who(turn: Turn) -> Flow[bool]:
    """Make sure who asks; False: it was asked for, or a human takes over."""
    if (yield from their_orders(turn)):
        return True
    told = turn.memory.told
    if _tells_enough(told, by_name=turn.shop.by_name):
        shown = yield from identified(told)
        if shown is not None:
            turn.remember(shown=shown, strange=0, told=Told())
            turn.orders = None
            if (yield from their_orders(turn)):
                return True
        turn.remember(strange=turn.memory.strange + 1, told=Told(email=told.email, phone=told.phone))
        turn.say("say.not_recognised")
        if turn.memory.strange >= _MOST_TRIES:
            turn.hand_over(HandoverReason.IDENTITY)
            return False
    _ask_who(turn)
    return False


def _tells_enough(told: Told, *, by_name: bool) -> bool:
    full = bool(told.name and told.postcode)
    return bool(told.numbers and (told.email or full)) or (by_name and full) or (by_name and bool(told.email))


def _ask_who(turn: Turn) -> None:
    told, sends = turn.memory.told, turn.shop.sends_codes
    reach = told.email or told.phone
    offers = [Offer(value="send_code", key="title.send_code")] if reach and sends else []
    if turn.memory.strange:
        offers.append(Offer(value="talk.human", key="title.human"))
    key = "identity"
    if told.numbers and not told.email:
        key = "identity_email"
    elif told.email and not told.numbers:
        key = "identity_number"
    turn.ask(key, offers)
    frame = turn.memory.frames[-1]
    turn.put(_replace(frame, asked="identity"))


def send_the_code(turn: Turn, order: str = "") -> Flow[None]:
    """Send a one-time code and ask for it."""
    told = turn.memory.told
    handle = yield from sent_code(told, order)
    if not handle:
        turn.say("say.too_many_codes")
        turn.hand_over(HandoverReason.IDENTITY)
        return
    turn.ask("code")
    turn.put(_replace(turn.memory.frames[-1], handle=handle))


def try_code(turn: Turn, digits: str) -> Flow[bool]:
    """Try a code that was typed; True: it is shown who asks."""
    frame = turn.memory.frames[-1]
    shown = yield from checked(frame.handle, digits)
    if shown is None:
        turn.remember(strange=turn.memory.strange + 1)
        turn.say("say.wrong_code")
        if turn.memory.strange >= _MOST_TRIES:
            turn.hand_over(HandoverReason.IDENTITY)
        else:
            turn.ask("code", [Offer(value="send_code", key="title.new_code"), Offer(value="talk.human", key="title.human")])
            turn.put(_replace(turn.memory.frames[-1], handle=frame.handle))
        return False
    turn.remember(shown=shown, strange=0)
    turn.put(_replace(turn.memory.frames[-1], asked="", times=0, handle=""))
    turn.orders = None
    return True


def which_order(turn: Turn) -> Flow[OrderTold | None]:
    """Find the order that the current request is about; None: it was asked for, or a human takes over."""
    frame = turn.memory.frames[-1]
    if frame.slots.order:
        return (yield from _whole(turn, frame.slots.order))
    if not (yield from who(turn)):
        return None
    orders = yield from their_orders(turn)
    fitting = _fitting(turn, orders)
    chosen = _named(turn, orders) or _by_words(turn, fitting) or _only(turn, fitting)
    if chosen is not None:
        turn.fill(order=chosen.known.external_id)
        return (yield from _whole(turn, chosen.known.external_id))
    several = _several(turn, fitting)
    if several:
        first, *others = several
        waiting = tuple(Wanted(intent=frame.intent, text=frame.slots.words, order=one.known.external_id) for one in others)
        turn.remember(waiting=(*waiting, *turn.memory.waiting))
        turn.fill(order=first.known.external_id)
        return (yield from _whole(turn, first.known.external_id))
    if _names_unknown(turn):
        turn.say("say.no_such_order")
    turn.ask("order", [order_offer(one) for one in fitting[:_MOST_OFFERED]])
    return None


def order_offer(order: OrderTold) -> Offer:
    """Offer an order by its number and what is in it."""
    lines = order.known.lines
    about = lines[0].name + (f" + {len(lines) - 1}" if len(lines) > 1 else "") if lines else ""
    return Offer(value=order.known.external_id, title=order.known.number[:20], about=about[:72])


def _whole(turn: Turn, order: str) -> Flow[OrderTold | None]:
    """Read the order; a talk that only tells has enough in what was listed, without the goods, the methods, the policy."""
    found = turn.whole(order)
    if found is None and turn.talk is not None and not turn.talk.actions:
        found = next((one for one in (yield from their_orders(turn)) if one.known.external_id == order), None)
    if found is None:
        found = yield from read(order)
        if found is not None:
            turn.kept(found)
    if found is None:
        turn.say("say.no_such_order")
        turn.fill(order="")
        turn.asks = True
    return found


def fits(talk: Talk, order: OrderTold) -> bool:
    """Whether a talk makes sense for an order that is so far."""
    state = order.known.state
    if talk.actions:
        return any(state in _FITTING.get(one, _ALL) for one in talk.actions)
    return state in talk.fits if talk.fits else state is not OrderState.CANCELLED or not talk.needs


def _fitting(turn: Turn, orders: Sequence[OrderTold]) -> Sequence[OrderTold]:
    """Leave out the orders for which the request makes no sense, unless none is left."""
    talk = turn.talk
    return [one for one in orders if talk is not None and fits(talk, one)] or orders


def _named(turn: Turn, orders: Sequence[OrderTold]) -> OrderTold | None:
    """The one whose number was told, typed as it is or with one slip: among their own a slip names nobody else's."""
    numbers = [*(one.value or one.text for one in turn.understood.of(EntityKind.ORDER_NUMBER)), *reversed(turn.memory.told.numbers)]
    numbers += [one.value or one.text for one in turn.understood.of(EntityKind.TRACKING_NUMBER)]
    by_tracking = {parcel.tracking_number: order for order in orders for parcel in order.parcels}
    words = turn.memory.frames[-1].slots.words if turn.memory.frames else ""
    written = [one for one in orders if _is_written(one.known.number, f"{turn.heard.text} {words}")]
    if len(written) == 1:
        return written[0]
    for number in numbers:
        if number in by_tracking:
            return by_tracking[number]
        found = closest_orders(number, [one.known.number for one in orders])
        if len(found) == 1:
            return next(one for one in orders if one.known.number == found[0])
    return None


def _is_written(number: str, text: str) -> bool:
    """Whether a number of their own stands in a text as it is: also one too short to be taken for an order's by its form."""
    key = "".join(one for one in number if one.isalnum()).casefold()
    said = [word for word in _WORD.findall(text.casefold()) if word.lstrip("#") == key]
    return bool(key) and any(word.startswith("#") or len(key) >= _TELLING or not key.isdecimal() for word in said)


def _names_unknown(turn: Turn) -> bool:
    return bool(turn.understood.of(EntityKind.ORDER_NUMBER) or turn.understood.of(EntityKind.TRACKING_NUMBER))


def _by_words(turn: Turn, orders: Sequence[OrderTold]) -> OrderTold | None:
    """The only one that holds what the customer speaks of."""
    words = turn.memory.frames[-1].slots.words
    if not words or len(orders) < 2:  # noqa: PLR2004 - the only one is taken without words
        return None
    language = turn.memory.language
    holding = [one for one in orders if lines_meant(words, one.known.lines, language).lines]
    return holding[0] if len(holding) == 1 else None


def _several(turn: Turn, orders: Sequence[OrderTold]) -> Sequence[OrderTold]:
    """Several that are meant together: all of them, or those over which the things spoken of are spread, each thing in one order only."""
    words, talk = turn.memory.frames[-1].slots.words, turn.talk
    if not words or talk is None or not talk.actions:
        return ()
    whole = not {"units", "swaps"} & set(talk.needs)
    if whole and Act.ALL in turn.understood.acts and _MANY.search(words):
        return orders
    held: list[tuple[OrderTold, frozenset[str]]] = []
    for one in orders:
        meant = lines_meant(words, one.known.lines, turn.memory.language)
        names = frozenset(line.name for line in one.known.lines if line.line_id in meant.lines)
        if names and not meant.unsure:
            held.append((one, names))
    told = [name for _, names in held for name in names]
    return [one for one, _ in held] if len(held) > 1 and len(told) == len(set(told)) else ()


def _only(turn: Turn, orders: Sequence[OrderTold]) -> OrderTold | None:
    """The one that was spoken of before, or the only one there is."""
    if turn.memory.last_order and not _names_unknown(turn):
        before = next((one for one in orders if one.known.external_id == turn.memory.last_order), None)
        if before is not None:
            return before
    if Act.ANY in turn.understood.acts and orders:
        return orders[0]
    return orders[0] if len(orders) == 1 else None


def chosen_order(turn: Turn, orders: Sequence[OrderTold], understood: Understood, ordinal: Callable[[str], int]) -> OrderTold | None:
    """Read an answer to "which order?": its number, what is in it, or its place in the list."""
    found = _named(turn, orders)
    if found is not None:
        return found
    holding = [one for one in orders if lines_meant(turn.heard.text, one.known.lines, understood.language).lines]
    if len(holding) == 1:
        return holding[0]
    place = ordinal(turn.heard.text)
    offered = [one.value for one in turn.memory.offered]
    if 0 < place <= len(offered):
        return next((one for one in orders if one.known.external_id == offered[place - 1]), None)
    return None
