"""A fold, what is known around it, learnt gaps, now → the same with every problem that stands now, and when to look again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.pitfalls import PITFALL_KINDS, Family, PitfallKind, Severity, heard_instead
from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.vocabulary import Status
from doorstep.timeline.doubts import doubts
from doorstep.timeline.folding import actor_of_open
from doorstep.timeline.gaps import Gaps
from doorstep.timeline.ordering import HOUR_US
from doorstep.timeline.silence import silences
from doorstep.timeline.spans import Facts, Span, moment_of, us_of

_RULED = frozenset(kind.kind for kind in PITFALL_KINDS.values() if kind.family is not Family.EVENT)


def judge(
    folded: Folded, facts: Facts, gaps: Gaps, now: datetime, *, before: Iterable[OpenPitfall] = (), muted: Collection[str] = ()
) -> tuple[Folded, datetime | None]:
    """Add to a fold what silence, prediction, contradiction and the customer say at `now` (aware).

    `before` are the problems that stood when last judged, those included that an agent closed: a silence found then keeps its moment
    though patience has been learnt since, and so does a coming lateness that is said anew. `muted` are the kinds that the merchant wants to hear nothing of.
    Returned beside it is the next moment after `now` at which time alone changes something; None: never.
    """
    now_us = us_of(now)
    around = facts.around
    opened = [*folded.open_pitfalls] if folded.open_pitfalls else []
    if around.said:
        opened += _said(folded, facts)
    spans = silences(folded, facts, gaps) + doubts(folded, facts)
    if stood := {(one.kind, one.opened_by): one.since for one in before}:
        spans = _kept(spans, stood)
    next_us: int | None = None
    for span in spans:
        if span.from_us > now_us and not (stood and stood.get((span.kind, span.rests_on)) == moment_of(span.from_us)):
            next_us = _sooner(next_us, span.from_us)
        elif span.until_us is None or now_us < span.until_us:
            opened.append(_opened(span))
            next_us = _sooner(next_us, span.until_us)
    if not opened:
        return folded, None if next_us is None else moment_of(next_us)
    standing: list[OpenPitfall] = []
    settled = around.settled
    for one in opened:
        kind = PITFALL_KINDS[one.kind]
        hushed = kind.mutable and (one.kind in around.muted or one.kind in muted)
        severity, worse_us = _severity(kind, one, now_us)
        if not settled or (one.kind, one.since) not in settled:
            next_us = _sooner(next_us, worse_us)
        standing.append(one if severity is one.severity and not hushed else msgspec.structs.replace(one, severity=severity, muted=hushed))
    standing.sort(key=_order)
    pitfalls = _as_heard(standing)
    closed: tuple[OpenPitfall, ...] = ()
    if settled:
        closed = tuple([one for one in pitfalls if (one.kind, one.since) in settled])
        pitfalls = tuple([one for one in pitfalls if one not in closed])
    must_act = actor_of_open([one for one in pitfalls if one.heard and one.severity is not Severity.INFO], folded.must_act)
    judged = msgspec.structs.replace(folded, open_pitfalls=pitfalls, settled=closed, must_act=must_act)
    return judged, None if next_us is None else moment_of(next_us)


def _kept(spans: Sequence[Span], stood: Mapping[tuple[str, bytes], datetime | None]) -> list[Span]:
    """Let what stood already stand since when it stood; what it took the place of ends then."""
    moved: dict[int, int] = {}
    kept: list[Span] = []
    for span in spans:
        since = stood.get((span.kind, span.rests_on)) if span.lasts else None
        if since is not None and (from_us := us_of(since)) != span.from_us:
            moved[span.from_us] = from_us
            kept.append(msgspec.structs.replace(span, from_us=from_us))
        else:
            kept.append(span)
    return (
        [msgspec.structs.replace(span, until_us=moved[span.until_us]) if span.until_us in moved else span for span in kept]
        if moved
        else kept
    )


def _as_heard(standing: Sequence[OpenPitfall]) -> tuple[OpenPitfall, ...]:
    """Note on each problem of which other the customer hears instead.

    What an agent closed still supersedes, as its reason stands: nobody is to hear of the lesser for it. What is muted does not.
    """
    if len(standing) > 1:
        reasons = frozenset([one.kind for one in standing if not one.muted])
        stronger = [(one, heard_instead(one.kind, reasons)) for one in standing]
        standing = [msgspec.structs.replace(one, superseded_by=instead) if instead else one for one, instead in stronger]
    return tuple(standing)


def _order(one: OpenPitfall) -> tuple[bool, str, str]:
    """Scans' problems as the fold has them, behind them the others by age."""
    return (True, one.since.isoformat() if one.since else "", one.kind) if one.kind in _RULED else (False, "", "")


def _opened(span: Span) -> OpenPitfall:
    kind = PITFALL_KINDS[span.kind]
    return OpenPitfall(span.kind, moment_of(span.from_us), kind.must_act, span.rests_on, kind.severity)


def _said(folded: Folded, facts: Facts) -> list[OpenPitfall]:
    """What the customer said and nothing has settled: a delivery after it answers that the parcel had not come."""
    return [one for one in facts.around.said if one.kind != "not_received" or not _came_after(folded, one)]


def _came_after(folded: Folded, one: OpenPitfall) -> bool:
    if folded.status is not Status.DELIVERED or folded.delivered_at is None or one.since is None:
        return False
    return folded.delivered_at > one.since


def _severity(kind: PitfallKind, one: OpenPitfall, now_us: int) -> tuple[Severity, int | None]:
    """Tell how severe a problem is by now, and when it will be worse."""
    severity = kind.severity
    if one.since is None:
        return severity, None
    since = us_of(one.since)
    for hours, worse in kind.escalates:
        at = since + hours * HOUR_US
        if at > now_us:
            return severity, at
        severity = worse
    return severity, None


def _sooner(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
