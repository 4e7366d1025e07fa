"""A handover → a helpdesk's requests → receipt, and a helpdesk's bytes → what it says; each plug-in in the folder of its name."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from doorstep.domain.plugins import Helpdesk
from doorstep.errors import NotFoundError


@cache
def helpdesks() -> dict[str, Helpdesk]:
    """All helpdesks by slug: the folders of this room, then the entry points `doorstep.helpdesks` (which may replace one)."""
    found: dict[str, Helpdesk] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            helpdesk: Helpdesk = importlib.import_module(f"{__name__}.{module.name}").HELPDESK
            found[helpdesk.slug] = helpdesk
    for entry in entry_points(group="doorstep.helpdesks"):
        helpdesk = entry.load()
        found[helpdesk.slug] = helpdesk
    return found


def helpdesk_named(slug: str) -> Helpdesk:
    """Find one helpdesk.

    Raises:
        NotFoundError: there is none of this slug; the text lists those there are.
    """
    try:
        return helpdesks()[slug]
    except KeyError:
        raise NotFoundError(f"no helpdesk {slug!r}; there are: {', '.join(sorted(helpdesks()))}") from None
