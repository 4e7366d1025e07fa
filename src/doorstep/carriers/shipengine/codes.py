"""ShipEngine's status codes and status detail codes → our event types."""

from collections.abc import Callable

from doorstep.carriers.families import fedex_codes, usps_codes
from doorstep.carriers.reading import keyed

#: The statuses, where no detail is told. UN is ShipEngine's own word for having none.
#: Source: ShipEngine's tracking guide and @shipengine/connect-carrier-api 4.16 (StandardizedStatusCodes), read 2026-11-22.
_STATUSES = keyed("""
status_not_mapped: UN
order_data_received: NY
accepted: AC
in_transit: IT
attempt_failed: AT
exception: EX
ready_for_pickup: SP
delivered: DE
""")
#: The same statuses as ShipEngine's client libraries spell them. Source: public client libraries (TrackingStatus), as known on 2026-11-22.
_SPELLED = keyed("""
status_not_mapped: unknown
order_data_received: not_yet_in_system
accepted: accepted
in_transit: in_transit
attempt_failed: delivery_attempt attempted_delivery
exception: exception
ready_for_pickup: delivered_to_service_point
delivered: delivered
""")
#: The details, whatever the status.
#: Source: the enumerations TrackingStatusCode of the ShipStation API, status_detail_code of ShipEngine's OpenAPI document and
#: StandardizedStatusDetailCodes of connect-carrier-api, read 2026-11-22.
_DETAILS = keyed("""
status_not_mapped: CARRIER_STATUS_NOT_MAPPED
order_data_received: ELEC_ADVICE_RECD_BY_CARRIER AWAITING_ELECTRONIC_ADVICE SHIPMENT_CREATED
awaiting_handover: AWAITING_DESPATCH AWAITING_PICKUP_DROP_OFF NOT_YET_RECEIVED_BY_CARRIER
pickup_scheduled: COLLECTION_REQUESTED
pickup_failed: COLLECTION_FAILED PICKUP_FAILED
picked_up: COLLECTION_MADE PICKED_UP
dropped_off: DROPPED_OFF
accepted: DESPATCHED RECEIVED_BY_CARRIER
parcel_without_data: RECD_BY_CARRIER_NO_ELEC_ADVICE
order_cancelled: CANCELLED CANCELLED_BEFORE_DESPATCH
in_transit: IN_TRANSIT
facility_arrival: HUB_SCAN_IN
facility_departure: HUB_SCAN_OUT
facility_processing: HUB_PROCESSING
delivery_facility_arrival: RECEIVED_LOCAL_DELIVERY_DEPOT
relabelled: PARCEL_OVER_LABELLED
repacked: PARCEL_REPACKED
missorted: MISSORTED
misrouted: MISROUTED ROUTING_ERROR
partner_event: SUB_CONTRACTOR_EVENT
received_by_partner: SUB_CONTRACTOR_RECEIVED
informational: INFORMATION
notification_sent: PARCEL_UPDATE_NOTIFICATION PARCEL_UPDATE_NOTIFICATION_VIA_EMAIL PARCEL_UPDATE_NOTIFICATION_VIA_SMS
customs_processing: CUSTOMS_PROCESSING
customs_released: CUSTOMS_CLEARED
customs_duties_due: DUTY_NOT_PAID
customs_held: HELD_BY_CUSTOMS HELD_BY_IMPORT_CUSTOMS
export_customs_held: HELD_BY_EXPORT_CUSTOMS
import_office_held: HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING
held_by_carrier: HELD_BY_CARRIER
held_for_documents: INCORRECT_DECLARATION
address_problem: ADDRESS_QUERY
address_changed: PARCEL_REDIRECTED PARCEL_REDIRECTED_BY_CARRIER
appointment_made: DELIVERY_ARRANGED_WITH_RECIPIENT
delivery_scheduled: DELIVERY_SCHEDULED
redelivery_scheduled: DELIVERY_RESCHEDULED
delayed: CARRIER_DELAYS
delayed_not_carrier: DELAYED_NOT_CARRIER
out_for_delivery: OUT_FOR_DELIVERY
attempt_failed: ATTEMPTED_DELIVERY
second_attempt_failed: ATTEMPTED_DELIVERY_2ND
final_attempt_failed: ATTEMPTED_DELIVERY_3RD ATTEMPTED_DELIVERY_FINAL
notice_left: CUSTOMER_CARDED
attempt_failed_id: CUSTOMER_IDENTIFICATION_FAILED
attempt_failed_payment: COD_AMOUNT_NOT_PAID INVALID_METHOD_OF_PAYMENT
attempt_failed_no_access: NO_ACCESS_TO_RECIPIENTS_ADDRESS
refused: REFUSED_BY_CUSTOMER
recipient_moved: CUSTOMER_MOVED
recipient_deceased: NOT_DELIVERED_ADDRESSEE_DECEASED
ready_for_pickup: DELIVERED_TO_PICKUP_POINT AWAITING_COLLECTION_FROM_PICKUP_POINT COLLECT_AT_LOCAL_PO CUSTOMER_TO_COLLECT_FROM_CARRIER
ready_for_pickup_locker: DELIVERED_TO_LOCKER_COLLECTION_POINT
collected_by_recipient: PARCEL_COLLECTED_FROM_PICKUP_POINT
pickup_expired: NOT_COLLECTED_FROM_PICKUP_POINT
delivered: DELIVERED
delivered_damaged: DELIVERED_DAMAGED
delivered_partial: DELIVERED_IN_PART
delivered_safe_place: DELIVERED_SPECIFIED_SAFE_PLACE
delivered_alternative_location: DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION
delivered_neighbour: DELIVERED_TO_NEIGHBOUR
delivered_reception: DELIVERED_TO_RECEPTION
delivered_po_box: DELIVERED_TO_PO_BOX
delivered_cod_collected: COD_AMOUNT_PAID
proof_of_delivery_available: PROOF_OF_DELIVERY
post_delivery_information: POST_TRANSIT_STATUS
undeliverable: NOT_DELIVERED
prohibited_goods: HAZARDOUS_PROHIBITED
exceeds_service: PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY
damaged: PARCEL_DAMAGED
exception: UNSPECIFIED_EXCEPTION
lost: PARCEL_LOST
disposed: PARCEL_DISPOSED
return_started: RETURN_TO_SENDER UNDELIVERABLE_RETURNED_TO_SENDER
tracking_expired: TRACKING_EXPIRED
""")
#: ShipEngine's name for an account → the carrier behind it. Source: ShipEngine's carrier guides, as known on 2026-11-22.
ACCOUNTS = {
    "stamps_com": "usps",
    "endicia": "usps",
    "ups_walleted": "ups",
    "fedex_walleted": "fedex",
    "dhl_express_worldwide": "dhl_express",
    "dhl_express_walleted": "dhl_express",
    "canada_post": "canadapost",
    "canada_post_walleted": "canadapost",
    "royal_mail": "royalmail",
    "australia_post": "australiapost",
}


#: Older answers tell, for all scans but the newest, nothing but the carrier's own code: read where its codes need no other key.
#: Source: ShipEngine's tracking guide (`event_code`), read 2026-11-22.
_OWN: dict[str, Callable[[str], str]] = {
    "usps": lambda code: usps_codes.event_type_of(code, "", ""),
    "fedex": lambda code: fedex_codes.EVENTS.get(code, "unknown"),
}


def own_type_of(carrier: str, code: str) -> str:
    """Find the event type of a carrier's own code ("01" of usps); "unknown" for a carrier whose codes are not read here."""
    return _OWN[carrier](code.upper()) if carrier in _OWN and code else "unknown"


def event_type_of(status: str, detail: str) -> str:
    """Find the event type of a detail ("IN_TRANSIT"); of the status ("IT") where no detail is told."""
    return _DETAILS.get(detail, "unknown") if detail else _STATUSES.get(status) or _SPELLED.get(status.lower(), "unknown")
