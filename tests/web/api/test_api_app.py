"""The brand's own app: a customer's token opens their own messages and nobody else's; answers take the way that every reply takes."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from doorstep.domain.messages import Choice, Link, Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.compose import new_message_id
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.reach import reach
from doorstep.steps.send import call_all, send_wave
from doorstep.steps.wire import Wire
from doorstep.store import connections, messages, orders
from doorstep.store.messages import NewMessage
from doorstep.web.api import app, app_entering

SECRET, THEIR_SECRET = "s" * 40, "t" * 40
ORDER = {"id": "1001", "number": "#1001", "placed_at": "2026-11-22T09:30:00+01:00", "customer": {"email": "ana@customer.example"}}


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def token_of(kid: str, secret: str = SECRET, *, alg: str = "HS256", **claims: object) -> str:
    """Sign as a shop's server does; a claim of None is left out."""
    said = {"customer_id": "ana-7", "exp": int(time.time()) + 3600, **claims}
    head = part(json.dumps({"alg": alg, "typ": "JWT", "kid": kid}).encode())
    signed = f"{head}.{part(json.dumps({k: v for k, v in said.items() if v is not None}).encode())}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


class App:
    """Two shops with an app each, and what a test does through it."""

    def __init__(self, installation, kid, their_kid, connection_id, their_connection_id) -> None:
        self.installation, self.kid, self.their_kid = installation, kid, their_kid
        self.connection_id, self.their_connection_id = connection_id, their_connection_id

    @property
    def house(self):
        return self.installation.house

    async def ask(self, method, path, token=None, **more):
        headers = {"authorization": f"Bearer {token or token_of(self.kid)}", **more.pop("headers", {})}
        return await self.installation.client.request(method, f"/api/v1/app{path}", headers=headers, **more)

    async def say(self, text="Hello", to="ana-7", *, theirs=False, ago=timedelta(), choices=(), order_id=None, sends=True) -> str:
        """Let the shop send a message to the app; return its id."""
        now = datetime.now(UTC) - ago
        message = Message(
            message_id=new_message_id(now),
            merchant_id=self.installation.theirs if theirs else self.installation.ours,
            channel=ChannelKind.INAPP,
            to=to,
            content=Rendered(subject="News", text=text, choices=choices, link=Link(title="See", url="https://door.example/t/x")),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="delivery",
            created_at=now,
        )
        new = NewMessage(
            message=message,
            connection_id=self.their_connection_id if theirs else self.connection_id,
            template="shipped",
            trigger="shipment.shipped",
            why_key=message.message_id.encode(),
            order_id=order_id,
            shipment_ids=(),
            why="a test",
            due_at=now,
        )
        async with self.house.database.system() as tx:
            await messages.queue(tx, [new])
        if sends:
            await self.send()
        return message.message_id

    async def send(self) -> None:
        now = datetime.now(UTC)
        async with Wire() as wire:
            leased = await send_wave(self.house.database, self.house.directory, [], now)
            await send_wave(self.house.database, self.house.directory, await call_all(leased, self.house.directory, wire, now), now, 0)

    async def rows(self, query, *given):
        async with self.house.database.system() as tx:
            return [dict(row) for row in await tx.fetch(query, *given)]

    async def state(self, message_id) -> str:
        [row] = await self.rows("select state from message where message_id = $1", UUID(message_id))
        return row["state"]


@pytest.fixture
async def door(installation):
    house, made = installation.house, []
    plugin = plugin_named("channel", "in_app")
    async with house.database.system() as tx:
        for merchant_id, secret in ((installation.ours, SECRET), (installation.theirs, THEIR_SECRET)):
            wanted = new_connection(merchant_id, "channel", "in_app", "App", checked(plugin, {"secret": secret}))
            connection_id = await connections.connect(tx, house.directory.sealer, wanted, secret_names(plugin))
            made.append((wanted.hook_token, connection_id))
    await house.directory.refresh(house.database, datetime.now(UTC), force=True)
    return App(installation, made[0][0], made[1][0], made[0][1], made[1][1])


async def test_a_message_is_there_at_once_with_all_that_the_app_shows(door):
    choice = Choice(choice_id="reschedule", title="Tomorrow", about="between 9 and 12")
    message_id = await door.say("On its way", choices=(choice,))
    assert await door.state(message_id) == "sent"
    answer = await door.ask("GET", "/messages")
    assert answer.status_code == 200
    [one] = answer.json()["messages"]
    assert (one["id"], one["title"], one["text"], one["state"]) == (message_id, "News", "On its way", "sent")
    assert one["choices"] == [{"id": "reschedule", "title": "Tomorrow", "about": "between 9 and 12"}]
    assert one["link"] == {"title": "See", "url": "https://door.example/t/x"}


async def test_messages_come_in_pages_newest_first_and_after_one(door):
    ids = [await door.say(f"{n}", ago=timedelta(minutes=10 - n), sends=False) for n in range(5)]
    assert (await door.ask("GET", "/messages")).json()["messages"] == []  # nothing that has not left
    await door.send()
    first = (await door.ask("GET", "/messages", params={"limit": 2})).json()
    second = (await door.ask("GET", "/messages", params={"limit": 2, "cursor": first["next"]})).json()
    third = (await door.ask("GET", "/messages", params={"limit": 2, "cursor": second["next"]})).json()
    assert [m["id"] for page in (first, second, third) for m in page["messages"]] == ids[::-1]
    assert third["next"] is None
    newer = (await door.ask("GET", "/messages", params={"after": ids[2]})).json()
    assert [m["id"] for m in newer["messages"]] == [ids[4], ids[3]]
    for wrong in ({"after": "x"}, {"cursor": "x"}):
        assert (await door.ask("GET", "/messages", params=wrong)).status_code == 400


async def test_what_the_app_says_of_a_message_moves_it_on_and_never_back(door):
    message_id = await door.say()
    for what, state in (("reached", "reached"), ("reached", "reached"), ("read", "read"), ("reached", "read")):
        assert (await door.ask("POST", f"/messages/{message_id}/{what}")).status_code == 204
        assert await door.state(message_id) == state
    assert [r["state"] for r in await door.rows("select state from receipt order by receipt_id")] == ["reached", "read"]


async def test_an_answer_becomes_a_reply_once_bound_to_its_message_and_its_customer(door):
    message_id = await door.say("Nobody was at home", choices=(Choice(choice_id="reschedule", title="Tomorrow"),))
    said = {"client_id": "c-1", "text": "", "choice": "reschedule", "message_id": message_id}
    token = token_of(door.kid, email="Ana@Customer.example")
    for _ in range(2):
        answer = await door.ask("POST", "/replies", token, json=said)
        assert (answer.status_code, answer.json()) == (202, {"client_id": "c-1"})
    await door.installation.work()
    [kept] = await door.rows("select * from reply")
    assert (kept["channel"], kept["sender"], kept["choice"], str(kept["message_id"])) == ("inapp", "ana-7", "reschedule", message_id)
    assert kept["provider_id"] == "ana-7/c-1"
    assert await door.state(message_id) == "replied"
    names = await door.rows("select kind, value, verified_how from customer_identity where verified_at is not null order by kind")
    assert [(n["kind"], n["value"], n["verified_how"]) for n in names] == [
        ("app", "ana-7", "signed by the shop"),
        ("email", "ana@customer.example", "signed by the shop"),
    ]
    [talk] = await door.rows(
        "select c.customer_id, i.customer_id as known from conversation c cross join customer_identity i where i.kind = 'app'"
    )
    assert talk["customer_id"] == talk["known"]
    await door.send()  # the answer to the answer comes to the app
    texts = [m["text"] for m in (await door.ask("GET", "/messages")).json()["messages"]]
    assert len(texts) == 2


async def test_who_signed_in_with_the_orders_address_is_reached_in_the_app(door):
    await door.installation.post("/orders", ORDER)
    await door.installation.work()
    [row] = await door.rows("select order_id from orders")
    key = (door.installation.ours, row["order_id"])

    async def address():
        async with door.house.database.system() as tx:
            kept = (await orders.read(tx, [key]))[key]
            [found] = await reach(tx, [(key[0], kept, False)], door.house.directory, datetime.now(UTC))
        return found.addresses.get(ChannelKind.INAPP)

    await door.ask("GET", "/messages")  # the token says nothing of an address
    assert await address() is None
    await door.ask("GET", "/messages", token_of(door.their_kid, THEIR_SECRET, email="ana@customer.example", customer_id="their-ana"))
    assert await address() is None  # another shop's customer
    await door.ask("GET", "/messages", token_of(door.kid, email="ana@customer.example"))
    assert await address() == "ana-7"


async def test_two_people_are_not_made_one_by_a_token(door):
    await door.ask("GET", "/messages", token_of(door.kid, email="ana@customer.example"))
    await door.ask("GET", "/messages", token_of(door.kid, customer_id="bea-8", phone="+34600000002"))
    await door.ask("GET", "/messages", token_of(door.kid, customer_id="bea-8", email="ana@customer.example"))
    rows = await door.rows("select kind, value, customer_id from customer_identity order by value")
    assert len({row["customer_id"] for row in rows if row["value"] in {"ana-7", "ana@customer.example"}}) == 1
    assert len({row["customer_id"] for row in rows}) == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1}, {"exp": None}, {"exp": 10**18}, {"customer_id": None}, {"customer_id": ""}, {"customer_id": "x" * 200},
        {"customer_id": "a\x00b"}, {"email": "no address"}, {"phone": "600"}, {"exp": int(time.time()) + 40 * 86_400}, {"exp": "soon"},
        {"alg": "none"}, {"alg": "HS512"},
    ],
)  # fmt: skip
async def test_a_token_that_does_not_say_it_all_opens_nothing(door, claims):
    answer = await door.ask("GET", "/messages", token_of(door.kid, **claims))
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_forged_tokens_open_nothing(door):
    good = token_of(door.kid)
    head, claims, seal = good.split(".")
    other = part(json.dumps({"customer_id": "bea-8", "exp": int(time.time()) + 3600}).encode())
    forged = [
        token_of(door.kid, THEIR_SECRET),
        token_of(door.their_kid, SECRET),
        token_of("nobodys-kid-at-all-here"),
        token_of(""),
        f"{head}.{other}.{seal}",
        f"{head}.{claims}.{'A' * 43}",
        f"{head}.{claims}.",
        f"{head}.{claims}",
        good + "A",
        "ä" * 50,
        part(b'{"alg":"none","kid":"%s"}' % door.kid.encode()) + f".{claims}.{'A' * 43}",
        door.installation.our_key,
        "",
    ]
    for token in forged:
        for method, path in (("GET", "/messages"), ("GET", "/stream"), ("POST", "/replies")):
            answer = await door.installation.client.request(
                method, f"/api/v1/app{path}", headers={"authorization": f"Bearer {token}".encode()}, json={"client_id": "x", "text": "x"}
            )
            assert answer.status_code == 401, token
    assert (await door.installation.client.get("/api/v1/app/messages")).status_code == 401
    assert (await door.ask("GET", "/messages", good)).status_code == 200


async def test_another_customers_and_another_merchants_token_reach_nothing_of_ours(door):
    message_id = await door.say("secret", choices=(Choice(choice_id="c", title="C"),))
    strangers = [token_of(door.kid, customer_id="bea-8"), token_of(door.their_kid, THEIR_SECRET), token_of(door.kid, customer_id="ANA-7")]
    for token in strangers:
        assert (await door.ask("GET", "/messages", token)).json()["messages"] == []
        for what in ("reached", "read"):
            assert (await door.ask("POST", f"/messages/{message_id}/{what}", token)).status_code == 404
        said = {"client_id": "c-1", "choice": "c", "message_id": message_id}
        assert (await door.ask("POST", "/replies", token, json=said)).status_code == 404
    assert await door.state(message_id) == "sent"
    await door.installation.work()
    assert await door.rows("select 1 from reply") == []
    # the same words of two customers are two replies
    for token in (token_of(door.kid), *strangers[:2]):
        assert (await door.ask("POST", "/replies", token, json={"client_id": "same", "text": "hello"})).status_code == 202
    await door.installation.work()
    assert sorted((r["merchant_id"], r["sender"]) for r in await door.rows("select merchant_id, sender from reply")) == sorted(
        [(door.installation.ours, "ana-7"), (door.installation.ours, "bea-8"), (door.installation.theirs, "ana-7")]
    )


async def test_only_messages_of_the_app_are_the_apps(door):
    message_id = await door.say()
    async with door.house.database.system() as tx:
        await tx.execute("update message set channel = 'email'")
    assert (await door.ask("GET", "/messages")).json()["messages"] == []
    assert (await door.ask("POST", f"/messages/{message_id}/read")).status_code == 404
    for wrong in ("x", "01a1ee50-4380-7000-8000-000000000001", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        assert (await door.ask("POST", f"/messages/{wrong}/read")).status_code == 404


async def test_a_token_may_be_narrowed(door):
    only = token_of(door.kid, scope="app:messages orders:read")
    assert (await door.ask("GET", "/messages", only)).status_code == 200
    assert (await door.ask("POST", "/replies", only, json={"client_id": "x", "text": "x"})).status_code == 403
    assert (await door.ask("GET", "/messages", token_of(door.kid, scope=""))).status_code == 403


async def test_a_paused_app_and_a_changed_secret(door):
    house, merchant_id = door.house, door.installation.ours
    old = token_of(door.kid)
    plugin = plugin_named("channel", "in_app")
    for secrets, works in ((f"{'n' * 40} {SECRET}", True), ("n" * 40, False)):
        async with house.database.system() as tx:
            one = await connections.one(tx, house.directory.sealer, merchant_id, door.connection_id)
            changed = type(one)(**{name: getattr(one, name) for name in one.__struct_fields__} | {"settings": {"secret": secrets}})
            await connections.change(tx, house.directory.sealer, changed, secret_names(plugin))
        await house.directory.refresh(house.database, datetime.now(UTC), force=True)
        assert (await door.ask("GET", "/messages", old)).status_code == (200 if works else 401)
        assert (await door.ask("GET", "/messages", token_of(door.kid, "n" * 40))).status_code == 200
    async with house.database.system() as tx:
        await connections.pause(tx, merchant_id, door.connection_id, "a test")
    await house.directory.refresh(house.database, datetime.now(UTC), force=True)
    assert (await door.ask("GET", "/messages", token_of(door.kid, "n" * 40))).status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        {"client_id": "x"}, {"client_id": "x", "text": "  "}, {"client_id": "", "text": "x"}, {"client_id": "a b", "text": "x"},
        {"text": "x"}, {"client_id": "x", "text": "x" * 4001}, {"client_id": "x", "text": "x", "message_id": "nothing"},
        {"client_id": "x", "text": "x", "customer_id": "bea-8"}, {"client_id": "x", "text": "a\x00"}, [],
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_refused(door, said):
    assert (await door.ask("POST", "/replies", json=said)).status_code == 400


async def test_neither_large_nor_without_end(door):
    assert (await door.ask("POST", "/replies", json={"client_id": "x", "text": "x" * 30_000})).status_code == 413
    app_entering._RATES._left.clear()
    statuses = []
    for n in range(25):
        app_entering._RATES._left.clear()
        statuses.append((await door.ask("POST", "/replies", json={"client_id": f"c{n}", "text": "x"})).status_code)
    assert statuses[:20] == [202] * 20
    assert 429 in statuses[20:]
    many = [(await door.ask("GET", "/messages")).status_code for _ in range(60)]
    assert 429 in many
    assert (await door.ask("GET", "/messages", token_of(door.kid, customer_id="bea-8"))).status_code == 200


async def test_the_hook_takes_no_answers(door):
    forged = json.dumps({"customer_id": "ana-7", "client_id": "x", "at": "2026-11-29T12:00:00Z", "text": "forged"})
    answer = await door.installation.client.post(f"/hooks/in_app/{door.kid}", content=forged, headers={"content-type": "application/json"})
    assert answer.status_code == 401
    await door.installation.work()
    assert await door.rows("select 1 from reply") == []


async def heard(door, wanted, last=None, customer="ana-7"):
    """The first so many events of a stream."""
    who = app_entering.Entered(
        door.house.directory.connection(door.installation.ours, door.connection_id),
        app_entering.AppCustomer(customer_id=customer, until=datetime.now(UTC) + timedelta(hours=1)),
    )
    stream = app.events(door.house, who, UUID(last) if last else None)
    found = []
    try:
        async with asyncio.timeout(10):
            async for piece in stream:
                if piece.startswith(b"id: "):
                    fields = dict(line.split(": ", 1) for line in piece.decode().strip().split("\n"))
                    assert json.loads(fields["data"])["id"] == fields["id"]
                    found.append(fields["id"])
                elif not piece.startswith(b"retry"):
                    found.append(piece.decode().strip())
                if len(found) >= wanted:
                    return found
    finally:
        await stream.aclose()


async def test_a_stream_brings_what_the_app_has_not_confirmed_then_what_comes(door, monkeypatch):
    monkeypatch.setattr(app, "POLL_S", 0.05)
    old, waiting = await door.say("old", ago=timedelta(hours=2)), await door.say("waiting", ago=timedelta(hours=1))
    await door.ask("POST", f"/messages/{old}/read")
    await door.say("not hers", to="bea-8")
    await door.say("of another shop", theirs=True)
    listening = asyncio.create_task(heard(door, 2))
    await asyncio.sleep(0.3)
    new = await door.say("new")
    assert await listening == [waiting, new]
    assert app._STREAMS == {}


async def test_a_stream_goes_on_behind_the_last_event(door, monkeypatch):
    monkeypatch.setattr(app, "POLL_S", 0.05)
    ids = [await door.say(f"{n}", ago=timedelta(minutes=10 - n)) for n in range(4)]
    for one in ids:
        await door.ask("POST", f"/messages/{one}/reached")
    assert await heard(door, 2, last=ids[1]) == ids[2:]


async def test_silence_is_broken_and_the_stream_ends_with_its_token(door, monkeypatch):
    monkeypatch.setattr(app, "POLL_S", 0.02)
    monkeypatch.setattr(app, "HEARTBEAT_S", 0.1)
    assert await heard(door, 2) == [": still here"] * 2
    who = app_entering.Entered(None, app_entering.AppCustomer(customer_id="ana-7", until=datetime.now(UTC) - timedelta(seconds=1)))
    ours = door.house.directory.connection(door.installation.ours, door.connection_id)
    assert [piece async for piece in app.events(door.house, type(who)(ours, who.customer), None)] == [b"retry: 3000\n\n"]


async def test_a_stream_is_served_as_one(door, monkeypatch):
    monkeypatch.setattr(app, "POLL_S", 0.02)
    monkeypatch.setattr(app, "STREAM_S", 0.2)
    message_id = await door.say()
    answer = await door.ask("GET", "/stream", headers={"last-event-id": "nothing of ours"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count(f"id: {message_id}\n") == 1
    monkeypatch.setattr(app, "_MOST_STREAMS", 0)
    assert (await door.ask("GET", "/stream")).status_code == 429
