"""Trunkrs: reasons, windows, its page, the token of its webhooks."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers import trunkrs
from doorstep.carriers.trunkrs import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

SAMPLES = Path(trunkrs.__file__).parent / "samples"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_a_webhook_tells_state_and_reason():
    (scan,) = read((SAMPLES / "webhook.json").read_bytes()).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code) == ("attempt_failed_not_home", "SHIPMENT_NOT_DELIVERED/RECIPIENT_NOT_AT_HOME")
    assert (scan.occurred_at.local, scan.occurred_at.offset) == ("2026-07-04T20:00:00", "+02:00")


def test_the_narrow_window_is_taken_and_else_the_wide_one():
    body = json.loads((SAMPLES / "details.json").read_bytes())
    (estimate,) = read(body).trackings[0].estimates
    assert (estimate.from_time, estimate.to_time) == ("19:30", "20:00")
    body["timeSlot"]["from"] = None
    assert read(body).trackings[0].estimates[0].from_time == "17:00"


def test_the_page_holds_the_same_details():
    details = (SAMPLES / "details.json").read_text()
    page = (
        f'<html><script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": {{"shipment": {details}}}}}}}</script></html>'
    )
    assert read(page.encode()) == read(details.encode())
    with pytest.raises(BadInputError):
        read(b"<html><p>moved</p></html>")


def test_a_neighbour_who_took_it_in_is_told():
    state = {"stateName": "SHIPMENT_DELIVERED", "setAt": "2026-07-04T15:00:00Z", "neighbourName": "Sample"}
    tracking = read({"trunkrsNr": 4, "currentState": state, "deliveryAttempts": [state]}).trackings[0]
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered_neighbour"]


def test_answers_and_errors_of_the_interface_are_read():
    shipment = {"trunkrsNr": 4, "state": {"code": "DATA_PROCESSED", "timestamp": "2026-07-04T15:00:00Z"}, "service": "SAME_DAY"}
    assert read({"data": [shipment]}).trackings[0].service == "SAME_DAY"
    assert read({"code": "SHIPMENT_NOT_FOUND", "reason": "none"}).notes == (CarrierNote("SHIPMENT_NOT_FOUND", "none"),)


def test_the_token_must_be_the_one_of_the_subscription():
    CARRIER.verify(Raw(body=b"", headers={"x-api-key": "t"}), {"token": "t"}, NOW)
    CARRIER.verify(Raw(body=b"", headers={"x-own": "t"}), {"token": "t", "header": "X-Own"}, NOW)
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"", headers={"x-api-key": "u"}), {"token": "t"}, NOW)
    with pytest.raises(MisconfiguredError):
        CARRIER.verify(Raw(body=b""), {}, NOW)


@pytest.mark.parametrize("answer", [{}, [], "x", {"currentState": {}}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
