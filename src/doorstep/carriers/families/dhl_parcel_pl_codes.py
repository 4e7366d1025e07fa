"""DHL Parcel Polska's status codes ("parcel-pl") → our event types."""

from doorstep.carriers.reading import keyed

#: One event type a line, its codes after it. EXA to EDC mean what they mean between postal operators: EX* at export, ED* at import.
#: Source: section parcel-pl of DHL Group's status list (107 codes), read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: EDWP
order_cancelled: SP_CN
accepted: DWP
dropped_off: SP_DWP
collected_from_dropoff_point: SP_PU
facility_arrival: LP
facility_processing: SORT
in_transit: LW LW_PL
partial_arrival: PNK
origin_country_departed: WYJPL
destination_country_arrival: WEJPL
export_customs_presented: EXA
export_customs_released: EXC
import_customs_presented: EDB
customs_processing: SEC
customs_released: EDC
delivery_facility_arrival: TRM2
preparing_for_delivery: KWC
delivery_scheduled: BCZ LIK SP_ATDSP TRM TRM_X WER ZID ZMA ZOS ZWW_KRYZ ZWW_NSP
delivery_window_changed: PO18
out_for_delivery: LK
notification_sent: POW
preferences_received: SAS
future_date_requested: PNPT SOB
address_changed: ZA ZAIT
redirected_to_pickup_point: PSHOP
address_problem: AN AN_RA AN_SAS
attempt_failed: AWI_NSP AWI_ROD ZWW
attempt_failed_not_home: AWI AWI_DP2 AWI_ONU AWI_SAS
attempt_failed_no_access: AWI_OZ
attempt_failed_address: AN_BO
attempt_failed_payment: BRG_SAS
refused: OP OP_BWER OP_COD OP_DUB OP_OTH OP_PLA OP_PNK OP_REZ OP_ROD OP_SAS OP_UMO OP_USK OP_USP
refused_not_ordered: OP_TNZ
in_transit_to_pickup_point: SP_DW
pickup_point_full: AWI_SPCAP SP_CAP
ready_for_pickup: DOR_SP OWL OWL_KP OWL_ONO OWL_SP_KP OWL_SP_ONO SP_DSP SP_KP SP_PA
ready_for_pickup_locker: OWL_PS_KP OWL_PS_ONO
collected_by_recipient: DOR_OWL PPDOR SP_DOR
unclaimed: SP_KZW SP_TO
delivered: DOR DOR_OTH DOR_RDZ
delivered_safe_place: DOR_LOK
delivered_neighbour: DOR_SAS
delivered_alternative_location: DOR_POC
held_for_payment: BRG
held_by_carrier: SP_ZAM
exception: CC
return_requested: REZ
return_started: AWI_CZAS OP_DO OP_DOK SP_OP SP_ZWR ZWR ZWR_AN ZWR_OP ZWR_WER ZWR_ZB ZWR_ZT
returned_to_sender: ZWN
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("AWI_OZ"), in either case; "unknown" for one the list has not."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
