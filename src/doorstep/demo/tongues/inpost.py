"""A parcel and its scans → InPost's parcel as the recipient's app gets it: the whole parcel each time, with locker, deadline and code."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

import msgspec

from doorstep.demo.parcels import SENTENCES, Parcel, Scanned, Told

#: Event type → InPost's status.
SAYS: dict[str, str] = {
    "order_data_received": "CREATED",
    "dropped_off": "DISPATCHED_BY_SENDER",
    "facility_departure": "SENT_FROM_SORTING_CENTER",
    "facility_arrival": "ADOPTED_AT_SORTING_CENTER",
    "ready_for_pickup_locker": "READY_TO_PICKUP",
    "collected_by_recipient": "COLLECTED_BY_CUSTOMER",
}
#: So long a parcel lies in a locker.
_KEPT = timedelta(hours=48)


def tell(parcel: Parcel, scans: Sequence[Scanned], now: datetime, telling: str) -> Told:
    """Write the parcel after the last of `scans`."""
    del now
    stored = next((scan for scan in scans if scan.event_type == "ready_for_pickup_locker"), None)
    body = {
        "shipmentNumber": parcel.tracking_number,
        "shipmentType": "parcel",
        "status": SAYS[scans[-1].event_type].lower(),
        "openCode": f"{crc32(parcel.tracking_number.encode()) % 1_000_000:06}" if stored else None,
        "storedDate": _local(stored, timedelta()) if stored else None,
        "expiryDate": _local(stored, _KEPT) if stored else None,
        "pickUpPoint": _point(parcel),
        "eventLog": [],
        "events": [_event(scan) for scan in scans],
    }
    return Told("inpost", msgspec.json.encode(body), {"x-inpost-event-id": telling})


def _point(parcel: Parcel) -> dict[str, object] | None:
    locker = parcel.locker
    if locker is None:
        return None
    return {
        "name": locker.name,
        "locationDescription": locker.hint,
        "openingHours": "24/7",
        "addressDetails": {"street": locker.street, "city": locker.city, "postCode": locker.postcode, "country": locker.country},
    }


def _event(scan: Scanned) -> dict[str, object]:
    return {
        "eventCode": SAYS[scan.event_type],
        "eventTitle": SENTENCES[scan.event_type],
        "date": scan.spot.local(scan.at).isoformat(),
        "location": {"city": scan.spot.city, "countryCode": scan.spot.country},
    }


def _local(scan: Scanned, later: timedelta) -> str:
    return scan.spot.local(scan.at + later).isoformat()
