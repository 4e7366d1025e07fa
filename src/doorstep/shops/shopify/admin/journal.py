"""What was begun on an order's behalf, written down at Shopify itself before it is begun: a metafield for each errand.

Where a mutation takes no idempotency key, this is what keeps a lost answer from becoming a second cancellation or a second parcel: what
stands there as begun is never begun again, only asked about.
"""

from collections.abc import Generator
from typing import Any

from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import TryLaterError
from doorstep.shops.reading import dig, worded
from doorstep.shops.shopify.admin.calling import Admin, Answer

NAMESPACE = "doorstep"
#: It was written down, and then nothing of it left: it may be begun.
NOT_BEGUN = "not begun"

_SET = """
mutation DoorstepJournal($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message code } }
}
"""


def key_of(key: str) -> str:
    """Name an errand's metafield."""
    return f"errand_{key}"


def begun(order: Any) -> str:
    """Read from an order's `metafield` what was begun; "" nothing was."""
    told = worded(dig(order, "metafield", "value")) or ""
    return "" if told == NOT_BEGUN else told


def note(admin: Admin, order_id: str, key: str, value: str) -> Answer:
    """Write down what is begun; writing it again changes nothing.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `Admin.do`.
    """
    entry = {"ownerId": order_id, "namespace": NAMESPACE, "key": key_of(key), "type": "single_line_text_field", "value": value}
    return (yield from admin.do(_SET, metafields=[entry]))


def begin(
    admin: Admin, order_id: str, key: str, value: str, doing: Generator[HttpRequest, Response, Any]
) -> Generator[HttpRequest, Response, Any]:
    """Write down that it begins, then do it; where nothing of it left, that is written down too.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `Admin.do`.
    """
    yield from note(admin, order_id, key, value)
    try:
        return (yield from doing)
    except TryLaterError:
        yield from note(admin, order_id, key, NOT_BEGUN)
        raise
