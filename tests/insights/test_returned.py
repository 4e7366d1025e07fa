"""Why goods come back: sums by product, variant and reason, rates with what they are of."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from doorstep.insights.returned import Counts, insight_of, product_key, rate_of

MONDAY = date(2026, 11, 16)


def row(product: str = "p", variant: str = "s", reason: str = "fit.too_small", units: int = 1, requests: int = 1) -> dict[str, str | int]:
    return {"product": product, "variant": variant, "name": f"Product {product}", "reason": reason, "units": units, "requests": requests}


def test_units_are_summed_up_by_product_variant_and_reason():
    lines = [row(units=3), row(variant="m", units=2), row(reason="other", units=4), row("q", units=1)]
    found = insight_of(Counts(lines=lines, arrived={("p", "s"): 20, ("p", "m"): 5, ("q", "x"): 9}, arrived_units=40), MONDAY, MONDAY)
    assert [(one.product, one.back.times, one.back.of) for one in found.products] == [("p", 9, 25), ("q", 1, 9)]
    assert [(one.variant, one.back.times, one.back.of) for one in found.variants] == [("s", 7, 20), ("m", 2, 5), ("s", 1, 0)]
    assert found.products[0].reasons == {"fit.too_small": 5, "other": 4}
    assert found.variants[2].back.rate is None
    assert [(one.code, one.units, one.share.of) for one in found.reasons] == [("fit.too_small", 6, 10), ("other", 4, 10)]
    assert (found.back.times, found.back.of, found.back.rate) == (10, 40, 0.25)


def test_what_was_refused_taken_back_or_expired_counts_as_asked_and_nowhere_else():
    requests = [
        {"remedy": "refund", "void": False, "by_policy": True, "requests": 6},
        {"remedy": "exchange", "void": False, "by_policy": False, "requests": 2},
        {"remedy": "refund", "void": True, "by_policy": True, "requests": 3},
    ]
    found = insight_of(Counts(requests=requests), MONDAY, MONDAY)
    assert (found.requests, found.void, found.remedies) == (11, 3, {"refund": 6, "exchange": 2})
    assert (found.exchanged.times, found.exchanged.of) == (2, 8)
    assert (found.by_policy.times, found.by_policy.of) == (6, 8)


def test_only_so_many_products_are_listed_those_that_came_back_most():
    lines = [row(f"p{n}", units=n + 1) for n in range(9)]
    found = insight_of(Counts(lines=lines), MONDAY, MONDAY, most=2)
    assert [one.product for one in found.products] == ["p8", "p7"]
    assert found.back.times == sum(range(1, 10))


def test_offers_claims_and_times_come_with_what_they_are_of():
    counts = Counts(
        offers=[{"name": "right_size", "shown": 8, "taken": 3}],
        claims=[
            {"carrier": "gls", "claim": "lost", "claims": 2, "refused": 1},
            {"carrier": "", "claim": "lost", "claims": 1, "refused": 0},
        ],
        ended={"gls": 400},
        times={"label": (1800.0, 7200.0, 8)},
        money=[{"currency": "EUR", "refunded": 5_000, "fees": 495, "cases": 2}],
    )
    found = insight_of(counts, MONDAY, MONDAY)
    assert (found.offers[0].taken.times, found.offers[0].taken.of) == (3, 8)
    assert [(one.carrier, one.claims.times, one.claims.of, one.claims.rate) for one in found.claims] == [
        ("gls", 2, 400, 0.005),
        ("", 1, 0, None),
    ]
    assert (found.to_label.median_hours, found.to_label.p90_hours, found.to_label.of) == (0.5, 2.0, 8)
    assert found.to_refund.median_hours is None
    assert (found.paid[0].refunded.amount_minor, found.paid[0].fees.amount_minor) == (5_000, 495)


def test_the_span_ends_on_a_sunday():
    found = insight_of(Counts(), MONDAY, MONDAY)
    assert (found.from_on, found.to_on, found.back.rate) == (MONDAY, date(2026, 11, 22), None)


def test_more_may_come_back_in_a_week_than_arrived_in_it():
    assert rate_of(3, 2).rate == 1.5


def test_a_product_without_an_id_is_called_by_its_name():
    assert (product_key("8001", "Shirt"), product_key(None, "Shirt"), product_key("", "Shirt")) == ("8001", "Shirt", "Shirt")


_LINES = st.lists(
    st.builds(row, st.sampled_from("pqr"), st.sampled_from(("s", "m", "")), st.sampled_from(("", "a", "b.c")), st.integers(1, 99)),
    max_size=30,
)


@given(_LINES)
def test_every_cut_adds_up_to_the_whole(lines: list[dict[str, str | int]]):
    found = insight_of(Counts(lines=lines), MONDAY, MONDAY)
    whole = sum(int(one["units"]) for one in lines)
    assert whole == found.back.times == sum(one.units for one in found.reasons)
    for things in (found.products, found.variants):
        assert sum(one.back.times for one in things) == whole == sum(sum(one.reasons.values()) for one in things)
