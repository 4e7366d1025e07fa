"""Rows of the table of event types."""

from doorstep.domain.event_types.row import GOODS, PAPER, EventType, row
from doorstep.domain.vocabulary import Actor, Phase, Status

ROWS: tuple[EventType, ...] = (
    row("order_data_received", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Order data received.", "Order data received.", "Order data received."),
    row("label_created", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Label created.", "Label created.", "Label created."),
    row("label_printed", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Label printed.", "Label printed.", "Label printed."),
    row("label_failed", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Label failed.", "Label failed.", "Label failed."),
    row("order_cancelled", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Order cancelled.", "Order cancelled.", "Order cancelled."),
    row("label_voided", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Label voided.", "Label voided.", "Label voided."),
    row("cancellation_requested", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Cancellation requested.", "Cancellation requested.", "Cancellation requested."),
    row("cancellation_failed", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Cancellation failed.", "Cancellation failed.", "Cancellation failed."),
    row("manifested", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Manifested.", "Manifested.", "Manifested."),
    row("packed_ready", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Packed ready.", "Packed ready.", "Packed ready."),
    row("awaiting_handover", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Awaiting handover.", "Awaiting handover.", "Awaiting handover."),
    row("data_without_parcel", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Data without parcel.", "Data without parcel.", "Data without parcel."),
    row("parcel_without_data", Phase.PRE, PAPER, Actor.NOBODY, Status.INFO_RECEIVED, "Parcel without data.", "Parcel without data.", "Parcel without data."),
    row("pickup_requested", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup requested.", "Pickup requested.", "Pickup requested."),
    row("pickup_scheduled", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup scheduled.", "Pickup scheduled.", "Pickup scheduled."),
    row("courier_dispatched_for_pickup", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Courier dispatched for pickup.", "Courier dispatched for pickup.", "Courier dispatched for pickup."),
    row("pickup_attempted", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup attempted.", "Pickup attempted.", "Pickup attempted."),
    row("pickup_failed", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup failed.", "Pickup failed.", "Pickup failed."),
    row("pickup_second_attempt", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup second attempt.", "Pickup second attempt.", "Pickup second attempt."),
    row("pickup_final_attempt", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup final attempt.", "Pickup final attempt.", "Pickup final attempt."),
    row("pickup_delayed", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup delayed.", "Pickup delayed.", "Pickup delayed."),
    row("pickup_cancelled", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Pickup cancelled.", "Pickup cancelled.", "Pickup cancelled."),
    row("picked_up", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Picked up.", "Picked up.", "Picked up."),
    row("dropped_off", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Dropped off.", "Dropped off.", "Dropped off."),
    row("collected_from_dropoff_point", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Collected from dropoff point.", "Collected from dropoff point.", "Collected from dropoff point."),
    row("accepted", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Accepted.", "Accepted.", "Accepted."),
    row("rejected_at_acceptance", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Rejected at acceptance.", "Rejected at acceptance.", "Rejected at acceptance."),
    row("handed_to_partner_consolidator", Phase.PICKUP, GOODS, Actor.NOBODY, Status.IN_TRANSIT, "Handed to partner consolidator.", "Handed to partner consolidator.", "Handed to partner consolidator."),
)
