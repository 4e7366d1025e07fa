"""Which journey answers, and why none does."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from doorstep import journeys
from doorstep.domain.messages import Action, Change
from doorstep.domain.orders import Order, Payment
from doorstep.domain.vocabulary import ChannelKind, Skip
from doorstep.errors import BadInputError
from doorstep.messages import DIGEST, TEMPLATES

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ORDER = Order(external_id="1", number="#1", placed_at=NOW, payment=Payment.PAID)
DEFAULTS = journeys.load_defaults()


def change(trigger="shipment.shipped", at=NOW):
    return Change(trigger=trigger, subject_kind=trigger.split(".")[0], subject_id=1, happened_at=at)


def decide(trigger="shipment.shipped", order=ORDER, plans=DEFAULTS, at=NOW):
    return journeys.decide(change(trigger, at), order, None, plans, NOW)


def test_every_trigger_for_customers_has_a_journey_and_every_journey_a_template():
    assert {one.trigger for one in DEFAULTS.by_name.values()} == set(journeys.TRIGGERS) - journeys.MERCHANTS_OWN
    assert {one.template for one in DEFAULTS.by_name.values()} == set(TEMPLATES) - {DIGEST}
    assert all(one.about.endswith(".") for one in DEFAULTS.by_name.values())


@pytest.mark.parametrize("name", sorted(DEFAULTS.by_name))
def test_every_journey_can_be_reached(name):
    journey = DEFAULTS.by_name[name]
    plans = journeys.with_overrides(DEFAULTS, {name: {"enabled": True, "when": {}, "priority": 100}})
    action = decide(journey.trigger, plans=plans)
    assert isinstance(action, Action)
    assert (action.journey, action.template) == (name, journey.template)


def test_a_step_that_is_off_or_unknown_is_no_journey():
    off = journeys.with_overrides(DEFAULTS, {"shipped": {"enabled": False}})
    assert decide(plans=off) is Skip.NO_JOURNEY
    assert decide("shipment.never") is Skip.NO_JOURNEY
    assert decide("shipment.in_transit") is Skip.NO_JOURNEY


def test_a_shipment_without_an_order_has_nobody_to_tell():
    assert decide(order=None) is Skip.NO_ORDER


def test_a_cancelled_order_hears_only_of_its_end():
    gone = msgspec.structs.replace(ORDER, cancelled_at=NOW)
    assert decide(order=gone) is Skip.ORDER_CANCELLED
    assert isinstance(decide("order.cancelled", order=gone), Action)
    assert isinstance(decide("order.refunded", order=gone), Action)


def test_what_is_too_old_is_not_told_and_the_undated_is():
    assert decide("shipment.out_for_delivery", at=NOW - timedelta(hours=12, seconds=1)) is Skip.TOO_OLD
    assert isinstance(decide("shipment.out_for_delivery", at=NOW - timedelta(hours=12)), Action)
    assert isinstance(decide("shipment.delivered", at=None), Action)
    assert decide("shipment.delivered", at=NOW - timedelta(days=4)) is Skip.TOO_OLD


def test_a_parcel_to_be_paid_at_the_door_has_its_own_words():
    assert decide("shipment.out_for_delivery").template == "out_for_delivery"
    assert decide("shipment.out_for_delivery", order=msgspec.structs.replace(ORDER, payment=Payment.COD)).template == "cod_reminder"


def test_an_action_says_how_long_it_may_wait_to_be_told_with_others():
    assert (decide().due_at, decide().digest_s) == (NOW, 600)
    assert decide("order.placed").digest_s == 0


def test_a_merchant_changes_channels_and_delay():
    plans = journeys.with_overrides(DEFAULTS, {"shipped": {"channels": ["sms"], "delay_s": 60}})
    action = decide(plans=plans)
    assert action.channels == (ChannelKind.SMS,)
    assert action.due_at == NOW + timedelta(seconds=60)
    assert decide().channels[0] is ChannelKind.EMAIL


@pytest.mark.parametrize(
    "overrides",
    [
        {"no_such": {"enabled": False}},
        {"shipped": {"trigger": "order.placed"}},
        {"shipped": {"channels": ["pigeon"]}},
        {"shipped": {"channels": []}},
        {"shipped": {"delay_s": -1}},
        {"shipped": {"when": {"weather": ["rain"]}}},
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_the_journeys_name(overrides):
    with pytest.raises(BadInputError, match=r"shipped|no_such"):
        journeys.with_overrides(DEFAULTS, overrides)
