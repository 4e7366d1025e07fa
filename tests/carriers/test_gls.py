"""GLS: what its four answers say beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import gls
from doorstep.carriers.gls import CARRIER, codes
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(gls.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def page(sentence: str, *, numbers: list[str], **progress):
    history = [{"date": "2026-07-14", "time": "10:00:00", "evtDscr": sentence, "address": {"countryCode": "DE"}}]
    return read({"tuStatus": [{"tuNo": "5", "history": history, "progressBar": {"evtNos": numbers, **progress}}]}).trackings[0]


def test_the_gateway_names_parcels_and_errors():
    parsed = sample("gateway.json")
    assert [scan.event_type for scan in parsed.trackings[0].checkpoints] == ["out_for_delivery", "facility_arrival", "accepted"]
    assert parsed.notes == (CarrierNote("E_404_01", "Resource Not Found", "50000000099"),)


def test_without_events_the_gateways_status_is_the_scan():
    parsed = read({"parcels": [{"unitno": "5", "status": "DELIVEREDPS", "statusDateTime": "2026-07-14T10:00:00+0200"}]})
    (scan,) = parsed.trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code, scan.occurred_at.offset) == ("ready_for_pickup", "DELIVEREDPS", "+02:00")


def test_a_window_without_a_day_is_the_day_of_the_tour():
    tracking = sample("group_page.json").trackings[0]
    (estimate,) = tracking.estimates
    assert (estimate.from_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-07-14", "14:00", "15:30")
    assert (tracking.weight_g, tracking.service) == (1400, "BusinessParcel")


def test_event_numbers_count_only_where_there_is_one_for_each_event():
    sentence = "Das Paket wurde erfolgreich zugestellt."
    assert page(sentence, numbers=["3.0"]).checkpoints[0].carrier_code == "3.0"
    unnumbered = page(sentence, numbers=["3.0", "1.0"]).checkpoints[0]
    assert (unnumbered.carrier_code, unnumbered.event_type) == ("", "delivered")
    assert page("Das Paket ist heute schön.", numbers=[]).checkpoints[0].event_type == "unknown"
    unlisted = page(sentence, numbers=["77.7"]).checkpoints[0]
    assert (unlisted.event_type, unlisted.carrier_code) == ("delivered", ""), "the sentence told it"
    new = page("Das Paket ist heute schön.", numbers=["77.7"]).checkpoints[0]
    assert (new.event_type, new.carrier_code) == ("unknown", "77.7")


@pytest.mark.parametrize(
    ("sentence", "event_type"),
    [
        ("The parcel has been delivered at the neighbour\N{RIGHT SINGLE QUOTATION MARK}s (see signature)", "delivered_neighbour"),
        ("The parcel could not be delivered as the moon was full.", "attempt_failed"),
        ("Das Paket wird voraussichtlich im Laufe des Tages zugestellt.", "out_for_delivery"),
        ("Das Paket wurde an GLS &uuml;bergeben.", "accepted"),
    ],
)
def test_a_sentence_is_read_in_its_spellings(sentence, event_type):
    assert page(sentence, numbers=[]).checkpoints[0].event_type == event_type


def test_the_answer_for_a_number_and_a_post_code_is_the_parcel_itself():
    event = {"date": "2026-07-14", "time": "10:00:00", "evtNo": "3.896", "evtDscr": "x"}
    (tracking,) = read({"tuNo": "5", "history": [event], "progressBar": {"statusInfo": "DELIVEREDPS"}}).trackings
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [("ready_for_pickup_locker", "3.896")]
    assert read({"lastError": "E206", "exceptionText": "No such number."}).notes == (CarrierNote("E206", "No such number."),)


def test_shipit_names_parcel_and_times_in_its_own_way():
    event = {"timestamp": "2026-07-14T10:00:00", "description": "x", "location": "Mainz", "country": "DE", "code": "3.0"}
    (tracking,) = read({"parcels": [{"trackid": "ab5", "status": "DELIVERED", "events": [event]}]}).trackings
    (scan,) = tracking.checkpoints
    assert (tracking.tracking_number, scan.event_type, scan.place.city, scan.occurred_at.offset) == ("AB5", "delivered", "Mainz", "+02:00")


def test_the_german_app_tells_sentences_and_at_least_the_delivery():
    event = {"description": "Das Paket ist im GLS PaketShop eingetroffen.", "occurrenceDateTime": "2026-07-14 10:00:00"}
    (tracking,) = read({"parcelNumber": "5", "trackingReference": "AB", "deliveryEvents": [event], "deliveredAt": None}).trackings
    assert [(scan.event_type, scan.occurred_at.local) for scan in tracking.checkpoints] == [("ready_for_pickup", "2026-07-14T10:00:00")]
    (bare,) = read({"parcelNumber": "5", "deliveryEvents": [], "deliveredAt": "2026-07-15 11:00:00"}).trackings
    assert [(scan.event_type, scan.occurred_at.local) for scan in bare.checkpoints] == [("delivered", "2026-07-15T11:00:00")]
    with pytest.raises(BadInputError):
        read({"deliveryEvents": []})


def test_the_polish_page_tells_apart_delivered_and_not_delivered():
    events = [
        {"packageStatusName": name, "packageStatusDate": "2026-07-14T10:00:00+02:00"} for name in ("Doręczona", "Niedoręczona", "Inaczej")
    ]
    (tracking,) = read({"parcelNumber": "5", "progressBarIdent": "DELIVERED", "eventReasons": events}).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered", "attempt_failed", "unknown"]
    (bare,) = read({"parcelNumber": "5", "progressBarIdent": "NOTPICKEDUP"}).trackings
    assert [scan.event_type for scan in bare.checkpoints] == ["pickup_expired"]


def test_a_flagged_return_marks_the_parcel_and_its_scans():
    tracking = page("", numbers=["3.0"], retourFlag=True)
    assert tracking.is_return
    assert tracking.checkpoints[0].is_return


def test_dutch_scans_are_local_and_dutch_estimates_are_utc():
    tracking = sample("dutch_page.json").trackings[0]
    assert [scan.occurred_at.offset for scan in tracking.checkpoints] == ["+02:00", "+02:00"]
    assert (tracking.estimates[0].from_time, tracking.estimates[0].to_time) == ("13:00", "15:00")
    assert tracking.weight_g == 800


def test_a_dutch_state_without_scans_is_undated():
    (scan,) = read({"parcelNo": "5", "state": 3, "scans": []}).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at) == ("out_for_delivery", None)


def test_mygls_dates_are_moments_with_an_offset():
    scans = sample("mygls.json").trackings[0].checkpoints
    assert [scan.event_type for scan in scans] == ["delivered_neighbour", "out_for_delivery"]
    assert (scans[0].occurred_at.local, scans[0].occurred_at.offset) == ("2026-07-14T12:00:00", "+02:00")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"lastError": "E998", "exceptionText": "No data found."}, CarrierNote("E998", "No data found.")),
        ({"errors": [{"errorCode": "E_401_01", "errorMessage": "Unauthorised"}]}, CarrierNote("E_401_01", "Unauthorised")),
        ({"GetParcelStatusErrors": [{"ErrorCode": 8, "ErrorDescription": "None"}], "ParcelNumber": 0}, CarrierNote("8", "None")),
    ],
)
def test_errors_become_notes(answer, note):
    assert read(answer).notes == (note,)


def test_every_mapped_event_type_exists():
    mapped = {
        *codes._EVENTS.values(),
        *codes._STATUSES.values(),
        *codes._DUTCH.values(),
        *codes._MYGLS.values(),
        *codes._SENTENCES.values(),
    }
    assert mapped <= set(EVENT_TYPES)


def test_no_parcels_is_a_note():
    assert read({"tuStatus": []}).notes == (CarrierNote("", "no parcel found"),)


@pytest.mark.parametrize("answer", [{}, None, 1, [], {"tuStatus": [{}]}, {"parcels": [{}]}, {"parcelNo": ""}, {"ParcelStatusList": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    [
        "parcels",
        "unitno",
        "requested",
        "status",
        "statusDateTime",
        "events",
        "code",
        "description",
        "eventDateTime",
        "country",
        "errorCode",
        "tuStatus",
        "tuNo",
        "history",
        "date",
        "time",
        "evtDscr",
        "address",
        "countryCode",
        "progressBar",
        "evtNos",
        "retourFlag",
        "statusInfo",
        "arrivalTime",
        "value",
        "infos",
        "type",
        "parcelNo",
        "scans",
        "dateTime",
        "state",
        "deliveryStatus",
        "etaTimestampMin",
        "etaTimestampMax",
        "ParcelNumber",
        "ParcelStatusList",
        "StatusCode",
        "StatusDate",
        "GetParcelStatusErrors",
        "ErrorCode",
        "exceptionText",
    ]
)
VALUES = st.sampled_from(
    [
        "",
        "5",
        "3.0",
        "DELIVERED",
        "2026-07-14",
        "10:00:00",
        "2026-07-14T10:00:00Z",
        "14:00 - 15:30",
        "99.99.2026 14:00 - 15:00",
        "WEIGHT",
        "1 kg",
        "DE",
        "/Date(99999999999999+0200)/",
        "/Date(1784023200000+9999)/",
        "/Date(-62135596800000)/",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        3,
        None,
        True,
    ]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert parsed.trackings or parsed.notes or answer["parcels"] == []
