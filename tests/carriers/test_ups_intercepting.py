"""A delivery change told to UPS: as its published document has it, only what it would take, never twice, and each answer says who must act."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from doorstep.carriers.ups import CARRIER
from doorstep.carriers.ups.intercepting import ERRANDS
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandOrder, Try
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SETTINGS = {"client_id": "a", "client_secret": "b", "contact_name": "Brand Shop", "contact_phone": "+1 410 7495070"}
NUMBER = "1ZA2F8810719086435"
ADDRESS = {
    "name": "Sam Curren",
    "lines": ["12911 Fork Rd"],
    "city": "Baldwin",
    "region": "MD",
    "postcode": "21013",
    "country": "US",
    "phone": "+14107495071",
}


def wish(change: str = "reschedule", **given: Any) -> ErrandOrder:
    body = {"change": change, "shipment": NUMBER, "carrier": "ups", "order": "1001", **given}
    key = "5f0c6a4e-7f0f-5d1a-9c0b-1d2e3f4a5b6c"
    return ErrandOrder(errand_id=1, kind=ErrandKind.DELIVERY_CHANGE, key=key, rma="D-7K2M9Q", order="1001", body=body)


RESCHEDULE = wish(on="2026-12-02")
REDIRECT = wish("redirect", address=ADDRESS, note="ring twice")


def said(body: Any, status: int = 200, **headers: str) -> Response:
    return Response(status=status, headers=headers, body=json.dumps(body).encode())


TOKEN = said({"access_token": "t0", "expires_in": "14399", "token_type": "Bearer"})


def feature(name: str, *days: int, create: str = "ELIGIBLE") -> dict[str, Any]:
    value: dict[str, Any] = {"createEligibility": create, "modifyEligibility": "NOT_ELIGIBLE", "cancelEligibility": "NOT_ELIGIBLE"}
    if days:
        value["dateOptionsforFutureDelivery"] = [{"date": day, "dayOfWeekText": "Friday", "dayOfWeekNumber": 6} for day in days]
    return {"interceptFeature": name, "eligibilityValue": value}


def eligible(*features: dict[str, Any]) -> Response:
    told = {"transactionId": "b2e514fc8a2", "statusCode": "000", "statusMsg": "SUCCESS", "success": True, "errors": None}
    return said({"response": {**told, "commonEligibilityMap": list(features)}})


ELIGIBLE = eligible(feature("FD", 20261202, 20261203), feature("WC"), feature("RD"))
DONE = said({"transactionId": "ASR1212", "statusCode": "000", "statusMsg": "Success", "success": True, "errors": None, "subStatusCode": ""})
NO = said(
    {"transactionId": "ASR1212", "statusCode": "000", "success": False, "errors": [{"errorCode": "500", "errorMessage": "System Error"}]}
)


def run(order: ErrandOrder, *answers: Response | Exception, settings: dict[str, str] | None = None) -> tuple[Any, list[HttpRequest]]:
    flow = ERRANDS.run(Try(order), SETTINGS if settings is None else settings, NOW)
    asked: list[HttpRequest] = []
    told = iter(answers)
    try:
        asked.append(next(flow))
        while True:
            answer = next(told)
            asked.append(flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer))
    except StopIteration as stop:
        return stop.value, asked


def test_a_day_is_asked_for_if_ups_offers_it() -> None:
    receipt, asked = run(RESCHEDULE, TOKEN, ELIGIBLE, DONE)
    assert (receipt.state, receipt.provider_id) == (MessageState.REACHED, "ASR1212")
    token, question, order = asked
    assert token.url == "https://onlinetools.ups.com/security/v1/oauth/token"
    assert question.url == f"https://onlinetools.ups.com/api/deliveryintercept/v2/eligibility/intercept/{NUMBER}?loc=en_US"
    assert (question.method, question.repeatable) == ("GET", True)
    assert order.url == f"https://onlinetools.ups.com/api/deliveryintercept/v2/reschedule/{NUMBER}?loc=en_US"
    assert (order.method, order.repeatable) == ("POST", False)
    assert order.headers["authorization"] == "Bearer t0"
    assert (order.headers["platformtype"], order.headers["inquirytype"]) == ("XOLT", "U")
    assert 3 <= len(order.headers["transid"]) <= 14
    assert json.loads(order.body) == {
        "requestType": "FD",
        "requesterContactInfo": {"name": "Brand Shop", "telephone": "+14107495070"},
        "specialInstructions": None,
        "deliveryDate": "20261202",
    }


def test_an_address_is_told_in_upss_form() -> None:
    _, asked = run(REDIRECT, TOKEN, ELIGIBLE, DONE)
    assert asked[2].url.endswith(f"/redirect/address/{NUMBER}?loc=en_US")
    told = json.loads(asked[2].body)
    assert (told["requestType"], told["specialInstructions"]) == ("AA", "ring twice")
    assert told["newDeliveryAddress"]["addressInfo"] == {
        "addressLine1": "12911 Fork Rd",
        "city": "Baldwin",
        "state": "MD",
        "postalCode": "21013",
        "countryCode": "US",
        "firstName": "Sam",
        "lastName": "Curren",
        "fullName": "Sam Curren",
        "phoneNumber": "+14107495071",
    }


@pytest.mark.parametrize(
    "order",
    [
        wish("hold", until="2026-12-02"),
        wish("safe_place", place="shed"),
        wish(on="2026-12-02", shipment="123456789012"),
        wish("redirect", address={**ADDRESS, "phone": ""}),
        wish("redirect", address={**ADDRESS, "region": "Maryland"}),
        wish("redirect", address={**ADDRESS, "postcode": "28013 ES"}),
        wish("redirect", address={**ADDRESS, "lines": ["x" * 51]}),
        wish("redirect", address=None),
        ErrandOrder(
            errand_id=1, kind=ErrandKind.CARRIER_CLAIM, key="k", rma="C-1", order="1001", body={"change": "reschedule", "shipment": NUMBER}
        ),
    ],
)
def test_what_does_not_fit_its_form_goes_another_way(order: ErrandOrder) -> None:
    assert not ERRANDS.takes(order, SETTINGS)


def test_what_fits_is_taken_and_nothing_may_be_repeated() -> None:
    assert CARRIER.errands is ERRANDS
    assert ERRANDS.takes(RESCHEDULE, SETTINGS)
    assert ERRANDS.takes(REDIRECT, SETTINGS)
    assert ERRANDS.repeatable == frozenset()


@pytest.mark.parametrize(
    "offered",
    [eligible(), eligible(feature("WC")), eligible(feature("FD", 20261203)), eligible(feature("FD", 20261202, create="NOT_ELIGIBLE"))],
)
def test_what_ups_would_not_take_is_refused_before_it_is_sent(offered: Response) -> None:
    with pytest.raises(RefusedError):
        run(RESCHEDULE, TOKEN, offered, DONE)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([said({}, 401)], MisconfiguredError),
        ([said({}, 500)], TryLaterError),
        ([TOKEN, said({"response": {"errors": [{"code": "710"}]}}, 400)], RefusedError),
        ([TOKEN, said({}, 401)], MisconfiguredError),
        ([TOKEN, said({}, 429, **{"retry-after": "30"})], TryLaterError),
        ([TOKEN, said({}, 503)], TryLaterError),
        ([TOKEN, said([])], TryLaterError),
        ([TOKEN, ELIGIBLE, said({}, 503)], UnknownOutcomeError),
        ([TOKEN, ELIGIBLE, said("what")], UnknownOutcomeError),
        ([TOKEN, ELIGIBLE, NO], RefusedError),
        ([TOKEN, ELIGIBLE, said({"response": {"errors": [{"code": "710"}]}}, 400)], RefusedError),
        ([TOKEN, ELIGIBLE, UnknownOutcomeError("no answer")], UnknownOutcomeError),
    ],
)
def test_each_answer_says_who_must_act(answers: list[Any], kind: type[Exception]) -> None:
    with pytest.raises(kind) as raised:
        run(RESCHEDULE, *answers)
    assert "Bearer" not in str(raised.value)


@pytest.mark.parametrize("wrong", [{"contact_name": ""}, {"contact_phone": "0410"}, {"client_id": ""}])
def test_settings_that_cannot_be_used_pause_the_connection(wrong: dict[str, str]) -> None:
    with pytest.raises(MisconfiguredError):
        run(RESCHEDULE, TOKEN, ELIGIBLE, DONE, settings=SETTINGS | wrong)
