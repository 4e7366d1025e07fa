"""A request and the connection's secret → the header by which each vendor proves that it is the sender."""

import base64
import hmac
import unicodedata
from collections.abc import Callable, Mapping

from doorstep.demo.parcels import Told

#: Provider → the setting of its connection that holds the secret. Each vendor's own scheme, as its plug-in documents it.
SECRETS: Mapping[str, str] = {
    "shopify": "client_secret",
    "aftership": "webhook_secret",
    "easypost": "webhook_secret",
    "ups": "credential",
    "inpost": "hmac_secret",
    "dhl_universal": "push_token",
}


def _base64(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def _easypost(secret: str, body: bytes) -> str:
    return "hmac-sha256-hex=" + hmac.digest(unicodedata.normalize("NFKD", secret).encode(), body, "sha256").hex()


_PROOFS: Mapping[str, tuple[str, Callable[[str, bytes], str]]] = {
    "shopify": ("x-shopify-hmac-sha256", _base64),
    "aftership": ("aftership-hmac-sha256", _base64),
    "easypost": ("x-hmac-signature", _easypost),
    "ups": ("credential", lambda secret, _body: secret),
    "inpost": ("x-inpost-signature", _base64),
    "dhl_universal": ("authorization", lambda secret, _body: secret),
}


def signed(told: Told, secret: str) -> dict[str, str]:
    """Return the headers to send a request with."""
    name, prove = _PROOFS[told.provider]
    return {"content-type": "application/json", **told.headers, name: prove(secret, told.body)}
