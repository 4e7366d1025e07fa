"""A policy → what contradicts itself in it, in words that say where and what to do."""

from collections.abc import Iterator

from doorstep.actions.policy import Delivering, Fitting, Policy, Reason, Returning

_WAYS = ("label", "qr", "pickup", "drop_off")
_GIVES = ("exchange", "partial_refund", "store_credit_bonus", "guide")
_DECIDES = ("policy", "human", "carrier")
_STEPS = ("looked_around", "asked_household", "asked_neighbours", "asked_carrier")
_WHOLE = 100


def faults(policy: Policy) -> Iterator[str]:
    """Find what contradicts itself, one sentence each."""
    yield from _of_reasons(policy.returning)
    yield from _of_returning(policy.returning)
    yield from _of_offers(policy.returning)
    yield from _of_claims(policy)
    for kind in policy.delivering.offered:
        if kind not in Delivering().offered:
            yield f"delivering.offered holds {kind}, which is about no parcel under way"


def _of_reasons(returning: Returning) -> Iterator[str]:
    codes = [one.code for one in _every(returning.reasons)]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"the reason {code!r} stands twice in returning.reasons; give each its own code"
    for where, when in _fittings(returning):
        for reason in when.reasons:
            if codes and not any(code == reason or code.startswith(f"{reason}.") for code in codes):
                yield f"{where} is about the reason {reason!r}, which returning.reasons does not have"
    if returning.offered and returning.reason_needed and not codes:
        yield "returning.reason_needed is set, and returning.reasons is empty: nobody could give one"


def _of_returning(returning: Returning) -> Iterator[str]:
    if returning.offered and not returning.ways:
        yield "returning.ways is empty: nothing could come back; offer one of label, qr, pickup, drop_off"
    for way in returning.ways:
        if way not in _WAYS:
            yield f"returning.ways holds {way!r}; it may hold {', '.join(_WAYS)}"
    if returning.exchange_when not in {"ship_first", "after_scan"}:
        yield "returning.exchange_when is ship_first or after_scan"
    if not 0 < returning.expires_days <= 365:  # noqa: PLR2004 - a year
        yield "returning.expires_days is a number of days from 1 to 365"
    if returning.refund_days[0] > returning.refund_days[1]:
        yield "returning.refund_days begins after its end"


def _of_offers(returning: Returning) -> Iterator[str]:
    for n, offer in enumerate(returning.offers):
        if offer.gives not in _GIVES:
            yield f"returning.offers[{n}].gives is one of {', '.join(_GIVES)}"
        if not 0 <= offer.percent <= _WHOLE:
            yield f"returning.offers[{n}].percent is a number from 0 to 100"


def _of_claims(policy: Policy) -> Iterator[str]:
    for n, line in enumerate(policy.claiming.table):
        if line.decides not in _DECIDES:
            yield f"claiming.table[{n}].decides is one of {', '.join(_DECIDES)}"
        if not line.remedies:
            yield f"claiming.table[{n}].remedies is empty: the claim could not end well"
        for step in line.steps:
            if step not in _STEPS:
                yield f"claiming.table[{n}].steps holds {step!r}; it may hold {', '.join(_STEPS)}"


def _fittings(returning: Returning) -> Iterator[tuple[str, Fitting]]:
    yield from ((f"returning.rules[{n}]", rule.when) for n, rule in enumerate(returning.rules))
    yield from ((f"returning.offers[{n}]", offer.when) for n, offer in enumerate(returning.offers))


def _every(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    for one in reasons:
        yield one
        yield from _every(one.below)
