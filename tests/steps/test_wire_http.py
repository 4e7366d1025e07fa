"""Texts and webhooks over real HTTP on the loopback: Twilio's protocol, merchants' endpoints, the guard, breaker and rate."""

import asyncio
import json
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest

from doorstep.channels import channel_named
from doorstep.domain.messages import Message, Receipt, Rendered
from doorstep.domain.plugins import Channel, HttpRequest
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.steps.wire import Wire, _host_of
from doorstep.steps.wire.guard import check_address, is_public
from doorstep.steps.wire.lanes import MOST_HOSTS, Lane

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TWILIO, WEBHOOK = channel_named("twilio"), channel_named("webhook")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's own example


def message(**changes):
    fields = {
        "message_id": "msg-1",
        "merchant_id": 1,
        "channel": ChannelKind.SMS,
        "to": "+12025550123",
        "content": Rendered(text="Your parcel is here"),
        "locale": "en",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "delivery",
        "created_at": NOW,
        "body": b'{"type":"shipment.delivered"}',
    }
    return Message(**{**fields, **changes})


@asynccontextmanager
async def serving(answer):
    """Serve HTTP/1.1; `answer(request) -> bytes | None` writes the whole answer, None hangs up."""
    seen = []

    async def handle(reader, writer):
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split()
                headers = {}
                while (row := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = row.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = SimpleNamespace(method=method, path=path, headers=headers, body=body)
                seen.append(request)
                given = answer(request)
                given = await given if asyncio.iscoroutine(given) else given
                if given is None:
                    break
                writer.write(given)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield SimpleNamespace(base=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen=seen)
    finally:
        server.close()


def reply(status, document=b"", **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def twilio(base, **settings):
    given = {"account_sid": "AC1", "auth_token": "token", "from_number": "+12025550100", "base_url": base, **settings}
    return TWILIO.send(message(), given, NOW, "https://door.example/hooks/abc")


async def run_twilio(wire, base, **settings):
    return await wire.run(twilio(base, **settings), connection=(1, 1), channel=TWILIO)


async def run_webhook(wire, url, secret=SECRET, connection=(1, 2)):
    return await wire.run(WEBHOOK.send(message(), {"url": url, "secret": secret}, NOW, ""), connection=connection, channel=WEBHOOK)


async def test_a_text_is_created_as_twilio_wants_it():
    async with serving(lambda _: reply(201, {"sid": "SM1", "status": "queued"})) as server, Wire() as wire:
        receipt = await run_twilio(wire, server.base)
    assert (receipt.state, receipt.provider_id, receipt.message_id) == (MessageState.SENT, "SM1", "msg-1")
    request = server.seen[0]
    assert request.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert request.headers["authorization"] == "Basic QUMxOnRva2Vu"
    assert dict(parse_qsl(request.body.decode())) == {
        "To": "+12025550123",
        "From": "+12025550100",
        "Body": "Your parcel is here",
        "StatusCallback": "https://door.example/hooks/abc?m=msg-1",
    }


async def test_a_messaging_service_takes_the_place_of_a_number():
    async with serving(lambda _: reply(201, {"sid": "SM1"})) as server, Wire() as wire:
        await run_twilio(wire, server.base, messaging_service_sid="MG1")
    fields = dict(parse_qsl(server.seen[0].body.decode()))
    assert fields["MessagingServiceSid"] == "MG1"
    assert "From" not in fields


@pytest.mark.parametrize(
    ("status", "code", "error", "suppress"),
    [
        (400, 21610, RefusedError, True),
        (400, 21211, RefusedError, True),
        (400, 21614, RefusedError, True),
        (400, 21408, RefusedError, False),
        (400, 30034, RefusedError, False),
        (400, 99999, RefusedError, False),
        (401, 20003, MisconfiguredError, None),
        (400, 21606, MisconfiguredError, None),
        (404, 20404, MisconfiguredError, None),
        (307, None, MisconfiguredError, None),
        (429, 20429, TryLaterError, None),
        (400, 21611, TryLaterError, None),
        (500, None, TryLaterError, None),
        (503, 20503, TryLaterError, None),
        (502, None, UnknownOutcomeError, None),
        (504, None, UnknownOutcomeError, None),
    ],
)
async def test_each_answer_of_twilio_says_who_must_act(status, code, error, suppress):
    document = {"code": code, "message": "about +1 202 555 0123", "status": status} if code else b"<html>"
    async with serving(lambda _: reply(status, document)) as server, Wire() as wire:
        with pytest.raises(error) as raised:
            await run_twilio(wire, server.base)
    assert len(server.seen) == 1
    assert "555" not in str(raised.value)
    if suppress is not None:
        assert raised.value.suppress is suppress


async def test_twilios_wish_to_wait_is_passed_on():
    async with serving(lambda _: reply(429, {"code": 20429}, retry_after="7")) as server, Wire() as wire:
        with pytest.raises(TryLaterError) as later:
            await run_twilio(wire, server.base)
    assert later.value.after_s == 7


async def test_a_text_without_an_answer_is_an_unknown_outcome_and_never_sent_again():
    async with serving(lambda _: None) as server, Wire() as wire:
        with pytest.raises(UnknownOutcomeError):
            await run_twilio(wire, server.base)
    assert len(server.seen) == 1


async def test_a_text_whose_answer_takes_too_long_is_an_unknown_outcome():
    async def slow(_):
        await asyncio.sleep(1)

    async with serving(slow) as server, Wire(read_timeout_s=0.2) as wire:
        with pytest.raises(UnknownOutcomeError):
            await run_twilio(wire, server.base)
    assert len(server.seen) == 1


async def test_an_answer_cut_off_after_its_status_still_counts_as_sent():
    async with serving(lambda _: b"HTTP/1.1 201 X\r\ncontent-length: 500\r\n\r\n{") as server, Wire(read_timeout_s=0.3) as wire:
        receipt = await run_twilio(wire, server.base)
    assert (receipt.state, receipt.provider_id) == (MessageState.SENT, None)


async def test_nobody_at_the_port_is_tried_later_because_nothing_left():
    async with serving(lambda _: None) as server:
        pass
    async with Wire() as wire:
        with pytest.raises(TryLaterError):
            await run_twilio(wire, server.base)


async def test_an_endless_answer_is_read_to_its_limit_only():
    big = b"x" * 5_000_000
    channel = Channel(slug="t", name="T", kind=ChannelKind.WEBHOOK, send=WEBHOOK.send)
    lengths = []

    def flow(url):
        response = yield HttpRequest(method="GET", url=url)
        lengths.append(len(response.body))
        return Receipt(message_id=None, provider_id=None, state=MessageState.SENT)

    async with serving(lambda _: reply(200, big)) as server, Wire() as wire:
        await wire.run(flow(server.base), connection=(1, 1), channel=channel)
    assert lengths == [1_048_576]


async def test_an_answer_says_whether_it_came_whole():
    pieces = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
    cut = {
        b"HTTP/1.1 200 X\r\ncontent-length: 3\r\n\r\nabc": True,
        b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nabc": False,
        b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nabcdefghi": False,  # beyond what was asked for
        pieces + b"0\r\n\r\n": True,
        pieces: False,
    }
    seen = []

    def flow(url):
        response = yield HttpRequest(method="GET", url=url, most_bytes=5)
        seen.append(response.whole)
        return Receipt(message_id=None, provider_id=None, state=MessageState.SENT)

    channel = Channel(slug="t", name="T", kind=ChannelKind.WEBHOOK, send=WEBHOOK.send)
    for answer in cut:
        async with serving(lambda _, answer=answer: answer) as server, Wire(read_timeout_s=0.3) as wire:
            await wire.run(flow(server.base), connection=(1, 1), channel=channel)
    assert seen == list(cut.values())


async def test_a_webhook_is_signed_and_a_2xx_is_enough():
    async with serving(lambda _: reply(204)) as server, Wire(allow_private=True) as wire:
        receipt = await run_webhook(wire, f"{server.base}/in")
    assert receipt.state is MessageState.REACHED
    request = server.seen[0]
    assert request.body == b'{"type":"shipment.delivered"}'
    assert request.headers["webhook-id"] == "msg-1"
    assert request.headers["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize(
    ("status", "error"), [(410, MisconfiguredError), (429, TryLaterError), (500, TryLaterError), (404, TryLaterError), (302, TryLaterError)]
)
async def test_an_endpoint_that_refuses_is_tried_later_and_gone_ends_it(status, error):
    async with serving(lambda _: reply(status, location="http://127.0.0.1:1/")) as server, Wire(allow_private=True) as wire:
        with pytest.raises(error):
            await run_webhook(wire, server.base)
    assert len(server.seen) == 1


async def test_a_repeatable_call_is_repeated_and_then_tried_later():
    async with serving(lambda _: None) as server, Wire(allow_private=True) as wire:
        with pytest.raises(TryLaterError):
            await run_webhook(wire, server.base)
    assert len(server.seen) == 3
    assert len({request.headers["webhook-id"] for request in server.seen}) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0", "224.0.0.1"),
        *("255.255.255.255", "168.63.129.16", "192.0.2.1", "198.18.0.1", "240.0.0.1", "192.88.99.1", "not an address"),
        *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1", "fe80::1%eth0"),
    ],
)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_outside_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "https://", "https:///x", "https://a:b@shop.example/"),
        *("https://shop.example:22/", "https://shop.example:25/", "https://shop.example:99999/", "https://[::1/", "gopher://x/", ""),
    ],
)
def test_a_merchants_address_of_another_kind_is_refused(url):
    with pytest.raises(MisconfiguredError):
        check_address(url)


@pytest.mark.parametrize("url", ["https://shop.example/x?y=1", "https://shop.example:8443/", "https://shop.example:443/"])
def test_an_https_address_passes(url):
    check_address(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
async def test_no_spelling_of_a_private_host_is_called(host):
    async with Wire() as wire:
        with pytest.raises((MisconfiguredError, TryLaterError)) as refused:
            await run_webhook(wire, f"https://{host}:8443/")
    if not host.startswith("0"):  # what the system cannot read as an address has none
        assert isinstance(refused.value, MisconfiguredError)


async def test_a_name_with_one_private_address_among_public_ones_is_refused():
    async def mixed(host, port):
        return ["8.8.8.8", "10.0.0.1"]

    async with Wire(resolve=mixed) as wire:
        with pytest.raises(MisconfiguredError):
            await run_webhook(wire, "https://shop.example/")


async def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(monkeypatch):
    asked, called = [], []

    async def rebinding(host, port):
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    async with Wire(resolve=rebinding) as wire:
        inner = wire._web._checked._transport._pool._network_backend._inner

        async def connect(host, *rest):
            called.append(host)
            raise ConnectionRefusedError

        inner.connect_tcp = connect
        with pytest.raises(ConnectionRefusedError):
            await run_webhook(wire, "https://shop.example/")
    assert (asked, called) == (["shop.example"], ["8.8.8.8"])


async def test_failures_in_a_row_rest_a_connection_and_one_good_call_wakes_it():
    now = [0.0]
    answers = [500, 500, 500, 201]
    async with (
        serving(lambda _: reply(answers.pop(0), {"sid": "SM1"})) as server,
        Wire(clock=lambda: now[0], failures_to_open=3, rest_s=30) as wire,
    ):
        for _ in range(3):
            with pytest.raises(TryLaterError):
                await run_twilio(wire, server.base)
        with pytest.raises(TryLaterError) as resting:
            await run_twilio(wire, server.base)
        assert len(server.seen) == 3
        assert resting.value.after_s == 30
        now[0] = 31.0
        assert (await run_twilio(wire, server.base)).state is MessageState.SENT


async def test_one_connections_failures_do_not_rest_another():
    answers = [500, 500, 204]
    async with serving(lambda _: reply(answers.pop(0))) as server, Wire(allow_private=True, failures_to_open=2) as wire:
        for _ in range(2):
            with pytest.raises(TryLaterError):
                await run_webhook(wire, server.base, connection=(1, 1))
        await run_webhook(wire, server.base, connection=(2, 1))


async def test_of_addresses_that_others_gave_one_dead_host_rests_alone():
    async with (
        serving(lambda _: reply(500)) as dead,
        serving(lambda _: reply(204)) as good,
        Wire(allow_private=True, failures_to_open=2) as wire,
    ):
        for _ in range(2):
            with pytest.raises(TryLaterError):
                await run_webhook(wire, dead.base)
        with pytest.raises(TryLaterError, match="this address rests") as resting:
            await run_webhook(wire, f"{dead.base}/elsewhere")
        assert 0 < resting.value.after_s <= 30
        assert len(dead.seen) == 2
        assert (await run_webhook(wire, good.base)).state is MessageState.REACHED


def test_hosts_that_fail_are_remembered_up_to_a_number_and_no_failure_is_remembered_of_one_that_answers():
    lane = Lane(None, failures_to_open=1, rest_s=10)
    lane.failed(0.0)
    for n in range(3 * MOST_HOSTS):
        lane.failed(0.0, f"host{n}.example")
        lane.succeeded(f"good{n}.example")
        lane.failed(0.0, "often.example")
    assert len(lane._breakers) == MOST_HOSTS
    assert lane.rest_left_s(1.0, "often.example") == lane.rest_left_s(1.0, f"host{n}.example") == 9.0
    assert lane.rest_left_s(1.0, "host0.example") == 0.0


def test_an_address_nobody_can_read_has_no_host_and_is_refused_further_on():
    for url, host in (("https://user:x@Shop.Example:8443/h?a=b", "shop.example:8443"), ("https://[half", ""), ("nonsense", "")):
        assert _host_of(HttpRequest(method="POST", url=url, guarded=True)) == host
    assert _host_of(HttpRequest(method="POST", url="https://api.twilio.com/")) == ""


def test_after_a_rest_one_caller_tries_and_the_others_wait():
    lane = Lane(None, failures_to_open=1, rest_s=10)
    lane.failed(0.0)
    assert lane.rest_left_s(5.0) == 5.0
    assert lane.rest_left_s(10.0) == 0.0
    assert lane.rest_left_s(10.0) == 10.0
    lane.succeeded()
    assert lane.rest_left_s(10.0) == 0.0


def test_a_rate_lets_a_second_of_calls_through_and_then_one_at_a_time():
    lane = Lane(10.0, failures_to_open=5, rest_s=10)
    waits = []
    for _ in range(30):
        waits.append(lane.wait_s(0.0))
        lane.take(0.0)
    assert waits[:10] == [0.0] * 10
    assert waits[29] == pytest.approx(2.0, abs=0.01)


async def test_calls_leave_no_faster_than_the_channels_rate():
    async with serving(lambda _: reply(201, {"sid": "SM1"})) as server, Wire() as wire:
        channel = Channel(slug="t", name="T", kind=ChannelKind.SMS, send=TWILIO.send, rate_per_s=20)
        started = time.perf_counter()
        await asyncio.gather(*(wire.run(twilio(server.base), connection=(1, 1), channel=channel) for _ in range(30)))
    assert time.perf_counter() - started >= 0.45


async def test_each_call_is_observed_without_its_address():
    seen = []
    async with serving(lambda _: reply(201, {"sid": "SM1"})) as server, Wire(observe=lambda *call: seen.append(call)) as wire:
        await run_twilio(wire, server.base)
    assert [(slug, outcome) for slug, outcome, _ in seen] == [("twilio", "answered")]


async def test_the_console_calls_nobody():
    console = channel_named("console")
    async with Wire() as wire:
        receipt = await wire.run(console.send(message(), {}, NOW, ""), connection=(1, 9), channel=console)
    assert receipt.state is MessageState.SENT
