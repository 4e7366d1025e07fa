"""The demo's stories against the real plug-ins and the real fold."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.demo.lives import LIVES
from doorstep.demo.parcels import SENTENCES, Parcel, Scanned
from doorstep.demo.places import ROADS, SHOP
from doorstep.demo.script import OPENING, Post, Story, lives_of, write
from doorstep.demo.signing import SECRETS, signed
from doorstep.demo.tongues import TONGUES, aftership, dhl_universal, easypost, inpost, ups
from doorstep.domain.orders import Payment
from doorstep.domain.plugins import Carrier, FulfilmentSeen, OrderSeen, Raw, RefundSeen, Shop
from doorstep.domain.tracking import Checkpoint, Estimate, Scan, Tie
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadSignatureError
from doorstep.shops import shops
from doorstep.timeline import fold_tied

BORN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SAYS: Mapping[str, Mapping[str, object]] = {
    "aftership": aftership.SAYS,
    "dhl_universal": dhl_universal.SAYS,
    "easypost": easypost.SAYS,
    "inpost": inpost.SAYS,
    "ups": ups.SAYS,
}
#: Where a vendor has another, coarser or finer, word for the same.
FINER = {"accepted": {"accepted", "origin_scan"}, "collected_by_recipient": {"collected_by_recipient", "delivered"}}


def plugin(provider: str) -> Carrier | Shop:
    return carriers().get(provider) or shops()[provider]


def story(slug: str, number: int = 1001, seed: int = 7, speed: float = 1.0) -> Story:
    return write(number, [slug], seed=seed, born=BORN, speed=speed, pictures="http://127.0.0.1:8001")


def raw(post: Post) -> Raw:
    return Raw(body=post.told.body, headers=signed(post.told, "secret"))


def told(posts: list[Post]) -> tuple[list[Checkpoint], list[Estimate], set[Tie]]:
    """What the carrier plug-ins read, each scan once."""
    scans: dict[bytes, Checkpoint] = {}
    estimates: list[Estimate] = []
    ties: set[Tie] = set()
    for post in posts:
        if post.tracking_number:
            (tracking,) = carriers()[post.told.provider].parse(raw(post)).trackings
            assert tracking.tracking_number == post.tracking_number
            scans |= {scan.fingerprint: scan for scan in tracking.checkpoints}
            estimates += tracking.estimates
            ties |= {Tie(tracking.tracking_number, link.tracking_number, link.carrier, link.role) for link in tracking.links}
    return list(scans.values()), estimates, ties


@pytest.mark.parametrize(("tongue", "event_type"), [(tongue, slug) for tongue, says in SAYS.items() for slug in says])
def test_every_word_of_a_tongue_is_read_back_as_what_was_meant(tongue: str, event_type: str) -> None:
    parcel = Parcel(tracking_number="1Z0", carrier="X", tongue=tongue, named="gls", service="S", grams=500)
    sent = TONGUES[tongue](parcel, [Scanned(event_type, BORN, SHOP, BORN.date())], BORN, "t1")
    (tracking,) = carriers()[tongue].parse(Raw(body=sent.body)).trackings
    (scan,) = tracking.checkpoints
    assert scan.event_type in FINER.get(event_type, {event_type})
    assert scan.occurred_at is not None
    assert scan.occurred_at.instant == BORN
    assert scan.occurred_at.zone_source is not ZoneSource.ASSUMED
    assert scan.carrier_text == SENTENCES[event_type]


@pytest.mark.parametrize(("slug", "tongue"), [(life.slug, tongue) for life in LIVES.values() for tongue in life.tongues])
def test_a_tongue_that_a_life_names_has_words_for_all_of_it(slug: str, tongue: str) -> None:
    life = LIVES[slug]
    assert {beat.event_type for beats in (life.beats, *life.further) for beat in beats} <= SAYS[tongue].keys()


@pytest.mark.parametrize("slug", sorted(LIVES))
@pytest.mark.parametrize("number", [1001, 1002, 1003])
def test_every_life_folds_to_its_end_in_any_order_of_arrival(slug: str, number: int) -> None:
    posts = [post for post in story(slug, number).posts if post.tracking_number]
    random.Random(number).shuffle(posts)
    scans, estimates, ties = told(posts)
    folded = fold_tied([Scan.of(scan) for scan in scans], estimates, ties=sorted(ties, key=str))
    assert folded.status is LIVES[slug].ends
    assert tuple(one.kind for one in folded.open_pitfalls) == LIVES[slug].open_pitfalls
    lives = (LIVES[slug].beats, *LIVES[slug].further)
    assert len(scans) == sum(len(beats) for beats in lives)
    assert len(folded.pieces) == (len(lives) if len(lives) > 1 else 0)


@pytest.mark.parametrize("slug", sorted(LIVES))
def test_scans_of_a_parcel_happen_one_after_the_other_and_are_told_a_moment_later(slug: str) -> None:
    seen: dict[str, dict[datetime, str]] = {}
    for post in story(slug).posts:
        if post.tracking_number:
            scans = carriers()[post.told.provider].parse(raw(post)).trackings[0].checkpoints
            newest = max(scan.occurred_at.instant for scan in scans if scan.occurred_at)
            assert timedelta(0) < post.at - newest < timedelta(minutes=1)
            assert newest > BORN
            seen.setdefault(post.tracking_number, {})[newest] = post.what
    happened = [[of_it[at] for at in sorted(of_it)] for of_it in seen.values()]
    lives = (LIVES[slug].beats, *LIVES[slug].further)
    assert sorted(happened) == sorted([beat.event_type for beat in beats] for beats in lives)


@pytest.mark.parametrize("slug", sorted(LIVES))
def test_a_life_takes_one_to_four_minutes(slug: str) -> None:
    posts = story(slug).posts
    assert timedelta(minutes=1) < posts[-1].at - BORN < timedelta(minutes=4, seconds=30)


@pytest.mark.parametrize("slug", sorted(LIVES))
def test_vendors_sign_as_the_hooks_demand(slug: str) -> None:
    for post in story(slug).posts:
        receiver = plugin(post.told.provider)
        assert receiver.verify is not None
        receiver.verify(raw(post), {SECRETS[post.told.provider]: "secret"}, BORN)
        with pytest.raises(BadSignatureError):
            receiver.verify(raw(post), {SECRETS[post.told.provider]: "another"}, BORN)


def test_the_shop_tells_an_order_its_parcels_and_its_money() -> None:
    written = write(1009, ["cash", "returned"], seed=1, born=BORN, speed=1, pictures="http://127.0.0.1:8001")
    facts = [fact for post in written.posts if post.told.provider == "shopify" for fact in shops()["shopify"].parse(raw(post))]
    orders = [fact.order for fact in facts if isinstance(fact, OrderSeen)]
    assert [order.payment for order in orders] == [Payment.COD, Payment.PAID]
    assert orders[0].cod_due == orders[0].total
    assert orders[0].locale == "es"
    assert orders[0].lines[0].options
    assert orders[0].customer.email is not None
    numbers = {number for fact in facts if isinstance(fact, FulfilmentSeen) for number in fact.fulfilment.tracking_numbers}
    assert numbers == {parcel.tracking_number for parcel, _ in written.parcels}
    (refund,) = [fact.refund for fact in facts if isinstance(fact, RefundSeen)]
    assert refund.amount == orders[0].total


def test_a_locker_is_told_with_its_code_and_deadline_only_once_the_parcel_lies_in_it() -> None:
    posts = [post for post in story("locker").posts if post.tracking_number]
    points = [(post.what, carriers()["inpost"].parse(raw(post)).trackings[0].pickup) for post in posts]
    assert all(point is not None and point.name and point.city for _, point in points)
    assert {what for what, point in points if point and point.code} == {"ready_for_pickup_locker", "collected_by_recipient"}
    assert all((point.code is None) == (point.collect_by is None) for _, point in points if point)


def test_the_pieces_of_a_shipment_name_each_other_and_the_shop_names_the_first_alone() -> None:
    written = story("pieces")
    ((parcel, _),) = written.parcels
    assert len(set(parcel.pieces)) == 3
    facts = [fact for post in written.posts if post.told.provider == "shopify" for fact in shops()["shopify"].parse(raw(post))]
    assert [fact.fulfilment.tracking_numbers for fact in facts if isinstance(fact, FulfilmentSeen)] == [(parcel.tracking_number,)]
    for post in written.posts:
        if post.tracking_number:
            (tracking,) = carriers()["dhl_universal"].parse(raw(post)).trackings
            assert {tracking.tracking_number, *(link.tracking_number for link in tracking.links)} == set(parcel.pieces)


def test_an_order_taken_back_is_cancelled_and_refunded_and_has_no_parcel() -> None:
    written = write(1040, ["cancelled"], seed=1, born=BORN, speed=1, pictures="")
    assert [post.what for post in written.posts] == ["orders/create", "orders/cancelled", "refunds/create"]
    assert written.parcels == ()


def test_out_of_order_scans_do_arrive_out_of_order() -> None:
    posts = [post for post in story("shuffled").posts if post.tracking_number]
    stamps = [json.loads(post.told.body)["gmtActivityTime"] for post in posts]
    assert stamps != sorted(stamps)


def test_repeated_webhooks_are_the_same_byte_for_byte() -> None:
    posts = [post.told for post in story("repeated").posts if post.tracking_number]
    assert len(posts) == 2 * len({told.body for told in posts})


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 50), st.floats(0.5, 10))
def test_the_same_seed_writes_the_same_story(seed: int, after: int, speed: float) -> None:
    lives = lives_of(1001 + after, 1001, seed)
    first, second = (write(1001 + after, lives, seed=seed, born=BORN, speed=speed, pictures="x") for _ in range(2))
    assert first == second


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_tracking_numbers_are_never_used_twice(seed: int) -> None:
    numbers = [
        piece
        for number in range(1001, 1061)
        for parcel, _ in write(number, lives_of(number, 1001, seed), seed=seed, born=BORN, speed=1, pictures="").parcels
        for piece in parcel.pieces
    ]
    assert len(numbers) == len(set(numbers))


def test_the_opening_shows_the_promised_problems_and_both_languages() -> None:
    shown = {slug for lives in OPENING for slug in lives}
    assert {
        "pieces",
        "locker",
        "not_home",
        "customs",
        "address",
        "damaged",
        "delayed",
        "returned",
        "silent",
        "shuffled",
        "riddle",
        "cash",
    } <= shown
    written = [write(1001 + n, lives, seed=0, born=BORN, speed=1, pictures="") for n, lives in enumerate(OPENING)]
    assert {one.purchase.person.locale[:2] for one in written} == {"en", "es"}
    assert {parcel.tongue for one in written for parcel, _ in one.parcels} == set(TONGUES)
    assert 10 <= sum(len(one.parcels) for one in written) <= 14


def test_every_town_can_be_reached_by_every_tongue_a_life_may_need() -> None:
    for number in range(2000, 2400):
        for slug in LIVES:
            assert write(number, [slug], seed=number, born=BORN, speed=1, pictures="").parcels
    assert ROADS
