"""A few words of an answer → the reason, the way of paying, the place in a list that they mean; what stands in them by chance means none."""

import pytest

from doorstep.conversations.talks.meaning import method_meant, reason_meant
from doorstep.conversations.talks.ordinals import ordinal_in
from doorstep.domain.actions.kinds import MethodKind
from doorstep.domain.actions.known import Method

REASONS = (
    ("fit.too_small", "Too small"),
    ("taste.colour", "The colour"),
    ("taste.changed_mind", "Other"),
    ("order.too_late", "Came too late"),
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("man badal gaya", "taste.changed_mind"),
        ("मन बदल गया", "taste.changed_mind"),
        ("brauche ich nicht mehr", "taste.changed_mind"),
        ("mudei de ideia", "taste.changed_mind"),
        ("छोटा है", "fit.too_small"),
        ("zu klein", "fit.too_small"),
        ("बहुत देर से आया", "order.too_late"),
        ("was kostet der Versand?", ""),
        ("order 1001", ""),
        ("the orange one", ""),
        ("", ""),
    ],
)
def test_a_reason_is_told_in_the_customers_words(said: str, reason: str) -> None:
    assert reason_meant(said, REASONS) == reason


@pytest.mark.parametrize("said", ["Geschenkgutschein", "mit dem Gutschein", "vale-presente", "गिफ्ट कार्ड"])
def test_a_way_of_paying_is_told_in_either_script_and_in_compounds(said: str) -> None:
    gift, card = Method(method_id="g", kind=MethodKind.GIFT_CARD), Method(method_id="c", kind=MethodKind.CARD)
    assert method_meant(said, (card, gift)) == gift


@pytest.mark.parametrize(
    ("said", "place"),
    [("die zweite", 2), ("दूसरा वाला", 2), ("dusra wala", 2), ("a primeira", 1), ("आख़िरी", 3), ("तीसरी", 3), ("dusre din", 0)],
)
def test_a_place_in_a_list_is_told_in_words(said: str, place: int) -> None:
    assert ordinal_in(said, 3) == place
