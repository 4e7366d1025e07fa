"""A request whose slots are filled → an action, shown as it would be done, said yes to, done; or refused, with what is possible instead."""

from collections.abc import Callable
from datetime import date

import msgspec

from doorstep.conversations.handing.rules import Signals
from doorstep.conversations.talks.book import Talk
from doorstep.conversations.talks.choosing import swaps_with_reason, units_of, with_reason
from doorstep.conversations.talks.filling import ask, slots_of
from doorstep.conversations.talks.finding import send_the_code
from doorstep.conversations.talks.planned import confirming
from doorstep.conversations.talks.state import Turn
from doorstep.conversations.talks.wishes import Done, Flow, Prepared, committed, done, judged, prepared
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind, Assurance, ClaimKind, Remedy
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Offer, Slots
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.turns import Did, Piece

_replace = msgspec.structs.replace
#: The same answer after so many askings: a human is asked instead.
_MOST_ASKED = 3
#: How far the order or parcel is speaks against it: another action may still fit.
_OF_STATE = frozenset(
    {RefusalCode.ORDER_STATE, RefusalCode.SHIPMENT_STATE, RefusalCode.NOT_DELIVERED, RefusalCode.CASE_STATE, RefusalCode.NOT_OFFERED}
)
#: Code → the slot that another answer may put right.
_MENDED_BY: dict[RefusalCode, str] = {
    RefusalCode.NOTHING_CHOSEN: "units",
    RefusalCode.UNKNOWN_LINE: "units",
    RefusalCode.QUANTITY: "units",
    RefusalCode.REASON: "reason",
    RefusalCode.UNKNOWN_METHOD: "method",
    RefusalCode.METHOD: "method",
    RefusalCode.SAME_METHOD: "method",
    RefusalCode.BALANCE: "method",
    RefusalCode.ADDRESS: "address",
    RefusalCode.SAME_ADDRESS: "address",
    RefusalCode.DATE: "on",
    RefusalCode.UNKNOWN_VARIANT: "swaps",
    RefusalCode.SAME_VARIANT: "swaps",
    RefusalCode.OTHER_PRODUCT: "swaps",
    RefusalCode.OUT_OF_STOCK: "swaps",
    RefusalCode.PHOTO_NEEDED: "photos",
    RefusalCode.STEPS_FIRST: "done",
}
#: Action → the talk that leads to it.
TALKS: dict[ActionKind, str] = {
    ActionKind.CANCEL_ORDER: "cancel",
    ActionKind.CHANGE_ADDRESS: "address",
    ActionKind.REDIRECT: "address",
    ActionKind.CHANGE_ITEMS: "change",
    ActionKind.CHANGE_PAYMENT: "payment",
    ActionKind.RESCHEDULE: "reschedule",
    ActionKind.PICKUP_POINT: "pickup_point",
    ActionKind.SAFE_PLACE: "safe_place",
    ActionKind.HOLD: "hold",
    ActionKind.OPEN_RETURN: "return",
    ActionKind.OPEN_EXCHANGE: "exchange",
    ActionKind.CANCEL_RETURN: "cancel_return",
    ActionKind.ASK_INVOICE: "invoice",
    ActionKind.TALK_TO_HUMAN: "human",
}


def act(turn: Turn, talk: Talk, order: OrderTold | None) -> Flow[None]:
    """Try the talk's actions; the first that is allowed is shown, or done where it needs no yes."""
    refused: Refusal | None = None
    for kind in talk.actions:
        action = action_of(kind, slots_of(turn), order)
        if not DECLARATIONS[kind].confirmed:
            outcome = yield from done(action)
            if isinstance(outcome, Done):
                tell_done(turn, kind, outcome, order)
                return
            refused = refused or outcome
            continue
        outcome_ = yield from prepared(action)
        if isinstance(outcome_, Prepared) and turn.needs_human(Signals(value=worth_of(order), at_stake=True)):
            return
        if isinstance(outcome_, Prepared):
            _show(turn, kind, outcome_, order)
            return
        if refused is None or (refused.code in _OF_STATE and outcome_.code not in _OF_STATE):
            refused = outcome_
        if outcome_.code not in _OF_STATE:
            break
    if refused is not None:
        yield from refuse(turn, talk, refused, order)


def out_of_question(turn: Turn, talk: Talk, order: OrderTold) -> Flow[bool]:
    """Say at once that something cannot be, before anything is asked for it: how far the order is does not change by an answer."""
    refused: Refusal | None = None
    for kind in talk.actions:
        found = yield from judged(probe_of(kind, slots_of(turn), order))
        if found is None or found.code not in _OF_STATE:
            return False
        refused = refused or found
    if refused is None:
        return False
    yield from refuse(turn, talk, refused, order)
    return True


def _show(turn: Turn, kind: ActionKind, made: Prepared, order: OrderTold | None) -> None:
    """Show what would be done and ask for the yes."""
    turn.did.append(Did(action=kind, outcome="prepared", order=order.known.number if order else ""))
    turn.pieces += confirming(made.plan, order)
    frame = turn.memory.frames[-1]
    turn.put(_replace(frame, asked="confirm", times=1, token=made.token, action=kind, digest=made.plan.digest))
    turn.offers = [Offer(value="yes", key="title.yes"), Offer(value="no", key="title.no")]
    turn.asks = True


def confirm(turn: Turn, order: OrderTold | None) -> Flow[None]:
    """Do what the customer said yes to; what has changed since is shown anew."""
    frame, talk = turn.memory.frames[-1], turn.talk
    outcome = yield from committed(frame.token)
    kind = ActionKind(frame.action)
    if isinstance(outcome, Done):
        tell_done(turn, kind, outcome, order)
        return
    turn.put(_replace(frame, asked="", token="", digest="", action=""))
    if outcome.code in {RefusalCode.CONFIRMATION_VOID, RefusalCode.CONFIRMATION_OLD, RefusalCode.NOT_CONFIRMED}:
        turn.pieces.append(Piece(key="", refusal=outcome))  # and the loop prepares it again
        return
    if talk is not None:
        yield from refuse(turn, talk, outcome, order)


def tell_done(turn: Turn, kind: ActionKind, outcome: Done, order: OrderTold | None) -> None:
    """Say what was done and what happens next, and end the request."""
    number = order.known.number if order else ""
    turn.did.append(Did(action=kind, outcome="human" if outcome.waits else "done", order=number, case=outcome.case_id))
    turn.say(f"done.{kind}", number=number, rma=outcome.rma)
    for concern in outcome.plan.concerns[:1]:
        turn.say(f"concern/{concern}")
    if outcome.last_on is not None:
        turn.say("say.hand_over_by", last_on=outcome.last_on)
    if outcome.page_url:
        turn.link = outcome.page_url
    turn.answered = True
    turn.talk_said = turn.memory.frames[-1].talk
    turn.end()


def refuse(turn: Turn, talk: Talk, refusal: Refusal, order: OrderTold | None) -> Flow[None]:
    """Say no with its reason; where another answer may put it right, ask for that; else offer what is possible, and a human."""
    frame = turn.memory.frames[-1]
    number = order.known.number if order else ""
    turn.did.append(Did(action=talk.actions[0], outcome="refused", order=number, code=refusal.code))
    if refusal.code is RefusalCode.IDENTITY:
        yield from _assure(turn, refusal, order)
        return
    if refusal.code is not RefusalCode.PHOTO_NEEDED:  # that question says it all
        turn.pieces.append(Piece(key="", refusal=refusal))
    if refusal.code is RefusalCode.TOO_MANY and turn.needs_human(Signals(policy=True)):
        return
    slot = _MENDED_BY.get(refusal.code)
    if slot == "reason" and "cancel_reason" in talk.needs:
        slot = "cancel_reason"
    if slot is not None and order is not None and frame.times < _MOST_ASKED and not _is_stuck(refusal):
        _empty(turn, slot)
        ask(turn, slot, order)
        return
    again = f"{frame.talk}:{frame.slots.order}:no"
    disputed = again in turn.memory.answered
    turn.remember(answered=(*turn.memory.answered, again)[-20:])
    turn.answered = True
    turn.talk_said = frame.talk
    turn.end()
    if disputed and turn.needs_human(Signals(disputed=True)):
        return
    instead = [TALKS[kind] for kind in refusal.instead if kind in TALKS]
    named = dict.fromkeys([*instead, *talk.next, "human"])
    turn.offers = [Offer(value=f"talk.{slug}", key=f"talk.{slug}") for slug in named if slug != talk.slug][:3]


def worth_of(order: OrderTold | None) -> Money | None:
    """What was paid for an order; None untold."""
    paid = [one.amount for one in order.known.payments if not one.refund] if order else []
    return Money(sum(one.amount_minor for one in paid), paid[0].currency) if paid and len({one.currency for one in paid}) == 1 else None


def _is_stuck(refusal: Refusal) -> bool:
    """Whether there is nothing else to choose: one line, one method."""
    return refusal.code is RefusalCode.QUANTITY and refusal.facts.get("free") == 0


def _assure(turn: Turn, refusal: Refusal, order: OrderTold | None) -> Flow[None]:
    """Make it surer who asks: by a code to the contact on file."""
    if refusal.needs is not None and refusal.needs >= Assurance.LOGIN:
        turn.pieces.append(Piece(key="", refusal=refusal))
        turn.hand_over(HandoverReason.IDENTITY)
        return
    turn.say("say.make_sure")
    yield from send_the_code(turn, order.known.external_id if order else "")


def _empty(turn: Turn, slot: str) -> None:
    if slot == "swaps":
        turn.fill(swaps=())
    elif slot == "units":
        turn.fill(units=(), words="")
    elif slot in {"reason", "cancel_reason"}:
        turn.fill(reason="")
    elif slot == "on":
        turn.fill(on=None, until=None, window="")
    elif slot == "address":
        turn.fill(address=None)
    elif slot == "method":
        turn.fill(method="")


def probe_of(kind: ActionKind, slots: Slots, order: OrderTold) -> asking.BusinessAction:
    """Make the action with whatever is still missing filled by what the order holds, only to learn whether it can be at all."""
    tomorrow = date.max
    slots = _replace(
        slots,
        on=slots.on or tomorrow,
        units=slots.units or units_of(order.known.lines[:1]),
        address=slots.address or order.known.ship_to,
        there=True if slots.there is None else slots.there,
        ready=True if slots.ready is None else slots.ready,
    )
    return action_of(kind, slots, order)


def action_of(kind: ActionKind, slots: Slots, order: OrderTold | None) -> asking.BusinessAction:
    """Make the action of what was told."""
    return _MAKERS[kind](slots, order)


def _claim(slots: Slots, _order: OrderTold | None) -> asking.OpenClaim:
    return asking.OpenClaim(
        order=slots.order,
        claim=slots.claim or ClaimKind.DAMAGED,
        units=with_reason(slots),
        shipment=slots.shipment,
        wish=slots.remedy,
        comment=slots.comment or slots.words[:2000],
        photos=slots.photos,
        done=slots.done,
    )


def _exchange(slots: Slots, _order: OrderTold | None) -> asking.OpenExchange:
    return asking.OpenExchange(order=slots.order, swaps=swaps_with_reason(slots), method=slots.method, way=slots.way, photos=slots.photos)


def _return(slots: Slots, order: OrderTold | None) -> asking.OpenReturn:
    units = with_reason(slots) or (units_of(order.known.lines) if order and len(order.known.lines) == 1 else ())
    return asking.OpenReturn(
        order=slots.order, units=units, remedy=slots.remedy or Remedy.REFUND, method=slots.method, way=slots.way, photos=slots.photos
    )


def _day(slots: Slots) -> date:
    day = slots.on or slots.until
    if day is None:
        raise LookupError("a day is asked for before this is made")
    return day


_MAKERS: dict[ActionKind, Callable[[Slots, OrderTold | None], asking.BusinessAction]] = {
    ActionKind.CANCEL_ORDER: lambda s, _: asking.CancelOrder(order=s.order, reason=s.reason),
    ActionKind.CHANGE_ADDRESS: lambda s, _: asking.ChangeAddress(order=s.order, address=s.address or Address()),
    ActionKind.REDIRECT: lambda s, _: asking.Redirect(order=s.order, shipment=s.shipment, address=s.address or Address()),
    ActionKind.CHANGE_ITEMS: lambda s, _: asking.ChangeItems(order=s.order, swaps=swaps_with_reason(s), method=s.method),
    ActionKind.CHANGE_PAYMENT: lambda s, _: asking.ChangePayment(order=s.order, method=s.method),
    ActionKind.RESCHEDULE: lambda s, _: asking.Reschedule(order=s.order, shipment=s.shipment, on=_day(s), window=s.window),
    ActionKind.HOLD: lambda s, _: asking.Hold(order=s.order, shipment=s.shipment, until=_day(s)),
    ActionKind.PICKUP_POINT: lambda s, _: asking.PickupPoint(order=s.order, shipment=s.shipment, point=s.point),
    ActionKind.SAFE_PLACE: lambda s, _: asking.SafePlace(order=s.order, shipment=s.shipment, place=s.place),
    ActionKind.CONFIRM_AVAILABILITY: lambda s, _: asking.ConfirmAvailability(
        order=s.order, shipment=s.shipment, there=s.there is not False
    ),
    ActionKind.CONFIRM_COD: lambda s, _: asking.ConfirmCod(order=s.order, shipment=s.shipment, ready=s.ready is not False),
    ActionKind.OPEN_RETURN: _return,
    ActionKind.OPEN_EXCHANGE: _exchange,
    ActionKind.CANCEL_RETURN: lambda s, _: asking.CancelReturn(case=s.case),
    ActionKind.OPEN_CLAIM: _claim,
    ActionKind.ASK_INVOICE: lambda s, _: asking.AskInvoice(order=s.order, made_out_to=s.made_out_to),
    ActionKind.CHANGE_PROFILE: lambda s, _: asking.ChangeProfile(address=s.address or Address()),
}


#: Actions that a talk can make; the checker holds the definitions against it.
MADE = frozenset(_MAKERS)
