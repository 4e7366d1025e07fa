"""Providers of texts as the world outside sees them: what each answers, what it calls back with, and how it signs."""

import base64
import hashlib
import hmac
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from path_house import Shop, now
from path_providers import Called
from typing_extensions import override

from doorstep.channels.twilio.signatures import signature as twilio_signature
from doorstep.channels.vonage.signatures import signature as vonage_signature

PHONE = "+34612345678"
SECRET = "a-secret-that-signs-webhooks"
OURS = "+12025550123"


@dataclass(frozen=True)
class Hooked:
    """One request of a provider to our hook."""

    method: str
    url: str
    body: bytes
    headers: Mapping[str, str]


class Texts(ABC):
    """One provider's protocol, from its own side."""

    slug: str
    #: State of a message whose call was answered with a success and garbage.
    after_garbage = "sent"

    @abstractmethod
    def settings(self, base: str) -> dict[str, str]:
        """Settings with which it is called at `base`."""

    @abstractmethod
    def taken(self) -> tuple[int, Any]:
        """The answer to a call that it takes."""

    @abstractmethod
    def dead(self) -> tuple[int, Any]:
        """The answer to a call for a number that does not exist."""

    @abstractmethod
    def to(self, call: Called) -> str:
        """Whom a call is for, E.164."""

    @abstractmethod
    def status(self, shop: Shop, call: Called, status: str) -> Hooked:
        """A status of the message of a call: "sent", "reached" or "bounced" (a dead number)."""

    @abstractmethod
    def text(self, shop: Shop, words: str, ident: str) -> Hooked:
        """A text that a customer sends."""


def token(claims: Mapping[str, Any], secret: str = SECRET) -> str:
    """Sign claims as HS256."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    signed = ".".join(part(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, dict(claims)))
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


_FORM = {"content-type": "application/x-www-form-urlencoded"}


class Twilio(Texts):
    """Forms, signed over address and fields; our id comes back in the address."""

    slug = "twilio"

    @override
    def settings(self, base: str) -> dict[str, str]:
        return {"account_sid": "AC" + "0" * 32, "auth_token": SECRET, "senders": f"*={OURS}", "base_url": base, "opt_out": "doorstep"}

    @override
    def taken(self) -> tuple[int, Any]:
        return 201, {"sid": f"SM{secrets.token_hex(16)}", "status": "queued", "num_segments": "1"}

    @override
    def dead(self) -> tuple[int, Any]:
        return 400, {"code": 21211, "message": f"The number {PHONE} is not valid", "status": 400}

    @override
    def to(self, call: Called) -> str:
        return call.form["To"]

    @override
    def status(self, shop: Shop, call: Called, status: str) -> Hooked:
        said = {"sent": {"MessageStatus": "sent"}, "reached": {"MessageStatus": "delivered"}}
        fields = said.get(status, {"MessageStatus": "undelivered", "ErrorCode": "30005"})
        return self._hooked(call.form["StatusCallback"], {"MessageSid": "SM1", "To": PHONE, **fields})

    @override
    def text(self, shop: Shop, words: str, ident: str) -> Hooked:
        fields = {"MessageSid": ident, "From": PHONE, "To": OURS, "Body": words, "NumMedia": "0"}
        return self._hooked(shop.hook(self.slug), fields)

    @staticmethod
    def _hooked(url: str, fields: Mapping[str, str]) -> Hooked:
        return Hooked(
            "POST", url, urlencode(fields).encode(), {**_FORM, "x-twilio-signature": twilio_signature(SECRET, url, fields.items())}
        )


class VonageMessages(Texts):
    """JSON, signed by a token over the body; our id comes back as client_ref."""

    slug = "vonage"

    @override
    def settings(self, base: str) -> dict[str, str]:
        keys = {"api_key": "k3y", "api_secret": "s3cret", "signature_secret": SECRET}
        return {**keys, "senders": f"*={OURS}", "base_url": base, "sms_base_url": base}

    @override
    def taken(self) -> tuple[int, Any]:
        return 202, {"message_uuid": secrets.token_hex(16)}

    @override
    def dead(self) -> tuple[int, Any]:
        kind = "https://developer.vonage.com/api-errors/messages#1170"
        return 422, {"type": kind, "title": "Invalid or Missing Msisdn Param", "detail": f"{PHONE}", "instance": "1"}

    @override
    def to(self, call: Called) -> str:
        return f"+{call.json['to']}"

    @override
    def status(self, shop: Shop, call: Called, status: str) -> Hooked:
        said: dict[str, dict[str, Any]] = {"sent": {"status": "submitted"}, "reached": {"status": "delivered"}}
        dead = {"status": "rejected", "error": {"type": "https://developer.vonage.com/api-errors/messages#1190", "title": "1190"}}
        sent = call.json
        document = {"message_uuid": "u-1", "client_ref": sent["client_ref"], "to": sent["to"], "channel": "sms", **said.get(status, dead)}
        return self._hooked(sent["webhook_url"], document)

    @override
    def text(self, shop: Shop, words: str, ident: str) -> Hooked:
        document = {"channel": "sms", "message_type": "text", "message_uuid": ident, "text": words}
        return self._hooked(shop.hook(self.slug), {**document, "from": PHONE[1:], "to": OURS[1:]})

    @staticmethod
    def _hooked(url: str, document: Mapping[str, Any]) -> Hooked:
        body = json.dumps(document).encode()
        claims = {
            "iat": int(now().timestamp()),
            "jti": secrets.token_hex(8),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
        }
        return Hooked("POST", url, body, {"content-type": "application/json", "authorization": f"Bearer {token(claims)}"})


class VonageSms(VonageMessages):
    """HTTP 200 to everything; webhooks by GET, with a `sig` among the fields."""

    after_garbage = "unknown"

    @override
    def settings(self, base: str) -> dict[str, str]:
        return {**super().settings(base), "api": "sms", "signature_method": "sha256"}

    @override
    def taken(self) -> tuple[int, Any]:
        return 200, {"message-count": "1", "messages": [{"status": "0", "message-id": secrets.token_hex(8), "message-price": "0.0333"}]}

    @override
    def dead(self) -> tuple[int, Any]:
        return 200, {"message-count": "1", "messages": [{"status": "33", "error-text": f"{PHONE} is de-activated"}]}

    @override
    def to(self, call: Called) -> str:
        return f"+{call.form['to']}"

    @override
    def status(self, shop: Shop, call: Called, status: str) -> Hooked:
        said = {"sent": {"status": "buffered", "err-code": "0"}, "reached": {"status": "delivered", "err-code": "0"}}
        fields = {"messageId": "m-1", "client-ref": call.form["client-ref"], "msisdn": PHONE[1:], "to": OURS[1:]}
        return self._get(call.form["callback"], {**fields, **said.get(status, {"status": "failed", "err-code": "3"})})

    @override
    def text(self, shop: Shop, words: str, ident: str) -> Hooked:
        return self._get(shop.hook(self.slug), {"msisdn": PHONE[1:], "to": OURS[1:], "messageId": ident, "text": words, "type": "text"})

    @staticmethod
    def _get(url: str, fields: Mapping[str, str]) -> Hooked:
        told = {**fields, "timestamp": str(int(now().timestamp()))}
        return Hooked("GET", f"{url}?{urlencode({**told, 'sig': vonage_signature(told.items(), SECRET, 'sha256')})}", b"", {})


class MessageBird(Texts):
    """Reports by GET, texts by POST, both signed by a token over address and body; our id comes back as reference."""

    slug = "messagebird"

    @override
    def settings(self, base: str) -> dict[str, str]:
        return {"access_key": "k3y", "signing_key": SECRET, "senders": f"*={OURS}", "base_url": base}

    @override
    def taken(self) -> tuple[int, Any]:
        one = {"recipient": int(PHONE[1:]), "status": "sent", "messagePartCount": 1}
        return 201, {"id": secrets.token_hex(16), "recipients": {"items": [one]}}

    @override
    def dead(self) -> tuple[int, Any]:
        said = {"code": 9, "description": f"no (correct) recipients found {PHONE}", "parameter": "recipients"}
        return 422, {"errors": [said]}

    @override
    def to(self, call: Called) -> str:
        return f"+{call.json['recipients'][0]}"

    @override
    def status(self, shop: Shop, call: Called, status: str) -> Hooked:
        said = {"sent": {"status": "sent"}, "reached": {"status": "delivered", "statusReason": "successfully delivered"}}
        dead = {"status": "delivery_failed", "statusErrorCode": "1", "statusReason": "unknown subscriber"}
        fields = {"id": "b-1", "reference": call.json["reference"], "recipient": PHONE[1:], **said.get(status, dead)}
        return self._hooked("GET", f"{call.json['reportUrl']}?{urlencode(fields)}", b"")

    @override
    def text(self, shop: Shop, words: str, ident: str) -> Hooked:
        fields = {"id": ident, "originator": PHONE[1:], "recipient": OURS[1:], "body": words}
        return self._hooked("POST", shop.hook(self.slug), urlencode(fields).encode())

    @staticmethod
    def _hooked(method: str, url: str, body: bytes) -> Hooked:
        stamp = int(now().timestamp())
        claims = {"iss": "MessageBird", "nbf": stamp, "exp": stamp + 60, "jti": "j", "url_hash": hashlib.sha256(url.encode()).hexdigest()}
        claims |= {"payload_hash": hashlib.sha256(body).hexdigest()} if body else {}
        return Hooked(method, url, body, {**_FORM, "messagebird-signature-jwt": token(claims)})


PROVIDERS = {"twilio": Twilio(), "vonage-messages": VonageMessages(), "vonage-sms": VonageSms(), "messagebird": MessageBird()}
