"""Newgistics: stored dates, returns and packages it does not know."""

import json

import pytest

from doorstep.carriers.newgistics import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(*packages):
    return CARRIER.parse(Raw(body=json.dumps({"Packages": list(packages)}).encode()))


def package(*events, **fields):
    return {"TrackingNumber": "7250", "PackageTrackingEvents": list(events), **fields}


def when(**event):
    return read(package({"EventCode": "DNF", "State": "IL", **event})).trackings[0].checkpoints[0].occurred_at


def test_day_and_time_of_day_are_stored_apart():
    told = when(Date="/Date(1469163600000-0500)/", Time="/Date(1469198640000-0500)/")
    assert (told.local, told.offset) == ("2016-07-22T09:44:00", "-05:00")


def test_a_day_without_its_time_stays_a_day():
    told = when(Date="/Date(1469163600000-0500)/", Time="null")
    assert (told.local[:10], told.precision) == ("2016-07-22", Precision.DATE)


@pytest.mark.parametrize("day", ["null", None, "/Date(-62135575200000-0600)/", "/Date(999999999999999)/", "2016-07-22"])
def test_an_unset_day_tells_nothing(day):
    assert when(Date=day) is None


def test_a_return_is_one_from_its_first_scan():
    (tracking,) = read(package({"EventCode": "DRC"}, Service="RETURN", Signer="null", Weight=2, UnitOfMeasure="pounds")).trackings
    assert (tracking.is_return, tracking.checkpoints[0].is_return, tracking.checkpoints[0].event_type) == (True, True, "return_received")
    assert (tracking.signed_by, tracking.weight_g) == (None, 907)


def test_the_expected_days_are_a_window_or_one():
    (window,) = (
        read(package(MinEstimatedDeliveryDate="/Date(1469163600000-0500)/", MaxEstimatedDeliveryDate="/Date(1469336400000-0500)/"))
        .trackings[0]
        .estimates
    )
    assert (window.from_on.isoformat(), window.to_on.isoformat()) == ("2016-07-22", "2016-07-24")
    (day,) = read(package(EstimatedDeliveryDate="/Date(1469163600000-0500)/")).trackings[0].estimates
    assert day.from_on == day.to_on


def test_packages_it_does_not_know_are_notes():
    told = read({"TrackingNumber": "7251", "PackageTrackingEvents": "null", "Status": "NotFound", "ErrorMessage": "none"}, package())
    assert (told.notes, len(told.trackings)) == ((CarrierNote("NotFound", "none", "7251"),), 1)


@pytest.mark.parametrize("answer", [{}, [], None, {"Packages": "null"}, {"Packages": [{"PackageTrackingEvents": []}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def test_a_package_or_an_event_alone_needs_no_list():
    event = {"EventCode": "AR"}
    (tracking,) = read({"TrackingNumber": "7251", "PackageTrackingEvents": event}).trackings
    assert len(tracking.checkpoints) == 1
    alone = {"Packages": {"TrackingNumber": "7251", "PackageTrackingEvents": [event]}}
    assert len(CARRIER.parse(Raw(body=json.dumps(alone).encode())).trackings[0].checkpoints) == 1
