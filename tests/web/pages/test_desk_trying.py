"""Connections at the desk: tested, their secrets and addresses replaced without a gap, and how they go."""

import html
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from desk_clients import csrf_of, entered
from page_shops import NOW, fill

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import MessageState
from doorstep.steps.connect import new_connection
from doorstep.store import connections, inbox, mailboxes, message_lists, messages
from doorstep.store.going import going

_MADE = iter(range(1000))
OLD, NEW = "whsec_" + "b2xkb2xkb2xkb2xkb2xk", "whsec_" + "bmV3bmV3bmV3bmV3bmV3"


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"try{next(_MADE)}", "Try & Tell")


@pytest.fixture
async def desk(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def connected(house, shop, kind, provider, secrets=(), **settings):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        new = new_connection(shop.merchant_id, kind, provider, f"{provider} here", settings)
        return await connections.connect(tx, house.directory.sealer, new, frozenset(secrets))


async def read(house, shop, connection_id):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await connections.one(tx, house.directory.sealer, shop.merchant_id, connection_id)


async def test_a_test_tells_the_providers_words_without_secrets(desk, house, shop, monkeypatch):
    closed = await connected(house, shop, "channel", "email", ("password",), host="127.0.0.1", port="1", security="none",
                             from_address="orders@shop.example", username="u", password="very-secret")  # fmt: skip
    page = (await desk.post(f"/desk/connections/{closed}/test", data=desk.csrf)).text
    assert "It does not work, after" in page
    assert "no connection to the mail server" in page
    wrong = await connected(house, shop, "channel", "webhook", ("secret",), url="https://x.example/very-secret", secret="very-secret")
    page = (await desk.post(f"/desk/connections/{wrong}/test", data=desk.csrf)).text
    assert "the secret is not whsec_" in page
    assert "very-secret" not in re.search(r'<section class="card" aria-labelledby="test">.*?</section>', page, re.DOTALL)[0]
    changes = (await desk.get("/desk/changes")).text
    assert f"connection {closed}: fails" in changes


async def test_a_connection_that_cannot_be_asked_sends_a_message_once_that_is_agreed_to(desk, house, shop):
    console = shop.connection_ids["console"]
    page = await desk.post(f"/desk/connections/{console}/test", data=desk.csrf)
    assert "Agree that a message is sent" in page.text
    page = await desk.post(f"/desk/connections/{console}/test", data=desk.csrf | {"agreed": "yes"})
    assert f"A test message to {shop.owner} is on its way" in page.text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = (await message_lists.page(tx, shop.merchant_id, most=1))[0]
    assert (row["recipient"], row["trigger"], row["order_id"], row["subject"]) == (
        shop.owner,
        "test",
        None,
        f"[TEST] console of {shop.slug}",
    )
    only_listens = shop.connection_ids["ups"]
    assert "it only listens" in (await desk.post(f"/desk/connections/{only_listens}/test", data=desk.csrf)).text


async def test_a_hooks_address_is_new_and_the_one_before_is_taken_for_a_day(desk, client, house, shop):
    ups = shop.connection_ids["ups"]
    old = f"{shop.slug}-ups-hook-token"
    assert (await desk.post(f"/desk/connections/{ups}/hook", data=desk.csrf)).status_code == 303
    kept = await read(house, shop, ups)
    assert kept.hook_token != old
    assert (kept.former_hook_token, kept.former_until > NOW + timedelta(hours=23)) == (old, True)
    assert "The address before is taken until" in (await desk.get(f"/desk/connections/{ups}")).text
    for token in (kept.hook_token, old):
        assert (await client.get(f"/hooks/ups/{token}")).status_code == 200, token
    async with house.database.system() as tx:
        assert (await connections.by_hook_token(tx, house.directory.sealer, old)).connection_id == ups
        await tx.execute("update connection set former_until = now() - interval '1 second' where connection_id = $1", ups)
        assert await connections.by_hook_token(tx, house.directory.sealer, old) is None
    await house.directory.refresh(house.database, NOW + timedelta(hours=25), force=True)
    assert house.directory.by_hook_token(old) is None
    assert (await client.get(f"/hooks/ups/{kept.hook_token}")).status_code == 200


async def test_a_new_secret_stands_beside_the_old_one_until_that_is_dropped(desk, house, shop):
    hook = await connected(house, shop, "channel", "webhook", ("secret",), url="https://x.example/h", secret=OLD)
    path = f"/desk/connections/{hook}"
    assert "Put it beside" in (await desk.get(path)).text
    for wrong in ("", "two words"):
        assert "without spaces" in (await desk.post(f"{path}/secret", data=desk.csrf | {"setting": "secret", "new": wrong})).text
    assert (await desk.post(f"{path}/secret", data=desk.csrf | {"setting": "secret", "new": NEW})).status_code == 303
    assert (await read(house, shop, hook)).settings["secret"] == f"{NEW} {OLD}"
    page = (await desk.get(path)).text
    assert "Drop the old one" in page
    assert OLD not in page
    assert NEW not in page
    await desk.post(f"{path}/secret", data=desk.csrf | {"setting": "secret", "drop": "yes"})
    assert (await read(house, shop, hook)).settings["secret"] == NEW
    assert (await desk.post(f"{path}/secret", data=desk.csrf | {"setting": "url", "new": "x"})).status_code == 400


async def test_a_page_tells_how_its_connection_goes(desk, house, shop):
    console, now = shop.connection_ids["console"], datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    for _ in range(4):
        await desk.post(f"/desk/connections/{console}/test", data=desk.csrf | {"agreed": "yes"})
    async with house.database.system() as tx:
        taken = await messages.lease(tx, now, now + timedelta(minutes=2), 500)
        for place, leased in enumerate(one for one in taken if one.message.merchant_id == shop.merchant_id):
            state = MessageState.BOUNCED if place % 2 else MessageState.REACHED
            receipt = Receipt(message_id=None, provider_id=None, state=state, provider_text="mailbox of anna@mail.example is full")
            await messages.finish(tx, leased, receipt, now)
        goes = await going(tx, shop.merchant_id, console, now)
        assert (goes.states["bounced"], goes.states["reached"]) == (2, 2)
        assert (goes.calls["bounced"], goes.calls["reached"]) == (2, 2)
        assert (goes.ill_outcome, goes.ill_at, goes.well_at) == ("bounced", now, now)
        assert (await going(tx, shop.merchant_id, console, now + timedelta(days=2))).calls == {}
    page = html.unescape((await desk.get(f"/desk/connections/{console}")).text)
    assert "mailbox of <address> is full" in page
    assert "anna@" not in page
    assert re.search(r"A call takes</dt><dd>\d+\.\d s; 95 of 100 at most \d+\.\d s", page)
    assert re.search(r"Of \d+ that left, \d+ bounced or were refused \(\d+\.\d %\)", page)
    heard = html.unescape((await desk.get(f"/desk/connections/{shop.connection_ids['ups']}")).text)
    assert re.search(r"Webhook heard</dt><dd><time", heard)


async def test_a_mailbox_that_is_not_read_is_told_on_every_page_of_its_connection(desk, app, house, shop, theirs):
    mail = await connected(house, shop, "channel", "email", ("password", "imap_password"), host="127.0.0.1", port="1", security="none",
                           from_address="orders@shop.example", imap_host="127.0.0.1", imap_password="very-secret")  # fmt: skip
    said = "Its mailbox has not been read since 18 Nov 2026 at 09:00 UTC: the mailbox server does not take user name and password."
    at = datetime(2026, 11, 18, 9, tzinfo=UTC)
    paths = ("/desk/", "/desk/connections", f"/desk/connections/{mail}")
    async with house.database.system() as tx:
        why = "the mailbox server does not take user name and password"
        noted = await mailboxes.failed(tx, (shop.merchant_id, mail), at, why, refused=True)
        await mailboxes.again(tx, msgspec.structs.replace(noted, due_at=at + timedelta(days=1), told_at=at))
    for path in paths:
        page = (await desk.get(path)).text
        assert said in page, path
        assert "Its owners were told by e-mail on 18 Nov 2026 at 09:00 UTC" in page, path
    stranger = await entered(app, theirs.owner)
    for path in paths[:2]:
        assert said not in (await stranger.get(path)).text
    await stranger.aclose()
    values = {f"set-{name}": value for name, value in (await read(house, shop, mail)).settings.items() if "password" not in name}
    assert (await desk.post(f"/desk/connections/{mail}", data=desk.csrf | {"name": "Mail", **values})).status_code == 303
    assert said not in (await desk.get(paths[2])).text


async def test_a_stranger_and_a_member_touch_none_of_it(app, house, shop, theirs):
    ups = shop.connection_ids["ups"]
    for who, code in ((theirs.owner, 404), (shop.member, 403)):
        client = await entered(app, who)
        csrf = {"csrf": await csrf_of(client)}
        for what in ("test", "hook", "secret"):
            answer = await client.post(
                f"/desk/connections/{ups}/{what}", data=csrf | {"setting": "credential", "new": "x", "agreed": "yes"}
            )
            assert answer.status_code == code, (who, what)
        await client.aclose()
    assert (await read(house, shop, ups)).hook_token == f"{shop.slug}-ups-hook-token"
    async with house.database.for_merchant(theirs.merchant_id) as tx:
        goes = await going(tx, shop.merchant_id, shop.connection_ids["console"], NOW)
        assert (goes.states, goes.calls, goes.well_at, goes.heard_at) == ({}, {}, None, None)
        assert await connections.turn_hook(tx, shop.merchant_id, ups, "stolen", NOW) is False
    async with house.database.for_merchant(shop.merchant_id) as tx:
        arrivals = await inbox.dead_letters(tx, shop.merchant_id)
    assert arrivals
