"""A merchant's Liquid text → a parsed template whose loops, filters, ranges and output have ends; or the line and the reason."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from liquid import BoundTemplate, Environment, Mode, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import FilterValueError, LiquidError, LoopIterationLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.utils import ReadOnlyChainMap
from typing_extensions import override

from doorstep.errors import BadInputError

#: Characters of one source.
SOURCE_LIMIT = 100_000
#: Bytes of one rendering.
OUTPUT_LIMIT = 200_000
#: Loop rounds in one rendering, all loops together, inner ones each time.
ROUNDS_LIMIT = 10_000
#: Loop rounds times the template's nodes: bounds the time of loops that print nothing.
VISITS_LIMIT = 2_000_000
#: Characters or items of one filter's result.
RESULT_LIMIT = 20_000
#: Characters and items through all filters of one rendering.
FILTERED_LIMIT = 2_000_000
#: Characters of what the date filter is asked to read.
DATE_LIMIT = 64
#: Bytes of all assigned values.
LOCALS_LIMIT = 200_000
#: Bits of a whole number.
NUMBER_BITS = 256

#: Not for merchants: they load other templates, or let a customer's text out unescaped.
_NO_TAGS = ("include", "render", "tablerow")
_NO_FILTERS = ("safe", "escapejs")


class BadTemplateError(BadInputError):
    """The merchant must act: a template cannot be read or filled in.

    Attributes:
        line: counted from 1; None where it is the whole template's fault.
        reason: one line, in English, without any customer's text.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason


class Budget:
    """What one rendering may still spend."""

    __slots__ = ("filtered", "rounds", "visits")

    def __init__(self) -> None:
        self.rounds = ROUNDS_LIMIT
        self.visits = VISITS_LIMIT
        self.filtered = FILTERED_LIMIT

    def loop(self, length: int, nodes: int) -> None:
        """Pay for all rounds of a loop before it starts."""
        self.rounds -= length
        self.visits -= length * nodes
        if self.rounds < 0 or self.visits < 0:
            raise LoopIterationLimitError("the loops go round too often", token=None)

    def filter(self, size: int) -> None:
        """Pay for a filter's argument or result."""
        self.filtered -= size
        if self.filtered < 0 or size > RESULT_LIMIT:
            raise ResourceLimitError("the filters make too much text", token=None)


def sized(value: object) -> int:
    """Measure what a filter is given or gives: characters, items, or a small constant."""
    if isinstance(value, (str, bytes, list, tuple, dict, range)):
        return len(value) + 8
    if isinstance(value, int) and value.bit_length() > NUMBER_BITS:
        raise ResourceLimitError("a number has too many digits", token=None)
    return 8


def _growth(name: str, value: object, args: tuple[object, ...]) -> int:
    """How large `replace` and `join` will be, before they are."""
    if name == "replace" and args:
        found = str(value).count(str(args[0])) if str(args[0]) else len(str(value)) + 1
        return found * len(str(args[1])) if len(args) > 1 else 0
    if name == "join" and isinstance(value, (list, tuple, range)):
        return len(value) * (len(str(args[0])) if args else 1) + sum(len(str(one)) for one in value if not isinstance(one, int))
    return 0


def _hardened(name: str, function: Callable[..., Any], environment: Environment) -> Callable[..., Any]:
    """Wrap a filter so that it pays for what it is given and what it gives."""
    wants_environment = bool(getattr(function, "with_environment", False))
    grows = name in {"replace", "join"}

    def spend(budget: Budget, value: object, *args: object, **named: object) -> object:
        for one in (value, *args, *named.values()):
            budget.filter(sized(one))
        if name == "date" and (value in {"now", "today"} or sized(value) > DATE_LIMIT):
            raise FilterValueError("date wants a short date; the present time is not known here", token=None)
        if grows:
            budget.filter(_growth(name, value, args))
        if wants_environment:
            named["environment"] = environment
        result = function(value, *args, **named)
        budget.filter(sized(result))
        return result

    @wraps(function)
    def paid(value: object, *args: object, context: "Context", **named: object) -> object:
        return spend(context.budget, value, *args, **named)

    vars(paid).update(with_context=True, with_environment=False, spend=spend)
    return paid


class Context(RenderContext):
    """A rendering with a budget."""

    __slots__ = ("budget", "nodes")

    def __init__(self, template: BoundTemplate, facts: dict[str, Any], nodes: int) -> None:
        super().__init__(template, globals=facts)
        # Without Liquid's own `now` and `today`: a rendering knows no clock.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.budget = Budget()
        self.nodes = nodes

    @override
    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.budget.loop(length, self.nodes)


def ends_twice(so_far: str, piece: str) -> bool:
    """Tell whether a text begins with a full stop that stands there already: "24 nov." or "Acme Inc." before the sentence's own."""
    return piece[:1] == "." and piece[1:2] != "." and so_far[-1:] == "."


class Output(LimitedStringIO):
    """What a rendering writes: within the limit, and no sentence ends twice."""

    def __init__(self) -> None:
        super().__init__(limit=OUTPUT_LIMIT, newline="")
        self._last = ""

    @override
    def write(self, piece: str, /) -> int:
        if piece and ends_twice(self._last, piece):
            piece = piece[1:]
        self._last = piece or self._last
        return super().write(piece)


class CappedRange(RangeLiteral):
    """A range that cannot be longer than the loops."""

    __slots__ = ()

    @override
    def _make_range(self, start: Any, stop: Any) -> range:
        made = super()._make_range(start, stop)
        if made.stop - made.start > ROUNDS_LIMIT:
            raise ResourceLimitError("a range is too long", token=None)
        return made


class HardenedEnvironment(Environment):
    """Liquid as merchants may write it."""

    context_depth_limit = 20
    local_namespace_limit = LOCALS_LIMIT
    output_stream_limit = OUTPUT_LIMIT

    @override
    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        for tag in _NO_TAGS:
            del self.tags[tag]
        for name in _NO_FILTERS:
            del self.filters[name]
        for name, function in list(self.filters.items()):
            self.filters[name] = _hardened(name, function, self)


#: For HTML: every value is escaped unless it is made by us to be HTML.
HTML = HardenedEnvironment(autoescape=True, tolerance=Mode.STRICT)
#: For subjects and plain text.
TEXT = HardenedEnvironment(autoescape=False, tolerance=Mode.STRICT)
#: What a rendering may raise whose fault is the template's.
FAULTS = (LiquidError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


def parse(source: str, environment: Environment) -> BoundTemplate:
    """Read a Liquid source.

    Raises:
        BadTemplateError: it is too long or cannot be read.
    """
    if len(source) > SOURCE_LIMIT:
        raise BadTemplateError(f"a template has at most {SOURCE_LIMIT:,} characters")
    try:
        for tag, spans in environment.analyze_tags_from_string(source).unclosed_tags.items():
            raise BadTemplateError(f"{tag} is never closed", line=source.count("\n", 0, spans[0].index) + 1)
        bound = environment.from_string(source)
        for expression in _expressions(bound.nodes):
            if type(expression) is RangeLiteral:
                expression.__class__ = CappedRange
            elif isinstance(expression, FilteredExpression):
                for one in expression.filters or ():
                    one.validate_filter_arguments(environment)
    except FAULTS as error:
        raise bad(error) from error
    return bound


def _expressions(nodes: list[Node]) -> Iterator[Expression]:
    for node in every_node(nodes):
        waiting = list(node.expressions())
        while waiting:
            expression = waiting.pop()
            yield expression
            waiting.extend(expression.children())


def every_node(nodes: list[Node]) -> Iterator[Node]:
    """Walk a template's nodes, outer ones first."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children(_NOWHERE, include_partials=False))


_QUOTED = re.compile(r"'[^']*'?")


def bad(error: Exception, *, filled: bool = False) -> BadTemplateError:
    """Turn whatever Liquid raised into a line and a reason; of a `filled` template without the values."""
    if not isinstance(error, LiquidError):
        return BadTemplateError(f"a value does not fit its use ({type(error).__name__})")
    token = error.token
    line = token.source.count("\n", 0, token.start_index) + 1 if token is not None and token.source else None
    reason = str(error.message or type(error).__name__).splitlines()[0]
    return BadTemplateError(_QUOTED.sub("'…'", reason) if filled else reason, line=line)


_NOWHERE = RenderContext(BoundTemplate(TEXT, []))
