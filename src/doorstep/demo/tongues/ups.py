"""A parcel's newest scan → UPS's Track Alert: one activity each time, in the place's wall time and in GMT."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.demo.parcels import SENTENCES, Parcel, Scanned, Told

#: Event type → UPS's activity type, code and status code. The last is one that UPS's own lists do not have.
SAYS: dict[str, tuple[str, str, str]] = {
    "order_data_received": ("M", "MP", "003"),
    "accepted": ("I", "OR", "005"),
    "facility_arrival": ("I", "AR", "005"),
    "facility_departure": ("I", "DP", "005"),
    "out_for_delivery": ("I", "OT", "021"),
    "attempt_failed_not_home": ("X", "48", "013"),
    "customs_information_required": ("X", "1W", "013"),
    "address_problem": ("X", "A5", "050"),
    "address_changed": ("X", "E0", "028"),
    "refused": ("X", "AP", "064"),
    "return_started": ("X", "24", "035"),
    "returned_to_sender": ("X", "4S", "034"),
    "ready_for_pickup": ("D", "2Q", "017"),
    "collected_by_recipient": ("D", "2W", "011"),
    "delayed_weather": ("X", "1E", "052"),
    "damaged": ("X", "13", "059"),
    "delivered": ("D", "FS", "011"),
    "delivered_neighbour": ("D", "3H", "011"),
    "unknown": ("X", "QQ", "000"),
}
_ENDS = frozenset({"delivered", "delivered_neighbour", "collected_by_recipient", "returned_to_sender"})
#: Width of the window that goes out with the tour.
_WINDOW = timedelta(hours=2)


def tell(parcel: Parcel, scans: Sequence[Scanned], now: datetime, telling: str) -> Told:
    """Write the alert of the last of `scans`; UPS gives alerts no id and no time of their own."""
    del now, telling
    scan = scans[-1]
    kind, code, status = SAYS[scan.event_type]
    local, gmt = scan.spot.local(scan.at), scan.at.astimezone(UTC)
    alert = {
        "trackingNumber": parcel.tracking_number,
        "localActivityDate": local.strftime("%Y%m%d"),
        "localActivityTime": local.strftime("%H%M%S"),
        "activityLocation": {
            "city": scan.spot.city,
            "stateProvince": scan.spot.region,
            "postalCode": scan.spot.postcode,
            "country": scan.spot.country,
        },
        "activityStatus": {"type": kind, "code": code, "description": SENTENCES[scan.event_type], "descriptionCode": status},
        "gmtActivityDate": gmt.strftime("%Y%m%d"),
        "gmtActivityTime": gmt.strftime("%H%M%S"),
        **_expected(scan, local),
    }
    return Told("ups", msgspec.json.encode(alert))


def _expected(scan: Scanned, local: datetime) -> dict[str, str]:
    if scan.event_type in _ENDS or scan.expected_on is None:
        return {}
    day = {"scheduledDeliveryDate": scan.expected_on.strftime("%Y%m%d")}
    start = local.replace(minute=local.minute // 15 * 15, second=0)
    if scan.event_type != "out_for_delivery" or (start + _WINDOW).date() != scan.expected_on:
        return day
    return {**day, "deliveryStartTime": start.strftime("%H%M%S"), "deliveryEndTime": (start + _WINDOW).strftime("%H%M%S")}
