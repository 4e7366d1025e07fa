"""Every event type is reached: by a carrier's own table, or by the one that a merchant writes."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest

import doorstep.carriers
from doorstep.carriers.generic import with_code_table
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw

#: No carrier we read says these in a code of its own; a feed of the shop's does, under the shop's own codes.
BY_THE_SHOPS_OWN_TABLE = {"cancellation_requested", "cancellation_failed", "linked_return_number", "pickup_extended"}
#: Modules that know event types without reading any carrier.
_NOT_TABLES = {"doorstep.carriers.mapping", "doorstep.carriers.suggesting"}


def slugs_in(value: Any, depth: int = 0) -> Iterator[str]:
    """Every event type that a table holds, however it is laid out."""
    if isinstance(value, str):
        if value in EVENT_TYPES:
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from slugs_in(inner, depth + 1)
    elif isinstance(value, tuple | list | frozenset) and depth < 5:
        for inner in value:
            yield from slugs_in(inner, depth + 1)
    elif isinstance(value, msgspec.Struct) and depth < 5:
        for field in value.__struct_fields__:
            yield from slugs_in(getattr(value, field), depth + 1)


@cache
def produced() -> dict[str, tuple[str, ...]]:
    """Event type → the tables that hold it, as module.NAME."""
    found: dict[str, set[str]] = {slug: set() for slug in EVENT_TYPES}
    for info in pkgutil.walk_packages(doorstep.carriers.__path__, "doorstep.carriers."):
        if info.name in _NOT_TABLES:
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            if isinstance(value, Mapping | tuple | frozenset) and value is not EVENT_TYPES and not name.startswith("__"):
                for slug in slugs_in(value):
                    found[slug].add(f"{info.name.removeprefix('doorstep.carriers.')}.{name}")
    return {slug: tuple(sorted(tables)) for slug, tables in found.items()}


@pytest.mark.parametrize("slug", sorted(EVENT_TYPES))
def test_an_event_type_is_produced_by_a_table(slug: str) -> None:
    if slug in BY_THE_SHOPS_OWN_TABLE:
        assert not produced()[slug], f"{slug} is said by {produced()[slug]} now: take it off this list"
        body = json.dumps(
            {"tracking_number": "N1", "checkpoints": [{"code": "X", "text": "x", "occurred_at": "2026-11-22T10:00:00+00:00"}]}
        )
        [tracking] = with_code_table({"X": slug})(Raw(body=body.encode())).trackings
        assert tracking.checkpoints[0].event_type == slug
    else:
        assert produced()[slug]


def test_nearly_all_are_said_by_several_carriers() -> None:
    alone = [slug for slug, tables in produced().items() if len({table.partition(".")[0] for table in tables}) < 2]
    assert len(alone) <= 20, alone
