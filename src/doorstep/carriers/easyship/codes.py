"""Easyship's tracking statuses → our event types."""

import re

from doorstep.carriers.reading import keyed

#: One event type a line; a status squeezed to its letters, so that "In Transit to Customer" and "in_transit_to_customer" are one.
#: Source: the statuses of Easyship's webhook pages and of its documented tracking answers, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: pending inforeceived
label_created: created
order_cancelled: cancelled
in_transit: intransit intransittocustomer intransittoconsolidationcenter shipped shippednotrackingprovided
facility_arrival: arrivedatconsolidationcenter
facility_processing: processingatconsolidationcenter
out_for_delivery: outfordelivery
attempt_failed: faileddeliveryattempt faileddelivery
ready_for_pickup: readyforpickup availableforpickup
delivered: delivered
exception: exception
lost: lostbycourier
disposed: liquidated
return_requested: tobereturned
record_closed: deliveryexpectedendofupdates
tracking_expired: norecenttrackingupdates
informational: uncancelled
""")


def event_type_of(status: str) -> str:
    """Find the event type of a status in any of its spellings; "unknown" for one the list has not."""
    return _EVENT_TYPES.get(re.sub(r"[^a-z]", "", status.lower()), "unknown")
