"""A merchant's Liquid text → a parsed template whose loops, filters, ranges and output have ends; or the line and the reason."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, Mode, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.logical import ContainsExpression, EqExpression, NeExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import _AnyExpression
from liquid.builtin.tags.for_tag import ForNode
from liquid.exceptions import FilterValueError, LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.utils import ReadOnlyChainMap
from typing_extensions import override

from doorstep.errors import BadInputError
from doorstep.messages.spending import CALL, DATE_CALL, READING, ROUNDS_LIMIT, Budget, growth, paid_contains, paid_eq, purse, sized

#: Characters of one source.
SOURCE_LIMIT = 100_000
#: Bytes of one rendering.
OUTPUT_LIMIT = 200_000
#: Characters within the tags of one source: what reading it costs. Ours have 3,500 in the longest mail.
TAGGED_LIMIT = 30_000
#: Names that one source may assign to: each new value is weighed with all of them.
NAMES_LIMIT = 100
#: Characters of what the date filter is asked to read.
DATE_LIMIT = 64
#: Bytes of all assigned values.
LOCALS_LIMIT = 200_000

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


def _hardened(name: str, function: Callable[..., Any], environment: Environment) -> Callable[..., Any]:
    """Wrap a filter so that it pays for what it is given and what it gives."""
    wants_environment = bool(getattr(function, "with_environment", False))
    grows = name in {"replace", "join", "uniq"}
    call = DATE_CALL if name == "date" else CALL

    def spend(budget: Budget, value: object, *args: object, **named: object) -> object:
        budget.filter(call)
        for one in (value, *args, *named.values()):
            budget.filter(sized(one))
        if name == "date" and (value in {"now", "today"} or sized(value) > DATE_LIMIT):
            raise FilterValueError("date wants a short date; the present time is not known here", token=None)
        if grows:
            budget.filter(growth(name, value, args))
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

    __slots__ = ("budget", "weight", "weights")

    def __init__(self, template: BoundTemplate, facts: dict[str, Any], weights: dict[int, int]) -> None:
        """`weights`: of every loop, by its identity."""
        super().__init__(template, globals=facts)
        # Without Liquid's own `now` and `today`: a rendering knows no clock.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.budget = Budget()
        self.weights = weights
        self.weight = 1

    @override
    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.budget.loop(length, self.weight)


class WeighedFor(ForNode):
    """A loop that pays for what stands in it."""

    __slots__ = ()

    @override
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        if isinstance(context, Context):
            context.weight = context.weights[id(self)]
        return super().render_to_output(context, buffer)


def _budget_of(context: RenderContext) -> Budget:
    return context.budget if isinstance(context, Context) else Budget()


class PaidContains(ContainsExpression):
    """`contains` that pays."""

    __slots__ = ()

    @override
    def evaluate(self, context: RenderContext) -> object:
        return paid_contains(_budget_of(context), self.left.evaluate(context), self.right.evaluate(context))


class PaidEq(EqExpression):
    """`==` that pays."""

    __slots__ = ()

    @override
    def evaluate(self, context: RenderContext) -> object:
        return paid_eq(_budget_of(context), self.left.evaluate(context), self.right.evaluate(context))


class PaidNe(NeExpression):
    """`!=` that pays."""

    __slots__ = ()

    @override
    def evaluate(self, context: RenderContext) -> object:
        return not paid_eq(_budget_of(context), self.left.evaluate(context), self.right.evaluate(context))


class OnceExpression(_AnyExpression):
    """The values of one `when`: the first that fits writes its block, once. The library writes it for each that fits."""

    __slots__ = ()

    @override
    def evaluate(self, context: RenderContext) -> list[bool]:
        left, budget = self.left.evaluate(context), _budget_of(context)
        return [any(paid_eq(budget, left, right.evaluate(context)) for right in self.expressions)]


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


#: What of the library is made to pay, or to end, after reading: its class → ours, of the same shape.
_HELD: dict[type[Expression], type[Expression]] = {
    RangeLiteral: CappedRange,
    ContainsExpression: PaidContains,
    EqExpression: PaidEq,
    NeExpression: PaidNe,
    _AnyExpression: OnceExpression,
}

#: For HTML: every value is escaped unless it is made by us to be HTML.
HTML = HardenedEnvironment(autoescape=True, tolerance=Mode.STRICT)
#: For subjects and plain text.
TEXT = HardenedEnvironment(autoescape=False, tolerance=Mode.STRICT)
#: What a rendering may raise whose fault is the template's.
FAULTS = (LiquidError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


_TAGGED = re.compile(r"\{[{%].*?(?:[}%]\}|$)", re.DOTALL)


def parse(source: str, environment: Environment) -> BoundTemplate:
    """Read a Liquid source.

    Raises:
        BadTemplateError: it is too long or cannot be read.
    """
    if len(source) > SOURCE_LIMIT:
        raise BadTemplateError(f"a template has at most {SOURCE_LIMIT:,} characters")
    tagged = sum(len(found[0]) for found in _TAGGED.finditer(source))
    if tagged > TAGGED_LIMIT:
        raise BadTemplateError(f"a template has at most {TAGGED_LIMIT:,} characters within its tags")
    try:
        if (paid := purse()) is not None:
            paid.pay(tagged * READING)
        for tag, spans in environment.analyze_tags_from_string(source).unclosed_tags.items():
            raise BadTemplateError(f"{tag} is never closed", line=source.count("\n", 0, spans[0].index) + 1)
        bound = environment.from_string(source)
        _hold(bound.nodes, environment)
    except FAULTS as error:
        raise bad(error) from error
    return bound


def _hold(nodes: list[Node], environment: Environment) -> None:
    """Put what pays, or ends, in the place of what does not."""
    for node in every_node(nodes):
        if type(node) is ForNode:
            node.__class__ = WeighedFor
        for expression in _expressions(node):
            if (held := _HELD.get(type(expression))) is not None:
                expression.__class__ = held
            elif isinstance(expression, FilteredExpression):
                for one in expression.filters or ():
                    one.validate_filter_arguments(environment)
    if len(_names(nodes)) > NAMES_LIMIT:
        raise BadTemplateError(f"a template assigns to at most {NAMES_LIMIT} names")


def _expressions(node: Node) -> Iterator[Expression]:
    waiting = list(node.expressions())
    while waiting:
        expression = waiting.pop()
        yield expression
        waiting.extend(expression.children())


def _names(nodes: list[Node]) -> set[str]:
    return {str(node.name) for node in every_node(nodes) if isinstance(node, (AssignNode, CaptureNode))}


def _weight(nodes: list[Node], names: int) -> int:
    """Tell what going through nodes costs at most: one for each, for each expression, filter and step of a path in it.

    A new value is weighed together with all others of the template, which has so many names.
    """
    weight = 1
    for node in every_node(nodes):
        weight += 1 + (names // 4 + 3 if isinstance(node, (AssignNode, CaptureNode)) else 0)
        for one in _expressions(node):
            weight += 1
            if isinstance(one, Path):
                weight += len(one.path)
            elif isinstance(one, FilteredExpression):
                weight += len(one.filters or ())
    return weight


def loop_weights(nodes: list[Node]) -> dict[int, int]:
    """Tell what a round of every loop costs, by the loop's identity."""
    names = len(_names(nodes))
    return {id(node): _weight(node.block.nodes, names) for node in every_node(nodes) if isinstance(node, ForNode)}


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
