"""Actions → JSON Schemas of their arguments: the one source of forms, tools and docs."""

from functools import cache
from typing import Any

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.kinds import ActionKind

_DEFINED = "#/$defs/"


def schema_of(kind: ActionKind) -> dict[str, Any]:
    """Return the JSON Schema of an action with its arguments, parts under `$defs`."""
    return msgspec.json.schema(_types()[kind])


def flat_schema_of(kind: ActionKind, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the JSON Schema of an action's arguments alone: no tag, no references, not the fields named in `without`."""
    whole = schema_of(kind)
    flat: dict[str, Any] = _inlined(whole, whole.get("$defs", {}))
    dropped = without | {"action"}
    fields = {name: shape for name, shape in flat["properties"].items() if name not in dropped}
    needed = [name for name in flat.get("required", ()) if name not in dropped]
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}


@cache
def _types() -> dict[ActionKind, type]:
    return {ActionKind(str(one.__struct_config__.tag)): one for one in BusinessAction.__args__}


def _inlined(shape: Any, defined: dict[str, Any]) -> Any:
    """Put what is referred to in place of the reference; no action refers to itself."""
    if isinstance(shape, list):
        return [_inlined(one, defined) for one in shape]
    if not isinstance(shape, dict):
        return shape
    reference = shape.get("$ref")
    if isinstance(reference, str):
        beside = {name: value for name, value in shape.items() if name != "$ref"}
        return {**_inlined(defined[reference.removeprefix(_DEFINED)], defined), **beside}
    return {name: _inlined(value, defined) for name, value in shape.items() if name not in {"$defs", "title"}}
