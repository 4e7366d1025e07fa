"""UPS's words or code for where a parcel was left → a finer event type than "delivered"."""

from doorstep.carriers.ups.codes.deliveries import DELIVERIES

#: UPS's own wording in `deliveryInformation.location` and on its pages → event type. Source: the left-at rows of UPS's delivery codes, read 2026-11-22.
_PLACES = {
    "front door": "delivered_safe_place",
    "rear door": "delivered_safe_place",
    "back door": "delivered_safe_place",
    "side door": "delivered_safe_place",
    "garage": "delivered_safe_place",
    "porch": "delivered_safe_place",
    "deck": "delivered_safe_place",
    "patio": "delivered_safe_place",
    "carport": "delivered_safe_place",
    "shed": "delivered_safe_place",
    "meter box": "delivered_safe_place",
    "other - released": "delivered_safe_place",
    "mailbox": "delivered_mailbox",
    "mail room": "delivered_reception",
    "front desk": "delivered_reception",
    "reception": "delivered_reception",
    "concierge": "delivered_reception",
    "office": "delivered_reception",
    "management office": "delivered_reception",
    "locker": "delivered_alternative_location",
    "neighbor - by request": "delivered_neighbour",
}


def refined(event_type: str, words: str = "", *, code: str = "", signed_by: str = "") -> str:
    """Refine "delivered" by the signature, the left-at code or the left-at words, in this order; anything else stays as it was.

    A signature does not make the delivery of a part one of the whole.
    """
    if event_type != "delivered":
        return event_type
    by_code = DELIVERIES.get(code, "")
    if signed_by and by_code != "delivered_partial":
        return "delivered_signed"
    if by_code.startswith("delivered"):
        return by_code
    return _PLACES.get(" ".join(words.lower().split()), event_type)
