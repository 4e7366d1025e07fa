"""A retail task → the customer who brings it: says it in the task's own words, answers what is asked, says yes to what it wants and to nothing else.

What such a customer wants is what the task's correct agent writes. When asked for a slot, the answer is in words ("the desk lamp", "gift card"),
never an id; when a plan is shown, the yes depends on whether it changes the records as one of those writes does.
"""

import re
from collections.abc import Sequence

import msgspec

from doorstep.actions import applied
from doorstep.cli.retail.calls import WRITES, Act, arguments_of, meaning_of
from doorstep.cli.retail.judging import Task, ToolCall
from doorstep.cli.retail.known import order_written, user_written
from doorstep.cli.retail.talking import TalkMemory
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.known import KnownLine, KnownOrder, KnownVariant
from doorstep.domain.actions.plans import Plan
from doorstep.domain.talking.memory import Frame
from doorstep.domain.talking.turns import Turned

#: How one speaks of oneself, where the task speaks to one.
_FIRST_PERSON = (
    (r"\byou are\b", "I am"),
    (r"\byou're\b", "I'm"),
    (r"\byou were\b", "I was"),
    (r"\byou'd\b", "I'd"),
    (r"\byou'll\b", "I'll"),
    (r"\byou've\b", "I've"),
    (r"\byour name\b|\byou name\b", "my name"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (r"\b(to|for|with|from|tells?|gives?|asks?) you\b", r"\1 me"),
    (r"\byou\b", "I"),
)

#: A user's id, made of the name: customers say the name.
_ID = re.compile(r"\b([a-z]+)_([a-z]+)_\d{4}\b")


def first_person(text: str) -> str:
    """Say what a task says to the customer as the customer says it."""
    for pattern, said in _FIRST_PERSON:
        text = re.sub(pattern, said, text, flags=re.IGNORECASE)
    return text


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the customer wants done."""

    name: str
    action: asking.BusinessAction


class Customer:
    """Who brings one task."""

    def __init__(self, task: Task, world: TalkMemory) -> None:
        told = task.user_scenario.instructions
        self._world = world
        self.opening = first_person(told.reason_for_call)
        self._who = _ID.sub(lambda found: f"{found[1]} {found[2]}".title(), first_person(told.known_info or ""))
        self._also = first_person(told.task_instructions or "")
        #: What is still to be done, in the task's order.
        self.left: list[ToolCall] = [one for one in task.evaluation_criteria.actions if one.name in WRITES]
        #: What was asked for in words of its own, so that nothing is asked for twice.
        self.repeated = 0

    def wishes(self) -> list[Wish]:
        """What is still wanted, as things are now; what cannot be done is left out."""
        found = []
        for call in self.left:
            given = arguments_of(call.name, call.arguments)
            order = self._world.world.order(getattr(given, "order_id", ""))
            meant = meaning_of(call.name, given, self._world.world.base.store, order.lines if order else ()) if given is not None else None
            if isinstance(meant, Act) and meant.fault is None:
                found.append(Wish(name=call.name, action=meant.action))
        return found

    def approves(self, plan: Plan) -> bool:
        """Whether a plan changes the records as one of the wishes does; that wish is then done."""
        for wish, call in zip(self.wishes(), self.left, strict=False):
            wanted = self._world.plan(wish.action)
            if isinstance(wanted, Plan) and self._written(wanted) == self._written(plan):
                self.left.remove(call)
                return True
        return False

    def _written(self, plan: Plan) -> object:
        """The records as they would stand after a plan."""
        world, base = self._world.world, self._world.world.base
        after = applied(world.known(plan.action, self._world.asker), plan)
        order, customer = after.order, after.customer
        return (
            order_written(base.store.written["orders"][order.external_id], order, world.words) if order else None,
            user_written(base.store.written["users"][customer.customer], customer, world.words) if customer else None,
        )

    def reply(self, turned: Turned, waiting: Plan | None) -> str:
        """Answer what was said; "" there is nothing more to say."""
        frame = turned.memory.frames[-1] if turned.memory.frames else None
        if frame is None or not frame.asked:
            return self._next()
        if frame.asked == "confirm":
            return "yes" if waiting is not None and self.approves(waiting) else "no"
        if frame.asked == "identity":
            return self._who
        wish = self._wish_for(frame)
        if wish is None:
            return "never mind"
        return self._slot(frame.asked, frame, wish) or "never mind"

    def _next(self) -> str:
        """Bring up what is still missing, in words of its own, each once."""
        wishes = self.wishes()
        if self.repeated >= 2 * len(self.left) + 2 or not wishes:
            return ""
        wish = wishes[self.repeated % len(wishes)]
        self.repeated += 1
        return self._in_words(wish)

    def _wish_for(self, frame: Frame) -> Wish | None:
        """The wish that the current talk may be about."""
        fitting = [one for one in self.wishes() if one.name in _TALKS.get(frame.talk, ())]
        named = [one for one in fitting if getattr(one.action, "order", "") == frame.slots.order]
        return next(iter(named or (fitting if not frame.slots.order else ())), None)

    def _order(self, wish: Wish) -> KnownOrder | None:
        return self._world.world.order(getattr(wish.action, "order", ""))

    def _slot(self, slot: str, frame: Frame, wish: Wish) -> str:
        """Say what a slot holds, in words."""
        action, order = wish.action, self._order(wish)
        match slot:
            case "order":
                return order.number if order else ""
            case "units":
                return " and ".join(f"the {named(line, order)}" for line in self._lines(action, order)) if order else ""
            case "swaps":
                return self._version(frame, action, order)
            case "address":
                return address_said(getattr(action, "address", None))
            case "method":
                return self._method(getattr(action, "method", ""))
            case "cancel_reason" | "reason":
                return str(getattr(action, "reason", "")) or "I no longer need it"
            case _:
                return ""

    def _lines(self, action: asking.BusinessAction, order: KnownOrder | None) -> Sequence[KnownLine]:
        ids = [one.line_id for one in (*getattr(action, "units", ()), *getattr(action, "swaps", ()))]
        return [line for line in order.lines if line.line_id in ids] if order else []

    def _version(self, frame: Frame, action: asking.BusinessAction, order: KnownOrder | None) -> str:
        """Name the version that is wanted instead of the one that is asked about."""
        swaps = [one for one in getattr(action, "swaps", ()) if one.line_id not in {done.line_id for done in frame.slots.swaps}]
        if order is None or not swaps:
            return ""
        if not frame.slots.units:
            return self._slot("units", frame, Wish(name="", action=action))
        asked = next((one.line_id for one in frame.slots.units if one.line_id not in {done.line_id for done in frame.slots.swaps}), "")
        swap = next((one for one in swaps if one.line_id == asked), None)
        variant = self._variant(swap.variant_id) if swap else None
        return ", ".join(f"{name} {value}" for name, value in variant.options.items()) if variant else ""

    def _variant(self, variant_id: str) -> KnownVariant | None:
        base = self._world.world.base
        variants = base.product(base.store.product_of.get(variant_id, "")) or ()
        return next((one for one in variants if one.variant_id == variant_id), None)

    def _method(self, method_id: str) -> str:
        customer = self._world.world.base.customer(self._world.asker.customer)
        return next((one.label for one in customer.methods if one.method_id == method_id), "") if customer else ""

    def _in_words(self, wish: Wish) -> str:
        """Ask for one wish, naming things as one does."""
        action, order = wish.action, self._order(wish)
        items = " and ".join(f"the {named(line, order)}" for line in self._lines(action, order)) if order else ""
        number = f" from order {order.number}" if order else ""
        match action:
            case asking.CancelOrder():
                return f"Please cancel order {order.number if order else ''}, {action.reason}."
            case asking.OpenReturn():
                paid = self._method(action.method)
                return f"I want to return {items}{number}" + (f", refund to {paid}." if paid else ".")
            case asking.OpenExchange() | asking.ChangeItems():
                changes = " and ".join(self._change(swap, order) for swap in action.swaps)
                verb = "exchange" if isinstance(action, asking.OpenExchange) else "change"
                paid = self._method(action.method)
                return f"I want to {verb} {changes}{number}" + (f", difference on {paid}." if paid else ".")
            case asking.ChangeAddress():
                return f"Please change the address of order {order.number if order else ''} to {address_said(action.address)}."
            case asking.ChangeProfile():
                return f"Please change the default address of my account to {address_said(action.address)}."
            case asking.ChangePayment():
                return f"Please change the payment of order {order.number if order else ''} to {self._method(action.method)}."
            case _:
                return ""

    def _change(self, swap: asking.Swap, order: KnownOrder | None) -> str:
        line = next((one for one in order.lines if one.line_id == swap.line_id), None) if order else None
        variant = self._variant(swap.variant_id)
        if line is None or variant is None or order is None:
            return ""
        new = ", ".join(value for name, value in variant.options.items() if line.options.get(name) != value)
        return f"the {named(line, order)} for one with {new}"


#: Talk → the writes that it may come to.
_TALKS: dict[str, tuple[str, ...]] = {
    "cancel": ("cancel_pending_order",),
    "return": ("return_delivered_order_items",),
    "refund": ("return_delivered_order_items",),
    "exchange": ("exchange_delivered_order_items", "modify_pending_order_items"),
    "change": ("modify_pending_order_items", "exchange_delivered_order_items"),
    "address": ("modify_pending_order_address",),
    "profile": ("modify_user_address",),
    "payment": ("modify_pending_order_payment",),
}


def named(line: KnownLine, order: KnownOrder | None) -> str:
    """Name a thing as one does: by what it is, and by what tells it from others of the kind in the order."""
    others = [one for one in (order.lines if order else ()) if one.name == line.name and one.line_id != line.line_id]
    told = [value for name, value in line.options.items() if any(one.options.get(name) != value for one in others)]
    return f"{' '.join(told)} {line.name}".strip().lower()


def address_said(address: object) -> str:
    """Write an address as one types it."""
    lines = getattr(address, "lines", ())
    parts = (
        *lines,
        getattr(address, "city", None),
        f"{getattr(address, 'region', None) or ''} {getattr(address, 'postcode', None) or ''}".strip(),
    )
    return ", ".join(part for part in parts if part)
