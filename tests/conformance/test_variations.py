"""Real payloads with what the real world varies in them: nothing but BadInputError is raised, nothing is delivered that was not."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conformance_payloads import PAYLOADS, at, changed, paths, real_payloads, variations, without
from test_carriers import keep_to_the_contract

from doorstep.carriers import carriers
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Checkpoint, Parsed, Scan
from doorstep.errors import BadInputError
from doorstep.timeline import fold

needs_data = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/data/carriers/payloads is not here")
#: Seconds of the processor's time that one body may take.
LONGEST_S = 2.0
ENDED = ("delivered", "collected_by_recipient")


def cases(suffix: str) -> list[Any]:
    return [pytest.param(slug, path, id=path.name) for slug, path in real_payloads(suffix)]


def read(slug: str, body: bytes) -> Parsed | None:
    """Read a body, in bounded time; None where it is refused."""
    begun = time.process_time()
    try:
        return carriers()[slug].parse(Raw(body=body))
    except BadInputError:
        return None
    finally:
        assert time.process_time() - begun < LONGEST_S


def deliveries(parsed: Parsed) -> list[Checkpoint]:
    return [scan for tracking in parsed.trackings for scan in tracking.checkpoints if scan.event_type.startswith(ENDED)]


def delivered_trackings(parsed: Parsed) -> int:
    return sum(any(scan.event_type.startswith(ENDED) for scan in tracking.checkpoints) for tracking in parsed.trackings)


def statuses(parsed: Parsed) -> Counter[str]:
    folded = (fold([Scan.of(scan) for scan in tracking.checkpoints], tracking.estimates) for tracking in parsed.trackings)
    return Counter(str(each.status) for each in folded)


@needs_data
@pytest.mark.parametrize(("slug", "path"), cases(".json") + cases(".xml"))
def test_a_varied_payload_is_read_or_refused_and_delivers_nothing_new(slug: str, path: Path) -> None:
    original = read(slug, path.read_bytes())
    if original is None:
        pytest.fail("the payload itself is refused")
    told = delivered_trackings(original)
    for where, body in variations(path):
        parsed = read(slug, body)
        if parsed is None:
            continue
        keep_to_the_contract(parsed)
        more = 2 * told if where[0] == "repeated" else told
        assert delivered_trackings(parsed) <= more, where
        assert told or not parsed.trackings or "delivered" not in statuses(parsed), where


@needs_data
@pytest.mark.parametrize(("slug", "path"), cases(".json"))
def test_one_object_is_read_like_a_list_of_one(slug: str, path: Path) -> None:
    tree = json.loads(path.read_bytes())
    for where in paths(tree):
        items = at(tree, where)
        if isinstance(items, list) and items and isinstance(items[0], dict):
            listed = read(slug, json.dumps(changed(tree, where, lambda found: found[:1])).encode())
            bare = read(slug, json.dumps(changed(tree, where, lambda found: found[0])).encode())
            assert listed is None or bare == listed, where


@needs_data
@pytest.mark.parametrize(("slug", "path"), cases(".json"))
def test_nothing_is_delivered_once_every_scan_that_says_so_is_gone(slug: str, path: Path) -> None:
    """Take out of the payload whatever list item or object makes a delivery, until none is left to take."""
    tree = json.loads(path.read_bytes())
    parsed = read(slug, json.dumps(tree).encode())
    while parsed is not None and deliveries(parsed):
        tree, parsed = fewer(slug, tree, len(deliveries(parsed)))
    assert parsed is None or not {"delivered"} & set(statuses(parsed))


def fewer(slug: str, tree: Any, told: int) -> tuple[Any, Parsed | None]:
    """Drop the smallest object without which fewer deliveries are told; where none does, nothing but the whole payload tells them."""
    parts = [where for where in paths(tree) if where and isinstance(at(tree, where), dict)]
    for where in sorted(parts, key=len, reverse=True):
        body = without(tree, where)
        parsed = read(slug, json.dumps(body).encode())
        if parsed is not None and len(deliveries(parsed)) < told:
            return body, parsed
    return tree, None
