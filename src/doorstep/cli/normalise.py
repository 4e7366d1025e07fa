"""Files of carriers' bytes → one JSON line per checkpoint, or per folded shipment."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

from doorstep.carriers import carrier_named
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.shipments import Folded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Scan, Tracking
from doorstep.domain.vocabulary import Phase, Precision, ZoneSource
from doorstep.errors import BadInputError, NotFoundError
from doorstep.timeline import fold


def normalise(files: list[Path], *, carrier: str, status: bool = False) -> int:
    """Print what each file says, in order; return the exit code: 0, 1 where a file could not be read, 2 for an unknown carrier.

    A carrier's own notes ("number not found") go to stderr and are no failure: the file was read.
    """
    try:
        parse = carrier_named(carrier).parse
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    lines_of = _shipments if status else _checkpoints
    for file in files:
        try:
            parsed = parse(Raw(body=file.read_bytes()))
        except (BadInputError, OSError) as error:
            print(f"{file}: {_reason(error)}", file=sys.stderr)
            failed = True
            continue
        for note in parsed.notes:
            print(f"{file}: {note.code} {' '.join(note.text.split())}", file=sys.stderr)
        for tracking in parsed.trackings:
            for line in lines_of(tracking):
                print(msgspec.json.encode(line).decode())
    return 1 if failed else 0


def _reason(error: Exception) -> str:
    return (error.strerror or "cannot be opened") if isinstance(error, OSError) else str(error)


def _checkpoints(tracking: Tracking) -> Iterator[dict[str, Any]]:
    return (checkpoint_line(checkpoint) for checkpoint in tracking.checkpoints)


def _shipments(tracking: Tracking) -> Iterator[dict[str, Any]]:
    yield shipment_line(tracking)


def checkpoint_line(checkpoint: Checkpoint) -> dict[str, Any]:
    """Lay one checkpoint out for JSON."""
    event = EVENT_TYPES.get(checkpoint.event_type)
    place = {key: value for key, value in msgspec.structs.asdict(checkpoint.place).items() if value} if checkpoint.place else {}
    return {
        "event_type": checkpoint.event_type,
        "phase": event.phase if event else Phase.META,
        "occurred_at": checkpoint.occurred_at,
        "place": place or None,
        "carrier_code": checkpoint.carrier_code,
        "carrier_text": checkpoint.carrier_text,
        "tracking_number": checkpoint.tracking_number,
        "carrier": checkpoint.carrier,
        "is_return": checkpoint.is_return,
        "retracts": checkpoint.retracts,
    }


def shipment_line(tracking: Tracking) -> dict[str, Any]:
    """Fold one tracking and lay it out for JSON. Times keep what the carrier's clock allows: UTC, wall time, or the date alone."""
    checkpoints = [
        msgspec.structs.replace(checkpoint, is_return=True) if tracking.is_return else checkpoint for checkpoint in tracking.checkpoints
    ]
    folded = fold([Scan.of(checkpoint) for checkpoint in checkpoints], tracking.estimates)
    stamps = _stamps(checkpoints)
    return {
        "tracking_number": tracking.tracking_number,
        "carrier": tracking.carrier,
        "status": folded.status,
        "status_since": stamps.get(folded.decided_by),
        "direction": folded.direction,
        "estimate": _estimate(folded.estimate),
        "open_pitfalls": _pitfalls(folded, stamps),
    }


def _stamps(checkpoints: list[Checkpoint]) -> dict[bytes, str]:
    ordered = sorted(
        (checkpoint for checkpoint in checkpoints if checkpoint.occurred_at), key=lambda checkpoint: str(checkpoint.occurred_at)
    )
    return {checkpoint.fingerprint: _time(checkpoint.occurred_at) for checkpoint in ordered if checkpoint.occurred_at}


def _time(stamp: OccurredAt) -> str:
    if stamp.precision is Precision.DATE or stamp.zone_source is ZoneSource.ASSUMED:
        return stamp.local
    return stamp.instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pitfalls(folded: Folded, stamps: Mapping[bytes, str]) -> list[dict[str, Any]]:
    return [
        {"kind": pitfall.kind, "since": stamps.get(pitfall.opened_by), "must_act": pitfall.must_act} for pitfall in folded.open_pitfalls
    ]


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    stated = estimate.stated_at
    return {
        "from": estimate.from_on.isoformat() + (f"T{estimate.from_time}" if estimate.from_time else ""),
        "to": estimate.to_on.isoformat() + (f"T{estimate.to_time}" if estimate.to_time else ""),
        "source": estimate.source,
        "stated_at": _time(stated) if stated else None,
        "reason": estimate.reason,
        "confidence": estimate.confidence,
    }
