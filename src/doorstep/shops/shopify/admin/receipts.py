"""What an errand at Shopify came to → the receipt that the outbox keeps."""

from typing import Any

from doorstep.domain.errands import ErrandOrder
from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import RefusedError
from doorstep.shops.reading import dig


def done(text: str, external_id: str = "") -> Receipt:
    """Say that it is done, and what it made there."""
    return Receipt(message_id=None, provider_id=external_id or None, state=MessageState.REACHED, provider_text=text)


def signed(order: ErrandOrder) -> str:
    """Write the note by which what an errand made is known again."""
    return f"Doorstep {order.rma} {order.key}"


def require_order(data: Any) -> Any:
    """Return the order that was asked for.

    Raises:
        RefusedError: Shopify has none of this id, or does not show it to this app.
    """
    if (order := dig(data, "order")) is None:
        raise RefusedError(
            "Shopify shows no order of this id; older than 60 days, it takes the scope read_all_orders", suppress=False, code="order"
        )
    return order
