"""What a rendering does → what it may still do: rounds of loops, text through filters, comparisons; alone, or several together."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from liquid.builtin.expressions.logical import _contains, _eq
from liquid.exceptions import LoopIterationLimitError, ResourceLimitError

#: Loop rounds in one rendering, all loops together, inner ones each time.
ROUNDS_LIMIT = 10_000
#: Loop rounds times what stands in the loop, by `engine.loop_weights`: bounds the time of loops that print nothing. At 1 µs each in the library.
VISITS_LIMIT = 200_000
#: Characters of one filter's argument or result; an item of a list counts for four.
RESULT_LIMIT = 20_000
#: The same through all filters and comparisons of one rendering, and so much for each call of a filter.
FILTERED_LIMIT = 200_000
CALL, DATE_CALL = 40, 400
#: Visits, filtered characters and `READING` for each character of a tag, of all that is read and rendered `together`.
TOGETHER_LIMIT = 300_000
READING = 10
#: Bits of a whole number.
NUMBER_BITS = 256


class Purse:
    """What several readings and renderings may still spend together."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = TOGETHER_LIMIT

    def pay(self, units: int) -> None:
        """Pay for work before it is done."""
        self.left -= units
        if self.left < 0:
            raise ResourceLimitError("all parts together take too long; see those with loops and filters", token=None)


_PURSE: ContextVar[Purse | None] = ContextVar("purse", default=None)


def purse() -> Purse | None:
    """Return the purse that is paid from now; None: there is none."""
    return _PURSE.get()


@contextmanager
def together() -> Iterator[Purse]:
    """Let all that is read and rendered inside pay from one purse, beside the limits of each."""
    one = Purse()
    before = _PURSE.set(one)
    try:
        yield one
    finally:
        _PURSE.reset(before)


class Budget:
    """What one rendering may still spend."""

    __slots__ = ("filtered", "purse", "rounds", "visits")

    def __init__(self) -> None:
        self.rounds = ROUNDS_LIMIT
        self.visits = VISITS_LIMIT
        self.filtered = FILTERED_LIMIT
        self.purse = purse()

    def loop(self, length: int, weight: int) -> None:
        """Pay for all rounds of a loop before it starts."""
        self.rounds -= length
        self.visits -= length * weight
        if self.rounds < 0 or self.visits < 0:
            raise LoopIterationLimitError("the loops go round too often", token=None)
        if self.purse is not None:
            self.purse.pay(length * weight)

    def filter(self, size: int) -> None:
        """Pay for a filter's argument or result."""
        self.filtered -= size
        if self.filtered < 0 or size > RESULT_LIMIT:
            raise ResourceLimitError("the filters make too much text", token=None)
        if self.purse is not None:
            self.purse.pay(size)


def sized(value: object) -> int:
    """Measure what a filter is given or gives: characters, four for each item, or a small constant."""
    if isinstance(value, (str, bytes)):
        return len(value) + 8
    if isinstance(value, (list, tuple, dict, range)):
        return 4 * len(value) + 8
    if isinstance(value, int) and value.bit_length() > NUMBER_BITS:
        raise ResourceLimitError("a number has too many digits", token=None)
    return 8


def growth(name: str, value: object, args: tuple[object, ...]) -> int:
    """How large `replace` and `join` will be, before they are, and how long `uniq` takes."""
    if name == "replace" and args:
        found = str(value).count(str(args[0])) if str(args[0]) else len(str(value)) + 1
        return found * len(str(args[1])) if len(args) > 1 else 0
    if name == "uniq" and isinstance(value, (list, tuple, range)):
        return len(value) ** 2 // 20  # it compares each with each
    if name == "join" and isinstance(value, (list, tuple, range)):
        return len(value) * (len(str(args[0])) if args else 1) + sum(len(str(one)) for one in value if not isinstance(one, int))
    return 0


_LONG = (str, list, tuple, range, dict)
#: The library's fault then names no line.
_NO_TOKEN: Any = None


def paid_contains(budget: Budget, left: object, right: object) -> bool:
    """Search as Liquid does, and pay for it."""
    if isinstance(left, _LONG):
        budget.filter(len(left))
    return _contains(_NO_TOKEN, left, right)


def paid_eq(budget: Budget, left: object, right: object) -> bool:
    """Compare as Liquid does, and pay for what is long on both sides."""
    if isinstance(left, _LONG) and isinstance(right, _LONG):
        budget.filter(min(len(left), len(right)))
    return _eq(left, right)
