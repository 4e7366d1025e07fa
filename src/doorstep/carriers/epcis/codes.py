"""CBV business step and disposition, read together → our event type."""

from doorstep.carriers.reading import keyed

#: Steps alone. What a warehouse, a shop floor or a factory does with goods is `informational`.
#: Source: GS1 Core Business Vocabulary 2.0, business steps and dispositions, read 2026-11-22.
_STEPS = keyed("""
label_created: commissioning encoding
packed_ready: packing staging_outbound
picked_up: collecting
accepted: accepting
facility_arrival: arriving receiving
facility_departure: departing
facility_processing: inspecting
in_transit: shipping transporting
loaded_to_vehicle: loading
unloaded: unloading
deconsolidated: unpacking
in_facility_waiting: storing
held_by_carrier: holding
repacked: repackaging
disposed: destroying
record_closed: decommissioning
event_retracted: void_shipping
informational: assembling consigning creating_class_instance cycle_counting disassembling dispensing entering_exiting installing killing
informational: other picking removing repairing replacing reserving retail_selling sampling sensor_reporting stock_taking stocking
""")
#: Dispositions that say more than any step. The others (in_progress, in_transit, active, sellable_accessible, …) leave the step as it is.
_DISPOSITIONS = keyed("""
damaged: damaged
disposed: destroyed disposed
stolen: stolen
contents_missing: mismatch_quantity
return_started: returned
""")
_TOGETHER = keyed("""
return_received: receiving/returned accepting/returned
return_in_transit: shipping/returned transporting/returned arriving/returned departing/returned loading/returned unloading/returned
""")
#: Steps by which goods come into somebody's hands: at the event's own destination that is the delivery.
TAKES_IN = frozenset({"receiving", "accepting"})


def event_type_of(step: str, disposition: str) -> str:
    """Find the event type of a short step and disposition; "unknown" for a step and a disposition not of the vocabulary."""
    return _TOGETHER.get(f"{step}/{disposition}") or _DISPOSITIONS.get(disposition) or _STEPS.get(step, "unknown")


def short(word: str) -> str:
    """Shorten a vocabulary word, as a URN, a web address, a compact one or bare, to its last part: "arriving"."""
    for mark in ("urn:epcglobal:cbv:bizstep:", "urn:epcglobal:cbv:disp:", "BizStep-", "Disp-"):
        _, found, last = word.rpartition(mark)
        if found:
            return last
    return word
