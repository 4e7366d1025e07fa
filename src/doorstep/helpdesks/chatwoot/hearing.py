"""A webhook of Chatwoot's → what its agents said and did; its signature.

Source: Chatwoot's page on webhook events (github.com/chatwoot/docs, docs/product/others/webhook-events.md), its user guide on webhooks
(chatwoot.com/hc, updated 2026-02-26) and the code of its webhook listener, read 2026-11-30. An API inbox calls its own address with the
same events.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any

from doorstep.domain.helpdesks import Heard, HeardKind, HelpdeskLink
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of, same
from doorstep.errors import BadInputError, BadSignatureError
from doorstep.helpdesks.chatwoot.calling import KEY
from doorstep.helpdesks.reading import check_time, document_of, moment, part, rows, worded

#: As webhooks write the kind of an agent's message, and as the interface does.
_OUTGOING = ("outgoing", 1)
_RESOLVED = "resolved"
#: A conversation that somebody works on, or that waits for somebody.
_AT_WORK = frozenset({"open", "pending", "snoozed"})


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the signature, where the connection has Chatwoot's secret; the hook's unguessable address is the proof without.

    It is the SHA-256 HMAC over time, a dot and the body, "sha256=" before its hex digits; older servers sign nothing. Source: code of users
    that check it, and what they say of github.com/chatwoot/chatwoot issue 13809 (an API inbox's own secret), read 2026-11-30.

    Raises:
        BadSignatureError: it is missing, wrong or old.
    """
    if not (secret := settings.get("webhook_secret", "").strip()):
        return
    told = header_of(raw, "x-chatwoot-timestamp")
    given = header_of(raw, "x-chatwoot-signature")
    digest = hmac.new(secret.encode(), told.encode("latin-1", "replace") + b"." + raw.body, hashlib.sha256).hexdigest()
    if not same(given, f"sha256={digest}"):
        raise BadSignatureError("the signature is not Chatwoot's for this secret")
    check_time(moment(int(told[:12])) if told.isascii() and told.isdigit() else None, now)


def delivery_id(raw: Raw) -> str | None:
    """Name the delivery, where Chatwoot does."""
    return raw.headers.get("x-chatwoot-delivery") or None


def read(raw: Raw, settings: Settings) -> tuple[Heard, ...]:
    """Read one webhook; events that nobody here needs, and those of other inboxes, are ().

    Raises:
        BadInputError: it is no event of Chatwoot's.
    """
    told = document_of(raw)
    event = told.get("event")
    if not isinstance(event, str):
        raise BadInputError("the body names no event")
    match event:
        case "message_created":
            return _message(told, settings)
        case "conversation_status_changed":
            return _turned(told, settings)
        case "conversation_updated":
            return _assigned(told, settings)
        case _:
            return ()


def _is_ours(conversation: Any, settings: Settings, inbox_id: str = "") -> bool:
    found = worded(part(conversation, "inbox_id")) or inbox_id
    return not found or found == settings.get("inbox_id", "").strip()


def _of(conversation: Any) -> tuple[str, str]:
    """Return Chatwoot's id and our key of a conversation.

    Raises:
        BadInputError: it has no id.
    """
    remote_id = worded(part(conversation, "id"))
    if not remote_id:
        raise BadInputError("the event names no conversation")
    return remote_id, worded(part(conversation, "custom_attributes", KEY))


def _message(told: dict[str, Any], settings: Settings) -> tuple[Heard, ...]:
    """Take what an agent wrote. What comes in is our own word; what Chatwoot says by itself (templates, activities) is nobody's."""
    conversation = told.get("conversation")
    if told.get("message_type") not in _OUTGOING or not _is_ours(conversation, settings, worded(part(told, "inbox", "id"))):
        return ()
    if not (message_id := worded(told.get("id"))):
        raise BadInputError("the message has no id")
    remote_id, key = _of(conversation)
    private = told.get("private")
    if not isinstance(private, bool):
        raise BadInputError("it is not told whether the message is private")
    if private and worded(told.get("source_id")).startswith("doorstep-"):
        return ()  # a note of ours
    files = tuple(
        HelpdeskLink(name=worded(part(one, "file_type")) or "file", url=url)
        for one in rows(told.get("attachments"))
        if (url := worded(part(one, "data_url"))).startswith(("https://", "http://"))
    )
    return (
        Heard(
            kind=HeardKind.NOTED if private else HeardKind.SAID,
            remote_id=remote_id,
            key=key,
            message_id=message_id,
            text=worded(told.get("content")),
            agent=worded(part(told, "sender", "name")),
            files=files,
            at=moment(told.get("created_at")),
        ),
    )


def _turned(told: dict[str, Any], settings: Settings) -> tuple[Heard, ...]:
    if not _is_ours(told, settings):
        return ()
    remote_id, key = _of(told)
    status = worded(told.get("status"))
    if status == _RESOLVED:
        return (Heard(kind=HeardKind.RESOLVED, remote_id=remote_id, key=key, agent=_assignee(told)),)
    before = _before(told, "status")
    if status in _AT_WORK and before == _RESOLVED:
        return (Heard(kind=HeardKind.REOPENED, remote_id=remote_id, key=key, agent=_assignee(told)),)
    return ()


def _assigned(told: dict[str, Any], settings: Settings) -> tuple[Heard, ...]:
    changed = any("assignee_id" in one for one in rows(told.get("changed_attributes")) if isinstance(one, dict))
    if not changed or not _is_ours(told, settings):
        return ()
    remote_id, key = _of(told)
    return (Heard(kind=HeardKind.ASSIGNED, remote_id=remote_id, key=key, agent=_assignee(told)),)


def _assignee(told: dict[str, Any]) -> str:
    return worded(part(told, "meta", "assignee", "name"))


def _before(told: dict[str, Any], name: str) -> str:
    found = [worded(part(one, name, "previous_value")) for one in rows(told.get("changed_attributes"))]
    return next((one for one in found if one), "")
