"""A status of InPost, in any of its interfaces → our event type."""

from doorstep.carriers.reading import keyed

#: The app writes the same names in capitals. Left out: `other`, the carrier's own "another status", and the app's steps of paying
#: (`cod_*`, `avizo_completed`, `avizo_rejected`), which nobody documents.
#: Source: names with titles of ShipX's public list `GET /v1/statuses` as listed in a public shop module, and the names the app adds, as
#: described in a public account of its interface; read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: created offers_prepared offer_selected
packed_ready: confirmed shipment_confirmed
label_voided: canceled cancelled
dropped_off: dispatched_by_sender dispatched_by_sender_to_pok
picked_up: collected_from_sender taken_by_courier
collected_from_dropoff_point: taken_by_courier_from_pok
facility_arrival: adopted_at_source_branch adopted_at_sorting_center
facility_departure: sent_from_source_branch sent_from_sorting_center
delivery_facility_arrival: adopted_at_target_branch
out_for_delivery: out_for_delivery out_for_delivery_to_address pickup_reminder_sent_address
in_transit_to_pickup_point: unstack_from_customer_service_point unstack_from_box_machine
ready_for_pickup_locker: ready_to_pickup stack_in_box_machine
ready_for_pickup: ready_to_pickup_from_pok ready_to_pickup_from_pok_registered ready_to_pickup_from_branch ready_for_collection stack_in_customer_service_point courier_avizo_in_customer_service_point
pickup_reminder: pickup_reminder_sent
pickup_expired: pickup_time_expired stack_parcel_pickup_time_expired stack_parcel_in_box_machine_pickup_time_expired not_collected
collected_by_recipient: collected_by_customer
delivered: delivered
notice_left: avizo
attempt_failed: delivery_attempt_failed
attempt_failed_address: undelivered_wrong_address undelivered_incomplete_address undelivered_unknown_receiver
attempt_failed_payment: undelivered_cod_cash_receiver
attempt_failed_no_safe_place: undelivered_no_mailbox
attempt_failed_no_access: undelivered_lack_of_access_letterbox
recipient_moved: undelivered_not_live_address
refused: rejected_by_receiver
undeliverable: undelivered
exceeds_service: oversized
delayed: delay_in_delivery
lost: missing
claim_opened: claimed
redirected_to_pickup_point: redirect_to_box permanently_redirected_to_box_machine permanently_redirected_to_customer_service_point
redirect_cancelled: canceled_redirect_to_box
address_changed: readdressed
return_started: returned_to_sender taken_by_courier_from_customer_service_point
informational: return_pickup_confirmation_to_sender
""")


def event_type_of(status: str) -> str:
    """Find the event type of a status ("ready_to_pickup", "READY_TO_PICKUP")."""
    return _EVENT_TYPES.get(status.lower(), "unknown")
