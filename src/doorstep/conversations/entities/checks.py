"""Letters and digits → whether the check digit of a carrier's number fits, and how much that proves.

Sources: UPU S10 (check digit by weights 8 6 4 2 3 5 9 7, modulo 11), GS1 General Specifications (weights 3, 1, modulo 10: USPS, SSCC),
UPS Tracking Number specification (letters as digits, odd places doubled), FedEx Express (weights 3, 1, 7, modulo 11), as known on 2026-11-22.
"""

import re

_S10 = (8, 6, 4, 2, 3, 5, 9, 7)
_FEDEX = (3, 1, 7)

_FORM_S10 = re.compile(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}", re.ASCII)
_FORM_UPS = re.compile(r"1Z([A-Z0-9]{15})(\d)", re.ASCII)
_FORM_USPS = re.compile(r"(?:420\d{5}(?:\d{4})?)?(9[1-6]\d{18,24})", re.ASCII)
#: Twenty digits and more of nothing else but a carrier's barcode, fifteen of FedEx's ground parcels.
_FORM_LONG = re.compile(r"\d{15}|\d{20}|\d{22}|3[234]\d{30}|[0-8]\d{33}|96\d{32}", re.ASCII)
_FORM_SSCC = re.compile(r"00\d{18}", re.ASCII)
_FORM_FEDEX = re.compile(r"\d{12}", re.ASCII)
#: Forms that are carriers' own, whatever their digits: letters before so many digits as nobody numbers orders with.
_FORM_OWN = re.compile(
    r"TB[ACM]\d{12}|JJ?D\d{14,20}|GM\d{16,18}|1LS[7C][A-Z0-9]{10,17}|[CD]\d{14}|L[AIEHNX][1-3]\d{7}|LTN\d{8,9}N\d|SP\d{18}|GFUS\d{14}|YT\d{16}"
    r"|3S[A-Z0-9]{9,15}|JVGL\d{10,20}|[CDKLSUXZ]\d{21}|DT\d{12}|H\d{19}|00\d{25}[A-Z0-9]",
    re.ASCII,
)

#: No shop numbers its orders with more digits.
_LONGEST_ORDER = 24

#: How sure a number is a carrier's when its check digit fits: one in ten of random numbers passes a check of modulo ten.
_BY_PREFIX, _BY_DIGIT, _BY_FORM = 0.97, 0.6, 0.8


def _gs1(digits: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def _s10(body: str, check: str) -> bool:
    left = 11 - sum(int(digit) * weight for digit, weight in zip(body, _S10, strict=True)) % 11
    return {10: 0, 11: 5}.get(left, left) == int(check)


def _ups(body: str, check: str) -> bool:
    # Letters count as their place in the alphabet by steps of one from A = 2, modulo ten.
    digits = [int(one) if one.isdigit() else (ord(one) - 63) % 10 for one in body]
    total = sum(digit * (2 if place % 2 else 1) for place, digit in enumerate(digits))
    return -total % 10 == int(check)


def _fedex(number: str) -> bool:
    total = sum(int(digit) * _FEDEX[place % 3] for place, digit in enumerate(number[:11]))
    return total % 11 % 10 == int(number[11])


def sureness(number: str) -> float:
    """Tell how sure a number (upper case, no signs) is a carrier's by its look alone, 0 to 1; 0.0: it does not look like one."""
    if found := _FORM_S10.fullmatch(number):
        return _BY_PREFIX if _s10(found[1], found[2]) else 0.3
    if found := _FORM_UPS.fullmatch(number):
        return 0.99 if _ups(found[1], found[2]) else 0.5
    if found := _FORM_USPS.fullmatch(number) or _FORM_SSCC.fullmatch(number):
        return _BY_PREFIX if _gs1(found[found.lastindex or 0]) else 0.2
    if _FORM_OWN.fullmatch(number):
        return _BY_FORM
    if _FORM_FEDEX.fullmatch(number) and number.strip("0"):
        return _BY_DIGIT if _fedex(number) else 0.0
    return 0.5 if _FORM_LONG.fullmatch(number) and (_gs1(number) or len(number) > _LONGEST_ORDER) else 0.0
