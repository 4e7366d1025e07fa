"""DHL's Shipment Tracking - Unified, as it tells of DHL Paket's parcels → trackings and notes."""

from typing import Any

from doorstep.carriers.families import dhl_unified
from doorstep.carriers.families.dhl_paket_codes import UNIFIED, event_type_of
from doorstep.carriers.families.dhl_paket_sentences import event_type_of_sentence
from doorstep.domain.tracking import Parsed


def read(answer: Any) -> Parsed:
    """Read an answer, a pushed shipment or a problem of DHL's gateway.

    Raises:
        BadInputError: none of them.
    """
    return dhl_unified.read(answer, lambda _: "dhl_parcel_de", _meaning)


def _meaning(told: dhl_unified.Told) -> str:
    """Read the standard event code where the division sends one, else the sentence, else one of the words that all of DHL shares."""
    ours = told.division in ("", "parcel-de")
    by_detail = event_type_of("", "", told.detail.upper()) if ours else "unknown"
    if by_detail != "unknown":
        return by_detail
    shared = UNIFIED.get(told.general.lower(), "unknown")
    said = event_type_of_sentence(told.text or told.detail) if ours and (shared != "unknown" or not told.general) else "unknown"
    return said if said != "unknown" else shared
