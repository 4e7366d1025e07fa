"""Figures → pictures as SVG: a line over weeks with its range, bars, a histogram; each with a title and a sentence for who cannot see it."""

from collections.abc import Sequence
from html import escape

import msgspec
from markupsafe import Markup

_WIDE, _HIGH = 640, 220
_LEFT, _RIGHT, _TOP, _BELOW = 44, 12, 12, 30


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One value; shares are 0 to 1."""

    label: str
    #: None: nothing to show here.
    value: float | None
    low: float | None = None
    high: float | None = None
    #: What it was to be; None: nothing was said.
    mark: float | None = None


def line_chart(name: str, title: str, sentence: str, points: Sequence[Point]) -> Markup:
    """Draw shares over weeks: the line, and the range behind it; weeks without a share leave a hole."""
    across = [_LEFT + (_WIDE - _LEFT - _RIGHT) * (place + 0.5) / max(1, len(points)) for place in range(len(points))]
    least = _floor([p.low if p.low is not None else p.value for p in points])
    parts = [_axis(least)]
    for run in _runs(points):
        upper = " ".join(f"{across[n]:.1f},{_down(points[n].high, least):.1f}" for n in run)
        lower = " ".join(f"{across[n]:.1f},{_down(points[n].low, least):.1f}" for n in reversed(run))
        line = " ".join(f"{across[n]:.1f},{_down(points[n].value, least):.1f}" for n in run)
        parts.append(f'<polygon class="range" points="{upper} {lower}"/><polyline class="line" points="{line}"/>')
        parts += [f'<circle class="dot" cx="{across[n]:.1f}" cy="{_down(points[n].value, least):.1f}" r="3"/>' for n in run]
    every = max(1, -(-len(points) // 6))
    parts += [_text(across[n], _HIGH - 8, points[n].label, "middle") for n in range(0, len(points), every)]
    return _picture(name, title, sentence, parts, _HIGH)


def histogram(name: str, title: str, sentence: str, points: Sequence[Point]) -> Markup:
    """Draw counts as columns."""
    most = max((p.value or 0.0 for p in points), default=0.0) or 1.0
    wide = (_WIDE - _LEFT - _RIGHT) / max(1, len(points))
    ground = _HIGH - _BELOW
    parts = [f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{ground}" y2="{ground}"/>']
    every = max(1, -(-len(points) // 16))
    for place, point in enumerate(points):
        high = (ground - _TOP - 14) * (point.value or 0.0) / most
        left = _LEFT + wide * place
        parts.append(
            f'<rect class="bar" x="{left + wide * 0.12:.1f}" y="{ground - high:.1f}" width="{wide * 0.76:.1f}" height="{high:.1f}"/>'
        )
        if place % every == 0:
            parts.append(_text(left + wide / 2, _HIGH - 10, point.label, "middle"))
            parts.append(_text(left + wide / 2, ground - high - 4, f"{point.value:g}" if point.value else "", "middle"))
    return _picture(name, title, sentence, parts, _HIGH)


def bars(name: str, title: str, sentence: str, points: Sequence[Point]) -> Markup:
    """Draw shares as lying bars, one under another, each with its range as a whisker, and a mark at what it was to be."""
    row, named = 34, 190
    span = _WIDE - named - 60
    parts = []
    for place, point in enumerate(points):
        top = 8 + place * row
        parts.append(_text(named - 10, top + 17, point.label if len(point.label) < 26 else point.label[:24] + "…", "end"))  # noqa: PLR2004
        parts.append(f'<rect class="track" x="{named}" y="{top + 4}" width="{span}" height="18" rx="3"/>')
        if point.value is None:
            parts.append(_text(named + span + 8, top + 17, "?", "start"))
            continue
        parts.append(f'<rect class="bar" x="{named}" y="{top + 4}" width="{span * point.value:.1f}" height="18" rx="3"/>')
        if point.low is not None and point.high is not None:
            low, high, middle = named + span * point.low, named + span * point.high, top + 13
            parts.append(f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 5}v10M{high:.1f} {middle - 5}v10"/>')
        if point.mark is not None:
            parts.append(f'<path class="mark" d="M{named + span * point.mark:.1f} {top}v26"/>')
        parts.append(_text(named + span + 8, top + 17, f"{point.value:.0%}", "start"))
    return _picture(name, title, sentence, parts, 16 + row * max(1, len(points)))


def _runs(points: Sequence[Point]) -> list[list[int]]:
    """The stretches of neighbouring points that have a value and its range."""
    runs: list[list[int]] = [[]]
    for place, point in enumerate(points):
        if None in (point.value, point.low, point.high):
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _floor(values: Sequence[float | None]) -> float:
    """Where the scale begins: a tenth under the least, so that changes can be seen; the axis says so."""
    least = min((value for value in values if value is not None), default=0.0)
    return max(0.0, (int(least * 10) - 1) / 10)


def _down(value: float | None, least: float) -> float:
    return _TOP + (_HIGH - _TOP - _BELOW) * (1 - ((value or 0.0) - least) / (1 - least))


def _axis(least: float) -> str:
    steps = [least + (1 - least) * n / 4 for n in range(5)]
    return "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{_down(at, least):.1f}" y2="{_down(at, least):.1f}"/>'
        + _text(_LEFT - 8, _down(at, least) + 4, f"{at:.0%}", "end")
        for at in steps
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(name: str, title: str, sentence: str, parts: Sequence[str], high: int) -> Markup:
    return Markup(  # noqa: S704 - every text went through escape
        f'<svg class="chart" viewBox="0 0 {_WIDE} {high}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(sentence)}</desc>{"".join(parts)}</svg>'
    )
