"""One answer, always with a reason; nobody is woken at night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doorstep.domain.messages import Action, Change
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.errors import BadInputError
from doorstep.messages import Go, Policy, QuietHours, Recipient, Wait, allow, zone_of
from doorstep.messages.quiet import next_allowed

EMAIL, SMS, WEBHOOK = ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WEBHOOK
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)
ACTION = Action(
    journey="shipped",
    step="tell",
    template="shipped",
    purpose=Purpose.TRANSACTIONAL,
    channels=(EMAIL, SMS),
    change=Change(trigger="shipment.shipped", subject_kind="shipment", subject_id=1),
    due_at=NOON,
    topic="shipping",
)
PROMOTION = msgspec.structs.replace(ACTION, purpose=Purpose.MARKETING, topic="offers")
PERSON = Recipient(addresses={EMAIL: "a@b.example", SMS: "+34600000000"}, zone="UTC")
POLICY = Policy(connected=frozenset({EMAIL, SMS}))


def person(**changes):
    return msgspec.structs.replace(PERSON, **changes)


def consent(granted, purpose=Purpose.MARKETING, channel=None, at=NOON):
    return Consent(purpose=purpose, channel=channel, granted=granted, source="api", at=at)


def test_the_preferred_open_channel_is_taken_with_its_reason():
    gates = "topic shipping on; not suppressed; consent not needed; 0 today and 0 this week before it; email may leave at any hour"
    assert allow(ACTION, PERSON, POLICY, NOON) == Go(EMAIL, "a@b.example", "email: preferred", gates)
    bounced = person(suppressed=frozenset({(EMAIL, None)}))
    went = allow(ACTION, bounced, POLICY, NOON)
    assert (went.channel, went.address, went.why) == (SMS, "+34600000000", "sms: first open channel; email suppressed")
    assert went.gates.endswith("it may ring now in UTC")


@pytest.mark.parametrize(
    ("recipient", "policy", "reason"),
    [
        (person(topics_off=frozenset({"shipping"})), POLICY, Skip.OPTED_OUT),
        (PERSON, Policy(connected=frozenset()), Skip.NO_CHANNEL),
        (PERSON, Policy(connected=frozenset({WEBHOOK})), Skip.NO_CHANNEL),
        (person(addresses={}), POLICY, Skip.NO_ADDRESS),
        (person(addresses={EMAIL: ""}), POLICY, Skip.NO_ADDRESS),
        (person(suppressed=frozenset({(EMAIL, None), (SMS, Purpose.TRANSACTIONAL)})), POLICY, Skip.SUPPRESSED),
        (person(consents=(consent(granted=False, purpose=Purpose.TRANSACTIONAL),)), POLICY, Skip.NO_CONSENT),
        (PERSON, Policy(connected=frozenset({EMAIL, SMS}), ask_first=frozenset({EMAIL, SMS})), Skip.NO_CONSENT),
        (person(day={Purpose.TRANSACTIONAL: 12}), POLICY, Skip.CAPPED),
        (person(week={Purpose.TRANSACTIONAL: 60}), POLICY, Skip.CAPPED),
    ],
)
def test_every_closed_gate_gives_its_reason(recipient, policy, reason):
    assert allow(ACTION, recipient, policy, NOON).skip is reason


def test_the_reason_is_of_the_channel_that_came_furthest():
    recipient = person(addresses={SMS: "+1"}, suppressed=frozenset({(SMS, None)}))
    assert allow(ACTION, recipient, POLICY, NOON).skip is Skip.SUPPRESSED


def test_a_suppression_for_marketing_leaves_service_messages_alone():
    recipient = person(suppressed=frozenset({(EMAIL, Purpose.MARKETING)}), consents=(consent(granted=True),))
    assert isinstance(allow(ACTION, recipient, POLICY, NOON), Go)
    assert allow(PROMOTION, recipient, POLICY, NOON).channel is SMS


def test_marketing_needs_a_recorded_yes():
    assert allow(PROMOTION, PERSON, POLICY, NOON).skip is Skip.NO_CONSENT
    assert isinstance(allow(PROMOTION, person(consents=(consent(granted=True),)), POLICY, NOON), Go)
    assert allow(PROMOTION, person(consents=(consent(granted=True, channel=SMS),)), POLICY, NOON).channel is SMS


@given(st.permutations([consent(granted=True, at=NOON - timedelta(days=2)), consent(granted=False), consent(granted=True)]))
def test_the_newest_statement_decides_and_of_equally_new_ones_the_no(consents):
    assert allow(PROMOTION, person(consents=tuple(consents)), POLICY, NOON).skip is Skip.NO_CONSENT


def test_a_newer_yes_on_one_channel_opens_only_that():
    consents = (consent(granted=False, at=NOON - timedelta(days=1)), consent(granted=True, channel=SMS))
    assert allow(PROMOTION, person(consents=consents), POLICY, NOON).channel is SMS


def test_marketing_is_capped_at_one_a_day():
    recipient = person(consents=(consent(granted=True),), day={Purpose.MARKETING: 1})
    assert allow(PROMOTION, recipient, POLICY, NOON).skip is Skip.CAPPED
    assert isinstance(allow(ACTION, recipient, POLICY, NOON), Go)


def test_at_night_mail_leaves_a_text_message_waits_and_an_urgent_one_leaves():
    text = msgspec.structs.replace(ACTION, channels=(SMS,))
    assert isinstance(allow(ACTION, PERSON, POLICY, NIGHT), Go)
    assert allow(text, PERSON, POLICY, NIGHT) == Wait(datetime(2026, 11, 23, 9, tzinfo=UTC), "quiet hours in UTC")
    assert isinstance(allow(msgspec.structs.replace(text, urgent=True), PERSON, POLICY, NIGHT), Go)


def test_at_night_marketing_waits_even_when_it_calls_itself_urgent():
    recipient = person(consents=(consent(granted=True),))
    assert isinstance(allow(msgspec.structs.replace(PROMOTION, urgent=True), recipient, POLICY, NIGHT), Wait)


def test_night_is_the_recipients_and_else_the_merchants():
    text = msgspec.structs.replace(ACTION, channels=(SMS,))
    assert isinstance(allow(text, person(zone="Asia/Tokyo"), POLICY, NOON), Wait)
    assert isinstance(allow(text, person(zone=None), msgspec.structs.replace(POLICY, zone="Asia/Tokyo"), NOON), Wait)
    assert isinstance(allow(text, person(zone="No/Such"), POLICY, NOON), Go)


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
moments = st.datetimes(NOON.replace(year=1980, tzinfo=None), NOON.replace(year=2037, tzinfo=None), timezones=st.just(UTC))


@given(st.sampled_from(ZONES), moments, st.integers(0, 22), st.integers(1, 23))
@example("Pacific/Apia", datetime(2011, 12, 30, 8, tzinfo=UTC), 9, 20)
@example("Africa/Casablanca", datetime(2026, 3, 22, 1, tzinfo=UTC), 2, 3)
def test_whatever_the_clock_does_the_answer_is_an_allowed_moment_soon(zone, now, start, length):
    hours = QuietHours(time(start), time(min(23, start + length), 30))
    until = next_allowed(hours, zone, now)
    local = (until or now).astimezone(ZoneInfo(zone)).time()
    assert hours.rings_from <= local < hours.rings_until
    if until is not None:
        assert now < until <= now + timedelta(days=2, hours=2)


@given(st.sampled_from(ZONES), moments)
def test_it_never_waits_past_an_allowed_hour(zone, now):
    until = next_allowed(QuietHours(), zone, now)
    if until is not None:
        place = ZoneInfo(zone)
        step = now
        while step < until - timedelta(minutes=30):
            assert not time(9) <= step.astimezone(place).time() < time(20)
            step += timedelta(minutes=30)


def test_hours_that_never_ring_are_refused():
    with pytest.raises(BadInputError):
        QuietHours(time(20), time(9))


@pytest.mark.parametrize(
    ("country", "region", "phone", "zone"),
    [
        ("US", "CA", None, "America/Los_Angeles"),
        ("US", "US-NY", None, "America/New_York"),
        ("US", None, "+12125550100", "America/New_York"),
        ("US", None, None, None),
        ("ES", None, None, "Europe/Madrid"),
        ("ES", "GC", None, "Atlantic/Canary"),
        ("AU", "QLD", None, "Australia/Brisbane"),
        (None, None, "+34912345678", "Europe/Madrid"),
        (None, None, "nonsense", None),
        (None, None, None, None),
    ],
)
def test_a_zone_is_found_from_region_country_or_phone(country, region, phone, zone):
    assert zone_of(country, region, phone) == zone


def test_every_zone_of_the_tables_exists():
    from doorstep.messages import zones

    assert {*zones._COUNTRY.values(), *zones._REGION.values()} <= available_timezones()
