"""Where customers' files lie: one server that speaks each provider's protocol, and replies as the providers' webhooks bring them."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from steps_shop import NOON, Shop

from doorstep.channels import channel_named
from doorstep.domain.plugins import Raw
from doorstep.steps.answer import answer

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40
OWN, CDN = "/theirs/", "/storage/"


@dataclass
class Answer:
    """One answer of the server."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Seconds before it.
    slow_s: float = 0.0
    #: Bytes that its length tells beyond those that come.
    missing: int = 0
    #: In pieces without a length; with `missing` the last one never comes.
    chunked: bool = False


@dataclass
class Vendor:
    """The server: path → what it answers, in turn, the last for ever; what is not there is 404."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    #: (path, headers) of every call.
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def base(self) -> str:
        """Its address as a provider's API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def other(self) -> str:
        """Its address under another host's name."""
        return f"http://localhost:{self.port}"

    def lay(self, path: str, *answers: Answer) -> None:
        """Say what a path answers."""
        self.answers[path] = list(answers)

    def shown(self, name: str) -> list[str | None]:
        """What every call so far showed in a header."""
        return [headers.get(name) for _, headers in self.calls]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        try:
            while line := await reader.readline():
                path = line.decode().split()[1]
                headers = {}
                while (row := await reader.readline()).strip():
                    name, _, value = row.decode().partition(":")
                    headers[name.lower()] = value.strip()
                self.calls.append((path, headers))
                left = self.answers.get(path, [Answer(404)])
                await self._write(writer, left.pop(0) if len(left) > 1 else left[0])
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, one: Answer) -> None:
        await asyncio.sleep(one.slow_s)
        length = {"transfer-encoding": "chunked"} if one.chunked else {"content-length": str(len(one.body) + one.missing)}
        lines = [f"HTTP/1.1 {one.status} X", *(f"{name}: {value}" for name, value in {**length, **one.headers}.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        if one.chunked:
            writer.write(f"{len(one.body):x}\r\n".encode() + one.body + (b"\r\n" if one.missing else b"\r\n0\r\n\r\n"))
        else:
            writer.write(one.body)
        await writer.drain()
        if one.missing:
            writer.close()


@asynccontextmanager
async def vendor() -> AsyncIterator[Vendor]:
    """Run the server for a while."""
    one = Vendor()
    running = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = running.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        running.close()


def _pem() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


_MAIL = {"from_address": "orders@shop.example", "username": "u", "password": "re_k3y"}


@dataclass(frozen=True)
class Case:
    """A provider: how it is connected, how its webhook names a file, where that lies, and what is to be shown there."""

    slug: str
    settings: Callable[[Vendor], dict[str, str]]
    hook: Callable[[Vendor], Raw]
    #: The path that holds the bytes.
    path: str
    #: Path → what else it must answer first.
    first: Callable[[Vendor], dict[str, Answer]]
    #: The header with credentials, and what it begins with in each call, in order; None: it is not there.
    header: str
    shown: tuple[str | None, ...]

    def lay(self, at: Vendor, *answers: Answer) -> None:
        """Have the file lie there; the answers are those of the place that holds the bytes."""
        for path, one in self.first(at).items():
            at.lay(path, one)
        at.lay(self.path, *(answers or (Answer(body=JPEG),)))


def _json(document: object) -> Raw:
    return Raw(body=json.dumps(document).encode(), content_type="application/json")


def _form(**fields: str) -> Raw:
    return Raw(body=urlencode(fields).encode(), content_type="application/x-www-form-urlencoded")


def _none(_: Vendor) -> dict[str, Answer]:
    return {}


def _whatsapp(_: Vendor) -> Raw:
    image = {"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "x", "caption": "It came broken"}
    message = {"from": "34600000001", "id": "wamid.1", "timestamp": "1795000000", "type": "image", "image": image}
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "34910000000"}, "messages": [message]}
    return _json({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value, "field": "messages"}]}]})


def _messenger(at: Vendor) -> Raw:
    files = [{"type": "image", "payload": {"url": f"{at.other}{CDN}1?oh=a&oe=b"}}]
    event = {
        "sender": {"id": "77"},
        "recipient": {"id": "88"},
        "timestamp": 1_795_000_000_000,
        "message": {"mid": "m_1", "attachments": files},
    }
    return _json({"object": "page", "entry": [{"id": "88", "messaging": [event]}]})


def _twilio(at: Vendor) -> Raw:
    url = f"{at.base}/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    return _form(
        MessageSid="MM1", From="+34600000001", To="+15005550006", Body="broken", NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg"
    )


def _vonage(at: Vendor) -> Raw:
    file = {"url": f"{at.base}/v3/media/1b456509", "caption": "broken"}
    about = {"channel": "mms", "message_uuid": "u-1", "from": "34600000001", "to": "34910000000", "timestamp": "2026-11-18T10:00:00Z"}
    return _json({**about, "message_type": "image", "image": file})


def _messagebird(at: Vendor) -> Raw:
    told = {"id": "efa6", "direction": "mo", "originator": "34600000001", "recipient": "34910000000", "subject": "", "body": "broken"}
    return _json({**told, "mediaUrls": [f"{at.base}/mms/media/1"], "createdDatetime": "2026-11-18T10:00:00+00:00"})


def _brevo(_: Vendor) -> Raw:
    mail = {
        "MessageId": "<b-1@customer.example>",
        "From": {"Name": "Ana", "Address": "ana@customer.example"},
        "To": [{"Address": "help@shop.example"}],
        "Subject": "Broken",
        "RawTextBody": "See the picture.",
        "Headers": {},
        "Attachments": [{"Name": "pot.jpg", "ContentType": "image/jpeg", "ContentLength": 9, "DownloadToken": "t0k/en"}],
    }
    return _json({"items": [mail]})


def _resend(_: Vendor) -> Raw:
    mail = {
        "id": "4ef9a417",
        "from": "Ana <ana@customer.example>",
        "to": ["help@shop.example"],
        "subject": "Broken",
        "text": "See the picture.",
        "message_id": "<r-1@customer.example>",
        "attachments": [{"id": "2a0c9ce0", "filename": "pot.jpg", "content_type": "image/jpeg"}],
    }
    return _json({"type": "email.received", "data": {"email_id": "4ef9a417"}, "doorstep_mail": mail})


def _mailgun(at: Vendor) -> Raw:
    files = [{"url": f"{at.base}/v3/domains/shop.example/messages/k/attachments/0", "name": "pot.jpg", "content-type": "image/jpeg"}]
    head = [["From", "Ana <ana@customer.example>"], ["To", "help@shop.example"], ["Message-Id", "<g-1@customer.example>"]]
    told = {
        "recipient": "help@shop.example",
        "message-headers": json.dumps(head),
        "body-plain": "See it.",
        "attachments": json.dumps(files),
    }
    return _form(**told)


_TWILIO = "Basic " + base64.b64encode(b"AC1:a-token").decode()
_PEM = _pem()
CASES = {
    one.slug: one
    for one in (
        Case(
            slug="whatsapp",
            settings=lambda at: {
                "phone_number_id": "1",
                "waba_id": "2",
                "access_token": "t0ken",
                "app_secret": "s",
                "verify_token": "v",
                "base_url": at.base,
            },
            hook=_whatsapp,
            path="/whatsapp_business/attachments/?mid=1",
            first=lambda at: {
                "/v25.0/1003383421387256": Answer(
                    body=json.dumps(
                        {"url": f"{at.base}/whatsapp_business/attachments/?mid=1", "mime_type": "image/jpeg", "file_size": len(JPEG)}
                    ).encode()
                )
            },
            header="authorization",
            shown=("Bearer t0ken", "Bearer t0ken"),
        ),
        Case(
            slug="messenger",
            settings=lambda at: {"page_id": "88", "access_token": "t0ken", "app_secret": "s", "verify_token": "v", "base_url": at.base},
            hook=_messenger,
            path=f"{CDN}1?oh=a&oe=b",
            first=_none,
            header="authorization",
            shown=(None,),
        ),
        Case(
            slug="twilio",
            settings=lambda at: {"account_sid": "AC1", "auth_token": "a-token", "from_number": "+15005550006", "base_url": at.base},
            hook=_twilio,
            path=f"{CDN}ME1?signed=1",
            first=lambda at: {
                "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1": Answer(307, headers={"location": f"{at.other}{CDN}ME1?signed=1"})
            },
            header="authorization",
            shown=(_TWILIO, None),
        ),
        Case(
            slug="vonage",
            settings=lambda at: {
                "senders": "*=+15005550006",
                "application_id": "a-1",
                "private_key": _PEM,
                "signature_secret": "s",
                "base_url": at.base,
            },
            hook=_vonage,
            path="/v3/media/1b456509",
            first=_none,
            header="authorization",
            shown=("Bearer ey",),
        ),
        Case(
            slug="messagebird",
            settings=lambda at: {"senders": "*=+15005550006", "access_key": "k3y", "signing_key": "s", "base_url": at.base},
            hook=_messagebird,
            path="/mms/media/1",
            first=_none,
            header="authorization",
            shown=("AccessKey k3y",),
        ),
        Case(
            slug="brevo",
            settings=lambda at: {**_MAIL, "hook_token": "t", "api_key": "xkeysib", "api_base_url": at.base},
            hook=_brevo,
            path="/v3/inbound/attachments/t0k%2Fen",
            first=_none,
            header="api-key",
            shown=("xkeysib",),
        ),
        Case(
            slug="resend",
            settings=lambda at: {"from_address": "orders@shop.example", "password": "re_k3y", "api_base_url": at.base},
            hook=_resend,
            path=f"{CDN}2a0c9ce0?signature=s",
            first=lambda at: {
                "/emails/receiving/4ef9a417/attachments/2a0c9ce0": Answer(
                    body=json.dumps({"object": "attachment", "download_url": f"{at.other}{CDN}2a0c9ce0?signature=s"}).encode()
                )
            },
            header="authorization",
            shown=("Bearer re_k3y", None),
        ),
        Case(
            slug="mailgun",
            settings=lambda at: {**_MAIL, "signing_key": "s", "api_key": "key-1", "api_base_url": at.base},
            hook=_mailgun,
            path="/v3/domains/shop.example/messages/k/attachments/0",
            first=_none,
            header="authorization",
            shown=("Basic " + base64.b64encode(b"api:key-1").decode(),),
        ),
    )
}


async def write(shop: Shop, slug: str, raw: Raw, now: datetime = NOON) -> None:
    """Take in what a webhook brings, as the worker does."""
    connection = shop.directory.connection(shop.merchant_id, shop.connected[slug])
    tenant = shop.directory.tenant(shop.merchant_id)
    read = channel_named(slug).read
    assert connection
    assert tenant
    assert read
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, connection, read(raw, connection.settings).replies, now)
