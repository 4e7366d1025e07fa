"""Bytes for everybody's programs → an answer that other sites' scripts may read and caches may keep."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from litestar import Response

_USUAL = timedelta(hours=1)
_NONE: Mapping[str, str] = MappingProxyType({})


def open_answer(content: bytes, media_type: str, *, kept: timedelta = _USUAL, headers: Mapping[str, str] = _NONE) -> Response[bytes]:
    """Answer with what is public; `kept`: for so long it may be cached."""
    usual = {
        "access-control-allow-origin": "*",
        "cache-control": f"public, max-age={int(kept.total_seconds())}",
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=media_type, headers={**usual, **headers})
