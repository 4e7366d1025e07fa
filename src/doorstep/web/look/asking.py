"""A request → what it may be trusted with: clean texts, the sender's network address, whether its form is our own."""

import ipaddress
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import State

from doorstep.web.house import house_of
from doorstep.web.network import client_of

AnyRequest = Request[Any, Any, State]
_LONGEST_TOKEN = 1000


def clean_text(value: object, most: int = 200) -> str:
    """Reduce what a form or address brought to printable signs, trimmed: the database takes no NUL and no half signs."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "ignore").decode()
    return "".join(sign for sign in whole if sign.isprintable()).strip()[:most]


def clean_lines(value: object, most: int) -> str:
    """Reduce what a form's text area brought to lines of signs, trimmed; joiners stay, which letters and emoji are made with."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "ignore").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in whole if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()[:most]


def is_token(text: str) -> bool:
    """Tell whether a text can be one of our tokens at all."""
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def network_of(request: AnyRequest) -> str:
    """Name the network a request comes from."""
    return network_named(client_of(request))


def network_named(client: str) -> str:
    """Name the network of an address: itself, for IPv6 its /64, for that is what one household gets."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)  # noqa: PLR2004


def site_of(request: AnyRequest) -> str:
    """Name the wider network a request comes from: for IPv6 the /48 that one site gets, which holds 65,536 of `network_of`."""
    try:
        address = ipaddress.ip_address(client_of(request))
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 48), strict=False)) if address.version == 6 else str(address)  # noqa: PLR2004


def is_same_origin(request: AnyRequest) -> bool:
    """Tell whether a form was sent from a page of ours. A program that is no browser says neither and passes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {request.headers.get("host", ""), urlsplit(house_of(request).settings.base_url).netloc}
    return urlsplit(origin).netloc in ours - {""}
