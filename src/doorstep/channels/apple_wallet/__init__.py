"""An order that changed → one push to each device that holds it in Apple Wallet → receipt. The package itself is `package`.

The push carries nothing: the device then asks us for the order. Source: Apple's "Sending notification requests to APNs", and "Updating
orders", as known on 2026-11-29.
"""

import base64
import binascii
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from doorstep.channels.apple_wallet.keys import Keys, keys_of
from doorstep.channels.apple_wallet.order import Marks
from doorstep.domain.messages import Device, Message, Receipt
from doorstep.domain.plugins import Channel, Flow, HttpRequest, OnUnknown, Response, Setting, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError

_APNS = "https://api.push.apple.com"
#: A telephone that is off gets the hint when it is on again within so long; later it asks by itself.
_KEPT = timedelta(days=1)
#: Answers about one device that will not change: it has gone, or the token was never one of this order type.
_GONE = frozenset({"BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered"})
#: A picture larger than this is none that a settings field should hold.
_LARGEST_LOGO = 200_000
#: Hexadecimal digits of a push token.
_TOKEN = 64
_PNG = b"\x89PNG\r\n\x1a\n"


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Tell each device that there is news. A second push has no second effect, so one that fails lets all be told again.

    Raises:
        MisconfiguredError: the certificate cannot be used, or Apple does not take it for this order type.
        RefusedError: no device holds the order any more.
        TryLaterError: Apple is busy or down.
    """
    keys, topic = keys_of(settings, now), setting_of(settings, "order_type_identifier")
    base = (settings.get("push_url") or _APNS).rstrip("/")
    if not message.devices:
        raise RefusedError("no device holds this order any more", suppress=False, code="no_device")
    gone: list[str] = []
    for device in message.devices:
        response = yield _push(device, base, topic, keys, now)
        if response.status != 200:  # noqa: PLR2004 - APNs has no other word for done
            _judge(response, now)
            gone.append(device.endpoint)
    told = len(message.devices) - len(gone)
    return Receipt(
        message_id=message.message_id,
        provider_id=None,
        state=MessageState.SENT if told else MessageState.REFUSED,
        provider_code="200" if told else "410",
        provider_text=f"{told} of {len(message.devices)} devices told",
        at=now,
        gone=tuple(gone),
    )


def _push(device: Device, base: str, topic: str, keys: Keys, now: datetime) -> HttpRequest:
    if not (device.endpoint.isascii() and device.endpoint.isalnum()):
        raise RefusedError("a push token is letters and digits", suppress=False, code="token")
    return HttpRequest(
        method="POST",
        url=f"{base}/3/device/{device.endpoint}",
        headers={
            "apns-topic": topic,
            "apns-push-type": "background",
            "apns-priority": "5",
            "apns-expiration": str(int((now + _KEPT).timestamp())),
            "content-type": "application/json",
        },
        body=b"{}",
        repeatable=True,
        guarded=True,
        certificate=keys.pem,
    )


def _judge(response: Response, now: datetime) -> None:
    """Return where one device is gone.

    Raises:
        MisconfiguredError, RefusedError, TryLaterError: anything else.
    """
    reason = _reason(response)
    text = f"Apple's push service answered {response.status} {redacted(reason, 60)}".strip()
    if response.status == 410 or reason in _GONE:  # noqa: PLR2004 - gone
        return
    if response.status == 429 or response.status >= 500:  # noqa: PLR2004 - too many; theirs
        raise TryLaterError(text, after_s=retry_after_s(response, now))
    if response.status in (401, 403, 404) or 300 <= response.status < 400 or "Topic" in reason:  # noqa: PLR2004
        raise MisconfiguredError(text)
    raise RefusedError(text, suppress=False, code=reason[:60] or str(response.status))


def _reason(response: Response) -> str:
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    reason = answer.get("reason") if isinstance(answer, dict) else None
    return reason if isinstance(reason, str) else ""


def marks_of(settings: Settings) -> Marks:
    """Read what a connection's settings say of every order.

    Raises:
        MisconfiguredError: one is missing.
    """
    policy = settings.get("return_policy_url", "").strip()
    return Marks(
        order_type=setting_of(settings, "order_type_identifier"),
        merchant=setting_of(settings, "merchant_identifier"),
        return_policy_url=policy if urlsplit(policy).scheme in {"http", "https"} else None,
    )


def logo_of(settings: Settings) -> bytes | None:
    """Read the merchant's picture out of the settings; None: there is none.

    Raises:
        MisconfiguredError: it is no PNG in base64.
    """
    text = "".join(settings.get("logo", "").split())
    if not text:
        return None
    try:
        picture = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if not picture.startswith(_PNG) or len(picture) > _LARGEST_LOGO:
        raise MisconfiguredError("the logo is not a PNG in base64, at most 200 kB")
    return picture


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask whether everything can be read and Apple takes the certificate, by a push to a device that cannot be.

    Raises:
        MisconfiguredError: a setting cannot be used, or Apple does not take the certificate for this order type.
        TryLaterError: Apple is busy or down.
    """
    keys, marks = keys_of(settings, now), marks_of(settings)
    logo_of(settings)
    nobody = Device(endpoint="0" * _TOKEN)
    response = yield _push(nobody, (settings.get("push_url") or _APNS).rstrip("/"), marks.order_type, keys, now)
    if response.status != 200:  # noqa: PLR2004 - as above
        _judge(response, now)
    over = keys.certificate.not_valid_after_utc
    text = f"Apple takes the certificate for {marks.order_type}; it is good until {over:%Y-%m-%d}"
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=text, at=now)


CHANNEL = Channel(
    slug="apple_wallet",
    name="Apple Wallet (order tracking)",
    kind=ChannelKind.WALLET,
    settings=(
        Setting(name="order_type_identifier", label="Order type identifier", example="order.com.example.shop"),
        Setting(name="merchant_identifier", label="Merchant identifier, of the same Apple team", example="merchant.com.example.shop"),
        Setting(name="certificate", label="Order type certificate: PEM with its private key, or the .p12 file in base64", secret=True),
        Setting(name="private_key", label="Private key as PEM, if it does not stand with the certificate", secret=True, required=False),
        Setting(name="password", label="Password of the private key or the .p12 file", secret=True, required=False),
        Setting(name="intermediate", label="Apple's intermediate certificate (WWDR) that issued it: PEM, or the downloaded file in base64"),
        Setting(
            name="return_policy_url",
            label="Page that tells how to return; without it Wallet says nothing of returning",
            required=False,
            example="https://shop.example/returns",
        ),
        Setting(name="logo", label="Logo, a square PNG in base64", required=False),
        Setting(name="push_url", label="Address of the push service", required=False, default=_APNS, example=_APNS),
    ),
    send=send,
    probe=probe,
    on_unknown=OnUnknown.REPEAT,
)
