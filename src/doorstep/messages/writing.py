"""A Liquid expression → a Python expression, and the lines that must stand before it."""

from collections.abc import Mapping
from typing import Any

from liquid import Environment
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, Path, StringLiteral
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
    _le,
    _lt,
)
from liquid.builtin.expressions.primitive import Blank, Empty, FalseLiteral, FloatLiteral, IntegerLiteral, Nil, TrueLiteral
from liquid.expression import Expression
from markupsafe import Markup

from doorstep.messages.spending import paid_contains, paid_eq

#: What `forloop` knows, from the round `{i}` and the number of rounds `{n}`.
_FORLOOP = {
    "index": "{i} + 1",
    "index0": "{i}",
    "rindex": "{n} - {i}",
    "rindex0": "{n} - {i} - 1",
    "first": "{i} == 0",
    "last": "{i} == {n} - 1",
    "length": "{n}",
}
#: Keys that Liquid answers itself.
_ANSWERED = frozenset({"size", "first", "last"})


class UntranslatedError(Exception):
    """Nobody must act: this part of Liquid is left to the library."""


class Scope:
    """Paths already looked up for the whole template, or for each round of one loop."""

    def __init__(self, depth: int) -> None:
        #: Written before everything else in the scope.
        self.lines: list[str] = []
        self.depth = depth
        #: Path → the variable that holds it.
        self.known: dict[tuple[str, ...], str] = {}


class Writer:
    """Lines of Python being written, and the values they name."""

    def __init__(self, environment: Environment, assigned: frozenset[str], weights: Mapping[int, int]) -> None:
        self.environment = environment
        #: What a round of each loop costs, by the loop's identity.
        self.weights = weights
        #: Names that the template assigns somewhere.
        self.assigned = assigned
        self.constants: dict[str, Any] = {"eq": paid_eq, "lt": _lt, "le": _le, "contains": paid_contains}
        self.depth = 1
        #: Liquid loop name → its Python variable and the scope of its round.
        self.loops: dict[str, tuple[str, Scope]] = {}
        #: The innermost loop's round and length.
        self.forloop: tuple[str, str] | None = None
        self.outermost = Scope(1)
        self._lines: list[str | Scope] = [self.outermost]
        self._pieces: list[str] = []
        self._count = 0

    def line(self, text: str) -> None:
        """Write one line at the present depth."""
        self.flush()
        self._lines.append(" " * self.depth + text)

    def piece(self, expression: str) -> None:
        """Write text out; neighbours go out together."""
        self._pieces.append(expression)

    def flush(self) -> None:
        """Write the pieces that wait."""
        if self._pieces:
            self._lines.append(f"{' ' * self.depth}out += ({', '.join(self._pieces)},)")
            self._pieces = []

    def scope(self) -> Scope:
        """Open a scope here, at the present depth."""
        self.flush()
        opened = Scope(self.depth)
        self._lines.append(opened)
        return opened

    def source(self) -> list[str]:
        """All lines, in order."""
        self.flush()
        return [line for one in self._lines for line in ([one] if isinstance(one, str) else one.lines)]

    def named(self, value: object) -> str:
        """Give a value a name."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def fresh(self) -> str:
        """Make up a variable."""
        self._count += 1
        return f"v{self._count}"


def filtered(writer: Writer, expression: Expression) -> str:
    """Write a value with its filters."""
    if not isinstance(expression, FilteredExpression):
        raise UntranslatedError
    value = primitive(writer, expression.left)
    for one in expression.filters or ():
        spend = getattr(writer.environment.filters[one.name], "spend", None)
        if spend is None:
            raise UntranslatedError
        arguments = [
            f"{argument.name}={primitive(writer, argument.value)}"
            if isinstance(argument, KeywordArgument)
            else primitive(writer, argument.value)
            for argument in one.args
        ]
        result = writer.fresh()
        writer.line(f"{result} = {writer.named(spend)}({', '.join(('b', value, *arguments))})")
        value = result
    return value


def primitive(writer: Writer, expression: Expression) -> str:
    """Write a path or a literal."""
    if isinstance(expression, Path):
        return path(writer, expression)
    if isinstance(expression, StringLiteral):
        return writer.named(Markup(expression.value) if writer.environment.autoescape else expression.value)  # noqa: S704 - the author's own text
    if isinstance(expression, (IntegerLiteral, FloatLiteral, TrueLiteral, FalseLiteral)):
        return writer.named(expression.value)
    if isinstance(expression, Nil):
        return "None"
    raise UntranslatedError


def path(writer: Writer, expression: Path) -> str:
    """Write the look-up of a path; what is not there becomes `U`, Liquid's undefined."""
    root, *rest = expression.path
    if not isinstance(root, str) or not all(isinstance(one, str) and one not in _ANSWERED for one in rest if root != "forloop"):
        raise UntranslatedError
    if root == "forloop":
        if writer.forloop is None or len(rest) != 1 or rest[0] not in _FORLOOP:
            raise UntranslatedError
        return f"({_FORLOOP[str(rest[0])].format(i=writer.forloop[0], n=writer.forloop[1])})"
    looped = writer.loops.get(root)
    if looped is not None:
        return looped[0] if not rest else _looked_up(writer, looped[1], (looped[0], *map(str, rest)), looped[0])
    names = (root, *map(str, rest))
    if root not in writer.assigned:
        return _looked_up(writer, writer.outermost, names, f"c[{root!r}]")
    value = writer.fresh()
    for line in _look_up(value, f"(loc if {root!r} in loc else c)[{root!r}]", names[1:]):
        writer.line(line)
    return value


def _looked_up(writer: Writer, scope: Scope, names: tuple[str, ...], start: str) -> str:
    """Look a path up once in its scope: nothing in a scope can change it."""
    if names not in scope.known:
        scope.known[names] = value = writer.fresh()
        scope.lines += [" " * scope.depth + line for line in _look_up(value, start, names[1:])]
    return scope.known[names]


def _look_up(value: str, start: str, rest: tuple[str, ...]) -> tuple[str, str]:
    keys = "".join(f"[{one!r}]" for one in rest)
    return f"try: {value} = {start}{keys}", f"except (KeyError, TypeError, IndexError): {value} = U"


def condition(writer: Writer, expression: Expression) -> str:
    """Write a condition as Python truth."""
    if isinstance(expression, BooleanExpression):
        return condition(writer, expression.expression)
    if isinstance(expression, (LogicalAndExpression, LogicalOrExpression)):
        word = "and" if isinstance(expression, LogicalAndExpression) else "or"
        left, right = condition(writer, expression.left), condition(writer, expression.right)
        return f"({left} {word} {right})"
    compared = _comparison(writer, expression)
    if compared is not None:
        return compared
    value = primitive(writer, expression)
    return f"({value} is not None and {value} is not False and {value} is not U)"


def _comparison(writer: Writer, expression: Expression) -> str | None:
    if isinstance(expression, (EqExpression, NeExpression)):
        sign, word = ("==", "") if isinstance(expression, EqExpression) else ("!=", "not ")
        left, right = _operand(writer, expression.left), _operand(writer, expression.right)
        plain = isinstance(expression.right, StringLiteral) and isinstance(expression.left, Path)
        return f"({left} {sign} {right})" if plain else f"({word}eq(b, {left}, {right}))"
    if isinstance(expression, ContainsExpression):
        return f"contains(b, {_operand(writer, expression.left)}, {_operand(writer, expression.right)})"
    if isinstance(expression, (LtExpression, GtExpression, LeExpression, GeExpression)):
        left, right = _operand(writer, expression.left), _operand(writer, expression.right)
        if isinstance(expression, (GtExpression, GeExpression)):
            left, right = right, left
        return f"lt(None, {left}, {right})" if isinstance(expression, (LtExpression, GtExpression)) else f"le({left}, {right})"
    return None


def _operand(writer: Writer, expression: Expression) -> str:
    return writer.named(expression) if isinstance(expression, (Empty, Blank)) else primitive(writer, expression)
