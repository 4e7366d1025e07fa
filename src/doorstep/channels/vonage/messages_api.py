"""Text → Vonage's Messages API call → receipt; its status and inbound webhooks → receipts and replies.

Source: Vonage's Messages API reference 1.x, as known on 2026-11-29; proved on the samples of Vonage's own library.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

import msgspec

from doorstep.channels.codes import error_of
from doorstep.channels.senders import Sender, e164, keyword_in
from doorstep.channels.tokens import signed_token
from doorstep.channels.vonage.codes import BY_CODE, WORDS, state_of
from doorstep.channels.vonage.fields import time_of
from doorstep.domain.messages import Attachment, Cost, Message, Receipt, Reply
from doorstep.domain.plugins import Flow, HttpRequest, Inbound, Response, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

BASE = "https://api.nexmo.com"
#: Seconds for which a token of ours is good. Source: Vonage's page of authentication proposes 15 minutes.
_TOKEN_S = 900
#: A gateway gave up on the server behind it, which may have done the work.
_GATEWAY = (502, 504)
#: What an MMS may hold besides text.
_FILES = ("image", "audio", "video", "file", "vcard")


def base_of(settings: Settings) -> str:
    """Return the address of the API."""
    return (settings.get("base_url") or BASE).rstrip("/")


def send(message: Message, settings: Settings, sender: Sender, text: str, now: datetime, hook_url: str) -> Flow:
    """Create one message; its id goes along as `client_ref` and comes back with every status.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as the code table says, and nothing else.
    """
    document = {
        "channel": "sms",
        "message_type": "text",
        "to": message.to.lstrip("+"),
        "from": sender.name.lstrip("+"),
        "text": text,
        "client_ref": message.message_id,
        "sms": {"encoding_type": "auto"},
    }
    if hook_url:
        document |= {"webhook_url": hook_url, "webhook_version": "v1"}
    response = yield HttpRequest(
        method="POST",
        url=f"{base_of(settings)}/v1/messages",
        headers={
            "authorization": authorization(message.message_id, settings, now),
            "content-type": "application/json",
            "accept": "application/json",
        },
        body=msgspec.json.encode(document),
    )
    answer = _document(response.body)
    if 200 <= response.status < 300:  # noqa: PLR2004 - success
        found = answer.get("message_uuid")
        return Receipt(
            message_id=message.message_id,
            provider_id=found if isinstance(found, str) else None,
            state=MessageState.SENT,
            provider_code=str(response.status),
            at=now,
        )
    raise _error_of(response, answer, now)


def authorization(about: str, settings: Settings, now: datetime) -> str:
    """Write a token of the application where the connection has one, else basic authorization with key and secret.

    `about` is what the call is about, so that no two tokens are the same.

    Raises:
        MisconfiguredError: a part is missing, or the private key cannot be read.
    """
    if settings.get("application_id", "").strip() or settings.get("private_key", "").strip():
        stamp = int(now.timestamp())
        once = hashlib.blake2b(f"{about} {now.isoformat()}".encode(), digest_size=16).hexdigest()
        claims = {"application_id": setting_of(settings, "application_id"), "iat": stamp, "exp": stamp + _TOKEN_S, "jti": once}
        return f"Bearer {signed_token(claims, setting_of(settings, 'private_key'))}"
    if not settings.get("api_key", "").strip():
        raise MisconfiguredError("the connection has neither application_id and private_key nor api_key and api_secret")
    pair = f"{setting_of(settings, 'api_key')}:{setting_of(settings, 'api_secret')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _code_of(error: dict[str, Any]) -> str:
    """Return the code of an RFC 7807 error: the fragment of its type, else a title of digits."""
    kind, title = str(error.get("type") or ""), str(error.get("title") or "")
    return (kind.rpartition("#")[2] if "#" in kind else title if title.isdigit() else "")[:40]


def _error_of(response: Response, answer: dict[str, Any], now: datetime) -> Exception:
    code = _code_of(answer)
    text = f"Vonage answered {response.status}" + (f", error {code}" if code in BY_CODE else "")
    if response.status in _GATEWAY:
        return UnknownOutcomeError(text)
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        return TryLaterError(text, after_s=retry_after_s(response, now))
    if code in BY_CODE:
        return error_of(BY_CODE[code], text, retry_after_s(response, now))
    said = redacted(str(answer.get("detail") or answer.get("title") or ""), 120)
    if response.status in (401, 402, 403, 404) or 300 <= response.status < 400:  # noqa: PLR2004
        return MisconfiguredError(f"{text}: {said}")
    return RefusedError(f"{text}: {said}", suppress=False, code=redacted(code, 40) or str(response.status))


def read(document: dict[str, Any], settings: Settings) -> Inbound:
    """Read a status or an incoming message.

    Raises:
        BadInputError: neither of the two, or an unknown status.
    """
    ident = document.get("message_uuid")
    if not isinstance(ident, str) or not ident:
        raise BadInputError("the webhook has no message_uuid")
    if "status" in document:
        return Inbound(receipts=(_status(document, ident),))
    if document.get("channel") in {"sms", "mms"} and "message_type" in document:
        return Inbound(replies=(_reply(document, ident, settings),))
    raise BadInputError("the webhook is neither a status nor an incoming text")


def _status(document: dict[str, Any], ident: str) -> Receipt:
    error = _part(document, "error")
    code = _code_of(error)
    meaning = BY_CODE.get(code)
    status = str(document["status"])
    state = state_of(status, meaning)
    if state is None:
        raise BadInputError(f"unknown message status {status[:30]!r}")
    failed = state in {MessageState.BOUNCED, MessageState.REFUSED}
    reference = document.get("client_ref")
    return Receipt(
        message_id=reference if isinstance(reference, str) else None,
        provider_id=ident,
        state=state,
        provider_code=f"{status} {code}".strip(),
        provider_text=redacted(str(error.get("detail") or "")) or (meaning.meaning if meaning else ""),
        at=time_of(document.get("timestamp")),
        suppress=meaning.suppress if meaning and failed else None,
        address=e164(str(document.get("to") or "")) or None,
        remedy=(meaning.remedy if meaning else Remedy.SWITCH) if failed else None,
        cost=_cost(document),
    )


def _cost(document: dict[str, Any]) -> Cost | None:
    usage, parts = _part(document, "usage"), str(_part(document, "sms").get("count_total") or "")
    amount = str(usage.get("price") or "")[:20]
    told = int(parts) if parts.isascii() and parts.isdigit() and len(parts) < 4 else 0  # noqa: PLR2004 - some tens at most
    if not amount and not told:
        return None
    return Cost(amount=amount, currency=str(usage.get("currency") or "")[:3] if amount else "", parts=told)


def _reply(document: dict[str, Any], ident: str, settings: Settings) -> Reply:
    kind = str(document["message_type"])
    file = _part(document, kind) if kind in _FILES else {}
    text = str(document.get("text") or file.get("caption") or "")
    keyword = keyword_in(text, WORDS) if settings.get("opt_out") == "vonage" else ""
    answered = _part(document, "context").get("message_uuid")
    url = str(file.get("url") or "")
    name = str(file.get("name") or url.partition("?")[0].rpartition("/")[2])[:200]
    return Reply(
        channel=ChannelKind.SMS,
        sender=e164(str(document.get("from") or "")),
        to=e164(str(document.get("to") or "")),
        text=text,
        provider_id=ident,
        keyword=keyword,
        confirmed=bool(keyword),
        at=time_of(document.get("timestamp")),
        answers=(answered,) if isinstance(answered, str) and answered else (),
        attachments=(Attachment(name=name, content_type="", url=url, media_id=""),) if url else (),
    )


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}
