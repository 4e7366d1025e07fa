"""An order as a `.order` file: valid by Apple's schema, signed so that openssl agrees, the same bytes for the same order."""

import base64
import hashlib
import io
import json
import re
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import product

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels.apple_wallet import logo_of, marks_of
from doorstep.channels.apple_wallet.fulfilments import barcode, duration, expected
from doorstep.channels.apple_wallet.keys import keys_of
from doorstep.channels.apple_wallet.order import is_whole, write
from doorstep.channels.apple_wallet.package import digest, package, sources
from doorstep.channels.apple_wallet.passed import Passed, Seller, Sent
from doorstep.channels.apple_wallet.words import language_of, languages
from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine, Payment, Refund
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Address
from doorstep.domain.shipments import Folded, Leg, OpenPitfall
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status
from doorstep.errors import MisconfiguredError
from wallet_keys import ORDER_TYPE, house, issue, settings

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\nrest"
LAMP = OrderLine(line_id="1", name='The "Oak" lamp', options={"Shade": "Linen"}, unit_price=Money(8990, "EUR"), sku="L-1", quantity=2)
RUG = OrderLine(line_id="2", name="Rug", unit_price=Money(1200, "JPY"))


def an_order(**changes):
    fields = {
        "external_id": "x",
        "number": "#1001",
        "placed_at": NOW - timedelta(days=5),
        "ship_to": Address(name="Noor Rivera", lines=("Calle Inventada 12",), city="Madrid", postcode="28004", country="ES"),
        "lines": (LAMP, RUG),
        "total": Money(17980, "EUR"),
        "payment": Payment.PAID,
    }
    return Order(**(fields | changes))


def folded(status=Status.IN_TRANSIT, **changes):
    fields = {
        "status": status,
        "status_since": NOW - timedelta(hours=3),
        "event_type": "in_transit",
        "phase": Phase.TRANSIT,
        "direction": Direction.OUTBOUND,
        "must_act": Actor.NOBODY,
        "estimate": None,
        "open_pitfalls": (),
        "legs": (Leg("gls", "N1", NOW - timedelta(days=2), NOW),),
        "first_scan_at": NOW - timedelta(days=2),
        "last_scan_at": NOW,
        "delivered_at": NOW - timedelta(hours=1) if status is Status.DELIVERED else None,
        "attempts": 0,
        "counted": (),
        "decided_by": b"",
    }
    return Folded(**(fields | changes))


def sent(status=Status.IN_TRANSIT, *, number=1, lines=(LAMP, RUG), zone="Europe/Madrid", point=None, **of_fold):
    more = {name: of_fold.pop(name) for name in ("collect_by", "hours") if name in of_fold}
    return Sent(
        shipment_id=number,
        carrier="GLS",
        tracking_number=f"N{number}",
        page_url=f"https://door.example/t/parcel{number}",
        folded=folded(status, **of_fold),
        lines=lines,
        zone=zone,
        point=point,
        **more,
    )


def passed(*parcels, waiting=(), locale="en", logo=None, service="https://door.example/wallet", return_until=None, **order):
    return Passed(
        identifier="opaque-1",
        order=an_order(**order),
        sent=parcels,
        waiting=waiting,
        seller=Seller(name="Lantern & Loom", url="https://loom.example", support_email="help@loom.example", logo=logo),
        locale=locale,
        page_url="https://door.example/o/order1",
        service_url=service,
        token="a-token-of-22-characters",
        return_until=return_until,
    )


def written(one, **marks):
    return write(one, marks_of(settings(**marks)))


def document(one, **marks):
    return json.loads(sources(written(one, **marks), NOW)["order.json"])


def only(found):
    [one] = found
    return one


@pytest.fixture(scope="module")
def schema(shared_data):
    jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="jsonschema_rs is not installed: it comes with schemathesis")
    kept = json.loads((shared_data / "channels" / "wallet" / "wallet_order.schema.json").read_text())
    checker = jsonschema_rs.validator_for(kept, validate_formats=True)
    bakery = json.loads((shared_data / "channels" / "wallet" / "bakery_order.json").read_text())
    assert checker.is_valid(bakery)
    assert not checker.is_valid(bakery | {"status": "sent"})
    return checker


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


# --- the file


def test_every_file_stands_in_the_manifest_under_its_hash_and_nothing_else_does():
    files = unpacked(package(written(passed(sent(), logo=PNG)), NOW, keys_of(settings(), NOW)))
    manifest = json.loads(files["manifest.json"])
    assert set(manifest) == set(files) - {"manifest.json", "signature"}
    assert {"order.json", "logo.png", "hi.lproj/order.strings"} <= set(manifest)
    for name, told in manifest.items():
        assert told == hashlib.sha256(files[name]).hexdigest()


def openssl(tmp_path, files, *, content=None):
    kept = house()
    for name, held in {"m": content or files["manifest.json"], "s": files["signature"], "root": kept.root.pem.encode()}.items():
        (tmp_path / name).write_bytes(held)
    asked = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s", "-content", "m", "-CAfile", "root", "-purpose", "any"]
    return subprocess.run([*asked, "-out", "read"], cwd=tmp_path, capture_output=True, check=False)


@pytest.mark.parametrize("kind", ["rsa", "elliptic"])
def test_openssl_agrees_with_the_signature_and_with_no_other_content(tmp_path, kind):
    merchant = house().merchant if kind == "rsa" else issue("Elliptic", house().intermediate)
    keys = keys_of(settings(certificate=merchant.pem + merchant.key_pem), NOW)
    files = unpacked(package(written(passed(sent())), NOW, keys))
    good = openssl(tmp_path, files)
    assert good.returncode == 0, good.stderr
    assert (tmp_path / "read").read_bytes() == files["manifest.json"]
    assert openssl(tmp_path, files, content=files["manifest.json"] + b" ").returncode != 0
    shown = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "s"], cwd=tmp_path, capture_output=True, check=True
    )
    for attribute in (b"contentType", b"messageDigest", b"signingTime", b"sha256"):
        assert attribute in shown.stdout
    assert b"eContent: <ABSENT>" in shown.stdout


def test_the_same_order_is_the_same_bytes_but_for_the_signature():
    keys = keys_of(settings(), NOW)
    first, second = (unpacked(package(written(passed(sent())), NOW, keys)) for _ in range(2))
    assert list(first) == list(second) == sorted(first)
    assert {n: c for n, c in first.items() if n != "signature"} == {n: c for n, c in second.items() if n != "signature"}
    signed = [package(msgspec.structs.replace(written(passed(sent()))), NOW, _Fixed()) for _ in range(2)]
    assert signed[0] == signed[1]


class _Fixed:
    def sign(self, content):
        return b"signature"


def test_what_a_customer_could_see_changes_the_digest_and_the_time_of_writing_does_not():
    plain = digest(written(passed(sent())))
    assert plain == digest(written(passed(sent())))
    others = [
        passed(sent(Status.DELIVERED)),
        passed(sent(), locale="es"),
        passed(sent(), logo=PNG),
        passed(sent(), total=Money(1, "EUR")),
        passed(sent(), sent(number=2)),
        passed(sent(), waiting=(RUG,)),
    ]
    assert len({plain, *(digest(written(one)) for one in others)}) == len(others) + 1


@pytest.mark.parametrize("locale", ["en", "es-MX", "de_DE", "hi", "ja", ""])
def test_every_text_is_a_key_in_every_language_and_a_stranger_reads_the_orders_own(locale):
    files = sources(written(passed(sent(), waiting=(RUG,), locale=locale)), NOW)
    text = json.loads(files["order.json"])["fulfillments"][0]["statusDescription"]
    assert text == languages()[language_of(locale)]["on_the_way"]
    tables = {name: strings(content) for name, content in files.items() if name.endswith(".strings")}
    assert len(tables) == len(languages()) == 7
    assert len({frozenset(table) for table in tables.values()}) == 1
    assert tables["es.lproj/order.strings"][text] == languages()["es"]["on_the_way"]


def strings(content):
    """Read a table back as Apple's tools would: by its byte order mark, else ASCII."""
    text = content.decode("utf-16") if content[:2] == b"\xff\xfe" else content.decode("ascii")
    rows = re.findall(r'^"((?:[^"\\]|\\.)*)" = "((?:[^"\\]|\\.)*)";$', text, re.MULTILINE)
    assert len(rows) == text.count("\n")
    return {json.loads(f'"{key}"'): json.loads(f'"{value}"') for key, value in rows}


def test_hours_with_quotes_and_lines_stay_one_entry():
    told = dict.fromkeys(languages(), 'Mon "early" 8\\9\nTue')
    files = sources(written(passed(sent(Status.READY_FOR_PICKUP, phase=Phase.POINT, hours=told))), NOW)
    assert 'Open: Mon "early" 8\\9\nTue' in strings(files["de.lproj/order.strings"])


def test_all_languages_have_the_same_keys_and_holes():
    english = languages()["en"]
    for texts in languages().values():
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", english[key])
            assert "\n" not in text


# --- the order


def test_the_schema_takes_every_status_with_and_without_a_carrier_scan(schema):
    ways = ((Direction.OUTBOUND,), (Direction.RETURN,), (Direction.OUTBOUND, Direction.RETURN))
    for status, way, seen, phase in product(Status, ways, (NOW, None), (Phase.TRANSIT, Phase.POINT)):
        direction, legs = way[-1], tuple(Leg("gls", "N1", NOW, NOW, one) for one in way)
        one = sent(
            status, direction=direction, first_scan_at=seen, phase=phase, legs=legs, estimate=Estimate(from_on=NOW.date(), to_on=NOW.date())
        )
        made = document(passed(one, waiting=(RUG,), return_until=NOW), return_policy_url="https://loom.example/returns")
        assert list(schema.iter_errors(made)) == []


@pytest.mark.parametrize(
    ("status", "changes", "wallet"),
    [
        (Status.PENDING, {"first_scan_at": None}, "processing"),
        (Status.INFO_RECEIVED, {"first_scan_at": None}, "processing"),
        (Status.IN_TRANSIT, {}, "onTheWay"),
        (Status.IN_TRANSIT, {"first_scan_at": None}, "shipped"),
        (Status.UNKNOWN, {"first_scan_at": None}, "shipped"),
        (Status.OUT_FOR_DELIVERY, {}, "outForDelivery"),
        (Status.FAILED_ATTEMPT, {}, "issue"),
        (Status.EXCEPTION, {}, "issue"),
        (Status.DELIVERED, {}, "delivered"),
        (Status.RETURNING, {}, "issue"),
        (Status.RETURNED, {}, "issue"),
        (Status.CANCELLED, {}, "cancelled"),
        (Status.READY_FOR_PICKUP, {}, "readyForPickup"),
        (Status.DELIVERED, {"phase": Phase.POINT}, "pickedUp"),
    ],
)
def test_each_status_is_wallets_word_for_it(status, changes, wallet):
    one = only(document(passed(sent(status, **changes)))["fulfillments"])
    assert one["status"] == wallet
    assert one["fulfillmentType"] == ("pickup" if wallet in {"readyForPickup", "pickedUp"} else "shipping")
    assert ("deliveredAt" in one) == (wallet == "delivered")
    assert ("shippedAt" in one) == (wallet in {"onTheWay", "outForDelivery", "issue", "delivered"})


def test_a_shipment_tells_its_number_its_page_its_goods_and_where_to():
    one = only(document(passed(sent(lines=(LAMP,))))["fulfillments"])
    assert one["trackingNumber"] == "N1"
    assert one["trackingURL"] == "https://door.example/t/parcel1"
    assert one["carrier"] == "GLS"
    assert one["recipient"] == {"address": {"locality": "Madrid", "countryCode": "ES"}}
    assert one["lineItems"] == [
        {"title": 'The "Oak" lamp', "subtitle": "Shade: Linen", "quantity": 2, "price": {"amount": 89.9, "currency": "EUR"}, "sku": "L-1"}
    ]


def test_nothing_in_it_tells_who_bought():
    text = sources(written(passed(sent())), NOW)["order.json"].decode()
    for part in ("Noor", "Rivera", "Inventada", "28004"):
        assert part not in text


@pytest.mark.parametrize(
    ("estimate", "at", "length"),
    [
        (Estimate(from_on=date(2026, 12, 1), to_on=date(2026, 12, 1)), "2026-12-01T12:00:00+01:00", None),
        (
            Estimate(from_on=date(2026, 12, 1), to_on=date(2026, 12, 1), from_time="14:00", to_time="18:30"),
            "2026-12-01T14:00:00+01:00",
            "PT4H30M",
        ),
        (Estimate(from_on=date(2026, 12, 1), to_on=date(2026, 12, 3)), "2026-12-01T00:00:00+01:00", "PT71H59M"),
        (Estimate(from_on=date(2026, 12, 1), to_on=date(2026, 12, 1), to_time="24:00"), "2026-12-01T00:00:00+01:00", "PT24H0M"),
        (
            Estimate(from_on=date(2027, 3, 27), to_on=date(2027, 3, 28), from_time="12:00", to_time="12:00"),
            "2027-03-27T12:00:00+01:00",
            "PT23H0M",
        ),
    ],
)
def test_a_window_is_the_recipients_local_days_and_times(estimate, at, length):
    one = only(document(passed(sent(estimate=estimate)))["fulfillments"])
    assert one["estimatedDeliveryAt"] == at
    assert one.get("estimatedDeliveryWindowDuration") == length


def test_what_has_ended_or_waits_expects_nothing():
    coming = Estimate(from_on=date(2026, 12, 1), to_on=date(2026, 12, 1))
    for status in (Status.DELIVERED, Status.RETURNING, Status.RETURNED, Status.CANCELLED, Status.READY_FOR_PICKUP):
        assert "estimatedDeliveryAt" not in only(document(passed(sent(status, estimate=coming)))["fulfillments"])
    assert "estimatedDeliveryAt" in only(document(passed(sent(Status.FAILED_ATTEMPT, estimate=coming)))["fulfillments"])


@given(st.integers(-10, 5_000_000))
def test_a_length_is_read_back_as_what_it_was(minutes):
    hours, left = map(int, re.fullmatch(r"PT(\d+)H(\d+)M", duration(timedelta(minutes=minutes))).groups())
    assert hours * 60 + left == max(0, minutes)
    assert left < 60


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(0, 9), st.sampled_from(["Europe/Madrid", "America/New_York", None]))
def test_no_window_ends_before_it_begins(day, days, zone):
    made = expected(Estimate(from_on=day, to_on=day + timedelta(days=days)), zone)
    assert datetime.fromisoformat(made["estimatedDeliveryAt"]).tzinfo is not None
    assert ("estimatedDeliveryWindowDuration" in made) == (days > 0)


def test_a_parcel_to_collect_tells_where_until_when_and_with_what():
    point = PickupPoint(name="Locker 7", lines=("Plaza 1",), postcode="28004", city="Madrid", country="ES", code="48 12 77")
    one = sent(Status.READY_FOR_PICKUP, point=point, collect_by=NOW + timedelta(days=2), hours=dict.fromkeys(languages(), "Mon–Fri 8–18"))  # noqa: RUF001
    found = only(document(passed(one))["fulfillments"])
    assert found["displayName"] == "Locker 7"
    assert found["address"] == {"addressLines": ["Plaza 1"], "locality": "Madrid", "postalCode": "28004", "countryCode": "ES"}
    assert found["barcode"] == {"format": "code128", "message": "48 12 77", "messageEncoding": "iso-8859-1", "altText": "48 12 77"}
    assert found["notes"] == "Open: Mon–Fri 8–18"  # noqa: RUF001
    assert found["pickupAt"] == "2026-11-29T09:00:00+00:00"
    assert found["pickupWindowDuration"] == "PT51H0M"
    collected = only(document(passed(sent(Status.DELIVERED, phase=Phase.POINT, point=point)))["fulfillments"])
    assert collected["pickedUpAt"] == "2026-11-29T11:00:00+00:00"
    assert "barcode" not in collected
    assert collected["fulfillmentIdentifier"] == found["fulfillmentIdentifier"]


@pytest.mark.parametrize(
    ("code", "form", "encoding"),
    [("123456", "code128", "iso-8859-1"), ("x" * 41, "qr", "iso-8859-1"), ("äöü", "qr", "iso-8859-1"), ("कोड", "qr", "utf-8")],
)
def test_a_code_is_drawn_so_that_it_can_be_read(code, form, encoding):
    made = barcode(code)
    assert (made["format"], made["messageEncoding"], made["altText"]) == (form, encoding, code)


@pytest.mark.parametrize("status", [Status.EXCEPTION, Status.IN_TRANSIT])
def test_when_the_customer_must_act_the_parcel_says_so(status):
    def notes(**changes):
        return only(document(passed(sent(status, **changes)))["fulfillments"]).get("notes")

    yours = languages()["en"]["yours"]
    assert notes(must_act=Actor.CUSTOMER) == yours
    assert notes(must_act=Actor.CARRIER) is None
    duty = OpenPitfall("customs_duty_due", NOW, Actor.CUSTOMER, b"")
    assert notes(open_pitfalls=(duty,)) == yours
    assert notes(open_pitfalls=(msgspec.structs.replace(duty, muted=True),)) is None


@pytest.mark.parametrize(
    ("kinds", "key"),
    [
        ((), "on_the_way"),
        (("will_be_late",), "late"),
        (("missed_estimate", "missed_promise"), "late"),
        (("presumed_lost",), "problem"),
        (("missed_promise", "stalled_in_transit"), "problem"),
    ],
)
def test_a_parcel_that_is_late_or_held_up_says_so_and_shows_no_day_that_is_over(kinds, key):
    over = Estimate(from_on=date(2026, 11, 27), to_on=date(2026, 11, 27))
    pitfalls = tuple(OpenPitfall(kind, NOW, Actor.CARRIER, b"") for kind in kinds)
    one = only(document(passed(sent(open_pitfalls=pitfalls, estimate=over)))["fulfillments"])
    assert (one["status"], one["statusDescription"]) == ("onTheWay", languages()["en"][key])
    assert ("estimatedDeliveryAt" in one) == ("missed_estimate" not in kinds)
    muted = tuple(msgspec.structs.replace(one, muted=True) for one in pitfalls)
    quiet = only(document(passed(sent(open_pitfalls=muted)))["fulfillments"])
    assert quiet["statusDescription"] == languages()["en"]["on_the_way"]
    there = only(document(passed(sent(Status.DELIVERED, open_pitfalls=pitfalls)))["fulfillments"])
    assert there["statusDescription"] == languages()["en"]["delivered"]


def test_what_waits_for_the_shop_on_its_way_back_is_nothing_to_collect():
    legs = (Leg("gls", "N1", NOW, NOW), Leg("gls", "N1", NOW, NOW, Direction.RETURN))
    for status in (Status.READY_FOR_PICKUP, Status.DELIVERED):
        made = document(
            passed(sent(status, direction=Direction.RETURN, phase=Phase.POINT, legs=legs, point=PickupPoint(name="P", code="1234")))
        )
        assert (only(made["fulfillments"])["fulfillmentType"], only(made["fulfillments"])["status"]) == ("shipping", "issue")
        assert "1234" not in json.dumps(made)


# --- what is not sent, refunds, returns, the order's own status


def test_what_waits_is_open_and_what_was_taken_out_is_cancelled():
    refund = Refund(refund_id="r", at=NOW, lines={"1": 1}, amount=Money(8990, "EUR"))
    half = msgspec.structs.replace(LAMP, quantity=1)
    found = document(passed(sent(lines=(half,)), waiting=(RUG,), refunds=(refund,)))["fulfillments"]
    assert [(one["status"], one["lineItems"][0]["title"], one["lineItems"][0]["quantity"]) for one in found] == [
        ("onTheWay", LAMP.name, 1),
        ("open", "Rug", 1),
        ("cancelled", LAMP.name, 1),
    ]


def test_a_refund_of_what_was_sent_cancels_nothing():
    refund = Refund(refund_id="r", at=NOW, lines={"1": 2})
    assert [one["status"] for one in document(passed(sent(Status.DELIVERED), refunds=(refund,)))["fulfillments"]] == ["delivered"]


def test_a_cancelled_order_says_so_whole():
    made = document(passed(cancelled_at=NOW))
    assert made["status"] == "cancelled"
    assert made["statusDescription"] == languages()["en"]["order_cancelled"]
    assert only(made["fulfillments"])["status"] == "cancelled"


@pytest.mark.parametrize(
    ("parcels", "waiting", "status"),
    [
        ((), (LAMP,), "open"),
        ((), (), "open"),
        ((sent(),), (), "open"),
        ((sent(Status.DELIVERED),), (), "completed"),
        ((sent(Status.DELIVERED), sent(number=2)), (), "open"),
        ((sent(Status.DELIVERED),), (RUG,), "open"),
        ((sent(Status.DELIVERED, phase=Phase.POINT), sent(Status.CANCELLED, number=2)), (), "completed"),
        ((sent(Status.RETURNING),), (), "open"),
        ((sent(Status.RETURNED),), (), "open"),
    ],
)
def test_an_order_is_over_when_nothing_comes_and_nothing_goes_back(parcels, waiting, status):
    assert document(passed(*parcels, waiting=waiting))["status"] == status


def test_what_came_back_is_settled_when_its_money_went_back():
    back = sent(Status.RETURNED, legs=(Leg("gls", "N1", NOW, NOW), Leg("gls", "N1", NOW - timedelta(days=1), NOW, Direction.RETURN)))
    made = document(passed(back))
    one = only(made["returns"])
    assert (one["status"], one["returnedAt"], one["initiatedAt"]) == (
        "processing",
        "2026-11-29T09:00:00+00:00",
        "2026-11-28T12:00:00+00:00",
    )
    assert only(made["fulfillments"])["status"] == "issue"
    settled = document(passed(back, refunds=(Refund(refund_id="r", at=NOW, lines={"1": 2}),)))
    assert only(settled["returns"])["status"] == "completed"
    assert settled["status"] == "completed"
    other = document(passed(sent(Status.RETURNED, lines=(LAMP,)), refunds=(Refund(refund_id="r", at=NOW, lines={"2": 1}),)))
    assert only(other["returns"])["status"] == "processing"


def test_a_customers_own_return_is_no_delivery():
    legs = (Leg("gls", "N2", NOW, NOW, Direction.RETURN),)
    back = sent(Status.RETURNING, number=2, direction=Direction.RETURN, legs=legs)
    made = document(passed(sent(Status.DELIVERED), back))
    assert [one["status"] for one in made["fulfillments"]] == ["delivered"]
    assert only(made["returns"])["status"] == "onTheWay"
    assert made["status"] == "open"


@pytest.mark.parametrize(
    ("status", "wallet"),
    [
        (Status.PENDING, "open"),
        (Status.INFO_RECEIVED, "open"),
        (Status.IN_TRANSIT, "onTheWay"),
        (Status.EXCEPTION, "issue"),
        (Status.CANCELLED, "cancelled"),
        (Status.DELIVERED, "processing"),
    ],
)
def test_each_status_on_the_way_back_is_wallets_word_for_it(status, wallet):
    legs = (Leg("gls", "N1", NOW, NOW, Direction.RETURN),)
    assert only(document(passed(sent(status, direction=Direction.RETURN, legs=legs)))["returns"])["status"] == wallet


def test_money_is_exact_and_refunds_are_told_apart():
    refund = Refund(refund_id="r", at=NOW - timedelta(hours=1), amount=Money(1001, "EUR"))
    paid = document(passed(sent(), payment=Payment.PARTLY_REFUNDED, refunds=(refund, Refund(refund_id="q", at=NOW))))["payment"]
    assert paid["status"] == "paid"
    assert paid["total"] == {"amount": 179.8, "currency": "EUR"}
    assert [(one["transactionType"], one["amount"]["amount"], one["createdAt"]) for one in paid["transactions"]] == [
        ("purchase", 179.8, "2026-11-24T12:00:00+00:00"),
        ("refund", 10.01, "2026-11-29T11:00:00+00:00"),
    ]
    text = sources(written(passed(total=Money(123456789012345, "KWD"))), NOW)["order.json"]
    assert b'"amount":123456789012.345' in text  # never through a float


@pytest.mark.parametrize(
    ("payment", "status"),
    [
        (Payment.PENDING, "pending"),
        (Payment.COD, "pending"),
        (Payment.PAID, "paid"),
        (Payment.REFUNDED, "refunded"),
        (Payment.VOIDED, "voided"),
    ],
)
def test_each_state_of_payment_is_wallets_word_for_it(payment, status):
    made = document(passed(sent(), payment=payment, cod_due=Money(500, "EUR") if payment is Payment.COD else None))["payment"]
    assert made["status"] == status
    assert ("transactions" in made) == (status in {"paid", "refunded"})
    assert ("summaryItems" in made) == (payment is Payment.COD)


def test_an_order_without_a_total_says_nothing_of_payment():
    assert "payment" not in document(passed(sent(), total=None))


def test_the_links_lead_to_our_pages_and_the_merchants(schema):
    made = document(passed(sent(), logo=PNG, return_until=NOW), return_policy_url="https://loom.example/returns")
    assert made["orderManagementURL"] == "https://door.example/o/order1"
    assert made["returnInfo"] == {
        "returnPolicyURL": "https://loom.example/returns",
        "returnDeadline": "2026-11-29T12:00:00+00:00",
        "displayCountdown": False,
    }
    assert made["merchant"]["logo"] == "logo.png"
    assert made["merchant"]["emailAddress"] == "help@loom.example"
    assert made["orderTypeIdentifier"] == ORDER_TYPE
    assert "returnInfo" not in document(passed(sent()), return_policy_url="javascript:alert(1)")
    assert schema.is_valid(made)


def test_without_https_devices_are_not_told_to_ask(schema):
    made = document(passed(sent(), service=""))
    assert "webServiceURL" not in made
    assert "authenticationToken" not in made
    assert schema.is_valid(made)


def test_an_order_known_from_a_fulfilment_only_is_not_whole():
    assert not is_whole(an_order(placed_at=None))
    assert is_whole(an_order())


# --- the settings


@pytest.mark.parametrize(
    "form", ["together", "apart", "joined", "locked", "old form", "old form locked", "p12", "p12 without password", "der"]
)
def test_certificate_and_key_are_read_in_every_form_they_come_in(form):
    kept = house()
    merchant = kept.merchant
    given = {
        "together": {},
        "apart": {"certificate": merchant.pem, "private_key": merchant.key_pem},
        "joined": {
            "certificate": (merchant.pem + merchant.key_pem).replace("\n", " "),
            "intermediate": kept.intermediate.pem.replace("\n", ""),
        },
        "locked": {"certificate": merchant.pem + merchant.key_as(b"pa55"), "password": "pa55"},
        "old form": {"certificate": merchant.pem + merchant.key_as(form=PrivateFormat.TraditionalOpenSSL), "password": "not needed"},
        "old form locked": {"certificate": merchant.pem + merchant.key_as(b"pa55", PrivateFormat.TraditionalOpenSSL), "password": "pa55"},
        "p12": {"certificate": merchant.p12(b"pa55"), "password": "pa55"},
        "p12 without password": {"certificate": merchant.p12(None)},
        "der": {"intermediate": base64.encodebytes(kept.intermediate.der).decode()},
    }[form]
    keys = keys_of(settings(**given), NOW)
    assert keys.certificate == merchant.certificate
    assert keys.pem.count("BEGIN CERTIFICATE") == 2
    assert "BEGIN PRIVATE KEY" in keys.pem


def stranger():
    return issue("Stranger", issue("Elsewhere", authority=True))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"certificate": ""}, "no certificate"),
        ({"certificate": "nonsense"}, "neither PEM nor PKCS#12"),
        ({"certificate": "bm9uc2Vuc2U="}, "neither PEM nor PKCS#12"),
        ({"intermediate": "nonsense"}, "intermediate certificate is neither"),
        ({"intermediate": "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"}, "intermediate certificate is neither"),
        ({"certificate": "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"}, "needs a CERTIFICATE and a PRIVATE KEY"),
    ],
)
def test_settings_that_cannot_be_read_say_which(changes, says):
    with pytest.raises(MisconfiguredError, match=says):
        keys_of(settings(**changes), NOW)


def test_keys_that_do_not_belong_together_or_are_over_are_refused():
    kept, other = house(), stranger()
    with pytest.raises(MisconfiguredError, match="does not belong"):
        keys_of(settings(certificate=kept.merchant.pem + other.key_pem), NOW)
    with pytest.raises(MisconfiguredError, match="did not issue"):
        keys_of(settings(certificate=other.pem + other.key_pem), NOW)
    with pytest.raises(MisconfiguredError, match="password is another"):
        keys_of(settings(certificate=kept.merchant.p12(b"pa55"), password="other"), NOW)
    with pytest.raises(MisconfiguredError, match="password is another"):
        keys_of(settings(certificate=kept.merchant.pem + kept.merchant.key_as(b"pa55")), NOW)
    with pytest.raises(MisconfiguredError, match="order type certificate is good from 2020-01-01 to 2090-01-01"):
        keys_of(settings(), NOW.replace(year=2091))


@given(text=st.text())
def test_any_text_in_a_setting_is_read_or_is_the_merchants_to_mend(text):
    for name in ("certificate", "private_key", "intermediate", "logo"):
        given_settings = settings(**{name: text})
        try:
            if name == "logo":  # the key beside it is the same each time, and takes long to read
                logo_of(given_settings)
            else:
                keys_of(given_settings, NOW)
        except MisconfiguredError as error:
            assert "PRIVATE" not in str(error).replace("PRIVATE KEY, as PEM", "")  # noqa: PT017 - either is right


def test_a_logo_is_a_png_in_base64():
    assert logo_of(settings(logo=base64.b64encode(PNG).decode())) == PNG
    assert logo_of(settings()) is None
    for wrong in ("x", base64.b64encode(b"GIF89a").decode()):
        with pytest.raises(MisconfiguredError):
            logo_of(settings(logo=wrong))
