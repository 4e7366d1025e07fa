"""Prestige: the server's wall times, and days expected again and again."""

import json

import pytest

from doorstep.carriers.prestige import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def package(*events):
    return read([{"TrackingNumber": "PS9", "TrackingEventHistory": list(events)}]).trackings[0]


def test_times_are_the_servers_and_get_no_zone():
    scans = package(
        {"serverDate": "07/15/2026", "serverTime": "7:53 PM", "ELState": "OH", "CountryCode": "US"}, {"serverDate": "07/15/2026"}, {}
    )
    timed, dated, undated = (scan.occurred_at for scan in scans.checkpoints)
    assert (timed.local, timed.offset, dated.precision, undated) == ("2026-07-15T19:53:00", None, Precision.DATE, None)


def test_a_day_repeated_is_told_once_with_its_newest_statement():
    early = {"EventCode": "EVENT_101", "serverDate": "07/14/2026", "serverTime": "3:55 PM", "EstimatedDeliveryDate": "07/16/2026"}
    late = {"EventCode": "EVENT_302", "serverDate": "07/15/2026", "serverTime": "7:53 AM", "EstimatedDeliveryDate": "07/16/2026"}
    (estimate,) = package(late, early).estimates
    assert (estimate.to_on.isoformat(), estimate.stated_at.local) == ("2026-07-16", "2026-07-15T07:53:00")
    assert len(package({**late, "EstimatedDeliveryDate": "07/17/2026"}, early).estimates) == 2
    assert package({**late, "EventCode": "EVENT_301"}, early).estimates == ()


def test_a_code_off_the_list_is_unknown():
    assert [scan.event_type for scan in package({"EventCode": "EVENT_409"}, {"EventCode": "EVENT_999"}).checkpoints] == ["lost", "unknown"]


def test_one_package_may_come_without_its_list_and_number():
    assert read({"TrackingEventHistory": [{"TrackingNumber": "PS8"}]}).trackings[0].tracking_number == "PS8"
    assert read([]).trackings == ()


def test_a_single_event_needs_no_list():
    (tracking,) = read({"TrackingEventHistory": {"TrackingNumber": "PS8", "EventCode": "EVENT_409"}}).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["lost"]


def test_errors_become_notes():
    assert read({"ErrorCode": "1", "ErrorMessage": "none"}).notes == (CarrierNote("1", "none"),)


@pytest.mark.parametrize("answer", [{}, None, [{}], {"TrackingEventHistory": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
