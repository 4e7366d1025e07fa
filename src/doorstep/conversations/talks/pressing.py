"""A button, a line of a list or a number → what was offered there, as the answer; an older menu's names nothing any more."""

from datetime import date

import msgspec

from doorstep.conversations.talks.acting import confirm
from doorstep.conversations.talks.choosing import units_of
from doorstep.conversations.talks.finding import send_the_code
from doorstep.conversations.talks.state import Turn
from doorstep.conversations.talks.wishes import Flow, read
from doorstep.domain.actions.arguments import Swap
from doorstep.domain.actions.kinds import Remedy
from doorstep.domain.talking.memory import Frame
from doorstep.domain.talking.told import OrderTold

_replace = msgspec.structs.replace
#: Characters of a choice's id that we made.
_LONGEST_CHOICE = 20


def pressed(turn: Turn) -> Flow[bool]:
    """Follow a button, a line of a list or a number; False: it names nothing any more, and the text counts."""
    choice = turn.heard.choice
    if choice.startswith("talk."):
        return _begin_talk(turn, choice.removeprefix("talk."))
    if choice in turn.book.choices:
        return _begin_talk(turn, turn.book.choices[choice])
    serial, dot, position = choice.partition(".")
    if not (dot and serial.isdecimal() and position.isdecimal() and len(choice) <= _LONGEST_CHOICE):
        return False
    if int(serial) != turn.memory.serial or int(position) >= len(turn.memory.offered):
        turn.say("say.old_choice")
        return turn.top is not None and (yield from _ask_anew(turn))
    return (yield from choose(turn, turn.memory.offered[int(position)].value))


def _ask_anew(turn: Turn) -> Flow[bool]:
    """An old menu was used: the loop asks the question that is open now once more."""
    yield from ()
    if turn.top is not None:
        turn.put(_replace(turn.top, asked="", token="", digest="", action=""))
    return True


def _begin_talk(turn: Turn, slug: str) -> bool:
    talk = turn.book.talks.get(slug)
    if talk is None:
        return False
    order = {"order": turn.heard.order} if turn.heard.order and "order" in talk.needs else {}
    turn.intent, turn.confidence = (talk.intents[0] if talk.intents else f"talk.{slug}"), 1.0
    turn.begin(talk, turn.intent, turn.memory.unclear, **{**_given(turn), **order})
    if turn.memory.unclear:  # what was said before the question back tells more than the button
        turn.understood = turn.read(turn.memory.unclear)
        turn.remember(unclear="", unsure=0)
    return True


def _given(turn: Turn) -> dict[str, object]:
    """What a model read out of the conversation, as far as it read anything."""
    slots = turn.heard.given
    told = {name: getattr(slots, name) for name in slots.__struct_fields__} if slots is not None else {}
    return {name: value for name, value in told.items() if value or value is False}


def choose(turn: Turn, value: str) -> Flow[bool]:
    """Take what was offered as the answer; True: it was one."""
    kind, _, rest = value.partition(".")
    if kind == "talk":
        return _begin_talk(turn, rest)
    frame = turn.top
    if frame is None:
        return False
    if value == "send_code":
        yield from send_the_code(turn, frame.slots.order)
        return True
    if frame.asked == "confirm" and value in {"yes", "no"}:
        yield from yes_or_no(turn, yes=value == "yes")
        return True
    if frame.asked == "order":
        turn.fill(order=value)
        return True
    order = (yield from read(frame.slots.order)) if frame.slots.order else None
    return _chosen_value(turn, frame, kind, rest, value, order)


def _chosen_value(turn: Turn, frame: Frame, kind: str, rest: str, value: str, order: OrderTold | None) -> bool:  # noqa: C901 - one line for each kind
    match kind:
        case "line" if order is not None:
            turn.fill(units=units_of([one for one in order.known.lines if one.line_id == rest]))
        case "all" if order is not None:
            turn.fill(units=units_of(order.known.lines))
        case "variant":
            line_id, _, variant_id = rest.rpartition(".")
            unit = next((one for one in frame.slots.units if one.line_id == line_id), None)
            swap = Swap(line_id=line_id, quantity=unit.quantity if unit else 1, variant_id=variant_id)
            turn.fill(swaps=(*frame.slots.swaps, swap))
        case "shipment":
            turn.fill(shipment=rest)
        case "method":
            turn.fill(method=rest)
        case "reason":
            turn.fill(reason=rest)
        case "day":
            turn.fill(on=date.fromisoformat(rest))
        case "case":
            turn.fill(case=int(rest))
        case "remedy":
            turn.fill(remedy=Remedy(rest))
        case "yes" | "no" if frame.asked in {"there", "ready"}:
            turn.fill(**{frame.asked: value == "yes"})
        case "yes" if frame.asked == "done":
            turn.fill(done=("asked_neighbours", "looked_around", "asked_household"))
        case "no" if frame.asked == "done":
            turn.say("say.look_first")
            turn.end()
            turn.asks = True
        case _:
            return False
    return True


def yes_or_no(turn: Turn, *, yes: bool) -> Flow[None]:
    """Do what waits for the yes, or leave it."""
    frame = turn.memory.frames[-1]
    order = (yield from read(frame.slots.order)) if frame.slots.order else None
    if yes:
        yield from confirm(turn, order)
        return
    turn.end()
    turn.say("say.not_done")
    turn.answered = True
