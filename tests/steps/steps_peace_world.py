"""A shop of which every step is looked at: what left, against what the rules say; what was decided, against what they would have."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from steps_peace import DAY, EMAIL, MARKETING, SERVICE, SMS, WEEK, Departure, Known, Person, Rules, forbidden, had
from steps_peace_looking import Looking
from steps_peace_merchant import SLUGS, Provider, Sold, settings_of
from steps_shop import EMAIL as EMAIL_SETTINGS
from steps_shop import TWILIO, Shop, fulfilled, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt, Reply, Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import TryLaterError
from doorstep.steps.answer import answer, unsubscribe
from doorstep.steps.confirm import confirm
from doorstep.steps.decide import decide_waiting
from doorstep.steps.fall_back import fall_back
from doorstep.steps.send import Ended, call, send_wave, settle_lost
from doorstep.steps.watch import watch
from doorstep.store import connections, messages, recipients
from doorstep.store.database import Database

#: What has waited for longer is asked about again before it leaves; nothing leaves that is older than this.
WAITED, STALE = timedelta(minutes=10), timedelta(days=2)
#: When the next thing is due that waits.
_NEXT = """
select min(at) as next from (
    select due_at as at from action_due union all select coalesce(lease_until, due_at) from outbox
    union all select due_at from fallback where not only_failed
) x
"""
AFTER_CANCEL = {"order.cancelled", "order.refunded"}
_NUMBERS = itertools.count(1)


async def _again(step: Callable[[], Awaitable[Any]]) -> Any:
    """Begin a step again where it waited for another's in a ring, as a worker's loop does."""
    for _ in range(4):
        try:
            return await step()
        except TryLaterError:
            continue
    return await step()


async def _together(*under_way: Awaitable[None]) -> None:
    """Do all at once, to the end even where one fails."""
    for done in await asyncio.gather(*under_way, return_exceptions=True):
        if isinstance(done, BaseException):
            raise done


async def open_world(database: Database) -> "World":
    """Make the merchant."""
    shop = await open_shop(database, channels={"email": EMAIL_SETTINGS, "twilio": TWILIO})
    found = await shop.rows(
        """select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
        where column_name = 'merchant_id' and table_schema = 'public' and table_type = 'BASE TABLE'"""
    )
    kept = {"merchant", "connection"}
    return World(shop, "; ".join(f"delete from {row['name']}" for row in found if row["name"] not in kept and "_y20" not in row["name"]))


class World(Looking):
    """A merchant, its customers, its providers, and a clock that a test moves."""

    def __init__(self, shop: Shop, wipe: str) -> None:
        self.shop, self._wipe = shop, wipe

    async def begin(self, rules: Rules, places: Sequence[tuple[str | None, str | None, str | None]], now: datetime) -> None:
        self.rules, self.now = rules, now
        self.people = [Person(f"c{n}@customer.example", f"+8835100{n:06}", *place) for n, place in zip(_NUMBERS, places, strict=False)]
        self.known = Known()
        self.views, self.begun = [self.known], []
        self.sold: list[Sold] = []
        self.left: list[Departure] = []
        self.mood = dict.fromkeys(SLUGS, "ok")
        self.paused: set[ChannelKind] = set()
        self.decided, self.written, self.stood, self.let_go = {}, {}, set(), set()
        async with self.shop.database.system() as tx:
            await tx.execute(self._wipe)
            await tx.execute("update connection set state = 'active', paused_why = null")
            merchant = await connections.merchant_to_change(tx, self.shop.merchant_id)
            await connections.set_merchant(tx, msgspec.structs.replace(merchant, settings=settings_of(rules)))
        await self.shop.directory.refresh(self.shop.database, now, force=True)

    # What happens.

    async def place(self, whom: int, yes: bool | None) -> None:
        """An order, with a yes or a no to marketing, or none."""
        await self._placed(self._person(whom), yes)
        await self.look()

    async def _placed(self, person: Person, yes: bool | None, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        one = Sold(f"{next(_NUMBERS)}", person, self.now)
        consents = () if yes is None else (Consent(purpose=MARKETING, granted=yes, source="shop", at=self.now),)
        if yes is not None:
            for address in (person.email, person.phone):
                self.known.said.append((address, MARKETING, None, yes, self.now))
        await self.shop.arrive(facts=[self._fact(one, consents=consents)], now=self.now, meanwhile=meanwhile)
        (row,) = await self.shop.rows("select order_id from orders where external_id = $1", one.number)
        one.order_id = row["order_id"]
        self.sold.append(one)

    def _fact(self, one: Sold, **rest: Any) -> Any:
        person = one.person
        where = Address(name="A", city="B", country=person.country, region=person.region) if person.country else None
        return order(
            one.number, *one.sent, email=person.email, phone=person.phone, placed_at=one.at, updated_at=self.now, ship_to=where, **rest
        )

    async def pack(self, which: int) -> None:
        """One more parcel."""
        await self._packed(await self._ordered(which))
        await self.look()

    async def _packed(self, one: Sold) -> None:
        made = fulfilment(f"f{len(one.sent)}", f"N{one.number}X{len(one.sent)}", at=self.now)
        one.sent.append(made)
        one.heard_at = self.now
        await self.shop.arrive(facts=[fulfilled(one.number, made)], now=self.now)

    async def scan(self, which: int, parcel: int, event: str, ago: int) -> None:
        """A scan, some minutes late."""
        one = await self._ordered(which)
        while len(one.sent) <= parcel:
            await self._packed(one)
        one.heard_at = self.now
        number = one.sent[parcel].tracking_numbers[0]
        await self.shop.arrive(trackings=[said(number, event, self.now - timedelta(minutes=ago))], now=self.now)
        await self.look()

    async def again(self, which: int) -> None:
        """The shop's hook once more."""
        if one := self._order(which):
            await self.shop.arrive(facts=[self._fact(one, **({"cancelled_at": self.now} if one.cancelled else {}))], now=self.now)
            await self.look()

    async def cancel(self, which: int) -> None:
        one = self._order(which)
        if one and not one.cancelled:
            one.cancelled = True
            self.known.cancelled[one.order_id] = self.now
            await self.again(which)

    async def say(self, whom: int, purpose: Purpose, channel: ChannelKind | None, yes: bool, hours_ago: int) -> None:
        """A yes or a no, which may be older than others that are known."""
        person, at = self._person(whom), self.now - timedelta(hours=hours_ago)
        address = person.phone if channel is SMS else person.email
        said_ = Consent(purpose=purpose, channel=channel, granted=yes, source="api", at=at)
        async with self.shop.database.system() as tx:
            await recipients.consent(tx, [(self.shop.merchant_id, address, said_)])
        self.known.said.append((address, purpose, channel, yes, at))

    async def contradict(self, whom: int, purpose: Purpose, channel: ChannelKind | None) -> None:
        """A yes and a no of one moment, by two ways."""
        person = self._person(whom)
        address = person.phone if channel is SMS else person.email
        words = [Consent(purpose=purpose, channel=channel, granted=yes, source=f"api {yes}", at=self.now) for yes in (True, False)]
        async with self.shop.database.system() as tx:
            await recipients.consent(tx, [(self.shop.merchant_id, address, one) for one in words])
        self.known.said += [(address, purpose, channel, yes, self.now) for yes in (True, False)]

    async def write(self, whom: int, word: str) -> None:
        """A text from the customer."""
        await self._write(self._person(whom), word)
        await self.look()

    async def _write(self, person: Person, word: str) -> None:
        reply = Reply(channel=SMS, sender=person.phone, to="+15005550006", text=word, provider_id=f"r{next(_NUMBERS)}", at=self.now)
        tenant = self.shop.directory.tenant(self.shop.merchant_id)
        connection = self.shop.directory.connection(self.shop.merchant_id, self.shop.connected["twilio"])
        async with self.shop.database.system() as tx:
            await answer(tx, self.shop.directory, tenant, connection, [reply], self.now)
        if word == "stop":
            self._suppressed(SMS, person.phone, None, "stop")
            self.known.said += [(person.phone, purpose, SMS, False, self.now) for purpose in Purpose]
        elif word == "start":
            own = [key for key, why in self.known.suppressed.items() if key[:2] == (SMS, person.phone) and why in {"stop", "unsubscribed"}]
            for key in own:
                del self.known.suppressed[key]
            self.known.said.append((person.phone, SERVICE, SMS, True, self.now))

    def _suppressed(self, channel: ChannelKind, address: str, purpose: Purpose | None, why: str) -> None:
        """A customer's own word never takes the place of a bounce or a complaint."""
        before = self.known.suppressed.get((channel, address, purpose))
        if before in {None, "stop", "unsubscribed"}:
            self.known.suppressed[channel, address, purpose] = why

    async def unsubscribe(self, whom: int) -> None:
        """The link of a mail."""
        person = self._person(whom)
        async with self.shop.database.system() as tx:
            await unsubscribe(tx, self.shop.merchant_id, person.email, "unsubscribe_mail", self.now)
        self._suppressed(EMAIL, person.email, MARKETING, "unsubscribed")
        self.known.said.append((person.email, MARKETING, None, False, self.now))

    async def suppress(self, whom: int, channel: ChannelKind, purpose: Purpose | None) -> None:
        address = self._person(whom).at(channel)
        kept = Suppression(channel=channel, address=address, purpose=purpose, reason="bounced", at=self.now)
        async with self.shop.database.system() as tx:
            await recipients.suppress(tx, self.shop.merchant_id, kept)
        self._suppressed(channel, address, purpose, "bounced")

    async def lift(self, whom: int, channel: ChannelKind, purpose: Purpose | None) -> None:
        address = self._person(whom).at(channel)
        async with self.shop.database.system() as tx:
            await recipients.lift(tx, self.shop.merchant_id, channel, address, purpose or "")
        self.known.suppressed.pop((channel, address, purpose), None)

    async def topic(self, whom: int, topic: str, channel: ChannelKind, on: bool) -> None:
        address = self._person(whom).at(channel)
        async with self.shop.database.system() as tx:
            await recipients.set_topic(tx, self.shop.merchant_id, address, topic, self.now, on=on)
        (self.known.off.discard if on else self.known.off.add)((address, topic))

    async def receipt(self, which: int, state: str) -> None:
        """A word of the provider about something that left."""
        if not self.left:
            return
        one = self.left[-1 - which % len(self.left)]
        why = state if state in {"bounced", "complained"} else None
        told = Receipt(message_id=one.message_id, provider_id=None, state=MessageState(state), provider_code=state, suppress=why)
        connection = self.shop.directory.connection(self.shop.merchant_id, self.shop.connected[SLUGS[one.channel]])
        async with self.shop.database.system() as tx:
            await confirm(tx, self.shop.directory, connection, [told], self.now)
            state_now = await tx.fetchval("select state from message where message_id = $1::uuid", one.message_id)
        if why:
            self._suppressed(one.channel, one.person.at(one.channel), None, why)
        one.failed = state_now in {"bounced", "refused"}
        one.arrived = one.arrived or state in {"reached", "complained"}
        await self.look()

    async def provider(self, channel: ChannelKind, mood: str) -> None:
        self.mood[channel] = mood

    async def pause(self, channel: ChannelKind) -> None:
        await self.shop.pause(SLUGS[channel])
        self.paused.add(channel)

    async def resume(self, channel: ChannelKind) -> None:
        async with self.shop.database.system() as tx:
            await connections.resume(tx, self.shop.merchant_id, self.shop.connected[SLUGS[channel]])
        await self.shop.directory.refresh(self.shop.database, self.now, force=True)
        self.paused.discard(channel)

    async def meanwhile(self, whom: int, what: str) -> None:
        """While an order is composed for in one transaction, its customer says no in another."""
        person, before = self._person(whom), self.known.copy()
        self.views = [before, self.known]
        await self._placed(person, None, lambda: self._no(person, what))
        await self.look()
        self.views = [self.known]

    async def _no(self, person: Person, what: str) -> None:
        if what == "stop":
            await self._write(person, "stop")
        elif what == "unsubscribe":
            await self.unsubscribe(self.people.index(person))
        else:
            await self.topic(self.people.index(person), "orders", EMAIL, False)

    async def at_once(self, whom: int, what: str) -> None:
        """While two workers are at it, a customer says no."""
        self.views = [self.known.copy(), self.known]
        await _together(self._worker(), self._worker(), self._no(self._person(whom), what))
        await self.look()
        self.views = [self.known]

    def _person(self, whom: int) -> Person:
        return self.people[whom % len(self.people)]

    async def _ordered(self, which: int) -> Sold:
        if not self.sold:
            await self._placed(self.people[0], yes=True)
        return self.sold[-1 - which % len(self.sold)]

    def _order(self, which: int) -> Sold | None:
        return self.sold[-1 - which % len(self.sold)] if self.sold else None

    async def end(self) -> None:
        """Let all providers work again and all that waits come due: everything is settled then, each with its reason."""
        self.mood = dict.fromkeys(SLUGS, "ok")
        for channel in SLUGS:
            await self.resume(channel)
        for _ in range(40):
            await self.work(1)
            (row,) = await self.shop.rows(_NEXT)
            if row["next"] is None:
                break
            self.now = max(self.now, row["next"]) + timedelta(seconds=1)
        await self.look()
        waiting = [row["trigger"] for row in self.decided.values() if row["outcome"] == "waiting"]
        in_line = [row["trigger"] for row in self.written.values() if row["state"] in {"queued", "sending"}]
        assert not waiting, f"never decided: {waiting}"
        assert not in_line, f"never sent: {in_line}"
        for one in self.sold:
            assert any(row["order_id"] == one.order_id and row["trigger"] == "order.placed" for row in self.decided.values())

    # The workers.

    async def work(self, workers: int) -> None:
        """Let so many workers do all there is to do now."""
        self.begun = [self.known.copy()]
        if workers > 1:
            self.views = [*self.begun, self.known]
        await _together(*(self._worker() for _ in range(workers)))
        await self.look()
        self.views, self.begun = [self.known], []

    async def _worker(self) -> None:
        database, directory, now = self.shop.database, self.shop.directory, self.now
        await _again(lambda: settle_lost(database, directory, now))
        await _again(lambda: watch(database, directory, now, 40))
        await _again(lambda: self._take_up(decide_waiting))
        await _again(lambda: self._take_up(fall_back))
        ended: list[Ended] = []
        for _ in range(8):
            leased = await _again(lambda written=ended: send_wave(database, directory, written, now, 16))
            for one in ended:
                if one.receipt and one.receipt.suppress:  # a number that a call found dead is known so once that is written down
                    self._suppressed(one.leased.message.channel, one.leased.message.to, None, one.receipt.suppress)
            if not leased and not ended:
                return
            ended = [done for one in leased if (done := await self._call(one))]

    async def _take_up(self, step: Callable[..., Awaitable[int]]) -> int:
        async with self.shop.database.system() as tx:
            return await step(tx, self.shop.directory, self.now, 100)

    async def _call(self, leased: messages.Leased) -> Ended | None:
        """Make the call of a message; None: the worker dies over it."""
        provider = Provider(self.mood[leased.message.channel])
        ended = await call(leased, self.shop.directory, provider, self.now)
        if provider.called and not leased.trigger.startswith("reply."):
            person = next(one for one in self.people if leased.message.to in {one.email, one.phone})
            self._check(leased, person)
            if provider.mood != "later":
                self._count(leased, person, failed=provider.mood in {"refused", "dead"})
        return None if provider.mood == "lost" and provider.called else ended

    def _check(self, leased: messages.Leased, person: Person) -> None:
        message, journey = leased.message, self.rules.journeys[leased.trigger]
        why = [forbidden(view, self.rules, person, message.channel, journey, self.now) for view in self.views]
        assert None in why, f"{leased.trigger} by {message.channel} left at {self.now} though {why}"
        assert message.purpose is journey.purpose
        waited = self.now - message.created_at
        assert waited <= STALE, "it left after two days"
        cancelled = self.known.cancelled.get(leased.order_id or 0)
        if cancelled is not None and leased.trigger not in AFTER_CANCEL:
            assert cancelled >= message.created_at, "its order was cancelled before it was written"
            assert waited <= WAITED, "it waited, and its order was cancelled meanwhile"

    def _count(self, leased: messages.Leased, person: Person, *, failed: bool) -> None:
        message = leased.message
        assert all(one.message_id != message.message_id for one in self.left), "it left twice"
        self.left.append(Departure(message.message_id, person, message.channel, message.purpose, self.now, failed))
        if message.purpose is MARKETING:
            for span, most in ((DAY, self.rules.per_day), (WEEK, self.rules.per_week)):
                assert had(self.left, person, self.now, span) <= most, f"more than {most} within {span}"
