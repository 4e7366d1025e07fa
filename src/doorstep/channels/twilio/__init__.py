"""Text → Twilio's Messages call → receipt; status callbacks and incoming texts → receipts and replies."""

from collections.abc import Generator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from doorstep.channels.codes import error_of
from doorstep.channels.fetching import download, is_theirs
from doorstep.channels.reading import form_of
from doorstep.channels.senders import SENDERS, Sender, answered_by, keyword_in, one_way_of, sender_for, sender_of, text_from
from doorstep.channels.twilio.codes import BY_CODE, CODES, SOURCE, WORDS, state_of
from doorstep.channels.twilio.signatures import authorization, verify
from doorstep.domain.messages import Attachment, Cost, Location, Message, Receipt, Reply
from doorstep.domain.plugins import Channel, FileFlow, Flow, HttpRequest, Inbound, OnUnknown, Raw, Response, Setting, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy, Unfetched
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

_BASE = "https://api.twilio.com"
#: Characters that one message may hold. Source: Twilio's Messages resource, as known on 2026-11-22.
_LONGEST = 1_600
#: Files of one message. Source: Twilio's Messages resource, as known on 2026-11-29.
_MOST_MEDIA = 10
_CREATED = (200, 201)
#: A gateway gave up on the server behind it, which may have done the work.
_GATEWAY = (502, 504)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:
    """Create one message. `hook_url` is this connection's own hook address, for status callbacks; "": none are asked for.

    Raises:
        RefusedError: the number or the text will never be taken.
        TryLaterError: too many calls, or Twilio is down.
        MisconfiguredError: account, token or sender are wrong.
        UnknownOutcomeError: a gateway answered in place of Twilio; the text may have left.
    """
    sender = _sender(settings, message.to)
    text = text_from(sender, message)
    if len(text) > _LONGEST:
        raise RefusedError("the text is longer than 1600 characters", suppress=False, code="21617", remedy=Remedy.FIX)
    account = setting_of(settings, "account_sid")
    base = (settings.get("base_url") or _BASE).rstrip("/")
    response = yield HttpRequest(
        method="POST",
        url=f"{base}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json",
        headers={
            "authorization": authorization(settings),
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        },
        body=urlencode(_fields(message, sender, text, hook_url)).encode(),
    )
    answer = _json_of(response)
    if response.status in _CREATED:
        return _receipt(message, answer, now)
    raise _error_of(response, answer, now)


def _sender(settings: Settings, to: str) -> Sender:
    """Choose by `senders`, else the messaging service, else the one number."""
    if service := settings.get("messaging_service_sid", "").strip():
        return sender_for(settings, to, Sender(service, pooled=True))
    number = settings.get("from_number", "").strip()
    if not number and not settings.get(SENDERS.name, "").strip():
        raise MisconfiguredError("the connection has no sender: set from_number, messaging_service_sid or senders")
    return sender_for(settings, to, sender_of(number) if number else None)


def _fields(message: Message, sender: Sender, text: str, hook_url: str) -> dict[str, str]:
    fields = {"To": message.to, "Body": text}
    fields["MessagingServiceSid" if sender.pooled else "From"] = sender.name
    if hook_url:
        joint = "&" if "?" in hook_url else "?"
        fields["StatusCallback"] = f"{hook_url}{joint}{urlencode({'m': message.message_id})}"
    return fields


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the account, which the token opens; with an API key, for one line of its texts, which a key may see.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    account = quote(setting_of(settings, "account_sid"), safe="")
    base = (settings.get("base_url") or _BASE).rstrip("/")
    own = {name: value for name, value in settings.items() if name not in {"api_key", "api_secret"}}
    answer = yield from _asked(f"{base}/2010-04-01/Accounts/{account}.json", own, now)
    status = str(answer.get("status") or "unknown")
    if status != "active":
        raise MisconfiguredError(f"Twilio says that this account is {redacted(status, 30)}")
    if settings.get("api_key", "").strip():
        yield from _asked(f"{base}/2010-04-01/Accounts/{account}/Messages.json?PageSize=1", settings, now)
    text = (
        f"the account {redacted(str(answer.get('friendly_name') or ''), 60)} is active ({redacted(str(answer.get('type') or 'Full'), 20)})"
    )
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=text, at=now)


def _asked(url: str, settings: Settings, now: datetime) -> Generator[HttpRequest, Response, dict[str, Any]]:
    response = yield HttpRequest(
        method="GET",
        url=url,
        headers={"authorization": authorization(settings), "accept": "application/json"},
        repeatable=True,
        guarded=not url.startswith(f"{_BASE}/"),
    )
    answer = _json_of(response)
    if response.status != 200:  # noqa: PLR2004 - HTTP's own number
        error = _error_of(response, answer, now)
        raise TryLaterError(str(error)) if isinstance(error, UnknownOutcomeError) else error
    return answer


def _json_of(response: Response) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _receipt(message: Message, answer: dict[str, Any], now: datetime) -> Receipt:
    sid = answer.get("sid")
    return Receipt(
        message_id=message.message_id,
        provider_id=sid if isinstance(sid, str) else None,
        state=MessageState.SENT,
        provider_code=str(answer.get("status") or ""),
        at=now,
        cost=_cost(answer),
    )


def _cost(answer: dict[str, Any]) -> Cost | None:
    """Return what Twilio says of the price; it writes what is charged as a negative amount, and often not yet."""
    parts, price, currency = answer.get("num_segments"), answer.get("price"), answer.get("price_unit")
    amount = price.strip().lstrip("-")[:20] if isinstance(price, str) else ""
    told = int(parts) if isinstance(parts, str) and parts.isascii() and parts.isdigit() and len(parts) < 4 else 0  # noqa: PLR2004 - ten at most
    if not amount and not told:
        return None
    return Cost(amount=amount, currency=currency.upper()[:3] if amount and isinstance(currency, str) else "", parts=told)


def _error_of(response: Response, answer: dict[str, Any], now: datetime) -> Exception:
    code = str(answer.get("code") or "")
    text = f"Twilio answered {response.status}" + (f", error {code}" if code else "")
    if response.status in _GATEWAY:
        return UnknownOutcomeError(text)
    if response.status >= 500 or response.status == 429:  # noqa: PLR2004 - HTTP's own numbers
        return TryLaterError(text, after_s=retry_after_s(response, now))
    if code in BY_CODE:
        return error_of(BY_CODE[code], text, retry_after_s(response, now))
    said = redacted(str(answer.get("message") or ""), 120)
    if response.status in (401, 403, 404) or 300 <= response.status < 400:  # noqa: PLR2004
        return MisconfiguredError(f"{text}: {said}")
    return RefusedError(f"{text}: {said}", suppress=False, code=code or str(response.status))


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a status callback or an incoming text.

    Raises:
        BadInputError: neither of the two.
    """
    fields = dict(form_of(raw))
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not sid:
        raise BadInputError("the form has no MessageSid")
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    if status and status not in {"received", "receiving"}:
        return Inbound(receipts=(_status(raw, fields, sid, status),))
    if "Body" in fields or "NumMedia" in fields:
        return Inbound(replies=(_reply(fields, sid, settings),))
    raise BadInputError("the form is neither a status nor an incoming text")


def _status(raw: Raw, fields: dict[str, str], sid: str, status: str) -> Receipt:
    code = fields.get("ErrorCode", "").strip()
    code = "" if code == "0" else code
    if (state := state_of(status, code)) is None:
        raise BadInputError(f"unknown message status {status[:30]!r}")
    meaning = BY_CODE.get(code)
    failed = state in {MessageState.BOUNCED, MessageState.REFUSED}
    return Receipt(
        message_id=_our_id(raw.url),
        provider_id=sid,
        state=state,
        provider_code=f"{status} {code}".strip(),
        provider_text=redacted(fields.get("ErrorMessage", "") or (meaning.meaning if meaning else "")),
        suppress=meaning.suppress if meaning else None,
        address=fields.get("To") or None,
        remedy=(meaning.remedy if meaning else Remedy.SWITCH) if failed else None,
    )


def _our_id(url: str) -> str | None:
    try:
        found = parse_qs(urlsplit(url).query).get("m")
    except ValueError:
        return None
    return found[0] if found else None


def _reply(fields: dict[str, str], sid: str, settings: Settings) -> Reply:
    text = fields.get("Body", "")
    # Advanced Opt-Out names the keyword and has answered it; so has Twilio's own handling of its own words, unless it was switched off.
    named = fields.get("OptOutType", "").lower()
    keyword = named if named in {"stop", "start", "help"} else ""
    own = "" if keyword or settings.get("opt_out") == "doorstep" else keyword_in(text, WORDS)
    answered = fields.get("OriginalRepliedMessageSid", "")
    return Reply(
        channel=ChannelKind.SMS,
        sender=fields.get("From", ""),
        to=fields.get("To", ""),
        text=text,
        provider_id=sid,
        keyword=keyword or own,
        confirmed=bool(keyword or own),
        choice=fields.get("ButtonPayload") or fields.get("ButtonText") or "",
        answers=(answered,) if answered else (),
        sender_name=fields.get("ProfileName", ""),
        attachments=_media(fields),
        location=_place(fields),
    )


def _media(fields: dict[str, str]) -> tuple[Attachment, ...]:
    """Return the files of an incoming MMS; their addresses want the connection's own login."""
    told = fields.get("NumMedia", "")
    count = min(int(told), _MOST_MEDIA) if told.isascii() and told.isdigit() and len(told) < 4 else 0  # noqa: PLR2004 - ten at most
    return tuple(
        Attachment(name=_file_name(url), content_type=fields.get(f"MediaContentType{place}", ""), url=url)
        for place in range(count)
        if (url := fields.get(f"MediaUrl{place}", ""))
    )


def _file_name(url: str) -> str:
    """Return the last part of an address's path, as the name of the file behind it."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2][:200]


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Fetch a file of an incoming MMS with the connection's login; Twilio redirects to its storage, which wants none.

    Source: Twilio's Media resource and its setting that asks for a login, as known on 2026-11-29.

    Raises:
        TryLaterError: too many calls, or Twilio is down.
        MisconfiguredError: account and token, or the API key, may not have it.
    """
    if not is_theirs(file.url, settings.get("base_url") or _BASE, "twilio.com"):
        return Unfetched.ELSEWHERE
    return (yield from download("Twilio", file.url, now, {"authorization": authorization(settings)}))


def _place(fields: dict[str, str]) -> Location | None:
    try:
        latitude, longitude = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees
        return None
    return Location(latitude=latitude, longitude=longitude, name=fields.get("Label", ""), address=fields.get("Address", ""))


CHANNEL = Channel(
    slug="twilio",
    name="Twilio (SMS)",
    kind=ChannelKind.SMS,
    settings=(
        Setting(name="account_sid", label="Account SID", example="AC0123456789abcdef0123456789abcdef"),
        Setting(name="auth_token", label="Auth token (primary: it also signs the callbacks)", secret=True),
        Setting(name="api_key", label="API key SID, to call with it in place of the auth token", required=False, example="SK…"),
        Setting(name="api_secret", label="API key secret", secret=True, required=False),
        Setting(name="from_number", label="Sender number, E.164", required=False, example="+12025550123"),
        Setting(name="messaging_service_sid", label="Messaging service SID, in place of a number", required=False, example="MG…"),
        SENDERS,
        msgspec.structs.replace(answered_by("twilio"), default="twilio"),
        Setting(name="base_url", label="Address of the API", required=False, default=_BASE, example=_BASE),
    ),
    send=send,
    probe=probe,
    fetch=fetch,
    on_unknown=OnUnknown.WAIT,
    reports_reached=True,
    rate_per_s=100.0,
    read=read,
    verify=verify,
    one_way=one_way_of(_sender),
    answer=("text/xml; charset=utf-8", b'<?xml version="1.0" encoding="UTF-8"?><Response/>'),
    codes=CODES,
    codes_source=SOURCE,
)
