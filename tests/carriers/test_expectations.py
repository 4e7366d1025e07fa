"""Real payloads, read and folded, against what a person judged them to say (facts only, kept beside this file)."""

import json
from pathlib import Path
from typing import Any

import pytest

from doorstep.carriers import carriers
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Scan, Tracking
from doorstep.timeline import fold

PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "payloads"
JUDGED = Path(__file__).parent / "expectations"


def is_ours(judged: Any) -> bool:
    """Tell the format {"file": [{"tracking_number", "carrier", "events": [[slug, code, local, offset]], "status"}]}; others keep their own test."""
    return isinstance(judged, dict) and all(
        isinstance(rows, list) and all(isinstance(row, dict) and "events" in row and "tracking_number" in row for row in rows)
        for rows in judged.values()
    )


def cases() -> list[Any]:
    found = []
    for path in sorted(JUDGED.glob("*.json")):
        judged = json.loads(path.read_text(encoding="utf-8"))
        if is_ours(judged):
            found += [pytest.param(path.stem, name, rows, id=name) for name, rows in judged.items()]
    return found


def facts(tracking: Tracking) -> dict[str, Any]:
    events = []
    for checkpoint in tracking.checkpoints:
        at = checkpoint.occurred_at
        events.append([checkpoint.event_type, checkpoint.carrier_code, at.local if at else None, at.offset if at else None])
    return {"tracking_number": tracking.tracking_number, "carrier": tracking.carrier, "events": events}


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/data/carriers/payloads is not here")
@pytest.mark.parametrize(("slug", "name", "judged"), cases())
def test_a_real_payload_says_what_it_was_judged_to_say(slug: str, name: str, judged: list[dict[str, Any]]) -> None:
    if slug not in carriers():
        pytest.skip(f"no carrier {slug}")
    parsed = carriers()[slug].parse(Raw(body=(PAYLOADS / name).read_bytes()))
    told = [facts(tracking) for tracking in parsed.trackings]
    assert told == [{key: row[key] for key in ("tracking_number", "carrier", "events")} for row in judged]
    for tracking, row in zip(parsed.trackings, judged, strict=True):
        folded = fold([Scan.of(checkpoint) for checkpoint in tracking.checkpoints], tracking.estimates)
        assert folded.status == row["status"]
    assert parsed.trackings or parsed.notes


def test_there_are_judged_payloads() -> None:
    assert len(cases()) >= 30
