"""Correios' event types with their statuses → our event types."""

from doorstep.carriers.reading import keyed

#: Key: type/status without leading zeros. "BD" stands for BDE, BDI and BDR, which share their statuses.
#: Left out, so `unknown`: the tests and internal marks BLQ/4, BLQ/30, BLQ/31, BLQ/41, BLQ/42, PAR/29, CO/4, CO/7, CO/8, CO/12, CO/14.
#: Where editions of the list differ (BD/9: "not located", later "has not arrived at the unit yet"), the later one stands.
#: Source: Correios' SRO manual and site as collected in a public client library (378 rows, 2018 edition), read 2026-11-22.
_TABLE = """
order_cancelled: BD/14 CO/10
pickup_requested: CO/2
courier_dispatched_for_pickup: CO/3
pickup_attempted: CO/5
pickup_failed: CO/6 CO/13
pickup_cancelled: CO/9
picked_up: CO/1
accepted: PO/0 PO/1 PO/9
facility_arrival: CAR/1 CD/0 CD/1 CD/2 CD/3 CMR/1 CMT/0 CUN/0 CUN/1
facility_departure: DO/0 DO/1 DO/2 PAR/28 PMT/1 RO/0 RO/1 TRI/0
consolidated: FC/55
misrouted: BD/87 FC/3
partial_arrival: BD/41 BD/42
export_hub_arrival: PAR/18
export_customs_held: FC/31
export_cancelled: BD/81
destination_country_arrival: PAR/15 PAR/16
import_customs_presented: PAR/21 PAR/22
customs_processing: BD/55 BD/77 FC/26 FC/27 PAR/12 PAR/14 PAR/23 PAR/32
customs_inspection: FC/12 FC/13 FC/19 FC/24 FC/32 FC/33 FC/34 FC/35 FC/37
customs_information_required: PAR/25
customs_held: BD/44 BLQ/51
customs_duties_due: BD/54 BD/58 BD/59 PAR/11 PAR/30 PAR/33
customs_duties_paid: PAR/27 PAR/31
customs_rejected: BD/40 BD/56
customs_seized: BD/43 BD/71 BD/72 BD/73 BD/74 BD/75 BD/76 FC/29
customs_released: BD/57 BLQ/54 PAR/10 PAR/17 PAR/19 PAR/34 PAR/42
delivery_facility_arrival: BD/15 BD/45 FC/10
not_assigned_to_tour: BD/30
delivery_scheduled: BD/32 FC/2
out_for_delivery: OEC/0 OEC/1
returned_from_route: BD/22 FC/5
attempt_failed: BD/35 BD/36 BD/46
attempt_failed_not_home: BD/2 BD/18 BD/20
attempt_failed_business_closed: BD/25 FC/7
attempt_failed_address: BD/6 BD/7 BD/8 BD/19 BD/34 BD/89 FC/4
attempt_failed_id: BD/33
final_attempt_failed: BD/21
refused: BD/4 PAR/26
recipient_moved: BD/10
address_problem: BD/82
address_changed: BD/38
hold_requested: BLQ/1 BLQ/2 BLQ/5 BLQ/11 BLQ/21 BLQ/22
in_transit_to_pickup_point: LDI/11 LDI/13
ready_for_pickup: BD/24 LDI/0 LDI/1 LDI/2 LDI/3 LDI/4 LDI/14
ready_for_pickup_locker: BD/68
pickup_expired: BD/26
delivered: BDE/0 BDE/1 BDR/0 BDR/1 BD/70
collected_by_recipient: BDI/0 BDI/1
delivered_neighbour: BD/67
delivered_to_agent: BD/79
delayed: BD/9 BD/66 BD/69 FC/8
delayed_disaster: BD/13
held_by_carrier: BD/39 BD/60 BD/83 PAR/41
held_for_documents: FC/41
damaged: BD/28 BD/37 BD/86 CO/11 PAR/20
lost: BD/80
under_investigation: BD/29 BD/84 BD/98
stolen: BD/50 BD/51 BD/52 FC/51
claim_paid: IDC/1 IDC/2 IDC/3 IDC/4 IDC/5 IDC/6 IDC/7
prohibited_goods: FC/42
exceeds_service: BD/49
disposed: BD/61 FC/11
undeliverable: BD/5 BD/48
exception_resolved: BLQ/24 BLQ/44 BLQ/61
return_requested: FC/1 FC/47 PAR/40
return_started: BD/62 PAR/24
return_in_transit: PAR/13
return_out_for_delivery: LDE/0 LDE/9 OEC/9
return_failed: BD/3 BD/12 FC/9
returned_to_sender: BD/23
event_retracted: BD/47 EST/1 EST/2 EST/3 EST/4 EST/5 EST/6 EST/9
informational: BD/53 BD/85
"""
#: Statuses whose own sentence says that the object will go back: the scans after them belong to the way back. Same source.
_SENT_BACK = "BD/4 BD/5 BD/6 BD/8 BD/10 BD/21 BD/26 BD/33 BD/36 BD/40 BD/42 BD/48 BD/49 BD/56 BD/62 BD/89 FC/1 FC/47 PAR/13 PAR/24 PAR/40"


def _spread(keys: str) -> str:
    """Write each BD key as its three."""
    return " ".join(f"BDE/{key[3:]} BDI/{key[3:]} BDR/{key[3:]}" if key.startswith("BD/") else key for key in keys.split(" "))


_EVENT_TYPES = keyed("\n".join(_spread(line) for line in _TABLE.strip().splitlines()))
_TURNING = frozenset(_spread(_SENT_BACK).split())


def _key(kind: str, status: str) -> str:
    return f"{kind.upper()}/{status.lstrip('0') or '0'}"


def event_type_of(kind: str, status: str) -> str:
    """Find the event type of an event's type ("BDE") and status ("01")."""
    return _EVENT_TYPES.get(_key(kind, status), "unknown") if status else "unknown"


def sends_back(kind: str, status: str) -> bool:
    """Tell whether Correios says with this event that the object goes back to the sender."""
    return _key(kind, status) in _TURNING
