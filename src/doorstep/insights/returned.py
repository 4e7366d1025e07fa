"""Counts of a span's returns, exchanges and claims, and of what arrived in it → why goods come back, per product, variant and reason."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from doorstep.domain.money import Money
from doorstep.insights.performance import Share, share_of

_HOUR_S = 3600


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many; above 1 where more came back in a span than arrived in it."""

    times: int
    of: int
    #: None: of nothing, or nobody counted.
    rate: float | None


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """A product or a variant that came back."""

    #: The shop's id; a product without one is called by its name.
    product: str
    #: The shop's id; "" for a product as a whole, or untold.
    variant: str = ""
    name: str = ""
    #: "blue, L"; "" untold.
    options: str = ""
    #: Returns and exchanges in which it is.
    requests: int
    #: Units asked to go back, of the units that arrived in the same weeks.
    back: Rate
    #: Reason → units, the most frequent first; "" where none was given.
    reasons: dict[str, int] = {}


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One reason."""

    #: A leaf of the policy's tree; "" none was given.
    code: str
    units: int
    #: Of all units asked to go back.
    share: Share


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One offer made before goods were taken back."""

    name: str
    #: Requests in which it was taken, of those in which it was shown.
    taken: Share


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Money of cases that are closed, in one currency."""

    refunded: Money
    fees: Money
    #: Cases it went back in.
    cases: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took."""

    #: Hours; None: of nothing.
    median_hours: float | None
    p90_hours: float | None
    of: int


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Claims of one kind about one carrier."""

    #: Slug; "" where it is not known which.
    carrier: str
    #: `domain.actions.kinds.ClaimKind`.
    claim: str
    refused: int
    #: Claims, of the carrier's shipments that ended in the same weeks.
    claims: Rate


class ReturnInsight(msgspec.Struct, frozen=True, kw_only=True):
    """Why goods come back, in whole weeks."""

    #: Monday on which the span begins, Sunday on which it ends.
    from_on: date
    to_on: date
    #: Returns and exchanges asked for, whatever became of them; and those that were refused, taken back or expired, which count nowhere else.
    requests: int
    void: int
    back: Rate
    #: "refund", "store_credit", "exchange" → requests.
    remedies: dict[str, int]
    #: Requests for an exchange, of all that stand.
    exchanged: Share
    #: Approved by the policy alone, of all that stand.
    by_policy: Share
    products: list[Thing]
    variants: list[Thing]
    reasons: list[Why]
    paid: list[Paid]
    to_label: Span
    #: From asking, and from the goods' arrival.
    to_refund: Span
    from_arrival_to_refund: Span
    offers: list[Offered]
    claims: list[Claimed]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted: rows as the store gives them."""

    #: One row each: product, variant, name, reason, units, requests.
    lines: Sequence[Mapping[str, str | int]] = ()
    #: remedy, void, by_policy, requests.
    requests: Sequence[Mapping[str, str | int | bool]] = ()
    #: currency, refunded, fees, cases.
    money: Sequence[Mapping[str, str | int]] = ()
    #: name, shown, taken.
    offers: Sequence[Mapping[str, str | int]] = ()
    #: carrier, claim, claims, refused.
    claims: Sequence[Mapping[str, str | int]] = ()
    #: "label", "refund", "arrival" → (median, p90 in seconds, of how many).
    times: Mapping[str, tuple[float | None, float | None, int]] = {}
    #: (product, variant) → units that arrived.
    arrived: Mapping[tuple[str, str], int] = {}
    #: Units that arrived, of all products.
    arrived_units: int = 0
    #: Carrier → shipments that ended.
    ended: Mapping[str, int] = {}
    #: variant → "blue, L".
    options: Mapping[str, str] = {}


def product_key(product_id: str | None, name: str) -> str:
    """What a product is counted under."""
    return product_id or name


def rate_of(times: int, of: int) -> Rate:
    """Make a rate."""
    return Rate(times=times, of=of, rate=round(times / of, 4) if of else None)


def insight_of(counts: Counts, first: date, last: date, most: int = 100) -> ReturnInsight:
    """Make figures of counts; `first` and `last` are Mondays, `most` limits products and variants, those that came back most first."""
    standing = [row for row in counts.requests if not row["void"]]
    asked = sum(_int(row["requests"]) for row in standing)
    remedies: dict[str, int] = {}
    for row in standing:
        remedies[str(row["remedy"])] = remedies.get(str(row["remedy"]), 0) + _int(row["requests"])
    units = sum(_int(row["units"]) for row in counts.lines)
    return ReturnInsight(
        from_on=first,
        to_on=last + timedelta(days=6),
        requests=sum(_int(row["requests"]) for row in counts.requests),
        void=sum(_int(row["requests"]) for row in counts.requests if row["void"]),
        back=rate_of(units, counts.arrived_units),
        remedies=dict(sorted(remedies.items(), key=lambda one: (-one[1], one[0]))),
        exchanged=share_of(remedies.get("exchange", 0), asked),
        by_policy=share_of(sum(_int(row["requests"]) for row in standing if row["by_policy"]), asked),
        products=_things(counts, by_variant=False)[:most],
        variants=_things(counts, by_variant=True)[:most],
        reasons=_whys(counts, units),
        paid=[
            Paid(
                refunded=Money(_int(row["refunded"]), str(row["currency"])),
                fees=Money(_int(row["fees"]), str(row["currency"])),
                cases=_int(row["cases"]),
            )
            for row in counts.money
        ],
        to_label=_span(counts, "label"),
        to_refund=_span(counts, "refund"),
        from_arrival_to_refund=_span(counts, "arrival"),
        offers=[Offered(name=str(row["name"]), taken=share_of(_int(row["taken"]), _int(row["shown"]))) for row in counts.offers],
        claims=[
            Claimed(
                carrier=str(row["carrier"]),
                claim=str(row["claim"]),
                refused=_int(row["refused"]),
                claims=rate_of(_int(row["claims"]), counts.ended.get(str(row["carrier"]), 0)),
            )
            for row in counts.claims
        ],
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _things(counts: Counts, *, by_variant: bool) -> list[Thing]:
    """Sum lines up by product, or by variant; the most units first."""
    arrived: dict[tuple[str, str], int] = {}
    for (product, variant), units in counts.arrived.items():
        key = (product, variant if by_variant else "")
        arrived[key] = arrived.get(key, 0) + units
    rows: dict[tuple[str, str], list[Mapping[str, str | int]]] = {}
    for row in counts.lines:
        rows.setdefault((str(row["product"]), str(row["variant"]) if by_variant else ""), []).append(row)
    things = []
    for (product, variant), those in rows.items():
        reasons: dict[str, int] = {}
        for row in those:
            reasons[str(row["reason"])] = reasons.get(str(row["reason"]), 0) + _int(row["units"])
        things.append(
            Thing(
                product=product,
                variant=variant,
                name=max(str(row["name"]) for row in those),
                options=counts.options.get(variant, "") if variant else "",
                requests=sum(_int(row["requests"]) for row in those),
                back=rate_of(sum(reasons.values()), arrived.get((product, variant), 0)),
                reasons=dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
            )
        )
    return sorted(things, key=lambda one: (-one.back.times, one.product, one.variant))


def _whys(counts: Counts, units: int) -> list[Why]:
    summed: dict[str, int] = {}
    for row in counts.lines:
        summed[str(row["reason"])] = summed.get(str(row["reason"]), 0) + _int(row["units"])
    ordered = sorted(summed.items(), key=lambda one: (-one[1], one[0]))
    return [Why(code=code, units=times, share=share_of(times, units)) for code, times in ordered]


def _span(counts: Counts, name: str) -> Span:
    median, p90, of = counts.times.get(name, (None, None, 0))
    return Span(
        median_hours=None if median is None else round(median / _HOUR_S, 1),
        p90_hours=None if p90 is None else round(p90 / _HOUR_S, 1),
        of=of,
    )
