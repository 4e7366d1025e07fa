"""Cainiao's action codes → our event types."""

from doorstep.carriers.reading import keyed

#: Left out: codes for "other", and LH_POST_COLLECTION, whose own two documents contradict each other.
#: A failure of a step that may be done again is an exception; one of import clearance keeps the parcel at customs.
#: "Signed" at a station means the station has it, not the recipient. Source: the list of action codes in Alibaba's documents of
#: its logistics tracking, as reprinted in public clients with meanings in both languages, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: CONSIGN GTMS_ASN GWMS_ACCEPT WAIT_SELLER_SEND_GOODS
informational: LAST_MILE_ASN_NOTIFY
awaiting_handover: OM_CONSIGN SELLER_SEND_GOODS
packed_ready: GWMS_PICK GWMS_PACKAGE PRE_READY_TO_SHIP
label_failed: GWMS_REJECT
order_cancelled: GWMS_CANCEL
picked_up: PU_PICKUP_SUCCESS GOT
pickup_failed: PU_PICKUP_FAILURE REJECT
accepted: PU_SIGN_IN_SUCCESS
rejected_at_acceptance: PU_SIGN_IN_FAILURE
handed_to_partner: GWMS_HANDOVER SC_HO_OUT_SUCCESS LH_HO_OUT_SUCCESS
facility_departure: GWMS_OUTBOUND CW_OUTBOUND SC_OUTBOUND_SUCCESS SC_DEPART OE_DEPART TD_TRANS_DEPART TD_TRANSWH_OUTBOUND GTMS_SC_DEPART
facility_departure: GTMS_STATION_OUT GTMS_OE_DEPART SC_TRANS_OUTBOUND_SUCCESS DEPARTURE
facility_arrival: CW_INBOUND SC_INBOUND_SUCCESS SC_SIGN_IN_SUCCESS SC_ARRIVE TD_TRANS_ARRIVE LH_HO_IN_SUCCESS GTMS_STATION_IN ARRIVAL
facility_arrival: SC_TRANS_INBOUND_SUCCESS
airport_arrival: LH_LINEHAUL_ARRIVE
facility_processing: CW_COMMON_PROCESSING1
in_transit: COMMON_INTRANSIT
transit_country_arrival: TD_TRANS_ARRIVE_C
transit_country_departure: TD_TRANS_DEPART_C
export_customs_presented: CC_EX_START
export_customs_released: CC_EX_SUCCESS
export_customs_held: CC_EX_FAILURE
customs_processing: CC_TRANS_START CC_TRANS_SUCCESS CC_IM_PROCESS CC_HO_IN_SUCCESS CUS_DECLARE CUS_SUCCESS CIQ_SUCCESS
security_checked: LH_HO_AIRLINE
security_screening_failed: LH_HO_AIRLINE_FAILURE
origin_country_departed: LH_DEPART
destination_country_arrival: LH_ARRIVE
import_customs_presented: CC_IM_START
customs_released: CC_IM_SUCCESS
import_office_departed: CC_HO_OUT_SUCCESS
customs_held: CC_TRANS_FAILURE CC_IM_FAILURE CC_IM_EXCEPTION CC_HO_IN_FAILURE CC_HO_OUT_FAILURE CUS_FAILURE CIQ_FAILURE
customs_duties_due: CUS_TAX
received_by_partner: GTMS_ACCEPT
regional_arrival: GTMS_SC_ARRIVE
delivery_facility_arrival: GTMS_DO_ARRIVE
tracking_number_changed: GTMS_RELABEL
out_for_delivery: GTMS_DO_DEPART GTMS_DELIVERING GTMS_RE_DELIVERING SENT_SCAN LM_DELIVERY_DEPART
attempt_failed: GTMS_DEL_FAILURE GTMS_SIGN_FAILURE FAILED
address_problem: GTMS_STA_WAIT_CUST_CHANGE_ADDRESS
address_changed: GTMS_STA_CUST_TO_DOOR GTMS_STA_CN_TO_DOOR GTMS_STA_CNCP_TO_DOOR
redirected_to_pickup_point: GTMS_STA_CHANGE GTMS_STA_CN_CHANGE GTMS_STA_CNCP_CHANGE
in_transit_to_pickup_point: GSTAHUB_INBOUND
ready_for_pickup: GSTA_INBOUND GSTA_INFORM_BUYER GTMS_WAIT_SELF_PICK GTMS_STA_SIGNED
ready_for_pickup_locker: POSTMAN_POST
collected_by_recipient: GSTA_SIGN GSTA_BUYER_SIGN STA_SIGN
delivered: GTMS_SIGNED SIGNED SIGN SIGN_SUCCESS LM_SIGN_SUCCESS
exception: EXCEPTION GWMS_EXCEPTION SC_INBOUND_FAILURE SC_OUTBOUND_FAILURE SC_SIGN_IN_FAILURE SC_HO_OUT_FAILURE LH_HO_IN_FAILURE
exception: LH_ARRIVE_FAILURE LH_HO_OUT_FAILURE GTMS_SC_ARRIVE_FAILURE GTMS_STA_SIGN_FAILURE GTMS_FAILURE GSTAHUB_INBOUND_FAIL
exception: GSTA_INBOUND_FAIL GSTA_SIGN_FAIL GSTA_BUYER_SIGN_FAIL STA_SIGN_FAIL
return_started: RT_INBOUND
return_in_transit: RT_OUTBOUND RT_HO_OUT RT_WH_HO_IN RT_WH_INBOUND RT_WH_OUTBOUND RT_WH_HO_OUT RT_TRANSWH_HO_IN RT_TRANSWH_INBOUND
return_in_transit: RT_TRANSWH_OUTBOUND RT_TMS_ACCEPT
return_failed: RT_WH_HO_IN_FAIL RT_WH_INBOUND_FAILURE
returned_to_sender: RETURNED
disposed: RT_DESTROY RT_WH_DESTROY
""")


def event_type_of(code: str) -> str:
    """Find the event type of an action code, whatever its case and with spaces for underscores."""
    return _EVENT_TYPES.get("_".join(code.split()).upper(), "unknown")
