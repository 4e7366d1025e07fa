"""Real payloads, and what the real world varies in them → other bodies of the same format."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "payloads"
#: As many variations of one payload are tried, evenly spread over it.
MOST = 90

#: What was changed, and where.
Where = tuple[str, tuple[Any, ...] | str]


@cache
def real_payloads(suffix: str) -> tuple[tuple[str, Path], ...]:
    """List (slug, file) of all real payloads with this ending; none where the data is not here."""
    found = sorted(path for path in PAYLOADS.glob(f"*{suffix}") if ".expected." not in path.name)
    return tuple((path.name.partition("__")[0], path) for path in found)


def paths(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths of all values within decoded JSON, the whole first."""
    yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from paths(value, (*path, key))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def changed(tree: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """Copy a tree with one value changed; the rest is shared."""
    if not path:
        return change(tree)
    other = copy.copy(tree)
    other[path[0]] = changed(tree[path[0]], path[1:], change)
    return other


def without(tree: Any, path: tuple[Any, ...]) -> Any:
    def drop(holder: Any) -> Any:
        other = copy.copy(holder)
        del other[path[-1]]
        return other

    return changed(tree, path[:-1], drop)


def json_variations(tree: Any) -> Iterator[tuple[Where, Any]]:
    """Drop, empty and null every value; take lists for objects, objects for lists of one, and lists the other way round."""
    for path in paths(tree):
        if not path:
            continue
        value = at(tree, path)
        yield ("dropped", path), without(tree, path)
        yield ("null", path), changed(tree, path, lambda _: None)
        if isinstance(value, list):
            yield ("empty", path), changed(tree, path, lambda _: [])
            yield ("reversed", path), changed(tree, path, lambda items: items[::-1])
            if value:
                yield ("bare", path), changed(tree, path, lambda items: items[0])
        elif isinstance(value, dict):
            yield ("listed", path), changed(tree, path, lambda item: [item])
            yield ("empty", path), changed(tree, path, lambda _: {})
        elif isinstance(value, str):
            yield ("empty", path), changed(tree, path, lambda _: "")


def xml_variation(body: bytes, index: int, kind: str) -> tuple[Where, bytes]:
    """Drop or empty one element, turn its children round, or repeat it."""
    root = etree.fromstring(body)
    element = list(root.iter(etree.Element))[index]
    parent = element.getparent()
    assert parent is not None
    if kind == "dropped":
        parent.remove(element)
    elif kind == "empty":
        element[:] = []
        element.text = None
    elif kind == "reversed":
        element[:] = list(element)[::-1]
    else:
        parent.append(copy.deepcopy(element))
    return (kind, str(element.tag)), etree.tostring(root)


def variations(path: Path) -> list[tuple[Where, bytes]]:
    """Make up to `MOST` other bodies of a payload; [] for one that is neither JSON nor XML."""
    body = path.read_bytes()
    if path.suffix == ".json":
        every = list(json_variations(json.loads(body)))
        return [(where, json.dumps(tree).encode()) for where, tree in every[:: max(1, len(every) // MOST)]]
    try:
        size = sum(1 for _ in etree.fromstring(body).iter(etree.Element))
    except etree.XMLSyntaxError:
        return []
    every = [(index, kind) for index in range(1, size) for kind in ("dropped", "empty", "reversed", "repeated")]
    step = max(1, len(every) // MOST) | 1  # odd, so that all kinds have their turn
    return [xml_variation(body, index, kind) for index, kind in every[::step]]
