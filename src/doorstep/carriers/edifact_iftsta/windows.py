"""DTM segments with expected times → estimates, unless the journey has ended."""

from collections.abc import Sequence

from doorstep.carriers.clock import latest
from doorstep.carriers.families.edifact import Moment, Segment, moment_of
from doorstep.carriers.reading import ends_journey
from doorstep.domain.tracking import Checkpoint, Estimate
from doorstep.domain.vocabulary import Precision

#: 2005: delivery estimated; delivery promised for. Source: UN/EDIFACT code list 2005, as known on 2026-11-22.
_EXPECTED = ("17", "69")
_EARLIEST, _LATEST = "64", "63"
#: 2379 of a period → the format of both its ends.
_PERIODS = {"717": "101", "713": "201", "718": "102", "719": "203"}


def estimates_of(groups: Sequence[dict[str, Segment]], read: Sequence[Checkpoint], stated: Moment | None) -> tuple[Estimate, ...]:
    """Read the estimate the innermost group states; () where none does or the goods have arrived.

    Raises:
        BadInputError: a time that is none; the text names its segment.
    """
    if any(ends_journey(checkpoint.event_type) for checkpoint in read):
        return ()
    window = next(filter(None, (_window(dated) for dated in reversed(groups))), None)
    if window is None or window[1].wall < window[0].wall:
        return ()
    first, last = window
    return (
        Estimate(
            from_on=first.wall.date(),
            to_on=last.wall.date(),
            from_time=_clock(first) if first is not last else None,
            to_time=_clock(last),
            stated_at=stated.at(None) if stated else latest(checkpoint.occurred_at for checkpoint in read),
        ),
    )


def _window(dated: dict[str, Segment]) -> tuple[Moment, Moment] | None:
    for kind in _EXPECTED:
        if kind in dated:
            return _ends(dated[kind])
    if _LATEST in dated:
        last = moment_of(dated[_LATEST])
        return (moment_of(dated[_EARLIEST]) if _EARLIEST in dated else last, last)
    return None


def _ends(segment: Segment) -> tuple[Moment, Moment]:
    form = _PERIODS.get(segment.part(1, 2))
    if form is None:
        moment = moment_of(segment)
        return moment, moment
    first, _, last = segment.part(1, 1).partition("-")
    return moment_of(segment, first, form), moment_of(segment, last, form)


def _clock(moment: Moment) -> str | None:
    return None if moment.precision is Precision.DATE else moment.wall.strftime("%H:%M")
