"""Stories and a clock → posts to the hooks at their moments, new orders as old ones end, links as pages appear."""

import heapq
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import msgspec

from doorstep.demo.parcels import Told
from doorstep.demo.script import OPENING, TELLING, Post, Story, lives_of, shelf, write
from doorstep.demo.signing import signed
from doorstep.demo.stage import Stage
from doorstep.demo.window import Link
from doorstep.domain.vocabulary import Status
from doorstep.store import orders, shipments
from doorstep.store.database import Database
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: The opening's first order is this old when the demo starts, so that something is about to happen everywhere.
_OLDEST_S = 110.0
#: Seconds between two orders after the opening, at least.
_PACE_S = 5.0
#: A spoilt payload comes so many seconds after the start, and then again.
_SPOILT_S = (25.0, 600.0)
_AGAIN = timedelta(seconds=1)
_TRIES = 60
_REFUSED = 400
_OURS = 500


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How a demo runs."""

    seed: int
    speed: float
    #: Parcels on their way at once.
    parcels: int
    #: Of the shop's pictures; no slash at the end.
    pictures: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A story whose pages exist."""

    story: Story
    order: KeptOrder
    shipments: list[KeptShipment]


class Play:
    """A demo under way."""

    def __init__(self, stage: Stage, pace: Pace, *, number: int, started: datetime) -> None:
        self._stage = stage
        self._pace = pace
        self._first = self.next_number = number
        self._due: list[tuple[datetime, int, Post, int]] = []
        self._count = itertools.count()
        self._ends: list[tuple[datetime, int]] = []
        self._unseen: list[Story] = []
        self._next_at = started
        self._spoil_at = started + timedelta(seconds=_SPOILT_S[0] / pace.speed)
        self.known: list[Known] = []
        self.posted = 0
        self._open(started)

    def _open(self, started: datetime) -> None:
        """Begin with orders of all ages."""
        sizes = list(itertools.accumulate(len(lives) for lives in OPENING))
        count = max(1, sum(size <= max(self._pace.parcels, sizes[0]) for size in sizes))
        self.opening = count
        for post in shelf(started - timedelta(seconds=(_OLDEST_S + 1) / self._pace.speed), self._pace.pictures):
            self._put(post)
        for n in range(count):
            age = _OLDEST_S * (count - 1 - n) / max(1, count - 1) / self._pace.speed
            self._begin(started - timedelta(seconds=age))

    def _begin(self, born: datetime) -> None:
        pace, number = self._pace, self.next_number
        self.next_number += 1
        story = write(number, lives_of(number, self._first, pace.seed), seed=pace.seed, born=born, speed=pace.speed, pictures=pace.pictures)
        for post in story.posts:
            self._put(post)
        self._ends.append((story.posts[-1].at, len(story.parcels)))
        self._unseen.append(story)

    def _put(self, post: Post, tries: int = 0) -> None:
        heapq.heappush(self._due, (post.at, next(self._count), post, tries))

    def go_on(self, now: datetime) -> None:
        """Let new orders in where parcels have ended, and something go wrong at the senders now and then."""
        self._ends = [(end, parcels) for end, parcels in self._ends if end > now]
        if now >= self._next_at and sum(parcels for _, parcels in self._ends) < self._pace.parcels:
            self._begin(now)
            self._next_at = now + timedelta(seconds=_PACE_S / self._pace.speed)
        if now >= self._spoil_at:
            self._spoil_at = now + timedelta(seconds=_SPOILT_S[1])
            self._put(Post(at=now, told=spoilt(self.next_number), order=0, what="spoilt"))

    def due(self, now: datetime) -> Iterator[tuple[Post, int]]:
        """Take what is to be posted by now, in order, each with how often it was tried."""
        while self._due and self._due[0][0] <= now:
            _, _, post, tries = heapq.heappop(self._due)
            yield post, tries

    async def send(self, client: httpx.AsyncClient, post: Post, tries: int, now: datetime) -> str | None:
        """Post as the vendor would: again later where nobody answers or the fault is ours. Return a complaint where we are refused."""
        path, secret = self._stage.hooks[post.told.provider]
        try:
            answer = await client.post(path, content=post.told.body, headers=signed(post.told, secret))
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.status_code < _REFUSED:
            self.posted += 1
        elif (answer is None or answer.status_code >= _OURS or answer.status_code == httpx.codes.TOO_MANY_REQUESTS) and tries < _TRIES:
            self._put(msgspec.structs.replace(post, at=now + _AGAIN), tries + 1)
        else:
            return f"{post.told.provider} was refused ({answer.status_code if answer else 'no answer'}): {post.what}"
        return None

    async def appeared(self, database: Database) -> list[Known]:
        """Find the stories whose order, and every parcel, has a page by now."""
        fresh = []
        for story in list(self._unseen):
            async with database.for_merchant(self._stage.merchant_id) as tx:
                purchase = story.purchase
                kept = await orders.look_up(tx, self._stage.merchant_id, f"#{purchase.number}", purchase.person.email)
                if kept is None:
                    continue
                key = (self._stage.merchant_id, kept.order_id)
                parcels = (await shipments.of_orders(tx, [key])).get(key, [])
            if len(parcels) >= len(story.parcels):
                self._unseen.remove(story)
                fresh.append(Known(story=story, order=kept, shipments=parcels))
        self.known += fresh
        return fresh


def spoilt(number: int) -> Told:
    """Write a webhook that breaks off in the middle, well signed: it becomes a dead letter."""
    return Told("aftership", b'{"event":"tracking_update","event_id":"spoilt-%d","msg":{"tracking_number":"70' % number)


def links_of(known: Known, base: str) -> list[Link]:
    """Name the pages of one order: of its parcel, or of the order where it has several or none."""
    number, person = f"#{known.story.purchase.number}", known.story.purchase.person
    language = person.locale.partition("-")[0]
    if len(known.shipments) != 1:
        titles = " + ".join(life.title for _, life in known.story.parcels)
        words = f"{len(known.shipments)} parcels: {titles}" if titles else "cancelled before it left"
        return [(f"{base}/o/{known.order.token}", number, f"{language}  {words}")]
    ((parcel, life),) = known.story.parcels
    return [(f"{base}/t/{known.shipments[0].token}", number, f"{language}  {parcel.carrier}: {life.title}")]


def comes_back(known: list[Known]) -> Known | None:
    """Name the order of which something can be sent back first: all its parcels arrive; None where there is none yet."""
    arriving = [one for one in known if one.shipments and all(life.ends is Status.DELIVERED for _, life in one.story.parcels)]
    return min(arriving, key=lambda one: one.story.posts[-1].at, default=None)


def worth_seeing(known: list[Known]) -> list[Known]:
    """Put first what tells most: the order of several parcels, then the problems; at most six."""

    def rank(one: Known) -> tuple[int, int]:
        slugs = [life.slug for _, life in one.story.parcels]
        return (0 if len(slugs) > 1 else 1, min((TELLING.index(slug) for slug in slugs if slug in TELLING), default=len(TELLING)))

    return sorted(known, key=rank)[:6]
