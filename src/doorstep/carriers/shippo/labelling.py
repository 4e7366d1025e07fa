"""A return → Shippo's shipment with `extra.is_return`, its cheapest rate bought, the label's file; refunds.

Source: docs.goshippo.com, "Returns", "Create a shipping label", "Asynchronous API response handling", "Refunding labels", "QR codes"
(USPS, Royal Mail, Evri; where there is none the label itself is given), read 2026-11-29.
For USPS, UPS and FedEx the addresses are those of the way out: Shippo turns them round itself; such labels are paid for once they are scanned.
"""

from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.buying import Rate, cheapest, fields_of, label_file, label_request, messages_of, money_of, refused, unpersonal
from doorstep.carriers.calling import JSON, call, tree_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, listed, worded
from doorstep.domain.labels import LabelWish, MadeLabel, Quote
from doorstep.domain.places import Address
from doorstep.domain.plugins import HttpRequest, LabelFlow, Labelling, QuoteFlow, Response, Settings, VoidFlow
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError, TryLaterError

_BASE = "https://api.goshippo.com"
_WHO = "Shippo"
_DONE = frozenset({200, 201})
_UNDER_WAY = frozenset({"QUEUED", "WAITING"})


def _request(settings: Settings, path: str, body: object = None, *, repeatable: bool = True) -> HttpRequest:
    headers = {"authorization": f"ShippoToken {setting_of(settings, 'api_token')}", "shippo-api-version": "2018-02-08", **JSON}
    document = b"" if body is None else msgspec.json.encode(body)
    asked = call(settings, _BASE, path, method="GET" if body is None else "POST", headers=headers, body=document)
    return asked if repeatable else msgspec.structs.replace(asked, repeatable=False)


def _read(response: Response, now: datetime) -> dict[str, Any]:
    if response.status not in _DONE:
        fields = fields_of(response)
        raise refused(response, _WHO, now, f"it finds fault with {fields}" if fields else "")
    return boxed(tree_of(response))


def _written(address: Address, mail: str = "") -> dict[str, str]:
    street = (*address.lines, "", "")
    told = {
        "name": address.name or address.company,
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


def quote(wish: LabelWish, settings: Settings, now: datetime) -> QuoteFlow:
    """Make the shipment, which costs nothing, and choose its cheapest rate.

    Raises:
        BadInputError: an address or the size is at fault, or nobody carries it.
        TryLaterError, MisconfiguredError: and nothing else.
    """
    size = wish.size
    parcel = {
        **{name: f"{mm / 10:g}" for name, mm in (("length", size.length_mm), ("width", size.width_mm), ("height", size.height_mm))},
        "distance_unit": "cm",
        "weight": str(size.weight_g),
        "mass_unit": "g",
    }
    shipment = {
        "address_from": _written(wish.receiver),
        "address_to": _written(wish.sender, wish.sender_email),
        "parcels": [parcel],
        "extra": {"is_return": True, "reference_1": wish.rma, **({"qr_code_requested": True} if wish.way == "qr" else {})},
        "metadata": wish.key,
        "async": False,
    }
    made = _read((yield _request(settings, "shipments/", shipment)), now)
    rates = [
        Rate(worded(dig(one, "object_id")), worded(dig(one, "provider")), worded(dig(one, "servicelevel", "name")), cost)
        for one in listed(dig(made, "rates"))
        if (cost := money_of(dig(one, "amount"), dig(one, "currency"))) is not None and worded(dig(one, "object_id"))
    ]
    rate = cheapest(rates, wish, settings.get("return_services", ""), messages_of(dig(made, "messages")), _WHO)
    return Quote(
        provider_id=worded(dig(made, "object_id")), rate_id=rate.rate_id, carrier=rate.carrier, service=rate.service, cost=rate.cost
    )


def buy(quoted: Quote, wish: LabelWish, settings: Settings, now: datetime) -> LabelFlow:
    """Buy the label, unless a transaction of this rate is there, and fetch its file.

    Raises:
        BadInputError: the carrier refuses it, TryLaterError, MisconfiguredError,
        UnknownOutcomeError: the answer was lost; and nothing else.
    """
    there = _read((yield _request(settings, f"transactions/?rate={quoted.rate_id}")), now)
    bought = next((boxed(one) for one in listed(dig(there, "results")) if worded(dig(one, "status")) in {"SUCCESS", *_UNDER_WAY}), None)
    if bought is None:
        body = {"rate": quoted.rate_id, "label_file_type": "PDF_4x6", "async": False, "metadata": wish.key}
        bought = _read((yield _request(settings, "transactions/", body, repeatable=False)), now)
    status = worded(dig(bought, "status"))
    if status in _UNDER_WAY:
        raise TryLaterError(f"{_WHO} is still making the label", after_s=30)
    if status != "SUCCESS":
        told = "; ".join(unpersonal(messages_of(dig(bought, "messages")), wish))[:240]
        raise BadInputError(f"{_WHO} could not buy the label" + (f": {told}" if told else ""))
    url = worded(dig(bought, "qr_code_url")) if wish.way == "qr" else ""
    content_type, body_of = label_file((yield label_request(url or worded(dig(bought, "label_url")))), _WHO)
    return MadeLabel(
        content_type=content_type,
        body=body_of,
        tracking_number=worded(dig(bought, "tracking_number")),
        carrier=carrier_slug(quoted.carrier) or "",
        provider_id=worded(dig(bought, "object_id")),
        cost=quoted.cost,
    )


def void(provider_id: str, settings: Settings, now: datetime) -> VoidFlow:
    """Ask for the money of an unused label.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    answer = _read((yield _request(settings, "refunds/", {"transaction": provider_id, "async": False})), now)
    return worded(dig(answer, "status")) in {"QUEUED", "PENDING", "SUCCESS"}


LABELLING = Labelling(quote=quote, buy=buy, needs=("api_token",), void=void)
