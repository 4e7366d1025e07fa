"""A message for a customer's browsers → one encrypted request to each browser's push service → receipt.

Source: RFC 8030 (Web Push), 8188, 8291, 8292, as known on 2026-11-29. Endpoints come from browsers, and so from anybody: what one of
them answers tells of itself alone, unless it belongs to a service that we know.
"""

import hashlib
import hmac
from collections.abc import Generator
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.channels.web_push.encryption import LARGEST_TEXT, encrypted, private_key, to_text
from doorstep.channels.web_push.vapid import authorization, key_of, new_key
from doorstep.domain.messages import Device, Message, Receipt
from doorstep.domain.plugins import Channel, Flow, HttpRequest, OnUnknown, Request, Response, Setting, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError

#: Names under which the browsers' makers run their push services. Source: endpoints that Chromium, Firefox, Edge and Safari give out, as
#: known on 2026-11-29.
_SERVICES = (".googleapis.com", ".google.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
#: Words with which a service says that this one browser subscribed with another shop's key. Source: answers of FCM, Mozilla's autopush
#: and Apple's service, as known on 2026-11-29; not documented by all of them.
_OTHER_KEY = ("do not correspond", "VapidPkHashMismatch", "VAPID public key mismatch")
#: Seconds for which a service keeps it for a browser that is away: so long the news is true.
_DAY = 86_400
_HOW: dict[str, tuple[str, int]] = {"delivery": ("high", _DAY), "problems": ("high", 2 * _DAY)}
_USUALLY, _MARKETING = ("normal", 2 * _DAY), ("low", _DAY)
#: Characters of a title and of a text that any browser shows; the rest stands on the page.
_TITLE, _TEXT = 120, 400


class _Later(msgspec.Struct, frozen=True):
    """A service that does not take it now."""

    error: TryLaterError


class _Refused(msgspec.Struct, frozen=True):
    """A service that does not take this message for this browser, for a reason that may not be the browser's."""

    text: str
    code: str
    #: The service does not know us: whoever runs the connection has to act.
    ours: bool = False


class _Gone(msgspec.Struct, frozen=True):
    """A browser that is no more."""


class _Told(msgspec.Struct, frozen=True):
    """A service that has it."""


_Answer = _Told | _Gone | _Later | _Refused


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Tell every browser of the message; told once, it is sent.

    Where no browser is left, the receipt says refused and names them as gone, so that they are forgotten and another channel is tried.

    Raises:
        MisconfiguredError: the key or the subject are none, or a service that we know does not take them.
        RefusedError: the message has no browser, or none of their services takes it.
        TryLaterError: a service is busy or down, and no other took it.
    """
    key, subject = key_of(settings), setting_of(settings, "subject")
    if not subject.startswith(("mailto:", "https:")):
        raise MisconfiguredError("the connection's subject is neither mailto: with an address nor an https address")
    if not message.devices:
        raise RefusedError("no browser of the customer's is subscribed any more", suppress=False, code="no_device")
    answers: list[tuple[Device, _Answer]] = []
    for device in message.devices:
        answers.append((device, (yield from _tell(message, device, settings, key, now))))
    return _ended(message, answers, now)


def _tell(
    message: Message, device: Device, settings: Settings, key: ec.EllipticCurvePrivateKey, now: datetime
) -> Generator[Request, Response, _Answer]:
    try:
        response = yield _request(message, device, settings, key, now)
    except (BadInputError, MisconfiguredError):
        return _Gone()  # its keys are none, or its address leads where no push service is: a stranger's invention
    except TryLaterError as error:
        return _Later(error)
    return _judged(response, device, now)


def _request(message: Message, device: Device, settings: Settings, key: ec.EllipticCurvePrivateKey, now: datetime) -> HttpRequest:
    """Write the request for one browser.

    Raises:
        BadInputError: its keys are none.
    """
    urgency, lasts_s = _MARKETING if message.purpose is Purpose.MARKETING else _HOW.get(message.topic, _USUALLY)
    # Salt and key of their own for each message, browser and try, drawn from the connection's secret: a plug-in has no chance to draw from.
    about = f"{message.message_id}\x1f{device.endpoint}\x1f{now.isoformat()}".encode()
    chance = hmac.digest(setting_of(settings, "private_key").encode(), about, hashlib.sha512)
    return HttpRequest(
        method="POST",
        url=device.endpoint,
        headers={
            "ttl": str(lasts_s),
            "urgency": urgency,
            "topic": _mark(message),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "authorization": authorization(key, device.endpoint, setting_of(settings, "subject"), now),
        },
        body=encrypted(payload_of(message, settings), device, chance[:16], private_key(chance[16:])),
        repeatable=True,  # a second one takes the first one's place under the same tag
        guarded=True,
        most_bytes=2_000,
    )


def payload_of(message: Message, settings: Settings) -> bytes:
    """Write what the browser shows, as JSON, within what a push may hold."""
    content = message.content
    told = {
        "title": _cut(content.subject or content.text, _TITLE),
        "body": _cut(content.text, _TEXT) if content.subject else "",
        "url": content.link.url if content.link else "",
        "tag": _mark(message),
        "lang": message.locale,
        "icon": settings.get("icon", ""),
    }
    written = msgspec.json.encode(told)
    while len(written) > LARGEST_TEXT and told["body"]:
        told["body"] = _cut(told["body"], len(told["body"]) // 2)
        written = msgspec.json.encode(told)
    return written if len(written) <= LARGEST_TEXT else msgspec.json.encode({**told, "url": "", "icon": ""})


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(most - 1, 0)].rsplit(" ", 1)[0] + "…" if most > 1 else ""


def _mark(message: Message) -> str:
    """Name what it is about: a newer message about the same page takes the place of one that is still unseen. 32 base64url characters."""
    link = message.content.link
    about = urlsplit(link.url).path if link else message.message_id
    return to_text(hashlib.blake2b(f"{message.merchant_id} {about}".encode(), digest_size=24).digest())


def _judged(response: Response, device: Device, now: datetime) -> _Answer:
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - 201 by the RFC; some say 200 or 202
        return _Told()
    said = redacted(response.body[:400].decode("utf-8", "replace"), 160)
    text = f"the push service answered {status} {said}".strip()
    if status in (404, 410) or (status in (400, 401, 403) and any(word in said for word in _OTHER_KEY)):
        return _Gone()
    if status in (408, 425, 429) or status >= 500:  # noqa: PLR2004 - HTTP's own numbers
        return _Later(TryLaterError(text, after_s=retry_after_s(response, now)))
    return _Refused(text, str(status), ours=status in (401, 403) and _is_known(device.endpoint))


def _is_known(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    return f".{host}".endswith(_SERVICES)


def _ended(message: Message, answers: list[tuple[Device, _Answer]], now: datetime) -> Receipt:
    gone = tuple(device.endpoint for device, answer in answers if isinstance(answer, _Gone))
    told = sum(isinstance(answer, _Told) for _, answer in answers)
    later = [answer for _, answer in answers if isinstance(answer, _Later)]
    refused = [answer for _, answer in answers if isinstance(answer, _Refused)]
    if not told and later:
        raise later[0].error
    if not told and refused:
        fault = next((one for one in refused if one.ours), None)
        raise MisconfiguredError(fault.text) if fault else RefusedError(refused[0].text, suppress=False, code=refused[0].code)
    return Receipt(
        message_id=message.message_id,
        provider_id=None,
        state=MessageState.SENT if told else MessageState.REFUSED,
        provider_code="201" if told else "410",
        provider_text=f"{told} of {len(answers)} browsers told",
        at=now,
        remedy=None if told else Remedy.SWITCH,
        gone=gone,
    )


CHANNEL = Channel(
    slug="web_push",
    name="Web push (notifications in the browser)",
    kind=ChannelKind.PUSH,
    settings=(
        Setting(name="subject", label="Where push services may reach you: mailto: and an address", example="mailto:tech@shop.example"),
        Setting(name="icon", label="Address of a square picture beside the text", required=False, example="https://shop.example/icon.png"),
        Setting(
            name="tells",
            label="What a browser is told of: order (the one it was switched on for) or customer (their later orders, too)",
            required=False,
            default="order",
            example="customer",
        ),
        Setting(
            name="private_key",
            label="Private key (VAPID); leave it empty and Doorstep makes one. Another key forgets every browser",
            secret=True,
            made=new_key,
        ),
    ),
    send=send,
    on_unknown=OnUnknown.REPEAT,
)
