"""A slot that is needed, what was said, the order → the slot filled, or the question that fills it; between two that fit nothing is guessed."""

from collections.abc import Callable

import msgspec

from doorstep.conversations.entities import MeantVariants, address_told, lines_meant, variants_meant
from doorstep.conversations.talks.choosing import (
    MOST_OFFERED,
    day_offers,
    line_named,
    line_offers,
    method_offers,
    reason_offers,
    short,
    units_of,
    variant_offers,
)
from doorstep.conversations.talks.meaning import method_meant, plain, reason_meant, remedy_meant, way_meant
from doorstep.conversations.talks.own_addresses import pointed_at
from doorstep.conversations.talks.state import Turn
from doorstep.domain.actions.arguments import Swap
from doorstep.domain.actions.kinds import ENDED, CaseKind, OrderState
from doorstep.domain.actions.known import KnownLine, KnownOrder
from doorstep.domain.places import Address
from doorstep.domain.talking.intents import Act
from doorstep.domain.talking.memory import Offer, Slots
from doorstep.domain.talking.told import OrderTold, ParcelTold
from doorstep.domain.talking.understood import EntityKind
from doorstep.domain.vocabulary import Status

#: Stands where a request is about no order.
NO_ORDER = OrderTold(known=KnownOrder(external_id="", number="", state=OrderState.PENDING))
#: A day that is named to be ruled out ("not on Friday") is less sure than this.
_DENIED_BELOW = 0.5
#: Characters kept of a place or a comment.
_LONGEST = 300
#: A slot's name in a definition → the field it fills, where that is another one.
_FIELDS = {"cancel_reason": "reason"}


def slots_of(turn: Turn) -> Slots:
    """The slots of the current request."""
    return turn.memory.frames[-1].slots


def is_filled(turn: Turn, need: str) -> bool:
    """Whether a slot is filled."""
    slots = slots_of(turn)
    if need == "swaps":
        return bool(slots.units) and {one.line_id for one in slots.units} <= {one.line_id for one in slots.swaps}
    return getattr(slots, _FIELDS.get(need, need)) not in {None, "", ()} and getattr(slots, _FIELDS.get(need, need)) != 0


def take(turn: Turn, need: str, order: OrderTold, words: str) -> bool:
    """Fill a slot from the customer's words, if they tell it; True: they did."""
    taker = _TAKERS.get(need)
    return taker(turn, order, words) if taker is not None else False


def ask(turn: Turn, need: str, order: OrderTold) -> None:
    """Ask for a slot."""
    asker = _ASKERS.get(need)
    if asker is not None:
        asker(turn, order)
    else:
        turn.ask(need)


def skipped(need: str, order: OrderTold) -> bool:
    """Whether a slot need not be asked for: the policy does not ask, or there is only one thing to say."""
    if need == "shipment":
        return len(_under_way(order)) <= 1
    if need == "reason":
        return not order.rules.reason_needed
    if need == "cancel_reason":
        return not order.rules.cancel_reasons
    return False


def _under_way(order: OrderTold) -> list[ParcelTold]:
    return [one for one in order.parcels if not one.returning and one.status not in {Status.DELIVERED, Status.RETURNED, Status.CANCELLED}]


def _take_shipment(turn: Turn, order: OrderTold, _words: str) -> bool:
    named = {one.value or one.text for one in turn.understood.of(EntityKind.TRACKING_NUMBER)}
    found = [one for one in _under_way(order) if one.tracking_number in named]
    if len(found) != 1:
        return False
    turn.fill(shipment=found[0].tracking_number)
    return True


def _ask_shipment(turn: Turn, order: OrderTold) -> None:
    parcels = _under_way(order)[:MOST_OFFERED]
    turn.ask(
        "shipment",
        [Offer(value=f"shipment.{one.tracking_number}", title=short(one.tracking_number), about=one.carrier_name) for one in parcels],
    )


def _take_units(turn: Turn, order: OrderTold, words: str) -> bool:
    lines = order.known.lines
    meant = lines_meant(words, lines, turn.memory.language)
    if meant.lines and not meant.unsure:
        turn.fill(
            units=tuple(
                unit for one in lines if one.line_id in meant.lines for unit in units_of([one], meant.quantities.get(one.line_id, 0))
            )
        )
    elif (len(lines) == 1 and not meant.unsure) or (Act.ALL in turn.understood.acts and not meant.unsure):
        turn.fill(units=units_of(lines))
    else:
        return False
    return True


def _ask_units(turn: Turn, order: OrderTold) -> None:
    lines = order.known.lines
    meant = lines_meant(f"{slots_of(turn).words} {turn.heard.text}", lines, turn.memory.language)
    named = {*meant.lines, *meant.unsure}
    turn.ask("units", line_offers([one for one in lines if one.line_id in named] or lines), number=order.known.number)


def _take_swaps(turn: Turn, order: OrderTold, words: str) -> bool:
    """Find what is meant, and for each the version that is wanted instead."""
    took = not slots_of(turn).units and _take_units(turn, order, words)
    for unit in slots_of(turn).units:
        slots = slots_of(turn)
        line = line_named(order, unit.line_id)
        if line is None or any(one.line_id == unit.line_id for one in slots.swaps):
            continue
        variant = _spelt_out(turn, order, line) or _versions(turn, order, line, words).variant
        if variant:
            swap = Swap(line_id=line.line_id, quantity=unit.quantity, variant_id=variant)
            turn.fill(swaps=(*slots.swaps, swap))
            took = True
    return took


def _ask_swaps(turn: Turn, order: OrderTold) -> None:
    slots = slots_of(turn)
    if not slots.units:
        _ask_units(turn, order)
        return
    swapped = {one.line_id for one in slots.swaps}
    line = next((found for one in slots.units if one.line_id not in swapped and (found := line_named(order, one.line_id))), None)
    if line is None:
        return
    others = [one for one in order.products.get(line.product_id, ()) if one.available and one.variant_id != line.variant_id]
    unsure = _versions(turn, order, line, f"{slots.words} {turn.heard.text}").unsure
    by_id = {one.variant_id: one for one in others}
    turn.ask("swaps", variant_offers(line, [by_id[one] for one in unsure if one in by_id] or others), name=line.name)


def _spelt_out(turn: Turn, order: OrderTold, line: KnownLine) -> str:
    """The only version all of whose options stand in an answer to our question; "" none does, or several do."""
    if turn.memory.frames[-1].asked != "swaps":
        return ""
    said = f" {plain(turn.heard.text)} "
    named = [one for one in order.products.get(line.product_id, ()) if all(f" {plain(value)} " in said for value in one.options.values())]
    return named[0].variant_id if len(named) == 1 and named[0].options else ""


def _versions(turn: Turn, order: OrderTold, line: KnownLine, words: str) -> MeantVariants:
    """What is meant of the versions of a thing; what is said of the other things is left out."""
    variants = order.products.get(line.product_id, ())
    others = [one for one in order.known.lines if one.line_id != line.line_id]
    return variants_meant(words, line, variants, language=turn.memory.language, others=others)


def _take_day(turn: Turn, _order: OrderTold, _words: str) -> bool:
    """Of several days the last is meant: "nobody is there tomorrow, please come on Monday"; a day that is denied is none."""
    days = [one.first_on for one in turn.understood.of(EntityKind.DAY) if one.first_on and one.confidence >= _DENIED_BELOW]
    days = [one for one in days if one >= turn.today]
    if not days:
        return False
    turn.fill(on=days[-1])
    _take_window(turn, _order, _words)
    return True


def _take_until(turn: Turn, _order: OrderTold, _words: str) -> bool:
    days = [one.last_on for one in turn.understood.of(EntityKind.DAY) if one.last_on and one.confidence >= _DENIED_BELOW]
    days = [one for one in days if one >= turn.today]
    if not days:
        return False
    turn.fill(until=days[-1])
    return True


def _take_window(turn: Turn, _order: OrderTold, _words: str) -> bool:
    found = next(iter(turn.understood.of(EntityKind.WINDOW)), None)
    if found is None:
        return False
    begins, _, ends = found.value.partition("-")
    turn.fill(window=f"{begins or '08:00'}-{ends or '20:00'}")
    return True


def _take_address(turn: Turn, order: OrderTold, words: str) -> bool:
    country = (order.known.ship_to.country if order.known.ship_to else None) or turn.shop.country
    asked = turn.memory.frames[-1].asked == "address"
    found = next((one.address for one in turn.understood.of(EntityKind.ADDRESS) if one.address is not None), None)
    found = found or (address_told(turn.heard.text, country) if asked else None) or _own_address(turn, order, words)
    if found is None:
        return False
    before = order.known.ship_to or (order.customer.address if order.customer else None)
    if before is not None:  # who does not name a country means the one it is in, and is the same person
        found = msgspec.structs.replace(
            found, country=found.country or before.country, name=found.name or before.name, phone=found.phone or before.phone
        )
    turn.fill(address=found)
    return True


def _own_address(turn: Turn, order: OrderTold, words: str) -> Address | None:
    account = order.customer.address if order.customer else None
    numbers = [one.value for one in turn.understood.of(EntityKind.ORDER_NUMBER)]
    return pointed_at(words, order, turn.orders or (), account, numbers)


def _take_method(turn: Turn, order: OrderTold, words: str) -> bool:
    found = method_meant(words, order.customer.methods if order.customer else (), turn.memory.language)
    if found is None:
        return False
    turn.fill(method=found.method_id)
    return True


def _ask_method(turn: Turn, order: OrderTold) -> None:
    turn.ask("method", method_offers(order.customer.methods if order.customer else ()))


def _take_reason(turn: Turn, order: OrderTold, words: str) -> bool:
    found = reason_meant(words, order.rules.reasons, turn.memory.language)
    if not found:
        return False
    turn.fill(reason=found)
    return True


def _take_cancel_reason(turn: Turn, order: OrderTold, words: str) -> bool:
    found = reason_meant(words, order.rules.cancel_reasons, turn.memory.language)
    if not found:
        return False
    turn.fill(reason=found)
    return True


def _take_remedy(turn: Turn, _order: OrderTold, words: str) -> bool:
    found = remedy_meant(words, turn.memory.language)
    if found is None:
        return False
    turn.fill(remedy=found)
    return True


def _take_way(turn: Turn, order: OrderTold, words: str) -> bool:
    found = way_meant(words, order.rules.ways, turn.memory.language)
    if not found:
        return False
    turn.fill(way=found)
    return True


def _take_yes_or_no(field: str) -> Callable[[Turn, OrderTold, str], bool]:
    def taker(turn: Turn, _order: OrderTold, _words: str) -> bool:
        acts = turn.understood.acts
        if (Act.YES in acts) == (Act.NO in acts):
            return False
        turn.fill(**{field: Act.YES in acts})
        return True

    return taker


def _take_text(field: str) -> Callable[[Turn, OrderTold, str], bool]:
    """Whatever is answered is the place; only an answer to the question is taken for one."""

    def taker(turn: Turn, _order: OrderTold, words: str) -> bool:
        text = " ".join(words.split())[:_LONGEST]
        if turn.memory.frames[-1].asked != field or not text or turn.understood.acts & {Act.UNKNOWN, Act.REPEAT}:
            return False
        turn.fill(**{field: text})
        return True

    return taker


def _take_case(turn: Turn, order: OrderTold, _words: str) -> bool:
    open_ones = [one for one in order.known.cases if one.kind in {CaseKind.RETURN, CaseKind.EXCHANGE} and one.state not in ENDED]
    if len(open_ones) != 1:
        return False
    turn.fill(case=open_ones[0].case_id)
    return True


def _ask_case(turn: Turn, order: OrderTold) -> None:
    open_ones = [one for one in order.known.cases if one.kind in {CaseKind.RETURN, CaseKind.EXCHANGE} and one.state not in ENDED]
    turn.ask("case", [Offer(value=f"case.{one.case_id}", title=one.rma or str(one.case_id)) for one in open_ones])


def _take_made_out_to(turn: Turn, _order: OrderTold, _words: str) -> bool:
    found = next((one.address for one in turn.understood.of(EntityKind.ADDRESS) if one.address is not None), None)
    if found is None:
        return False
    turn.fill(made_out_to=", ".join((*found.lines, found.postcode or "", found.city or ""))[:_LONGEST])
    return True


def _take_done(turn: Turn, _order: OrderTold, _words: str) -> bool:
    if turn.memory.frames[-1].asked != "done" or Act.YES not in turn.understood.acts:
        return False
    turn.fill(done=("asked_neighbours", "looked_around", "asked_household"))
    return True


_TAKERS: dict[str, Callable[[Turn, OrderTold, str], bool]] = {
    "shipment": _take_shipment,
    "units": _take_units,
    "swaps": _take_swaps,
    "on": _take_day,
    "until": _take_until,
    "window": _take_window,
    "address": _take_address,
    "point": _take_text("point"),
    "place": _take_text("place"),
    "there": _take_yes_or_no("there"),
    "ready": _take_yes_or_no("ready"),
    "method": _take_method,
    "reason": _take_reason,
    "cancel_reason": _take_cancel_reason,
    "remedy": _take_remedy,
    "way": _take_way,
    "case": _take_case,
    "made_out_to": _take_made_out_to,
    "done": _take_done,
}
_YES_OR_NO = [Offer(value="yes", key="title.yes"), Offer(value="no", key="title.no")]
_ASKERS: dict[str, Callable[[Turn, OrderTold], None]] = {
    "shipment": _ask_shipment,
    "units": _ask_units,
    "swaps": _ask_swaps,
    "on": lambda turn, _order: turn.ask("on", day_offers(turn.today)),
    "method": _ask_method,
    "reason": lambda turn, order: turn.ask("reason", reason_offers(order.rules.reasons)),
    "cancel_reason": lambda turn, order: turn.ask("cancel_reason", reason_offers(order.rules.cancel_reasons)),
    "there": lambda turn, _order: turn.ask("there", list(_YES_OR_NO)),
    "ready": lambda turn, _order: turn.ask("ready", list(_YES_OR_NO)),
    "done": lambda turn, _order: turn.ask("done", list(_YES_OR_NO)),
    "case": _ask_case,
}
#: Slots that any text fills: only an answer that is surely no other request is one.
FREE = frozenset({"point", "place"})
#: What can be asked for; the checker holds the definitions against it.
ASKED = frozenset({*_TAKERS, "photos", "order", "identity", "confirm", "code"})
