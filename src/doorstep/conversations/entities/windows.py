"""Tokens → times of a day: hours, ranges, "after", "before", parts of a day."""

import re

from doorstep.conversations.entities.tokens import Run, Token, over, reduced

#: Part of a day → its minutes; the same as on the customers' pages.
PARTS = {
    "morning": (8 * 60, 12 * 60),
    "noon": (12 * 60, 14 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 21 * 60),
    "pm": (12 * 60, 21 * 60),
    "day": (8 * 60, 21 * 60),
}
#: Nobody delivers before; an hour without more that lies before is meant twelve hours later.
_EARLIEST_HOUR = 8
_HALF, _DAY, _HOUR = 12 * 60, 24 * 60, 60

_T = "(?:J*[CN])"
_FRACTION_BEFORE = re.compile("q[NC]H?")
_CLOCKS = re.compile("NHN(?![HuTaM])|NHQ|NQH?|NH(?![?]|g)|CH|CQ")
_DATE_AS_TIME = re.compile("(?<=[ABftIJT])d|d(?=H)")
_DURATION = re.compile("iNH|A?NHg")
#: "I will not be in till 4": from then on.
_NOT_UNTIL = re.compile("n[?FiJR]{0,4}[tB](?=[JRxX]*[CNGWDd])")
#: "never in the morning" names no time that is wished.
_DENIED = re.compile("n[FRJ]*P(?!C)")
#: "not until" in Hindi stands behind.
_NOT_BEFORE = re.compile("z[no]")
_PART_TO_PART = re.compile("P[aTt]P")
_RANGES = re.compile(f"I{_T}[aTtJ]{_T}|[fw]R?{_T}[TtaJ]+{_T}|J?C[TtJ]{_T}|J?C[a](?:J*C)|J?N[Tt]{_T}H?(?![uM?])|{_T}s{_T}[Iy]?|{_T}a{_T}I")
_AFTER = re.compile(f"[Af][fwFR]?{_T}H?|[Af]P(?=C)|C(?:Z|s|>)|N(?:Z)(?!u)|C[F]?>|A(?:P)(?![a-z])")
_BEFORE = re.compile(f"[Bt][fwFR]?{_T}|C[zy<]|N[zy]")
_AT = re.compile("J+C|C|J+N(?![?uMEKW/])(?!T)|NZ")
_MEET = re.compile("(?:P[FJ.]{0,2}V)|(?:V[FJfw]{0,2}P)")
_MEET_RANGE = re.compile("PN[TtaJs]J?N|P[FJ]?N(?=$|[|.GDWFZy])|N(?=P)P")


def hour_of(token: Token, part: str = "", *, floor: int | None = None) -> int:
    """Give the minutes of a time or a bare number, with what is known: the part of the day, or that it comes after another."""
    minutes = token.number * _HOUR if token.kind == "N" else token.number
    loose = token.loose or (token.kind == "N" and 1 <= token.number <= 12)  # noqa: PLR2004
    if not loose:
        return minutes
    if floor is not None:
        return minutes % _HALF if minutes % _HALF > floor else minutes % _HALF + _HALF if minutes % _HALF + _HALF > floor else minutes
    if part == "morning":
        return minutes
    if part in {"afternoon", "evening", "pm", "noon"}:
        return minutes if minutes >= _HALF else minutes + _HALF
    return minutes + _HALF if minutes < _EARLIEST_HOUR * _HOUR else minutes


def windows(tokens: Run) -> Run:
    """Make one token V of each time of a day."""
    tokens = reduced(tokens, _FRACTION_BEFORE, _fraction_before)
    tokens = reduced(tokens, _DATE_AS_TIME, _dotted)
    tokens = reduced(tokens, _DURATION, lambda found: [Token("?", *over(found))])
    tokens = reduced(tokens, _DENIED, lambda found: [Token("?", *over(found))])
    tokens = reduced(tokens, _NOT_UNTIL, lambda found: [found[-1]._replace(kind="f")])
    tokens = reduced(tokens, _NOT_BEFORE, lambda found: [found[0]._replace(kind="s")])
    tokens = reduced(tokens, _CLOCKS, _clock)
    tokens = reduced(tokens, _PART_TO_PART, _part_to_part)
    parts = {place for place, one in enumerate(tokens.tokens) if one.kind == "P"}
    near = tokens.tokens[min(parts)].name if len(parts) == 1 else ""
    tokens = reduced(tokens, _MEET_RANGE, _beside_part)
    tokens = reduced(tokens, _RANGES, lambda found: _range(found, near))
    tokens = reduced(tokens, _AFTER, lambda found: _after(found, near))
    tokens = reduced(tokens, _BEFORE, lambda found: _before(found, near))
    tokens = reduced(tokens, _AT, lambda found: _at(found, near))
    tokens = reduced(tokens, _MEET, _meet)
    return _without_told(reduced(tokens, re.compile("P"), _part))


def _without_told(run: Run) -> Run:
    """Leave out a part of the day where a time within it is told elsewhere: "until 8, Friday evening"."""
    windows_told = [one for one in run.tokens if one.kind == "V"]
    parts = [one for one in windows_told if one.name == "part"]
    edges = [edge for one in windows_told if one.name != "part" for edge in (one.low, one.high) if edge is not None]
    told = {one for one in parts if any((one.low or 0) <= edge <= (one.high or 0) for edge in edges)}
    return Run.of([one for one in run.tokens if one not in told]) if told else run


def written(token: Token) -> str:
    """Write a window as "HH:MM-HH:MM", "HH:MM-" or "-HH:MM"."""
    return f"{_clock_text(token.low)}-{_clock_text(token.high)}"


def _clock_text(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def _times(found: list[Token]) -> list[Token]:
    return [one for one in found if one.kind in "CN"]


def _valid(found: list[Token]) -> bool:
    return all(one.kind != "N" or one.number <= 24 for one in found)  # noqa: PLR2004


def _fraction_before(found: list[Token]) -> list[Token] | None:
    """Read "half past five", "halb sechs", "quarter to six"."""
    fraction, hour = found[0], found[1]
    if hour.kind == "N" and not 1 <= hour.number <= 24:  # noqa: PLR2004
        return None
    minutes = hour.number * _HOUR if hour.kind == "N" else hour.number
    shifted = minutes + fraction.number
    return [Token("C", *over(found), shifted, loose=minutes <= _HALF + _HOUR)] if 0 <= shifted < _DAY else None


def _dotted(found: list[Token]) -> list[Token] | None:
    """Read "17.30" as a time where no date can be meant or an hour's unit follows."""
    match = re.fullmatch(r"(\d{1,2})[.](\d{2})", found[0].name)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004
        return None
    hour = int(match[1])
    return [Token("C", found[0].start, found[0].end, hour * 60 + int(match[2]), loose=1 <= hour <= 12 and match[1][0] != "0")]  # noqa: PLR2004


def _clock(found: list[Token]) -> list[Token] | None:
    """Read "5 Uhr 30", "5 heures et demie", "5 y media", "5 o'clock"."""
    hour = found[0]
    if hour.kind == "N" and hour.number > 24:  # noqa: PLR2004
        return None
    minutes = hour.number * _HOUR if hour.kind == "N" else hour.number
    more = sum(one.number for one in found[1:] if one.kind in "QN")
    loose = hour.loose or (hour.kind == "N" and 1 <= hour.number <= 12 and not hour.name.startswith("0"))  # noqa: PLR2004
    return [Token("C", *over(found), minutes + more, loose=loose)] if 0 <= minutes + more <= _DAY and more < _HOUR else None


def _part_to_part(found: list[Token]) -> list[Token]:
    low, high = PARTS[found[0].name][0], PARTS[found[-1].name][1]
    return [Token("V", *over(found), low=low, high=high)] if low < high else [found[0]]


def _range(found: list[Token], part: str) -> list[Token] | None:
    """Read a time to another."""
    times = _times(found)
    if len(times) != 2 or not _valid(times):  # noqa: PLR2004
        return None
    return _span(times[0], times[1], part, over(found))


def _span(first: Token, last: Token, part: str, place: tuple[int, int]) -> list[Token] | None:
    if not last.loose and last.kind == "C" and (first.loose or first.kind == "N"):
        # "2 to 4 pm": the latest such hour before the other.
        low = hour_of(first, part)
        base = (first.number * _HOUR if first.kind == "N" else first.number) % _HALF
        low = max((one for one in (base, base + _HALF) if one < last.number), default=low)
        high = last.number
    else:
        low = hour_of(first, part)
        high = hour_of(last, part, floor=low)
    return [Token("V", *place, low=low, high=high)] if low < high else None


def _beside_part(found: list[Token]) -> list[Token] | None:
    """Read "morning 9-12", "5 in the evening", where the part of the day makes an hour of a bare number."""
    part = next(one for one in found if one.kind == "P")
    times = _times(found)
    if not _valid(times):
        return None
    if len(times) == 2:  # noqa: PLR2004
        return _span(times[0], times[1], part.name, over(found))
    minutes = hour_of(times[0], part.name)
    made = Token("C", times[0].start, times[0].end, minutes)
    return [part, made] if found[0].kind == "P" else [made, part]


def _after(found: list[Token], part: str) -> list[Token] | None:
    times = _times(found)
    if not times:
        whole = next((one for one in found if one.kind == "P"), None)
        return (
            [Token("V", *over(found), low=PARTS[whole.name][0 if found[0].kind == "f" else 1])] if whole and found[-1].kind == "P" else None
        )
    if not _valid(times):
        return None
    behind = found[-1].kind in "Zs>"
    return [Token("V", *over(found), low=hour_of(times[0], part), name="open" if behind else "")]


def _before(found: list[Token], part: str) -> list[Token] | None:
    times = _times(found)
    return [Token("V", *over(found), high=hour_of(times[0], part))] if _valid(times) else None


def _at(found: list[Token], part: str) -> list[Token] | None:
    times = _times(found)
    if not _valid(times):
        return None
    minutes = hour_of(times[0], part)
    return [Token("V", *over(found), low=minutes, high=minutes)]


def _meet(found: list[Token]) -> list[Token]:
    """Let a part of the day and a time beside it say one thing: "morning after 9" is 9 to 12, "after 9 in the morning" is open."""
    window = next(one for one in found if one.kind == "V")
    part = next(one for one in found if one.kind == "P")
    low, high = window.low, window.high
    if found[0].kind == "P" and part.name == "morning" and window.name != "open" and low is not None and high is None and low < _HALF:
        high = PARTS["morning"][1]
    return [Token("V", *over(found), low=low, high=high)]


def _part(found: list[Token]) -> list[Token]:
    low, high = PARTS[found[0].name]
    return [Token("V", found[0].start, found[0].end, low=low, high=high, name="part")]
