"""Colissimo's own event codes (LIVCFM) → our event types."""

from doorstep.carriers.reading import keyed

#: A refusal, an unknown recipient and the like come only once the parcel is on its way back, so they are its start.
#: Source: Colissimo's list of events with their sentences as reprinted in a public client, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: COMCFM PCHMQT
pickup_scheduled: EMLCFM
pickup_failed: ENEMQT
picked_up: ECHCFM
dropped_off: DEPGUI
accepted: PCHCFM PCHCEX PCHTAR
repacked: CHGRCA
misrouted: AARDVY
export_hub_arrival: EXPCFM
destination_country_arrival: CHGCFM DCHCFM
import_office_departed: DCHDDT
customs_information_required: DOUAGV DOUCOI DOUCOM DOUCRR DOUDDI DOUDDM DOUDVR DOUFCI DOUFCM DOUIIR DOUNIR DOURES
customs_inspection: DOUIDD
customs_held: DOUDOU DOUEXI DOUPRO
delivery_facility_arrival: AARCFM
in_facility_waiting: RSTNCG
delivery_scheduled: QDICFM
appointment_made: RSTDIL
delayed: RENACP
attempt_failed_not_home: RENNRV RENARV
attempt_failed_no_access: RSTFHB RSTFMA
address_problem: RENAIN RENCAD
address_changed: RENLNA
in_transit_to_pickup_point: MLVCFM
ready_for_pickup: RENAVI MLVARS RSTBRT
delivered: LIVCFM LIVRTI
delivered_reception: LIVGAR
delivered_neighbour: LIVVOI
return_started: RENAVA RENDIA RENDIV RENSNC RENSRB RENTAR SOLREO SOLREI
returned_to_sender: LIVREO
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("LIVCFM")."""
    return _EVENT_TYPES.get(code, "unknown")
