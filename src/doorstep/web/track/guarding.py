"""A try at what may not be one's own → let through, or for how many seconds to wait; answers that all take the same steps of time."""

import asyncio
from collections.abc import Awaitable
from math import ceil
from typing import Any

from litestar import Response

from doorstep.steps import guessing
from doorstep.steps.directory import Tenant
from doorstep.steps.guessing import PER, Act, Tried
from doorstep.steps.work import utc_now
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, network_of, site_of
from doorstep.web.network import Buckets

#: The counts of this process, which cost nothing; each key has its own size.
_HERE = Buckets(10, PER.total_seconds())
#: Refused tries of one key that are written down at once; then one a second, so that a flood of them costs no more than that.
_WRITTEN = Buckets(10, 10.0)
#: Answers are given after a whole number of these, so that what they cost says nothing.
_STEP_S = 0.25


def tried_by(request: AnyRequest, *, order: str = "", person: str = "", hint: str = "") -> Tried:
    """Say who tries, and at what."""
    return Tried(network=network_of(request), site=site_of(request), order=order, person=person, person_hint=hint)


async def wait_for(request: AnyRequest, tenant: Tenant, act: Act, tried: Tried) -> int:
    """Take one try from each count, whatever the others say: first of this process, then of all together; return 0, or the seconds to wait."""
    house, merchant_id, now = house_of(request), tenant.merchant.merchant_id, utc_now()
    counts = tried.counts(act)
    over = {}
    for key, count in counts.items():
        what, _, most, _ = count
        if wait_s := _HERE.take(key if what == "network" else f"{merchant_id} {key}", most):
            over[key] = int(wait_s) + 1
    if not over:
        return await guessing.take_try(house.database, house.directory, tenant, act, tried, now)
    if written := [counts[key] for key in over if not _WRITTEN.take(f"{merchant_id} {key}")]:
        await guessing.refused(house.database, house.directory, tenant, act, written, now)
    return max(over.values())


async def note_refused(request: AnyRequest, tenant: Tenant, act: Act, tried: Tried) -> None:
    """Tell of a try that was refused for its person by another count than these, such as that of a day."""
    house = house_of(request)
    over = [count for count in tried.counts(act).values() if count[0] == "person"]
    await guessing.refused(house.database, house.directory, tenant, act, over, utc_now())


async def note_wrong(request: AnyRequest, tenant: Tenant, act: Act) -> None:
    """Count a wrong try of the whole shop."""
    house = house_of(request)
    await guessing.note_wrong(house.database, house.directory, tenant, act, utc_now())


async def evenly(answering: Awaitable[Response[Any]]) -> Response[Any]:
    """Give an answer, as it is to be sent, after a whole number of quarters of a second, one at least."""
    clock = asyncio.get_running_loop().time
    started = clock()
    answer = await answering
    gone = clock() - started
    await asyncio.sleep(max(1, ceil(gone / _STEP_S)) * _STEP_S - gone)
    return answer
