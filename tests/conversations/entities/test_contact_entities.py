"""E-mail addresses, telephones and names in customers' words."""

from datetime import date

import pytest

from doorstep.conversations.entities import entities_in
from doorstep.domain.talking.understood import EntityKind


def values(text: str, kind: EntityKind, language: str = "en", region: str = "US") -> list[str]:
    return [one.value for one in entities_in(text, language=language, today=date(2026, 11, 30), region=region) if one.kind is kind]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("it's Mia.Garcia2723@Example.com", "mia.garcia2723@example.com"),
        ("mia@gmial.com", "mia@gmial.com"),
        ("(person+shop@mail.example.co.uk)", "person+shop@mail.example.co.uk"),
        ("my email is mia at example dot com", "mia@example.com"),
        ("mia (at) example (dot) com", "mia@example.com"),
        ("mi correo es mia arroba example punto com", "mia@example.com"),
        ("mia @ example.com", "mia@example.com"),
        ("mia [at] example.com please", "mia@example.com"),
    ],
)
def test_an_email_address_is_found_however_it_is_spelt(text, address):
    assert values(text, EntityKind.EMAIL) == [address]


@pytest.mark.parametrize("text", ["I ordered at amazon.com", "look at the dot", "meet me at home", "@mia on social media", "a@b"])
def test_what_is_no_email_address_is_none(text):
    assert values(text, EntityKind.EMAIL) == []


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("call me on 415-555-2671", "US", "+14155552671"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+44 7911 123456 is my mobile", "US", "+447911123456"),
        ("ring 07911 123456", "GB", "+447911123456"),
        ("meine Nummer ist 030 23125 123", "DE", "+493023125123"),
        ("mon portable : 06 12 34 56 78", "FR", "+33612345678"),
        ("my mobile is 98765 43210", "IN", "+919876543210"),
        ("phone number 9876543210", "IN", "+919876543210"),
    ],
)
def test_a_telephone_is_read_as_its_region_writes_it(text, region, number):
    assert values(text, EntityKind.PHONE, region=region) == [number]


@pytest.mark.parametrize("text", ["order 4155552671", "ref 4155552671", "tracking number 9400110200881234567890", "12345", "+1 2"])
def test_what_is_an_order_or_a_parcel_is_no_telephone(text):
    assert values(text, EntityKind.PHONE) == []


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("my name is Yusuf Rossi in zip code 19122", "en", "Yusuf Rossi"),
        ("hi, my name is mia garcia and I need help", "en", "mia garcia"),
        ("I'm Mia Garcia", "en", "Mia Garcia"),
        ("this is Ludwig van Beethoven, hello", "en", "Ludwig van Beethoven"),
        ("je m'appelle Jean-Pierre Dupont", "fr", "Jean-Pierre Dupont"),
        ("ich heiße Anna Müller und warte", "de", "Anna Müller"),
        ("me llamo José Núñez", "es", "José Núñez"),
        ("mi chiamo Luca Bianchi", "it", "Luca Bianchi"),
        ("meu nome é João da Silva", "pt", "João da Silva"),
        ("mera naam Priya Sharma hai", "hi", "Priya Sharma"),
        ("मेरा नाम प्रिया शर्मा है", "hi", "प्रिया शर्मा"),
    ],
)
def test_a_name_is_found_behind_the_words_for_it(text, language, name):
    assert values(text, EntityKind.NAME, language) == [name]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I'm not happy", "en"),
        ("I am still waiting for it", "en"),
        ("this is ridiculous", "en"),
        ("it's Friday and nothing came", "en"),
        ("ich bin sehr enttäuscht", "de"),
        ("je suis en colère", "fr"),
        ("soy cliente", "es"),
    ],
)
def test_what_follows_i_am_is_rarely_a_name(text, language):
    assert values(text, EntityKind.NAME, language) in ([], ["Friday"][:0])
