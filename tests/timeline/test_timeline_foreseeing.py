"""A merchant's finished deliveries → a trained model, kept as bytes → what it expects of parcels before and after the hand-over."""

import math
import random
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from timeline_histories import history

from doorstep.domain.shipments import Around
from doorstep.domain.tracking import Estimate
from doorstep.timeline import Facts, fold
from doorstep.timeline.estimating import forecasting, training
from doorstep.timeline.estimating.counted import Counted, Experience, Lane, Part
from doorstep.timeline.estimating.deliveries import Delivery, End, Point
from doorstep.timeline.estimating.learning import Learnt, learn, learn_packed
from doorstep.timeline.expecting import expect
from doorstep.timeline.foreseeing import Foresight, delivery_of, local_days, read_foresight

NOW = 20500.0  # 2026-02-16, a Monday
NONE = Experience()
#: Bought on Monday morning, in the carrier's hands in the evening.
PLACED = datetime(2026, 3, 2, 9, tzinfo=UTC)
SENT = history("2026-03-02 18:00 picked_up")


def a_past(count: int = 260, *, promised: bool = True) -> list[Delivery]:
    """Parcels to Madrid take some three days, to the islands some nine; one in ten is late."""
    chance = random.Random(4)
    made = []
    for number in range(count):
        bought = NOW - 100 + number * 90 / count
        area, typical = chance.choice([("28013", 3.0), ("35001", 9.0)])
        handed = bought + 0.3 + chance.random()
        took = typical * chance.lognormvariate(0, 0.2)
        made.append(
            Delivery(
                delivery_id=str(number),
                purchased=bought,
                handed_over=handed,
                delivered=handed + took,
                promised=math.floor(bought + typical * 1.3 + 1.5) if promised else None,
                origin=End("ES"),
                destination=End("ES", "", area),
                service="gls",
            )
        )
    return made


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(training, "ROUNDS", 5)
        patched.setattr(forecasting, "RETRAIN_DAYS", 60)
        found = learn(a_past(), NOW)
    assert found is not None
    return found


def facts(scans, *estimates, postcode="28013", **parts) -> Facts:
    around = Around(origin="ES", destination="ES", postcode=postcode, placed_at=PLACED, **parts)
    return Facts(1, "gls", None, "Europe/Madrid", list(scans), list(estimates), around)


def promise(day: int) -> Estimate:
    return Estimate(from_on=date(2026, 3, day), to_on=date(2026, 3, day), source="shop")


def expected(learnt: Learnt, about: Facts, now: str, experience: Experience = NONE):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return expect(fold(about.scans, about.estimates), about, experience, moment, Foresight(learnt))


def test_too_little_teaches_no_model():
    assert learn(a_past(150), NOW) is None
    assert learn(a_past(), NOW - 80) is None


def test_what_is_kept_says_the_same_as_what_was_learnt(learnt, monkeypatch):
    monkeypatch.setattr(training, "ROUNDS", 5)
    monkeypatch.setattr(forecasting, "RETRAIN_DAYS", 60)
    packed = learn_packed(msgspec.msgpack.encode(a_past()), NOW)
    kept, fresh = read_foresight(packed), Foresight(learnt)
    asked = delivery_of(facts(SENT), fold(SENT))
    now = local_days(PLACED, "Europe/Madrid") + 1
    for point in Point:
        assert kept.foresee(asked, point, now) == fresh.foresee(asked, point, now)
    assert kept.learnt.deliveries == learnt.deliveries == sum(one.delivered < NOW for one in a_past())


def test_before_the_hand_over_the_window_is_what_orders_took(learnt):
    told = expected(learnt, facts(()), "2026-03-02 10:00")
    assert (told.source, told.confidence, told.reason) == ("model", 0.8, "purchase/model")
    assert date(2026, 3, 4) <= told.from_on <= told.to_on <= date(2026, 3, 10)
    far = expected(learnt, facts((), postcode="35001"), "2026-03-02 10:00")
    assert far.from_on > told.from_on
    assert far.to_on > told.to_on


def test_on_the_way_the_model_speaks_and_from_the_depot_on_the_counted_days(learnt):
    told = expected(learnt, facts(SENT), "2026-03-02 19:00")
    assert told.reason == "transit/model"
    tour = [*SENT, *history("2026-03-05 07:30 out_for_delivery")]
    counted = Experience([Counted(Lane(1, "gls", "", "ES", "ES", "28"), part, 0, 100, 100.0) for part in (Part.TRANSIT, Part.TOUR)])
    assert expected(learnt, facts(tour), "2026-03-05 09:00", counted).reason == "tour/lane"
    assert expected(learnt, facts(tour), "2026-03-05 09:00") is None


def test_each_day_without_delivery_moves_the_window_on_and_never_into_the_past(learnt):
    before = None
    for day in range(2, 28):
        told = expected(learnt, facts(SENT, promise(6)), f"2026-03-{day:02} 19:30")
        assert told.from_on >= date(2026, 3, day)
        assert before is None or (
            told.from_on >= before.from_on and told.to_on >= before.to_on and told.late_chance >= before.late_chance - 0.01
        )
        before = told
    assert before.late_chance == 1.0


def test_the_promise_is_said_to_be_lost_before_it_is(learnt):
    chances = [expected(learnt, facts(SENT, promise(day), postcode="35001"), "2026-03-03 10:00").late_chance for day in (5, 9, 20)]
    assert chances[0] > 0.8
    assert chances[2] < 0.2
    assert chances == sorted(chances, reverse=True)


def test_it_is_said_once_a_day_and_not_of_what_is_over_cancelled_or_too_old(learnt):
    told = expected(learnt, facts(SENT), "2026-03-03 10:00")
    assert expected(learnt, facts(SENT, told), "2026-03-03 15:00") is None
    assert expected(learnt, facts(SENT, told), "2026-03-04 15:00") is not None
    assert expected(learnt, facts((), cancelled_at=PLACED + timedelta(hours=1)), "2026-03-02 12:00") is None
    assert expected(learnt, facts([*SENT, *history("2026-03-04 10:00 delivered")]), "2026-03-04 12:00") is None
    assert expected(learnt, facts(SENT), "2026-05-20 12:00") is None


def test_without_the_day_of_purchase_the_counted_days_speak(learnt):
    about = facts(SENT)
    about = msgspec.structs.replace(about, around=msgspec.structs.replace(about.around, placed_at=None))
    counted = Experience([Counted(Lane(1, "gls", "", "ES", "ES", "28"), Part.TRANSIT, 3, 100, 100.0)])
    assert expected(learnt, about, "2026-03-02 19:00", counted).reason == "transit/lane"
    assert expected(learnt, about, "2026-03-02 19:00") is None


def test_a_shop_that_promises_nothing_is_forecast_all_the_same(monkeypatch):
    monkeypatch.setattr(training, "ROUNDS", 3)
    monkeypatch.setattr(forecasting, "RETRAIN_DAYS", 60)
    found = learn(a_past(promised=False), NOW)
    told = expected(found, facts(SENT), "2026-03-02 19:00")
    assert told.late_chance is None
    assert date(2026, 3, 3) <= told.from_on <= told.to_on <= date(2026, 3, 10)
    assert found.handover.figures.late_auc is None
