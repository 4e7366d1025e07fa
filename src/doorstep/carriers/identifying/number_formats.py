"""The one table of tracking number formats: what a number looks like, which check digit it bears, whose it may be."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from doorstep.carriers.check_digits import gs1, luhn, mod37_36, modulo, s10, weighted10, weighted_remainder

_US = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_CA, _GB, _DE, _NL = frozenset({"CA"}), frozenset({"GB"}), frozenset({"DE"}), frozenset({"NL"})
_NORTH_AMERICA = _US | _CA
_UA = frozenset({"UA"})
_DPD = frozenset("AT BE CH CZ DE EE ES FR GB HR HU IE LT LU LV NL PL PT RO SI SK".split())  # noqa: SIM905 - a table is read easier so
_GLS = _DPD | {"DK", "FI", "IT", "SE", "US"}
_FEDEX12 = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
_FEDEX14 = (1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)


class NumberFormat(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which one carrier writes its numbers (spaces and dashes removed, upper case)."""

    name: str
    #: Slug; "" for an S10 identifier, whose country names the post.
    carrier: str
    #: Fits the whole number. Group `body` is what the check digit is made of, `check` the digit; `zip`, `service` and `country` are facts.
    pattern: re.Pattern[str]
    #: Our estimate of the share of numbers that look like this (their check digit not yet judged) which are this carrier's, 0 to 1.
    prior: float
    #: Makes of the body the digit it should bear; None: the format has none that is known.
    check: Callable[[str], str] | None = None
    #: How many different values the check digit takes.
    modulus: int = 10
    #: Where parcels with such numbers are delivered; empty: anywhere.
    countries: frozenset[str] = frozenset()
    #: Service code in the number → its name.
    services: Mapping[str, str] = {}


def _f(
    name: str,
    carrier: str,
    pattern: str,
    prior: float,
    check: Callable[[str], str] | None = None,
    *,
    modulus: int = 10,
    countries: frozenset[str] = frozenset(),
    services: Mapping[str, str] = MappingProxyType({}),
) -> NumberFormat:
    return NumberFormat(
        name=name,
        carrier=carrier,
        pattern=re.compile(pattern, re.ASCII),
        prior=prior,
        check=check,
        modulus=modulus,
        countries=countries,
        services=services,
    )


def _ups(body: str) -> str:
    """Weigh digits 1, 2, 1 …; letters count as (code - 63) modulo ten: A is 2, B is 3."""
    return str(weighted10([int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body], last=1, before=2))


def _ontrac(lead: str) -> Callable[[str], str]:
    """Put the digit that stands for the letter before the body, unless it is there."""
    return lambda body: str(weighted10([int(c) for c in (body if body.startswith(lead) else lead + body)], last=2, before=1))


def _usps_legacy(body: str) -> str:
    """Check with the application identifier 91, printed or not."""
    return gs1(body if len(body) == 21 and body.startswith("91") else "91" + body)  # noqa: PLR2004 - identifier and 19 digits


def _smartpost(body: str) -> str:
    """Check with the application identifier 92, which is not printed."""
    return gs1("92" + body)


def _dhl7(body: str) -> str:
    return modulo(body, 7)


def _fedex12(body: str) -> str:
    return weighted_remainder(body, _FEDEX12, 11)


def _fedex14(body: str) -> str:
    return weighted_remainder(body, _FEDEX14, 11)


def _dhl_identcode(body: str) -> str:
    """Weigh 4, 9, 4 … (Deutsche Post's Identcode)."""
    return str(weighted10([int(c) for c in body], last=4, before=9))


_S10_SERVICES = {
    "C": "parcel", "E": "EMS", "H": "e-commerce parcel", "L": "tracked letter", "M": "M bag", "Q": "business reply", "R": "registered",
    "U": "untracked letter", "V": "insured",
}  # fmt: skip
_UPS_SERVICES = {"01": "Next Day Air", "02": "2nd Day Air", "03": "Ground", "12": "3 Day Select", "YW": "SurePost"}
_UPS_WAYBILL = r"[AHJKTV](?P<body>\d{9})(?P<check>\d)"
_TO_ZIP = r"(?:420(?P<zip>\d{5})(?:\d{4})?)?"
_IMPB_MAILER9, _IMPB_MAILER6 = r"9\d{8}(?:\d{11}|\d{7})", r"[0-8]\d{5}(?:\d{14}|\d{10})"
_IMPB_N = rf"{_TO_ZIP}(?P<body>94\d{{3}}(?:9\d{{8}}\d{{15}}|{_IMPB_MAILER9}|{_IMPB_MAILER6}))(?P<check>\d)"
_IMPB_C = (
    rf"{_TO_ZIP}(?P<body>(?:92\d{{3}}{_IMPB_MAILER9}|93\d{{3}}{_IMPB_MAILER6}|95\d{{3}}(?:{_IMPB_MAILER9}|{_IMPB_MAILER6})))(?P<check>\d)"
)
_IMPB_CONSOLIDATED = rf"{_TO_ZIP}(?P<body>(?:92\d{{3}}{_IMPB_MAILER9}|93\d{{3}}{_IMPB_MAILER6}))(?P<check>\d)"

#: Source: the carriers' own guides to labels and numbers (UPU S10; UPS, FedEx and DHL label guides; USPS Publication 199; DPD parcel
#: label specification; GS1 General Specifications) as known on 2026-11-22; the priors are estimates of ours, to be read as orders of size.
FORMATS: tuple[NumberFormat, ...] = (
    _f("s10", "", r"(?P<service>[A-Z])[A-Z](?P<body>\d{8})(?P<check>\d)(?P<country>[A-Z]{2})", 0.95, s10, services=_S10_SERVICES),
    _f("ups", "ups", r"1Z(?P<body>[A-Z0-9]{6}(?P<service>[A-Z0-9]{2})[A-Z0-9]{7})(?P<check>\d)", 0.97, _ups, services=_UPS_SERVICES),
    _f("ups_waybill", "ups", _UPS_WAYBILL, 0.6, _ups),
    _f("ups_mail_innovations", "ups_mail_innovations", r"MI\d{6}[A-Z0-9]{1,22}", 0.8, countries=_US),
    _f("ups_mail_innovations_impb", "ups_mail_innovations", _IMPB_CONSOLIDATED, 0.1, gs1, countries=_US),
    _f("fedex_12", "fedex", r"(?P<body>\d{11})(?P<check>\d)", 0.4, _fedex12),
    _f("fedex_34", "fedex", r"[0-8]\d{14}(?P<zip>\d{5})(?P<body>\d{13})(?P<check>\d)", 0.9, _fedex14, countries=_NORTH_AMERICA),
    _f("fedex_astra_32", "fedex", r"3\d{15}(?P<body>\d{11})(?P<check>\d)\d{4}", 0.7, _fedex12),
    _f("fedex_ground", "fedex", r"(?P<body>\d{14})(?P<check>\d)", 0.6, gs1, countries=_NORTH_AMERICA),
    _f("fedex_ground_sscc_18", "fedex", r"(?P<body>\d{17})(?P<check>\d)", 0.2, gs1, countries=_NORTH_AMERICA),
    _f("fedex_ground_96", "fedex", r"96\d{5}(?P<body>\d{14})(?P<check>\d)", 0.9, gs1, countries=_NORTH_AMERICA),
    _f("fedex_ground_gsn", "fedex", r"96\d{2}\d{5}\d{10}\d(?P<body>\d{13})(?P<check>\d)", 0.95, _fedex14, countries=_NORTH_AMERICA),
    _f("fedex_smartpost", "fedex", _IMPB_CONSOLIDATED, 0.2, gs1, countries=_US),
    _f("fedex_smartpost_20", "fedex", r"(?P<body>6129\d{15})(?P<check>\d)", 0.6, _smartpost, countries=_US),
    _f("fedex_door_tag", "fedex", r"DT\d{12}", 0.9, countries=_NORTH_AMERICA),
    _f("usps_20", "usps", r"(?P<body>\d{19})(?P<check>\d)", 0.5, gs1, countries=_US),
    _f("usps_legacy", "usps", rf"{_TO_ZIP}(?P<body>(?:91)?\d{{19}})(?P<check>\d)", 0.5, _usps_legacy, countries=_US),
    _f("usps_impb_n", "usps", _IMPB_N, 0.95, gs1, countries=_US),
    _f("usps_impb_c", "usps", _IMPB_C, 0.7, gs1, countries=_US),
    _f("dhl_express", "dhl_express", r"(?P<body>\d{9,10})(?P<check>\d)", 0.4, _dhl7, modulus=7),
    _f("dhl_express_piece_id", "dhl_express", r"J[A-Z]{2,3}\d{9,10}", 0.6),
    _f("dhl_ecommerce", "dhl_global_mail", r"(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[0-9A-Z]*\d)[0-9A-Z]{10,39}", 0.6),
    _f("dhl_ecommerce_14", "dhl_global_mail", r"\d{14}", 0.15),
    _f("dhl_ecommerce_impb", "dhl_global_mail", _IMPB_CONSOLIDATED, 0.15, gs1, countries=_US),
    _f("dhl_ecommerce_impb_n", "dhl_global_mail", _IMPB_N, 0.05, gs1, countries=_US),
    _f("dhl_paket_identcode", "dhl_parcel_de", r"(?P<body>\d{11})(?P<check>\d)", 0.15, _dhl_identcode, countries=_DE),
    _f("dhl_paket_sscc", "dhl_parcel_de", r"(?:00)?(?P<body>34043\d{12})(?P<check>\d)", 0.9, gs1),
    _f("dhl_paket_licence_plate", "dhl_parcel_de", r"JJ?D\d{16,20}", 0.3),
    _f("ontrac_c", "ontrac", r"C(?P<body>\d{13})(?P<check>\d)", 0.9, _ontrac("4"), countries=_US),
    _f("ontrac_d", "ontrac", r"D(?P<body>\d{13})(?P<check>\d)", 0.9, _ontrac("5"), countries=_US),
    _f("amazon_logistics", "amazon_shipping", r"TB[ACM]\d{12}", 0.98),
    _f("amazon_international", "amazon_shipping", r"[AFC]\d{10}", 0.5),
    _f("lasership_lx", "lasership", r"L[AIEHNX][1-3]\d{7}", 0.8, countries=_US),
    _f("lasership_1ls7", "lasership", r"1LS7[12]\d{10}", 0.95, countries=_US),
    _f("lasership_1ls7_18", "lasership", r"1LS7[12]\d{2}01[1234]\d{6}1", 0.95, countries=_US),
    _f("lasership_1ls7_20", "lasership", r"1LS7[12]\d{15}", 0.9, countries=_US),
    _f("lasership_1lscx", "lasership", r"1LSCX[0-9A-Z]{10}", 0.95, countries=_US),
    _f("canada_post", "canadapost", r"(?P<body>\d{15})(?P<check>\d)", 0.5, gs1, countries=_CA),
    _f("canpar", "canpar", r"[CDKLSUXZ]\d{21}", 0.8, countries=_CA),
    _f("purolator_numeric", "purolator", r"(?P<body>[0-5]\d{10})(?P<check>\d)", 0.15, luhn, countries=_CA),
    _f("purolator_alpha", "purolator", r"[A-Z]{3}\d{9}", 0.5, countries=_CA),
    _f("landmark_ltn", "landmark", r"LTN\d{8,9}N\d", 0.98),
    _f("old_dominion", "old_dominion", r"(?P<body>(?:77[78]|072|780)\d{7})(?P<check>\d)", 0.4, luhn, countries=_NORTH_AMERICA),
    _f("old_dominion_guaranteed", "old_dominion", r"(?P<body>80\d{8})(?P<check>\d)", 0.4, luhn, countries=_NORTH_AMERICA),
    _f("speedee", "speedee", r"SP\d{18}", 0.95, countries=_US),
    _f("gofo_us", "gofo", r"GFUS\d{14}", 0.98, countries=_US),
    _f("yodel", "yodel", r"JJ?D\d{16}", 0.6, countries=_GB),
    _f("yunexpress", "yunexpress", r"YT\d{16}", 0.9),
    _f("dpd_label", "dpd", r"(?P<body>(?P<zip>\d{7})\d{14}\d{3}\d{3})(?P<check>[0-9A-Z])", 0.9, mod37_36, modulus=36, countries=_DPD),
    _f("dpd_parcel", "dpd", r"(?P<body>\d{14})(?P<check>[0-9A-Z])", 0.5, mod37_36, modulus=36, countries=_DPD),
    _f("dpd_parcel_bare", "dpd", r"\d{14}", 0.4, countries=_DPD),
    _f("gls_parcel", "gls", r"\d{11,12}", 0.15, countries=_GLS),
    _f("postnl_3s", "postnl", r"3S[A-Z0-9]{9,15}", 0.95, countries=_NL | {"BE"}),
    _f("inpost_pl", "inpost_pl", r"[56]\d{23}", 0.8, countries=frozenset({"PL"})),
    _f("inpost", "inpost", r"[56]\d{23}", 0.2, countries=frozenset({"PL", "GB", "IT", "FR"})),
    _f("bpost", "bpost", r"3232\d{20}", 0.9, countries=frozenset({"BE"})),
    _f("dhl_nl_jvgl", "dhl_nl", r"JVGL\d{14,20}", 0.8, countries=_NL),
    _f("hermes_h", "hermes", r"H\d{19}", 0.8),
    _f("hermes_14", "hermes", r"\d{14}", 0.15, countries=_DE),
    _f("swisspost_18", "swisspost", r"9[89]\d{16}", 0.5, countries=frozenset({"CH", "LI"})),
    _f("colissimo", "colissimo", r"[5-9][A-Z]\d{11}", 0.6, countries=frozenset({"FR", "MC"})),
    _f("cainiao_lp", "cainiao", r"LP\d{11,14}", 0.8),
    _f("shopee_spx", "shopee_xpress", r"SPX[A-Z]{2}\d{10,14}", 0.95),
    _f("ukrposhta_13", "ukrposhta", r"05\d{11}", 0.5, countries=_UA),
    _f("nova_poshta", "nova_poshta", r"(?:20|59)\d{12}", 0.4, countries=_UA),
    _f("nova_post", "nova_post", r"(?:20|59)\d{12}|NP\d{14}NPG", 0.3, countries=_UA),
)  # fmt: skip
