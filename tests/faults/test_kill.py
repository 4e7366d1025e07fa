"""Workers and web processes killed at random under load: nothing lost, nothing told twice."""

import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from faults_load import Sender, kill_at_random, number_of, webhooks_of
from path_house import House, Mailbox, data_folder, now, running_house, until

from doorstep.steps.directory import Directory
from doorstep.steps.send import LEASE_S, WAVE, settle_lost
from doorstep.steps.work import utc_now

pytestmark = pytest.mark.faults
#: Seeds of the killer; another run of the same seed kills at the same pauses.
SEED = 20261122
ORDERS = 400
OVER_S = 26


async def test_killing_workers_and_web_at_random_loses_nothing_and_tells_nothing_twice(
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(SEED)
    hooks, addresses = webhooks_of(ORDERS, now(), chance)
    with Mailbox() as mailbox, data_folder() as folder:
        async with running_house(folder, mailbox, workers=2) as house:
            # Most of a call's time is between the mail's arrival and the answer: that is where a kill leaves an unknown behind.
            mailbox.slow_s = 0.25
            shop = await house.shop({"generic": {}})
            sender = Sender(shop)
            killing = asyncio.create_task(kill_at_random(house.process.pid, chance, over_s=OVER_S, pause_s=(0.5, 1.8)))
            await sender.run(hooks, over_s=OVER_S - 4)
            killed = await killing
            assert sender.accepted == len(hooks)
            await _drained(house, killed["worker"])
            await _nothing_lost(house, len(hooks))
            figures = await _nothing_twice(house, mailbox, addresses, killed["worker"])
            log = house.log.read_text()
            assert "deadlock" not in log.lower()
    record_property("figures", f"killed {killed}, posted {sender.tries} times for {len(hooks)} webhooks {sender.statuses}; {figures}")
    sys.stderr.write(f"\nkilled {killed}, posted {sender.tries} times for {len(hooks)} webhooks {sender.statuses}; {figures}\n")
    assert killed["worker"] >= 4
    assert killed["web"] >= 1


async def _drained(house: House, killed: int) -> None:
    """Wait until everything is worked off but for the calls that were under way in a process that died; settle those."""

    async def only_lost_calls() -> bool:
        rows = await house.fetch(
            "select (select count(*) from inbox_due) + (select count(*) from action_due) as waiting,"
            " (select count(*) from outbox where lease_until is null) as queued, (select count(*) from outbox where lease_until is not null) as called"
        )
        assert rows[0]["called"] <= killed * WAVE + 2 * WAVE
        await asyncio.sleep(0.5)
        return rows[0]["waiting"] == rows[0]["queued"] == 0 and not await _busy(house)

    await until(only_lost_calls, seconds=90, every_s=0.5)
    later = utc_now().timestamp() + LEASE_S + 1
    directory = Directory(house.sealer, house.base)
    await directory.refresh(house.database, utc_now())
    await settle_lost(house.database, directory, utc_now().fromtimestamp(later, utc_now().tzinfo))
    assert await house.value("select count(*) from outbox") == 0


async def _busy(house: House) -> bool:
    """Whether mail is still being handed over."""
    before = len(house.mailbox.letters)
    await asyncio.sleep(1.0)
    return len(house.mailbox.letters) != before


async def _nothing_lost(house: House, accepted: int) -> None:
    """Every accepted webhook is in the inbox and in what it told of."""
    assert await house.value("select count(*) from inbox") == accepted
    assert await house.value("select count(*) from dead_letter") == 0
    assert await house.value("select count(*) from orders where number <> ''") == ORDERS
    rows = await house.fetch("select tracking_number, status, order_id from shipment")
    assert {row["tracking_number"] for row in rows} == {number_of(n) for n in range(ORDERS)}
    assert Counter(row["status"] for row in rows) == {"delivered": ORDERS}
    assert all(row["order_id"] for row in rows)
    assert await house.value("select count(*) from checkpoint") == 4 * ORDERS
    assert await house.value("select count(*) from shipment where order_id is null") == 0


async def _nothing_twice(house: House, mailbox: Mailbox, addresses: set[str], killed: int) -> str:
    """No Message-ID came twice, no why is there twice, and every message came or is known to be unknown."""
    came = [_ident(content) for _, content in mailbox.letters]
    assert max(Counter(came).values()) == 1
    rows = await house.fetch("select message_id::text as ident, state, why_key, trigger, recipient from message")
    assert max(Counter((row["why_key"]) for row in rows).values()) == 1
    assert {row["recipient"] for row in rows} == addresses
    states = Counter(row["state"] for row in rows)
    assert set(states) <= {"sent", "unknown"}
    unknown = {row["ident"] for row in rows if row["state"] == "unknown"}
    missing = {row["ident"] for row in rows} - set(came)
    assert missing <= unknown
    assert not set(came) - {row["ident"] for row in rows}
    assert len(unknown) <= killed * WAVE
    return f"{len(rows)} messages, {len(came)} received, {len(unknown)} unknown of which {len(missing)} never came, bound {killed * WAVE}"


def _ident(content: bytes) -> str:
    found = re.search(rb"^Message-ID: <([0-9a-f-]{36})@", content, re.MULTILINE | re.IGNORECASE)
    assert found is not None
    return found[1].decode()
