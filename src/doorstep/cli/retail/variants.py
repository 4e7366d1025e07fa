"""Requests with the writes of a correct agent → every illegal variant of each write, with the code that must refuse it; no chance in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from doorstep.cli.retail.judging import ToolCall
from doorstep.cli.retail.records import OrderRecord, Store, UserRecord
from doorstep.domain.actions.refusals import RefusalCode as Code

Arguments = Mapping[str, Any]

CANCEL, ADDRESS, ITEMS = "cancel_pending_order", "modify_pending_order_address", "modify_pending_order_items"
PAYMENT, PROFILE = "modify_pending_order_payment", "modify_user_address"
RETURN, EXCHANGE = "return_delivered_order_items", "exchange_delivered_order_items"
_SWAPS = (ITEMS, EXCHANGE)
_BACK = (RETURN, EXCHANGE)
_PAID = (ITEMS, RETURN, EXCHANGE)
_WRONG_STATES = {
    **dict.fromkeys((CANCEL, ADDRESS, ITEMS, PAYMENT), ("processed", "delivered", "cancelled")),
    **dict.fromkeys(_BACK, ("pending", "processed", "cancelled")),
}
_REASONS = ("", "changed my mind", "No longer needed", "no longer needed ", "ordered by mistake, sorry", "found it cheaper")
_STRANGERS = 3
_ELSEWHERE = {"address1": "1 Other Road", "address2": "", "city": "Boston", "state": "MA", "country": "USA", "zip": "02108"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a variant."""

    name: Any
    arguments: Any
    confirmed: Any = True
    #: Why it must be refused; None: it is allowed, and makes what follows illegal.
    code: Code | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one customer of which at least one must be refused, each from the untouched store."""

    #: Request, place of the write in it, kind, place among those.
    name: str
    #: What is wrong.
    kind: str
    #: E-mail address that was verified; None: nobody's.
    verified_as: str | None
    steps: tuple[Step, ...]


def variants(store: Store, writes: Sequence[tuple[str, str, ToolCall]]) -> Iterator[Variant]:
    """Derive all illegal variants of writes, each (where it stands, its customer, the call) and allowed as it stands."""
    for where, customer, call in writes:
        yield from _Write(store, where, customer, call.name, call.arguments).variants()


class _Write:
    """One allowed write, and what can be made of it."""

    def __init__(self, store: Store, where: str, customer: str, name: str, arguments: Arguments) -> None:
        self.store, self.where, self.name, self.arguments = store, where, name, arguments
        self.user: UserRecord = store.file.users[customer]
        order_id = arguments.get("order_id")
        self.order: OrderRecord | None = store.file.orders.get(order_id) if isinstance(order_id, str) else None
        ids = sorted(store.file.users)
        after = ids.index(customer) + 1
        #: Other customers, the next ones by name.
        self.strangers = [store.file.users[one] for one in (ids[after:] + ids[: after - 1])[:_STRANGERS]]

    def variants(self) -> Iterator[Variant]:
        """All kinds, one after another."""
        made: list[tuple[str, str | None, tuple[Step, ...]]] = []
        for maker in _MAKERS:
            made += list(maker(self))
        places: dict[str, int] = {}
        for kind, verified_as, steps in made:
            places[kind] = places.get(kind, 0) + 1
            yield Variant(name=f"{self.where} {kind} {places[kind]}", kind=kind, verified_as=verified_as, steps=steps)

    def legal(self, **other: Any) -> Step:
        """The write as it stands, or with other arguments."""
        return Step(name=self.name, arguments={**self.arguments, **other})

    def no(self, code: Code, **other: Any) -> tuple[Step, ...]:
        """The write with other arguments, to be refused."""
        return (Step(name=self.name, arguments={**self.arguments, **other}, code=code),)

    def mine(self, kind: str, steps: tuple[Step, ...]) -> "_Made":
        """By the right customer."""
        return kind, self.user.email, steps


_Made = tuple[str, str | None, tuple[Step, ...]]


def _nobody(write: _Write) -> Iterator[_Made]:
    yield "nobody verified", None, write.no(Code.IDENTITY)
    yield "unknown e-mail", "nobody@nowhere.example", write.no(Code.IDENTITY)
    yield "blank e-mail", "", write.no(Code.IDENTITY)
    found = Step(name="find_user_id_by_email", arguments={"email": write.user.email})
    yield "found is not verified", None, (found, *write.no(Code.IDENTITY))
    if write.order is not None:
        read = Step(name="get_order_details", arguments={"order_id": write.order.order_id}, code=Code.IDENTITY)
        yield "read by nobody", None, (read,)


def _strangers(write: _Write) -> Iterator[_Made]:
    for stranger in write.strangers:
        yield "another customer", stranger.email, write.no(Code.NOT_FOUND)
        if write.order is not None:
            read = Step(name="get_order_details", arguments={"order_id": write.order.order_id}, code=Code.NOT_FOUND)
            yield "another customer's order read", stranger.email, (read,)
        read = Step(name="get_user_details", arguments={"user_id": write.user.user_id}, code=Code.NOT_FOUND)
        yield "another customer's profile read", stranger.email, (read,)
        if write.name == PROFILE:
            yield write.mine("another customer's profile", write.no(Code.NOT_FOUND, user_id=stranger.user_id))
        for order_id in stranger.orders[:1] if write.order is not None else ():
            yield write.mine("another customer's order", write.no(Code.NOT_FOUND, order_id=order_id))


def _unsaid(write: _Write) -> Iterator[_Made]:
    step = write.legal()
    for confirmed in (False, None):
        unsaid = msgspec.structs.replace(step, confirmed=confirmed, code=Code.NOT_CONFIRMED if confirmed is False else Code.BAD_ARGUMENTS)
        yield write.mine("not confirmed", (unsaid,))
    put = msgspec.structs.replace(step, confirmed=False, code=Code.NOT_CONFIRMED)
    for other in _other_legal(write):
        yield write.mine("changed after the yes", (put, *write.no(Code.CONFIRMATION_VOID, **other)))


def _other_legal(write: _Write) -> Iterator[dict[str, Any]]:
    """Arguments that would be allowed too, had they been put to the customer."""
    told = write.arguments
    if write.name == CANCEL:
        yield {"reason": "ordered by mistake" if told["reason"] == "no longer needed" else "no longer needed"}
    if write.name in {ADDRESS, PROFILE}:
        yield _ELSEWHERE
        yield {"address2": "Unit 99"}
    if write.name == RETURN and len(told["item_ids"]) > 1:
        yield {"item_ids": told["item_ids"][1:]}
    if write.name in _SWAPS:
        if len(told["item_ids"]) > 1:
            yield {"item_ids": told["item_ids"][1:], "new_item_ids": told["new_item_ids"][1:]}
        for new in _variants(write, told["item_ids"][0], available=True):
            if new not in {told["item_ids"][0], told["new_item_ids"][0]} and _free(write):
                yield {"new_item_ids": [new, *told["new_item_ids"][1:]]}
    if write.name in _SWAPS:
        for method in sorted(write.user.payment_methods):
            if method != told["payment_method_id"] and write.user.payment_methods[method].source != "gift_card":
                yield {"payment_method_id": method}


def _free(write: _Write) -> bool:
    """Whether the method holds whatever is due: it is no gift card."""
    method = write.user.payment_methods.get(write.arguments["payment_method_id"])
    return method is not None and method.source != "gift_card"


def _variants(write: _Write, item_id: str, *, available: bool) -> list[str]:
    """Variants of the same product."""
    product = write.store.file.products[write.store.product_of[item_id]]
    return [one for one, variant in sorted(product.variants.items()) if variant.available is available]


def _unknown(write: _Write) -> Iterator[_Made]:
    told = write.arguments
    if write.order is not None:
        for order_id in (
            "#W0000000",
            write.order.order_id.lstrip("#"),
            "",
            " ",
            "?",
            f"{write.order.order_id} ",
            write.order.order_id.lower(),
        ):
            yield write.mine("unknown order", write.no(Code.NOT_FOUND, order_id=order_id))
    if write.name == PROFILE:
        for user_id in ("nobody_0000", "", "?"):
            yield write.mine("unknown customer", write.no(Code.NOT_FOUND, user_id=user_id))
    if "item_ids" in told:
        bought = {item.item_id for item in write.order.items} if write.order else set()
        elsewhere = [one for one in sorted(write.store.product_of) if one not in bought]
        for item_id in ("0000000000", "1", "", "?", *elsewhere[:1]):
            yield write.mine("unknown item", write.no(Code.UNKNOWN_LINE, item_ids=[item_id, *told["item_ids"][1:]]))
    if write.name in _SWAPS:
        for item_id in ("0000000000", "", "?", told["item_ids"][0] + "0"):
            yield write.mine("unknown variant", write.no(Code.UNKNOWN_VARIANT, new_item_ids=[item_id, *told["new_item_ids"][1:]]))


def _goods(write: _Write) -> Iterator[_Made]:
    told = write.arguments
    if write.name not in _PAID or write.order is None:
        return
    items: list[str] = told["item_ids"]
    empty: dict[str, Any] = {"item_ids": []}
    bought = sum(item.item_id == items[0] for item in write.order.items)
    for more in (1, 2, 50):
        many = [items[0]] * (bought + more)
        fitting = {"new_item_ids": [told["new_item_ids"][0]] * len(many)} if write.name in _SWAPS else {}
        yield write.mine("more units than bought", write.no(Code.QUANTITY, item_ids=many, **fitting))
    if write.name == RETURN:
        yield write.mine("nothing chosen", write.no(Code.NOTHING_CHOSEN, **empty))
        return
    new = told["new_item_ids"]
    yield write.mine("nothing chosen", write.no(Code.NOTHING_CHOSEN, **empty, new_item_ids=[]))
    yield write.mine("unequal lists", write.no(Code.UNEQUAL, new_item_ids=new[1:]))
    yield write.mine("unequal lists", write.no(Code.UNEQUAL, new_item_ids=[*new, new[0]]))
    yield write.mine("unequal lists", write.no(Code.UNEQUAL, **empty))
    for place, item_id in enumerate(items):
        yield write.mine("the same variant", write.no(Code.SAME_VARIANT, new_item_ids=_put(new, place, item_id)))
        for other in sorted(write.store.file.products)[:: max(1, len(write.store.file.products) // 3)]:
            if other != write.store.product_of[item_id]:
                sold = [one for one, variant in sorted(write.store.file.products[other].variants.items()) if variant.available]
                for foreign in sold[:1]:
                    yield write.mine("another product", write.no(Code.OTHER_PRODUCT, new_item_ids=_put(new, place, foreign)))
        for gone in _variants(write, item_id, available=False):
            if gone != item_id:
                yield write.mine("out of stock", write.no(Code.OUT_OF_STOCK, new_item_ids=_put(new, place, gone)))


def _put(those: Sequence[str], place: int, one: str) -> list[str]:
    return [*those[:place], one, *those[place + 1 :]]


def _money(write: _Write) -> Iterator[_Made]:
    if write.name not in _PAID or write.order is None:
        return
    for unknown in ("", "?", "credit_card_0000000", *(next(iter(sorted(one.payment_methods)), "?") for one in write.strangers)):
        if unknown not in write.user.payment_methods:
            yield write.mine("another's method of payment", write.no(Code.UNKNOWN_METHOD, payment_method_id=unknown))
    original = write.order.payment_history[0].payment_method_id
    for method_id, method in sorted(write.user.payment_methods.items()):
        if write.name == RETURN and method.source != "gift_card" and method_id != original:
            yield write.mine("a refund elsewhere", write.no(Code.METHOD, payment_method_id=method_id))
        if write.name in _SWAPS and method.source == "gift_card":
            yield from _too_dear(write, method_id, method.balance or 0.0)


def _too_dear(write: _Write, method_id: str, balance: float) -> Iterator[_Made]:
    """Dearer variants than a gift card can pay, for the first item alone."""
    item_id = write.arguments["item_ids"][0]
    price = next(item.price for item in write.order.items if item.item_id == item_id) if write.order else 0.0
    product = write.store.file.products[write.store.product_of[item_id]]
    for new in _variants(write, item_id, available=True):
        if product.variants[new].price - price > balance + 0.005:
            changed = {"item_ids": [item_id], "new_item_ids": [new], "payment_method_id": method_id}
            yield write.mine("too little on the card", write.no(Code.BALANCE, **changed))


def _payments(write: _Write) -> Iterator[_Made]:
    """What a change of payment may not be, of the orders that are named in a write on a pending order."""
    order = write.order
    if order is None or order.status != "pending":
        return

    def paying(code: Code | None, method: str) -> Step:
        return Step(name=PAYMENT, arguments={"order_id": order.order_id, "payment_method_id": method}, code=code)

    original = order.payment_history[0].payment_method_id
    yield write.mine("the same method of payment", (paying(Code.SAME_METHOD, original),))
    for stranger in write.strangers:
        for method_id in sorted(stranger.payment_methods)[:1]:
            yield write.mine("another's method of payment", (paying(Code.UNKNOWN_METHOD, method_id),))
    for method_id, method in sorted(write.user.payment_methods.items()):
        if method_id != original and method.source == "gift_card" and (method.balance or 0.0) < order.payment_history[0].amount:
            yield write.mine("too little on the card", (paying(Code.BALANCE, method_id),))
        elif method_id != original:
            yield write.mine("twice", (paying(None, method_id), paying(Code.ONLY_ONCE, original)))


def _states(write: _Write) -> Iterator[_Made]:
    """Orders of the same customer and of others, each asked for by whose it is, in a state that forbids it."""
    for status in _WRONG_STATES.get(write.name, ()):
        orders = [one for _, one in sorted(write.store.file.orders.items()) if one.status == status]
        own = [one for one in orders if one.user_id == write.user.user_id]
        start = sum(map(ord, write.where)) % len(orders) if orders else 0
        for order in (own + (orders[start:] + orders[:start])[:2])[:3]:
            owner = write.store.file.users[order.user_id]
            told = {"order_id": order.order_id}
            if "payment_method_id" in write.arguments:
                told["payment_method_id"] = order.payment_history[0].payment_method_id
            goods: dict[str, Any] = {"item_ids": [order.items[0].item_id]} if write.name in _PAID else {}
            if write.name in _SWAPS:
                product = write.store.file.products[order.items[0].product_id]
                goods["new_item_ids"] = [next((one for one in sorted(product.variants) if one != order.items[0].item_id), "0")]
            yield f"wrong state: {status}", owner.email, write.no(Code.ORDER_STATE, **told, **goods)


def _reasons(write: _Write) -> Iterator[_Made]:
    for reason in _REASONS if write.name == CANCEL else ():
        yield write.mine("a reason that does not count", write.no(Code.REASON, reason=reason))


def _places(write: _Write) -> Iterator[_Made]:
    if write.name in {ADDRESS, PROFILE}:
        for other in ({"city": ""}, {"address1": " "}, {"zip": ""}, {"country": "Atlantis"}, {"country": ""}):
            yield write.mine("no address", write.no(Code.ADDRESS, **other))


def _again(write: _Write) -> Iterator[_Made]:
    """What may no longer be done once the write is done."""
    first = write.legal()

    def then(name: str, code: Code, **arguments: Any) -> _Made:
        return write.mine("twice" if name == write.name else "after the write", (first, Step(name=name, arguments=arguments, code=code)))

    order = write.order
    if order is None:
        return
    of, code = {"order_id": order.order_id}, Code.ORDER_STATE if write.name == CANCEL else Code.ONLY_ONCE
    if write.name == ADDRESS:
        yield then(ADDRESS, Code.SAME_ADDRESS, **write.arguments)
        return
    yield then(write.name, code, **write.arguments)
    if write.name == PAYMENT:
        return
    back = {"item_ids": [order.items[-1].item_id], "payment_method_id": order.payment_history[0].payment_method_id}
    product = write.store.file.products[order.items[-1].product_id]
    new = next((one for one in sorted(product.variants) if one != order.items[-1].item_id), "0")
    if write.name in {CANCEL, ITEMS}:
        yield then(CANCEL, code, **of, reason="ordered by mistake")
        yield then(ADDRESS, code, **of, **_ELSEWHERE)
        yield then(ITEMS, code, **of, **back, new_item_ids=[new])
        yield then(PAYMENT, code, **of, payment_method_id=back["payment_method_id"])
        yield then(RETURN, Code.ORDER_STATE, **of, **back)
    else:
        yield then(RETURN, code, **of, **back)
        yield then(EXCHANGE, code, **of, **back, new_item_ids=[new])
        yield then(CANCEL, Code.ORDER_STATE, **of, reason="ordered by mistake")


def _malformed(write: _Write) -> Iterator[_Made]:
    told, first = dict(write.arguments), next(iter(write.arguments))
    for arguments in (
        {name: value for name, value in told.items() if name != first},
        told | {"as_staff": True},
        told | {first: 7},
        told | {first: None},
        {name: [value] for name, value in told.items()},
        [told],
        None,
        "all of it",
        {},
    ):
        yield write.mine("malformed", (Step(name=write.name, arguments=arguments, code=Code.BAD_ARGUMENTS),))
    for name in ("", None, 7, write.name.upper(), f"{write.name} ", "delete_order"):
        yield write.mine("unknown tool", (Step(name=name, arguments=told, code=Code.BAD_ARGUMENTS),))
    if "item_ids" in told:
        for items in (told["item_ids"][0], [7], [None], {"0": told["item_ids"][0]}, [[told["item_ids"][0]]]):
            yield write.mine("malformed", write.no(Code.BAD_ARGUMENTS, item_ids=items))


_MAKERS = (_nobody, _strangers, _unsaid, _unknown, _goods, _money, _payments, _states, _reasons, _places, _again, _malformed)
