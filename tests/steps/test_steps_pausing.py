"""A connection that cannot be used is paused, and its owners told: by one mail each, in their shop's language, and nobody else's owners."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from steps_shop import EMAIL, HOUR, NOON, Shop, open_shop, order
from test_steps_asking import asking

from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind, Skip
from doorstep.errors import MisconfiguredError
from doorstep.steps.pausing import MOST_NOTICES, TRIGGER, pause, told_text
from doorstep.steps.send import Ended, send_wave
from doorstep.store import access, connections, recipients
from doorstep.store.database import Database

WHY = "UPS answered 401 (10401): it refuses the credential; check it and what it may ask for"


async def people(shop: Shop, *owners: str, members: Sequence[str] = ()) -> None:
    async with shop.database.system() as tx:
        for role, addresses in (("owner", owners), ("member", members)):
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
    assert told_text(one) == "Nobody was told by e-mail: no e-mail connection is in use; connect one, or resume it."
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
