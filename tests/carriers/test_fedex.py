"""FedEx: event, exception and derived codes, days without a time, number reuse, other numbers, signatures, any bytes."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.families.fedex_codes import EVENTS, EXCEPTIONS
from doorstep.carriers.fedex import CARRIER
from doorstep.carriers.fedex.scans import barcode_link
from doorstep.carriers.fedex.webhook import verify_signature
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "fedex" / "samples"
#: The list of status codes runs into a list of parties; these are broker, customs, shipper and transfer partner.
PARTIES = {"BR", "CU", "SH", "TP"}
#: Two meanings each, told apart by FedEx's sentence only.
BY_SENTENCE = {"EA", "TR"}
#: All scans of the real payloads are mapped; a code that is not would be listed here with the reason.
UNMAPPED_IN_PAYLOADS: dict[str, str] = {}


def result(*scans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"trackingNumberInfo": {"trackingNumber": "700000000019"}, "scanEvents": list(scans)} | more


def answer(*results: dict[str, Any]) -> Raw:
    return Raw(
        body=json.dumps({"output": {"completeTrackResults": [{"trackingNumber": "700000000019", "trackResults": list(results)}]}}).encode()
    )


def event(kind: str, exception: str = "", **more: Any) -> dict[str, Any]:
    return {"eventType": kind, "exceptionCode": exception, "eventDescription": "Words", "date": "2026-03-04T08:05:00-05:00"} | more


def scan(*scans: dict[str, Any], **more: Any) -> Any:
    return CARRIER.parse(answer(result(*scans, **more))).trackings[0].checkpoints[0]


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")
def test_every_published_code_is_mapped() -> None:
    listed = {
        line.split("\t")[0].upper()
        for line in (DATA / "code_lists" / "fedex_status_codes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    }
    webhook = (DATA / "code_lists" / "fedex_webhook_events.txt").read_text(encoding="utf-8").split("Content Types")[0]
    listed |= {line.strip() for line in webhook.splitlines() if len(line.strip()) == 2}
    assert listed - EVENTS.keys() == PARTIES | BY_SENTENCE


def test_unmapped_scans_of_real_payloads_are_listed() -> None:
    judged = json.loads((Path(__file__).parent / "expectations" / "fedex.json").read_text(encoding="utf-8"))
    scans = [scan for trackings in judged.values() for tracking in trackings for scan in tracking["events"]]
    assert len(scans) == 98
    assert {code for event_type, code, *_ in scans if event_type == "unknown"} == UNMAPPED_IN_PAYLOADS.keys()


def test_every_code_stands_for_an_event_type_we_have() -> None:
    assert set(EVENTS.values()) | set(EXCEPTIONS.values()) <= EVENT_TYPES.keys()
    assert all(key.split("/")[0] in EVENTS for key in EXCEPTIONS)


def test_the_exception_code_refines_the_event_and_is_part_of_the_key() -> None:
    refused = scan(event("DE", "08", exceptionDescription="Nobody there"))
    assert (refused.event_type, refused.carrier_code, refused.carrier_text) == ("attempt_failed_not_home", "DE/08", "Words: Nobody there")
    unread = scan(event("DE", "999"))
    assert (unread.event_type, unread.carrier_code) == ("exception", "DE/999")
    assert scan(event("ZQ")).event_type == "unknown"


def test_a_coarse_derived_status_says_less_than_the_event() -> None:
    assert scan(event("OD", derivedStatusCode="IT")).event_type == "out_for_delivery"
    assert scan(event("SE", "099", derivedStatusCode="DE")).event_type == "undeliverable"
    concluded = scan(event("PU", "A25", derivedStatusCode="OD"))
    assert (concluded.event_type, concluded.carrier_code) == ("out_for_delivery", "OD/PU/A25")


def test_a_code_with_two_meanings_is_told_by_the_sentence() -> None:
    assert scan(event("EA", eventDescription="Export approved")).event_type == "export_customs_released"
    assert scan(event("EA", eventDescription="Enroute to Airport")).event_type == "in_transit"
    assert scan(event("EA", eventDescription="Quelque chose")).event_type == "unknown"
    assert scan(event("CC", eventDescription="Dédouané")).event_type == "customs_released"


def test_the_kind_of_place_refines_arrival_and_delivery() -> None:
    assert scan(event("AR", locationType="DESTINATION_FEDEX_FACILITY")).event_type == "delivery_facility_arrival"
    assert scan(event("AR", locationType="SORT_FACILITY")).event_type == "facility_arrival"
    assert scan(event("DL"), deliveryDetails={"locationType": "MAILROOM", "receivedByName": "A.NOTHER"}).event_type == "delivered_reception"
    assert scan(event("DL"), deliveryDetails={"receivedByName": "A.NOTHER"}).event_type == "delivered_signed"
    assert scan(event("DL"), deliveryDetails={"receivedByName": "Signature not required"}).event_type == "delivered"
    assert scan(event("DL", "014"), deliveryDetails={"receivedByName": "A.NOTHER"}).event_type == "delivered_safe_place"


def test_midnight_without_a_zone_is_a_day() -> None:
    day = scan(event("PU", date="2026-03-03T00:00:00")).occurred_at
    assert (day.local, day.precision) == ("2026-03-03", Precision.DATE)
    spaced = scan(event("PU", date="2024-08-12T15:18:10 -0500")).occurred_at
    assert (spaced.local, spaced.offset, spaced.zone_source) == ("2024-08-12T15:18:10", "-05:00", ZoneSource.SENT)
    assert scan(event("PU", date="soon")).occurred_at is None


def test_a_commitment_of_midnight_is_the_whole_day() -> None:
    standard, estimated = CARRIER.parse(Raw(body=(SAMPLES / "on_the_way.json").read_bytes())).trackings[0].estimates
    assert (standard.from_on, standard.to_on, standard.to_time, standard.stated_at) == (date(2026, 3, 6), date(2026, 3, 6), None, None)
    assert (estimated.from_time, estimated.to_on, estimated.to_time) == ("09:15", date(2026, 3, 5), "13:15")
    assert estimated.stated_at
    assert estimated.stated_at.local == "2026-03-04T08:05:00"


def test_no_estimate_outlives_the_delivery() -> None:
    promised = {"estimatedDeliveryTimeWindow": {"window": {"ends": "2026-03-06T00:00:00"}}}
    assert CARRIER.parse(answer(result(event("OD"), **promised))).trackings[0].estimates
    assert not CARRIER.parse(answer(result(event("DL"), **promised))).trackings[0].estimates


def test_a_reused_number_gives_a_tracking_for_each_life() -> None:
    parsed = CARRIER.parse(answer(result(event("DL")), result(event("OC"))))
    assert [(each.tracking_number, len(each.checkpoints)) for each in parsed.trackings] == [("700000000019", 1)] * 2


def test_a_status_without_scans_is_one_scan() -> None:
    latest = {
        "latestStatusDetail": {"code": "DL", "description": "Delivered", "ancillaryDetails": [{"reason": "014"}]},
        "dateAndTimes": [{"type": "ACTUAL_DELIVERY", "dateTime": "2026-03-04T09:00:00-05:00"}],
    }
    only = scan(**latest)
    assert (only.event_type, only.carrier_code, only.occurred_at.local) == ("delivered_safe_place", "DL/014", "2026-03-04T09:00:00")


def test_the_way_back_has_its_own_number() -> None:
    tracking = CARRIER.parse(Raw(body=(SAMPLES / "returned.json").read_bytes())).trackings[0]
    assert tracking.links == (Link(tracking_number="700000000031", carrier="fedex", role="return"),)
    assert CARRIER.parse(answer(result(event("PU"), returnDetail={"authorizationName": "x"}))).trackings[0].is_return


def test_a_postal_barcode_is_the_last_mile() -> None:
    number = "9261000000000000000015"
    assert barcode_link("USPS", f"42099016{number}") == [Link(tracking_number=number, carrier="usps", role="last_mile")]
    assert barcode_link("USPS", "420") == barcode_link("OTHER", number) == []


def test_the_webhook_may_hold_one_result_without_its_wrapping() -> None:
    assert CARRIER.parse(Raw(body=json.dumps(result(event("OD"))).encode())).trackings[0].checkpoints[0].event_type == "out_for_delivery"


def test_an_error_is_a_note_about_its_number() -> None:
    failed = {"trackingNumberInfo": {"trackingNumber": "7 1"}, "error": {"code": "NOTFOUND", "message": "none"}}
    assert CARRIER.parse(answer(failed)).notes == (CarrierNote("NOTFOUND", "none", "71"),)
    reply = b"<TrackReply><Notifications><Severity>ERROR</Severity><Code>5508</Code><Message>bad</Message></Notifications></TrackReply>"
    assert CARRIER.parse(Raw(body=reply)).notes == (CarrierNote("5508", "bad"),)


def test_a_letter_of_proof_is_noted() -> None:
    body = b'{"output":{"documentType":"SIGNATURE_PROOF_OF_DELIVERY","documentFormat":"PDF","documents":["aGk="]}}'
    parsed = CARRIER.parse(Raw(body=body))
    assert parsed.trackings == ()
    assert parsed.notes == (CarrierNote("SIGNATURE_PROOF_OF_DELIVERY", "1 document(s), PDF"),)


@pytest.mark.parametrize("spelled", ["base64", "hex"])
def test_the_signature_must_fit_body_and_token(spelled: str) -> None:
    digest = hmac.new(b"token", b"{}", hashlib.sha256).digest()
    given = base64.b64encode(digest).decode() if spelled == "base64" else digest.hex().upper()
    verify_signature(Raw(body=b"{}", headers={"fdx-signature": given}), {"security_token": "token"}, NOW)
    for body, token in ((b"{ }", "token"), (b"{}", "other")):
        with pytest.raises(BadSignatureError):
            verify_signature(Raw(body=body, headers={"fdx-signature": given}), {"security_token": token}, NOW)
    for headers in ({}, {"fdx-signature": given[:-2]}, {"fdx-signature": "é"}):
        with pytest.raises(BadSignatureError):
            verify_signature(Raw(body=b"{}", headers=headers), {"security_token": "token"}, NOW)
    with pytest.raises(MisconfiguredError):
        verify_signature(Raw(body=b"{}", headers={"fdx-signature": given}), {}, NOW)


KEYS = st.sampled_from(
    [
        "output", "completeTrackResults", "trackResults", "trackingNumber", "trackingNumberInfo", "scanEvents", "eventType", "exceptionCode",
        "derivedStatusCode", "date", "scanLocation", "streetLines", "countryCode", "latestStatusDetail", "code", "description", "ancillaryDetails",
        "dateAndTimes", "type", "dateTime", "estimatedDeliveryTimeWindow", "standardTransitTimeWindow", "window", "begins", "ends", "error",
        "errors", "alerts", "documents", "additionalTrackingInfo", "packageIdentifiers", "values", "value", "packageDetails", "weight", "unit",
        "weightAndDimensions", "deliveryDetails", "returnDetail", "locationType", "serviceDetail",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(["2026-03-04T00:00:00", "DL", "AR", "9999-12-31T23:59:59-15:00"]),
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=40)


@given(TREES)
def test_json_of_these_names_is_read_or_refused(tree: Any) -> None:
    for body in (
        tree,
        {"output": tree},
        {"trackResults": tree},
        {"trackingNumberInfo": {"trackingNumber": 7}} | (tree if isinstance(tree, dict) else {}),
    ):
        with contextlib.suppress(BadInputError):
            CARRIER.parse(Raw(body=json.dumps(body).encode()))


@given(st.one_of(st.binary(), st.text().map(lambda text: f"<TrackReply>{text}</TrackReply>".encode())))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=body))


@pytest.mark.parametrize(
    ("kind", "exception", "slug"),
    [
        ("DE", "07", "refused"),
        ("DE", "006", "refused"),
        ("DL", "026", "returned_to_sender"),
        ("DL", "025", "handed_to_partner"),
        ("SE", "37", "damaged"),
    ],
)
def test_an_exception_code_keeps_its_zeros(kind: str, exception: str, slug: str) -> None:
    assert scan(event(kind, exceptionCode=exception)).event_type == slug


def test_an_event_that_is_not_listed_is_told_by_fedexs_conclusion_from_it() -> None:
    told = scan(event("ZQ", derivedStatusCode="IT"))
    assert (told.event_type, told.carrier_code) == ("in_transit", "IT/ZQ")
    assert scan(event("ZQ", derivedStatusCode="QZ")).event_type == "unknown"
