"""Rows of the table of event types."""

from doorstep.domain.event_types.row import GOODS, PAPER, EventType, row
from doorstep.domain.vocabulary import Actor, Phase, Status

ROWS: tuple[EventType, ...] = (
    row("in_transit_to_pickup_point", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "In transit to pickup point.", "In transit to pickup point.", "In transit to pickup point."),
    row("ready_for_pickup", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Ready for pickup.", "Ready for pickup.", "Ready for pickup."),
    row("ready_for_pickup_locker", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Ready for pickup locker.", "Ready for pickup locker.", "Ready for pickup locker."),
    row("pickup_reminder", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Pickup reminder.", "Pickup reminder.", "Pickup reminder."),
    row("pickup_deadline_soon", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Pickup deadline soon.", "Pickup deadline soon.", "Pickup deadline soon."),
    row("pickup_extended", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Pickup extended.", "Pickup extended.", "Pickup extended."),
    row("pickup_expired", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Pickup expired.", "Pickup expired.", "Pickup expired."),
    row("pickup_point_full", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Pickup point full.", "Pickup point full.", "Pickup point full."),
    row("collected_by_recipient", Phase.POINT, GOODS, Actor.NOBODY, Status.READY_FOR_PICKUP, "Collected by recipient.", "Collected by recipient.", "Collected by recipient."),
    row("delivered", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered.", "Delivered.", "Delivered."),
    row("delivered_signed", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered signed.", "Delivered signed.", "Delivered signed."),
    row("delivered_neighbour", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered neighbour.", "Delivered neighbour.", "Delivered neighbour."),
    row("delivered_safe_place", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered safe place.", "Delivered safe place.", "Delivered safe place."),
    row("delivered_mailbox", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered mailbox.", "Delivered mailbox.", "Delivered mailbox."),
    row("delivered_reception", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered reception.", "Delivered reception.", "Delivered reception."),
    row("delivered_po_box", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered po box.", "Delivered po box.", "Delivered po box."),
    row("delivered_with_code", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered with code.", "Delivered with code.", "Delivered with code."),
    row("delivered_cod_collected", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered cod collected.", "Delivered cod collected.", "Delivered cod collected."),
    row("delivered_partial", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered partial.", "Delivered partial.", "Delivered partial."),
    row("delivered_damaged", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered damaged.", "Delivered damaged.", "Delivered damaged."),
    row("delivered_to_agent", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered to agent.", "Delivered to agent.", "Delivered to agent."),
    row("delivered_alternative_location", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Delivered alternative location.", "Delivered alternative location.", "Delivered alternative location."),
    row("proof_of_delivery_available", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Proof of delivery available.", "Proof of delivery available.", "Proof of delivery available."),
    row("post_delivery_information", Phase.DONE, GOODS, Actor.NOBODY, Status.DELIVERED, "Post delivery information.", "Post delivery information.", "Post delivery information."),
)
