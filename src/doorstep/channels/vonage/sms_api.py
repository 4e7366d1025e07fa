"""Text → Vonage's older SMS API call → receipt; its delivery receipts and incoming texts → receipts and replies.

Every answer is HTTP 200; what became of each part of the text stands in it. Source: Vonage's SMS API reference and its page of delivery
receipts, as known on 2026-11-29; proved on the samples of Vonage's own library.
"""

import base64
import hashlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

import msgspec

from doorstep.channels.codes import error_of
from doorstep.channels.senders import Sender, e164, keyword_in
from doorstep.channels.vonage.codes import BY_CODE, WORDS, state_of
from doorstep.channels.vonage.fields import time_of
from doorstep.domain.messages import Cost, Message, Receipt, Reply
from doorstep.domain.plugins import Flow, HttpRequest, Inbound, Response, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

BASE = "https://rest.nexmo.com"
#: What needs no `type=unicode`. Source: 3GPP TS 23.038, the default alphabet and its extension, as known on 2026-11-29.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    "^{}\\[~]|€\f"
)
#: A gateway gave up on the server behind it, which may have done the work.
_GATEWAY = (502, 504)
#: The currency of `message-price`. Source: Vonage's SMS API reference, as known on 2026-11-29.
_CURRENCY = "EUR"


def send(message: Message, settings: Settings, sender: Sender, text: str, now: datetime, hook_url: str) -> Flow:
    """Send one text; its id goes along as `client-ref` and comes back with every delivery receipt.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as the code table says, and nothing else.
    """
    base = (settings.get("sms_base_url") or BASE).rstrip("/")
    fields = {
        "api_key": setting_of(settings, "api_key"),
        "api_secret": setting_of(settings, "api_secret"),
        "to": message.to.lstrip("+"),
        "from": sender.name.lstrip("+"),
        "text": text,
        "type": "text" if _PLAIN.issuperset(text) else "unicode",
        "status-report-req": "1",
        "client-ref": message.message_id,
    }
    if hook_url:
        fields["callback"] = hook_url
    response = yield HttpRequest(
        method="POST",
        url=f"{base}/sms/json",
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
        body=urlencode(fields).encode(),
    )
    return _receipt(message, response, now)


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the balance of a key. Source: Vonage's Account API, as known on 2026-11-29.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    base = (settings.get("sms_base_url") or BASE).rstrip("/")
    pair = f"{setting_of(settings, 'api_key')}:{setting_of(settings, 'api_secret')}"
    response = yield HttpRequest(
        method="GET",
        url=f"{base}/account/get-balance",
        headers={"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}", "accept": "application/json"},
        repeatable=True,
        guarded=base != BASE,
    )
    if response.status != 200:  # noqa: PLR2004 - HTTP's own number
        error = _error_of(response, now)
        raise TryLaterError(str(error)) if isinstance(error, UnknownOutcomeError) else error
    try:
        left = msgspec.json.decode(response.body, type=dict[str, Any]).get("value")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        left = None
    told = f"; {left} EUR left" if isinstance(left, int | float) else ""
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=f"key and secret are good{told}", at=now)


def _receipt(message: Message, response: Response, now: datetime) -> Receipt:
    if not 200 <= response.status < 300:  # noqa: PLR2004 - success
        raise _error_of(response, now)
    parts = _parts(response.body)
    if not parts:
        raise UnknownOutcomeError("Vonage's answer cannot be read: the text may have left")
    taken = [part for part in parts if part.get("status") == "0"]
    refused = next((part for part in parts if part.get("status") != "0"), None)
    if refused is not None:
        raise _refusal(refused, len(taken), len(parts), now, response)
    found = parts[0].get("message-id")
    return Receipt(
        message_id=message.message_id,
        provider_id=found if isinstance(found, str) else None,
        state=MessageState.SENT,
        provider_code="0",
        at=now,
        cost=Cost(amount=_total(parts), currency=_CURRENCY if _total(parts) else "", parts=len(parts)),
    )


def _parts(body: bytes) -> list[dict[str, Any]]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    parts = found.get("messages") if isinstance(found, dict) else None
    return parts if isinstance(parts, list) and all(isinstance(part, dict) for part in parts) else []


def _refusal(part: dict[str, Any], taken: int, parts: int, now: datetime, response: Response) -> Exception:
    """Say who must act. Where some parts were taken, sending again would send those twice: another channel tells it whole."""
    code = f"sms:{part.get('status')}"
    meaning = BY_CODE.get(code)
    text = f"Vonage answered status {code.removeprefix('sms:')[:10]}"
    if taken:
        why = meaning.meaning if meaning else redacted(str(part.get("error-text") or ""), 120)
        text = f"{text}, only {taken} of {parts} parts were taken: {why}"
        return RefusedError(text, suppress=False, code=code[:20], remedy=Remedy.SWITCH)
    if meaning:
        return error_of(meaning, text, retry_after_s(response, now))
    return RefusedError(f"{text}: {redacted(str(part.get('error-text') or ''), 120)}", suppress=False, code=redacted(code, 20))


def _error_of(response: Response, now: datetime) -> Exception:
    text = f"Vonage answered {response.status}"
    if response.status in _GATEWAY:
        return UnknownOutcomeError(text)
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        return TryLaterError(text, after_s=retry_after_s(response, now))
    if response.status in (401, 402, 403, 404) or 300 <= response.status < 400:  # noqa: PLR2004
        return MisconfiguredError(f"{text}: check the API key, its secret and the address of the API")
    return RefusedError(text, suppress=False, code=str(response.status))


def _total(parts: list[dict[str, Any]]) -> str:
    """Add the prices of the parts; "" where one is untold."""
    try:
        total = sum((Decimal(str(part["message-price"])[:20]) for part in parts), Decimal(0))
    except (KeyError, InvalidOperation):
        return ""
    return f"{total:f}" if total.is_finite() else ""


def read(fields: dict[str, str], settings: Settings) -> Inbound:
    """Read a delivery receipt or an incoming text.

    Raises:
        BadInputError: neither of the two, or an unknown status.
    """
    ident = fields.get("messageId") or fields.get("message-id") or ""
    if ident and "status" in fields:
        return Inbound(receipts=(_delivery(fields, ident),))
    if "msisdn" in fields and ("text" in fields or "data" in fields):
        return Inbound(replies=(_reply(fields, ident, settings),))
    raise BadInputError("the webhook is neither a delivery receipt nor an incoming text")


def _delivery(fields: dict[str, str], ident: str) -> Receipt:
    code = fields.get("err-code", "").strip()
    code = "" if code == "0" else f"dlr:{code}" if code else ""
    meaning = BY_CODE.get(code)
    status = fields["status"].lower()
    state = state_of(status, meaning)
    if state is None:
        raise BadInputError(f"unknown delivery status {status[:30]!r}")
    failed = state in {MessageState.BOUNCED, MessageState.REFUSED}
    return Receipt(
        message_id=fields.get("client-ref") or None,
        provider_id=ident,
        state=state,
        provider_code=f"{status} {code}".strip()[:60],
        provider_text=meaning.meaning if meaning else "",
        at=time_of(fields.get("message-timestamp")),
        suppress=meaning.suppress if meaning and failed else None,
        address=e164(fields.get("msisdn", "")) or None,
        remedy=(meaning.remedy if meaning else Remedy.SWITCH) if failed else None,
    )


def _reply(fields: dict[str, str], ident: str, settings: Settings) -> Reply:
    text = fields.get("text", "")
    keyword = keyword_in(text, WORDS) if settings.get("opt_out") == "vonage" else ""
    # An account without ids for incoming texts tells the same text by sender and time.
    known = ident or hashlib.blake2b("\x1f".join(f"{n}={v}" for n, v in sorted(fields.items())).encode(), digest_size=16).hexdigest()
    return Reply(
        channel=ChannelKind.SMS,
        sender=e164(fields["msisdn"]),
        to=e164(fields.get("to", "")),
        text=text,
        provider_id=known,
        keyword=keyword,
        confirmed=bool(keyword),
        at=time_of(fields.get("message-timestamp")),
    )
