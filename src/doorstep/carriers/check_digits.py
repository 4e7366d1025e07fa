"""Digits → the check digit they should carry, by each of the published algorithms; pure arithmetic, no carrier known here."""

from collections.abc import Sequence

#: ISO/IEC 7064 MOD 37,36 alphabet.
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_S10 = (8, 6, 4, 2, 3, 5, 9, 7)


def weighted10(digits: Sequence[int], *, last: int, before: int) -> int:
    """Weigh digits from the right by `last`, `before`, `last`, … and return what completes the sum to a multiple of ten."""
    total = sum(digit * (before if place % 2 else last) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def gs1(text: str) -> str:
    """Return the check digit of a GS1 key (GTIN, SSCC, GLN, …) and of USPS's barcodes: weights 3, 1 from the right."""
    return str(weighted10([int(digit) for digit in text], last=3, before=1))


def luhn(text: str) -> str:
    """Return the check digit of ISO/IEC 7812 (double every second digit from the right, cast out nines)."""
    doubled = [int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(text))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)  # noqa: PLR2004 - one digit


def modulo(text: str, divisor: int) -> str:
    """Return the number's remainder: DHL Express divides by seven."""
    return str(int(text) % divisor)


def weighted_remainder(text: str, weights: Sequence[int], divisor: int) -> str:
    """Weigh from the left, take the remainder, and of that the last digit (FedEx: 3, 1, 7 …, eleven)."""
    return str(sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % divisor % 10)


def s10(text: str) -> str:
    """Return the check digit of a UPU S10 identifier's eight digits."""
    left = 11 - sum(int(digit) * weight for digit, weight in zip(text, _S10, strict=True)) % 11
    return str({10: 0, 11: 5}.get(left, left))


def mod37_36(text: str) -> str:
    """Return the check character of ISO/IEC 7064 MOD 37,36 (DPD's labels)."""
    product = 36
    for character in text:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
