"""Quiet hours, weekends, holidays, country rules, consents, suppressions, windows and caps: nothing forbidden leaves, nothing allowed is lost."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.messages import Action, Change
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.errors import BadInputError
from doorstep.messages import Evidence, Go, Policy, QuietHours, Recipient, Stop, Wait, allow
from doorstep.messages.choosing import Open, choose, points_of
from doorstep.messages.peace import hours_for, marketing_law
from doorstep.messages.quiet import next_allowed

EMAIL, SMS, WHATSAPP, PUSH = ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.PUSH
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ZONES = sorted(available_timezones())
#: The night of each change of the clock in a year, near enough: every hour of the days around equinox weekends, both hemispheres.
CHANGES = [datetime(2026, 3, day, tzinfo=UTC) for day in (7, 8, 28, 29)] + [
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 9, 5, tzinfo=UTC),
    datetime(2026, 9, 26, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
]
ACTION = Action(
    journey="offers",
    step="tell",
    template="shipped",
    purpose=Purpose.MARKETING,
    channels=(EMAIL, WHATSAPP, SMS),
    change=Change(trigger="order.placed", subject_kind="order", subject_id=1),
    due_at=NOON,
    topic="offers",
)
moments = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.builds(lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(0, 48 * 60)),
)
hours = st.builds(
    lambda a, b, off, weekends, free: QuietHours(
        time(min(a, b)), time(max(a, b)), days_off=frozenset(off), weekends_off=weekends, holidays_off=free
    ),
    st.integers(0, 11),
    st.integers(12, 23),
    st.sets(st.integers(0, 6), max_size=4),
    st.booleans(),
    st.booleans(),
)
countries = st.sampled_from([None, "US", "FR", "IN", "DE", "SA", "IL", "IR", "BR", "XX"])


@given(hours, st.sampled_from(ZONES), moments, countries)
def test_what_is_told_to_wait_waits_for_a_moment_at_which_it_may_ring(quiet, zone, now, country):
    until = next_allowed(quiet, zone, now, country)
    if until is None:
        local = now.astimezone(ZoneInfo(zone))
        assert quiet.rings_from <= local.time() < quiet.rings_until
        assert local.weekday() not in quiet.days_off
    else:
        assert now < until <= now + timedelta(days=40)
        assert next_allowed(quiet, zone, until, country) is None


@pytest.mark.parametrize(
    ("country", "day", "rings"),
    [("DE", 6, False), ("DE", 4, True), ("SA", 4, False), ("SA", 5, False), ("SA", 6, True), ("IR", 4, False), (None, 5, False)],
)
def test_a_weekend_is_that_of_the_recipients_country(country, day, rings):
    quiet = QuietHours(weekends_off=True)
    now = datetime(2026, 11, 16, 12, tzinfo=UTC) + timedelta(days=day)  # a Monday and so many days
    assert (next_allowed(quiet, "UTC", now, country) is None) == rings


def test_nothing_rings_on_a_public_holiday_where_that_is_the_rule():
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert next_allowed(QuietHours(holidays_off=True), "UTC", christmas, "FR") == datetime(2026, 12, 26, 9, tzinfo=UTC)
    assert next_allowed(QuietHours(holidays_off=True), "UTC", christmas, "IN") == datetime(2026, 12, 26, 9, tzinfo=UTC)
    assert next_allowed(QuietHours(), "UTC", christmas, "FR") is None


@pytest.mark.parametrize("off", [frozenset(range(7)), frozenset({7}), frozenset({-1})])
def test_days_off_leave_a_day(off):
    with pytest.raises(BadInputError):
        QuietHours(days_off=off)


def test_a_countrys_law_narrows_marketing_to_telephones_and_nothing_else():
    person = Recipient(
        addresses={SMS: "+33600000001"},
        consents=(Consent(purpose=Purpose.MARKETING, granted=True, source="api", at=NOON),),
        zone="Europe/Paris",
        country="FR",
    )
    policy = Policy(connected=frozenset({SMS}), quiet=QuietHours(time(7), time(22)))
    sunday, evening = datetime(2026, 11, 22, 11, tzinfo=UTC), datetime(2026, 11, 18, 19, 30, tzinfo=UTC)
    for now in (sunday, evening):
        wait = allow(ACTION, person, policy, now)
        assert isinstance(wait, Wait)
        assert wait.why == "quiet hours in Europe/Paris and for marketing in FR"
        service = msgspec.structs.replace(ACTION, purpose=Purpose.TRANSACTIONAL)
        assert isinstance(allow(service, person, policy, now), Go)
    assert marketing_law("FR", EMAIL) is None


@given(hours, hours)
def test_two_rules_together_allow_no_day_that_either_forbids(one, other):
    both = hours_for(one, other)
    assert both.days_off >= one.days_off | other.days_off or len(one.days_off | other.days_off) == 7
    assert both.rings_from >= other.rings_from
    assert both.rings_until <= other.rings_until


consents = st.lists(
    st.builds(
        Consent,
        purpose=st.sampled_from(Purpose),
        channel=st.sampled_from([None, EMAIL, SMS, WHATSAPP]),
        granted=st.booleans(),
        source=st.just("api"),
        at=st.integers(0, 5).map(lambda days: NOON + timedelta(days=days)),
    ),
    max_size=5,
).map(tuple)
people = st.builds(
    Recipient,
    addresses=st.dictionaries(st.sampled_from([EMAIL, SMS, WHATSAPP]), st.sampled_from(["a@b.example", "+34600000001", ""]), max_size=3),
    consents=consents,
    suppressed=st.frozensets(st.tuples(st.sampled_from([EMAIL, SMS, WHATSAPP]), st.sampled_from([None, *Purpose])), max_size=3),
    topics_off=st.frozensets(st.sampled_from(["offers", "shipping"]), max_size=1),
    day=st.dictionaries(st.sampled_from(Purpose), st.integers(0, 14)),
    week=st.dictionaries(st.sampled_from(Purpose), st.integers(0, 70)),
    zone=st.sampled_from([None, "Europe/Madrid", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
    country=countries,
    windows=st.dictionaries(st.just(WHATSAPP), st.integers(-48, 48).map(lambda h: NOON + timedelta(hours=h)), max_size=1),
    evidence=st.dictionaries(
        st.sampled_from([EMAIL, SMS, WHATSAPP]), st.builds(Evidence, st.integers(0, 9), st.integers(0, 9), st.floats(0, 9))
    ),
)
policies = st.builds(
    Policy,
    connected=st.frozensets(st.sampled_from([EMAIL, SMS, WHATSAPP])),
    quiet=hours,
    quiet_marketing=st.none() | hours,
    ask_first=st.frozensets(st.sampled_from([EMAIL, SMS, WHATSAPP])),
    any_hour=st.frozensets(st.sampled_from([EMAIL, SMS])),
    direct=st.frozensets(st.just(WHATSAPP)),
    strict_order=st.booleans(),
)
actions = st.builds(
    lambda purpose, urgent, asks: msgspec.structs.replace(ACTION, purpose=purpose, urgent=urgent, asks=asks),
    st.sampled_from(Purpose),
    st.booleans(),
    st.booleans(),
)


def says(person, purpose, channel):
    """The newest word on it; of equally new ones the no."""
    found = [(c.at, not c.granted) for c in person.consents if c.purpose is purpose and c.channel in {None, channel}]
    return None if not found else not max(found)[1]


def forbidden(action, person, policy, channel, now, approved):
    """Every rule once more, written down another way: why this channel may not be used now, as far as the person is concerned."""
    window = person.windows.get(channel)
    wrote = window is not None and now < window
    said = says(person, action.purpose, channel)
    return (
        channel not in policy.connected
        or not person.addresses.get(channel)
        or bool({(channel, None), (channel, action.purpose)} & person.suppressed)
        or said is False
        or (action.purpose is Purpose.MARKETING and not said)
        or (channel in policy.ask_first and not wrote and not said)
        or (channel is WHATSAPP and not wrote and channel not in approved | policy.direct)
    )


@given(actions, people, policies, moments, st.frozensets(st.just(WHATSAPP)), st.frozensets(st.sampled_from([EMAIL, SMS])))
def test_nothing_forbidden_leaves_and_nothing_allowed_is_lost(action, person, policy, now, approved, avoid):
    verdict = allow(action, person, policy, now, approved=approved, avoid=avoid)
    open_ones = [c for c in action.channels if c not in avoid and not forbidden(action, person, policy, c, now, approved)]
    capped = (
        person.day.get(action.purpose, 0) >= policy.per_day[action.purpose]
        or person.week.get(action.purpose, 0) >= policy.per_week[action.purpose]
    )
    if action.topic in person.topics_off:
        assert isinstance(verdict, Stop)
        assert verdict.skip is Skip.OPTED_OUT
    elif not open_ones:
        assert isinstance(verdict, Stop)
        assert verdict.skip in {Skip.NO_CHANNEL, Skip.NO_ADDRESS, Skip.SUPPRESSED, Skip.NO_CONSENT, Skip.NOT_APPROVED}
        assert verdict.why
    elif capped:
        assert isinstance(verdict, Stop)
        assert verdict.skip is Skip.CAPPED
    elif isinstance(verdict, Go):
        assert verdict.channel in open_ones
        assert verdict.address == person.addresses[verdict.channel]
        assert verdict.why
        assert verdict.gates
        if policy.strict_order:
            assert verdict.channel is open_ones[0]
        loud = action.purpose is Purpose.MARKETING or not (action.urgent or verdict.channel in policy.any_hour)
        if loud:
            local = now.astimezone(ZoneInfo(person.zone or policy.zone))
            assert policy.quiet.rings_from <= local.time() < policy.quiet.rings_until or action.purpose is Purpose.MARKETING
            assert local.weekday() not in policy.quiet.days_off
    else:
        assert isinstance(verdict, Wait)
        assert verdict.until > now
        later = allow(
            action,
            msgspec.structs.replace(person, windows={}, evidence={}),
            policy,
            verdict.until,
            approved=approved | {WHATSAPP},
            avoid=avoid,
        )
        assert not isinstance(later, Stop) or later.skip is Skip.NO_CONSENT  # the customer's own window may have closed meanwhile


def scored(*channels, asks=False, urgent=False, country="ES", evidence=None, consented=()):
    open_ones = [Open(channel, place, channel in consented) for place, channel in enumerate(channels)]
    action = msgspec.structs.replace(ACTION, purpose=Purpose.TRANSACTIONAL, asks=asks, urgent=urgent)
    return choose(open_ones, action, country, evidence or {})


def test_the_merchants_order_stands_where_nothing_speaks_against_it():
    assert scored(EMAIL, SMS)[0].channel is EMAIL
    assert scored(EMAIL, SMS, asks=True)[0].channel is EMAIL
    assert scored(SMS, EMAIL, urgent=True)[0].channel is SMS
    assert scored(EMAIL, WHATSAPP) == (Open(EMAIL, 0), "")


def test_what_needs_an_answer_goes_where_one_is_easily_given_and_usual():
    best, why = scored(EMAIL, WHATSAPP, asks=True, urgent=True)
    assert best.channel is WHATSAPP
    assert why == "chosen before email: order -3.0, urgent +2.0, answer needed +2.0, habit +1.5, cost -0.5"
    assert scored(EMAIL, WHATSAPP, asks=True, urgent=True, country="US")[0].channel is WHATSAPP
    assert scored(EMAIL, WHATSAPP, asks=True, country="US")[0].channel is EMAIL


def test_who_let_a_browser_tell_them_is_told_there_when_it_is_urgent():
    assert scored(EMAIL, PUSH, urgent=True, consented={PUSH})[0].channel is PUSH
    assert scored(EMAIL, PUSH, consented={PUSH})[0].channel is EMAIL


def test_what_failed_or_was_opened_before_counts():
    bounced = {EMAIL: Evidence(sent=10, failed=8)}
    assert scored(EMAIL, SMS, evidence=bounced)[0].channel is SMS
    read = {SMS: Evidence(sent=20, opened=20), EMAIL: Evidence(sent=20)}
    assert scored(EMAIL, SMS, urgent=True, evidence=read)[0].channel is SMS
    assert points_of(Open(EMAIL, 0), ACTION, "ES", Evidence(sent=1, failed=1)) == {"failed before": pytest.approx(-8 / 3)}
