"""A return → EasyPost's shipment with `is_return`, its cheapest rate bought, the label's file; refunds and pick-ups.

Source: docs.easypost.com, "Returns", "Shipments", "Buy a shipment", "Shipping refund", "Pickups", "Form guide", "Errors guide", read 2026-11-29. The
addresses are those of the way out: EasyPost turns them round itself. A shipment is bought once: whoever lost the answer asks for it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.buying import Rate, cheapest, label_file, label_request, messages_of, money_of, refused
from doorstep.carriers.calling import JSON, basic, call, tree_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, listed, worded
from doorstep.domain.labels import Booked, LabelWish, MadeLabel, Quote
from doorstep.domain.places import Address
from doorstep.domain.plugins import HttpRequest, LabelFlow, Labelling, PickupFlow, QuoteFlow, Response, Settings, VoidFlow
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError, TryLaterError

_BASE = "https://api.easypost.com"
_WHO = "EasyPost"
_DONE = frozenset({200, 201})
_UNPROCESSABLE = 422
_BOUGHT_BEFORE = "SHIPMENT.POSTAGE.EXISTS"
#: EasyPost measures in ounces and inches.
_G_PER_OZ, _MM_PER_INCH = 28.349523125, 25.4


def _request(settings: Settings, path: str, body: object = None, *, repeatable: bool = True) -> HttpRequest:
    headers = {"authorization": basic(setting_of(settings, "api_key"), ""), **JSON}
    document = b"" if body is None else msgspec.json.encode(body)
    asked = call(settings, _BASE, f"v2/{path}", method="GET" if body is None else "POST", headers=headers, body=document)
    return asked if repeatable else msgspec.structs.replace(asked, repeatable=False)


def _read(response: Response, now: datetime) -> dict[str, Any]:
    if response.status not in _DONE:
        error = dig(tree_of(response), "error")
        fields = ", ".join(sorted({worded(dig(one, "field")) for one in listed(dig(error, "errors"))} - {""}))
        raise refused(response, _WHO, now, f"it finds fault with {fields}" if fields else "an address or the parcel is at fault")
    return boxed(tree_of(response))


def _written(address: Address, mail: str = "") -> dict[str, str]:
    street = (*address.lines, "", "")
    told = {
        "name": address.name,
        "company": address.company,
        "street1": street[0],
        "street2": ", ".join(line for line in street[1:] if line),
        "city": address.city,
        "state": address.region,
        "zip": address.postcode,
        "country": address.country,
        "phone": address.phone,
        "email": mail,
    }
    return {name: value for name, value in told.items() if value}


def _rates(shipment: Mapping[str, Any], field: str) -> list[Rate]:
    return [
        Rate(worded(dig(one, "id")), worded(dig(one, "carrier")), worded(dig(one, "service")), cost)
        for one in listed(dig(shipment, field))
        if (cost := money_of(dig(one, "rate"), dig(one, "currency"))) is not None and worded(dig(one, "id"))
    ]


def quote(wish: LabelWish, settings: Settings, now: datetime) -> QuoteFlow:
    """Make the shipment, which costs nothing, and choose its cheapest rate.

    Raises:
        BadInputError: an address or the size is at fault, or nobody carries it.
        TryLaterError, MisconfiguredError: and nothing else.
    """
    size = wish.size
    shipment = {
        "is_return": True,
        "reference": wish.key,
        "to_address": _written(wish.sender, wish.sender_email),
        "from_address": _written(wish.receiver),
        "parcel": {
            "weight": round(size.weight_g / _G_PER_OZ, 1) or 0.1,
            **{name: round(mm / _MM_PER_INCH, 1) for name, mm in zip(("length", "width", "height"), _sides(wish), strict=True)},
        },
        "options": {"label_format": "PDF", "label_size": "4x6", "print_custom_1": wish.rma},
    }
    made = _read((yield _request(settings, "shipments", {"shipment": shipment})), now)
    rate = cheapest(_rates(made, "rates"), wish, settings.get("return_services", ""), messages_of(dig(made, "messages")), _WHO)
    return Quote(provider_id=worded(dig(made, "id")), rate_id=rate.rate_id, carrier=rate.carrier, service=rate.service, cost=rate.cost)


def _sides(wish: LabelWish) -> tuple[int, int, int]:
    return wish.size.length_mm, wish.size.width_mm, wish.size.height_mm


def buy(quoted: Quote, wish: LabelWish, settings: Settings, now: datetime) -> LabelFlow:
    """Buy the label, unless that was done before, and fetch its file.

    Raises:
        BadInputError: it cannot be bought any more, TryLaterError, MisconfiguredError,
        UnknownOutcomeError: the answer was lost; and nothing else.
    """
    path = f"shipments/{quoted.provider_id}"
    shipment = _read((yield _request(settings, path)), now)
    if not dig(shipment, "postage_label"):
        response = yield _request(settings, f"{path}/buy", {"rate": {"id": quoted.rate_id}}, repeatable=False)
        if response.status == _UNPROCESSABLE and worded(dig(tree_of(response), "error", "code")) == _BOUGHT_BEFORE:
            response = yield _request(settings, path)
        shipment = _read(response, now)
    label = dig(shipment, "postage_label")
    url = worded(dig(label, "label_pdf_url") or dig(label, "label_url"))
    if wish.way == "qr":  # with USPS; elsewhere the label itself is given
        shown = yield _request(settings, f"{path}/forms", {"form": {"type": "label_qr_code"}})
        forms = listed(dig(tree_of(shown), "forms")) if shown.status in _DONE else []
        url = next((worded(dig(one, "form_url")) for one in forms if worded(dig(one, "form_type")) == "label_qr_code"), url)
    content_type, body = label_file((yield label_request(url)), _WHO)
    chosen = dig(shipment, "selected_rate")
    return MadeLabel(
        content_type=content_type,
        body=body,
        tracking_number=worded(dig(shipment, "tracking_code")),
        carrier=carrier_slug(worded(dig(chosen, "carrier")) or quoted.carrier) or "",
        provider_id=quoted.provider_id,
        cost=money_of(dig(chosen, "rate"), dig(chosen, "currency")) or quoted.cost,
    )


def void(provider_id: str, settings: Settings, now: datetime) -> VoidFlow:
    """Ask for the money of an unused label. "submitted" takes up to 30 days; the rest is EasyPost's with the carrier.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    response = yield _request(settings, f"shipments/{provider_id}/refund", {})
    return worded(dig(_read(response, now), "refund_status")) in {"submitted", "refunded"}


def pickup(quoted: Quote, wish: LabelWish, settings: Settings, now: datetime) -> PickupFlow:
    """Have a bought label's parcel fetched, at the cheapest rate for it.

    Raises:
        BadInputError: no time is named, or the carrier fetches nothing there; TryLaterError, MisconfiguredError,
        UnknownOutcomeError: the answer was lost; and nothing else.
    """
    if wish.pickup_from is None or wish.pickup_to is None:
        raise BadInputError("a pick-up needs a time")
    asked = {
        "address": _written(wish.sender, wish.sender_email),
        "shipment": {"id": quoted.provider_id},
        "reference": wish.key,
        "min_datetime": wish.pickup_from.isoformat(),
        "max_datetime": wish.pickup_to.isoformat(),
        "instructions": wish.rma,
        "is_account_address": False,
    }
    made = _read((yield _request(settings, "pickups", {"pickup": asked})), now)
    rate = cheapest(_rates(made, "pickup_rates"), wish, "", messages_of(dig(made, "messages")), _WHO)
    body = {"carrier": rate.carrier, "service": rate.service}
    response = yield _request(settings, f"pickups/{worded(dig(made, 'id'))}/buy", body, repeatable=False)
    booked = _read(response, now)
    if worded(dig(booked, "status")) != "scheduled":
        raise TryLaterError(f"{_WHO} has not scheduled the pick-up")
    return Booked(provider_id=worded(dig(booked, "id")), confirmation=worded(dig(booked, "confirmation")), cost=rate.cost)


LABELLING = Labelling(quote=quote, buy=buy, needs=("api_key",), void=void, pickup=pickup)
