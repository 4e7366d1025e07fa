"""Hooks: kept before the answer, once; forged, old and cut ones refused; any bytes end in words, never in a 5xx."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps import app_over
from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.helpdesks import helpdesks
from doorstep.settings import Settings
from doorstep.shops import shops
from doorstep.steps.batch import work_batch, work_singly
from doorstep.steps.connect import new_connection, secret_names
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.house import House

SECRET = "shared-secret-of-this-test-0123456789"


@asynccontextmanager
async def living(app):
    up, down = asyncio.Event(), asyncio.Event()

    async def live():
        async with app.lifespan():
            up.set()
            await down.wait()

    task = asyncio.create_task(live())
    await asyncio.wait({task, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
    yield
    down.set()
    await task


class Hooks:
    """An installation with one connection of every plug-in."""

    def __init__(self, house, client, merchant_id):
        self.house, self.client, self.merchant_id = house, client, merchant_id
        self.tokens: dict[tuple[str, str], str] = {}

    async def connect_all(self):
        for kind, plugins in (("carrier", carriers()), ("shop", shops()), ("channel", channels()), ("helpdesk", helpdesks())):
            for slug, plugin in plugins.items():
                given_settings = {s.name: s.default or s.example or SECRET for s in plugin.settings if s.name != "code_table"}
                given_settings |= {s.name: SECRET for s in plugin.settings if s.secret}
                made = new_connection(self.merchant_id, kind, slug, slug, given_settings)
                async with self.house.database.system() as tx:
                    await connections.connect(tx, self.house.directory.sealer, made, secret_names(plugin))
                self.tokens[kind, slug] = made.hook_token

    async def post(self, kind, slug, body, **headers):
        return await self.client.post(f"/hooks/{slug}/{self.tokens[kind, slug]}", content=body, headers=headers)

    async def kept(self):
        async with self.house.database.system() as tx:
            return await tx.fetchval("select count(*) from inbox")


@pytest.fixture
async def hooks(database_url, tmp_path):
    database = await Database.open(database_url)
    place = Settings(data_dir=tmp_path)
    house = House(settings=place, database=database, directory=Directory(Sealer(b"k" * 32), place.base_url), receiver=Receiver(database))
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
    app = app_over(house)
    wire = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with living(app), httpx.AsyncClient(transport=wire, base_url=place.base_url) as client:
        made = Hooks(house, client, merchant_id)
        await made.connect_all()
        yield made


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


TRACKING = json.dumps({"tracking_number": "PQ4711ES", "checkpoints": [{"event_type": "delivered"}]}).encode()


async def test_a_delivery_is_on_disk_when_it_is_answered_and_kept_once(hooks):
    for _ in range(3):
        assert (await hooks.post("carrier", "generic", TRACKING)).status_code == 200
        assert await hooks.kept() == 1
    await asyncio.gather(*(hooks.post("carrier", "generic", TRACKING) for _ in range(20)))
    assert await hooks.kept() == 1


async def test_a_signed_delivery_is_kept_and_forged_cut_and_bare_ones_are_not(hooks):
    body = b'{"id": 1}'
    refused = [
        ({}, body),
        ({"x-shopify-hmac-sha256": signed(body, "another")}, body),
        ({"x-shopify-hmac-sha256": signed(body)[:-4]}, body),
        ({"x-shopify-hmac-sha256": signed(body)}, body[:-1]),
        ({"x-shopify-hmac-sha256": signed(body)}, body + b" "),
        ({"x-shopify-hmac-sha256": "é"}, body),
    ]
    for headers, sent in refused:
        answer = await hooks.post("shop", "shopify", sent, **{k: v.encode() for k, v in headers.items()})
        assert answer.status_code == 401, headers
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert SECRET not in answer.text
        assert await hooks.kept() == 0
    answer = await hooks.post("shop", "shopify", body, **{"x-shopify-hmac-sha256": signed(body), "x-shopify-topic": "orders/create"})
    assert answer.status_code == 200
    assert await hooks.kept() == 1


async def test_an_old_signature_is_refused(hooks):
    def header(at: int) -> str:
        return f"t={at},v1=" + hmac.digest(SECRET.encode(), f"{at}.".encode() + TRACKING, "sha256").hex()

    now = int(datetime.now(UTC).timestamp())
    for at in (now - 3600, now + 3600):
        assert (await hooks.post("shop", "generic", TRACKING, **{"x-doorstep-signature": header(at)})).status_code == 401
    assert await hooks.kept() == 0
    assert (await hooks.post("shop", "generic", TRACKING, **{"x-doorstep-signature": header(now)})).status_code == 200


async def test_an_address_nobody_has_is_not_found(hooks):
    token = hooks.tokens["carrier", "generic"]
    for path in (f"generic/{token}x", f"ups/{token}", f"pigeons/{token}", "generic/x", "generic/%00", f"generic/{'%C3%A9' * 20}"):
        for method in ("POST", "GET"):
            answer = await hooks.client.request(method, f"/hooks/{path}", content=b"{}" if method == "POST" else b"")
            assert answer.status_code == 404, path
    assert await hooks.kept() == 0


async def test_a_body_too_large_is_refused(hooks):
    assert (await hooks.post("carrier", "generic", b" " * 2_000_001)).status_code == 413
    assert await hooks.kept() == 0


async def test_nothing_is_acknowledged_while_the_database_does_not_take_it(hooks):
    async with hooks.house.database.system() as tx:
        await tx.execute("alter table inbox_due rename to elsewhere")
    answer = await hooks.post("carrier", "generic", TRACKING)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    async with hooks.house.database.system() as tx:
        await tx.execute("alter table elsewhere rename to inbox_due")
    assert await hooks.kept() == 0
    assert (await hooks.post("carrier", "generic", TRACKING)).status_code == 200


_HEADER = st.dictionaries(
    st.sampled_from(
        ["content-type", "x-shopify-hmac-sha256", "x-shopify-topic", "x-twilio-signature", "webhook-id", "sign", "x-doorstep-signature"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30).map(str.strip),
    max_size=3,
)


async def test_any_bytes_to_any_hook_end_in_words_and_the_worker_survives_them(hooks):
    loop = asyncio.get_running_loop()

    async def send(body, headers, query):
        for kind, slug in hooks.tokens:
            encoded = {name: value.encode("latin-1") for name, value in headers.items()}
            answer = await hooks.client.post(f"/hooks/{slug}/{hooks.tokens[kind, slug]}{query}", content=body, headers=encoded)
            assert answer.status_code < 500 or answer.headers.get("retry-after"), (kind, slug, body, answer.text)
            assert answer.status_code in {200, 400, 401, 404, 503}, (kind, slug, body, answer.text)

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(
        body=st.binary(max_size=100) | st.sampled_from([b"", b"{}", b"[]", b"null", b"<a/>", b"a=b", TRACKING]),
        headers=_HEADER,
        query=st.sampled_from(["", "?x=%00", "?%ff=%ff", "?a=b&a=c"]),
    )
    def ask(body, headers, query):
        asyncio.run_coroutine_threadsafe(send(body, headers, query), loop).result(60)

    await asyncio.to_thread(ask)
    kept = await hooks.kept()
    assert kept
    now = datetime.now(UTC)
    try:
        await work_batch(hooks.house.database, hooks.house.directory, now, 5000)
    finally:
        await work_singly(hooks.house.database, hooks.house.directory, now, 5000)
    async with hooks.house.database.system() as tx:
        assert await tx.fetchval("select count(*) from inbox_due") == 0
        unforeseen = await tx.fetch("select error, detail from dead_letter where error not in ('BadInputError', 'MisconfiguredError')")
    assert unforeseen == []


def bird(url: str, body: bytes = b"") -> dict[str, str]:
    """Sign a call as MessageBird does, whose connection here has `SECRET` for its key."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    stamp = int(datetime.now(UTC).timestamp())
    claims = {"iss": "MessageBird", "nbf": stamp, "exp": stamp + 60, "url_hash": hashlib.sha256(url.encode()).hexdigest()}
    claims |= {"payload_hash": hashlib.sha256(body).hexdigest()} if body else {}
    content = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    return {"messagebird-signature-jwt": (content + b"." + part(hmac.digest(SECRET.encode(), content, "sha256"))).decode()}


async def test_a_provider_that_reports_by_get_is_kept_like_one_that_posts(hooks):
    address = f"/hooks/messagebird/{hooks.tokens['channel', 'messagebird']}"
    public = f"{hooks.house.settings.base_url}{address}"

    async def report(query, method="GET", signed_query=None):
        return await hooks.client.request(method, f"{address}?{query}", headers=bird(f"{public}?{signed_query or query}"))

    first = "id=b-1&reference=m-1&recipient=34612345678&status=sent&statusDatetime=2026-11-29T11%3A59%3A00%2B00%3A00"
    second = first.replace("status=sent", "status=delivered")
    for query, kept in ((first, 1), (first, 1), (second, 2), (first, 2)):
        answer = await report(query)
        assert (answer.status_code, answer.text) == (200, "")
        assert await hooks.kept() == kept
    assert (await report(first, signed_query=second)).status_code == 401
    assert (await hooks.client.get(f"{address}?{first}&more=1")).status_code == 401
    assert (await report(first + "&x=1", method="HEAD")).status_code == 200
    assert await hooks.kept() == 2
    async with hooks.house.database.system() as tx:
        rows = await tx.fetch("select url, body, headers from inbox order by inbox_id")
    assert [(row["url"], row["body"]) for row in rows] == [(first, b""), (second, b"")]
    await work_batch(hooks.house.database, hooks.house.directory, datetime.now(UTC), 100)
    async with hooks.house.database.system() as tx:
        assert await tx.fetchval("select count(*) from inbox_due") == 0
        assert await tx.fetch("select error, detail from dead_letter") == []


async def test_a_get_to_any_other_hook_or_without_a_query_keeps_nothing(hooks):
    for kind, slug in hooks.tokens:
        address = f"/hooks/{slug}/{hooks.tokens[kind, slug]}"
        assert "It takes" in (await hooks.client.get(address)).text
        if kind != "channel" or not (channels()[slug].by_get or channels()[slug].greet):
            assert "It takes" in (await hooks.client.get(f"{address}?MessageSid=SM1&MessageStatus=sent")).text
        for method in ("PUT", "DELETE", "PATCH"):
            assert (await hooks.client.request(method, f"{address}?status=sent")).status_code == 405
    assert await hooks.kept() == 0


def question(token: str, **changed: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444", **changed}


@pytest.mark.parametrize("slug", ["whatsapp", "messenger"])
async def test_a_provider_that_asks_whether_the_hook_is_ours_gets_its_challenge_back_for_the_right_token_alone(hooks, slug):
    path = f"/hooks/{slug}/{hooks.tokens['channel', slug]}"
    answer = await hooks.client.get(path, params=question(SECRET))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    refused = [
        question("wrong"),
        question(""),
        question(SECRET + "x"),
        question(SECRET, **{"hub.mode": "unsubscribe"}),
        question(SECRET, **{"hub.challenge": ""}),
        question(SECRET, **{"hub.challenge": "1" * 201}),
        {"hub.verify_token": SECRET},
        {"hub.mode": "subscribe", "hub.challenge": "7"},
    ]
    for asked in refused:
        answer = await hooks.client.get(path, params=asked)
        assert answer.status_code == 401, asked
        assert "1158201444" not in answer.text
        assert SECRET not in answer.text
    assert (await hooks.client.get(path)).status_code == 200
    assert await hooks.kept() == 0


async def test_another_merchants_verify_token_opens_no_hook(hooks):
    async with hooks.house.database.system() as tx:
        stranger = await connections.add_merchant(tx, "cups", "Cups", {}, {})
        given = {"phone_number_id": "1", "waba_id": "2", "access_token": "a", "app_secret": "b", "verify_token": "the-strangers-own-token"}
        made = new_connection(stranger, "channel", "whatsapp", "whatsapp", given)
        await connections.connect(tx, hooks.house.directory.sealer, made, secret_names(channels()["whatsapp"]))
    mine, theirs = f"/hooks/whatsapp/{hooks.tokens['channel', 'whatsapp']}", f"/hooks/whatsapp/{made.hook_token}"
    assert (await hooks.client.get(mine, params=question("the-strangers-own-token"))).status_code == 401
    assert (await hooks.client.get(theirs, params=question(SECRET))).status_code == 401
    assert (await hooks.client.get(theirs, params=question("the-strangers-own-token"))).status_code == 200


async def test_a_channel_that_asks_no_such_thing_and_a_connection_without_a_token_answer_no_challenge(hooks):
    answer = await hooks.client.get(f"/hooks/twilio/{hooks.tokens['channel', 'twilio']}", params=question(SECRET))
    assert "1158201444" not in answer.text
    async with hooks.house.database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "bowls", "Bowls", {}, {})
        made = new_connection(merchant_id, "channel", "whatsapp", "whatsapp", {"phone_number_id": "1"})
        await connections.connect(tx, hooks.house.directory.sealer, made, frozenset())
    answer = await hooks.client.get(f"/hooks/whatsapp/{made.hook_token}", params=question(""))
    assert answer.status_code == 503
    assert "1158201444" not in answer.text


async def test_metas_webhooks_are_kept_with_its_signature_over_these_bytes_alone(hooks):
    body = b'{"object": "whatsapp_business_account", "entry": []}'
    right = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    wrong = "sha256=" + hmac.digest(b"another", body, "sha256").hex()
    for signature, sent in ((wrong, body), (right, body + b" "), (right[:-1], body), (right.removeprefix("sha256="), body), ("", body)):
        answer = await hooks.post("channel", "whatsapp", sent, **({"x-hub-signature-256": signature} if signature else {}))
        assert answer.status_code == 401
    assert await hooks.kept() == 0
    assert (await hooks.post("channel", "whatsapp", body, **{"x-hub-signature-256": right})).status_code == 200
    assert await hooks.kept() == 1
