"""GEODIS's situation and justification codes → our event types."""

from doorstep.carriers.reading import keyed

#: "Situation/justification", as French carriers share them: CFM conform, REO sent back of office, SOU in abeyance, DVY strayed, REN not delivered.
#: A situation under another justification is `unknown`: the second part changes the first's meaning.
#: Source: the pairs of GEODIS's documented answer, and the pairs that another French carrier publishes with their meaning, as known on 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: COM/CFM
accepted: PCH/CFM
facility_departure: EXP/CFM
facility_arrival: AAR/CFM
misrouted: AAR/DVY
out_for_delivery: MLV/CFM
delivery_depot_held: RST/SOU
notice_left: REN/AVI
attempt_failed_not_home: REN/NRV
delivered: LIV/CFM
delivered_reception: LIV/GAR
return_started: SOL/REO
returned_to_sender: LIV/REO
""")


def event_type_of(code: str) -> str:
    """Find the event type of a pair ("AAR/CFM"); "unknown" for one the list has not."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
