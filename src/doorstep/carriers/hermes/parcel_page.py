"""The JSON behind Hermes Germany's parcel page (`parcelProgress`) → trackings."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.hermes.codes import event_type_of
from doorstep.carriers.hermes.shipment_info import estimates
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(parcels: list[Any]) -> Parsed:
    """Read one or more parcels. Their times are true UTC: they bear milliseconds and agree with the tours.

    Raises:
        BadInputError: a parcel without its number.
    """
    return Parsed(tuple(_tracking(parcel) for parcel in parcels))


def _tracking(parcel: Any) -> Tracking:
    number = numbered(worded(dig(parcel, "barcode")))
    if not number:
        raise BadInputError("a parcel of Hermes without a barcode")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(dig(parcel, "parcelProgress")))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="hermes",
        checkpoints=checkpoints,
        estimates=() if over else estimates(dig(parcel, "deliveryForecast"), checkpoints),
    )


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, when = worded(dig(event, "parcelStatus")), worded(dig(event, "timestamp"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when) if when else None,
        carrier="hermes",
        carrier_code=code,
        carrier_text=worded(dig(event, "historyText")) or worded(dig(event, "status")),
        tracking_number=number,
    )
