"""The parcels of DPD's app (JSON: `parcelNumber` with `parcelEvents`, or with its present `status` alone) → trackings.

Source: the app's answers as a public home-automation client describes them, read 2026-11-29.
"""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.dpd.codes import event_type_of, event_type_of_geo
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

_LISTS = ("parcels", "shipments", "items")


def parcels_in(answer: Any) -> list[dict[str, Any]]:
    """List the parcels of an answer: one, a list of them, or such a list under its name; [] for another answer."""
    within = next((dig(answer, name) for name in _LISTS if isinstance(dig(answer, name), list)), answer)
    return [parcel for parcel in listed(within) if isinstance(parcel, dict) and "parcelNumber" in parcel]


def read(parcels: list[dict[str, Any]]) -> Parsed:
    """Read the parcels.

    Raises:
        BadInputError: one has no number.
    """
    return Parsed(tuple(_tracking(parcel) for parcel in parcels))


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = numbered(worded(parcel.get("parcelNumber")))
    if not number:
        raise BadInputError("a parcel of DPD without its number")
    events = [boxed(event) for event in listed(parcel.get("parcelEvents"))]
    scans = [_checkpoint(event, number) for event in events]
    state = worded(dig(parcel, "status", "description"))
    if not scans and state:
        scans = [_scan(event_type_of(state), state, "", "", number)]
    return Tracking(tracking_number=number, carrier="dpd", checkpoints=tuple(scans))


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, text = worded(event.get("eventType")), worded(event.get("eventTypeText"))
    when = "T".join(part for part in (worded(event.get("date")), worded(event.get("time"))) if part)
    return _scan(event_type_of_geo(code), code, text, when, number)


def _scan(event_type: str, code: str, text: str, when: str, number: str) -> Checkpoint:
    """Make a scan; its wall time stays without a zone, as the app serves several countries and names none."""
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when) if when else None,
        carrier="dpd",
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
    )
