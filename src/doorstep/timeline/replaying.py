"""A history and learnt gaps → which problems it opened, worsened and closed, and when, had we been told each scan at its own time."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.tracking import Estimate, Scan, Tie
from doorstep.domain.vocabulary import Status
from doorstep.timeline.folding import fold
from doorstep.timeline.gaps import Gaps
from doorstep.timeline.joining import fold_tied
from doorstep.timeline.judging import judge
from doorstep.timeline.spans import Facts, moment_of, us_of


class Turn(msgspec.Struct, frozen=True):
    """What became of one problem at one moment."""

    at: datetime
    #: "opens", "worsens" or "closes".
    what: str
    pitfall: OpenPitfall
    #: Of the shipment at that moment.
    status: Status


def replay(
    facts: Facts,
    gaps: Gaps,
    now: datetime,
    *,
    since: datetime | None = None,
    ties: Collection[Tie] = (),
    collect_by: datetime | None = None,
) -> tuple[list[Turn], Folded]:
    """Walk time from the first scan to `now` (aware), silence included; return the turns in order, and the shipment at `now`.

    Scans and estimates without a time are known from the beginning; so is what the shop said, which numbers hang together (`ties`), and
    until when it waits to be collected once it does.
    """
    turns: list[Turn] = []
    stood: tuple[OpenPitfall, ...] = ()
    judged = fold(())
    moments = _moments(facts, us_of(now))
    for position, at_us in enumerate(moments):
        until = moments[position + 1] if position + 1 < len(moments) else None
        known = _known_at(facts, at_us)
        scanned = fold_tied(known.scans, known.estimates, since=since, ties=ties)
        if collect_by is not None and scanned.status is Status.READY_FOR_PICKUP:
            scanned = msgspec.structs.replace(scanned, collect_by=collect_by)
        look: datetime | None = moment_of(at_us)
        while look is not None and look <= now and (until is None or us_of(look) < until):
            judged, following = judge(scanned, known, gaps, look, before=stood)
            turns += _turns(stood, judged, look)
            stood, look = judged.open_pitfalls, following
    return turns, judged


def _moments(facts: Facts, now_us: int) -> Sequence[int]:
    """Every moment before now at which something became known, and now."""
    told = {scan.instant_us for scan in facts.scans if scan.instant_us is not None}
    told |= {estimate.stated_at.instant_us for estimate in facts.estimates if estimate.stated_at is not None}
    if facts.around.sent_at is not None:
        told.add(us_of(facts.around.sent_at))
    if facts.around.cancelled_at is not None:
        told.add(us_of(facts.around.cancelled_at))
    return [*sorted(at for at in told if at < now_us), now_us]


def _known_at(facts: Facts, at_us: int) -> Facts:
    around = facts.around
    cancelled = around.cancelled_at is not None and us_of(around.cancelled_at) <= at_us
    decided = around.decided_in
    scans = [scan for scan in facts.scans if _by(scan, at_us)]
    if decided is not None and all(scan.fingerprint != decided[0] for scan in scans):
        decided = None
    return msgspec.structs.replace(
        facts,
        scans=scans,
        estimates=[estimate for estimate in facts.estimates if _stated_by(estimate, at_us)],
        around=msgspec.structs.replace(around, cancelled_at=around.cancelled_at if cancelled else None, decided_in=decided),
    )


def _by(scan: Scan, at_us: int) -> bool:
    return scan.instant_us is None or scan.instant_us <= at_us


def _stated_by(estimate: Estimate, at_us: int) -> bool:
    return estimate.stated_at is None or estimate.stated_at.instant_us <= at_us


def _turns(stood: Sequence[OpenPitfall], judged: Folded, at: datetime) -> Iterator[Turn]:
    was = {(one.kind, one.since): one for one in stood}
    stands = {(one.kind, one.since): one for one in judged.open_pitfalls}
    for key, gone in was.items():
        if key not in stands:
            yield Turn(at, "closes", gone, judged.status)
    for key, one in stands.items():
        earlier = was.get(key)
        if earlier is None:
            yield Turn(at, "opens", one, judged.status)
        elif one.severity.rank > earlier.severity.rank:
            yield Turn(at, "worsens", one, judged.status)
