"""DHL's Shipment Tracking - Unified, as it tells of DHL Paket's parcels → trackings and notes."""

from typing import Any

from doorstep.carriers.families import dhl_unified
from doorstep.carriers.families.dhl_paket_codes import UNIFIED, event_type_of
from doorstep.domain.tracking import Parsed


def read(answer: Any) -> Parsed:
    """Read an answer, a pushed shipment or a problem of DHL's gateway.

    Raises:
        BadInputError: none of them.
    """
    return dhl_unified.read(answer, lambda _: "dhl_parcel_de", _meaning)


def _meaning(told: dhl_unified.Told) -> str:
    """Read the standard event code where the division sends one, else one of the words that all of DHL shares."""
    by_detail = event_type_of("", "", told.detail) if told.division in ("", "parcel-de") else "unknown"
    return by_detail if by_detail != "unknown" else UNIFIED.get(told.general, "unknown")
