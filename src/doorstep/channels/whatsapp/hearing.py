"""A webhook of WhatsApp, several changes of several accounts at once → receipts, replies, news of templates, what is wrong with the account.

Fields and kinds that are not ours to act on (calls, groups, echoes of what the shop wrote by hand, advertising) are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.channels.graph import document_of, meaning_of, moment, our_id, part, parts, text
from doorstep.channels.graph_templates import news_of
from doorstep.channels.whatsapp.codes import BY_CODE, STATES
from doorstep.channels.whatsapp.people import address_of, numbers_of
from doorstep.channels.whatsapp.saying import reply_of
from doorstep.domain.messages import Cost, Receipt, Reply, TemplateNews
from doorstep.domain.plugins import Inbound, Raw, Settings
from doorstep.domain.reading import redacted
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy

_OBJECT = "whatsapp_business_account"
#: What happened to the account → what its owners are told, and whether nothing can be sent any more.
_ACCOUNT = {
    "ACCOUNT_DELETED": ("the WhatsApp Business account was deleted", True),
    "ACCOUNT_OFFBOARDED": ("the WhatsApp Business account was taken off the Cloud API", True),
    "ACCOUNT_VIOLATION": ("WhatsApp says that the account broke a policy", False),
    "ACCOUNT_RESTRICTION": ("WhatsApp has restricted the account", False),
    "PARTNER_REMOVED": ("a partner was removed from the WhatsApp Business account", False),
    "PARTNER_APP_UNINSTALLED": ("an app was removed from the WhatsApp Business account", False),
}
#: A ban → what its owners are told, and whether it stands; being let in again is no fault.
_BANS = {
    "DISABLE": ("WhatsApp has disabled the account", True),
    "SCHEDULE_FOR_DISABLE": ("WhatsApp is going to disable the account", False),
}
#: What a person may say of marketing in WhatsApp's own settings → our keyword.
_PREFERENCES = {"stop": "stop_marketing", "resume": "start_marketing"}


def read(raw: Raw, settings: Settings) -> Inbound:  # noqa: ARG001 - the signature of every channel
    """Read a webhook.

    Raises:
        BadInputError: it is none of WhatsApp's.
    """
    receipts: list[Receipt] = []
    replies: list[Reply] = []
    templates: list[TemplateNews] = []
    faults: list[tuple[str, bool]] = []
    for change in _changes(raw):
        field, value = text(change, "field"), part(change, "value")
        if field == "messages":
            receipts += _receipts(value)
            replies += _replies(value)
            faults += _faults(value)
        elif field == "user_preferences":
            replies += _preferences(value)
        elif field == "account_update":
            faults += _account(value)
        elif news := news_of(field, value):
            templates.append(news)
    told = "; ".join(dict.fromkeys(fault for fault, _ in faults))
    return Inbound(
        receipts=tuple(receipts),
        replies=tuple(replies),
        templates=tuple(templates),
        fault=told,
        stops=any(stops for _, stops in faults),
    )


def _changes(raw: Raw) -> Iterator[Mapping[str, Any]]:
    for entry in document_of(raw, _OBJECT):
        yield from parts(entry, "changes")


def _ours(value: Mapping[str, Any]) -> str:
    """Return our number as people see it."""
    number = "".join(sign for sign in text(part(value, "metadata"), "display_phone_number") if sign.isascii() and sign.isdigit())
    return f"+{number}" if number else text(part(value, "metadata"), "phone_number_id")


def _replies(value: Mapping[str, Any]) -> list[Reply]:
    contacts, ours = parts(value, "contacts"), _ours(value)
    return [reply for message in parts(value, "messages") if (reply := reply_of(message, contacts, ours)) is not None]


def _receipts(value: Mapping[str, Any]) -> list[Receipt]:
    return [receipt for status in parts(value, "statuses") if (receipt := _receipt(status)) is not None]


def _receipt(status: Mapping[str, Any]) -> Receipt | None:
    """Read a status; None for a word we do not know (of a call, of a later version): nothing is guessed."""
    state, provider_id = STATES.get(text(status, "status")), text(status, "id")
    if state is None or not provider_id:
        return None
    error = next(iter(parts(status, "errors")), {}) if state is MessageState.REFUSED else {}
    code = text(error, "code")
    meaning = meaning_of(code, "", BY_CODE)
    details = text(part(error, "error_data"), "details") or text(error, "message") or text(error, "title")
    return Receipt(
        message_id=our_id(text(status, "biz_opaque_callback_data")),
        provider_id=provider_id,
        state=state,
        provider_code=f"{text(status, 'status')} {code}".strip(),
        provider_text=meaning.meaning if meaning else redacted(details, 200),
        at=moment(text(status, "timestamp")),
        suppress=meaning.suppress if meaning else None,
        address=address_of(text(status, "recipient_id"), text(status, "recipient_user_id")) or None,
        remedy=(meaning.remedy if meaning else Remedy.SWITCH) if state is MessageState.REFUSED else None,
        cost=_cost(part(status, "pricing")),
    )


def _cost(pricing: Mapping[str, Any]) -> Cost | None:
    billable, category = pricing.get("billable"), text(pricing, "category")
    if not category and not isinstance(billable, bool):
        return None
    return Cost(category=category[:50], billable=billable if isinstance(billable, bool) else None)


def _preferences(value: Mapping[str, Any]) -> list[Reply]:
    """Read what people said of marketing in WhatsApp's settings; signing up for it is no consent that we could prove."""
    contacts, found = parts(value, "contacts"), []
    for said in parts(value, "user_preferences"):
        keyword = _PREFERENCES.get(text(said, "value"))
        sender = address_of(text(said, "wa_id"), text(said, "user_id"))
        if keyword is None or not sender or text(said, "category") != "marketing_messages":
            continue
        stamp = text(said, "timestamp")
        made = Reply(
            channel=ChannelKind.WHATSAPP,
            sender=sender,
            to=_ours(value),
            text="",
            provider_id=f"preference {sender} {keyword} {stamp}",
            keyword=keyword,
            at=moment(stamp),
            also=_known_as(contacts, said),
        )
        found.append(made)
    return found


def _known_as(contacts: list[dict[str, Any]], said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the person's other ids, where the webhook's only contact is the one who spoke."""
    wa_id, user_id = text(said, "wa_id"), text(said, "user_id")
    for contact in contacts:
        if wa_id and text(contact, "wa_id") == wa_id and text(contact, "user_id"):
            return (("bsuid", text(contact, "user_id")),)
    return (("bsuid", user_id),) if numbers_of(wa_id) and user_id else ()


def _faults(value: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Read errors that are of no single message."""
    found = []
    for error in parts(value, "errors"):
        meaning = meaning_of(text(error, "code"), "", BY_CODE)
        said = meaning.meaning if meaning else redacted(text(error, "message") or text(error, "title"), 150)
        found.append((f"WhatsApp reports error {text(error, 'code')}: {said}", meaning is not None and meaning.remedy is Remedy.STOP))
    return found


def _account(value: Mapping[str, Any]) -> list[tuple[str, bool]]:
    event = text(value, "event")
    if event == "DISABLED_UPDATE" or part(value, "ban_info"):
        ban = _BANS.get(text(part(value, "ban_info"), "waba_ban_state"))
        return [ban] if ban else []
    if event not in _ACCOUNT:
        return []
    told, stops = _ACCOUNT[event]
    kinds = [text(one, "restriction_type") for one in parts(value, "restriction_info")] or [
        text(part(value, "violation_info"), "violation_type")
    ]
    named = ", ".join(redacted(kind.lower().replace("_", " "), 60) for kind in kinds if kind)
    return [(f"{told}: {named}" if named else told, stops)]
