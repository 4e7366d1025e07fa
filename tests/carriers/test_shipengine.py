"""ShipEngine: clocks written twice, older answers, accounts, signatures."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from doorstep.carriers import shipengine
from doorstep.carriers.shipengine import CARRIER
from doorstep.carriers.shipengine.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

SAMPLES = Path(shipengine.__file__).parent / "samples"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
key = cache(lambda: generate_private_key(65537, 2048))


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_the_offset_is_the_local_time_less_the_moment():
    first, second = read((SAMPLES / "webhook.json").read_bytes()).trackings[0].checkpoints
    assert (first.occurred_at.local, first.occurred_at.offset) == ("2026-03-04T04:32:00", "-08:00")
    assert (second.occurred_at.local, second.occurred_at.zone_source) == ("2026-03-03T09:00:00", ZoneSource.ASSUMED)


def test_an_account_stands_for_its_carrier():
    (tracking,) = read((SAMPLES / "webhook.json").read_bytes()).trackings
    assert (tracking.carrier, tracking.checkpoints[0].carrier_code) == ("usps", "IT/HUB_SCAN_IN/A1")
    assert tracking.estimates[0].to_on.isoformat() == "2026-03-06"


def test_a_webhook_that_names_no_carrier_names_it_in_its_address():
    body = json.loads((SAMPLES / "webhook.json").read_bytes())
    del body["data"]["carrier_code"]
    assert read(body).trackings[0].carrier == "usps"


def test_an_older_answer_tells_the_status_of_its_newest_event_only():
    events = [{"occurred_at": f"2026-03-0{day}T10:00:00Z", "event_code": code} for day, code in ((4, "01"), (3, "10"))]
    answer = {"tracking_number": "1", "carrier_code": "ups", "status_code": "DE", "events": events}
    assert [(scan.event_type, scan.carrier_code) for scan in read(answer).trackings[0].checkpoints] == [
        ("delivered", "DE/01"),
        ("unknown", "10"),
    ]


def test_an_answer_without_events_tells_its_status():
    answer = {"tracking_number": "1", "carrier_code": "ups", "status_code": "NY", "events": []}
    assert [scan.event_type for scan in read(answer).trackings[0].checkpoints] == ["order_data_received"]


def test_a_detail_beats_the_status_and_an_unknown_detail_is_unknown():
    assert event_type_of("DE", "DELIVERED_TO_NEIGHBOUR") == "delivered_neighbour"
    assert event_type_of("DE", "SOMETHING_NEW") == "unknown"
    assert event_type_of("SP", "") == "ready_for_pickup"


def signed(body: bytes, told: str = "2026-03-04T11:59:00Z") -> Raw:
    signature = base64.b64encode(key().sign(told.encode() + b"." + body, PKCS1v15(), SHA256())).decode()
    headers = {"x-shipengine-rsa-sha256-key-id": "k1", "x-shipengine-rsa-sha256-signature": signature, "x-shipengine-timestamp": told}
    return Raw(body=body, headers=headers)


def jwks() -> dict[str, str]:
    numbers = key().public_key().public_numbers()
    n, e = (base64.urlsafe_b64encode(part.to_bytes(256 if part > 65537 else 3)).decode().rstrip("=") for part in (numbers.n, numbers.e))
    return {"jwks": json.dumps({"keys": [{"kid": "k1", "kty": "RSA", "n": n, "e": e}]})}


def test_a_true_signature_is_let_through_and_others_are_not():
    CARRIER.verify(signed(b"{}"), jwks(), NOW)
    forged = Raw(body=b"{ }", headers=signed(b"{}").headers)
    for raw, now in ((forged, NOW), (signed(b"{}"), NOW + timedelta(hours=1)), (Raw(body=b"{}"), NOW)):
        with pytest.raises(BadSignatureError):
            CARRIER.verify(raw, jwks(), now)


def test_keys_that_cannot_be_read_are_the_merchants_to_mend():
    for keys in ({}, {"jwks": "nothing"}, {"jwks": '{"keys": [{"kid": "k1", "n": 5}]}'}):
        with pytest.raises(MisconfiguredError):
            CARRIER.verify(signed(b"{}"), keys, NOW)
    with pytest.raises(BadSignatureError):
        CARRIER.verify(signed(b"{}"), {"jwks": '{"keys": []}'}, NOW)


@pytest.mark.parametrize("answer", [{}, [], "x", {"tracking_number": ""}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


def test_an_older_scan_with_the_carriers_own_code_alone_is_read_by_the_carriers_list():
    def told(account, code):
        answer = {"tracking_number": "1", "carrier_code": account, "events": [{"event_code": code}]}
        return [scan.event_type for scan in read(answer).trackings[0].checkpoints]

    assert told("stamps_com", "07") == ["delivery_facility_arrival"]
    assert told("fedex", "OD") == ["out_for_delivery"]
    assert told("fedex", "ZZ") == told("ups", "OD") == told("stamps_com", "ZZ") == ["unknown"]


@pytest.mark.parametrize("code", ["DUTY_NOT_PAID", "DELIVERED_TO_PICKUP_POINT", "PICKUP_FAILED", "UNDELIVERABLE_RETURNED_TO_SENDER"])
def test_the_details_of_the_openapi_document_are_known(code):
    assert event_type_of("", code) != "unknown"
