"""A decoder's complaint about a form → one sentence that names the path and says what is needed there."""

import difflib
import re
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from doorstep.errors import BadInputError

_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]")
_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$?(?P<path>[^`]*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<kind>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)


def fault_of(error: msgspec.ValidationError, form: type[msgspec.Struct], path: str) -> BadInputError:
    """Say what is wrong with a value that should be a `form` and stands at `path` ("" for the whole body)."""
    found = _COMPLAINT.fullmatch(str(error))
    what, within = (found["what"], found["path"] or "") if found else (str(error), "")
    owner, needed = _at(form, within)
    if field := _FIELD.fullmatch(what):
        place = join(path + within, field["name"][:60])
        if field["kind"].startswith("missing"):
            return BadInputError(f"{place}: {_needed(_hints(owner)[field['name']])} is needed")
        return BadInputError(f"{place}: {_nearest(field['name'], owner)}")
    return BadInputError(f"{(path + within).removeprefix('.') or 'the body'}: {needed} is needed")


def join(path: str, name: str) -> str:
    """Write the path of a field within an object."""
    return f"{path}.{name}".removeprefix(".")


@cache
def _hints(form: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(form, include_extras=True)


def _needed(hint: Any) -> str:
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.extra and "needed" in meta.extra:
            return str(meta.extra["needed"]).removesuffix(",")
    return "another value"


def _at(form: type[msgspec.Struct], within: str) -> tuple[type[msgspec.Struct], str]:
    """Follow a path; return the struct in which it ends, and what is needed at its end."""
    needed, entered = "an object", False
    for name, place in _STEP.findall(within):
        if place:
            needed = "an object" if entered else needed if place == "..." else "a text"
            continue
        hint = _hints(form).get(name)
        inner = _struct_in(hint)
        entered, needed, form = inner is not None, _needed(hint), inner or form
    return form, needed


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for inner in get_args(hint) if (found := _struct_in(inner))), None)


def _nearest(name: str, owner: type[msgspec.Struct]) -> str:
    known = list(_hints(owner))
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"there is no such field; did you mean {near[0]}?" if near else f"there is no such field; there are: {', '.join(known)}"
