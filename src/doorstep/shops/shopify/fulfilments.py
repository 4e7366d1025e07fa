"""Shopify's fulfillment object → one fulfilment."""

from typing import Any

from doorstep.domain.orders import Fulfilment
from doorstep.shops.reading import listed, web_address_of, worded
from doorstep.shops.shopify.identity import quantities, require_id, require_moment

#: Statuses of a fulfilment that sends nothing (any more). Source: shopify.dev, Fulfillment resource, `status`, as known on 2026-11-22.
_OFF = {"cancelled", "error", "failure"}


def read_fulfilment(box: dict[str, Any]) -> Fulfilment:
    """Read a fulfilment.

    Raises:
        BadInputError: it has no id, no moment, or a line that cannot be read.
    """
    created_at = require_moment(box, "fulfillment", "created_at", "updated_at")
    return Fulfilment(
        fulfilment_id=require_id(box, "id", "fulfillment"),
        created_at=created_at,
        updated_at=require_moment(box, "fulfillment", "updated_at", "created_at"),
        active=worded(box.get("status")) not in _OFF,
        carrier=worded(box.get("tracking_company")),
        tracking_numbers=_distinct([*listed(box.get("tracking_numbers")), box.get("tracking_number")], worded),
        tracking_urls=_distinct([*listed(box.get("tracking_urls")), box.get("tracking_url")], web_address_of),
        lines=quantities(listed(box.get("line_items")), id_name="id", what="fulfillment.line_items"),
    )


def _distinct(values: list[Any], read: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if (text := read(value))))
