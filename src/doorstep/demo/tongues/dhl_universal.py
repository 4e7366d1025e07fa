"""A piece and its scans → DHL's push (Shipment Tracking - Unified, DHL Paket): the piece with all its events, and its siblings' numbers."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.demo.parcels import SENTENCES, Parcel, Scanned, Told

#: Event type → DHL's general word and DHL Paket's standard event code; "" where the sentence alone tells.
SAYS: dict[str, tuple[str, str]] = {
    "order_data_received": ("pre-transit", "VA"),
    "accepted": ("transit", "ES"),
    "facility_departure": ("transit", "AA"),
    "facility_arrival": ("transit", "EE"),
    "loaded_for_delivery": ("transit", ""),
    "ready_for_pickup": ("transit", "ZF"),
    "collected_by_recipient": ("delivered", "ZU"),
    "delivered": ("delivered", "ZU"),
}
_WAITS = frozenset({"ready_for_pickup", "collected_by_recipient"})


def tell(parcel: Parcel, scans: Sequence[Scanned], now: datetime, telling: str) -> Told:
    """Write the push after the last of `scans`; DHL gives pushes no id and no time of their own."""
    del now, telling
    newest, expected = scans[-1], scans[-1].expected_on
    events = [_event(parcel, scan) for scan in reversed(scans)]
    shipment: dict[str, object] = {
        "id": parcel.tracking_number,
        "service": "parcel-de",
        "status": events[0],
        "details": {
            "product": {"productName": parcel.service},
            "totalNumberOfPieces": len(parcel.pieces) or 1,
            "pieceIds": [number.removeprefix("00") for number in parcel.pieces],
            "weight": {"value": parcel.grams / 1000, "unitText": "kg"},
        },
        "events": events,
    }
    if expected is not None and newest.event_type not in _WAITS:
        shipment["estimatedTimeOfDelivery"] = f"{expected.isoformat()}T00:00:00"
    return Told("dhl_universal", msgspec.json.encode({"subscription": "demo", "shipment": shipment}))


def _event(parcel: Parcel, scan: Scanned) -> dict[str, object]:
    general, code = SAYS[scan.event_type]
    text, spot = SENTENCES[scan.event_type], scan.spot
    address = {"countryCode": spot.country, "postalCode": spot.postcode, "addressLocality": spot.city}
    location: dict[str, object] = {"address": address}
    if scan.event_type in _WAITS and parcel.locker is not None:
        location["servicePoint"] = {"label": parcel.locker.name}
        location["address"] = {**address, "streetAddress": parcel.locker.street}
    return {
        "timestamp": spot.local(scan.at).isoformat(),
        "statusCode": general,
        "status": code or text,
        "description": text,
        "location": location,
    }
