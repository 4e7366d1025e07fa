"""A parcel and its scans → EasyPost's tracker event: the whole tracker each time."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from doorstep.demo.parcels import SENTENCES, Parcel, Scanned, Told

#: Event type → EasyPost's status and status_detail. The last pair is one that EasyPost's own lists do not have.
SAYS: dict[str, tuple[str, str]] = {
    "order_data_received": ("pre_transit", "status_update"),
    "accepted": ("in_transit", "received_at_origin_facility"),
    "facility_arrival": ("in_transit", "arrived_at_facility"),
    "facility_departure": ("in_transit", "departed_facility"),
    "out_for_delivery": ("out_for_delivery", "out_for_delivery"),
    "refused": ("failure", "refused"),
    "return_started": ("return_to_sender", "return"),
    "returned_to_sender": ("delivered", "return"),
    "ready_for_pickup": ("available_for_pickup", "arrived_at_pickup_location"),
    "collected_by_recipient": ("delivered", "arrived_at_destination"),
    "delayed_weather": ("in_transit", "weather_delay"),
    "damaged": ("failure", "damaged"),
    "lost": ("failure", "lost"),
    "delivered": ("delivered", "arrived_at_destination"),
    "unknown": ("in_transit", "reslotted"),
}


def tell(parcel: Parcel, scans: Sequence[Scanned], now: datetime, telling: str) -> Told:
    """Write the event after the last of `scans`."""
    newest = scans[-1]
    status, detail = SAYS[newest.event_type]
    expected = newest.expected_on.isoformat() if newest.expected_on else None
    tracker = {
        "id": f"trk_{parcel.tracking_number.lower()}",
        "object": "Tracker",
        "mode": "test",
        "tracking_code": parcel.tracking_number,
        "status": status,
        "status_detail": detail,
        "updated_at": _utc(now),
        "signed_by": None,
        "weight": round(parcel.grams / 28.349523125, 1),
        "est_delivery_date": f"{expected}T00:00:00Z" if expected else None,
        "carrier": parcel.named,
        "is_return": False,
        "carrier_detail": {"object": "CarrierDetail", "service": parcel.service, "est_delivery_date_local": expected},
        "tracking_details": [_detail(parcel, scan) for scan in scans],
    }
    event = {"object": "Event", "id": f"evt_{telling}", "description": "tracker.updated", "mode": "test", "created_at": _utc(now)}
    return Told("easypost", msgspec.json.encode({**event, "previous_attributes": {}, "result": tracker}))


def _detail(parcel: Parcel, scan: Scanned) -> dict[str, object]:
    status, detail = SAYS[scan.event_type]
    spot = scan.spot
    return {
        "object": "TrackingDetail",
        "message": SENTENCES[scan.event_type],
        "description": SENTENCES[scan.event_type],
        "status": status,
        "status_detail": detail,
        "datetime": _utc(scan.at),
        "source": parcel.named,
        "carrier_code": "",
        "tracking_location": {
            "object": "TrackingLocation",
            "city": spot.city,
            "state": spot.region,
            "country": spot.country,
            "zip": spot.postcode,
        },
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
