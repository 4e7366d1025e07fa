"""A shipment and its order → an estimate of what its way gives off; None where its countries are not known."""

from doorstep.domain.orders import Order
from doorstep.domain.vocabulary import Status
from doorstep.insights.carbon import Carbon, Manner, Spot, carbon
from doorstep.store.connections import Merchant
from doorstep.store.shipments import KeptShipment

#: The setting of a merchant that has customers told; off unless it says so.
SHOW_CARBON = "show_carbon"
#: Event types that only a parcel in the air has.
_FLOWN = frozenset({"flight_departed", "flight_arrived"})
#: Event types of a parcel that waits to be fetched.
_WAITS = frozenset({"ready_for_pickup", "ready_for_pickup_locker", "collected_by_recipient"})
#: Carriers whose every service is fast, and words by which services are sold as fast.
_FAST_CARRIERS = frozenset({"dhl_express", "mydhl"})
_FAST_WORDS = ("express", "exprés", "expres", "priority", "overnight", "next day", "same day", "24h", "urgent", "prime")


def footprint(shipment: KeptShipment, order: Order | None, *, origin: str | None = None, destination: str | None = None) -> Carbon | None:
    """Estimate grams CO2e. The order's address and the first scan tell the countries; `origin` and `destination` stand in for them."""
    begins = shipment.around.origin or origin
    address = order.ship_to if order else None
    ends = (address.country if address else None) or shipment.around.destination or destination
    if begins is None or ends is None:
        return None
    folded = shipment.folded
    manner = Manner(
        carrier=shipment.carrier,
        express=is_fast(shipment.carrier, shipment.service),
        flown=any(scan.event_type in _FLOWN for scan in shipment.scans),
        pickup=is_fetched(shipment),
        failed_attempts=folded.attempts if folded else 0,
        returned=folded is not None and folded.status in {Status.RETURNING, Status.RETURNED},
    )
    return carbon(Spot(begins), Spot(ends), manner, weight_g=shipment.around.weight_g)


def tells_carbon(merchant: Merchant) -> bool:
    """Tell whether a merchant wants customers to read the estimate; not unless it says so."""
    return bool(merchant.settings.get(SHOW_CARBON))


def is_fast(carrier: str, service: str | None) -> bool:
    """Tell whether a service is sold as a fast one."""
    words = (service or "").casefold()
    return carrier in _FAST_CARRIERS or any(word in words for word in _FAST_WORDS)


def is_fetched(shipment: KeptShipment) -> bool:
    """Tell whether a parcel goes to a pick-up point or locker."""
    return any(scan.event_type in _WAITS for scan in shipment.scans)
