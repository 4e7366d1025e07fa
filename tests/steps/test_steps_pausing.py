"""A connection that cannot be used is paused, and its owners told: by one mail each, in their shop's language, and nobody else's owners."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from steps_shop import EMAIL, HOUR, NOON, Shop, open_shop, order
from test_steps_asking import asking

from doorstep.channels import channels
from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind, Skip
from doorstep.errors import MisconfiguredError
from doorstep.steps.connect import new_connection, secret_names
from doorstep.steps.pausing import MOST_NOTICES, TRIGGER, pause, tell_late, told_text
from doorstep.steps.send import Ended, send_wave
from doorstep.steps.work import Worker
from doorstep.store import access, connections, recipients
from doorstep.store.database import Database

WHY = "UPS answered 401 (10401): it refuses the credential; check it and what it may ask for"


async def people(shop: Shop, *owners: str, members: Sequence[str] = ()) -> None:
    async with shop.database.system() as tx:
        for role, addresses in (("owner", owners), ("support", members)):
            for address in addresses:
                await access.add_user(tx, shop.merchant_id, address, "a long password", role)


async def fault(shop: Shop, provider: str = "carrier", *, at: Any = NOON, why: str = WHY) -> bool:
    async with shop.database.system() as tx:
        return await pause(tx, shop.directory, (shop.merchant_id, shop.connected[provider]), why, at)


async def resume(shop: Shop, provider: str = "carrier") -> None:
    async with shop.database.system() as tx:
        await connections.resume(tx, shop.merchant_id, shop.connected[provider])


async def notices(shop: Shop) -> list[dict[str, Any]]:
    return await shop.rows(
        "select m.*, o.connection_id as via from message m left join outbox o using (merchant_id, message_id) where trigger = $1"
        " and m.merchant_id = $2 order by created_at, recipient",
        TRIGGER,
        shop.merchant_id,
    )


async def shown(shop: Shop, provider: str = "carrier") -> connections.Connection:
    async with shop.database.system() as tx:
        return await connections.one(tx, shop.directory.sealer, shop.merchant_id, shop.connected[provider])


_MADE = iter(range(1000))


def names(*wanted: str) -> list[str]:
    """Addresses that no other test logs in with."""
    number = next(_MADE)
    return [f"{name}.{number}@shop.example" for name in wanted]


async def test_each_owner_is_told_once_and_nobody_who_may_not_mend_it(database: Database) -> None:
    shop, other = await open_shop(database), await open_shop(database)
    ana, bea, gone, member, stranger = names("ana", "bea", "gone", "member", "stranger")
    await people(shop, ana, bea, gone, members=[member])
    await people(other, stranger)
    async with database.system() as tx:
        await tx.execute("update desk_user set deactivated_at = now() where email = $1", gone)
    assert await fault(shop)
    assert not await fault(shop)  # it is paused already: another worker's call, ended later
    told = await notices(shop)
    assert [row["recipient"] for row in told] == [ana, bea]
    assert {row["via"] for row in told} == {shop.connected["email"]}
    assert "10401" in told[0]["text"]
    assert f"https://doorstep.example/desk/connections/{shop.connected['carrier']}" in told[0]["text"]
    assert not await notices(other)
    one = await shown(shop)
    assert (one.active, one.paused_why, one.untold) == (False, WHY, None)
    assert told_text(one) == "Its owners were told by e-mail on 18 Nov 2026 at 11:00 UTC."


async def test_it_is_told_in_the_shops_language(database: Database) -> None:
    shop = await open_shop(database)
    (ana,) = names("ana")
    await people(shop, ana)
    async with database.system() as tx:
        await tx.execute("""update merchant set brand = '{"default_locale": "es-MX"}' where merchant_id = $1""", shop.merchant_id)
    await shop.directory.refresh(database, NOON, force=True)
    await fault(shop)
    (row,) = await notices(shop)
    assert "está en pausa" in row["subject"]
    assert row["locale"] == "es-MX"


async def test_workers_that_pause_at_once_tell_once(database: Database) -> None:
    shop = await open_shop(database)
    (ana,) = names("ana")
    await people(shop, ana)
    assert sorted(await asyncio.gather(*(fault(shop) for _ in range(4)))) == [False, False, False, True]
    assert len(await notices(shop)) == 1


async def test_a_pause_that_is_rolled_back_tells_nobody(database: Database) -> None:
    shop = await open_shop(database)
    await people(shop, *names("ana"))
    with pytest.raises(MisconfiguredError):
        async with database.system() as tx:
            await pause(tx, shop.directory, (shop.merchant_id, shop.connected["carrier"]), WHY, NOON)
            raise MisconfiguredError("the rest of the transaction fell")
    assert not await notices(shop)
    assert (await shown(shop)).active


async def test_each_time_it_is_told_anew_but_never_a_storm(database: Database) -> None:
    shop = await open_shop(database)
    await people(shop, *names("ana"))
    for minute in range(MOST_NOTICES + 3):
        await fault(shop, at=NOON + timedelta(minutes=minute))
        last = await shown(shop)
        await resume(shop)
    assert len(await notices(shop)) == MOST_NOTICES
    assert (last.untold, last.told_at) == (Skip.CAPPED, None)
    assert await shop.skips() == {(TRIGGER, Skip.CAPPED): 3}
    assert told_text(await shown(shop)) == ""
    await fault(shop, at=NOON + 2 * HOUR)
    assert len(await notices(shop)) == MOST_NOTICES + 1


@pytest.mark.parametrize(
    "channels", [{}, {"webhook": {"url": "https://shop.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}]
)
async def test_where_no_mail_can_leave_the_desk_says_so(database: Database, channels: Mapping[str, Mapping[str, str]]) -> None:
    shop = await open_shop(database, channels=channels)
    await people(shop, *names("ana"))
    await fault(shop)
    assert not await notices(shop)
    one = await shown(shop)
    assert one.untold == Skip.NO_CHANNEL
    assert told_text(one) == "Nobody was told by e-mail: no e-mail connection is in use; connect one, or resume it, and they are told then."
    assert await shop.skips() == {(TRIGGER, Skip.NO_CHANNEL): 1}


async def test_nobody_to_tell_and_addresses_that_are_suppressed_are_said(database: Database) -> None:
    shop = await open_shop(database)
    await fault(shop)
    assert (await shown(shop)).untold == Skip.NO_ADDRESS
    await resume(shop)
    (ana,) = names("ana")
    await people(shop, ana)
    async with database.system() as tx:
        dead = Suppression(channel=ChannelKind.EMAIL, address=ana, purpose=None, reason="bounced", at=NOON)
        await recipients.suppress(tx, shop.merchant_id, dead)
    await fault(shop)
    assert (await shown(shop)).untold == Skip.SUPPRESSED
    assert not await notices(shop)


async def test_paused_by_hand_nobody_is_told_and_nothing_is_said_of_it(database: Database) -> None:
    shop = await open_shop(database)
    await people(shop, *names("ana"))
    await fault(shop)
    await resume(shop)
    async with database.system() as tx:
        await connections.pause(tx, shop.merchant_id, shop.connected["carrier"], "paused at the desk")
    assert len(await notices(shop)) == 1
    assert told_text(await shown(shop)) == ""


async def test_a_carrier_that_refuses_the_credential_is_told_by_the_worker_that_asked(database: Database) -> None:
    async with asking(database, "ups") as here:
        (ana,) = names("ana")
        await people(here.shop, ana)
        here.vendors["ups"].client = ("another", "client")
        await here.send_off("1Z1", "UPS")
        await here.send_off("1Z2", "UPS")
        await here.ask(NOON + 6 * HOUR)
        (row,) = await notices(here.shop)
        assert row["recipient"] == ana
        assert "refuses" in row["text"]
        assert "is not asked about your parcels" in row["text"]
        assert not {"our-secret", "our-client"} & set(row["text"].split())


async def test_a_channel_that_is_misconfigured_is_told_by_another_mailbox_and_else_at_the_desk(database: Database) -> None:
    shop = await open_shop(database)
    (ana,) = names("ana")
    await people(shop, ana)
    await shop.arrive(facts=[order()])
    (leased,) = await shop.lease()
    await send_wave(database, shop.directory, [Ended(leased, None, NOON + HOUR, "535", pause="the mail server refuses the login")], NOON, 0)
    assert not await notices(shop)
    assert (await shown(shop, "email")).untold == Skip.NO_CHANNEL
    await resume(shop, "email")
    spare = await open_shop(database)  # a second mailbox, of this shop
    async with database.system() as tx:
        await tx.execute(
            "update connection set merchant_id = $1 where connection_id = $2 and merchant_id = $3",
            shop.merchant_id,
            spare.connected["email"],
            spare.merchant_id,
        )
    await shop.directory.refresh(database, NOON, force=True)
    (leased,) = await shop.lease(NOON + 2 * HOUR)
    await send_wave(database, shop.directory, [Ended(leased, None, NOON + 3 * HOUR, "535", pause="refused")], NOON + 2 * HOUR, 0)
    (row,) = await notices(shop)
    assert (row["recipient"], row["via"]) == (ana, spare.connected["email"])
    assert "its messages wait" in row["text"]
    assert EMAIL["host"] not in row["text"]


# -- told late --------------------------------------------------------------------------------------------------------------------------

WEBHOOK = {"url": "https://shop.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


async def connect(shop: Shop, slug: str, given: Mapping[str, str]) -> int:
    """Add a channel as the desk and the command line do."""
    plugin = channels()[slug]
    made = new_connection(shop.merchant_id, "channel", slug, slug, dict(given))
    async with shop.database.system() as tx:
        return await connections.connect(tx, shop.directory.sealer, made, secret_names(plugin))


async def late(shop: Shop, at: Any = NOON + HOUR) -> int:
    async with shop.database.system() as tx:
        return await tell_late(tx, shop.directory, at)


async def test_owners_are_told_late_and_once_when_a_mailbox_is_connected(database: Database) -> None:
    shop = await open_shop(database, channels={})
    (ana,) = names("ana")
    await people(shop, ana)
    await fault(shop)
    assert await late(shop) == 0
    await connect(shop, "webhook", WEBHOOK)
    assert await late(shop) == 0
    assert (await shown(shop)).untold == Skip.NO_CHANNEL
    mailbox = await connect(shop, "email", EMAIL)
    assert await late(shop) == 1
    assert await late(shop, NOON + 2 * HOUR) == 0
    (row,) = await notices(shop)
    assert (row["recipient"], row["via"]) == (ana, mailbox)
    assert WHY in row["text"]
    assert told_text(await shown(shop)) == "Its owners were told by e-mail on 18 Nov 2026 at 12:00 UTC."
    assert await shop.skips() == {(TRIGGER, Skip.NO_CHANNEL): 1}


async def test_a_mailbox_that_is_resumed_tells_of_the_others_but_not_of_itself(database: Database) -> None:
    shop = await open_shop(database)
    await people(shop, *names("ana"))
    await fault(shop, "email")
    await fault(shop)
    await resume(shop, "email")
    assert await late(shop) == 1
    (row,) = await notices(shop)
    assert f"/connections/{shop.connected['carrier']}" in row["text"]


async def test_a_stranger_sees_no_pause_of_ours(database: Database) -> None:
    shop, other = await open_shop(database, channels={}), await open_shop(database)
    await fault(shop)
    await connect(shop, "email", EMAIL)
    for merchant_id, seen in ((other.merchant_id, []), (shop.merchant_id, [((shop.merchant_id, shop.connected["carrier"]), WHY)])):
        async with database.for_merchant(merchant_id) as tx:
            assert await connections.untold(tx, Skip.NO_CHANNEL, ["email"], 10) == seen


async def test_workers_that_look_at_once_tell_late_once(database: Database) -> None:
    shop = await open_shop(database, channels={})
    await people(shop, *names("ana"))
    await fault(shop)
    await connect(shop, "email", EMAIL)
    assert sorted(await asyncio.gather(*(late(shop) for _ in range(4)))) == [0, 0, 0, 1]
    assert len(await notices(shop)) == 1


async def test_what_was_resumed_or_paused_by_hand_meanwhile_is_not_told_late(database: Database) -> None:
    shop, other = await open_shop(database, channels={}), await open_shop(database)
    await people(shop, *names("ana"))
    await people(other, *names("bea"))
    await fault(shop)  # the other shop's mailbox is no way to our owners
    assert await late(shop) == 0
    await resume(shop)
    async with database.system() as tx:
        await connections.pause(
            tx, shop.merchant_id, shop.connected["shop" if "shop" in shop.connected else "generic"], "paused at the desk"
        )
    await connect(shop, "email", EMAIL)
    assert await late(shop) == 0
    assert not await notices(shop)


async def test_where_nobody_can_be_reached_late_either_that_is_said_and_not_tried_again(database: Database) -> None:
    shop = await open_shop(database, channels={})
    await fault(shop)
    await connect(shop, "email", EMAIL)
    assert await late(shop) == 0
    assert (await shown(shop)).untold == Skip.NO_ADDRESS
    assert await shop.skips() == {(TRIGGER, Skip.NO_CHANNEL): 1, (TRIGGER, Skip.NO_ADDRESS): 1}
    await people(shop, *names("ana"))
    assert await late(shop) == 0


async def test_the_workers_sweep_tells_late(database: Database) -> None:
    shop = await open_shop(database, channels={})
    await people(shop, *names("ana"))
    await fault(shop)
    await connect(shop, "email", EMAIL)
    worker = Worker(database, shop.directory, sends=False)
    running = asyncio.create_task(worker.run())
    for _ in range(400):
        if await notices(shop):
            break
        await asyncio.sleep(0.05)
    worker.stop()
    await running
    assert len(await notices(shop)) == 1
