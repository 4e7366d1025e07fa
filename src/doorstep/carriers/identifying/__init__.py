"""A tracking number, and where it goes → whose it may be, each with a confidence; ambiguous stays ambiguous."""

import re
from collections.abc import Callable, Iterator

import msgspec

from doorstep.carriers.countries import country_of
from doorstep.carriers.identifying.number_formats import FORMATS, NumberFormat
from doorstep.carriers.posts import POSTS

#: A format without a check digit never gets more.
UNCHECKED_MOST = 0.4
#: Nothing read off a number is certain.
MOST = 0.99
#: One candidate is taken for the answer from here, if no other gets more than the second figure.
_SETTLED, _BESIDE = 0.95, 0.1
#: How much better or worse the odds become: own carrier; delivers in the country; does not; the postcode in the number is the place's; is not.
_OWN, _HERE, _ELSEWHERE, _SAME_POSTCODE, _OTHER_POSTCODE = 20.0, 3.0, 0.25, 20.0, 0.05
_LONGEST = 60
#: Printed between groups: white space, dashes of all kinds, dots; and what copying leaves behind.
_BETWEEN = re.compile("[\\s.\u00ad\u200b\u200e\u200f\u2010-\u2015\u2060\ufeff-]+")
#: Two-letter codes of the locale data that are no countries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier whose number it may be."""

    #: Slug; "upu" for an S10 identifier of a post we have no slug for.
    carrier: str
    #: 0 to `MOST`: the chance that the number is this carrier's.
    confidence: float
    #: Names of the formats that fit, the likeliest first.
    formats: tuple[str, ...]
    #: A check digit was there and is right.
    checked: bool
    #: One of the merchant's own carriers.
    own: bool = False
    #: What the number itself says: "service", "country", "postcode".
    facts: dict[str, str] = {}


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number."""

    #: Spaces and dashes removed, upper case; nothing else changed.
    number: str
    #: Own carriers first, then the likeliest.
    candidates: tuple[Candidate, ...]
    #: The carrier, if there is no reasonable doubt; None: it stays open.
    settled: str | None
    #: Numbers with 0 for O or 1 for I whose check digit would then be right: to be asked about, never assumed.
    did_you_mean: tuple[str, ...] = ()


class _Fit(msgspec.Struct, frozen=True):
    format: NumberFormat
    carrier: str
    odds: float
    facts: dict[str, str]


def normalised(text: str) -> str:
    """Write a number the way formats are judged: no spaces, dashes or dots, upper case. O stays O and 0 stays 0."""
    return _BETWEEN.sub("", text).upper()


def identify(text: str, *, country: str | None = None, postcode: str | None = None, own: frozenset[str] = frozenset()) -> Identified:
    """Find whose number it may be.

    `country` (any spelling) and `postcode` are where the parcel goes: they change how likely a candidate is, never whether it is one.
    `own`: slugs of the carriers the merchant uses; a single one of them that fits is the answer.
    """
    number = normalised(text)
    fits = list(_fits(number, country_of(country), normalised(postcode or ""), own)) if 0 < len(number) <= _LONGEST else []
    candidates = _candidates(fits, own)
    meant = () if any(candidate.checked for candidate in candidates) else _meant(number)
    return Identified(number=number, candidates=candidates, settled=_settled(candidates), did_you_mean=meant)


def _fits(number: str, country: str | None, postcode: str, own: frozenset[str]) -> Iterator[_Fit]:
    for one in FORMATS:
        found = one.pattern.fullmatch(number)
        if found is None or (one.check and not _right(one.check, found)):
            continue
        said = found.groupdict()
        issued_by = said.get("country")
        if issued_by is not None and (country_of(issued_by) != issued_by or issued_by in _NO_COUNTRIES):
            continue
        carrier = one.carrier or POSTS.get(issued_by or "", "upu")
        odds = one.prior / (1 - one.prior) * (one.modulus if one.check else 1)
        if country and one.countries:
            odds *= _HERE if country in one.countries else _ELSEWHERE
        if postcode and (printed := said.get("zip")):
            odds *= _SAME_POSTCODE if printed.lstrip("0").startswith(postcode[:5].lstrip("0") or "0") else _OTHER_POSTCODE
        yield _Fit(one, carrier, odds * (_OWN if carrier in own else 1), _facts(one, said))


def _right(check: Callable[[str], str], found: re.Match[str]) -> bool:
    """Tell whether the check digit is right; a body of zeros, for which every algorithm makes zero, proves nothing."""
    return found["body"].strip("0") != "" and check(found["body"]) == found["check"]


def _facts(one: NumberFormat, said: dict[str, str | None]) -> dict[str, str]:
    service = one.services.get(said.get("service") or "")
    told = {"service": service, "country": said.get("country"), "postcode": said.get("zip")}
    return {name: value for name, value in told.items() if value}


def _candidates(fits: list[_Fit], own: frozenset[str]) -> tuple[Candidate, ...]:
    """Share the chance out by the odds of each carrier's best format; one part is kept for "none of these"."""
    by_carrier: dict[str, list[_Fit]] = {}
    for fit in sorted(fits, key=lambda fit: -fit.odds):
        by_carrier.setdefault(fit.carrier, []).append(fit)
    total = 1 + sum(mine[0].odds for mine in by_carrier.values())
    found = [_candidate(carrier, mine, total, own=carrier in own) for carrier, mine in by_carrier.items()]
    return tuple(sorted(found, key=lambda candidate: (not candidate.own, -candidate.confidence, candidate.carrier)))


def _candidate(carrier: str, mine: list[_Fit], total: float, *, own: bool) -> Candidate:
    checked = any(fit.format.check for fit in mine)
    facts: dict[str, str] = {}
    for fit in mine:
        facts = fit.facts | facts
    return Candidate(
        carrier=carrier,
        confidence=round(min(mine[0].odds / total, MOST if checked else UNCHECKED_MOST), 2),
        formats=tuple(fit.format.name for fit in mine),
        checked=checked,
        own=own,
        facts=facts,
    )


def _settled(candidates: tuple[Candidate, ...]) -> str | None:
    mine = [candidate for candidate in candidates if candidate.own]
    if mine:
        return mine[0].carrier if len(mine) == 1 else None
    likely = [candidate for candidate in candidates if candidate.confidence > _BESIDE]
    return likely[0].carrier if len(likely) == 1 and likely[0].confidence >= _SETTLED else None


def _meant(number: str) -> tuple[str, ...]:
    """Try the letters O and I as digits: all of them, or all but those of a prefix or an ending."""
    tries = {number.replace("O", "0"), number.replace("I", "1"), number.replace("O", "0").replace("I", "1")}
    tries |= {number[:2] + one[2:-2] + number[-2:] for one in tries} if len(number) > 4 else set()  # noqa: PLR2004 - both ends of S10
    return tuple(sorted(one for one in tries - {number} if any(fit.format.check for fit in _fits(one, None, "", frozenset()))))
