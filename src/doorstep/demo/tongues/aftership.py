"""A parcel and its scans → AfterShip's tracking webhook: the whole tracking each time."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.demo.parcels import SENTENCES, Parcel, Scanned, Told

#: Event type → AfterShip's sub-tag, and the finer event beside it.
SAYS: dict[str, tuple[str, str]] = {
    "order_data_received": ("InfoReceived_001", ""),
    "accepted": ("InTransit_002", ""),
    "facility_arrival": ("InTransit_003", ""),
    "facility_departure": ("InTransit_007", ""),
    "destination_country_arrival": ("InTransit_004", ""),
    "customs_held": ("Exception_001", "held_by_customs"),
    "customs_information_required": ("Exception_018", ""),
    "customs_released": ("InTransit_005", ""),
    "address_problem": ("Exception_007", ""),
    "address_changed": ("InTransit_009", ""),
    "out_for_delivery": ("OutForDelivery_001", ""),
    "attempt_failed_not_home": ("AttemptFail_002", ""),
    "refused": ("Exception_003", ""),
    "return_started": ("Exception_010", ""),
    "returned_to_sender": ("Exception_011", ""),
    "ready_for_pickup": ("AvailableForPickup_001", ""),
    "collected_by_recipient": ("Delivered_002", ""),
    "delayed_weather": ("Exception_017", ""),
    "damaged": ("Exception_012", ""),
    "lost": ("Exception_013", ""),
    "delivered": ("Delivered_001", ""),
    "delivered_neighbour": ("Delivered_005", ""),
    "delivered_cod_collected": ("Delivered_004", ""),
}


def tell(parcel: Parcel, scans: Sequence[Scanned], now: datetime, telling: str) -> Told:
    """Write the webhook after the last of `scans`."""
    newest = scans[-1]
    subtag, _ = SAYS[newest.event_type]
    expected = newest.expected_on.isoformat() if newest.expected_on else None
    tracking = {
        "id": f"trk-{parcel.tracking_number.lower()}",
        "tracking_number": parcel.tracking_number,
        "slug": parcel.named,
        "active": True,
        "tag": _tag(subtag),
        "subtag": subtag,
        "subtag_message": SENTENCES[newest.event_type],
        "updated_at": now.isoformat(timespec="seconds"),
        "shipment_type": parcel.service,
        "shipment_weight": {"value": parcel.grams / 1000, "unit": "kg"},
        "signed_by": None,
        "courier_estimated_delivery_date": {
            "estimated_delivery_date": expected,
            "estimated_delivery_date_min": None,
            "estimated_delivery_date_max": None,
        },
        "checkpoints": [_checkpoint(parcel, scan) for scan in scans],
    }
    body = {"event": "tracking_update", "event_id": telling, "is_tracking_first_tag": len(scans) == 1, "msg": tracking}
    return Told("aftership", msgspec.json.encode({**body, "ts": int(now.timestamp())}))


def _checkpoint(parcel: Parcel, scan: Scanned) -> dict[str, object]:
    subtag, event = SAYS[scan.event_type]
    spot = scan.spot
    told: dict[str, object] = {
        "slug": parcel.named,
        "checkpoint_time": spot.local(scan.at).isoformat(),
        "tag": _tag(subtag),
        "subtag": subtag,
        "message": SENTENCES[scan.event_type],
        "city": spot.city,
        "state": spot.region,
        "zip": spot.postcode,
        "country_iso3": spot.country_iso3,
        "location": spot.city,
        "raw_tag": None,
    }
    return {**told, "events": [{"code": event}]} if event else told


def _tag(subtag: str) -> str:
    return subtag.partition("_")[0]
