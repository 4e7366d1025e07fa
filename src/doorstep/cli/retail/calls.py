"""A tool call as the retail tasks write it (name, arguments) → a business action, a look-up, or why it is neither.

Source of names and arguments: tau2-bench, retail domain, as known on 2026-11-29.
"""

import ast
import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from doorstep.cli.retail.known import address_of
from doorstep.cli.retail.records import AddressRecord, Store, name_key
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.known import KnownLine
from doorstep.domain.actions.refusals import RefusalCode

#: Stands for an id that names nothing, so that it is looked for and not found; no id of a store begins so.
_NOTHING = "?"
_LONGEST_SUM = 500


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An action for the guards."""

    action: asking.BusinessAction
    #: What is wrong with the call beyond what an action can say; it counts where nothing weightier speaks against it.
    fault: RefusalCode | None = None


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """Looks for a customer; shows nobody's identity."""

    #: None: there is nobody.
    user_id: str | None


class ListProducts(msgspec.Struct, frozen=True):
    """Asks what is sold."""


class Reckon(msgspec.Struct, frozen=True):
    """Asks for the sum of numbers: no data of anybody."""


Meant = Act | Find | ListProducts | Reckon


class _Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one tool is given."""


class _ByEmail(_Arguments, frozen=True, kw_only=True):
    email: str


class _ByName(_Arguments, frozen=True, kw_only=True):
    first_name: str
    last_name: str
    zip: str


class _Order(_Arguments, frozen=True, kw_only=True):
    order_id: str


class _User(_Arguments, frozen=True, kw_only=True):
    user_id: str


class _Product(_Arguments, frozen=True, kw_only=True):
    product_id: str


class _Item(_Arguments, frozen=True, kw_only=True):
    item_id: str


class _None(_Arguments, frozen=True, kw_only=True):
    pass


class _Sum(_Arguments, frozen=True, kw_only=True):
    expression: str


class _Summary(_Arguments, frozen=True, kw_only=True):
    summary: str


class _Cancel(_Order, frozen=True, kw_only=True):
    reason: str


class _Address(_Arguments, frozen=True, kw_only=True):
    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str


class _OrderAddress(_Address, frozen=True, kw_only=True):
    order_id: str


class _UserAddress(_Address, frozen=True, kw_only=True):
    user_id: str


class _Pay(_Order, frozen=True, kw_only=True):
    payment_method_id: str


class _Return(_Pay, frozen=True, kw_only=True):
    item_ids: list[str]


class _Swap(_Return, frozen=True, kw_only=True):
    new_item_ids: list[str]


#: Tool → what it is given.
TOOLS: dict[str, type[_Arguments]] = {
    "find_user_id_by_email": _ByEmail,
    "find_user_id_by_name_zip": _ByName,
    "get_order_details": _Order,
    "get_user_details": _User,
    "get_product_details": _Product,
    "get_item_details": _Item,
    "list_all_product_types": _None,
    "calculate": _Sum,
    "transfer_to_human_agents": _Summary,
    "cancel_pending_order": _Cancel,
    "modify_pending_order_address": _OrderAddress,
    "modify_pending_order_items": _Swap,
    "modify_pending_order_payment": _Pay,
    "modify_user_address": _UserAddress,
    "return_delivered_order_items": _Return,
    "exchange_delivered_order_items": _Swap,
}
#: Tools that change something.
WRITES = frozenset(name for name in TOOLS if name.startswith(("cancel_", "modify_", "return_", "exchange_")))


def arguments_of(name: object, arguments: object) -> object | None:
    """Read what a tool is given; None where there is no such tool, or it takes something else."""
    form = TOOLS.get(name) if isinstance(name, str) else None
    if form is None:
        return None
    try:
        return msgspec.convert(arguments, form)
    except (msgspec.ValidationError, RecursionError):
        return None


def meaning_of(name: str, given: Any, store: Store, lines: Sequence[KnownLine]) -> Meant | RefusalCode:  # noqa: C901, PLR0911, PLR0912 - one line for each tool
    """Tell what a call means: `given` as `arguments_of` read it, `lines` of the order it names as they are now (() where there is none)."""
    match name:
        case "find_user_id_by_email":
            return Find(user_id=store.by_email.get(given.email.strip().casefold()))
        case "find_user_id_by_name_zip":
            return Find(user_id=store.by_name.get(name_key(given.first_name, given.last_name, given.zip)))
        case "get_order_details":
            return Act(action=asking.ReadOrder(order=given.order_id))
        case "get_user_details":
            return Act(action=asking.ReadProfile(customer=given.user_id or _NOTHING))
        case "get_product_details":
            return Act(action=asking.ReadProduct(product=given.product_id))
        case "get_item_details":
            return Act(action=asking.ReadProduct(product=store.product_of.get(given.item_id, _NOTHING)))
        case "list_all_product_types":
            return ListProducts()
        case "calculate":
            return RefusalCode.BAD_ARGUMENTS if reckoned(given.expression) is None else Reckon()
        case "transfer_to_human_agents":
            return Act(action=asking.TalkToHuman(summary=given.summary))
        case "cancel_pending_order":
            return Act(action=asking.CancelOrder(order=given.order_id, reason=given.reason))
        case "modify_pending_order_address":
            return Act(action=asking.ChangeAddress(order=given.order_id, address=address_of(_record(given))), fault=_address_fault(given))
        case "modify_user_address":
            action = asking.ChangeProfile(customer=given.user_id or _NOTHING, address=address_of(_record(given)))
            return Act(action=action, fault=_address_fault(given))
        case "modify_pending_order_payment":
            return Act(action=asking.ChangePayment(order=given.order_id, method=given.payment_method_id or _NOTHING))
        case "return_delivered_order_items":
            named = named_lines(lines, given.item_ids)
            units = tuple(asking.Units(line_id=line_id, quantity=times) for line_id, times in Counter(named).items())
            return Act(action=asking.OpenReturn(order=given.order_id, units=units, method=given.payment_method_id or _NOTHING))
        case _:
            return _swapping(name, given, lines)


def _swapping(name: str, given: _Swap, lines: Sequence[KnownLine]) -> Act:
    named = named_lines(lines, given.item_ids)
    swaps = tuple(asking.Swap(line_id=line_id, variant_id=new) for line_id, new in zip(named, given.new_item_ids, strict=False))
    kind = asking.ChangeItems if name == "modify_pending_order_items" else asking.OpenExchange
    action = kind(order=given.order_id, swaps=swaps, method=given.payment_method_id or _NOTHING)
    return Act(action=action, fault=None if len(given.item_ids) == len(given.new_item_ids) else RefusalCode.UNEQUAL)


def named_lines(lines: Sequence[KnownLine], item_ids: Sequence[str]) -> list[str]:
    """Find a line for each unit that is named by its variant: equal units one after another, none twice while there is another.

    A variant that was not bought gets a line that is not there; one unit too many the last line once more.
    """
    free: dict[str, list[str]] = {}
    for line in reversed(lines):
        free.setdefault(line.variant_id, []).append(line.line_id)

    def next_of(item_id: str) -> str:
        fitting = free.get(item_id, [f"{_NOTHING}{item_id}"])
        return fitting.pop() if len(fitting) > 1 else fitting[0]

    return [next_of(item_id) for item_id in item_ids]


def _record(given: _Address) -> AddressRecord:
    return AddressRecord(
        address1=given.address1, address2=given.address2, city=given.city, country=given.country, state=given.state, zip=given.zip
    )


def _address_fault(given: _Address) -> RefusalCode | None:
    """Say whether nobody could deliver there: a part is missing, or the country is none we know."""
    whole = all(part.strip() for part in (given.address1, given.city, given.zip))
    return None if whole and address_of(_record(given)).country else RefusalCode.ADDRESS


_SIGNS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def reckoned(expression: str) -> float | None:
    """Reckon a sum of numbers with + - * / and brackets; None where it is none."""
    if len(expression) > _LONGEST_SUM:
        return None
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign, operand=inner):
            return _value(inner) if isinstance(sign, ast.UAdd) else -_value(inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_value(left), _value(right))
        case _:
            message = "is no sum"
            raise ValueError(message)
