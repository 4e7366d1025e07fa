"""A Liquid source → a template that fills in facts, by the fast way where it can."""

from functools import lru_cache
from typing import Any

import msgspec
from liquid import BoundTemplate
from liquid.output import LimitedStringIO

from doorstep.messages.compiled import Filled, compiled
from doorstep.messages.engine import FAULTS, HTML, OUTPUT_LIMIT, TEXT, Context, bad, every_node, parse


class Template(msgspec.Struct, frozen=True):
    """A source, read."""

    bound: BoundTemplate
    #: Number of its nodes: what a round of a loop costs at most.
    weight: int
    #: The translation; None: the Liquid library fills it in.
    fast: Filled | None

    def fill(self, facts: dict[str, Any]) -> str:
        """Fill in facts (plain dicts, lists, texts, numbers).

        Raises:
            BadTemplateError: a limit is reached or a value does not fit; nothing else.
        """
        try:
            return self.fast(facts) if self.fast is not None else self.fill_slowly(facts)
        except FAULTS as error:
            raise bad(error, filled=True) from error

    def fill_slowly(self, facts: dict[str, Any]) -> str:
        """Fill in facts by the Liquid library; raises what it raises."""
        buffer = LimitedStringIO(limit=OUTPUT_LIMIT, newline="")
        self.bound.render_with_context(Context(self.bound, facts, self.weight), buffer)
        return buffer.getvalue()


@lru_cache(maxsize=4096)
def template_of(source: str, *, html: bool) -> Template:
    """Read a source; merchants with the same text share one template.

    Raises:
        BadTemplateError: it cannot be read.
    """
    environment = HTML if html else TEXT
    bound = parse(source, environment)
    weight = sum(1 for _ in every_node(bound.nodes)) + 1
    return Template(bound, weight, compiled(bound.nodes, environment, weight))
