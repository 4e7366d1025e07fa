"""What a webhook must ask first: certificates, confirmations, mails; and what the answers of hooks carry."""

import base64
import hashlib
import hmac
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from test_hooks import living

from apps import app_over
from doorstep.channels import channel_named
from doorstep.domain.plugins import Response
from doorstep.errors import TryLaterError, UnknownOutcomeError
from doorstep.settings import Settings
from doorstep.steps.connect import new_connection, secret_names
from doorstep.steps.directory import Directory
from doorstep.steps.intake import Intake
from doorstep.steps.receive import Receiver
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.house import House

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))
from amazon import CERTIFICATE_URL, SETTINGS, SUBSCRIBE_URL, certificate, changed, sns

SENDING = {"from_address": "orders@shop.example", "username": "u", "password": "re_k3y"}
DELIVERY = {"eventType": "Delivery", "delivery": {}, "mail": {"messageId": "p-1"}}


class Vendor:
    """A wire whose other end is scripted: address → answers in turn, the last one for ever; an error is thrown into the flow."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    async def ask(self, flow, *, connection, provider):
        assert connection[1]
        assert provider
        try:
            request = next(flow)
            while True:
                self.asked.append(request.url)
                left = self.answers[request.url]
                answer = left.pop(0) if len(left) > 1 else left[0]
                request = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()

    async def __aexit__(self, *_):
        self.asked.append("closed")


@asynccontextmanager
async def installed(database_url, tmp_path, slug, settings, vendor):
    database = await Database.open(database_url)
    place = Settings(data_dir=tmp_path)
    directory = Directory(Sealer(b"k" * 32), place.base_url)
    house = House(settings=place, database=database, directory=directory, receiver=Receiver(database), intake=Intake(wire=vendor))
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
        made = new_connection(merchant_id, "channel", slug, slug, {**SENDING, **settings})
        await connections.connect(tx, directory.sealer, made, secret_names(channel_named(slug)))
    app = app_over(house)
    async with (
        living(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=place.base_url) as client,
    ):

        async def post(raw):
            return await client.post(f"/hooks/{slug}/{made.hook_token}", content=raw.body, headers=dict(raw.headers))

        async def kept():
            async with database.system() as tx:
                return [row["body"] for row in await tx.fetch("select body from inbox order by inbox_id")]

        yield post, kept


def now_signed(message, **more):
    return sns(message, now=utc_now(), **more)


def here():
    return Response(status=200, body=certificate(now=utc_now()))


async def test_a_signed_message_is_kept_once_and_its_certificate_is_fetched_once(database_url, tmp_path):
    vendor = Vendor(**{CERTIFICATE_URL: [here()]})
    async with installed(database_url, tmp_path, "amazon_ses", SETTINGS, vendor) as (post, kept):
        raw = now_signed(DELIVERY)
        for _ in range(2):
            assert (await post(raw)).status_code == 200
        assert await kept() == [raw.body]
        assert (await post(now_signed(DELIVERY, MessageId="another"))).status_code == 200
        assert len(await kept()) == 2
        assert vendor.asked == [CERTIFICATE_URL]
    assert vendor.asked[-1] == "closed"


async def test_a_forged_message_is_not_kept_and_the_sender_is_asked_for_a_login(database_url, tmp_path):
    vendor = Vendor(**{CERTIFICATE_URL: [here()]})
    async with installed(database_url, tmp_path, "amazon_ses", SETTINGS, vendor) as (post, kept):
        answer = await post(changed(now_signed(DELIVERY), Message="{}"))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert await kept() == []


async def test_while_amazon_does_not_answer_nothing_is_kept_and_the_sender_comes_back(database_url, tmp_path):
    bad = [TryLaterError("no connection"), UnknownOutcomeError("lost"), Response(status=503), here()]
    vendor = Vendor(**{CERTIFICATE_URL: bad})
    async with installed(database_url, tmp_path, "amazon_ses", SETTINGS, vendor) as (post, kept):
        raw = now_signed(DELIVERY)
        for status in (503, 503, 503, 200):
            assert (await post(raw)).status_code == status
            assert len(await kept()) == (status == 200)


async def test_a_subscription_is_confirmed_before_it_is_acknowledged(database_url, tmp_path):
    vendor = Vendor(**{CERTIFICATE_URL: [here()], SUBSCRIBE_URL: [Response(status=500), Response(status=200)]})
    async with installed(database_url, tmp_path, "amazon_ses", SETTINGS, vendor) as (post, kept):
        raw = now_signed("You have chosen", kind="SubscriptionConfirmation")
        assert (await post(raw)).status_code == 503
        assert await kept() == []
        assert (await post(raw)).status_code == 200
        assert vendor.asked == [CERTIFICATE_URL, SUBSCRIBE_URL] * 2


async def test_a_mail_that_resend_tells_of_is_fetched_and_kept_with_the_event(database_url, tmp_path):
    secret = b"a-secret-of-twenty-four-bytes"
    url = "https://api.resend.com/emails/receiving/r-1"
    mail = {"from": "Ana <ana@customer.example>", "to": ["help@shop.example"], "text": "Where is it?", "message_id": "<1@c.example>"}
    vendor = Vendor(**{url: [Response(status=401), Response(status=200, body=json.dumps(mail).encode())]})
    settings = {"signing_secret": "whsec_" + base64.b64encode(secret).decode()}
    async with installed(database_url, tmp_path, "resend", settings, vendor) as (post, kept):
        raw = resend({"type": "email.received", "data": {"email_id": "r-1"}}, secret)
        assert (await post(raw)).status_code == 503
        assert (await post(raw)).status_code == 200
        (body,) = await kept()
        (reply,) = channel_named("resend").read(msgspec.structs.replace(raw, body=body), {}).replies
        assert (reply.sender, reply.text, reply.provider_id) == ("ana@customer.example", "Where is it?", "1@c.example")


def resend(event, secret):
    body, stamp = json.dumps(event).encode(), str(int(utc_now().timestamp()))
    signature = base64.b64encode(hmac.digest(secret, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256)).decode()
    headers = {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": f"v1,{signature}", "content-type": "application/json"}
    return msgspec.structs.replace(now_signed("x"), body=body, headers=headers, content_type="application/json")


async def test_a_mail_of_many_bytes_is_taken_where_mails_come_in_and_credentials_are_not_kept(database_url, tmp_path):
    async with installed(database_url, tmp_path, "postmark", {"hook_token": "t0ken"}, Vendor()) as (post, kept):
        raw = now_signed("x")
        headers = {"x-doorstep-token": "t0ken", "content-type": "application/json"}
        assert (await post(msgspec.structs.replace(raw, body=b" " * 5_000_000, headers=headers))).status_code == 200
        assert [len(body) for body in await kept()] == [5_000_000]
        assert (await post(msgspec.structs.replace(raw, body=b" " * 26_000_001, headers=headers))).status_code == 413


@pytest.mark.parametrize("slug", ["postmark", "sparkpost"])
async def test_no_token_of_a_hook_is_kept(database_url, tmp_path, slug):
    async with installed(database_url, tmp_path, slug, {"hook_token": "t0ken-of-ours"}, Vendor()) as (post, _):
        raw = msgspec.structs.replace(
            now_signed("x"), headers={"x-doorstep-token": "t0ken-of-ours", "authorization": "Bearer t0ken-of-ours"}
        )
        assert (await post(raw)).status_code == 200
    database = await Database.open(database_url)
    async with database.system() as tx:
        assert "t0ken-of-ours" not in await tx.fetchval("select headers::text from inbox")
    await database.close()


async def test_an_answer_that_broke_off_is_neither_believed_nor_remembered(database_url, tmp_path):
    whole = here()
    cut = [
        Response(status=200, body=whole.body[:500], headers={"Content-Length": str(len(whole.body))}),
        Response(status=200, body=whole.body[:500]),
        whole,
    ]
    vendor = Vendor(**{CERTIFICATE_URL: cut})
    async with installed(database_url, tmp_path, "amazon_ses", SETTINGS, vendor) as (post, _):
        raw = now_signed(DELIVERY)
        for status in (503, 503, 200, 200):
            assert (await post(raw)).status_code == status
        assert len(vendor.asked) == 3


async def test_no_more_than_so_many_lasting_answers_are_remembered():
    vendor = Vendor()
    intake = Intake(wire=vendor)
    channel = channel_named("amazon_ses")
    connection = msgspec.defstruct("Connection", [("merchant_id", int), ("connection_id", int), ("settings", dict)])(1, 1, SETTINGS)
    addresses = [CERTIFICATE_URL.replace("0123", f"{number:04x}") for number in range(66)]
    for address in (*addresses, addresses[-1], addresses[0]):
        vendor.answers[address] = [here()]
        await intake.take_in(channel, changed(now_signed(DELIVERY), SigningCertURL=address), connection, utc_now())
    # The last was still known, the first was forgotten.
    assert vendor.asked == [*addresses, addresses[0]]
