"""What is told of asking: the command that asks once, and the figures."""

import asyncio
import json
from datetime import timedelta

import pytest
from steps_shop import HOUR
from steps_vendors import fedex_parcel, serving, ups_parcel
from test_steps_asking import NOON, asking

from doorstep.cli.asking import ask
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.steps import sum_up
from doorstep.steps.work import Worker, utc_now
from doorstep.store.database import Database


def _settings(base: str, **given: str) -> list[str]:
    return [f"{k}={v}" for k, v in {"client_id": "our-client", "client_secret": "our-secret", "base_url": base, **given}.items()]


async def test_a_number_asked_once_is_printed_as_a_file_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving("ups") as vendor:
        vendor.parcels["1Z1"] = ups_parcel("1Z1", ("P", "PU", "2026-11-18 09:00"), ("D", "FS", "2026-11-18 12:30"))
        code = await asyncio.to_thread(ask, "1z 1", carrier="ups", set_=_settings(vendor.base), private=True)
        assert code == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {line["event_type"] for line in lines} == {"picked_up", "delivered"}
        await asyncio.to_thread(ask, "1Z1", carrier="ups", set_=_settings(vendor.base), private=True, status=True)
        (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert line["status"] == "delivered"
        assert await asyncio.to_thread(ask, "1Z2", carrier="ups", set_=_settings(vendor.base), private=True) == 1
        assert "TW0001" in capsys.readouterr().err


async def test_many_numbers_go_in_as_many_calls_as_the_carrier_wants(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving("fedex") as vendor:
        numbers = [f"70{n:02}" for n in range(35)]
        vendor.parcels = {n: fedex_parcel(n, ("PU", "2026-11-18 09:00")) for n in numbers}
        assert await asyncio.to_thread(ask, *numbers, carrier="fedex", set_=_settings(vendor.base), private=True) == 0
        assert [len(call) for call in vendor.calls] == [30, 5]
        assert len(capsys.readouterr().out.splitlines()) == 35


async def test_a_refused_credential_and_a_carrier_that_cannot_be_asked_are_said() -> None:
    async with serving("ups") as vendor:
        with pytest.raises(MisconfiguredError, match="refuses"):
            await asyncio.to_thread(ask, "1Z1", carrier="ups", set_=_settings(vendor.base, client_secret="no"), private=True)
        with pytest.raises(MisconfiguredError):
            await asyncio.to_thread(ask, "1Z1", carrier="ups", set_=_settings(vendor.base))
    with pytest.raises(BadInputError, match="cannot be asked"):
        ask("1Z1", carrier="generic")
    with pytest.raises(MisconfiguredError, match="lacks"):
        await asyncio.to_thread(ask, "1Z1", carrier="ups")


async def test_the_figures_tell_what_was_asked_and_how_late_asking_is(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        await here.send_off("1Z2", "UPS")
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", ("P", "PU", "2026-11-18 09:00"))
        await here.ask(NOON + 3 * HOUR)
        await sum_up.read_backlog(database, NOON + 3 * HOUR)
        told = {what: sum_up.ASKED_TODAY.labels(what)._value.get() for what in ("asked", "answered", "errors", "reconciled")}
        assert told == {"asked": 2, "answered": 1, "errors": 0, "reconciled": 0}
        assert sum_up.ASK_OLDEST._value.get() == 0
        due = await here.due_at("1Z2")
        assert due is not None
        await sum_up.read_backlog(database, due + timedelta(seconds=90))
        assert sum_up.ASK_OLDEST._value.get() == 90


async def test_a_worker_asks_and_carries_what_it_hears_by_itself(database: Database) -> None:
    async with asking(database, "ups") as here:
        now = utc_now()
        await here.send_off("1Z1", "UPS", at=now)
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", ("P", "PU", f"{now - HOUR:%Y-%m-%d %H:%M}"))
        await here.shop.rows("update asking set ask_at = $1", now)
        worker = Worker(database, here.shop.directory, allow_private=True)
        running = asyncio.create_task(worker.run())
        for _ in range(300):
            if (await here.shop.parcel("1Z1")).folded is not None:
                break
            await asyncio.sleep(0.1)
        worker.stop()
        await running
        assert here.vendors["ups"].asked == ["1Z1"]
        assert (await here.counts())["answered"] == 1
