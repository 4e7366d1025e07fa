"""Customers' files that lie with a provider: fetched once by its protocol, within limits, tried again, given up with a reason."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from steps_files import CASES, CDN, JPEG, Answer, Case, Vendor, vendor, write
from steps_shop import HOUR, NOON, Shop, open_shop

from doorstep.channels.fetching import MOST_BYTES
from doorstep.domain.messages import Attachment, Reply
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.steps import fetch
from doorstep.steps.answer import answer
from doorstep.steps.fetch import GIVES_UP_AFTER, Fetcher
from doorstep.steps.wire import Wire
from doorstep.steps.work import Worker, utc_now
from doorstep.store import reply_files
from doorstep.store.database import Database

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SLUGS = sorted(CASES)


@pytest.fixture
async def theirs() -> AsyncIterator[Vendor]:
    """The provider."""
    async with vendor() as running:
        yield running


@pytest.fixture(params=SLUGS)
def case(request: pytest.FixtureRequest) -> Case:
    """Each provider in turn."""
    return CASES[request.param]


async def opened(database: Database, theirs: Vendor, slug: str, **settings: str) -> Shop:
    return await open_shop(database, channels={slug: CASES[slug].settings(theirs) | settings})


async def turn(shop: Shop, now: datetime = NOON, **wire: Any) -> int:
    """Let a worker fetch what is due, to the end."""
    async with Wire(**{"allow_private": True, "read_timeout_s": 5.0} | wire) as running:
        fetcher = Fetcher(shop.database, shop.directory, running)
        begun = await fetcher.turn(now)
        await fetcher.finish()
    return begun


async def files(shop: Shop) -> list[dict[str, Any]]:
    return await shop.rows(
        """select f.name, f.content_type, f.size, f.content, f.unfetched, f.unfetched_why, d.due_at, d.attempts, d.trouble, d.trouble_why
        from reply_file f left join file_due d using (merchant_id, reply_id, position) where f.merchant_id = $1 order by reply_id, position""",
        shop.merchant_id,
    )


async def the_file(shop: Shop) -> dict[str, Any]:
    (found,) = await files(shop)
    return found


async def test_a_file_is_fetched_once_by_its_providers_protocol(database: Database, theirs: Vendor, case: Case) -> None:
    shop = await opened(database, theirs, case.slug)
    case.lay(theirs)
    await write(shop, case.slug, case.hook(theirs))
    waiting = await the_file(shop)
    assert (waiting["size"], waiting["attempts"], waiting["due_at"]) == (0, 0, NOON)
    assert await turn(shop) == 1
    kept = await the_file(shop)
    assert (kept["content"], kept["size"], kept["content_type"], kept["due_at"]) == (JPEG, len(JPEG), "image/jpeg", None)
    names = {"whatsapp": "image.jpg", "messenger": "image.jpg", "twilio": "ME1.jpg", "vonage": "1b456509.jpg", "messagebird": "1.jpg"}
    assert kept["name"] == names.get(case.slug, "pot.jpg")
    told = theirs.shown(case.header)
    assert len(told) == len(case.shown)
    for given, expected in zip(told, case.shown, strict=True):
        assert (given is None) == (expected is None)
        assert given is None or given.startswith(expected or "")
    await write(shop, case.slug, case.hook(theirs))
    assert await turn(shop, NOON + HOUR) == 0
    assert len(theirs.calls) == len(case.shown)


async def test_what_is_gone_is_believed_at_the_third_try(database: Database, theirs: Vendor, case: Case) -> None:
    shop = await opened(database, theirs, case.slug)
    case.lay(theirs, Answer(404))
    await write(shop, case.slug, case.hook(theirs))
    now = NOON
    for wait in (10 * SECOND, MINUTE):
        assert await turn(shop, now) == 1
        put_off = await the_file(shop)
        assert (put_off["trouble"], put_off["due_at"], put_off["unfetched"]) == ("gone", now + wait, "")
        assert await turn(shop, now + wait - SECOND) == 0
        now += wait
    assert await turn(shop, now) == 1
    assert [(one["unfetched"], one["due_at"]) for one in await files(shop)] == [("gone", None)]
    assert await turn(shop, now + HOUR) == 0


async def test_a_refused_login_waits_pauses_nothing_and_is_given_up_after_two_days(
    database: Database, theirs: Vendor, case: Case, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = await opened(database, theirs, case.slug)
    case.lay(theirs, Answer(401, b'{"error": {"code": 190, "message": "no"}}'))
    for path, one in case.first(theirs).items():
        if one.status == 200:  # where two calls are made, the one with the key is refused
            theirs.lay(path, Answer(401, b'{"error": {"code": 190, "message": "no"}}'))
    await write(shop, case.slug, case.hook(theirs))
    await turn(shop)
    put_off = await the_file(shop)
    unshown = case.shown == (None,) or case.slug == "twilio"
    assert put_off["trouble"] == ("gone" if unshown else "refused")  # a signed address that has run out, where no key is shown
    assert unshown or put_off["trouble_why"]
    (state,) = await shop.rows(
        "select state from connection where merchant_id = $1 and connection_id = $2", shop.merchant_id, shop.connected[case.slug]
    )
    assert state["state"] == "active"
    if not unshown:
        for wait, tries in ((9 * SECOND, 0), (10 * SECOND, 1), (GIVES_UP_AFTER - SECOND, 1)):
            assert await turn(shop, NOON + wait) == tries
        assert (await the_file(shop))["unfetched"] == ""
        await turn(shop, NOON + GIVES_UP_AFTER + 2 * HOUR)
        assert ((await the_file(shop))["unfetched"], (await the_file(shop))["unfetched_why"] != "") == ("refused", True)
    said = caplog.text + "".join(capsys.readouterr()) + str(await files(shop))
    for secret in ("t0ken", "a-token", "k3y", "xkeysib", "key-1", "re_k3y", "oh=a", "signature=s"):
        assert secret not in said


async def test_a_file_larger_than_the_limit_is_not_read_to_its_end_and_given_up(database: Database, theirs: Vendor, case: Case) -> None:
    shop = await opened(database, theirs, case.slug)
    case.lay(theirs, Answer(body=JPEG + bytes(MOST_BYTES), headers={}))
    await write(shop, case.slug, case.hook(theirs))
    await turn(shop)
    assert [(one["unfetched"], one["size"], one["due_at"]) for one in await files(shop)] == [("too_large", 0, None)]


async def test_a_file_of_the_limits_size_is_kept(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs, Answer(body=JPEG + bytes(MOST_BYTES - len(JPEG)), chunked=True))
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    await turn(shop)
    assert (await the_file(shop))["size"] == MOST_BYTES


async def test_a_size_that_whatsapp_tells_is_enough_to_leave_a_file_where_it_lies(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "whatsapp")
    theirs.lay("/v25.0/1003383421387256", Answer(body=b'{"url": "%s/x", "file_size": 104857600}' % theirs.base.encode()))
    await write(shop, "whatsapp", CASES["whatsapp"].hook(theirs))
    await turn(shop)
    assert ((await the_file(shop))["unfetched"], len(theirs.calls)) == ("too_large", 1)


NO_FILES = (b"<!DOCTYPE html><p>log in", b"MZ\x90\x00\x03", b"\x7fELF\x02\x01", b'{"error": "none"}', b"#!/bin/sh\nrm")


async def test_what_a_file_is_tells_its_bytes_and_not_its_name(database: Database, theirs: Vendor, case: Case) -> None:
    for body in NO_FILES:
        shop = await opened(database, theirs, case.slug)
        case.lay(theirs, Answer(body=body, headers={"content-type": "image/jpeg"}))
        await write(shop, case.slug, case.hook(theirs))
        await turn(shop)
        kept = await the_file(shop)
        if case.slug in {"brevo", "resend", "mailgun"}:  # a mail's files are kept as those that come inside a mail
            assert (kept["name"], kept["content"], kept["content_type"]) == ("pot.jpg", body, "application/octet-stream")
        else:
            assert (kept["unfetched"], kept["size"], kept["due_at"]) == ("type", 0, None)


BROKEN = {
    "fault": Answer(500),
    "later": Answer(503, headers={"retry-after": "30"}),
    "too often": Answer(429),
    "cut": Answer(body=JPEG, missing=50),
    "cut between pieces": Answer(body=JPEG, missing=1, chunked=True),
    "empty": Answer(body=b""),
    "nothing": Answer(204),
    "slow": Answer(slow_s=3.0, body=JPEG),
}


async def test_what_did_not_come_whole_is_fetched_later(database: Database, theirs: Vendor) -> None:
    for name, broken in BROKEN.items():
        shop = await opened(database, theirs, "vonage")
        CASES["vonage"].lay(theirs, broken)
        await write(shop, "vonage", CASES["vonage"].hook(theirs))
        await turn(shop, read_timeout_s=0.3)
        put_off = await the_file(shop)
        due_at = NOON + (30 if broken.status == 503 else 10) * SECOND
        assert (put_off["trouble"], put_off["due_at"], put_off["size"]) == ("unreachable", due_at, 0), name
        CASES["vonage"].lay(theirs)
        await turn(shop, NOON + HOUR)
        assert (await the_file(shop))["content"] == JPEG


async def test_a_call_without_end_is_broken_off(database: Database, theirs: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_LONGEST_S", 0.2)
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs, Answer(slow_s=30.0, body=JPEG))
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    await turn(shop, read_timeout_s=60.0)
    assert (await the_file(shop))["trouble"] == "unreachable"


async def test_waits_grow_and_two_days_are_the_end(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs, Answer(500))
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    now, waits = NOON, []
    while not (found := await the_file(shop))["unfetched"]:
        if found["due_at"] > now:
            waits.append((found["due_at"] - now) / SECOND)
            now = found["due_at"]
        assert await turn(shop, now) == 1
    assert waits[:6] == [10, 60, 300, 1_800, 7_200, 7_200]
    assert GIVES_UP_AFTER <= now - NOON < GIVES_UP_AFTER + 2 * HOUR
    assert (found["unfetched"], found["due_at"]) == ("unreachable", None)


INSIDE = (
    "https://127.0.0.1:8443/a.jpg",
    "https://localhost/a.jpg",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/a.jpg",
    "http://shop.example/a.jpg",
    "file:///etc/passwd",
    "https://a:b@shop.example/a.jpg",
    "https://shop.example:22/",
    "not an address",
)


@pytest.mark.parametrize("slug", ["messenger", "vonage", "twilio", "mailgun"])
async def test_an_address_inside_is_never_called(database: Database, theirs: Vendor, slug: str) -> None:
    shop = await opened(database, theirs, slug, **{"api_base_url" if slug == "mailgun" else "base_url": ""})
    for number, url in enumerate(INSIDE):
        await hear(shop, slug, url, number=number)
    while await turn(shop, allow_private=False):
        pass
    assert [(one["unfetched"], one["size"]) for one in await files(shop)] == [("elsewhere", 0)] * len(INSIDE)


async def hear(shop: Shop, slug: str, *urls: str, now: datetime = NOON, number: int = 1) -> None:
    """Take in a reply whose files lie at these addresses."""
    connection, tenant = shop.directory.connection(shop.merchant_id, shop.connected[slug]), shop.directory.tenant(shop.merchant_id)
    assert connection
    assert tenant
    reply = Reply(
        channel=ChannelKind.SMS,
        sender="+34600000001",
        to="+15005550006",
        text="",
        provider_id=f"files-{number}",
        attachments=tuple(Attachment(name="photo", content_type="image/jpeg", url=url) for url in urls),
    )
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, connection, [reply], now)


async def test_credentials_are_shown_to_the_providers_own_hosts_alone(database: Database, theirs: Vendor) -> None:
    """Twilio and Mailgun name only addresses of their own; Vonage and MessageBird may name others, which see no key."""
    for slug, calls in (("twilio", 0), ("mailgun", 0), ("vonage", 1), ("messagebird", 1)):
        theirs.calls.clear()
        theirs.lay(f"{CDN}a.jpg", Answer(body=JPEG))
        shop = await opened(database, theirs, slug)
        await hear(shop, slug, f"{theirs.other}{CDN}a.jpg")
        await turn(shop)
        assert theirs.shown("authorization") == [None] * calls
        assert (await the_file(shop))["unfetched"] == ("" if calls else "elsewhere")


async def test_whatsapps_token_goes_to_no_address_but_metas(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "whatsapp")
    theirs.lay("/v25.0/1003383421387256", Answer(body=b'{"url": "%s/x"}' % theirs.other.encode()))
    await write(shop, "whatsapp", CASES["whatsapp"].hook(theirs))
    await turn(shop)
    assert ((await the_file(shop))["unfetched"], len(theirs.calls)) == ("elsewhere", 1)


async def test_a_redirect_in_a_circle_ends(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    theirs.lay(f"{CDN}a.jpg", Answer(302, headers={"location": "a.jpg"}))
    await hear(shop, "vonage", f"{theirs.base}{CDN}a.jpg")
    await turn(shop)
    assert ((await the_file(shop))["unfetched"], len(theirs.calls)) == ("elsewhere", 4)
    assert len(set(theirs.shown("authorization"))) == 1  # to the same host the token goes along


async def test_the_first_ten_files_of_a_reply_are_fetched(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    theirs.lay(f"{CDN}a.jpg", Answer(body=JPEG))
    await hear(shop, "vonage", *[f"{theirs.base}{CDN}a.jpg"] * 12)
    begun = [await turn(shop) for _ in range(6)]
    assert begun == [2, 2, 2, 2, 2, 0]
    assert [(one["size"] > 0, one["unfetched"]) for one in await files(shop)] == [(True, "")] * 10 + [(False, "too_many")] * 2


async def test_files_of_a_paused_connection_wait_until_it_is_resumed(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs)
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    await shop.pause("vonage")
    await turn(shop)
    assert ((await the_file(shop))["trouble"], theirs.calls) == ("paused", [])
    await shop.rows("update connection set state = 'active' where merchant_id = $1", shop.merchant_id)
    await shop.directory.refresh(database, NOON, force=True)
    await turn(shop, NOON + MINUTE)
    assert (await the_file(shop))["content"] == JPEG


async def test_a_channel_that_fetches_nothing_says_so(database: Database, theirs: Vendor) -> None:
    shop = await open_shop(database)
    await hear(shop, "email", f"{theirs.base}{CDN}a.jpg")
    await turn(shop)
    assert (await the_file(shop))["unfetched"] == "no_way"


async def test_workers_at_once_fetch_a_file_once(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs, Answer(slow_s=0.1, body=JPEG))
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    async with database.system() as one, database.system() as other:
        assert len(await claimed(one, shop, NOON, NOON + SECOND)) == 1
        async with asyncio.timeout(5):
            assert await claimed(other, shop, NOON, NOON + SECOND) == []
    assert sum(await asyncio.gather(*(turn(shop, NOON + SECOND) for _ in range(4)))) == 1
    assert len(theirs.calls) == 1


async def test_a_worker_that_comes_back_after_its_lease_spoils_nothing(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    async with database.system() as tx:
        (late,) = await claimed(tx, shop, NOON, NOON + 5 * MINUTE)
    async with database.system() as tx:
        assert await claimed(tx, shop, NOON + MINUTE, NOON + HOUR) == []
        (other,) = await claimed(tx, shop, NOON + 5 * MINUTE, NOON + HOUR)
        await reply_files.give_up(tx, late, reply_files.Trouble(Unfetched.GONE))
        await reply_files.put_off(tx, late, NOON, reply_files.Trouble(Unfetched.GONE))
    assert [(one["unfetched"], one["due_at"], one["trouble"]) for one in await files(shop)] == [("", NOON + HOUR, "")]
    async with database.system() as tx:
        assert await reply_files.fetched(tx, other, "a.jpg", "image/jpeg", JPEG)
        assert not await reply_files.fetched(tx, late, "b.jpg", "image/png", b"other")
    kept = await the_file(shop)
    assert (kept["name"], kept["content"], kept["due_at"]) == ("a.jpg", JPEG, None)


async def claimed(tx: Any, shop: Shop, now: datetime, until: datetime) -> list[reply_files.Wanted]:
    return [one for one in await reply_files.claim(tx, now, until, 100, 100) if one.merchant_id == shop.merchant_id]


async def test_a_file_that_every_worker_dies_of_is_given_up(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    await shop.rows("update file_due set attempts = 50 where merchant_id = $1", shop.merchant_id)
    await turn(shop)
    assert ((await the_file(shop))["unfetched"], theirs.calls) == ("unreachable", [])


async def test_one_merchants_many_files_leave_room_for_anothers(database_named: Any, theirs: Vendor) -> None:
    held: AbstractAsyncContextManager[Database] = database_named("files_of_two")
    async with held as database:
        busy = await opened(database, theirs, "vonage")
        calm = await open_shop(database, channels={"vonage": CASES["vonage"].settings(theirs)}, directory=busy.directory)
        for number in range(5):
            await hear(busy, "vonage", *[f"{theirs.base}{CDN}{n}.jpg" for n in range(10)], number=number)
        await hear(calm, "vonage", f"{theirs.base}{CDN}calm.jpg", now=NOON + SECOND)
        theirs.lay(f"{CDN}calm.jpg", Answer(body=JPEG))
        assert await turn(busy, NOON + SECOND) == 3
        assert (await the_file(calm))["content"] == JPEG


async def test_a_given_up_file_is_fetched_again_when_somebody_asks(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "vonage")
    CASES["vonage"].lay(theirs, Answer(500))
    await write(shop, "vonage", CASES["vonage"].hook(theirs))
    await turn(shop)
    (row,) = await shop.rows("select reply_id from reply where merchant_id = $1", shop.merchant_id)
    later = NOON + GIVES_UP_AFTER
    await turn(shop, later)
    assert (await the_file(shop))["unfetched"] == "unreachable"
    async with database.system() as tx:
        assert await reply_files.again(tx, shop.merchant_id, row["reply_id"], 0, later)
    CASES["vonage"].lay(theirs)
    await turn(shop, later)
    assert (await the_file(shop))["content"] == JPEG
    async with database.system() as tx:
        assert not await reply_files.again(tx, shop.merchant_id, row["reply_id"], 0, later)
        assert not await reply_files.again(tx, shop.merchant_id, row["reply_id"], 1, later)


async def test_a_running_worker_fetches_what_came(database: Database, theirs: Vendor) -> None:
    shop = await opened(database, theirs, "whatsapp")
    CASES["whatsapp"].lay(theirs)
    await write(shop, "whatsapp", CASES["whatsapp"].hook(theirs), utc_now())
    worker = Worker(database, shop.directory, allow_private=True)
    running = asyncio.create_task(worker.run())
    for _ in range(400):
        if (await the_file(shop))["size"]:
            break
        await asyncio.sleep(0.05)
    worker.stop()
    await running
    assert (await the_file(shop))["content"] == JPEG


async def test_a_merchants_own_systems_hear_of_files_by_name(database: Database, theirs: Vendor) -> None:
    channels = {"vonage": CASES["vonage"].settings(theirs), "webhook": {"url": "https://shop.example/in", "secret": "whsec_" + "a" * 32}}
    shop = await open_shop(database, channels=channels)
    await hear(shop, "vonage", "https://vonage.example/secret-address")
    (row,) = await shop.rows("select body from message where merchant_id = $1 and trigger = 'reply.received'", shop.merchant_id)
    assert json.loads(row["body"])["data"]["reply"]["files"] == [{"name": "photo", "content_type": "image/jpeg"}]
    assert b"secret-address" not in row["body"]


async def test_a_key_that_is_missing_is_named(database: Database, theirs: Vendor) -> None:
    for slug in ("brevo", "mailgun"):
        shop = await opened(database, theirs, slug, api_key="")
        await write(shop, slug, CASES[slug].hook(theirs))
        await turn(shop)
        found = await the_file(shop)
        assert (found["trouble"], found["trouble_why"]) == ("refused", "the connection has no api_key")
    assert theirs.calls == []
