"""What a carrier's desk and a merchant's people are written about an errand: all they have to know, in their language, on lines of their own."""

import tomllib
from importlib.resources import files

import pytest

from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandLine, ErrandOrder
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.messages.notices.requests import Why, carrier_request, desk_task, why_text

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "hi")
ADDRESS = {"name": "Ana Ruiz", "lines": ["Calle Mayor 1"], "city": "Madrid", "postcode": "28013", "country": "ES"}


def errand(kind: ErrandKind = ErrandKind.DELIVERY_CHANGE, **body: object) -> ErrandOrder:
    return ErrandOrder(errand_id=1, kind=kind, key="k", rma="D-7K2M9Q", order="1001", order_number="#1001", body=body)


def words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files("doorstep.messages.notices") / f"task_{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_with_the_same_holes(language: str) -> None:
    own, english = words(language), words("en")
    assert {name: list(table) for name, table in own.items()} == {name: list(table) for name, table in english.items()}
    assert set(own["tasks"]) == set(ErrandKind)
    assert set(own["whys"]) == set(Why)
    for name, table in own.items():
        for key, text in table.items():
            for hole in ("{why}", "{url}", "{units}", "{line}", "{variant}"):
                assert text.count(hole) == english[name][key].count(hole), (name, key)
            if language != "en" and name in {"tasks", "whys"}:
                assert text != english[name][key], (name, key)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ErrandKind)
def test_a_task_names_case_order_amount_and_items(language: str, kind: ErrandKind) -> None:
    order = ErrandOrder(
        errand_id=1,
        kind=kind,
        key="k",
        rma="R-7K2M9Q",
        order="1001",
        order_number="#1001",
        lines=(ErrandLine(line_id="11", quantity=2, wanted_id="201"), ErrandLine(line_id="12", quantity=1)),
        amount=Money(2550, "EUR"),
        body={"reason": "ordered by\nmistake", "address": ADDRESS, "there": False},
    )
    told = desk_task(order, "Brand", Why.FAILED, "Shopify says no.", "https://desk.example/1", language)
    assert words(language)["tasks"][kind] in told.subject
    for needed in ("R-7K2M9Q", "#1001", "25.50 EUR", "ordered by mistake", "Calle Mayor 1", "201", "https://desk.example/1"):
        assert needed in told.text, needed
    assert "{" not in told.subject + told.text
    assert "no.." not in told.text
    assert "\n" not in told.subject


def test_a_carrier_is_told_all_it_has_to_know_and_a_reminder_says_that_it_is_one() -> None:
    wish = errand(shipment="N1", carrier="gls", change="redirect", address=ADDRESS, note="ring\ntwice")
    first = carrier_request(wish, Address(name="Ana Ruiz", lines=("Old 1",), city="Toledo", country="ES"), "Brand")
    assert first.subject == "Deliver to another address: N1 (D-7K2M9Q)"
    for needed in (
        "Tracking number: N1",
        "New address: Ana Ruiz, Calle Mayor 1, 28013, Madrid, ES",
        "Old 1",
        "ring twice",
        "#1001",
        "Brand",
    ):
        assert needed in first.text
    again = carrier_request(wish, None, "Brand", again=True)
    assert again.subject.startswith("Reminder: ")
    assert "not to be done twice" in again.text


def test_why_is_written_in_english_for_the_desk() -> None:
    assert why_text(Why.UNANSWERED, "12") == "Nobody has answered for 12 hours."
    assert why_text(Why.FAILED, "no {url} here.") == "It did not get through: no {url} here."
