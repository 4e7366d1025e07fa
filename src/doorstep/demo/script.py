"""An order's number, a seed, its birth → everything that vendors will post about it, each with its moment."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.demo.cast import PEOPLE, WARES, Person
from doorstep.demo.lives import LIVES, Beat, Life
from doorstep.demo.numbers import CARRIERS, CarrierOfDemo, tracking_number
from doorstep.demo.parcels import Parcel, Scanned, Told
from doorstep.demo.places import ABROAD, LOCKERS, ROADS
from doorstep.demo.tongues import TONGUES, shopify
from doorstep.demo.tongues.shopify import Purchase

#: What the first orders of a demo show, one order a line: the lives of its parcels. Afterwards they come in drawn order.
OPENING: tuple[tuple[str, ...], ...] = (
    ("not_home",),
    ("pieces",),
    ("locker",),
    ("customs",),
    ("shuffled", "riddle", "smooth"),
    ("smooth", "delayed"),
    ("returned",),
    ("address",),
    ("cash",),
    ("damaged",),
    ("silent",),
)
#: Those the shop's page and the terminal name first.
TELLING = ("pieces", "locker", "not_home", "customs", "address", "returned", "delayed", "damaged")
_OTHERS: tuple[tuple[str, ...], ...] = (
    *OPENING,
    ("pickup",),
    ("papers",),
    ("lost",),
    ("neighbour",),
    ("repeated",),
    ("smooth", "neighbour"),
    ("cancelled",),
    ("smooth",),
    ("delayed",),
)
_PACKED_AFTER = 8.0
#: A scan reaches us a moment after it happened.
_TELLING_TAKES = timedelta(seconds=1)
#: A late telling comes this long after the scan that follows.
_LATE_BY = timedelta(seconds=3)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One request with its moment."""

    at: datetime
    told: Told
    order: int
    #: None for the shop's own webhooks.
    tracking_number: str | None = None
    #: What it tells, as one of our event types or a Shopify topic.
    what: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An order with all its parcels' lives."""

    purchase: Purchase
    #: Each parcel with its life; empty for an order that is cancelled before it leaves.
    parcels: tuple[tuple[Parcel, Life], ...]
    #: In order of time.
    posts: tuple[Post, ...]


def lives_of(number: int, first: int, seed: int) -> tuple[str, ...]:
    """Choose what order `number` shows; the demo's opening starts at number `first`."""
    if 0 <= number - first < len(OPENING):
        return OPENING[number - first]
    block, place = divmod(number - first - len(OPENING), len(_OTHERS))
    return random.Random(f"{seed}/lives/{block}").sample(_OTHERS, len(_OTHERS))[place]  # noqa: S311 - a play, not a secret


def write(number: int, lives: Sequence[str], *, seed: int, born: datetime, speed: float, pictures: str) -> Story:
    """Write one order's story: the same for the same arguments. `born` is aware; at `speed` 2 everything takes half the time."""
    chance = random.Random(f"{seed}/order/{number}")  # noqa: S311 - a play, not a secret
    told = [LIVES[slug] for slug in lives if slug in LIVES]
    purchase = _purchase(number, told, chance, born, pictures)
    if not told:
        gone = born + timedelta(seconds=25 / speed)
        return Story(purchase=purchase, parcels=(), posts=tuple(_undone(purchase, born, gone)))
    parcels = tuple((_parcel(number, part, life, purchase.person, chance), life) for part, life in enumerate(told))
    posts = [_shop_post(purchase, shopify.placed(purchase), born)]
    for part, (parcel, life) in enumerate(parcels):
        packed = born + timedelta(seconds=(_PACKED_AFTER + 6 * part) / speed)
        lines = [n for n in range(len(purchase.lines)) if n % len(parcels) == part]
        posts.append(_shop_post(purchase, shopify.fulfilled(purchase, parcel, part, lines, packed), packed))
        posts += _scans(purchase, parcel, life, packed, chance, speed)
    end = max(post.at for post in posts) + timedelta(seconds=6 / speed)
    if any(life.cod for _, life in parcels):
        posts.append(_shop_post(purchase, shopify.paid(purchase, end), end))
    if any(life.slug in {"returned", "lost", "damaged"} for _, life in parcels):
        posts.append(_shop_post(purchase, shopify.refunded(purchase, end), end))
    return Story(purchase=purchase, parcels=parcels, posts=tuple(sorted(posts, key=lambda post: post.at)))


def _purchase(number: int, lives: Sequence[Life], chance: random.Random, born: datetime, pictures: str) -> Purchase:
    abroad, cod = any(life.abroad for life in lives), any(life.cod for life in lives)
    people = [p for p in PEOPLE if (p.town in ABROAD) == abroad and (not cod or ROADS[p.town].depot.country == "ES")]
    people = [p for p in people if all(_serving(life, p) for life in lives)]
    person = people[number % len(people)]
    pieces = max((1 + len(life.further) for life in lives), default=1)
    wares = chance.sample(WARES, max(len(lives), pieces, chance.randint(1, 3)))
    local = ROADS[person.town].depot.local(born).date()
    return Purchase(
        number=number,
        person=person,
        lines=tuple((ware, chance.choice((1, 1, 2))) for ware in wares),
        placed_at=born,
        promised_on=local + timedelta(days=0 if any(life.slug == "delayed" for life in lives) else 2),
        cod=cod,
        pictures=pictures,
        earlier=chance.choice((0, 0, 1, 4)),
    )


def _parcel(number: int, part: int, life: Life, person: Person, chance: random.Random) -> Parcel:
    """Choose a carrier that serves the town and whose tongue has words for all that will happen."""
    fitting = _serving(life, person)
    carrier = fitting[(number + part) % len(fitting)]
    own = [number * 10 + part] if not life.further else [(number * 10 + part) * 10 + piece for piece in range(1 + len(life.further))]
    pieces = tuple(tracking_number(carrier.pattern, one, chance) for one in own)
    return Parcel(
        tracking_number=pieces[0],
        pieces=pieces,
        locker=LOCKERS.get(person.town),
        carrier=carrier.name,
        tongue=carrier.tongue,
        named=carrier.named,
        service=carrier.service,
        grams=chance.randrange(350, 9000, 50),
    )


def _serving(life: Life, person: Person) -> list[CarrierOfDemo]:
    country = ROADS[person.town].depot.country
    return [one for one in CARRIERS if one.tongue in life.tongues and (not one.countries or country in one.countries)]


def _scans(purchase: Purchase, parcel: Parcel, life: Life, packed: datetime, chance: random.Random, speed: float) -> Iterator[Post]:
    """Let a life happen, to each piece its own."""
    for number, beats in zip(parcel.pieces, (life.beats, *life.further), strict=True):
        piece = msgspec.structs.replace(parcel, tracking_number=number)
        yield from _scans_of(purchase, piece, beats, packed, chance, speed)


def _scans_of(
    purchase: Purchase, parcel: Parcel, beats: Sequence[Beat], packed: datetime, chance: random.Random, speed: float
) -> Iterator[Post]:
    """Scan one piece. What an aggregator tells includes every scan before; a late telling, only those it knew then."""
    road, tell = ROADS[purchase.person.town], TONGUES[parcel.tongue]
    moments = [packed]
    for beat in beats:
        moments.append(moments[-1] + timedelta(seconds=beat.after_s * chance.uniform(0.8, 1.25) / speed))
    happened: list[Scanned] = []
    expected = None
    for n, beat in enumerate(beats):
        at = moments[n + 1]
        if beat.expected_in is not None:
            expected = road.depot.local(at).date() + timedelta(days=beat.expected_in)
        happened.append(Scanned(beat.event_type, at, road.spot(beat.where), expected))
        telling = f"{purchase.number:06}-{parcel.tracking_number.lower()}-{n}"
        told = tell(parcel, happened, at, telling)
        arrives = moments[min(n + 2, len(moments) - 1)] + _LATE_BY if beat.quirk == "late" else at
        post = Post(
            at=arrives + _TELLING_TAKES, told=told, order=purchase.number, tracking_number=parcel.tracking_number, what=beat.event_type
        )
        yield post
        if beat.quirk == "twice":
            yield msgspec.structs.replace(post, at=post.at + timedelta(seconds=2))


def _undone(purchase: Purchase, born: datetime, gone: datetime) -> Iterator[Post]:
    later = gone + timedelta(seconds=5)
    yield _shop_post(purchase, shopify.placed(purchase), born)
    yield _shop_post(purchase, shopify.cancelled(purchase, gone), gone)
    yield _shop_post(purchase, shopify.refunded(purchase, later), later)


def shelf(at: datetime, pictures: str) -> tuple[Post, ...]:
    """Tell what the shop sells."""
    told = (shopify.offered(ware, pictures, at) for ware in WARES)
    return tuple(Post(at=at, told=one, order=0, what=one.headers["x-shopify-topic"]) for one in told)


def _shop_post(purchase: Purchase, told: Told, at: datetime) -> Post:
    return Post(at=at, told=told, order=purchase.number, what=told.headers["x-shopify-topic"])
