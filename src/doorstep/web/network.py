"""Requests → whose they are on the network, and whether there were too many of them."""

import time
from collections import OrderedDict
from typing import Any

from litestar import Request

from doorstep.web.house import house_of

#: Addresses remembered at most; the least recently seen goes first.
_REMEMBERED = 50_000


def client_of(request: Request[Any, Any, Any]) -> str:
    """Return the client's network address; behind a trusted proxy, the one the proxy saw."""
    direct = request.client.host if request.client else ""
    return client_behind(request.headers.get("x-forwarded-for", ""), direct, trust_proxy=house_of(request).settings.trust_proxy)


def client_behind(forwarded: str, direct: str, *, trust_proxy: bool) -> str:
    """Choose between who connects and whom a proxy says it speaks for."""
    return forwarded.rsplit(",", 1)[-1].strip() if trust_proxy and forwarded else direct


class Buckets:
    """Token buckets by key: `most` at once, refilled over `per_s` seconds."""

    def __init__(self, most: float, per_s: float) -> None:
        self._most = most
        self._per_s = per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> float:
        """Return the seconds until there is a token, 0.0 where there is one; take none."""
        at = time.monotonic() if now is None else now
        left, since = self._left.get(key, (self._most, at))
        left = min(self._most, left + (at - since) * self._most / self._per_s)
        return 0.0 if left >= 1 else (1 - left) * self._per_s / self._most

    def take(self, key: str, most: float | None = None, now: float | None = None) -> float:
        """Take one token; return 0.0, or the seconds to wait for one. `most` may differ by key."""
        full = most or self._most
        at = time.monotonic() if now is None else now
        left, since = self._left.pop(key, (full, at))
        left = min(full, left + (at - since) * full / self._per_s)
        wait_s = 0.0 if left >= 1 else (1 - left) * self._per_s / full
        self._left[key] = (left - 1 if left >= 1 else left, at)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return wait_s
