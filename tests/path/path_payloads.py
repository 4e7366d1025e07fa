"""Carriers' real payloads → the same payloads as they would have been posted while the parcel was under way, their dates moved to today."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from doorstep.carriers import carriers
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Tracking

#: Carrier → file, and the path to its list of scans, newest first or last.
PAYLOADS = {
    "ups": ("ups__18.json", "trackResponse.shipment.0.package.0.activity"),
    "fedex": ("fedex__05.json", "output.completeTrackResults.0.trackResults.0.scanEvents"),
    "usps": ("usps__01.json", "trackingEvents"),
    "aftership": ("aftership__06.json", "data.tracking.checkpoints"),
    "dhl_parcel_de": ("dhl_parcel_de__01.xml", ""),
}
_DATES = re.compile(
    r"(?<![\d-])(20\d\d)-(\d\d)-(\d\d)(?!\d)|(?<![\d.])(\d\d)\.(\d\d)\.(20\d\d)(?!\d)|(?<=\")(20[0-3]\d)([01]\d)([0-3]\d)(?=\")"
)


def tracking_in(slug: str, body: bytes) -> Tracking:
    """Read the first number a payload speaks of."""
    return carriers()[slug].parse(Raw(body=body)).trackings[0]


def instants(tracking: Tracking) -> list[datetime]:
    """When the scans were, oldest first; dates alone count as their noon."""
    return sorted(c.occurred_at.instant for c in tracking.checkpoints if c.occurred_at)


def moved(slug: str, body: bytes, now: datetime) -> bytes:
    """Move every date by the same whole days, so that the newest scan lies within the last day."""
    newest = max(c.occurred_at.instant - timedelta(0) for c in tracking_in(slug, body).checkpoints if c.occurred_at)
    return shifted(body, timedelta(days=(now - newest) // timedelta(days=1)))


def shifted(body: bytes, by: timedelta) -> bytes:
    """Move every date in a text by whole days."""

    def other(found: re.Match[str]) -> str:
        iso, dotted, plain = found.group(1, 2, 3), found.group(6, 5, 4), found.group(7, 8, 9)
        year, month, day = (int(part) for part in (iso if iso[0] else dotted if dotted[0] else plain))
        new = date(year, month, day) + by
        return f"{new:%Y-%m-%d}" if iso[0] else f"{new:%d.%m.%Y}" if dotted[0] else f"{new:%Y%m%d}"

    return _DATES.sub(other, body.decode()).encode()


def under_way(slug: str, body: bytes) -> list[bytes]:
    """Cut a payload to what it would have said after its first scan, its second, and so on; the whole comes last."""
    if body.lstrip().startswith(b"<"):
        return _xml_under_way(body)
    tree = json.loads(body)
    path = PAYLOADS[slug][1].split(".")
    scans = list(_at(tree, path))
    oldest_first = sorted(range(len(scans)), key=lambda n: _stamp(scans[n]))
    found = []
    for count in range(1, len(scans) + 1):
        kept = set(oldest_first[:count])
        part = json.loads(body)
        _at(part, path)[:] = [scan for n, scan in enumerate(scans) if n in kept]
        found.append(json.dumps(part).encode())
    return found


def _at(tree: Any, path: list[str]) -> list[Any]:
    for step in path:
        tree = tree[int(step)] if step.isdigit() else tree[step]
    return list.__iadd__(tree, []) if isinstance(tree, list) else []


def _stamp(scan: dict[str, Any]) -> str:
    reads: tuple[Callable[[dict[str, Any]], str], ...] = (
        lambda s: s["eventTimestamp"],
        lambda s: s["checkpoint_time"],
        lambda s: s["date"] + s["time"],
        lambda s: s["date"],
    )
    for read in reads:
        try:
            return read(scan)
        except (KeyError, TypeError):
            continue
    raise AssertionError("a scan without a time")


def _xml_under_way(body: bytes) -> list[bytes]:
    def events(tree: Any) -> list[Any]:
        return [e for e in tree.iter("data") if e.get("name") == "piece-event"]

    def stamp(event: Any) -> datetime:
        return datetime.strptime(event.get("event-timestamp"), "%d.%m.%Y %H:%M").replace(tzinfo=UTC)

    count = len(events(etree.fromstring(body)))
    found = []
    for kept in range(1, count + 1):
        tree = etree.fromstring(body)
        for event in sorted(events(tree), key=stamp)[kept:]:
            event.getparent().remove(event)
        found.append(etree.tostring(tree))
    return found


def payload(shared_data: Path, slug: str) -> bytes:
    """Read a carrier's payload as received."""
    return (shared_data / "carriers/payloads" / PAYLOADS[slug][0]).read_bytes()
