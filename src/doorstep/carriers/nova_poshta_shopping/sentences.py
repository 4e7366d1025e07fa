"""The group's public status sentences → our event types. What Nova Poshta Shopping's codes mean is published nowhere."""

#: Source: the sentences of Nova Poshta's list of statuses, as public clients repeat it, read 2026-11-22.
_EVENT_TYPES = {
    "видалено": "order_cancelled",
    "відправлення отримано": "delivered",
    "прибув на відділення": "ready_for_pickup",
    "прибув на відділення (завантажено в поштомат)": "ready_for_pickup_locker",
    "відправлення передано до огляду отримувачу": "informational",
    "на шляху до одержувача": "out_for_delivery",
    "відмова одержувача": "refused",
    "відмова від отримання": "refused",
    "змінено адресу": "address_changed",
    "припинено зберігання": "pickup_expired",
    "нараховується плата за зберігання": "ready_for_pickup",
    "невдала спроба доставки": "attempt_failed",
}


def event_type_of(*sentences: str) -> str:
    """Find the event type of one status said in several languages; the first sentence that is on the list counts."""
    for sentence in sentences:
        if found := _EVENT_TYPES.get(" ".join(sentence.split()).rstrip(".").casefold()):
            return found
    return "unknown"
