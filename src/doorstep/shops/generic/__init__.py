"""Any shop by its own hand: Doorstep's JSON forms → orders, products."""

import hmac
import re
from datetime import datetime

from doorstep.domain.plugins import OrderSeen, Raw, Setting, Settings, Shop, ShopFact
from doorstep.errors import BadSignatureError
from doorstep.shops.generic.form import OrderForm
from doorstep.shops.generic.orders import order_form, read_order, read_orders, to_order
from doorstep.shops.generic.products import read_product
from doorstep.shops.reading import json_of, require_one_of, secrets_of

__all__ = ["SHOP", "OrderForm", "order_form", "read_order", "read_orders", "to_order"]

_SIGNATURE = "x-doorstep-signature"
#: Seconds a signature may be old or early.
_TOLERANCE_S = 300


def parse(raw: Raw) -> tuple[ShopFact, ...]:
    """Read one order, a list of them, {"orders": [...]}, or {"products": [...]}.

    Raises:
        BadInputError: not JSON, or a field is missing, wrong or unknown; the text names its path. Nothing else.
    """
    data = json_of(raw)
    if isinstance(data, dict) and data.keys() == {"products"} and isinstance(data["products"], list):
        return tuple(read_product(one, f"products[{at}]") for at, one in enumerate(data["products"]))
    return tuple(OrderSeen(order) for order in read_orders(data))


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check `x-doorstep-signature: t=…,v1=…`, the hex HMAC-SHA256 of "t.body", if the connection has a secret.

    Raises:
        BadSignatureError: missing, malformed, old, or another.
    """
    if not settings.get("secret"):
        return
    found = re.fullmatch(r"t=([0-9]{1,12}),\s*v1=([0-9a-fA-F]{64})", raw.headers.get(_SIGNATURE, "").strip())
    if not found:
        raise BadSignatureError(f"the header {_SIGNATURE} is missing or not of the form t=…,v1=…")
    if abs(now.timestamp() - int(found[1])) > _TOLERANCE_S:
        raise BadSignatureError("the signature is too old or from the future")
    told = found[1].encode() + b"." + raw.body
    expected = [hmac.digest(secret.encode(), told, "sha256").hex() for secret in secrets_of(settings, "secret")]
    require_one_of(found[2].lower(), expected, _SIGNATURE)


SHOP = Shop(
    slug="generic",
    name="Any shop (JSON)",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="secret",
            label="Secret with which your shop signs what it sends; leave empty if it does not",
            secret=True,
            required=False,
            rotates=True,
            example="a long random text",
        ),
    ),
)
