"""Pushes for Apple Wallet over HTTP/2 with a certificate of the caller's, to a server that speaks as Apple's does."""

import ssl
from datetime import UTC, datetime

import pytest

from apns_server import refusing, serving
from doorstep.channels import channel_named
from doorstep.channels.apple_wallet.keys import keys_of
from doorstep.domain.messages import Device, Message, Receipt, Rendered
from doorstep.domain.plugins import HttpRequest
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError
from doorstep.steps.wire import Wire
from doorstep.steps.wire import web as web_module
from wallet_keys import ORDER_TYPE, ends_in, house, issue, settings

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
WALLET = channel_named("apple_wallet")
A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def message(*tokens):
    return Message(
        message_id="msg-1",
        merchant_id=1,
        channel=ChannelKind.WALLET,
        to="#1001",
        content=Rendered(),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="wallet",
        created_at=NOW,
        devices=tuple(Device(endpoint=token) for token in tokens),
    )


def wire():
    return Wire(allow_private=True, authorities=house().root.pem)


async def push(wired, server, *tokens, connection=(1, 1), **changes):
    flow = WALLET.send(message(*tokens), settings(push_url=server.base, **changes), NOW, "")
    return await wired.run(flow, connection=connection, channel=WALLET)


async def test_each_device_gets_an_empty_push_under_the_order_types_name():
    async with serving() as server, wire() as wired:
        receipt = await push(wired, server, A, B)
    assert (receipt.state, receipt.provider_text, receipt.gone) == (MessageState.SENT, "2 of 2 devices told", ())
    assert [one.token for one in server.seen] == [A, B]
    for one in server.seen:
        assert one.client == f"Order Type ID: {ORDER_TYPE}"
        assert one.body == b"{}"
        assert one.headers[":method"] == "POST"
        wanted = {"apns-topic": ORDER_TYPE, "apns-push-type": "background", "apns-priority": "5", "apns-expiration": "1796040000"}
        assert wanted.items() <= one.headers.items()
    assert server.connections == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [(410, "Unregistered"), (410, ""), (400, "BadDeviceToken"), (400, "DeviceTokenNotForTopic"), (410, "ExpiredToken")],
)
async def test_a_device_that_is_gone_is_named_and_the_others_are_told(status, reason):
    async with serving({A: (status, reason)}) as server, wire() as wired:
        receipt = await push(wired, server, A, B)
        assert (receipt.state, receipt.gone) == (MessageState.SENT, (A,))
        alone = await push(wired, server, A)
        assert (alone.state, alone.gone) == (MessageState.REFUSED, (A,))


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (429, "TooManyRequests", TryLaterError),
        (500, "InternalServerError", TryLaterError),
        (503, "ServiceUnavailable", TryLaterError),
        (403, "BadCertificate", MisconfiguredError),
        (403, "BadCertificateEnvironment", MisconfiguredError),
        (400, "BadTopic", MisconfiguredError),
        (400, "TopicDisallowed", MisconfiguredError),
        (404, "BadPath", MisconfiguredError),
        (400, "BadPriority", RefusedError),
        (413, "PayloadTooLarge", RefusedError),
    ],
)
async def test_each_answer_says_who_must_act(status, reason, error):
    async with serving({B: (status, reason)}) as server, wire() as wired:
        with pytest.raises(error, match=reason):
            await push(wired, server, A, B, C)
    assert [one.token for one in server.seen] == [A, B]


async def test_apples_wish_to_wait_is_passed_on():
    async with serving({A: (503, "ServiceUnavailable", {"retry-after": "7"})}) as server, wire() as wired:
        with pytest.raises(TryLaterError) as later:
            await push(wired, server, A)
    assert later.value.after_s == 7


async def test_without_a_device_there_is_nobody_to_tell():
    async with serving() as server, wire() as wired:
        with pytest.raises(RefusedError) as refused:
            await push(wired, server)
    assert (refused.value.suppress, server.seen) == (False, [])


@pytest.mark.parametrize("token", ["../other", "a/b", "a?b", "ä" * 64, ""])
async def test_no_push_token_leads_elsewhere(token):
    async with serving() as server, wire() as wired:
        with pytest.raises(RefusedError):
            await push(wired, server, token)
    assert server.seen == []


async def test_a_certificate_that_is_over_is_the_merchants_to_mend_before_anything_leaves():
    over = ends_in(days=-1)
    async with serving() as server, wire() as wired:
        with pytest.raises(MisconfiguredError, match="good from"):
            flow = WALLET.send(message(A), settings(certificate=over.pem + over.key_pem, push_url=server.base), datetime.now(UTC), "")
            await wired.run(flow, connection=(1, 1), channel=WALLET)
    assert server.connections == 0


async def test_a_certificate_the_other_side_does_not_take_is_the_merchants_to_mend():
    with refusing(ssl.TLSVersion.TLSv1_2) as server:
        async with wire() as wired:
            with pytest.raises(MisconfiguredError, match="does not take our certificate"):
                await push(wired, server, A)
    with refusing(ssl.TLSVersion.TLSv1_3) as server:
        async with wire() as wired:
            with pytest.raises((MisconfiguredError, TryLaterError)):  # the connection may break before the alert is read
                await push(wired, server, A)


async def test_the_probe_needs_no_device_and_says_until_when_the_certificate_is_good():
    async with serving({"0" * 64: (400, "BadDeviceToken")}) as server, wire() as wired:
        receipt = await wired.run(WALLET.probe(settings(push_url=server.base), NOW), connection=(1, 1), channel=WALLET)
    assert receipt.provider_text == f"Apple takes the certificate for {ORDER_TYPE}; it is good until 2090-01-01"
    async with serving({"0" * 64: (403, "BadCertificate")}) as server, wire() as wired:
        with pytest.raises(MisconfiguredError):
            await wired.run(WALLET.probe(settings(push_url=server.base), NOW), connection=(1, 1), channel=WALLET)


async def test_merchants_share_no_connection_and_the_longest_unused_goes(monkeypatch):
    monkeypatch.setattr(web_module, "_CERTIFIED", 1)
    other = issue("Another shop", house().intermediate)
    async with serving() as server, wire() as wired:
        await push(wired, server, A)
        await push(wired, server, A, connection=(2, 1), certificate=other.pem + other.key_pem)
        assert [one.client for one in server.seen] == [f"Order Type ID: {ORDER_TYPE}", "Another shop"]
        assert len(wired._web._certified) == 1
        await push(wired, server, A)
    assert server.connections == 3


async def test_an_unusable_certificate_is_the_merchants_to_mend_and_a_call_without_one_shows_none():
    def flow(url, certificate):
        response = yield HttpRequest(method="POST", url=url, certificate=certificate, guarded=True)
        return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_code=str(response.status))

    async with serving() as server, wire() as wired:
        for certificate in ("nonsense", house().merchant.pem, house().merchant.pem + house().merchant.key_as(b"locked")):
            with pytest.raises(MisconfiguredError):
                await wired.run(flow(f"{server.base}/3/device/{A}", certificate), connection=(1, 1), channel=WALLET)
    assert server.seen == []


async def test_a_merchants_own_push_address_is_guarded():
    async with Wire() as wired:
        with pytest.raises(MisconfiguredError):
            flow = WALLET.send(message(A), settings(push_url="https://127.0.0.1:8443"), NOW, "")
            await wired.run(flow, connection=(1, 1), channel=WALLET)


async def test_a_push_goes_to_the_address_that_was_checked_under_its_own_certificate():
    called = []

    async def public(host, port):
        return ["8.8.8.8"]

    async with Wire(resolve=public) as wired:
        asked = HttpRequest(method="POST", url="https://push.example", certificate=keys_of(settings(), NOW).pem, guarded=True)
        client = await wired._web._client_for(asked)
        assert client is not wired._web._checked
        inner = client._transport._pool._network_backend._inner

        async def connect(host, *rest):
            called.append(host)
            raise ConnectionRefusedError

        inner.connect_tcp = connect
        with pytest.raises(ConnectionRefusedError):
            await wired.run(WALLET.send(message(A), settings(push_url="https://push.example"), NOW, ""), connection=(1, 1), channel=WALLET)
    assert called == ["8.8.8.8"]
