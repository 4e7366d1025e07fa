"""Mails over real SMTP on the loopback: accepted, refused, cut off before and after the mail left."""

import asyncio
import socket
import ssl
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd import smtp as peer
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from doorstep.channels import channel_named
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.steps.wire import Wire, post

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))
from dkim_verifying import verifies

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EMAIL = channel_named("email")


class Sink:
    """Keeps mails and answers as it is told."""

    def __init__(self):
        self.mails = []
        self.sessions = 0
        self.rcpt_reply = None
        self.data_reply = "250 2.0.0 taken"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.rcpt_reply == "drop":
            server.transport.abort()
            return "421 bye"
        if self.rcpt_reply:
            return self.rcpt_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.data_reply == "drop":
            server.transport.abort()
            return "421 bye"
        return self.data_reply


@asynccontextmanager
async def serving(handler, **options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: peer.SMTP(handler, loop=loop, hostname="sink.example", **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def letter(**changes):
    fields = {
        "message_id": "msg-1",
        "merchant_id": 1,
        "channel": ChannelKind.EMAIL,
        "to": "ana@example.com",
        "content": Rendered(subject="Hi", text="Hello\n.dot\n", html="<p>Hello</p>"),
        "locale": "en",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "delivery",
        "created_at": NOW,
    }
    return Message(**{**fields, **changes})


def flow(port, message=None, **settings):
    given = {"host": "127.0.0.1", "port": str(port), "security": "none", "from_address": "orders@shop.example", **settings}
    return EMAIL.send(message or letter(), given, NOW, "")


async def run(wire, port, message=None, **settings):
    return await wire.run(flow(port, message, **settings), connection=(1, 1), channel=EMAIL)


async def test_a_mail_arrives_whole_and_the_receipt_says_sent():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        receipt = await run(wire, port)
    assert receipt.state is MessageState.SENT
    sender, to, content = sink.mails[0]
    assert (sender, to) == ("orders@shop.example", ["ana@example.com"])
    parsed = message_from_bytes(content, policy=policy.SMTP)
    assert parsed["Message-ID"] == "<msg-1@shop.example>"
    assert parsed.get_body(("plain",)).get_content().splitlines() == ["Hello", ".dot"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_probe_logs_in_and_hands_nothing_over():
    sink = Sink()
    async with serving(sink, authenticator=_only(b"right"), auth_require_tls=False, auth_required=True) as port, Wire() as wire:
        settings = {"host": "127.0.0.1", "port": str(port), "security": "none", "from_address": "orders@shop.example", "username": "u"}
        receipt = await wire.run(EMAIL.probe(settings | {"password": "right"}, NOW), connection=(1, 1), channel=EMAIL)
        assert receipt.provider_text == "the server takes our login"
        with pytest.raises(MisconfiguredError):
            await wire.run(EMAIL.probe(settings | {"password": "wrong"}, NOW), connection=(1, 1), channel=EMAIL)
    assert (sink.mails, sink.sessions) == ([], 2)


async def test_many_mails_share_one_connection():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        for number in range(20):
            await run(wire, port, letter(message_id=f"m{number}"))
    assert len(sink.mails) == 20
    assert sink.sessions == 1


async def test_mails_at_the_same_time_use_a_few_connections_and_all_arrive_once():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        await asyncio.gather(*(run(wire, port, letter(message_id=f"m{number}")) for number in range(40)))
    assert len(sink.mails) == 40
    assert sink.sessions <= 8


async def test_a_connection_is_renewed_after_a_hundred_mails():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        for number in range(101):
            await run(wire, port, letter(message_id=f"m{number}"))
    assert sink.sessions == 2


async def test_an_unknown_mailbox_is_refused_and_suppressed_and_the_connection_goes_on():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        sink.rcpt_reply = "550 5.1.1 <ana@example.com> no such user"
        with pytest.raises(RefusedError) as refused:
            await run(wire, port)
        sink.rcpt_reply = None
        await run(wire, port)
    assert refused.value.suppress
    assert refused.value.code == "550 5.1.1"
    assert "ana" not in str(refused.value)
    assert sink.sessions == 1


@pytest.mark.parametrize("reply", ["550 5.7.1 looks like spam", "552 5.2.2 mailbox full", "554 5.6.0 content rejected"])
async def test_a_refused_mail_does_not_suppress_the_address(reply):
    sink = Sink()
    sink.data_reply = reply
    async with serving(sink) as port, Wire() as wire:
        with pytest.raises(RefusedError) as refused:
            await run(wire, port)
    assert not refused.value.suppress


@pytest.mark.parametrize("reply", ["451 4.7.1 greylisted", "450 4.2.1 mailbox busy", "421 4.3.2 closing"])
async def test_a_server_that_says_later_is_tried_later(reply):
    sink = Sink()
    sink.rcpt_reply = reply
    async with serving(sink) as port, Wire() as wire:
        with pytest.raises(TryLaterError):
            await run(wire, port)
        sink.rcpt_reply = None
        await run(wire, port)
    assert len(sink.mails) == 1


async def test_a_connection_lost_after_the_mail_left_is_an_unknown_outcome_and_never_sent_again():
    sink = Sink()
    sink.data_reply = "drop"
    async with serving(sink) as port, Wire() as wire:
        with pytest.raises(UnknownOutcomeError):
            await run(wire, port)
    assert len(sink.mails) == 1


async def test_a_connection_lost_before_the_mail_left_is_tried_later():
    sink = Sink()
    sink.rcpt_reply = "drop"
    async with serving(sink) as port, Wire() as wire:
        with pytest.raises(TryLaterError):
            await run(wire, port)
    assert not sink.mails


async def test_a_kept_connection_that_died_meanwhile_is_replaced_without_notice():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        await run(wire, port)
        sink.rcpt_reply = None
        dying = next(iter(wire._post._offices.values())).lines[0]
        dying.transport.abort()
        await run(wire, port)
    assert len(sink.mails) == 2


async def test_a_server_that_stays_silent_after_the_mail_left_is_an_unknown_outcome():
    async def mute(reader, writer):
        for reply in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go"):
            writer.write(reply + b"\r\n")
            await writer.drain()
            await reader.readline()
        await reader.read(100_000)
        await asyncio.sleep(2)
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with Wire(read_timeout_s=0.3) as wire:
        with pytest.raises(UnknownOutcomeError):
            await run(wire, server.sockets[0].getsockname()[1])
    server.close()


async def test_nobody_at_the_port_is_tried_later():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with Wire() as wire:
        with pytest.raises(TryLaterError):
            await run(wire, port)


def _only(password):
    def check(server, session, envelope, mechanism, auth):
        return AuthResult(success=isinstance(auth, LoginPassword) and auth.password == password, handled=False)

    return check


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_wrong_password_is_the_merchants_to_mend_and_a_right_one_works():
    sink = Sink()
    options = {"authenticator": _only(b"right"), "auth_require_tls": False, "auth_required": True}
    async with serving(sink, **options) as port, Wire() as wire:
        with pytest.raises(MisconfiguredError) as wrong:
            await run(wire, port, username="shop", password="secret-wrong")
        assert "secret-wrong" not in str(wrong.value)
        with pytest.raises(MisconfiguredError):
            await run(wire, port)
        receipt = await run(wire, port, username="shop", password="right")
    assert receipt.state is MessageState.SENT


async def test_a_server_without_starttls_is_the_merchants_to_mend():
    async with serving(Sink()) as port, Wire() as wire:
        with pytest.raises(MisconfiguredError):
            await run(wire, port, security="starttls")
        with pytest.raises((MisconfiguredError, TryLaterError)):
            await run(wire, port, security="tls")


async def test_a_login_at_a_server_without_logins_is_the_merchants_to_mend():
    async with serving(Sink()) as port, Wire() as wire:
        with pytest.raises(MisconfiguredError):
            await run(wire, port, username="shop", password="x")


async def test_a_refused_sender_is_the_merchants_to_mend():
    class Strict(Sink):
        async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
            return "550 5.7.1 sender not allowed"

    async with serving(Strict()) as port, Wire() as wire:
        with pytest.raises(MisconfiguredError):
            await run(wire, port)


async def test_an_address_with_a_command_in_it_reaches_no_server():
    async with Wire() as wire:
        with pytest.raises(RefusedError):
            await run(wire, 1, letter(to="ana@example.com>\r\nRCPT TO:<b@example.com"))


def _self_signed():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = builder.not_valid_before(start).not_valid_after(end).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return certificate.public_bytes(serialization.Encoding.PEM) + private


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mails_go_over_a_secured_connection(tmp_path, monkeypatch, security):
    path = tmp_path / "both.pem"
    path.write_bytes(_self_signed())
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=path)
    trusting.check_hostname = False  # the certificate is for a name, the test for an address
    monkeypatch.setattr(post, "_tls", lambda: trusting)
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: peer.SMTP(sink, loop=loop, hostname="sink.example", **({"tls_context": ours} if security == "starttls" else {})),
        "127.0.0.1",
        0,
        ssl=ours if security == "tls" else None,
    )
    async with Wire() as wire:
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(*(run(wire, port, letter(message_id=f"m{number}"), security=security) for number in range(20)))
    server.close()
    assert len({content for _, _, content in sink.mails}) == len(sink.mails) == 20


async def test_a_certificate_nobody_vouches_for_is_the_merchants_to_mend_and_no_password_is_told(tmp_path):
    path = tmp_path / "both.pem"
    path.write_bytes(_self_signed())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    sink = Sink()
    async with serving(sink, tls_context=context) as port, Wire() as wire:
        with pytest.raises(MisconfiguredError, match="certificate"):
            await run(wire, port, security="starttls", username="shop", password="x")
    assert not sink.mails


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(
    "slug", ["amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mandrill", "postmark", "resend", "sendgrid", "sparkpost"]
)
async def test_a_mail_by_an_e_mail_provider_arrives_with_our_id_in_its_headers(slug):
    sink, channel = Sink(), channel_named(slug)
    sink.data_reply = "250 Ok: queued as 0100018f-1a2b"
    settings = {"host": "127.0.0.1", "security": "none", "from_address": "orders@shop.example", "username": "u", "password": "right"}
    options = {"authenticator": _only(b"right"), "auth_require_tls": False, "auth_required": True}
    async with serving(sink, **options) as port, Wire() as wire:
        sending = channel.send(letter(), {**settings, "port": str(port)}, NOW, "")
        receipt = await wire.run(sending, connection=(1, 1), channel=channel)
    assert receipt.state is MessageState.SENT
    ((_, _, content),) = sink.mails
    parsed = message_from_bytes(content, policy=policy.SMTP)
    assert any("msg-1" in str(value) for name, value in parsed.items() if name.lower().startswith("x-"))
    assert not parsed.defects


async def test_a_signed_mail_verifies_as_it_arrives():
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        await run(wire, port, dkim_domain="shop.example", dkim_selector="door", dkim_private_key=pem)
    ((_, _, content),) = sink.mails
    assert content.startswith(b"DKIM-Signature:")
    assert verifies(content, key.public_key())
    assert not verifies(content.replace(b".dot", b"..dot"), key.public_key())
