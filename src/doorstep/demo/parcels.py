"""What a tongue is given to say: a parcel, its scans so far, the moment of telling → what it is told as."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from doorstep.demo.places import Locker, Spot


class Scanned(msgspec.Struct, frozen=True):
    """One scan that has happened."""

    event_type: str
    #: Aware.
    at: datetime
    spot: Spot
    #: The day the carrier expects to deliver, as it stands after this scan.
    expected_on: date | None


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel as its carrier knows it."""

    tracking_number: str
    #: The carrier's name in the shop's words ("Royal Mail").
    carrier: str
    #: Provider whose webhooks tell of it.
    tongue: str
    #: The aggregator's word for the same carrier ("royal-mail"); "" where the carrier speaks for itself.
    named: str
    service: str
    grams: int
    #: All numbers of the shipment, its own first; one for most.
    pieces: tuple[str, ...] = ()
    #: The recipient's nearest, for parcels that end in one.
    locker: Locker | None = None


class Told(msgspec.Struct, frozen=True):
    """One HTTP request as a vendor makes it, still without its signature."""

    #: Slug of the plug-in whose hook it goes to.
    provider: str
    body: bytes
    headers: Mapping[str, str] = {}


#: Event type → what a scanner's screen might say; the same for every carrier of the demo.
SENTENCES = {
    "order_data_received": "Shipment information received",
    "dropped_off": "Handed in at a parcel locker by the sender",
    "accepted": "Accepted at the sender's depot",
    "facility_arrival": "Arrived at facility",
    "facility_departure": "Departed facility",
    "destination_country_arrival": "Arrived in destination country",
    "customs_held": "Held by customs",
    "customs_information_required": "Customs ask for further information",
    "customs_released": "Released by customs",
    "address_problem": "Address incomplete, clarification needed",
    "address_changed": "Address updated",
    "loaded_for_delivery": "The shipment has been loaded onto the delivery vehicle",
    "out_for_delivery": "Out for delivery",
    "attempt_failed_not_home": "Delivery attempted, recipient not in",
    "refused": "Recipient refused the parcel",
    "return_started": "Parcel is going back to the sender",
    "returned_to_sender": "Returned to sender",
    "ready_for_pickup": "Ready for collection at the parcel shop",
    "ready_for_pickup_locker": "Ready to be collected from the parcel locker",
    "collected_by_recipient": "Collected by the recipient",
    "delayed_weather": "Delayed by severe weather",
    "damaged": "Damage found, contents being checked",
    "lost": "Search closed, parcel declared lost",
    "delivered": "Delivered",
    "delivered_neighbour": "Left with a neighbour",
    "delivered_cod_collected": "Delivered, payment received",
    "unknown": "Pallet re-slotted, bay 7",
}
