"""Amazon Shipping's event codes and detail codes → our event types."""

from doorstep.carriers.reading import keyed

#: Source: the enumerations `EventCode` and `Status` of Amazon's Shipping API v2 and its changelog of tracking events; `Received` and
#: `Departed` as v1 sends them; the remaining names as listed in a public connector; read 2026-11-22.
_EVENT_TYPES = keyed("""
label_created: LabelCreated
manifested: Manifested
awaiting_handover: ReadyForReceive PreTransit
pickup_cancelled: PickupCancelled
picked_up: PickupDone PickedUp
dropped_off: PackageReceivedByCarrier
facility_arrival: Received ArrivedAtCarrierFacility
facility_departure: Departed DepartedCarrierFacility
in_transit: InTransit
delivery_facility_arrival: ArrivedAtDeliveryStation ArrivedAtLocalFacility
out_for_delivery: OutForDelivery
future_date_requested: RecipientRequestedAlternateDeliveryTiming
attempt_failed: DeliveryAttempted
attempt_failed_business_closed: BusinessClosed DeliveryAttempted/BusinessClosed
attempt_failed_not_home: CustomerUnavailable DeliveryAttempted/CustomerUnavailable
attempt_failed_payment: PaymentNotReady DeliveryAttempted/PaymentNotReady
attempt_failed_code: OtpNotAvailable DeliveryAttempted/OtpNotAvailable
attempt_failed_no_access: UnableToAccess DeliveryAttempted/UnableToAccess
attempt_failed_address: DeliveryAttempted/AddressNotFound
recipient_unreachable: UnableToContactRecipient
address_problem: AddressNotFound
ready_for_pickup: AvailableForPickup AwaitingCustomerPickup
delivered: Delivered
delivered_signed: Delivered/Signed
delivered_with_code: Delivered/DeliveredWithOTP
delivered_neighbour: Delivered/DeliveredToNeighbor
delivered_mailbox: Delivered/DeliveredToMailSlot
delivered_reception: Delivered/DeliveredToMailRoom Delivered/DeliveredToReceptionist
delivered_safe_place: Delivered/DeliveredToBehindWheelieBin Delivered/DeliveredToPorch Delivered/DeliveredToGarage
delivered_safe_place: Delivered/DeliveredToGarden Delivered/DeliveredToGreenhouse Delivered/DeliveredToRearDoor
delivered_safe_place: Delivered/DeliveredToShed Delivered/DeliveredToTerrace
refused: Rejected
refused_damaged: Rejected/Damaged
delayed: Delayed
delayed_weather: WeatherDelay
held_by_carrier: OnHold
damaged: Damaged Undeliverable/Damaged
lost: Lost
undeliverable: Undeliverable
prohibited_goods: Undeliverable/HazmatShipment HazmatShipment
return_started: ReturnInitiated
""")
#: The same codes on the leg back to the shop; any other one is a scan on the way.
_ON_THE_WAY_BACK = {
    "OutForDelivery": "return_out_for_delivery",
    "Delivered": "returned_to_sender",
    "DeliveryAttempted": "return_failed",
    "Undeliverable": "return_failed",
    "Rejected": "return_failed",
    "ReturnInitiated": "return_started",
    "Lost": "lost",
    "ReadyForReceive": "return_requested",
    "PickupCancelled": "pickup_cancelled",
}


def event_type_of(code: str, detail: str = "", *, is_return: bool = False) -> str:
    """Find the event type of an event code, finer where a detail code is known with it."""
    coarse = _EVENT_TYPES.get(code, "unknown")
    if is_return and coarse != "unknown":
        return _ON_THE_WAY_BACK.get(code, "return_in_transit")
    return _EVENT_TYPES.get(f"{code}/{detail}", coarse)
