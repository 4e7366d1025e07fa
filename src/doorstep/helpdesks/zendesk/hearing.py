"""A webhook of Zendesk's → what its agents said and did; its signature.

Source: Zendesk's pages on verifying webhooks (developer.zendesk.com/documentation/webhooks/verifying) and on the types of ticket events
(developer.zendesk.com/api-reference/webhooks/event-types/ticket-events), with payloads that users published, read 2026-11-30.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from doorstep.domain.helpdesks import Heard, HeardKind, HelpdeskLink
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of, same, setting_of
from doorstep.errors import BadInputError, BadSignatureError
from doorstep.helpdesks.reading import check_time, document_of, moment, part, worded

_PREFIX = "zen:event-type:ticket."
#: What a ticket that is settled is called.
_SETTLED = frozenset({"solved", "closed"})
_AT_WORK = frozenset({"new", "open", "pending", "hold"})


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the signature: base64 of the SHA-256 HMAC over time and body.

    Raises:
        BadSignatureError: it is missing, wrong or old.
        MisconfiguredError: the connection has no signing_secret.
    """
    secret = setting_of(settings, "signing_secret")
    given = header_of(raw, "x-zendesk-webhook-signature")
    told = header_of(raw, "x-zendesk-webhook-signature-timestamp")
    digest = hmac.new(secret.encode(), told.encode("latin-1", "replace") + raw.body, hashlib.sha256).digest()
    if not same(given, base64.b64encode(digest).decode()):
        raise BadSignatureError("the signature is not Zendesk's for this secret")
    check_time(moment(told), now)


def delivery_id(raw: Raw) -> str | None:
    """Name the delivery: tries of one call have one name."""
    return raw.headers.get("x-zendesk-webhook-invocation-id") or None


def read(raw: Raw, settings: Settings) -> tuple[Heard, ...]:  # noqa: ARG001 - the signature of every helpdesk
    """Read one event; those of tickets that are not ours, and those nobody here needs, are ().

    Raises:
        BadInputError: it is no event of Zendesk's.
    """
    told = document_of(raw)
    kind = told.get("type")
    if not isinstance(kind, str):
        raise BadInputError("the body names no type of event")
    key = worded(part(told, "detail", "external_id"))
    if not kind.startswith(_PREFIX) or not key.startswith("doorstep-"):
        return ()
    remote_id = worded(part(told, "detail", "id"))
    if not remote_id:
        raise BadInputError("the event names no ticket")
    match kind.removeprefix(_PREFIX):
        case "comment_added":
            return _comment(told, remote_id, key)
        case "attachment_linked_to_comment":
            return _file(told, remote_id, key)
        case "status_changed":
            return _turned(told, remote_id, key)
        case "agent_assignment_changed":
            return (Heard(kind=HeardKind.ASSIGNED, remote_id=remote_id, key=key, at=moment(told.get("time"))),)
        case _:
            return ()


def _comment(told: dict[str, Any], remote_id: str, key: str) -> tuple[Heard, ...]:
    """Take what an agent wrote; the customer's words there are our own."""
    comment = part(told, "event", "comment")
    if part(comment, "author", "is_staff") is not True:
        return ()
    public, message_id = part(comment, "is_public"), worded(part(comment, "id"))
    if not isinstance(public, bool) or not message_id:
        raise BadInputError("the comment has no id, or it is not told whether it is public")
    return (
        Heard(
            kind=HeardKind.SAID if public else HeardKind.NOTED,
            remote_id=remote_id,
            key=key,
            message_id=message_id,
            text=worded(part(comment, "body")),
            agent=worded(part(comment, "author", "name")),
            at=moment(told.get("time")),
        ),
    )


def _file(told: dict[str, Any], remote_id: str, key: str) -> tuple[Heard, ...]:
    """Take a file; whether the customer may have it is for the comment to say, `is_public` of the file tells only where it may be read."""
    comment = part(told, "event", "comment")
    file = part(comment, "attachment")
    file_id, of, url = worded(part(file, "id")), worded(part(comment, "id")), worded(part(file, "content_url"))
    if not file_id or not of or not url.startswith("https://"):
        raise BadInputError("the file has no id or address, or belongs to no comment")
    name = worded(part(file, "filename")) or "file"
    return (
        Heard(
            kind=HeardKind.FILE,
            remote_id=remote_id,
            key=key,
            message_id=f"file {file_id}",
            files=(HelpdeskLink(name=name, url=url),),
            of=of,
            at=moment(told.get("time")),
        ),
    )


def _turned(told: dict[str, Any], remote_id: str, key: str) -> tuple[Heard, ...]:
    current = worded(part(told, "event", "current")).lower()
    before = worded(part(told, "event", "previous")).lower()
    at = moment(told.get("time"))
    if current in _SETTLED and before not in _SETTLED:
        return (Heard(kind=HeardKind.RESOLVED, remote_id=remote_id, key=key, at=at),)
    if current in _AT_WORK and before in _SETTLED:
        return (Heard(kind=HeardKind.REOPENED, remote_id=remote_id, key=key, at=at),)
    return ()
