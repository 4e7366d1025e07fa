"""Tokens, today → days: relative ones, weekdays, dates, weeks, "after", "until", "Monday or Tuesday"."""

import re
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from doorstep.conversations.entities.tokens import Run, Token, over, reduced

#: Regions in which the month stands first in "12/05" (CLDR: short date patterns of en-US, en-PH and the like), as known on 2026-11-22.
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "VI", "FM", "MH", "PW", "AS", "MP"})
#: A date of the last weeks is told, not wished for the next year.
_LATELY = 60
_WEEK, _SATURDAY = 7, 5
#: Todays from which every day that is named here can be counted.
_FIRST, _LAST = date(10, 1, 1), date(9990, 1, 1)

_MONTHS = re.compile(
    "(?:W[FRT.]*)?(?:"
    "(?:[fwIR]+)?R?[NO][.]?[aTtJR]R?[NO][.]?[FfwR]*M(?:[Ffw.]*y)?|"
    "R*[NO][.]?[FfwR]*M(?:[Ffw.]*y)?|"
    "[fwIR]*M[.]?R*[NO][aTt]R*[NO](?![Hh])(?:[Ffw.]*y)?|"
    "M[.]?R*[NO](?:[Ffw.]*y)?)"
)
_DIGITS = re.compile("(?:W[FR.]*)?R*d")
_WEEKDAY_NUMBER = re.compile("W[FR.]*R[NO](?![HPQ])|WO|W[.]?N(?![HPQTtasZz:C])|[Ifw]R*O[aTt]R*O|[Ifw]R+[NO][.]?[aTtJ]R*[NO][.]?(?![HQCu])")
_NEXT_MONTH = re.compile("Xm[FR]*[NO]|[NO][FRfw]*Xm|[NO][FRfw]*mX")
_DAY_OF_MONTH = re.compile("R+O(?!h)|FO|O(?=$|[|.aTt>FABfItPVD])|(?<![JN])RN[.]?(?=$|[|.FPVABfItTJaC>zyZ])|Nr|(?<=[ABft])RN[.]?(?![HQCu])")
_IN_DAYS = re.compile("NK[gZ]|[iIt]N[TtaJ]Nu|[iIAt]Nu|Nu[gZA](?![JCNRGMdWD])|iR?u(?=$|[|.F])")
_DURATION = re.compile("N[uhm]|N[TtaJ]N[uhm]")
_OF_WEEK = re.compile("(?:W[aTt])*W[RFfw]*XR?K|(?:W[aTt])*W[RFfw]*KX|XF?KF?W|KXF?W|W[RFfw]*xK|x?KW")
_WEEKS = re.compile("(?:[Se][RFfw]*)?R?XR?K|(?:[Se][RFfw]*)?R?KX|(?:[Se][RFfw]*)?R?xR?K|[Se][RF]*K|R*x?R?E[RFw]*X?|XR?E")
_WEEKDAYS = re.compile("[Xx][RF]?W|W[RF]?X(?!K)|Wx|YW|WY|W")
_LISTS = re.compile("[IfwR]*G[FR]*(?:[aTtsJ][FR]*G)+[Iy]?|[fw]?GJG")
_LIMITS = re.compile("[ABft][RF]*G|G[FR]*[Zzys><]")
_NEGATED = re.compile("n[FRJ]*G(?!V)|G[?F]{0,2}o")


class Calendar:
    """Reads days by one today."""

    def __init__(self, today: date, region: str, *, next_is_week: bool) -> None:
        self.today = min(max(today, _FIRST), _LAST)
        self.month_first = region in _MONTH_FIRST
        self.next_is_week = next_is_week

    def early(self, tokens: Run) -> Run:
        """Make one token G of each day with a date, before times take its numbers."""
        tokens = reduced(tokens, _MONTHS, self._month)
        tokens = reduced(tokens, _DIGITS, self._digits)
        tokens = reduced(tokens, _IN_DAYS, self._in_days)
        tokens = reduced(tokens, _NEXT_MONTH, self._next_month)
        tokens = reduced(tokens, _DURATION, lambda found: [Token("?", *over(found))])
        tokens = reduced(tokens, _WEEKDAY_NUMBER, self._weekday_number)
        return reduced(tokens, _DAY_OF_MONTH, self._day_of_month)

    def late(self, tokens: Run) -> Run:
        """Make one token G of each other day, and of days that belong together."""
        tokens = reduced(tokens, re.compile("D"), lambda found: [self._one(found, self._in(found[0].number))])
        tokens = reduced(tokens, _OF_WEEK, self._of_week)
        tokens = reduced(tokens, _WEEKS, self._weeks)
        tokens = reduced(tokens, _WEEKDAYS, self._weekday)
        tokens = reduced(tokens, _NEGATED, lambda found: [one._replace(sure=0.2) for one in found if one.kind == "G"])
        tokens = reduced(tokens, _LISTS, self._list)
        return reduced(tokens, _LIMITS, self._limit)

    def _one(self, found: list[Token], day: date | None, sure: float = 1.0) -> Token:
        at = day.toordinal() if day else None
        return Token("G", *over(found), low=at, high=at, sure=sure)

    def _in(self, days: int) -> date | None:
        try:
            return self.today + timedelta(days=days)
        except OverflowError:
            return None

    def _dated(self, day: int, month: int, year: int | None = None) -> date | None:
        """Give the day of a date without a year: the next that comes, or one that was lately."""
        if not (1 <= month <= 12 and 1 <= day <= 31):  # noqa: PLR2004
            return None
        years = (year,) if year else (self.today.year, self.today.year + 1, self.today.year - 1)
        fits = [date(one, month, day) for one in years if 1 <= one <= 9999 and day <= monthrange(one, month)[1]]  # noqa: PLR2004
        if year or not fits:
            return fits[0] if fits else None
        lately = [one for one in fits if 0 < (self.today - one).days <= _LATELY]
        coming = min((one for one in fits if one >= self.today), default=fits[0])
        return lately[0] if lately and (coming - self.today).days > _LATELY else coming

    def _month(self, found: list[Token]) -> list[Token] | None:
        numbers = [one.number for one in found if one.kind in "NO"]
        month = next(one.number for one in found if one.kind == "M")
        year = next((one.number for one in found if one.kind == "y"), None)
        days = [self._dated(one, month, year) for one in numbers]
        if not days or any(one is None for one in days):
            return None
        low, high = days[0], days[-1]
        if low is None or high is None or low > high:
            return None
        return [Token("G", *over(self._without_word(found)), low=low.toordinal(), high=high.toordinal())]

    @staticmethod
    def _without_word(found: list[Token]) -> list[Token]:
        """Leave articles at the beginning out of what is marked."""
        first = next(place for place, one in enumerate(found) if one.kind not in "fwIRF")
        return found[first:]

    def _digits(self, found: list[Token]) -> list[Token] | None:
        token = next(one for one in found if one.kind == "d")
        parts = [int(one) for one in re.findall(r"\d+", token.name)]
        if parts[0] > 31:  # noqa: PLR2004
            day = self._dated(parts[2], parts[1], parts[0])
            return [self._one(found, day)] if day else None
        year = None if len(parts) < 3 else parts[2] + (2000 if parts[2] < 100 else 0)  # noqa: PLR2004
        first, second = parts[0], parts[1]
        dotted = "." in token.name
        if dotted and len(parts) == 2 and second > 12:  # noqa: PLR2004
            return None
        day_first = dotted or not self.month_first
        day = self._dated(first, second, year) if day_first else self._dated(second, first, year)
        other = self._dated(second, first, year) if day_first else self._dated(first, second, year)
        if day is None and (dotted or other is None):
            return None
        return [self._one(self._without_word(found), day or other, 1.0 if day is None or other is None or other == day else 0.8)]

    def _in_days(self, found: list[Token]) -> list[Token] | None:
        numbers = [one.number for one in found if one.kind == "N"] or [1]
        unit = next((one.number for one in found if one.kind == "u"), _WEEK)
        low, high = self._in(numbers[0] * unit), self._in(numbers[-1] * unit)
        if low is None or high is None or low > high or numbers[-1] * unit > 366:  # noqa: PLR2004
            return None
        return [Token("G", *over(found), low=low.toordinal(), high=high.toordinal())]

    def _next_month(self, found: list[Token]) -> list[Token] | None:
        number = next(one.number for one in found if one.kind in "NO")
        year, month = (self.today.year, self.today.month + 1) if self.today.month < 12 else (self.today.year + 1, 1)  # noqa: PLR2004
        day = self._dated(number, month, year)
        return [self._one(found, day)] if day else None

    def _this_month(self, number: int) -> date | None:
        """Give the next day of that number, today included."""
        if not 1 <= number <= 31:  # noqa: PLR2004
            return None
        year, month = self.today.year, self.today.month
        for _ in range(3):
            if number <= monthrange(year, month)[1] and date(year, month, number) >= self.today:
                return date(year, month, number)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004
        return None

    def _weekday_number(self, found: list[Token]) -> list[Token] | None:
        """Read "Monday the 7th", or "the 5th to the 8th" behind "between"."""
        days = [self._this_month(one.number) for one in found if one.kind in "NO"]
        weekday = next((one.number for one in found if one.kind == "W"), None)
        if any(one is None for one in days):
            return None
        low, high = days[0], days[-1]
        if low is None or high is None or low > high or (weekday is not None and found[-1].kind == "N" and low.weekday() != weekday):
            return None
        return [Token("G", *over(found), low=low.toordinal(), high=high.toordinal())]

    def _day_of_month(self, found: list[Token]) -> list[Token] | None:
        token = next(one for one in found if one.kind in "NO")
        day = self._this_month(token.number)
        if day is None or (token.kind == "O" and token.end - token.start > 4 and found[0].kind != "R"):  # noqa: PLR2004 - "first" alone
            return None
        return [self._one(found, day, 0.9)]

    def _monday(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    def _of_week(self, found: list[Token]) -> list[Token]:
        weeks = 1 if any(one.kind == "X" for one in found) else 0
        named = [one for one in found if one.kind in "WaTt"]
        days = [self._one([one], self._monday() + timedelta(days=one.number + weeks * _WEEK)) if one.kind == "W" else one for one in named]
        return (
            [*days[:-1], days[-1]._replace(end=over(found)[1])]
            if days[-1].kind == "G" and len(days) > 1
            else [days[0]._replace(start=over(found)[0], end=over(found)[1])]
        )

    def _weeks(self, found: list[Token]) -> list[Token]:
        """Read weeks and weekends, and how they begin and end."""
        kinds = "".join(one.kind for one in found)
        monday = self._monday() + timedelta(days=_WEEK if "X" in kinds and self._skips("E" in kinds) else 0)
        low, high = monday, monday + timedelta(days=_WEEK - 1)
        if "E" in kinds:
            low = monday + timedelta(days=_SATURDAY)
        elif "S" in kinds:
            high = monday + timedelta(days=1)
        elif "e" in kinds:
            low, high = monday + timedelta(days=3), monday + timedelta(days=4)
        low = max(low, self.today)
        found = self._trim(found)
        return [Token("G", *over(found), low=low.toordinal(), high=max(low, high).toordinal())]

    @staticmethod
    def _trim(found: list[Token]) -> list[Token]:
        marked = [one for one in found if one.kind not in "RFfw"]
        return marked or found

    def _skips(self, weekend: bool) -> bool:  # noqa: FBT001 - one word, one question
        """Tell whether "next" leaves out what is still to come of this week."""
        return not weekend or self.next_is_week or self.today.weekday() >= _SATURDAY

    def _weekday(self, found: list[Token]) -> list[Token]:
        weekday = next(one.number for one in found if one.kind == "W")
        kinds = {one.kind for one in found}
        ahead = (weekday - self.today.weekday()) % _WEEK
        if "Y" in kinds:
            return [self._one(found, self.today - timedelta(days=(self.today.weekday() - weekday) % _WEEK or _WEEK))]
        if "x" in kinds:
            return [self._one(found, self.today + timedelta(days=ahead))]
        coming = self.today + timedelta(days=ahead or _WEEK)
        if "X" in kinds and self.next_is_week:
            then = self._monday() + timedelta(days=_WEEK + weekday)
            return [self._one(found, then, 1.0 if then == coming else 0.7)]
        return [self._one(found, coming)._replace(name="W")]

    def _list(self, found: list[Token]) -> list[Token] | None:
        """Join days that follow each other, or that a word like "to" or "between" joins; others stay apart."""
        days = [one for one in found if one.kind == "G"]
        if any(one.low is None or one.high is None for one in days):
            return None
        for place in range(1, len(days)):
            # "Mon or Tue", said on a Monday: both of the next week.
            if (
                days[place].name == days[place - 1].name == "W"
                and (days[place].low or 0) < (days[place - 1].low or 0) <= (days[place].low or 0) + 6
            ):
                days[place] = days[place]._replace(low=(days[place].low or 0) + _WEEK, high=(days[place].high or 0) + _WEEK)
        low, high = days[0].low or 0, days[-1].high or 0
        joined = any(one.kind in "TtsIJ" for one in found) or found[0].kind in "fw"
        if joined and high < low:
            high += _WEEK
        follow = all((later.low or 0) == (sooner.high or 0) + 1 for sooner, later in pairwise(days))
        if not (joined or follow):
            return days
        return [Token("G", days[0].start, over(found)[1], low=low, high=high, sure=min(one.sure for one in days))] if low <= high else None

    def _limit(self, found: list[Token]) -> list[Token] | None:
        """Open a day to one side: after, from, before, until."""
        day = next(one for one in found if one.kind == "G")
        kind = next(one.kind for one in found if one.kind not in "GRF")
        if day.low is None or day.high is None:
            return None
        low, high = {
            "A": (day.high + 1, None),
            "Z": (day.high + 1, None),
            "f": (day.low, None),
            "s": (day.low, None),
            ">": (day.low, None),
            "B": (None, day.low - 1),
            "z": (None, day.low - 1),
            "t": (None, day.high),
            "y": (None, day.high),
            "<": (None, day.high),
        }[kind]
        return [Token("G", *over(found), low=low, high=high, sure=day.sure)]
