"""UPS's activity type, code and status code → our event type, and the key under which it was found."""

from enum import StrEnum
from functools import lru_cache

import msgspec

from doorstep.carriers.families.ups_mail_innovations_codes import MAIL_INNOVATIONS
from doorstep.carriers.ups.codes.deliveries import DELIVERIES
from doorstep.carriers.ups.codes.exceptions import EXCEPTIONS
from doorstep.carriers.ups.codes.freight import FREIGHT
from doorstep.carriers.ups.codes.movements import MANIFEST, MOVEMENTS, RETRACTIONS, UPDATES
from doorstep.carriers.ups.codes.statuses import STATUSES

#: UPS's activity type → its own code table. P (pick-up) is not in UPS's list of types; it comes with the movement table's codes.
_BY_TYPE = {"X": EXCEPTIONS, "D": DELIVERIES, "I": MOVEMENTS, "P": MOVEMENTS, "M": MANIFEST, "MV": MANIFEST, "U": UPDATES}
#: Status codes that say the clearance (or the question about it) named by the code is over: X/RZ pends with 012 and is released with 014.
_CLEARED = frozenset({"14", "84"})
_AFTER_CLEARANCE = {
    "customs_processing": "customs_released",
    "customs_held": "customs_released",
    "customs_information_required": "exception_resolved",
    "held_for_documents": "exception_resolved",
}
#: A type without any code says what UPS's list says of the type itself; "W" and the freight types say too little.
#: Source: UPS developer portal, Tracking, table of activity types, read 2026-11-22.
_TYPE_ALONE = {
    "D": "delivered",
    "I": "in_transit",
    "M": "order_data_received",
    "MV": "label_voided",
    "P": "picked_up",
    "X": "exception",
}
#: What a status code may not turn a scan of a moving parcel into.
_BEFORE_HANDOVER = frozenset({"order_data_received", "label_voided"})


class Service(StrEnum):
    """Which of UPS's code tables apply beside the parcel tables."""

    PARCEL = "parcel"
    MAIL_INNOVATIONS = "mail_innovations"
    FREIGHT = "freight"


class Meaning(msgspec.Struct, frozen=True):
    """What a code stands for."""

    event_type: str
    #: "type/code"; with "/status" behind it where the status code decided.
    carrier_code: str
    #: As `Checkpoint.retracts`.
    retracts: str | None = None


@lru_cache(maxsize=4096)
def meaning_of(activity: str, code: str, status: str, service: Service = Service.PARCEL) -> Meaning:
    """Find what UPS's activity type, code and (three-digit) status code stand for; each may be ""."""
    number = str(int(status)) if status.isascii() and status.isdigit() and len(status) <= 3 else ""  # noqa: PLR2004 - as UPS pads it
    key = "/".join(part for part in (activity, code) if part)
    found = _table_meaning(activity, code, service)
    if found and number in _CLEARED and found in _AFTER_CLEARANCE:
        return Meaning(_AFTER_CLEARANCE[found], f"{key}/{status}")
    if found:
        return Meaning(found, key, RETRACTIONS.get(key))
    by_status = STATUSES.get(number)
    if not code and by_status is None and activity in _TYPE_ALONE:
        return Meaning(_TYPE_ALONE[activity], f"{activity}/{status}" if status.strip("0") else activity)
    if by_status is None or (by_status in _BEFORE_HANDOVER and activity not in ("M", "MV", "")):
        return Meaning("unknown", key or status)
    return Meaning(by_status, f"{key}/{status}" if key else status)


def _table_meaning(activity: str, code: str, service: Service) -> str | None:
    if service is Service.MAIL_INNOVATIONS and code in MAIL_INNOVATIONS:
        return MAIL_INNOVATIONS[code]
    if service is Service.FREIGHT and code in FREIGHT:
        return FREIGHT[code]
    return _BY_TYPE.get(activity, {}).get(code)


def service_of(description: str) -> Service:
    """Tell the service's code tables by UPS's own name of the service or shipment type."""
    lowered = description.lower()
    if "mail innovations" in lowered:
        return Service.MAIL_INNOVATIONS
    return Service.FREIGHT if "freight" in lowered else Service.PARCEL
