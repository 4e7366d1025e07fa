"""Text → MessageBird's Messages call → receipt; its status reports and incoming texts, by GET or POST → receipts and replies.

Source: MessageBird's SMS API reference, as known on 2026-11-29 (the company is now called Bird; this API keeps its name).
"""

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from doorstep.channels.codes import error_of
from doorstep.channels.fetching import download, is_theirs
from doorstep.channels.messagebird.codes import BY_CODE, CODES, SOURCE, WORDS, meaning_of, state_of
from doorstep.channels.messagebird.signatures import verify
from doorstep.channels.reading import form_of
from doorstep.channels.senders import SENDERS, answered_by, e164, keyword_in, one_way_of, sender_for, text_from
from doorstep.domain.messages import Attachment, Cost, Message, Receipt, Reply
from doorstep.domain.plugins import Channel, FileFlow, Flow, HttpRequest, Inbound, OnUnknown, Raw, Response, Setting, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy, Unfetched
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

_BASE = "https://rest.messagebird.com"
#: A gateway gave up on the server behind it, which may have done the work.
_GATEWAY = (502, 504)
#: Fields of a GET at most; the longest report known has sixteen.
_MOST_FIELDS = 100
#: Files of one MMS that are read.
_MOST_MEDIA = 10


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:
    """Create one message; its id goes along as `reference`, without which MessageBird reports no status. `hook_url` "": it reports none.

    Raises:
        RefusedError: the number or the text will never be taken.
        TryLaterError: too many calls, or MessageBird is down.
        MisconfiguredError: access key, balance or sender are wrong.
        UnknownOutcomeError: a gateway answered in place of MessageBird; the text may have left.
    """
    sender = sender_for(settings, message.to)
    document = {
        "originator": sender.name.lstrip("+"),
        "recipients": [message.to.lstrip("+")],
        "body": text_from(sender, message),
        "reference": message.message_id,
        "datacoding": "auto",
    }
    if hook_url:
        document["reportUrl"] = hook_url
    base = (settings.get("base_url") or _BASE).rstrip("/")
    response = yield HttpRequest(
        method="POST",
        url=f"{base}/messages",
        headers={
            "authorization": f"AccessKey {setting_of(settings, 'access_key')}",
            "content-type": "application/json",
            "accept": "application/json",
        },
        body=msgspec.json.encode(document),
    )
    answer = _object(response.body)
    if 200 <= response.status < 300:  # noqa: PLR2004 - success
        return _receipt(message, answer, now)
    raise _error_of(response, answer, now)


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the balance. Source: MessageBird's Balance API, as known on 2026-11-29.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    base = (settings.get("base_url") or _BASE).rstrip("/")
    response = yield HttpRequest(
        method="GET",
        url=f"{base}/balance",
        headers={"authorization": f"AccessKey {setting_of(settings, 'access_key')}", "accept": "application/json"},
        repeatable=True,
        guarded=base != _BASE,
    )
    answer = _object(response.body)
    if response.status != 200:  # noqa: PLR2004 - HTTP's own number
        error = _error_of(response, answer, now)
        raise TryLaterError(str(error)) if isinstance(error, UnknownOutcomeError) else error
    amount, unit = _text(answer.get("amount"))[:20], _text(answer.get("type"))[:20]
    left = f"{amount} {unit} left" if amount else "paid afterwards"
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=f"the access key is good; {left}", at=now)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _receipt(message: Message, answer: dict[str, Any], now: datetime) -> Receipt:
    ident = answer.get("id")
    return Receipt(
        message_id=message.message_id,
        provider_id=ident if isinstance(ident, str) else None,
        state=MessageState.SENT,
        provider_code="sent",
        at=now,
        cost=_cost_of(answer),
    )


def _cost_of(answer: dict[str, Any]) -> Cost | None:
    """Return parts and price of the one recipient, as far as the answer tells them."""
    recipients = answer.get("recipients")
    items = recipients.get("items") if isinstance(recipients, dict) else None
    one = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    price = one.get("price")
    priced = price if isinstance(price, dict) else {}
    return _cost(one.get("messagePartCount"), priced.get("amount"), priced.get("currency"))


def _cost(parts: object, amount: object, currency: object) -> Cost | None:
    counted, said = _text(parts), _text(amount)[:20]
    told = int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 4 else 0  # noqa: PLR2004 - some tens at most
    if not told and not said:
        return None
    return Cost(amount=said, currency=_text(currency).upper()[:3] if said else "", parts=told)


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _error_of(response: Response, answer: dict[str, Any], now: datetime) -> Exception:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = f"api:{_text(first.get('code'))[:10]}"
    meaning = BY_CODE.get(f"{code}:{first.get('parameter')}") or BY_CODE.get(code)
    text = f"MessageBird answered {response.status}" + (f", error {code.removeprefix('api:')}" if meaning else "")
    if response.status in _GATEWAY:
        return UnknownOutcomeError(text)
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        return TryLaterError(text, after_s=retry_after_s(response, now))
    if meaning:
        return error_of(meaning, text, retry_after_s(response, now))
    said = redacted(_text(first.get("description")), 120)
    if response.status in (401, 402, 403, 404, 405) or 300 <= response.status < 400:  # noqa: PLR2004
        return MisconfiguredError(f"{text}: {said}")
    return RefusedError(f"{text}: {said}", suppress=False, code=str(response.status))


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Fetch a file of an incoming MMS; the access key goes along to MessageBird's own hosts.

    Source: MessageBird's MMS API reference, as known on 2026-11-29: it names addresses and does not say which of them want the key.

    Raises:
        TryLaterError: too many calls, or MessageBird is down.
        MisconfiguredError: the access key may not have it.
    """
    if not file.url:
        return Unfetched.GONE
    shown = {}
    if is_theirs(file.url, settings.get("base_url") or _BASE, "messagebird.com", "bird.com"):
        shown = {"authorization": f"AccessKey {setting_of(settings, 'access_key')}"}
    return (yield from download("MessageBird", file.url, now, shown))


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a status report or an incoming text.

    Raises:
        BadInputError: neither of the two, or an unknown status.
    """
    fields = _fields(raw)
    sender = fields.get("originator") or fields.get("sender") or ""
    if (files := _media(raw)) and sender and fields.get("direction", "mo") == "mo":
        return Inbound(replies=(_reply(fields, sender, _mms_text(fields), settings, files),))
    if "status" in fields:
        return Inbound(receipts=(_status(fields),))
    text = next((fields[name] for name in ("body", "payload", "message") if name in fields), None)
    if text is None or not sender:
        raise BadInputError("the webhook is neither a status report nor an incoming text")
    return Inbound(replies=(_reply(fields, sender, text, settings, ()),))


def _media(raw: Raw) -> tuple[Attachment, ...]:
    """Return the files of an MMS, as its object names them. Source: MessageBird's MMS API reference, as known on 2026-11-29."""
    named = _object(raw.body).get("mediaUrls") if raw.body.lstrip()[:1] == b"{" else None
    urls = [one for one in named if isinstance(one, str) and one] if isinstance(named, list) else []
    return tuple(
        Attachment(name=url.partition("?")[0].rstrip("/").rpartition("/")[2][:200], content_type="", url=url) for url in urls[:_MOST_MEDIA]
    )


def _mms_text(fields: dict[str, str]) -> str:
    return "\n".join(part for part in (fields.get("subject", ""), fields.get("body", "")) if part)


def _fields(raw: Raw) -> dict[str, str]:
    """Return the fields of a query, a form or a JSON object, as texts."""
    if not raw.body:
        try:
            return dict(parse_qsl(raw.url.partition("?")[2], keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
        except ValueError as error:
            raise BadInputError("the query cannot be read") from error
    if raw.body.lstrip()[:1] == b"{":
        return {name: _text(value) for name, value in _object(raw.body).items()}
    return dict(form_of(raw))


def _status(fields: dict[str, str]) -> Receipt:
    status, code, reason = fields["status"].lower(), fields.get("statusErrorCode", "").strip(), fields.get("statusReason", "").strip()
    meaning = meaning_of(code, reason)
    state = state_of(status, meaning)
    if state is None:
        raise BadInputError(f"unknown message status {status[:30]!r}")
    failed = state in {MessageState.BOUNCED, MessageState.REFUSED}
    ident, reference = fields.get("id"), fields.get("reference")
    if not ident and not reference:
        raise BadInputError("the status report names no message")
    return Receipt(
        message_id=reference or None,
        provider_id=ident or None,
        state=state,
        provider_code=f"{status} {code}".strip()[:60],
        provider_text=redacted(reason) or (meaning.meaning if meaning and failed else ""),
        at=_time(fields.get("statusDatetime", "")),
        suppress=meaning.suppress if meaning and failed else None,
        address=e164(fields.get("recipient", "")) or None,
        remedy=(meaning.remedy if meaning else Remedy.SWITCH) if failed else None,
        cost=_cost(fields.get("messagePartCount"), fields.get("price[amount]"), fields.get("price[currency]")),
    )


def _reply(fields: dict[str, str], sender: str, text: str, settings: Settings, files: tuple[Attachment, ...]) -> Reply:
    keyword = keyword_in(text, WORDS) if settings.get("opt_out") == "messagebird" else ""
    ident = next((fields[name] for name in ("id", "message_id", "incomingId", "mid") if fields.get(name)), "")
    # A flow of the merchant's own may forward a text without its id: then sender, time and words tell it.
    known = ident or hashlib.blake2b("\x1f".join(f"{n}={v}" for n, v in sorted(fields.items())).encode(), digest_size=16).hexdigest()
    return Reply(
        channel=ChannelKind.SMS,
        sender=e164(sender),
        to=e164(next((fields[name] for name in ("recipient", "receiver", "shortcode") if fields.get(name)), "")),
        text=text,
        provider_id=known,
        keyword=keyword,
        confirmed=bool(keyword),
        at=_time(fields.get("createdDatetime", "") or fields.get("receiveDatetime", "")),
        attachments=files,
    )


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


CHANNEL = Channel(
    slug="messagebird",
    name="MessageBird (SMS)",
    kind=ChannelKind.SMS,
    settings=(
        Setting(name="access_key", label="Access key, live", secret=True),
        Setting(name="signing_key", label="Signing key, which signs the webhooks", secret=True),
        msgspec.structs.replace(SENDERS, required=True),
        answered_by("messagebird"),
        Setting(name="base_url", label="Address of the API", required=False, default=_BASE, example=_BASE),
    ),
    send=send,
    probe=probe,
    fetch=fetch,
    on_unknown=OnUnknown.WAIT,
    reports_reached=True,
    #: Source: MessageBird's general limit of 50 calls a second, as known on 2026-11-29; its limit for texts is said to be higher.
    rate_per_s=50.0,
    read=read,
    verify=verify,
    by_get=True,
    one_way=one_way_of(sender_for),
    codes=CODES,
    codes_source=SOURCE,
)
