"""Check digits: published examples, and that every single wrong digit is caught where the algorithm promises it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.check_digits import gs1, luhn, mod37_36, modulo, s10, weighted_remainder


@pytest.mark.parametrize(
    ("made", "expected"),
    [(gs1("629104150021"), "3"), (gs1("10614141234567890"), "8"), (luhn("7992739871"), "3"), (s10("47312482"), "9"), (s10("12345678"), "5"), (modulo("331881002", 7), "5"), (mod37_36("008182709980000020033350276"), "C"), (weighted_remainder("98657878885", (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1), 11), "5")],
)  # fmt: skip
def test_published_examples(made: str, expected: str) -> None:
    assert made == expected


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_changes_the_check_digit(digits: str, at: int, by: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert gs1(wrong) != gs1(digits)
    assert luhn(wrong) != luhn(digits)
    assert mod37_36(wrong) != mod37_36(digits)
