"""A file of a carrier's bytes, an order, a moment → which delivery problems the history opens, worsens and closes, and when."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from doorstep.carriers import carrier_named, carriers
from doorstep.domain.orders import Order
from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.plugins import OrderSeen, Raw
from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.tracking import Estimate, Parsed, Scan, Tie, Tracking
from doorstep.errors import BadInputError
from doorstep.messages import zone_of
from doorstep.shops import shops
from doorstep.steps.outlook import around_of, origin_of, told_where
from doorstep.steps.shape import last_moment
from doorstep.timeline import Facts, Gaps, Turn, fold_tied
from doorstep.timeline import replay as walk


def replay(file: Path, *, now: str, carrier: str | None = None, order: Path | None = None, json: bool = False) -> int:
    """Print when a history's problems open, worsen and close, silence included; return the exit code.

    `now`: a moment with its offset, "2026-11-22T12:00:00Z" (without one: UTC). `carrier`: whose format the file has; without it the one
    that reads most of it. `order`: a JSON file of the order as the API takes it, for its promise, address and day of sending.
    """
    until = _moment(now)
    known = _order(order) if order else None
    for history in _histories(_parsed(file, carrier).trackings):
        facts = _facts(history, known)
        turns, folded = walk(facts, Gaps(), until, ties=_ties(history), collect_by=_collect_by(history, facts.zone))
        if json:
            print(msgspec.json.encode(_line(history, turns, folded)).decode())
        else:
            print("\n".join(_told(history, turns, folded)))
    return 0


def _histories(trackings: Sequence[Tracking]) -> list[list[Tracking]]:
    """Put together what travels as one: numbers that link to each other."""
    found: list[list[Tracking]] = []
    for tracking in trackings:
        numbers = {tracking.tracking_number, *(link.tracking_number for link in tracking.links)}
        tied = [one for one in found if any(numbers & {t.tracking_number, *(link.tracking_number for link in t.links)} for t in one)]
        found = [one for one in found if one not in tied] + [[*(t for one in tied for t in one), tracking]]
    return found


def _ties(history: Sequence[Tracking]) -> list[Tie]:
    return [Tie(one.tracking_number, link.tracking_number, link.carrier, link.role) for one in history for link in one.links]


def _collect_by(history: Sequence[Tracking], zone: str | None) -> datetime | None:
    told = [one.pickup.collect_by for one in history if one.pickup and one.pickup.collect_by]
    return min((last_moment(stamp, zone) for stamp in told), default=None)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError("--now: a moment such as 2026-11-22T12:00:00Z") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInputError(f"{file}: {error.strerror or 'cannot be opened'}") from error


def _parsed(file: Path, slug: str | None) -> Parsed:
    raw = Raw(body=_bytes(file))
    if slug is not None:
        return carrier_named(slug).parse(raw)
    best: tuple[int, str, Parsed] | None = None
    for name, plugin in sorted(carriers().items()):
        try:
            parsed = plugin.parse(raw)
        except BadInputError:
            continue
        read = sum(scan.event_type != "unknown" for tracking in parsed.trackings for scan in tracking.checkpoints)
        if read and (best is None or read > best[0]):
            best = (read, name, parsed)
    if best is None:
        raise BadInputError(f"{file}: no carrier's format fits; name it with --carrier")
    print(f"read as {best[1]}", file=sys.stderr)
    return best[2]


def _order(file: Path) -> Order:
    try:
        facts = shops()["generic"].parse(Raw(body=_bytes(file)))
    except BadInputError as error:
        raise BadInputError(f"{file}: {error}") from error
    found = next((fact.order for fact in facts if isinstance(fact, OrderSeen)), None)
    if found is None:
        raise BadInputError(f"{file}: there is no order in it")
    return found


def _facts(history: Sequence[Tracking], order: Order | None) -> Facts:
    checkpoints = [msgspec.structs.replace(one, is_return=True) if of.is_return else one for of in history for one in of.checkpoints]
    scans = {(scan := Scan.of(one)).fingerprint: (scan, one) for one in checkpoints}
    estimates, numbers = [estimate for one in history for estimate in one.estimates], {one.tracking_number for one in history}
    around, zone = origin_of(scans.values()), None
    if order is not None:
        sent = next((f.created_at for f in order.fulfilments if f.active and numbers & set(f.tracking_numbers)), None)
        sent = sent or next((f.created_at for f in order.fulfilments if f.active), None)
        around = around_of(around, order, sent)
        address = order.ship_to
        zone = zone_of(address.country if address else None, address.region if address else None, order.customer.phone)
        if order.promise:
            estimates.append(Estimate(from_on=order.promise.from_on or order.promise.to_on, to_on=order.promise.to_on, source="shop"))
    bare = [scan for scan, _ in scans.values()]
    decided = scans.get(fold_tied(bare, ties=_ties(history)).decided_by)
    if decided is not None:
        around = told_where(around, *decided)
    return Facts(0, history[0].carrier, history[0].service, zone, bare, estimates, around)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _pitfall(one: OpenPitfall) -> dict[str, Any]:
    kind = PITFALL_KINDS[one.kind]
    return {
        "kind": one.kind,
        "family": kind.family,
        "severity": one.severity,
        "since": _time(one.since) if one.since else None,
        "culprit": kind.culprit,
        "must_act": one.must_act,
        "next_step": kind.step,
        "superseded_by": one.superseded_by or None,
    }


def _line(history: Sequence[Tracking], turns: list[Turn], folded: Folded) -> dict[str, Any]:
    return {
        "tracking_number": history[0].tracking_number,
        "further_numbers": [one.tracking_number for one in history[1:]],
        "carrier": history[0].carrier,
        "status": folded.status,
        "turns": [{"at": _time(turn.at), "what": turn.what, "status": turn.status, **_pitfall(turn.pitfall)} for turn in turns],
        "open": [_pitfall(one) for one in folded.open_pitfalls],
    }


def _told(history: Sequence[Tracking], turns: list[Turn], folded: Folded) -> Iterator[str]:
    yield f"{', '.join(f'{one.tracking_number} ({one.carrier})' for one in history)}: {folded.status}"
    for turn in turns:
        since = f", since {_time(turn.pitfall.since)}" if turn.pitfall.since and turn.pitfall.since != turn.at else ""
        yield f"  {_time(turn.at)}  {turn.what:<7}  {turn.pitfall.kind} ({turn.pitfall.severity}{since})"
    if not folded.open_pitfalls:
        yield "  nothing is open"
    for one in folded.open_pitfalls:
        kind = PITFALL_KINDS[one.kind]
        part = f", part of {one.superseded_by}" if one.superseded_by else ""
        yield f"  open: {one.kind} ({one.severity}{part}), {one.must_act} to act: {kind.step.sentence}"
