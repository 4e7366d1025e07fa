"""Order numbers, tracking numbers, and the numbers of everything else."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from doorstep.conversations.entities import closest_orders, code_in, entities_in, number_in
from doorstep.conversations.entities.checks import sureness
from doorstep.domain.talking.understood import Entity, EntityKind

TODAY = date(2026, 11, 30)
BITEXT = Path(__file__).parents[4] / "shared" / "data" / "intents" / "bitext"
NUMBERS = Path(__file__).parents[4] / "shared" / "data" / "tracking_numbers" / "couriers"

ORDERS = [
    ("order #W2378156, #W4776164 and #W6247578", "W2378156 W4776164 W6247578"),
    ("Where is order #10234?", "10234"),
    ("my ordr no is 88213", "88213"),
    ("Order: SO-20931 hasn't shipped", "SO20931"),
    ("W5490111", "W5490111"),
    ("it's 5512", "5512"),
    ("1002 ana@mail.example", "1002"),
    ("ana@mail.example\n1002", "1002"),
    ("1002 and my email is ana@mail.example", "1002"),
    ("1002 y ana@mail.example", "1002"),
    ("hi its for order 4411-2231 thanks", "44112231"),
    ("order number: 100 234 567", "100234567"),
    ("ORDER#77123", "77123"),
    ("re: order 2026-00123", "202600123"),
    ("i have 2 orders, 7781 and 7782", "7781 7782"),
    ("I placed order no.55123 last week", "55123"),
    ("the order id is A1B2C3D4", "A1B2C3D4"),
    ("ord no 9912 pls", "9912"),
    ("purchase order PO-4471", "PO4471"),
    ("Any update on my order (no. 33812)?", "33812"),
    ("33812 is my order number", "33812"),
    ("status of #EU-1029", "EU1029"),
    ("order numbr 55128", "55128"),
    ("Orders 1001 and 1002 please", "1001 1002"),
    ("¿Dónde está mi pedido 4521?", "4521"),
    ("pedido n.º 8812", "8812"),
    ("mi número de pedido es el 99120", "99120"),
    ("orden #3381", "3381"),
    ("Quiero devolver el pedido núm. 12099", "12099"),
    ("Ma commande n°4512 n'est pas arrivée", "4512"),
    ("numéro de commande : CMD-88123", "CMD88123"),
    ("commande numero 2201", "2201"),
    ("J'ai passé la commande 120045 hier", "120045"),
    ("ma commande (réf. 99812)", "99812"),
    ("Meine Bestellung 12345 ist nicht da", "12345"),
    ("Bestellnummer: B-99120", "B99120"),
    ("Bestell-Nr. 77120", "77120"),
    ("Auftragsnummer 2023311", "2023311"),
    ("es geht um die Bestellung mit der Nummer 5561", "5561"),
    ("il mio ordine 7781 non è arrivato", "7781"),
    ("ordine n. 3321", "3321"),
    ("numero ordine: 55120", "55120"),
    ("o meu pedido 88123 não chegou", "88123"),
    ("encomenda nº 4471", "4471"),
    ("número do pedido é 55431", "55431"),
    ("cadê o pedido #9981", "9981"),
    ("mera order 45123 kahan hai", "45123"),
    ("ऑर्डर नंबर ७७१२३", "77123"),
    ("order no 5512 ka status batao", "5512"),
    ("मेरा ऑर्डर 99120 कैंसिल करो", "99120"),
    ("My oder is 22310", "22310"),
    ("for the commande W-2211 please", "W2211"),
    ("order W2378156. thanks", "W2378156"),
    ("Ordr 3345 whr is it", "3345"),
    ("10001 and ana@customer.example", "10001"),
    ("ana@customer.example y es 1001", "1001"),
    ("Hallo, 10001 und meine E-Mail ist ana@customer.example", "10001"),
]
OTHERS = [
    "PO Box 1234, Boise",
    "07911123456",
    "please cancel 100233",
    "my invoice is 12588",
    "invoice no. 99120 please",
    "card ending in 4242",
    "Visa 4242",
    "my phone is 9876543210",
    "call me on 07911 123456",
    "the code is 482913",
    "I paid 12000 for it",
    "1200 rupees were taken",
    "size 42 please",
    "I ordered in 2024",
    "since 2023 I shop here",
    "bought 150 pieces",
    "I live at 4410 Oak Street",
    "zip code 90210",
    "model XR-2000",
    "item 88123 is broken",
    "sku 55123",
    "on 12/05/2026",
    "my account number 55123",
    "tracking 1Z999AA10123456784",
    "tracking number 9400110200881234567890",
    "gift card 1234-5678",
    "die Rechnung 4451",
    "Rechnungsnummer 99120",
    "Kundennummer 55123",
    "facture n° 8812",
    "ma carte 4242",
    "factura 9981",
    "cuenta 55123",
    "fattura n. 221",
    "cartão final 4242",
    "CEP 01310-100",
    "PIN code 560038",
    "Postleitzahl 10115",
    "code postal 75002",
    "I have 2000 loyalty points",
    "it costs 499",
    "10000mAh charger",
    "the 1080p camera",
    "100% cotton",
    "voucher 88123",
    "my ticket 99123",
    "case number 12331",
    "return RMA 5512",
    "balance 2500",
    "about 3000 people",
    "between 2015 and 2019",
    "9876543210 and ana@customer.example",
    "I paid 1200, ana@customer.example",
    "500 g and ana@customer.example",
]


def read(text: str, **more: object) -> tuple[Entity, ...]:
    return entities_in(text, language="en", today=TODAY, region="US", **more)


def orders(text: str, **more: object) -> list[str]:
    return [one.value for one in read(text, **more) if one.kind is EntityKind.ORDER_NUMBER]


@pytest.mark.parametrize(("text", "number"), [("it is #7", "7"), ("nº 12, ana@customer.example", "12"), ("#1001", "1001")])
def test_a_number_that_was_asked_for_may_be_short_where_it_has_its_sign(text, number):
    found = number_in(text)
    assert found is not None
    assert (found.kind, found.value) == (EntityKind.ORDER_NUMBER, number)


@pytest.mark.parametrize("text", ["7", "#7 or #8", "a#7", "#7b", "ana#7@customer.example", ""])
def test_what_is_no_number_with_a_sign_or_not_the_only_one_is_not_taken_as_asked_for(text):
    assert number_in(text) is None


@pytest.mark.parametrize(("text", "numbers"), ORDERS)
def test_an_order_number_is_found(text, numbers):
    assert orders(text) == numbers.split()


@pytest.mark.parametrize("text", OTHERS)
def test_a_number_of_something_else_is_no_order(text):
    assert orders(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "my roder 370795561790",
        "the purchaes 370795561790",
        "order732201349959",
        "ofpurchase 370795561790",
        "theorder 113542617735902",
        "my ordr 3345221",
        "commnade 445123",
    ],
)
def test_a_slip_in_the_word_for_it_does_not_hide_an_order_number(text):
    assert len(orders(text)) == 1


def test_a_number_that_is_one_of_the_customers_is_one_whatever_stands_around_it():
    assert orders("the invoice of 4471", order_numbers=("#4471",)) == ["4471"]
    assert orders("size 2378156?", order_numbers=("#W2378156",)) == ["W2378156"]


def test_an_invoice_is_named_as_something_else():
    (found,) = (one for one in read("invoice 12588") if one.kind is EntityKind.OTHER_NUMBER)
    assert found.value == "12588"


def test_six_digits_are_a_code_where_they_are_called_so_or_one_was_asked_for():
    assert [one.kind for one in read("the code is 482913")] == [EntityKind.CODE]
    assert code_in("482 913").value == "482913"
    assert code_in("it's 48-29-13 thanks").value == "482913"
    assert code_in("482913 or 111111") is None
    assert code_in("order 4829134") is None


@pytest.mark.parametrize(
    "number", ["1Z999AA10123456784", "9400110200881234567890", "RR123456785GB", "TBA123456789012", "JD014600003828392837"]
)
def test_what_looks_like_a_carriers_number_is_a_tracking_number(number):
    kinds = [one.kind for one in read(f"my parcel {number} is late")]
    assert EntityKind.TRACKING_NUMBER in kinds
    assert EntityKind.ORDER_NUMBER not in kinds


def test_a_wrong_check_digit_makes_a_number_less_sure():
    assert sureness("1Z999AA10123456784") > sureness("1Z999AA10123456785")
    assert sureness("RA123456785GB") > sureness("RA123456784GB")
    assert sureness("12345") == 0


@pytest.mark.skipif(not BITEXT.is_dir(), reason="../shared/data/intents/bitext is not here")
def test_order_numbers_in_a_public_set_are_found_and_hardly_any_other_is_taken():
    rows = [row for file in sorted(BITEXT.glob("*.csv")) for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())]
    told = [row for row in rows if row["entity_type"] == "order_id"]
    found = sum(orders(row["utterance"]) == [row["entity_value"]] for row in told)
    others = [row for row in rows if row["entity_type"] != "order_id"]
    false = sum(bool(orders(row["utterance"])) for row in others)
    assert len(told) > 700
    assert found / len(told) >= 0.98
    assert false / len(others) <= 0.002


@pytest.mark.skipif(not NUMBERS.is_dir(), reason="../shared/data/tracking_numbers is not here")
def test_carriers_own_test_numbers_are_told_by_their_look():
    valid = [
        "".join(one.split())
        for slug in ("ups", "usps", "s10")
        for row in json.loads((NUMBERS / f"{slug}.json").read_text(encoding="utf-8"))["tracking_numbers"]
        for one in row["test_numbers"]["valid"]
    ]
    assert len(valid) > 15
    assert sum(sureness(one.upper()) > 0 for one in valid) / len(valid) >= 0.75


KNOWN = ("#W2378156", "#W4776164", "#W6247578")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("#W2378156", ("#W2378156",)),
        ("w2378156", ("#W2378156",)),
        ("2378156", ("#W2378156",)),
        ("W23781S6", ("#W2378156",)),
        ("W2378I56", ("#W2378156",)),
        ("W237815", ("#W2378156",)),
        ("W23781566", ("#W2378156",)),
        ("W2378516", ("#W2378156",)),
        ("W2378157", ("#W2378156",)),
        ("8156", ("#W2378156",)),
        ("156", ("#W2378156",)),
        ("order 2378156", ("#W2378156",)),
        ("56", ()),
        ("9999999", ()),
        ("", ()),
        ("hello", ()),
    ],
)
def test_one_slip_in_a_number_of_a_verified_customer_is_forgiven(written, meant):
    assert closest_orders(written, KNOWN) == meant


def test_several_orders_come_back_where_the_slip_fits_several():
    assert closest_orders("1003", ("1001", "1002")) == ("1001", "1002")


def test_an_exact_number_is_not_mixed_with_one_that_is_like_it():
    assert closest_orders("1001", ("1001", "1002", "11001")) == ("1001",)


def test_one_wrong_letter_is_a_slip_and_another_prefix_is_none():
    # One wrong sign, like any other: of the one customer's own orders it still names this one.
    assert closest_orders("X2378156", ("#A2378156", "#W9999999")) == ("#A2378156",)
    assert closest_orders("XYZ2378156", ("#A2378156", "#W9999999")) == ()
