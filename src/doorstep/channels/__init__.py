"""Message → requests → receipt, and a provider's bytes → receipts and replies; each plug-in in the folder of its name."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from doorstep.domain.plugins import Channel
from doorstep.errors import NotFoundError


@cache
def channels() -> dict[str, Channel]:
    """All channels by slug: the folders of this room, then the entry points `doorstep.channels` (which may replace one)."""
    found: dict[str, Channel] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            channel: Channel = importlib.import_module(f"{__name__}.{module.name}").CHANNEL
            found[channel.slug] = channel
    for entry in entry_points(group="doorstep.channels"):
        channel = entry.load()
        found[channel.slug] = channel
    return found


def channel_named(slug: str) -> Channel:
    """Find one channel.

    Raises:
        NotFoundError: there is none of this slug; the text lists those there are.
    """
    try:
        return channels()[slug]
    except KeyError:
        raise NotFoundError(f"no channel {slug!r}; there are: {', '.join(sorted(channels()))}") from None
