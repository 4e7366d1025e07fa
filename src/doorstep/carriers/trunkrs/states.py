"""One state of a Trunkrs shipment, and a window of two moments → checkpoint, estimate."""

from doorstep.carriers.clock import at_place, in_place, iso_stamp
from doorstep.carriers.trunkrs.codes import event_type_of
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate

#: Trunkrs drives in the Netherlands and Belgium, which share one clock; it sends UTC.
_COUNTRY = "NL"


def checkpoint_of(state: str, reason: str, when: str, number: str, *, neighbour: bool = False) -> Checkpoint:
    """Make the checkpoint of a state, `when` being ISO 8601 or ""."""
    event_type = event_type_of(state, reason)
    return Checkpoint(
        event_type="delivered_neighbour" if neighbour and event_type == "delivered" else event_type,
        occurred_at=in_place(iso_stamp(when), _COUNTRY) if when else None,
        carrier="trunkrs",
        carrier_code="/".join(part for part in (state, reason) if part),
        carrier_text="",
        tracking_number=number,
    )


def window_of(start: str, end: str, stated_at: OccurredAt | None) -> tuple[Estimate, ...]:
    """Make the estimate of a window of two moments; () where one is missing or they stand the wrong way round."""
    if not (start and end):
        return ()
    first, last = iso_stamp(start).instant, iso_stamp(end).instant
    begin, until = at_place(first, _COUNTRY), at_place(last, _COUNTRY)
    if begin is None or until is None or last < first:
        return ()
    return (Estimate(from_on=begin.date(), to_on=until.date(), from_time=f"{begin:%H:%M}", to_time=f"{until:%H:%M}", stated_at=stated_at),)
