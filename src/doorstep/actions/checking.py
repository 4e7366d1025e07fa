"""A policy → what contradicts itself in it, in words that say where and what to do."""

import re
from collections.abc import Iterable, Iterator

from doorstep.actions.policy import ClaimRule, Delivering, Fitting, Offer, Policy, Reason, Returning
from doorstep.domain.actions.kinds import Remedy

#: What fields may hold that are texts and not a closed vocabulary of `domain`; the desk's form offers the same.
WAYS = ("label", "qr", "pickup", "drop_off")
GIVES = ("exchange", "partial_refund", "store_credit_bonus", "guide")
DECIDES = ("policy", "human", "carrier")
STEPS = ("looked_around", "asked_household", "asked_neighbours", "asked_carrier")
WHENS = ("ship_first", "after_scan")
_SETTLES = (Remedy.REFUND, Remedy.STORE_CREDIT, Remedy.REPLACEMENT)
_WHOLE, _YEAR, _AGES = 100, 365, 3650
#: Minor units; above it, a typing error.
_MOST_MINOR = 10**12
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_CODE = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")


def faults(policy: Policy) -> Iterator[str]:
    """Find what contradicts itself, one sentence each."""
    yield from _of_reasons(policy.returning)
    yield from _of_returning(policy.returning)
    yield from _of_rules(policy.returning)
    yield from _of_offers(policy.returning)
    yield from _of_claims(policy.claiming.table)
    yield from _of_numbers(policy)
    for kind in policy.delivering.offered:
        if kind not in Delivering().offered:
            yield f"delivering.offered holds {kind}, which is about no parcel under way"


def _of_reasons(returning: Returning) -> Iterator[str]:
    codes = [one.code for one in _every(returning.reasons)]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"the reason {code!r} stands twice in returning.reasons; give each its own code"
    for code in codes:
        if not _CODE.fullmatch(code):
            yield f"the reason {code!r} in returning.reasons: a code is small letters, digits and _, parted by dots, such as fit.too_small"
    for one in _every(returning.reasons):
        for below in one.below:
            if not below.code.startswith(f"{one.code}."):
                yield f"the reason {below.code!r} stands below {one.code!r}; call it {one.code}.{below.code.rpartition('.')[2]}"
    for where, when in _fittings(returning):
        for reason in when.reasons:
            if codes and not any(code == reason or code.startswith(f"{reason}.") for code in codes):
                yield f"{where} is about the reason {reason!r}, which returning.reasons does not have"
    if returning.offered and returning.reason_needed and not codes:
        yield "returning.reason_needed is set, and returning.reasons is empty: nobody could give one"


def _of_returning(returning: Returning) -> Iterator[str]:
    if returning.offered and not returning.ways:
        yield "returning.ways is empty: nothing could come back; offer one of label, qr, pickup, drop_off"
    yield from _strangers("returning.ways", returning.ways, WAYS)
    if returning.exchange_when not in WHENS:
        yield "returning.exchange_when is ship_first or after_scan"
    if returning.refund_days[0] > returning.refund_days[1]:
        yield "returning.refund_days begins after its end"


def _of_rules(returning: Returning) -> Iterator[str]:
    yield from _twice("returning.rules", [one.name for one in returning.rules])
    for n, rule in enumerate(returning.rules):
        yield from _number(f"returning.rules[{n}].days", rule.days, 0, _AGES)
        yield from _number(f"returning.rules[{n}].fee_minor", rule.fee_minor, 0, _MOST_MINOR)
        if rule.when == Fitting() and n + 1 < len(returning.rules):
            yield f"returning.rules[{n}] fits everything, so that those after it never count; put it last"
    for where, when in _fittings(returning):
        yield from _of_countries(f"{where}.when", when.countries)


def _of_offers(returning: Returning) -> Iterator[str]:
    yield from _twice("returning.offers", [one.name for one in returning.offers])
    for n, offer in enumerate(returning.offers):
        where = f"returning.offers[{n}]"
        if offer.gives not in GIVES:
            yield f"{where}.gives is one of {', '.join(GIVES)}"
        if not 0 <= offer.percent <= _WHOLE:
            yield f"{where}.percent is a number from 0 to 100"
        yield from _of_gift(where, offer, returning)


def _of_gift(where: str, offer: Offer, returning: Returning) -> Iterator[str]:
    if offer.gives in {"partial_refund", "store_credit_bonus"} and offer.percent == 0:
        yield f"{where} gives a {offer.gives} of 0 percent: nothing; set percent"
    if offer.gives == "guide" and not offer.url.startswith("https://"):
        yield f"{where} gives a guide: set url to its address, with https://"
    if offer.gives == "exchange" and not returning.exchanges:
        yield f"{where} offers an exchange, and returning.exchanges is false"
    if offer.gives == "store_credit_bonus" and not returning.store_credit:
        yield f"{where} offers store credit, and returning.store_credit is false"


def _of_claims(table: tuple[ClaimRule, ...]) -> Iterator[str]:
    for n, line in enumerate(table):
        where = f"claiming.table[{n}]"
        if not line.claims:
            yield f"{where}.claims is empty: it is about nothing"
        if line.decides not in DECIDES:
            yield f"{where}.decides is one of {', '.join(DECIDES)}"
        if not line.remedies:
            yield f"{where}.remedies is empty: the claim could not end well"
        yield from _strangers(f"{where}.remedies", line.remedies, _SETTLES)
        yield from _strangers(f"{where}.steps", line.steps, STEPS)
        yield from _of_countries(where, line.countries)
        yield from _number(f"{where}.up_to_minor", line.up_to_minor, 0, _MOST_MINOR)
        yield from _number(f"{where}.after_days", line.after_days, 0, _YEAR)
        yield from _number(f"{where}.within_days", line.within_days, 0, _AGES)
        if line.within_days is not None and line.within_days < line.after_days:
            yield f"{where} ends after {line.within_days} days and begins after {line.after_days}: nobody could claim"
        for claim in line.claims:
            if any(claim in earlier.claims and _whoever(earlier) for earlier in table[:n]):
                yield f"{where} is never reached for {claim}: a line before it takes them all; put it first, or give that one a limit"


def _whoever(line: ClaimRule) -> bool:
    return line.up_to_minor is None and not line.countries and not line.tiers


def _of_numbers(policy: Policy) -> Iterator[str]:
    returning, delivering, limits = policy.returning, policy.delivering, policy.limits
    minors = {
        "returning.fee_minor": returning.fee_minor,
        "returning.auto_up_to_minor": returning.auto_up_to_minor,
        "returning.keep_below_minor": returning.keep_below_minor,
        "returning.refund_at_scan_up_to_minor": returning.refund_at_scan_up_to_minor,
        "limits.refunds_minor": limits.refunds_minor,
    }
    for where, minor in minors.items():
        yield from _number(where, minor, 0, _MOST_MINOR, "minor units, such as cents")
    days = {
        "returning.days": (returning.days, 0, _AGES),
        "returning.exchange_days": (returning.exchange_days, 0, _AGES),
        "returning.expires_days": (returning.expires_days, 1, _YEAR),
        "returning.refund_days": (returning.refund_days[0], 0, _YEAR),
        "delivering.most_days": (delivering.most_days, 1, _YEAR),
    }
    for where, (number, least, most) in days.items():
        yield from _number(where, number, least, most, "days")
    others = {
        "returning.credit_bonus_percent": (returning.credit_bonus_percent, 0, _WHOLE),
        "cancelling.within_minutes": (policy.cancelling.within_minutes, 0, 10**6),
        "delivering.most_changes": (delivering.most_changes, 1, 1000),
        "delivering.answer_hours": (delivering.answer_hours, 1, 24 * 30),
        "limits.cases": (limits.cases, 1, 10**9),
        "limits.claims": (limits.claims, 1, 10**9),
        "limits.confirm_minutes": (limits.confirm_minutes, 1, 24 * 60),
    }
    for where, (number, least, most) in others.items():
        yield from _number(where, number, least, most)


def _number(where: str, number: int | None, least: int, most: int, unit: str = "") -> Iterator[str]:
    if number is not None and not least <= number <= most:
        yield f"{where} is a number{' of ' if unit else ''}{unit} from {least} to {most}"


def _strangers(where: str, held: Iterable[str], may: Iterable[str]) -> Iterator[str]:
    allowed = tuple(may)
    for one in held:
        if one not in allowed:
            yield f"{where} holds {str(one)!r}; it may hold {', '.join(allowed)}"


def _of_countries(where: str, countries: Iterable[str]) -> Iterator[str]:
    for one in countries:
        if not _COUNTRY.fullmatch(one):
            yield f"{where}.countries holds {one!r}; a country is two letters, such as DE"


def _twice(where: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{where} holds two of the name {name!r}; give each its own"


def _fittings(returning: Returning) -> Iterator[tuple[str, Fitting]]:
    yield from ((f"returning.rules[{n}]", rule.when) for n, rule in enumerate(returning.rules))
    yield from ((f"returning.offers[{n}]", offer.when) for n, offer in enumerate(returning.offers))


def _every(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    for one in reasons:
        yield one
        yield from _every(one.below)
