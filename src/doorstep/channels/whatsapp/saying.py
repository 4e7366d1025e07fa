"""One message of a person → the reply we keep.

What is no utterance (a notice of a changed security code, a deleted message, a reaction taken back, a group's message) is none;
a type that we do not know is one without text, so that somebody sees that something came. The raw webhook is kept in any case.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from doorstep.channels.graph import moment, part, parts, text
from doorstep.channels.whatsapp.people import address_of, also_of, contact_of, name_of, numbers_of
from doorstep.domain.messages import Attachment, Location, Reply
from doorstep.domain.vocabulary import ChannelKind

_MEDIA = ("image", "video", "audio", "document", "sticker")
_LONGEST = 5_000
#: System notices by which a person is known under another number or id.
_MOVED = {"user_changed_number": "wa_id", "customer_changed_number": "wa_id", "user_changed_user_id": "user_id"}

Said = Mapping[str, Any]


def reply_of(message: Said, contacts: Sequence[Said], to: str) -> Reply | None:
    """Read one message; None where it says nothing."""
    kind = text(message, "type")
    if text(message, "group_id") or kind in {"revoke", "request_welcome"}:
        return None
    if kind == "system":
        return _moved(message, to)
    if kind == "reaction" and not text(part(message, "reaction"), "emoji"):
        return None
    wa_id, user_id = text(message, "from"), text(message, "from_user_id")
    contact = contact_of(contacts, wa_id, user_id)
    wa_id, user_id = wa_id or text(contact, "wa_id"), user_id or text(contact, "user_id")
    sender = address_of(wa_id, user_id)
    provider_id = text(message, "id")
    if not sender or not provider_id:
        return None
    said = part(part(message, "edit"), "message") if kind == "edit" else message
    spoken = text(said, "type")
    parent = text(message, "from_parent_user_id") or text(contact, "parent_user_id")
    return Reply(
        channel=ChannelKind.WHATSAPP,
        sender=sender,
        to=to,
        text=(_cards(said) if spoken == "contacts" else _TEXTS.get(spoken, _nothing)(part(said, spoken)))[:_LONGEST],
        provider_id=provider_id,
        at=moment(text(message, "timestamp")),
        choice=_choice(said),
        answers=_answers(message, kind),
        sender_name=name_of(contact),
        also=also_of(wa_id, [user_id, parent]),
        attachments=_attachments(said, spoken),
        location=_location(said) if spoken == "location" else None,
    )


def _moved(message: Said, to: str) -> Reply | None:
    """Read that a person has another number or id: an empty reply under the old one, with the new one beside it."""
    system = part(message, "system")
    new = text(system, _MOVED.get(text(system, "type"), "")) or text(system, "new_wa_id")
    old = address_of(text(message, "from"), text(message, "from_user_id"))
    provider_id = text(message, "id")
    if not new or not old or not provider_id:
        return None
    numbers = numbers_of(new)
    also = tuple(("phone", number) for number in numbers) or (("bsuid", new),)
    if numbers and (user_id := text(system, "user_id")):
        also = (*also, ("bsuid", user_id))
    at = moment(text(message, "timestamp"))
    return Reply(channel=ChannelKind.WHATSAPP, sender=old, to=to, text="", provider_id=provider_id, at=at, also=also)


def _answers(message: Said, kind: str) -> tuple[str, ...]:
    """Return what a message refers to: what it reacts to, corrects, or answers."""
    if kind == "reaction":
        found = text(part(message, "reaction"), "message_id")
    elif kind == "edit":
        found = text(part(message, "edit"), "original_message_id")
    else:
        found = text(part(message, "context"), "id")
    return (found,) if found else ()


def _choice(said: Said) -> str:
    """Return the id of the button or the line that was pressed."""
    interactive = part(said, "interactive")
    pressed = part(interactive, "button_reply") or part(interactive, "list_reply")
    return (text(pressed, "id") or text(part(said, "button"), "payload"))[:500]


def _interactive(content: Said) -> str:
    pressed = part(content, "button_reply") or part(content, "list_reply")
    return text(pressed, "title") or text(part(content, "nfm_reply"), "body")


def _order(content: Said) -> str:
    lines = [f"{text(item, 'quantity') or '1'} x {text(item, 'product_retailer_id')}" for item in parts(content, "product_items")]
    return "\n".join([*([text(content, "text")] if text(content, "text") else []), *lines])


def _cards(said: Said) -> str:
    """Write the people whose cards were sent, each with the numbers that stand on it."""
    return "\n".join(
        " ".join([text(part(card, "name"), "formatted_name"), *(text(phone, "phone") for phone in parts(card, "phones"))]).strip()
        for card in parts(said, "contacts")
    )


def _nothing(_: Said) -> str:
    return ""


#: What stands under its type's name → its text.
_TEXTS: dict[str, Callable[[Said], str]] = {
    "text": lambda content: text(content, "body"),
    "button": lambda content: text(content, "text"),
    "interactive": _interactive,
    "reaction": lambda content: text(content, "emoji"),
    "order": _order,
    "location": lambda content: text(content, "name"),
    **dict.fromkeys(_MEDIA, lambda content: text(content, "caption")),
}


def _attachments(said: Said, kind: str) -> tuple[Attachment, ...]:
    if kind not in _MEDIA:
        return ()
    media = part(said, kind)
    made = Attachment(
        name=text(media, "filename")[:200] or kind,
        content_type=text(media, "mime_type")[:200],
        url=text(media, "url"),
        media_id=text(media, "id"),
    )
    return (made,)


def _location(said: Said) -> Location | None:
    content = part(said, "location")
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees
        return None
    return Location(
        latitude=float(latitude), longitude=float(longitude), name=text(content, "name")[:300], address=text(content, "address")[:500]
    )
