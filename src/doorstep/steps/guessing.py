"""Tries to find out what may not be one's own → counted for all processes together, slowed past a limit, and told to whom it concerns.

The limits and what follows stand in docs/rules/identity.md. Nothing here depends on whether what was tried exists.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from doorstep.domain.vocabulary import Skip
from doorstep.messages.notices import Guessed, guessing_notice
from doorstep.steps.announcing import announced
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.pausing import Notice, tell_owners
from doorstep.steps.sum_up import GUESSES
from doorstep.store import access, alarms, connections, decisions, messages
from doorstep.store.database import Database, Tx

TRIGGER = "security.guessing"
#: Attempts grow back over this.
PER = timedelta(minutes=15)
#: The merchant's systems are told of the first refused try of a day, and each time there are ten times as many.
_TOLD_AT = frozenset(10**power for power in range(12))
#: Owners are mailed, once a day, where a network had too many tries, or so many were refused in all.
_MAILED_FROM = 20


class Act(StrEnum):
    """What is tried."""

    #: Name an order, or oneself, with what only its customer knows.
    FIND = "find"
    #: Have a code sent.
    CODE = "code"
    #: Type one.
    TYPE = "type"


class Limits(msgspec.Struct, frozen=True):
    """Tries at once, which grow back over a quarter of an hour."""

    #: Of one network: an IPv4 address, an IPv6 /64.
    network: int
    #: Of one IPv6 /48, which holds 65,536 of them.
    site: int
    #: About one order's number; one person: an e-mail address, a number, a name with its post code.
    order: int
    person: int
    #: Wrong ones of a whole shop: past it nobody is slowed, since everybody would be, but it alarms.
    shop: int


LIMITS: dict[Act, Limits] = {
    Act.FIND: Limits(10, 40, 5, 5, 300),
    Act.CODE: Limits(10, 40, 5, 3, 300),
    Act.TYPE: Limits(20, 80, 20, 20, 150),
}


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Who tries, and at what; "" is not counted."""

    #: As `web.look.asking.network_of` names it; "" where another program stands between.
    network: str = ""
    #: The wider network, where it is another.
    site: str = ""
    #: An order's number without its signs.
    order: str = ""
    #: Whom they say they are.
    person: str = ""
    #: The same as an owner may read it: "a…a@….com".
    person_hint: str = ""

    def counts(self, act: Act) -> dict[str, tuple[str, str, int, str]]:
        """Name what is counted: key → what, subject, tries, hint."""
        limits = LIMITS[act]
        asked = (
            ("network", self.network, limits.network, self.network),
            ("network", self.site if self.site != self.network else "", limits.site, self.site),
            ("order", self.order, limits.order, self.order[:40]),
            ("person", self.person, limits.person, self.person_hint),
        )
        return {f"{act} {what} {subject}": (what, subject, most, hint) for what, subject, most, hint in asked if subject}


async def take_try(database: Database, directory: Directory, tenant: Tenant, act: Act, tried: Tried, now: datetime) -> int:
    """Take one try from each count; return 0, or for how many seconds to wait. A refused try counts, and alarms."""
    merchant_id = tenant.merchant.merchant_id
    counts = tried.counts(act)
    networks = {key: most for key, (what, _, most, _) in counts.items() if what == "network"}
    others = {key: most for key, (what, _, most, _) in counts.items() if what != "network"}
    async with database.system() as tx:
        over = await access.used_up(tx, merchant_id, others, PER, now) if others else set()
        over |= await access.used_up(tx, 0, networks, PER, now) if networks else set()
    if not over:
        return 0
    await refused(database, directory, tenant, act, [counts[key] for key in sorted(over)], now)
    return max(wait_s(counts[key][2]) for key in over)


def wait_s(most: int) -> int:
    """Seconds until the next of so many tries has grown back."""
    return int(PER.total_seconds() / most) + 1


async def refused(
    database: Database, directory: Directory, tenant: Tenant, act: Act, over: Sequence[tuple[str, str, int, str]], now: datetime
) -> None:
    """Count a refused try of each count that was used up, (what, subject, tries, hint), and tell of it as far as it has to be told."""
    for what, *_ in over:
        GUESSES.labels(act.value, what).inc()
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        for what, subject, _, hint in over:
            await _alarm(tx, directory, tenant, (what, subject, hint), now)


async def note_wrong(database: Database, directory: Directory, tenant: Tenant, act: Act, now: datetime) -> None:
    """Count a wrong try of a whole shop: guesses that come from everywhere pass below every other limit."""
    async with database.system() as tx:
        over = await access.used_up(tx, tenant.merchant.merchant_id, {f"{act} wrong": LIMITS[act].shop}, PER, now)
    if over:
        await refused(database, directory, tenant, act, [("shop", act.value, LIMITS[act].shop, _FROM_EVERYWHERE[act])], now)


_FROM_EVERYWHERE: Mapping[Act, str] = {
    Act.FIND: "orders, from many networks",
    Act.CODE: "codes asked for, from many networks",
    Act.TYPE: "codes, from many networks",
}


async def _alarm(tx: Tx, directory: Directory, tenant: Tenant, found: tuple[str, str, str], now: datetime) -> None:
    merchant_id, (what, subject, hint) = tenant.merchant.merchant_id, found
    times = await alarms.count(tx, merchant_id, what, subject, hint, now)
    if times == 1:
        await connections.audit(tx, merchant_id, "limits", TRIGGER, f"{what} {hint}".strip())
    if times in _TOLD_AT:
        data = {"what": what, "who": hint, "day": now.date().isoformat(), "refused": times}
        key = hashlib.blake2b("\x1f".join((TRIGGER, str(now.date()), what, subject, str(times))).encode(), digest_size=16).digest()
        why = "webhook: guessing is told to the merchant's own endpoints"
        told = [announced(one, TRIGGER, data, now, why_key=key, order_id=None, why=why) for one in tenant.webhooks]
        if told:
            await messages.queue(tx, told)
    await _mail_owners(tx, directory, tenant, now)


async def _mail_owners(tx: Tx, directory: Directory, tenant: Tenant, now: datetime) -> None:
    merchant_id = tenant.merchant.merchant_id
    today = await alarms.today(tx, merchant_id, now)
    if not (today["grave"] or today["times"] >= _MAILED_FROM) or not await alarms.may_tell(tx, merchant_id, now):
        return
    guessed = Guessed(
        shop=tenant.merchant.name, times=today["times"], subjects=today["subjects"], url=f"{directory.base_url}/desk/changes#guessing"
    )
    notice = Notice(
        trigger=TRIGGER,
        template="guessing",
        content=guessing_notice(guessed, tenant.brand.default_locale),
        why="owners are told once a day when somebody guesses at orders or codes",
    )
    untold: Skip | None = await tell_owners(tx, tenant, None, notice, now)
    if untold is not None:
        await decisions.count_skips(tx, {(merchant_id, TRIGGER, untold): 1}, now.date())
