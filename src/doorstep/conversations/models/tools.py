"""What a model may do → the tools it is given; a tool call as it came → a wish, or why it is none.

There is no tool that commits: an action that needs a yes can but be prepared, and the yes is read by code from the customer's own words.
No tool takes the name of a customer: whoever asks is whose conversation it is.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from doorstep.conversations.models.context import Rights, ToolWish, WishKind
from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.declared import DECLARATIONS, Declaration
from doorstep.domain.actions.kinds import ActionKind, Weight
from doorstep.domain.actions.shapes import flat_schema_of
from doorstep.domain.talking.intents import MEANINGS, Intent
from doorstep.domain.talking.understood import EntityKind
from doorstep.errors import BadInputError

#: Not a model's to say: who the customer is, and which photos were handed in.
_KEPT_BACK = frozenset({"customer", "photos"})
_START, _SEARCH, _PREPARE = "start_talk", "search_knowledge", "prepare_"
_LONGEST_QUERY = 400
_LONGEST_SLOT = 400


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool as a model sees it."""

    name: str
    description: str
    parameters: dict[str, Any]


@cache
def tools_for(rights: Rights) -> tuple[Tool, ...]:
    """List the tools of a model that may do so much."""
    if rights is Rights.PHRASE:
        return ()
    declared = DECLARATIONS.values()
    reading = [_of_action(one, one.kind, one.meaning) for one in declared if one.weight is Weight.READ]
    given = [
        _start_talk(),
        _search(),
        *reading,
        _of_action(DECLARATIONS[ActionKind.TALK_TO_HUMAN], "talk_to_human", "Hand over to a human."),
    ]
    if rights is Rights.ACT:
        given.append(_of_action(DECLARATIONS[ActionKind.ASK_INVOICE], "ask_invoice", "Ask the shop for an invoice of an order."))
        told = "Doorstep shows the customer what it would do and asks them; it is not done by this."
        given += [_of_action(one, f"{_PREPARE}{one.kind}", f"{one.meaning} {told}") for one in declared if one.confirmed]
    return tuple(given)


def read_wish(name: str, args: Mapping[str, Any], rights: Rights) -> ToolWish:
    """Read a tool call.

    Raises:
        BadInputError: there is no such tool for this model, or its arguments are wrong; the text may be told to the model.
    """
    if name not in {one.name for one in tools_for(rights)}:
        raise BadInputError("there is no such tool")
    if name == _START:
        return _talk(args)
    if name == _SEARCH:
        query = args.get("query")
        if not isinstance(query, str) or not query.strip() or set(args) != {"query"}:
            raise BadInputError("query must be a text, and the only argument")
        return ToolWish(name=name, kind=WishKind.SEARCH, query=query[:_LONGEST_QUERY])
    return _action(name, args)


def _talk(args: Mapping[str, Any]) -> ToolWish:
    if set(args) - {"intent", "slots"}:
        raise BadInputError("the arguments are intent and slots")
    try:
        intent = Intent(args.get("intent", ""))
        slots = msgspec.convert(args.get("slots") or {}, dict[EntityKind, str])
    except ValueError as error:  # msgspec's is one too
        raise BadInputError("intent or slots are not among those there are") from error
    return ToolWish(name=_START, kind=WishKind.TALK, intent=intent, slots={kind: text[:_LONGEST_SLOT] for kind, text in slots.items()})


def _action(name: str, args: Mapping[str, Any]) -> ToolWish:
    kind = ActionKind(name.removeprefix(_PREPARE))
    if held := _KEPT_BACK & set(args):
        raise BadInputError(f"there is no argument {min(held)}")
    try:
        action: BusinessAction = msgspec.convert({**args, "action": kind.value}, BusinessAction)
    except msgspec.ValidationError as error:
        raise BadInputError(f"the arguments: {error}") from error
    weight = DECLARATIONS[kind].weight
    wished = WishKind.PREPARE if name.startswith(_PREPARE) else WishKind.READ if weight is Weight.READ else WishKind.ASK
    return ToolWish(name=name, kind=wished, action=action)


def _of_action(one: Declaration, name: str, description: str) -> Tool:
    return Tool(name=name, description=description, parameters=flat_schema_of(one.kind, without=_KEPT_BACK))


def _search() -> Tool:
    shape = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"], "additionalProperties": False}
    return Tool(
        name=_SEARCH, description="Search what the shop wrote for its customers: shipping, returns, opening hours.", parameters=shape
    )


def _start_talk() -> Tool:
    intents = "; ".join(f"{intent}: {meaning}" for intent, meaning in MEANINGS.items())
    shape = {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": [str(one) for one in Intent], "description": intents},
            "slots": {
                "type": "object",
                "description": "What the customer named, as they wrote it.",
                "properties": {str(one): {"type": "string"} for one in EntityKind},
                "additionalProperties": False,
            },
        },
        "required": ["intent"],
        "additionalProperties": False,
    }
    return Tool(
        name=_START, description="Let the shop's own talk about this go on with the customer. Prefer it over all else.", parameters=shape
    )
