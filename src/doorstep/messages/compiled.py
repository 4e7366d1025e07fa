"""A parsed Liquid template → a Python function that writes the same text many times faster; None for what it does not know.

Only the plain part of Liquid is translated: text, values with filters, if, unless, for, assign, comments. Every limit of
`engine` holds here too, and a property test proves both ways equal. Anything else is left to the Liquid library.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import markupsafe
import msgspec
from liquid import Environment
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import LocalNamespaceLimitError, OutputStreamLimitError
from liquid.stringify import to_liquid_string
from liquid.undefined import Undefined

from doorstep.messages.engine import LOCALS_LIMIT, OUTPUT_LIMIT, Budget, ends_twice, every_node
from doorstep.messages.writing import UntranslatedError, Writer, condition, filtered, primitive


class Translated(msgspec.Struct, frozen=True):
    """A template as a Python function."""

    #: Facts in, pieces of text out; `whole` puts them together.
    pieces: Callable[[dict[str, Any]], list[str]]
    #: The template's own texts.
    frame: tuple[str, ...]
    #: Each of them → its position in `frame`.
    places: dict[str, int]


def _escaped(text: str) -> str:
    return str(markupsafe.escape(text))


#: markupsafe's escape without its wrapper, three times as fast; where a release has none, with it.
_ESCAPED: Callable[[str], str] = vars(markupsafe).get("_escape_inner", _escaped)


def compiled(nodes: list[Node], environment: Environment, weight: int) -> Translated | None:
    """Translate a template; `weight` is its number of nodes. None: it uses something that is not translated."""
    writer = Writer(environment, frozenset(str(node.name) for node in every_node(nodes) if isinstance(node, AssignNode)))
    writer.constants.update(
        U=Undefined("", token=None),
        S=_texts_of(environment.autoescape),
        E=_ESCAPED,
        Budget=Budget,
        assigned=_assigned,
        rounds_of=_rounds_of,
        room=_room,
        weight=weight,
    )
    try:
        _block(writer, nodes, silent=False)
        source = "\n".join(("def filled(c):", " out = []; b = Budget(); loc = {}; used = [0, 0]", *writer.source(), " return out"))
        exec(compile(source, "<template>", "exec"), writer.constants)  # noqa: S102 - written above; names in it are quoted
    except (UntranslatedError, SyntaxError, RecursionError, MemoryError):
        return None
    frame = tuple(dict.fromkeys(node.text for node in every_node(nodes) if isinstance(node, ContentNode)))
    return Translated(writer.constants["filled"], frame, {text: position for position, text in enumerate(frame)})


def _block(writer: Writer, nodes: Sequence[Node], *, silent: bool) -> None:
    for node in nodes:
        _NODES.get(type(node), _untranslated)(writer, node, silent)
    writer.flush()


def _inner(writer: Writer, block: BlockNode, *, silent: bool) -> None:
    """Write a block one level deeper; a block of nothing but space writes nothing, as in Liquid."""
    writer.depth += 1
    writer.line("pass")
    _block(writer, block.nodes, silent=silent or block.blank)
    writer.depth -= 1


def _untranslated(_writer: Writer, _node: Node, _silent: bool) -> None:  # noqa: FBT001 - one shape for all writers
    raise UntranslatedError


def _nothing(_writer: Writer, _node: Node, _silent: bool) -> None:  # noqa: FBT001
    return


def _content(writer: Writer, node: ContentNode, silent: bool) -> None:  # noqa: FBT001
    if not silent and node.text:
        writer.piece(writer.named(node.text))


def _output(writer: Writer, node: OutputNode, _silent: bool) -> None:  # noqa: FBT001
    value = filtered(writer, node.expression)
    written = f"E({value})" if writer.environment.autoescape else value
    writer.piece(f"{written} if {value}.__class__ is str else S({value})")


def _assign(writer: Writer, node: AssignNode, _silent: bool) -> None:  # noqa: FBT001
    writer.line(f"loc[{str(node.name)!r}] = {filtered(writer, node.expression)}")
    writer.line("assigned(loc)")


def _if(writer: Writer, node: IfNode | UnlessNode, silent: bool) -> None:  # noqa: FBT001
    asked = condition(writer, node.condition)
    writer.line(f"if not {asked}:" if isinstance(node, UnlessNode) else f"if {asked}:")
    _inner(writer, node.consequence, silent=silent)
    _else(writer, node.alternatives, node.default, silent=silent)


def _else(writer: Writer, alternatives: list[ConditionalBlockNode], default: BlockNode | None, *, silent: bool) -> None:
    if not alternatives and default is None:
        return
    writer.line("else:")
    if not alternatives and default is not None:
        _inner(writer, default, silent=silent)
        return
    writer.depth += 1
    writer.line(f"if {condition(writer, alternatives[0].expression)}:")
    _inner(writer, alternatives[0].block, silent=silent)
    _else(writer, alternatives[1:], default, silent=silent)
    writer.depth -= 1


def _for(writer: Writer, node: ForNode, silent: bool) -> None:  # noqa: FBT001
    loop: LoopExpression = node.expression
    if loop.limit or loop.offset or loop.cols or loop.reversed:
        raise UntranslatedError
    items = primitive(writer, loop.iterable)
    rounds, length, index, item = (f"{letter}{writer.fresh()}" for letter in "rnix")
    writer.line(f"{rounds} = {items} if {items}.__class__ is list else rounds_of({items}); {length} = len({rounds})")
    writer.line(f"if {length}:")
    writer.depth += 1
    writer.line(f"b.loop({length}, weight)")
    writer.line(f"for {index}, {item} in enumerate({rounds}):")
    outer_loops, outer_forloop = writer.loops, writer.forloop
    writer.depth += 1
    writer.line("if len(out) > used[0] + 50: room(out, used)")
    writer.loops, writer.forloop = {**outer_loops, str(loop.identifier): (item, writer.scope())}, (index, length)
    _block(writer, node.block.nodes, silent=silent or node.block.blank)
    writer.loops, writer.forloop = outer_loops, outer_forloop
    writer.depth -= 2
    if node.default is not None:
        writer.line("else:")
        _inner(writer, node.default, silent=silent)


def _leave(writer: Writer, node: BreakNode | ContinueNode, _silent: bool) -> None:  # noqa: FBT001
    if writer.forloop is None:
        raise UntranslatedError
    writer.line("break" if isinstance(node, BreakNode) else "continue")


_NODES: dict[type[Node], Callable[[Writer, Any, bool], None]] = {
    ContentNode: _content,
    OutputNode: _output,
    AssignNode: _assign,
    IfNode: _if,
    UnlessNode: _if,
    ForNode: _for,
    BreakNode: _leave,
    ContinueNode: _leave,
    CommentNode: _nothing,
}


def _texts_of(autoescape: bool) -> Callable[[object], str]:  # noqa: FBT001 - Liquid's own switch
    markup = markupsafe.Markup

    def text(value: object) -> str:
        if value is None:
            return ""
        if value.__class__ is int or value.__class__ is markup:
            return str(value)  # the two kinds of fact beside plain text; neither holds anything to escape
        return to_liquid_string(value, autoescape)

    return text


def _assigned(names: dict[str, object]) -> None:
    if sum(sys.getsizeof(value, 1) for value in names.values()) > LOCALS_LIMIT:
        raise LocalNamespaceLimitError("the assigned values are too large", token=None)


def _rounds_of(value: object) -> list[object]:
    """Take what Liquid loops over from anything."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, str):
        return [value] if value else []
    return list(value) if isinstance(value, Sequence) else []


def _room(out: list[str], used: list[int]) -> None:
    """Stop a loop whose text has grown past the limit; `used` is how many pieces are counted and their characters.

    Asked after every fifty pieces: a piece is a fact or a text of the template, so what goes uncounted meanwhile is small.
    """
    used[1] += sum(map(len, out[used[0] :]))
    used[0] = len(out)
    if used[1] > OUTPUT_LIMIT:
        raise OutputStreamLimitError("the text is too long", token=None)


def whole(out: list[str]) -> str:
    """Put the pieces of a rendering together; where one ends a sentence that has ended already, its full stop is taken out of `out`.

    Raises:
        OutputStreamLimitError: the text is too long.
    """
    text = "".join(out)
    if ".." in text:
        last = ""
        for place, piece in enumerate(out):
            if piece and ends_twice(last, piece):
                out[place] = piece[1:]
            last = out[place] or last
        text = "".join(out)
    if len(text) * 4 > OUTPUT_LIMIT and len(text.encode("utf-8", "surrogatepass")) > OUTPUT_LIMIT:
        raise OutputStreamLimitError("the text is too long", token=None)
    return text
