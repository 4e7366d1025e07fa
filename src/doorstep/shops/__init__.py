"""Bytes of shops → orders, fulfilments, refunds, each plug-in in the folder of its name."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from doorstep.domain.plugins import Shop
from doorstep.errors import NotFoundError


@cache
def shops() -> dict[str, Shop]:
    """All shops by slug: the folders of this room, then the entry points `doorstep.shops` (which may replace one)."""
    found: dict[str, Shop] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            shop: Shop = importlib.import_module(f"{__name__}.{module.name}").SHOP
            found[shop.slug] = shop
    for entry in entry_points(group="doorstep.shops"):
        shop = entry.load()
        found[shop.slug] = shop
    return found


def shop_named(slug: str) -> Shop:
    """Find one shop plug-in.

    Raises:
        NotFoundError: there is none of this slug; the text lists those there are.
    """
    try:
        return shops()[slug]
    except KeyError:
        raise NotFoundError(f"no shop {slug!r}; there are: {', '.join(sorted(shops()))}") from None
