"""GET /promise: what it rests on, whose parcels it counts, what it refuses."""

from datetime import date, timedelta
from itertools import count

import msgspec

from doorstep.steps.work import utc_now
from doorstep.store import connections, days
from doorstep.store.connections import Merchant
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS

_TO = {"from": "ES-08001", "to": "ES-28013"}
#: A Monday morning in Madrid, before any holiday.
_AT = {"at": "2026-11-16T09:00:00+01:00"}

_READS = count(1)


async def _count(installation, merchant_id: int, took: int, times: int) -> None:
    key = (merchant_id, "gls", "Economy", "ES", "ES", "28", "transit", took)
    async with installation.house.database.system() as tx:
        await days.add(tx, [(key, utc_now().date())] * times, HALF_LIFE_DAYS)
    later = utc_now() + timedelta(minutes=11 * next(_READS))  # counts are read every ten minutes
    await installation.house.directory.refresh(installation.house.database, later, force=True)


async def _set(installation, **sending: object) -> None:
    async with installation.house.database.system() as tx:
        kept = (await connections.merchants(tx, [installation.ours]))[installation.ours]
        told: Merchant = msgspec.structs.replace(kept, settings={**kept.settings, "sending": sending})
        await connections.set_merchant(tx, told)
    await installation.house.directory.refresh(installation.house.database, utc_now(), force=True)


async def test_before_any_delivery_the_answer_is_the_houses_and_says_so(installation):
    told = (await installation.get("/promise", **_TO)).json()
    assert told["basis"] == {"level": "house", "deliveries": 0}
    assert date.fromisoformat(told["from_on"]) <= date.fromisoformat(told["to_on"]) < utc_now().date() + timedelta(days=40)
    assert 0.8 <= told["chance"] < 1
    assert told["carbon_g"] > 0


async def test_own_deliveries_teach_and_a_strangers_do_not(installation):
    await _set(installation, country="ES", zone="Europe/Madrid", handling_days=0)
    before = (await installation.get("/promise", **_TO, **_AT, service="gls/Economy")).json()
    await _count(installation, installation.theirs, 30, 400)
    assert (await installation.get("/promise", **_TO, **_AT, service="gls/Economy")).json() == before
    await _count(installation, installation.ours, 3, 400)
    for service in ("gls/Economy", "GLS/Economy", None):
        asked = {"service": service} if service else {}
        told = (await installation.get("/promise", **_TO, **_AT, **asked)).json()
        assert (told["from_on"], told["to_on"]) == ("2026-11-19", "2026-11-19")
        assert told["basis"] == {"level": "lane", "deliveries": 400}
        assert told["cut_off"] == "2026-11-16T13:00:00Z"


async def test_cut_off_working_days_and_handling_are_the_shops(installation):
    await _count(installation, installation.ours, 1, 400)
    await _set(installation, country="ES", zone="Europe/Madrid", cut_off="08:30", working_days=[1, 3], handling_days=1)
    told = (await installation.get("/promise", to="ES-28013", **_AT)).json()
    # Monday 9:00 is past 8:30: counts for Wednesday, is handed over on the next Monday, arrives on Tuesday
    assert (told["from_on"], told["to_on"], told["cut_off"]) == ("2026-11-24", "2026-11-24", "2026-11-18T07:30:00Z")


async def test_a_time_without_an_offset_is_the_warehouses_and_a_lost_plus_is_found(installation):
    await _set(installation, country="ES", zone="Europe/Madrid", cut_off="15:00")
    local = (await installation.get("/promise", **_TO, at="2026-11-16T14:30:00")).json()
    offset = (await installation.get("/promise", **_TO, at="2026-11-16T14:30:00 01:00")).json()
    assert local == offset
    assert local["cut_off"] == "2026-11-16T14:00:00Z"


async def test_what_cannot_be_read_is_refused(installation):
    for asked in (
        {},
        {"to": "XX"},
        {"to": "Spain"},
        {"to": "ES", "from": "28013"},
        {"to": "ES", "at": "soon"},
        {"to": "ES", "at": "0001-01-01T00:00:00+14:00"},
        {"to": "ES", "at": "2100-01-01T00:00:00Z"},
    ):
        assert (await installation.get("/promise", **asked)).status_code == 400, asked


async def test_the_scope_is_its_own(installation):
    async with installation.house.database.system() as tx:
        await tx.execute("update api_key set scopes = '{tracking:read}' where merchant_id = $1", installation.ours)
    assert (await installation.get("/promise", to="ES")).status_code == 403
