"""Postal addresses and post codes of ten countries in customers' words."""

from datetime import date

import pytest

from doorstep.conversations.entities import entities_in, postcode_in
from doorstep.domain.places import Address
from doorstep.domain.talking.understood import EntityKind


def addresses(text: str, region: str) -> list[Address]:
    return [
        one.address for one in entities_in(text, language="en", today=date(2026, 11, 30), region=region) if one.kind is EntityKind.ADDRESS
    ]


@pytest.mark.parametrize(
    ("text", "region", "address"),
    [
        (
            "ship to 215 River Road, Suite 991, New York, NY 10083 please",
            "US",
            Address(lines=("215 River Road", "Suite 991"), city="New York", region="NY", postcode="10083", country="US"),
        ),
        ("101 Highway, New York, 10001", "US", Address(lines=("101 Highway",), city="New York", postcode="10001", country="US")),
        (
            "move it to 592 elm avenue, houston tx 77001",
            "US",
            Address(lines=("592 elm avenue",), city="houston", region="tx", postcode="77001", country="US"),
        ),
        (
            "10 Downing Street, London SW1A 2AA",
            "GB",
            Address(lines=("10 Downing Street",), city="London", postcode="SW1A 2AA", country="GB"),
        ),
        (
            "Flat 3, 22 Baker St, London, NW1 6XE",
            "GB",
            Address(lines=("Flat 3, 22 Baker St",), city="London", postcode="NW1 6XE", country="GB"),
        ),
        (
            "123 Main St, Toronto, ON M5V 2T6, Canada",
            "CA",
            Address(lines=("123 Main St",), city="Toronto", region="ON", postcode="M5V 2T6", country="CA"),
        ),
        (
            "neue Adresse: Hauptstraße 12, 10115 Berlin",
            "DE",
            Address(lines=("Hauptstraße 12",), city="Berlin", postcode="10115", country="DE"),
        ),
        (
            "ich wohne in der Bergstr. 5, 01069 Dresden",
            "DE",
            Address(lines=("Bergstr. 5",), city="Dresden", postcode="01069", country="DE"),
        ),
        ("Am Markt 5a\n80331 München", "DE", Address(lines=("Am Markt 5a",), city="München", postcode="80331", country="DE")),
        ("12 rue de la Paix, 75002 Paris svp", "FR", Address(lines=("12 rue de la Paix",), city="Paris", postcode="75002", country="FR")),
        (
            "3 bis, avenue Foch, Bât B, 69006 Lyon",
            "FR",
            Address(lines=("3 bis, avenue Foch", "Bât B"), city="Lyon", postcode="69006", country="FR"),
        ),
        (
            "Calle Mayor 5, 2º B, 28013 Madrid",
            "ES",
            Address(lines=("Calle Mayor 5", "2º B"), city="Madrid", postcode="28013", country="ES"),
        ),
        ("via Roma 10, 20121 Milano", "IT", Address(lines=("via Roma 10",), city="Milano", postcode="20121", country="IT")),
        ("Rua Augusta 12, 1100-053 Lisboa", "PT", Address(lines=("Rua Augusta 12",), city="Lisboa", postcode="1100-053", country="PT")),
        (
            "Rua das Flores, 123, apto 45, São Paulo, SP 01234-567",
            "BR",
            Address(lines=("Rua das Flores, 123", "apto 45"), city="São Paulo", region="SP", postcode="01234-567", country="BR"),
        ),
        (
            "12 MG Road, Indiranagar, Bengaluru 560038",
            "IN",
            Address(lines=("12 MG Road", "Indiranagar"), city="Bengaluru", postcode="560038", country="IN"),
        ),
    ],
)
def test_an_address_is_taken_apart_as_its_country_writes_it(text, region, address):
    assert addresses(text, region) == [address]


def test_where_no_post_code_tells_more_the_lines_are_all():
    assert addresses("I live on 592 Elm Avenue now", "US") == [Address(lines=("592 Elm Avenue",))]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("in 2 days on my way", "US"),
        ("I ordered 2 lamps and 3 mugs", "US"),
        ("order 1001 is late", "US"),
        ("um 9 Uhr am Markt", "DE"),
        ("le 12 rue", "FR"),
        ("12345 Berlin", "DE"),
        ("it costs 20 a piece, what a way to do business", "US"),
    ],
)
def test_what_is_no_street_is_no_address(text, region):
    assert addresses(text, region) == []


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("zip code 19122", "US", "19122"),
        ("I live in Denver, 80280", "US", "80280"),
        ("my postcode is sw1a 2aa", "GB", "SW1A2AA"),
        ("SW1A 2AA", "GB", "SW1A2AA"),
        ("PLZ 10115", "DE", "10115"),
        ("code postal : 75002", "FR", "75002"),
        ("CEP 01310-100", "BR", "01310100"),
        ("pincode 560038", "IN", "560038"),
    ],
)
def test_a_post_code_is_found_by_its_word_or_its_form(text, region, code):
    found = entities_in(text, language="en", today=date(2026, 11, 30), region=region)
    assert [one.value for one in found if one.kind is EntityKind.POSTCODE] == [code]


def test_five_digits_are_a_post_code_where_one_was_asked_for():
    assert postcode_in("it's 19122", "US").value == "19122"
    assert postcode_in("19122 or 10001", "US") is None
    assert postcode_in("no idea", "US") is None
