"""Whose number it is: every test number of the public collection, honesty about what is open, what country, postcode and own carriers do."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.identifying import MOST, UNCHECKED_MOST, identify, normalised
from doorstep.carriers.identifying.number_formats import FORMATS

COURIERS = Path(__file__).parents[3] / "shared" / "data" / "tracking_numbers" / "couriers"
needs_data = pytest.mark.skipif(not COURIERS.is_dir(), reason="../shared/data/tracking_numbers is not here")
#: The collection's name of a format → ours; those missing here bear the collection's id.
NAMES = {
    "Canpar (22)": "canpar", "Landmark Global LTN": "landmark_ltn", "LaserShip 1LS7 (18)": "lasership_1ls7_18", "Old Dominion": "old_dominion",
    "Old Dominion Guaranteed Shipment": "old_dominion_guaranteed", "UPS Waybill": "ups_waybill", "DPD (28)": "dpd_label", "DPD (14)": "dpd_parcel",
}  # fmt: skip


def numbers(kind: str) -> list[Any]:
    found = []
    for path in sorted(COURIERS.glob("*.json")):
        for one in json.loads(path.read_bytes())["tracking_numbers"]:
            name = NAMES.get(one["name"]) or one["id"]
            found += [pytest.param(name, number, id=f"{name}:{number.strip()}") for number in one["test_numbers"][kind]]
    return found


def formats(number: str) -> set[str]:
    return {name for candidate in identify(number).candidates for name in candidate.formats}


@needs_data
def test_all_numbers_of_the_collection_are_tried() -> None:
    assert (len(numbers("valid")), len(numbers("invalid"))) == (192, 88)


@needs_data
@pytest.mark.parametrize(("name", "number"), numbers("valid"))
def test_a_valid_number_fits_its_format(name: str, number: str) -> None:
    assert name in formats(number)


@needs_data
@pytest.mark.parametrize(("name", "number"), numbers("invalid"))
def test_an_invalid_number_does_not_fit_the_format(name: str, number: str) -> None:
    assert name not in formats(number)


@needs_data
def test_the_likeliest_carrier_is_the_right_one_for_most_valid_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Measure how often the first candidate is the one meant: ambiguous forms keep it under 100 %."""
    first = [identify(one.values[1]).candidates[0].formats for one in numbers("valid")]
    right = sum(one.values[0] in found for one, found in zip(numbers("valid"), first, strict=True))
    with capsys.disabled():
        sys.stdout.write(f"\nfirst candidate right: {right} of {len(first)}\n")
    assert right >= 0.85 * len(first)


def test_a_name_stands_for_one_format() -> None:
    names = [one.name for one in FORMATS]
    assert len(set(names)) == len(names)
    for one in FORMATS:
        assert 0 < one.prior < 1
        assert (one.check is None) == ("check" not in one.pattern.groupindex)


def test_a_check_digit_settles_a_marked_number() -> None:
    found = identify("1z 5r89-3903 5756 7127")
    assert (found.number, found.settled) == ("1Z5R89390357567127", "ups")
    (candidate,) = found.candidates
    assert candidate.confidence == MOST < 1
    assert candidate.facts == {"service": "Ground"}


def test_a_pattern_without_a_check_digit_stays_low_however_well_it_fits() -> None:
    found = identify("TBA000000000000", country="US", own=frozenset({"amazon_shipping"}))
    assert [candidate.confidence for candidate in found.candidates] == [UNCHECKED_MOST]
    assert identify("TBA000000000000").settled is None


def test_what_fits_several_is_open_and_nobody_is_certain() -> None:
    found = identify("92748931507708513018050063")
    assert {"usps", "fedex", "dhl_global_mail", "ups_mail_innovations"} == {candidate.carrier for candidate in found.candidates}
    assert found.candidates[0].carrier == "usps"
    assert found.settled is None
    assert max(candidate.confidence for candidate in found.candidates) < 0.9


def test_the_country_makes_likelier_and_never_invents() -> None:
    number = "331426749957"
    there, elsewhere, nowhere = identify(number, country="Canada"), identify(number, country="DE"), identify(number)
    assert {c.carrier for c in there.candidates} == {c.carrier for c in elsewhere.candidates} == {c.carrier for c in nowhere.candidates}
    by = [next(c.confidence for c in found.candidates if c.carrier == "purolator") for found in (there, nowhere, elsewhere)]
    assert by == sorted(by, reverse=True)
    assert by[0] > by[2]


def test_the_postcode_in_the_number_speaks_for_it_if_it_is_the_places() -> None:
    number = "4201002334249200190132607600833457"
    there, elsewhere = identify(number, postcode="10023"), identify(number, postcode="94105")
    assert there.candidates[0].facts["postcode"] == "10023"
    assert there.candidates[0].confidence >= elsewhere.candidates[0].confidence
    assert len(there.candidates) == len(elsewhere.candidates)


def test_the_merchants_own_carrier_wins() -> None:
    number = "986578788855"
    assert identify(number).candidates[0].carrier == "fedex"
    mine = identify(number, own=frozenset({"gls", "usps"}))
    assert (mine.settled, mine.candidates[0].carrier, mine.candidates[0].own) == ("gls", "gls", True)
    assert identify(number, own=frozenset({"gls", "fedex"})).settled is None
    assert identify("1Z5R89390357567127", own=frozenset({"gls"})).settled == "ups"


def test_an_s10_identifier_names_its_post_and_service() -> None:
    found = identify("RB123456785GB")
    assert (found.settled, found.candidates[0].facts) == ("royalmail", {"service": "registered", "country": "GB"})
    assert identify("RB123456785CV").settled == "upu"
    assert identify("RB123456785XX").candidates == ()


def test_zeros_prove_nothing_and_a_bare_number_needs_its_country_to_settle() -> None:
    assert identify("0" * 15).candidates == ()
    assert identify("414417602289640").candidates == ()
    assert identify("041441760228964").settled is None
    assert identify("041441760228964", country="US").settled == "fedex"


def test_letters_are_never_taken_for_digits_but_asked_about() -> None:
    found = identify("1Z5R8939O357567127")
    assert (found.number, found.candidates, found.did_you_mean) == ("1Z5R8939O357567127", (), ("1Z5R89390357567127",))


@pytest.mark.parametrize("text", ["", " ", "-", "?", "x" * 100, "\uff11\uff12\uff13", "1Z\u00005R", "٣" * 12])
def test_what_is_no_number_is_nobodys(text: str) -> None:
    assert identify(text).candidates == ()


@given(st.text(max_size=70), st.sampled_from([None, "US", "DE", "nowhere"]), st.text(max_size=8))
def test_any_text_has_an_honest_answer(text: str, country: str | None, postcode: str) -> None:
    found = identify(text, country=country, postcode=postcode)
    assert sum(candidate.confidence for candidate in found.candidates) <= 1.05
    assert all(candidate.confidence <= (MOST if candidate.checked else UNCHECKED_MOST) for candidate in found.candidates)
    assert normalised(found.number) == found.number


@given(st.sampled_from(FORMATS).flatmap(lambda one: st.tuples(st.just(one), st.from_regex(one.pattern, fullmatch=True))))
def test_every_format_is_found_where_its_check_digit_fits(made: tuple[Any, str]) -> None:
    one, number = made
    match = one.pattern.fullmatch(number)
    if one.check:
        at = match.start("check")
        number = number[:at] + one.check(match["body"]) + number[at + 1 :]
    fits = one.pattern.fullmatch(number)
    if one.name != "s10" and fits and (not one.check or (fits["body"].strip("0") and one.check(fits["body"]) == fits["check"])):
        assert one.name in formats(number)
