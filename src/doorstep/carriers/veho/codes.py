"""Veho's event types, in the spellings of its API, webhooks and tracking answers → our event types."""

from doorstep.carriers.reading import keyed

#: Without "package." before and in lower case; "misdelivered" was left at another address, which nobody wished.
#: Left out: "returned", which may mean to Veho or to the client; both have names of their own.
#: "notFound": Veho looked for the package and has only its data. "pickup…" is the collection of a return at a consumer.
#: Source: Veho's API reference, package events and webhook event types, read 2026-11-22.
_EVENTS = keyed("""
order_data_received: created pending
data_without_parcel: notfound notreceivedfromclient
order_cancelled: cancelled
picked_up: pickedupfromclient loadedontofirstmiletransit
accepted: droppedoffatveho
facility_arrival: arrivedatfacility
facility_departure: departedfromfacility
out_for_delivery: pickedupfromveho
not_assigned_to_tour: removedforrescue removedforrollover
returned_from_route: returnedtoveho
attempt_failed: haddeliveryissue
redelivery_scheduled: rescheduled
delayed: delayed
delivered: delivered
delivered_alternative_location: misdelivered
disposed: discarded
return_started: pendingreturntoclient
returned_to_sender: returnedtoclient
courier_dispatched_for_pickup: outforpickup
pickup_failed: pickupfailed pickupskipped
return_in_transit: pickedupfromconsumer pickupdroppedoffatveho pickuptransferredtoexternalcarrier
""")
#: The codes and statuses of its tracking answers. Source: example answers of its documentation as listed in a public client, read 2026-11-22.
_SHORT = keyed("""
picked_up: pu
in_transit: it in_transit
out_for_delivery: od out_for_delivery
delivered: dl
attempt_failed: delivery_failed
held_by_carrier: on_hold
delayed: delivery_delayed
ready_for_pickup: ready_for_pickup
""")


def event_type_of(name: str) -> str:
    """Find the event type of Veho's ("PackageArrivedAtFacility", "package.arrivedAtFacility", "arrivedAtFacility", "PU")."""
    key = name.lower().removeprefix("package.").removeprefix("package")
    return _EVENTS.get(key) or _SHORT.get(key, "unknown")
