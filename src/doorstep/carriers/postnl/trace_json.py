"""PostNL's track and trace page (its JSON: parcels with observations) → trackings."""

from typing import Any

from doorstep.carriers.clock import iso_stamp, latest
from doorstep.carriers.postnl.codes import of_observation
from doorstep.carriers.postnl.status_json import window
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the parcels under `colli`; times carry their offset.

    Raises:
        BadInputError: there is none.
    """
    parcels = dig(answer, "colli")
    if not isinstance(parcels, dict) or not parcels:
        raise BadInputError("JSON without parcels under colli")
    return Parsed(tuple(_tracking(numbered(barcode), parcel) for barcode, parcel in parcels.items() if numbered(barcode)))


def _tracking(number: str, parcel: Any) -> Tracking:
    observations = listed(dig(parcel, "analyticsInfo", "allObservations")) or listed(dig(parcel, "observations"))
    checkpoints = tuple(_checkpoint(observation, number) for observation in observations)
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    start, end = worded(dig(parcel, "eta", "start")), worded(dig(parcel, "eta", "end"))
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="postnl",
        checkpoints=checkpoints,
        estimates=(window(start or end, end or start, stated_at),) if (start or end) and not over else (),
    )


def _checkpoint(observation: Any, number: str) -> Checkpoint:
    code, when = worded(dig(observation, "observationCode")), worded(dig(observation, "observationDate"))
    return Checkpoint(
        event_type=of_observation(code),
        occurred_at=iso_stamp(when) if when else None,
        carrier="postnl",
        carrier_code=code,
        carrier_text=worded(dig(observation, "description")),
        tracking_number=number,
    )
