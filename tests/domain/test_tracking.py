import msgspec
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Scan
from doorstep.domain.vocabulary import Precision, ZoneSource

STAMP = OccurredAt("2024-11-22T13:58:00", "+01:00", ZoneSource.SENT, Precision.MINUTE)
SCAN = Checkpoint(
    event_type="facility_arrival",
    occurred_at=STAMP,
    place=Place(city="Lyon", country="FR"),
    carrier="demo",
    carrier_code="T/ARR",
    carrier_text="Arrived at hub",
    tracking_number="XY123",
)
UNCODED = msgspec.structs.replace(SCAN, carrier_code="")
change = msgspec.structs.replace


@given(st.text())
def test_a_scan_with_a_code_keeps_its_fingerprint_when_reworded(text):
    assert change(SCAN, carrier_text=text).fingerprint == SCAN.fingerprint
    unknown = change(SCAN, event_type="unknown")
    assert change(unknown, carrier_text=text).fingerprint == unknown.fingerprint


@given(st.text())
def test_a_known_event_without_a_code_keeps_its_fingerprint_when_reworded(text):
    assert change(UNCODED, carrier_text=text).fingerprint == UNCODED.fingerprint


def test_unknown_scans_without_a_code_are_told_apart_by_their_text():
    one = change(UNCODED, event_type="unknown", carrier_text="Parcel parked")
    two = change(UNCODED, event_type="unknown", carrier_text="Parcel unparked")
    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == change(one).fingerprint


def test_a_code_that_gains_a_meaning_later_keeps_its_fingerprint():
    assert change(SCAN, event_type="unknown").fingerprint == SCAN.fingerprint


def test_number_carrier_code_time_and_place_tell_scans_apart():
    others = (
        change(SCAN, tracking_number="XY124"),
        change(SCAN, carrier="other"),
        change(SCAN, carrier_code="T/DEP"),
        change(SCAN, occurred_at=change(STAMP, local="2024-11-22T13:59:00")),
        change(SCAN, occurred_at=change(STAMP, offset="+02:00")),
        change(SCAN, occurred_at=None),
        change(SCAN, place=Place(city="Nice", country="FR")),
        change(SCAN, place=None),
    )
    prints = {scan.fingerprint for scan in (SCAN, *others)}
    assert len(prints) == 1 + len(others)
    assert {len(each) for each in prints} == {8}


def test_a_zone_that_we_found_ourselves_does_not_change_the_fingerprint():
    found = change(STAMP, zone_source=ZoneSource.COUNTRY)
    assumed = OccurredAt(STAMP.local, None, ZoneSource.ASSUMED, Precision.MINUTE)
    assert change(SCAN, occurred_at=found).fingerprint == change(SCAN, occurred_at=assumed).fingerprint


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_fingerprint(number, code, text):
    for event_type in ("unknown", "delivered"):
        assert len(change(SCAN, event_type=event_type, tracking_number=number, carrier_code=code, carrier_text=text).fingerprint) == 8


def test_a_scan_holds_what_the_fold_needs():
    scan = Scan.of(SCAN)
    assert (scan.event_type, scan.precision, scan.zoned, scan.fingerprint) == ("facility_arrival", 1, True, SCAN.fingerprint)
    assert scan.instant_us == 1_732_280_280_000_000
    undated = Scan.of(change(SCAN, occurred_at=None))
    assert (undated.instant_us, undated.precision, undated.zoned) == (None, 0, False)
