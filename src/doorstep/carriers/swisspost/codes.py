"""Swiss Post's event codes → our event types."""

from doorstep.carriers.reading import keyed

#: 210_10 is the arrival at the office that delivers, before a tour or after one that failed: it does not say that the item may be fetched.
#: Source: codes with Swiss Post's own names on its Track & Trace pages, read 2026-11-22. Swiss Post publishes no table of them.
_EVENT_TYPES = keyed("""
accepted: ITM_IMP_10
origin_country_departed: ITM_IMP_30
destination_country_arrival: ITM_IMP_160
import_customs_presented: ITM_IMP_170_21
customs_processing: ITM_IMP_195
delivery_facility_arrival: ITM_IMP_210_10
notice_left: ITM_IMP_210_21
collected_by_recipient: ITM_IMP_220_20
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("ITM_IMP_195")."""
    return _EVENT_TYPES.get(code, "unknown")
