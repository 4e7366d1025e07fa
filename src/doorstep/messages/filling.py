"""A Liquid source → a template that fills in facts, by the fast way where it can."""

from functools import lru_cache
from typing import Any

import msgspec
from liquid import BoundTemplate

from doorstep.domain.messages import Pieced
from doorstep.messages.compiled import Translated, compiled, whole
from doorstep.messages.engine import FAULTS, HTML, TEXT, Context, Output, bad, every_node, parse


class Template(msgspec.Struct, frozen=True):
    """A source, read."""

    bound: BoundTemplate
    #: Number of its nodes: what a round of a loop costs at most.
    weight: int
    #: The translation; None: the Liquid library fills it in.
    fast: Translated | None

    def fill(self, facts: dict[str, Any]) -> str:
        """Fill in facts (plain dicts, lists, texts, numbers).

        Raises:
            BadTemplateError: a limit is reached or a value does not fit; nothing else.
        """
        try:
            return whole(self.fast.pieces(facts)) if self.fast is not None else self.fill_slowly(facts)
        except FAULTS as error:
            raise bad(error, filled=True) from error

    def fill_pieced(self, facts: dict[str, Any]) -> tuple[str, Pieced | None]:
        """Fill in facts, and tell which parts of the text are the template's own.

        Raises:
            BadTemplateError: as `fill`.
        """
        if self.fast is None:
            return self.fill(facts), None
        try:
            out = self.fast.pieces(facts)
            text = whole(out)
        except FAULTS as error:
            raise bad(error, filled=True) from error
        place = self.fast.places.get
        return text, Pieced(self.fast.frame, list(map(place, out, out)))

    def fill_slowly(self, facts: dict[str, Any]) -> str:
        """Fill in facts by the Liquid library; raises what it raises."""
        buffer = Output()
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
