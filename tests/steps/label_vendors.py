"""EasyPost's and Shippo's return labels as their documents describe them, over real HTTP on the loopback.

Source: docs.easypost.com "Returns", "Shipments", "Shipping refund", "Pickups", "Form guide", docs.goshippo.com "Returns", "Create a shipping label",
"Refunding labels", "QR codes", read 2026-11-29.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from steps_vendors import PROTOCOLS, Reply, Request, Vendor, _login

PDF = b"%PDF-1.4\n% a label\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n a code"


@dataclass
class Shelf:
    """What a vendor of labels has sold."""

    shipments: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Ids of shipments (EasyPost) or rates (Shippo), in the order in which they were bought.
    bought: list[str] = field(default_factory=list)
    refunded: list[str] = field(default_factory=list)
    pickups: list[dict[str, Any]] = field(default_factory=list)
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    rates: list[tuple[str, str, str]] = field(default_factory=lambda: [("UPS", "Ground", "9.10"), ("USPS", "GroundAdvantage", "5.930")])
    #: What is wrong with an address; "": nothing.
    fault: str = ""
    #: Answers to a purchase that are lost: it is carried out, and the connection breaks.
    lose: int = 0


#: By the vendor's own address.
SHELVES: dict[str, Shelf] = {}


def shelf(vendor: Vendor) -> Shelf:
    return SHELVES.setdefault(vendor.base, Shelf())


def _lost(sold: Shelf, answer: Reply) -> Reply:
    if sold.lose:
        sold.lose -= 1
        raise asyncio.IncompleteReadError(b"", None)
    return answer


def _pickups(sold: Shelf, request: Request) -> Reply:
    if request.path == "/v2/pickups":
        asked = request.document["pickup"]
        assert asked["min_datetime"] < asked["max_datetime"]
        sold.pickups.append(asked)
        rates = [{"id": "pickuprate_1", "carrier": "USPS", "service": "NextDay", "rate": "0.00", "currency": "USD"}]
        return 201, {"id": "pickup_1", "object": "Pickup", "status": "unknown", "pickup_rates": rates, "messages": []}, {}
    assert request.path == "/v2/pickups/pickup_1/buy"
    assert request.document == {"carrier": "USPS", "service": "NextDay"}
    return 200, {"id": "pickup_1", "object": "Pickup", "status": "scheduled", "confirmation": "WTC123"}, {}


def easypost_labels(vendor: Vendor, request: Request) -> Reply:  # noqa: PLR0911 - one for each route
    if request.path.startswith("/labels/"):
        return _file(request.path)
    if _login(request) != (vendor.key, ""):
        return 401, {"error": {"code": "APIKEY.INACTIVE", "message": "no"}}, {}
    sold = shelf(vendor)
    parts = request.path.strip("/").split("/")
    match request.method, *parts:
        case "POST", "v2", "shipments":
            asked = request.document["shipment"]
            assert asked["is_return"] is True
            assert asked["options"]["label_format"] == "PDF"
            assert asked["parcel"]["weight"] > 0
            if sold.fault:
                told = {"code": "SHIPMENT.INVALID_PARAMS", "message": "no", "errors": [{"field": sold.fault, "message": "bad"}]}
                return 422, {"error": told}, {}
            name = f"shp_{len(sold.shipments) + 1}"
            rates = [
                {"id": f"rate_{name}_{n}", "carrier": c, "service": s, "rate": r, "currency": "USD"}
                for n, (c, s, r) in enumerate(sold.rates)
            ]
            sold.shipments[name] = {
                "id": name,
                "object": "Shipment",
                "is_return": True,
                "reference": asked["reference"],
                "to_address": asked["to_address"],
                "from_address": asked["from_address"],
                "rates": rates,
                "messages": [{"carrier": "FedEx", "type": "rate_error", "message": "no account"}],
                "postage_label": None,
                "tracking_code": None,
                "selected_rate": None,
            }
            return 201, sold.shipments[name], {}
        case "GET", "v2", "shipments", name:
            return (200, sold.shipments[name], {}) if name in sold.shipments else (404, {"error": {"code": "NOT_FOUND"}}, {})
        case "POST", "v2", "shipments", name, "buy":
            one = sold.shipments[name]
            if one["postage_label"]:
                return 422, {"error": {"code": "SHIPMENT.POSTAGE.EXISTS", "message": "bought", "errors": []}}, {}
            rate = next(r for r in one["rates"] if r["id"] == request.document["rate"]["id"])
            sold.bought.append(name)
            one |= {
                "postage_label": {"label_url": f"{vendor.base}/labels/{name}.pdf", "label_file_type": "application/pdf"},
                "tracking_code": f"94001{name[4:]:0>5}",
                "selected_rate": rate,
            }
            return _lost(sold, (200, one, {}))
        case "POST", "v2", "shipments", name, "forms":
            assert request.document == {"form": {"type": "label_qr_code"}}
            if sold.shipments[name]["selected_rate"]["carrier"] != "USPS":
                return 422, {"error": {"code": "FORM.INVALID", "message": "not with this carrier", "errors": []}}, {}
            form = {"object": "Form", "form_type": "label_qr_code", "form_url": f"{vendor.base}/labels/{name}.png"}
            return 201, {**sold.shipments[name], "forms": [form]}, {}
        case "POST", "v2", "shipments", name, "refund":
            sold.refunded.append(name)
            return 200, {**sold.shipments[name], "refund_status": "submitted"}, {}
        case "POST", "v2", "pickups", *_:
            return _pickups(sold, request)
    raise AssertionError(request.path)


def _of_rate(sold: Shelf, rate: str) -> dict[str, Any]:
    return sold.shipments[rate.partition("r")[0]]


def _file(path: str) -> Reply:
    return (200, PNG, {"content-type": "image/png"}) if path.endswith(".png") else (200, PDF, {"content-type": "application/pdf"})


def shippo_labels(vendor: Vendor, request: Request) -> Reply:
    if request.path.startswith("/labels/"):
        return _file(request.path)
    if request.headers.get("authorization") != f"ShippoToken {vendor.key}":
        return 401, {"detail": "Invalid token"}, {}
    sold = shelf(vendor)
    match request.method, request.path:
        case "POST", "/shipments/":
            asked = request.document
            assert asked["extra"]["is_return"] is True
            assert asked["async"] is False
            if sold.fault:
                return 400, {sold.fault: [{"__all__": ["no such street"]}]}, {}
            name = f"s{len(sold.shipments) + 1}"
            rates = [
                {"object_id": f"{name}r{n}", "provider": c, "servicelevel": {"name": s, "token": s.lower()}, "amount": r, "currency": "USD"}
                for n, (c, s, r) in enumerate(sold.rates)
            ]
            sold.shipments[name] = asked
            return 201, {"object_id": name, "status": "SUCCESS", "rates": rates, "messages": []}, {}
        case "GET", "/transactions/":
            there = [one for one in sold.transactions.values() if one["rate"] == request.query["rate"]]
            return 200, {"next": None, "previous": None, "results": there}, {}
        case "POST", "/transactions/":
            rate = request.document["rate"]
            sold.bought.append(rate)
            name = f"t{len(sold.transactions) + 1}"
            sold.transactions[name] = {
                "object_id": name,
                "object_state": "VALID",
                "status": "SUCCESS",
                "rate": rate,
                "tracking_number": f"92055{name[1:]:0>5}",
                "label_url": f"{vendor.base}/labels/{name}.pdf",
                "qr_code_url": f"{vendor.base}/labels/{name}.png" if _of_rate(sold, rate)["extra"].get("qr_code_requested") else None,
                "messages": [],
            }
            return _lost(sold, (201, sold.transactions[name], {}))
        case "POST", "/refunds/":
            sold.refunded.append(request.document["transaction"])
            return 201, {"object_id": "r1", "status": "PENDING", "transaction": request.document["transaction"]}, {}
    raise AssertionError((request.method, request.path))


PROTOCOLS |= {"easypost_labels": easypost_labels, "shippo_labels": shippo_labels}
