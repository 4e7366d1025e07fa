"""Shopify's product object → one product with its variants, their prices in the shop's currency."""

from typing import Any

from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.plugins import ProductSeen
from doorstep.shops.reading import dig, listed, moment_of, money_of, web_address_of, worded
from doorstep.shops.shopify.identity import require_id, require_object

#: More units than that are nobody's.
_MOST = 2_000_000_000


def read_product(box: dict[str, Any], currency: str) -> ProductSeen:
    """Read a product; a variant without a readable price is left out, for nobody could say what it costs.

    Raises:
        BadInputError: it has no id, or a variant has none.
    """
    product_id = require_id(box, "id", "product")
    sold = worded(box.get("status")) in {None, "active"}
    variants = (
        _variant(require_object(one, "product.variants"), box, product_id, currency, sold=sold) for one in listed(box.get("variants"))
    )
    return ProductSeen(
        product_id=product_id,
        told_at=moment_of(box.get("updated_at")),
        variants=tuple({one.variant_id: one for one in variants if one}.values()),
    )


def _variant(box: dict[str, Any], product: dict[str, Any], product_id: str, currency: str, *, sold: bool) -> KnownVariant | None:
    variant_id = require_id(box, "id", "product.variants")
    price = money_of(box.get("price"), currency)
    if price is None or price.amount_minor < 0:
        return None
    return KnownVariant(
        variant_id=variant_id,
        product_id=product_id,
        name=worded(product.get("title")) or "",
        sku=worded(box.get("sku")) or "",
        options=_options(box, product),
        price=price,
        available=sold,
        stock=_stock(box),
        image_url=_picture(box, product),
    )


def _options(box: dict[str, Any], product: dict[str, Any]) -> dict[str, str]:
    """Read option1 … option3 under the names that the product gives them; its "Title: Default Title" says that there are none."""
    names = [worded(dig(one, "name")) or "" for one in listed(product.get("options"))]
    told = {name: worded(box.get(f"option{place}")) for place, name in enumerate(names, 1)}
    chosen = {name: value for name, value in told.items() if name and value}
    return {} if chosen == {"Title": "Default Title"} else chosen


def _stock(box: dict[str, Any]) -> int | None:
    """Read how many lie there; None where Shopify does not count them, or sells on when there are none.

    Source: shopify.dev, product variant resource, `inventory_management`, `inventory_policy`, `inventory_quantity`, as known on 2026-11-22.
    """
    uncounted = "inventory_management" in box and worded(box.get("inventory_management")) is None
    units = box.get("inventory_quantity")
    if uncounted or worded(box.get("inventory_policy")) == "continue" or isinstance(units, bool) or not isinstance(units, int):
        return None
    return min(max(units, 0), _MOST)


def _picture(box: dict[str, Any], product: dict[str, Any]) -> str | None:
    own = worded(box.get("image_id"))
    pictures = [dig(one, "src") for one in listed(product.get("images")) if own and worded(dig(one, "id")) == own]
    return next((url for picture in (*pictures, dig(product.get("image"), "src")) if (url := web_address_of(picture))), None)
