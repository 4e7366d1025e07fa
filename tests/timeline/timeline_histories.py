"""Short words for histories → scans."""

import hashlib
from datetime import UTC, datetime, timedelta

from doorstep.domain.tracking import Scan

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us(text: str | None) -> int | None:
    """ "2026-03-02 10:36" (or a date, which counts as its noon) → microseconds UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment + timedelta(hours=0 if " " in text else 12) - EPOCH) // MICROSECOND


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def scan(event_type: str, at: str | None = None, **changed) -> Scan:
    """One scan; its fingerprint is made of everything in it."""
    fields = {
        "event_type": event_type,
        "instant_us": us(at),
        "precision": 0 if at is None or " " not in at else 2,
        "zoned": True,
        "fingerprint": b"",
        "carrier": "acme",
        "tracking_number": "N1",
        "carrier_code": event_type.upper(),
        "retracts": None,
        "is_return": False,
    } | changed
    name = hashlib.blake2b(repr(sorted(fields.items())).encode(), digest_size=8).digest()
    return Scan(**(fields | {"fingerprint": fields["fingerprint"] or name}))


def history(*lines: str, **changed) -> list[Scan]:
    """ "2026-03-02 10:36 picked_up" per scan; "- label_created" has no time."""
    scans = []
    for line in lines:
        at, event_type = line.rsplit(" ", 1)
        scans.append(scan(event_type, None if at == "-" else at, **changed))
    return scans
