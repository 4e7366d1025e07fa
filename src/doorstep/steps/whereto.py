"""An order → the country and the time zone of who receives it."""

from doorstep.domain.orders import Order
from doorstep.messages import zone_of


def country_of(order: Order) -> str | None:
    """Tell the ISO 3166-1 code of the address it goes to; None unknown."""
    return order.ship_to.country if order.ship_to else None


def zone_of_order(order: Order) -> str | None:
    """Tell the IANA zone in which its recipient lives; None unknown."""
    address = order.ship_to
    return zone_of(address.country if address else None, address.region if address else None, order.customer.phone)
