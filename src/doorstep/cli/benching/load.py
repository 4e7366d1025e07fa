"""A seed and a count → parcels of orders, and the webhooks in which three senders tell of their way."""

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment, Promise
from doorstep.domain.places import Address

#: What the connections of the bench sign with.
SECRET = "a secret of the bench, known to both sides"  # noqa: S105 - it guards nothing
#: AfterShip's tag and sub-tag, EasyPost's status and detail, UPS's type, code and status code, words.
_STEPS: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str, str], str]] = {
    "announced": (("InfoReceived", "InfoReceived_001"), ("pre_transit", "label_created"), ("M", "MP", "003"), "Label created"),
    "accepted": (("InTransit", "InTransit_002"), ("in_transit", "received_at_origin_facility"), ("I", "OR", "005"), "Origin scan"),
    "left": (("InTransit", "InTransit_007"), ("in_transit", "departed_facility"), ("I", "DP", "005"), "Departed from facility"),
    "arrived": (("InTransit", "InTransit_003"), ("in_transit", "arrived_at_facility"), ("I", "AR", "005"), "Arrived at facility"),
    "strange": (("InTransit", "InTransit_099"), ("in_transit", "weighed_again"), ("I", "QQ", "999"), "Weighed again by machine 7"),
    "late": (("Exception", "Exception_017"), ("in_transit", "weather_delay"), ("X", "CR", ""), "Held up by the weather"),
    "tour": (("OutForDelivery", "OutForDelivery_001"), ("out_for_delivery", "out_for_delivery"), ("I", "OT", "021"), "Out for delivery"),
    "failed": (("AttemptFail", "AttemptFail_002"), ("failure", "address_correction"), ("D", "CI", ""), "Nobody could take it"),
    "delivered": (("Delivered", "Delivered_001"), ("delivered", "status_update"), ("D", "FS", "011"), "Delivered"),
}
_USUAL = ("announced", "accepted", "left", "arrived", "left", "arrived", "arrived", "tour", "delivered")
_SHORT = ("announced", "accepted", "left", "arrived", "left", "arrived", "tour", "delivered")
_STRANGE = ("announced", "accepted", "left", "strange", "left", "arrived", "arrived", "tour", "delivered")
_LATE = ("announced", "accepted", "left", "late", "left", "arrived", "arrived", "tour", "delivered")
_FAILED = ("announced", "accepted", "left", "arrived", "left", "arrived", "tour", "failed", "tour", "delivered")
#: Ways of a parcel and how many in a hundred go them.
_WAYS = ((_USUAL, 50), (_SHORT, 30), (_STRANGE, 4), (_LATE, 8), (_FAILED, 8))
#: Webhooks in a hundred that come twice, the second time under another delivery id.
_REPEATED = 3
_SENDERS = ("aftership", "easypost", "ups")
_CITIES = (
    ("Reno", "NV", "89501", "US"),
    ("Elko", "NV", "89801", "US"),
    ("Salt Lake City", "UT", "84101", "US"),
    ("Columbus", "OH", "43004", "US"),
    ("Madrid", "", "28001", "ES"),
    ("Zaragoza", "", "50001", "ES"),
    ("Sevilla", "", "41001", "ES"),
)
_ALPHA_3 = {"US": "USA", "ES": "ESP"}
_FIRST = ("Ana", "Luis", "Marta", "Jo", "Sam", "Nia", "Omar", "Ines", "Paul", "Vera")
_LAST = ("Prado", "Soto", "Reed", "Hale", "Lund", "Ortiz", "Blake", "Rey")
_GOODS = ("Linen shirt", "Wool hat", "Desk lamp", "Tea pot", "Running shoes", "Rain coat", "Cutting board", "Notebook, dotted")


class Scan(msgspec.Struct, frozen=True):
    """One scan of a parcel's way."""

    step: str
    at: datetime
    place: tuple[str, str, str, str]


class Way(msgspec.Struct, frozen=True):
    """One parcel and what its sender will tell of it."""

    sender: str
    number: str
    scans: tuple[Scan, ...]


class Webhook(msgspec.Struct, frozen=True):
    """One request of a sender."""

    sender: str
    delivery_id: str
    headers: dict[str, str]
    body: bytes


class Load(msgspec.Struct, frozen=True):
    """Orders, and the webhooks about their parcels in order of time."""

    orders: list[Order]
    webhooks: list[Webhook]


def make_load(webhooks: int, now: datetime, *, seed: int = 7, history: bool = False) -> Load:
    """Make about so many webhooks: each parcel's first scan, then each parcel's second, and so on.

    A webhook brings one scan; with `history`, those of AfterShip and EasyPost repeat the parcel's earlier scans, too.
    """
    chance = random.Random(seed)  # noqa: S311 - a load that is the same every time
    ways: list[Way] = []
    orders: list[Order] = []
    told = 0
    while told < webhooks:
        order, parcels = _order(chance, f"{seed}-{len(orders)}", now)
        orders.append(order)
        ways += parcels
        told += sum(len(way.scans) for way in parcels)
    made: list[Webhook] = []
    for position in range(max(len(way.scans) for way in ways)):
        for way in chance.sample(ways, len(ways)):
            if position < len(way.scans):
                made += _told(chance, way, position, history=history)
    return Load(orders, made[:webhooks])


def _told(chance: random.Random, way: Way, position: int, *, history: bool) -> Iterator[Webhook]:
    scans = way.scans[: position + 1] if history else way.scans[position : position + 1]
    for again in range(1 + (chance.randrange(100) < _REPEATED)):
        name = f"{way.number}-{position}-{again}"
        body = msgspec.json.encode(_BODIES[way.sender](way, scans, name))
        yield Webhook(way.sender, name, _signed(way.sender, body), body)


def _signed(sender: str, body: bytes) -> dict[str, str]:
    headers = {"content-type": "application/json", "user-agent": f"{sender}-webhooks/1.0"}
    if sender == "ups":
        return {**headers, "credential": SECRET}
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256)
    if sender == "aftership":
        return {**headers, "aftership-hmac-sha256": base64.b64encode(digest.digest()).decode()}
    return {**headers, "x-hmac-signature": f"hmac-sha256-hex={digest.hexdigest()}"}


def _order(chance: random.Random, name: str, now: datetime) -> tuple[Order, list[Way]]:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    ways = [_way(chance, f"{name}-{n}", now) for n in range(2 if chance.randrange(100) < 5 else 1)]  # noqa: PLR2004 - per cent
    city, region, postcode, country = ways[0].scans[-1].place
    lines = tuple(
        OrderLine(
            line_id=f"{name}-{n}",
            name=chance.choice(_GOODS),
            sku=f"SKU-{chance.randrange(9000)}",
            options={"Size": chance.choice("SML")},
            quantity=chance.randrange(1, 3),
            unit_price=Money(chance.randrange(500, 9000), "EUR" if country == "ES" else "USD"),
            image_url=f"https://shop.example/pictures/{chance.randrange(9000)}.jpg",
        )
        for n in range(chance.randrange(1, 4))
    )
    total = sum(line.quantity * line.unit_price.amount_minor for line in lines if line.unit_price)
    sent_at = ways[0].scans[0].at - timedelta(hours=1)
    order = Order(
        external_id=name,
        number=f"#{name}",
        placed_at=now - timedelta(days=5),
        updated_at=sent_at,
        customer=Customer(first_name=first, last_name=last, email=f"{first}.{last}.{name}@customer.example".lower()),
        ship_to=Address(f"{first} {last}", None, (f"{chance.randrange(1, 300)} Main Street",), city, region or None, postcode, country),
        lines=lines,
        total=Money(total, "EUR" if country == "ES" else "USD"),
        payment=Payment.PAID,
        locale="es" if country == "ES" else "en",
        promise=Promise(None, (now + timedelta(days=2)).date()),
        fulfilments=tuple(
            Fulfilment(fulfilment_id=way.number, created_at=sent_at, updated_at=sent_at, carrier="UPS", tracking_numbers=(way.number,))
            for way in ways
        ),
    )
    return order, ways


def _way(chance: random.Random, name: str, now: datetime) -> Way:
    steps = chance.choices([way for way, _ in _WAYS], [share for _, share in _WAYS])[0]
    number = f"1Z{hashlib.blake2b(name.encode(), digest_size=8).hexdigest().upper()}"
    home = chance.choice(_CITIES)
    stops = [place for place in _CITIES if place[3] == home[3]]
    first = now.replace(microsecond=0) - timedelta(hours=31, minutes=chance.randrange(60), seconds=chance.randrange(60))
    gap = timedelta(hours=30) / len(steps)
    scans = tuple(
        Scan(step, (first + gap * n).replace(microsecond=0), home if step in ("tour", "failed", "delivered") else chance.choice(stops))
        for n, step in enumerate(steps)
    )
    return Way(chance.choice(_SENDERS), number, scans)


def _aftership(way: Way, scans: Sequence[Scan], name: str) -> dict[str, object]:
    tag, subtag = _STEPS[scans[-1].step][0]
    return {
        "event": "tracking_update",
        "event_id": name,
        "is_tracking_first_tag": False,
        "msg": {
            "id": f"trk-{way.number}",
            "tracking_number": way.number,
            "slug": "ups",
            "active": True,
            "title": way.number,
            "origin_country_iso3": _ALPHA_3[scans[0].place[3]],
            "destination_country_iso3": _ALPHA_3[scans[-1].place[3]],
            "tag": tag,
            "subtag": subtag,
            "subtag_message": _STEPS[scans[-1].step][3],
            "created_at": way.scans[0].at.isoformat(),
            "updated_at": scans[-1].at.isoformat(),
            "shipment_type": "UPS Ground",
            "shipment_weight": {"value": 1.5, "unit": "lb"},
            "signed_by": None,
            "courier_estimated_delivery_date": {
                "estimated_delivery_date": way.scans[-1].at.date().isoformat(),
                "estimated_delivery_date_min": None,
                "estimated_delivery_date_max": None,
            },
            "checkpoints": [
                {
                    "slug": "ups",
                    "created_at": scan.at.isoformat(),
                    "checkpoint_time": scan.at.isoformat(),
                    "city": scan.place[0],
                    "state": scan.place[1] or None,
                    "zip": scan.place[2],
                    "country_iso3": _ALPHA_3[scan.place[3]],
                    "country_name": None,
                    "location": f"{scan.place[0]}, {scan.place[3]}",
                    "coordinates": [],
                    "message": _STEPS[scan.step][3],
                    "tag": _STEPS[scan.step][0][0],
                    "subtag": _STEPS[scan.step][0][1],
                    "raw_tag": "".join(_STEPS[scan.step][2][:2]),
                }
                for scan in scans
            ],
        },
        "ts": int(scans[-1].at.timestamp()),
    }


def _easypost(way: Way, scans: Sequence[Scan], name: str) -> dict[str, object]:
    status, detail = _STEPS[scans[-1].step][1]
    return {
        "object": "Event",
        "id": f"evt_{name}",
        "description": "tracker.updated",
        "mode": "production",
        "created_at": scans[-1].at.isoformat(),
        "previous_attributes": {"status": "unknown"},
        "pending_urls": [],
        "completed_urls": [],
        "result": {
            "id": f"trk_{way.number}",
            "object": "Tracker",
            "mode": "production",
            "tracking_code": way.number,
            "status": status,
            "status_detail": detail,
            "created_at": _zulu(way.scans[0].at),
            "updated_at": _zulu(scans[-1].at),
            "signed_by": None,
            "weight": 24.0,
            "est_delivery_date": f"{way.scans[-1].at.date().isoformat()}T00:00:00Z",
            "shipment_id": None,
            "carrier": "UPS",
            "is_return": False,
            "carrier_detail": {
                "object": "CarrierDetail",
                "service": "Ground",
                "est_delivery_date_local": None,
                "est_delivery_time_local": None,
            },
            "tracking_details": [
                {
                    "object": "TrackingDetail",
                    "message": _STEPS[scan.step][3],
                    "description": None,
                    "status": _STEPS[scan.step][1][0],
                    "status_detail": _STEPS[scan.step][1][1],
                    "datetime": _zulu(scan.at),
                    "source": "UPS",
                    "carrier_code": _STEPS[scan.step][2][1],
                    "tracking_location": {
                        "object": "TrackingLocation",
                        "city": scan.place[0],
                        "state": scan.place[1] or None,
                        "country": scan.place[3],
                        "zip": scan.place[2],
                    },
                }
                for scan in scans
            ],
            "fees": [],
            "public_url": f"https://track.example/{way.number}",
        },
    }


def _zulu(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _ups(way: Way, scans: Sequence[Scan], _name: str) -> dict[str, object]:
    scan = scans[-1]
    kind, code, status = _STEPS[scan.step][2]
    city, region, postcode, country = scan.place
    local = scan.at - timedelta(hours=5)
    done = scan.step == "delivered"
    return {
        "trackingNumber": way.number,
        "localActivityDate": local.strftime("%Y%m%d"),
        "localActivityTime": local.strftime("%H%M%S"),
        "activityLocation": {"city": city, "stateProvince": region or None, "postalCode": postcode, "country": country},
        "activityStatus": {"type": kind, "code": code, "description": _STEPS[scan.step][3], "descriptionCode": status},
        "scheduledDeliveryDate": way.scans[-1].at.strftime("%Y%m%d"),
        "actualDeliveryDate": local.strftime("%Y%m%d") if done else "",
        "actualDeliveryTime": local.strftime("%H%M%S") if done else "",
        "gmtActivityDate": scan.at.strftime("%Y%m%d"),
        "gmtActivityTime": scan.at.strftime("%H%M%S"),
        "gmtOffset": "-05:00",
        "deliveryStartTime": "",
        "deliveryEndTime": "",
        "receivedBy": "RECEPTION" if done else "",
    }


_BODIES = {"aftership": _aftership, "easypost": _easypost, "ups": _ups}
