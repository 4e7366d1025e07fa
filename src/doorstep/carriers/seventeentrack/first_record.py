"""One number's record in the first version of 17TRACK's API and on its site → Tracking; its newest scan has the record's state.

Source: the first version's answers as public clients read them (2021), read 2026-11-22.
"""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.carriers.seventeentrack.codes import LIST_STATES
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: "Not found" and "expired" are about the record, not about its newest scan.
_ABOUT_THE_RECORD = ("0", "20")


def read_first_record(item: Any) -> Parsed:
    """Read {"number" or "no", "track": {"e": state, "z0": newest scan, "z1" and "z2": the scans of either carrier}}.

    Raises:
        BadInputError: no number, or a time that is none.
    """
    number = numbered(worded(dig(item, "number")) or worded(dig(item, "no")))
    if not number:
        raise BadInputError("the record has no number")
    facts = dig(item, "track")
    newest, state = dig(facts, "z0"), worded(dig(facts, "e"))
    scans: list[dict[str, Any]] = []
    for scan in (newest, *listed(dig(facts, "z1")), *listed(dig(facts, "z2"))):
        if isinstance(scan, dict) and scan and scan not in scans:
            scans.append(scan)
    mute = state in _ABOUT_THE_RECORD
    checkpoints = tuple(_checkpoint(scan, number, "" if mute or scan != newest else state) for scan in scans)
    tracking = Tracking(tracking_number=number, carrier="17track", checkpoints=checkpoints)
    return Parsed((tracking,), () if checkpoints and not mute else (CarrierNote(state or "no_events", "no events", number),))


def _checkpoint(scan: dict[str, Any], number: str, state: str) -> Checkpoint:
    """Read a scan; one that is not the newest has a text in some carrier's words and no code at all."""
    time = worded(scan.get("a"))
    where = ", ".join(text for key in ("c", "d") if (text := worded(scan.get(key))))
    return Checkpoint(
        event_type=LIST_STATES.get(state, "unknown") if state else "status_not_mapped",
        occurred_at=iso_stamp(time) if time else None,
        place=place_of(text=where) if where else None,
        carrier="17track",
        carrier_code=state,
        carrier_text=worded(scan.get("z")),
        tracking_number=number,
    )
