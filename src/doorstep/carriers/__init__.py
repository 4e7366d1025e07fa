"""Bytes of carriers and aggregators → checkpoints, each plug-in in the folder of its name."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from doorstep.domain.plugins import Carrier
from doorstep.errors import NotFoundError

#: Packages of this room that are no plug-in.
_SHARED = ("families", "identifying")


@cache
def carriers() -> dict[str, Carrier]:
    """All carriers by slug: the folders of this room, then the entry points `doorstep.carriers` (which may replace one)."""
    found: dict[str, Carrier] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg and module.name not in _SHARED:
            carrier: Carrier = importlib.import_module(f"{__name__}.{module.name}").CARRIER
            found[carrier.slug] = carrier
    for entry in entry_points(group="doorstep.carriers"):
        carrier = entry.load()
        found[carrier.slug] = carrier
    return found


def carrier_named(slug: str) -> Carrier:
    """Find one carrier.

    Raises:
        NotFoundError: there is none of this slug; the text lists those there are.
    """
    try:
        return carriers()[slug]
    except KeyError:
        raise NotFoundError(f"no carrier {slug!r}; there are: {', '.join(sorted(carriers()))}") from None
