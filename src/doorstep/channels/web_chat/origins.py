"""A merchant's list of sites → origins as browsers send them."""

from functools import lru_cache
from urllib.parse import urlsplit

from doorstep.errors import MisconfiguredError

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORTS = {"https": 443, "http": 80}
_MOST = 50
#: A secret shorter than this is guessed. Source: RFC 7518, 3.2: a key of HS256 has 256 bits at least; as known on 2026-11-29.
SHORTEST_SECRET = 32


@lru_cache(maxsize=4096)
def read_origins(text: str) -> frozenset[str]:
    """Read origins separated by spaces or commas: https, and http on this machine only; a path behind one is left out.

    Raises:
        MisconfiguredError: one of them is no origin.
    """
    named = text.replace(",", " ").split()
    if len(named) > _MOST:
        raise MisconfiguredError(f"allowed_origins names more than {_MOST} sites")
    return frozenset(_origin(one) for one in named)


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise MisconfiguredError(f"allowed_origins: {text[:100]!r} is no address") from error
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or "*" in host:
        raise MisconfiguredError(f"allowed_origins: write {text[:100]!r} as https:// and the site's name")
    if parts.scheme == "http" and host not in _HERE:
        raise MisconfiguredError(f"allowed_origins: {text[:100]!r} must begin with https://")
    return f"{parts.scheme}://{host}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def check_secret(text: str) -> None:
    """Check the secrets with which a shop signs, a space between them; "" is none.

    Raises:
        MisconfiguredError: it is too short.
    """
    if any(len(one) < SHORTEST_SECRET for one in text.split()):
        raise MisconfiguredError(f"customer_secret needs at least {SHORTEST_SECRET} characters")
