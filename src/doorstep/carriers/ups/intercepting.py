"""A delivery change → UPS's Delivery Intercept: another day, another address.

Source: UPS's own OpenAPI document `DeliveryIntercept.yaml` (Delivery Intercept API v2) in its public repository UPS-API/api-documentation,
commit 8221445 of 2025-08-20, read on 2026-11-29. It publishes no idempotency key: a lost answer leaves the outcome unknown, and the
parcel's own scans tell. What it asks before, UPS answers by "eligibility": nothing is sent that it does not say it would take.
"""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from doorstep.carriers.calling import JSON, call, error_of, tree_of
from doorstep.carriers.reading import dig, worded
from doorstep.carriers.ups.asking import BASE, token
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandOrder, Try
from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import Errands, Flow, HttpRequest, Response, Setting, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

SETTINGS = (
    Setting(
        name="contact_name",
        label="Who asks UPS for delivery changes: your shop's name, 30 signs at most",
        required=False,
        example="Brand Shop",
    ),
    Setting(name="contact_phone", label="Telephone of whoever asks UPS, with the country's code", required=False, example="+14107495070"),
)
_PATH = "api/deliveryintercept/v2"
_NUMBER = re.compile(r"1Z[A-Z0-9]{16}")
_PHONE = re.compile(r"\+[0-9]{1,13}")
_ZIP = re.compile(r"[0-9]{5}(?:[- ][0-9]{4})?")
_STATE = re.compile(r"[A-Z]{2}")
#: What is asked for → the feature that must be eligible, the path, and UPS's word for it.
_FEATURES = {
    ActionKind.RESCHEDULE: ("FD", "reschedule", "FD"),
    ActionKind.REDIRECT: ("RD", "redirect/address", "AA"),
}
_OK, _FAULT, _TIMED_OUT = 200, 500, 408


def takes(order: ErrandOrder, settings: Settings) -> bool:  # noqa: ARG001 - the signature of every plug-in
    """Tell whether UPS takes it by this interface: a day or an address for a number of its own, and the address one in its form."""
    change = order.body.get("change")
    if order.kind is not ErrandKind.DELIVERY_CHANGE or change not in _FEATURES:
        return False
    if not _NUMBER.fullmatch(str(order.body.get("shipment", "")).upper()):
        return False
    return change == ActionKind.RESCHEDULE or bool(_address(order.body.get("address")))


def run(one: Try, settings: Settings, now: datetime) -> Flow:
    """Ask whether UPS would take the change, then send it.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: and nothing else.
    """
    body = one.order.body
    feature, path, word = _FEATURES[ActionKind(str(body["change"]))]
    number = str(body["shipment"]).upper()
    bearer = (yield from token(settings, now)).value
    wanted = _wanted(one.order, settings, word)
    eligible = yield _request(settings, f"eligibility/intercept/{quote(number, safe='')}", one, bearer, b"")
    _require_eligible(_answer(eligible, now, changes=False), feature, wanted.get("deliveryDate"))
    answer = yield _request(settings, f"{path}/{quote(number, safe='')}", one, bearer, msgspec.json.encode(wanted))
    told = _answer(answer, now, changes=True)
    return Receipt(
        message_id=None,
        provider_id=worded(dig(told, "transactionId")),
        state=MessageState.REACHED,
        provider_code=worded(dig(told, "statusCode")) or "",
        provider_text="UPS has taken the change over",
    )


def _request(settings: Settings, path: str, one: Try, bearer: str, body: bytes) -> HttpRequest:
    headers = {
        "authorization": f"Bearer {bearer}",
        "transid": one.order.key.replace("-", "")[:14],
        "platformtype": "XOLT",
        "inquirytype": "U",
        **JSON,
    }
    asked = call(settings, BASE, f"{_PATH}/{path}?loc=en_US", method="POST" if body else "GET", headers=headers, body=body)
    return msgspec.structs.replace(asked, repeatable=not body)


def _wanted(order: ErrandOrder, settings: Settings, word: str) -> dict[str, Any]:
    """Write the change as UPS wants it.

    Raises:
        MisconfiguredError: whoever asks has no name or no telephone in UPS's form.
        RefusedError: the day or the address is none.
    """
    name, phone = setting_of(settings, "contact_name")[:30], setting_of(settings, "contact_phone").replace(" ", "")
    if not _PHONE.fullmatch(phone):
        raise MisconfiguredError("contact_phone is not a telephone number such as +14107495070")
    note = (worded(order.body.get("note")) or "")[:254] or None
    wanted: dict[str, Any] = {"requestType": word, "requesterContactInfo": {"name": name, "telephone": phone}, "specialInstructions": None}
    if word == "AA":
        return {**wanted, "specialInstructions": note, "newDeliveryAddress": _address(order.body.get("address"))}
    try:
        day = date.fromisoformat(str(order.body.get("on", "")))
    except ValueError:
        raise RefusedError("no day is named", suppress=False, code="date") from None
    return {**wanted, "deliveryDate": f"{day:%Y%m%d}"}


def _address(told: Any) -> dict[str, Any] | None:
    """Write an address (JSON of `domain.places.Address`) in UPS's form: with a state and a ZIP code; None where it has none."""
    lines = [line for text in dig(told, "lines") or () if (line := worded(text))]
    name, city, phone = worded(dig(told, "name")), worded(dig(told, "city")), worded(dig(told, "phone"))
    state, postcode, country = worded(dig(told, "region")), worded(dig(told, "postcode")), worded(dig(told, "country"))
    if not lines or not name or not city or not phone or not country or len(lines) > 3 or len(city) > 30:  # noqa: PLR2004 - UPS's limits
        return None
    if not _STATE.fullmatch(state or "") or not _ZIP.fullmatch(postcode or "") or not _PHONE.fullmatch(phone):
        return None
    if len(lines[0]) > 50 or any(len(line) > 35 for line in lines[1:]):  # noqa: PLR2004 - UPS's limits
        return None
    first, _, last = name.partition(" ")
    info = {
        **{f"addressLine{place}": line for place, line in enumerate(lines, 1)},
        "city": city,
        "state": state,
        "postalCode": postcode,
        "countryCode": country,
        "firstName": first,
        "lastName": last,
        "fullName": name,
        "phoneNumber": phone,
    }
    nickname = (worded(dig(told, "company")) or "New address")[:20]
    return {"addressNickName": nickname, "addressInfo": {key: value for key, value in info.items() if value}, "contactName": name}


def _answer(response: Response, now: datetime, *, changes: bool) -> Any:
    """Return an answer in which UPS says that it went well.

    Raises:
        RefusedError: UPS says no.
        TryLaterError, MisconfiguredError, UnknownOutcomeError: as the status says.
    """
    if response.status != _OK:
        if changes and (response.status >= _FAULT or response.status == _TIMED_OUT):
            raise UnknownOutcomeError(f"UPS answered {response.status}")
        error = error_of(response, "UPS", now)
        if isinstance(error, BadInputError):
            raise RefusedError(str(error), suppress=False, code=str(response.status))
        raise error
    tree = tree_of(response)
    told = tree["response"] if isinstance(tree, dict) and isinstance(tree.get("response"), dict) else tree
    if not isinstance(told, dict) or not isinstance(told.get("success"), bool):
        raise UnknownOutcomeError("UPS answered what nobody can read") if changes else TryLaterError("UPS answered what nobody can read")
    if not told["success"]:
        code = worded(dig(told, "errors", 0, "errorCode")) or worded(dig(told, "statusCode")) or ""
        raise RefusedError(f"UPS says no ({code})", suppress=False, code=code)
    return told


def _require_eligible(told: Any, feature: str, day: str | None) -> None:
    """Go on where UPS would take the change, on the day that is wished for.

    Raises:
        RefusedError: it would not.
    """
    for one in dig(told, "commonEligibilityMap") or ():
        if dig(one, "interceptFeature") != feature:
            continue
        value = dig(one, "eligibilityValue")
        if dig(value, "createEligibility") != "ELIGIBLE":
            break
        days = {worded(dig(option, "date")) for option in dig(value, "dateOptionsforFutureDelivery") or ()}
        if day is not None and day not in days:
            raise RefusedError("UPS does not deliver this parcel on that day", suppress=False, code="date")
        return
    raise RefusedError("UPS takes no such change for this parcel any more", suppress=False, code="not_eligible")


ERRANDS = Errands(needs=("client_id", "client_secret", "contact_name", "contact_phone"), takes=takes, run=run, repeatable=frozenset())
