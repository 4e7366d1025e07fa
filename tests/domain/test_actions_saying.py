"""Every refusal, concern, wish and alternative has its sentence in every language, whole with and without its facts."""

import re
import tomllib
from datetime import date
from importlib import resources

import pytest

from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind, Assurance, Outside, Weight
from doorstep.domain.actions.refusals import Concern, Refusal, RefusalCode
from doorstep.domain.actions.saying import (
    concern_text,
    instead_text,
    reason_text,
    refusal_text,
    wish_text,
    words_of,
)
from doorstep.domain.languages import LANGUAGES

FACTS = {
    "name": "Wool blanket",
    "free": 2,
    "allowed": "a, b",
    "rma": "R-1",
    "minutes": 30,
    "last_on": "2026-12-24",
    "first_on": "2026-12-01",
}
HOLE = re.compile(r"\{(\w+)\}")


def forms_of(table):
    return {key: [one] if isinstance(one, str) else one for key, one in table.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_with_its_facts_and_without(language):
    for code in RefusalCode:
        for facts in ({}, FACTS, {"name": ""}):
            told = refusal_text(Refusal(code=code, facts=facts), language)
            assert told.endswith((".", "।"))
            assert "{" not in told
        assert language == "en" or refusal_text(Refusal(code=code), language) != refusal_text(Refusal(code=code), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concern_need_and_alternative_is_written(language):
    words = words_of(language)
    assert set(words.concerns) == {one.value for one in Concern}
    assert all(concern_text(one, language).endswith((".", "।")) for one in Concern)
    assert set(words.needs) == {one.name.lower() for one in Assurance} - {"none"}
    heavy = {one.kind for one in DECLARATIONS.values() if one.weight is not Weight.READ} - {ActionKind.CHANGE_PROFILE}
    assert {ActionKind(one) for one in words.instead if one not in {"lead", "or"}} >= heavy - {
        ActionKind.CONFIRM_AVAILABILITY,
        ActionKind.CONFIRM_COD,
    }
    outside = {one.kind for one in DECLARATIONS.values() if Outside.SHOP in one.outside and one.kind in _asked_for()}
    assert {key.partition(".")[0] for key in words.wishes} >= outside


def _asked_for():
    """Kinds whose cases are told by what was asked for."""
    return {kind for kind, one in DECLARATIONS.items() if {"order.changed", "delivery_change.requested"} & set(one.tells)}


def test_all_languages_have_the_same_keys_and_holes():
    english = words_of("en")
    for language in LANGUAGES:
        words = words_of(language)
        for table in ("refusals", "wishes"):
            own, first = forms_of(getattr(words, table)), forms_of(getattr(english, table))
            assert own.keys() == first.keys()
            for key, forms in own.items():
                assert not HOLE.search(forms[-1]), f"{language} {key} has no form without holes"
                assert [sorted(HOLE.findall(one)) for one in forms] == [sorted(HOLE.findall(one)) for one in first[key]], (language, key)
        for table in ("needs", "concerns", "instead"):
            assert getattr(words, table).keys() == getattr(english, table).keys()


def test_a_language_nobody_wrote_is_told_in_english_and_a_tag_finds_its_language():
    refusal = Refusal(code=RefusalCode.FINAL_SALE)
    assert refusal_text(refusal, "fi") == refusal_text(refusal, "en")
    assert refusal_text(refusal, "pt_BR") == refusal_text(refusal, "pt")


def test_days_are_written_by_the_caller_and_no_sentence_ends_twice():
    def write(name, value):
        return "24 dic." if isinstance(value, date) else f"<{value}>"

    told = refusal_text(Refusal(code=RefusalCode.WINDOW, facts={"last_on": "2026-12-24", "days": 30}), "es", write)
    assert told == "El último día para esto fue: 24 dic."
    assert "<Wool blanket>" in refusal_text(Refusal(code=RefusalCode.FINAL_SALE, facts=FACTS), "en", write)


def test_the_value_of_a_fact_may_have_a_sentence_of_its_own():
    delivered = Refusal(code=RefusalCode.ORDER_STATE, facts={"state": "delivered"})
    assert refusal_text(delivered, "en") == "Your order has arrived already, so this cannot be changed any more."
    assert refusal_text(Refusal(code=RefusalCode.ORDER_STATE, facts={"state": "?"}), "en") == "Your order is too far along for this."
    assert refusal_text(Refusal(code=RefusalCode.QUANTITY, facts={"free": 0}), "en").startswith("All of it is part of a request")


def test_a_refusal_for_want_of_certainty_says_what_is_needed():
    told = refusal_text(Refusal(code=RefusalCode.IDENTITY, needs=Assurance.CODE), "en")
    assert told.endswith("We can send a code to the address or telephone number that we have of you.")


def test_alternatives_are_told_three_at_most_and_nothing_where_there_are_none():
    kinds = (ActionKind.OPEN_EXCHANGE, ActionKind.READ_ORDER, ActionKind.OPEN_CLAIM, ActionKind.TALK_TO_HUMAN, ActionKind.CANCEL_ORDER)
    assert instead_text(Refusal(code=RefusalCode.FINAL_SALE, instead=kinds), "en") == (
        "What you can do instead: exchange it, tell us what is wrong or talk to us."
    )
    assert instead_text(Refusal(code=RefusalCode.FINAL_SALE, instead=kinds[:1]), "de") == "Das ist stattdessen möglich: umtauschen."
    assert instead_text(Refusal(code=RefusalCode.FINAL_SALE, instead=(ActionKind.READ_ORDER,)), "en") == ""


def test_the_reason_of_a_refused_case_is_a_codes_sentence_or_the_words_of_whoever_decided():
    assert reason_text("final_sale", "en") == "This was sold without a right to send it back."
    assert reason_text("window: We told you on the phone.", "en") == "The time for this is over. We told you on the phone."
    assert reason_text(" The seal is broken: see photo. ", "de") == "The seal is broken: see photo."


def test_wishes_are_told_by_their_arguments():
    def write(name, value):
        return f"{value:%d.%m.}" if isinstance(value, date) else str(value)

    assert wish_text(ActionKind.RESCHEDULE, {"on": "2026-12-02", "window": "", "order": "1"}, "de", write) == "Zustellung am 02.12."
    assert wish_text(ActionKind.RESCHEDULE, {"on": "2026-12-02", "window": "09:00-12:00"}, "en", write) == "delivery on 02.12., 09:00-12:00"
    address = {"lines": ["Elm Street 4"], "postcode": "90210", "city": "Springfield", "name": "Noor"}
    assert wish_text(ActionKind.REDIRECT, {"address": address}, "en") == "delivery to Elm Street 4, 90210, Springfield"
    assert wish_text(ActionKind.CONFIRM_COD, {"ready": False}, "en") == "it is not wanted any more"
    assert wish_text(ActionKind.CONFIRM_COD, {"ready": True}, "en") == "the money will be ready"
    for kind in _asked_for():
        assert wish_text(kind, {}, "hi")


def test_nobody_is_suspected_to_their_face():
    for language in LANGUAGES:
        text = resources.files("doorstep.domain.actions").joinpath("words", f"{language}.toml").read_text("utf-8")
        concerns = " ".join(tomllib.loads(text)["concerns"].values()).casefold()
        assert not re.search(r"fraud|betrug|fraude|frode|limit", concerns)
