"""Figures and a key → what the public reads, and whether anybody else could have said it."""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import BadInputError, BadSignatureError
from doorstep.insights.performance import LEAST_PUBLIC, performance_of
from doorstep.insights.publishing import public_document, public_figures, public_groups, shipping_markup
from doorstep.insights.signing import jwk_of, public_of, sign, verify

_SECRET, _OTHER = b"s" * 32, b"o" * 32
_KEYS = [jwk_of(public_of(_SECRET))]
_BASE = "https://parcels.example/m/loom"
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _counts(finished: int, **rest: int) -> dict[str, int]:
    return {"finished": finished, "delivered": finished, "expected": finished, "on_time": finished - 1, "transit.02": finished, **rest}


def test_the_signature_is_that_of_rfc_8037_appendix_a() -> None:
    secret = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    assert jwk_of(public_of(secret)).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert jwk_of(public_of(secret)).x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


def test_only_the_bytes_that_were_signed_by_the_key_that_is_named_hold() -> None:
    content = b'{"figures": 1}'
    good = sign(content, _SECRET)
    assert verify(content, good, _KEYS) == _KEYS[0].kid
    header, _, signed = good.split(".")
    unsigned = base64.urlsafe_b64encode(msgspec.json.encode({"alg": "none", "kid": _KEYS[0].kid})).rstrip(b"=").decode()
    for forged in (sign(content, _OTHER), f"{unsigned}..{signed}", f"{header}..{signed[::-1]}", f"{header}..", sign(b"other", _SECRET)):
        with pytest.raises(BadSignatureError):
            verify(content, forged, _KEYS)
    with pytest.raises(BadSignatureError):
        verify(content + b" ", good, _KEYS)
    with pytest.raises(BadSignatureError):
        verify(content, good, [jwk_of(public_of(_OTHER))])
    renamed = msgspec.structs.replace(jwk_of(public_of(_OTHER)), kid=_KEYS[0].kid)
    with pytest.raises(BadSignatureError):
        verify(content, good, [renamed])


@given(st.text(max_size=80) | st.text("abc.=_-", max_size=30))
def test_any_text_for_a_signature_ends_in_a_clear_error(text: str) -> None:
    with pytest.raises(BadInputError):
        verify(b"{}", text, _KEYS)


def test_how_reliable_our_own_estimates_are_is_not_published() -> None:
    ours = {"windowed": 100, "window_held": 80, "warned": 50, "warned_late": 40, "late_watched": 60}
    assert public_figures(performance_of(_counts(100, **ours))) == public_figures(performance_of(_counts(100)))


def test_small_samples_are_left_out() -> None:
    small, enough = public_figures(performance_of(_counts(19))), public_figures(performance_of(_counts(20)))
    assert {name: small[name] for name in small if name != "sample"} == dict.fromkeys([name for name in small if name != "sample"])
    assert enough["on_time"]["share"] == 0.95
    assert enough["transit_days"] == {"p10": 2, "median": 2, "p90": 2, "sample": 20}
    assert enough["promise_kept"] is None
    assert public_figures(performance_of(_counts(128)))["sample"] == 120


def _document(groups: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    figures = {key: performance_of(counts) for key, counts in groups.items()}
    whole: dict[str, int] = {}
    for counts in groups.values():
        for name, times in counts.items():
            whole[name] = whole.get(name, 0) + times
    return public_document(
        merchant={"slug": "loom", "name": "Loom", "url": None},
        period=(date(2026, 5, 18), date(2026, 11, 15)),
        whole=performance_of(whole),
        groups={"by_carrier": figures},
        links={"method": "https://parcels.example/m/loom/delivery-method"},
        issued_at=_NOW,
        expires_at=_NOW + timedelta(days=7),
    )


def test_a_small_group_cannot_be_reckoned_from_the_whole_less_the_others() -> None:
    document = _document({"gls": _counts(300), "ups": _counts(50), "dpd": _counts(5)})
    assert [one["key"] for one in document["by_carrier"]] == ["gls"]  # type: ignore[attr-defined]
    both = _document({"gls": _counts(300), "ups": _counts(50), "dpd": _counts(15), "tnt": _counts(15)})
    assert [one["key"] for one in both["by_carrier"]] == ["gls", "ups"]  # type: ignore[attr-defined]
    assert _document({"gls": _counts(19)})["figures"] is None


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60)))
def test_what_is_left_out_is_never_few(sizes: dict[str, int]) -> None:
    groups = {key: performance_of(_counts(of)) for key, of in sizes.items()}
    told = public_groups(groups)
    hidden = sum(of for key, of in sizes.items() if key not in told)
    assert hidden == 0 or hidden >= LEAST_PUBLIC or not told
    assert all(sizes[key] >= LEAST_PUBLIC for key in told)


def test_schema_org_reads_days_by_country() -> None:
    told = shipping_markup("Loom", "https://loom.example", {"ES": performance_of(_counts(40)), "FR": performance_of(_counts(3))}, _BASE)
    store = told["@graph"][0]
    assert (store["@type"], store["name"], store["url"]) == ("OnlineStore", "Loom", "https://loom.example")
    assert store["subjectOf"]["distribution"]["contentUrl"] == f"{_BASE}/delivery-performance.json"
    assert len(store["subjectOf"]["description"]) >= 50  # schema.org's readers want at least so much
    assert len(told["@graph"]) == 1  # what few there were to FR would show beside ES
    told = shipping_markup("Loom", None, {"ES": performance_of(_counts(40)), "FR": performance_of(_counts(30))}, _BASE)
    assert [one["shippingDestination"]["addressCountry"] for one in told["@graph"][1:]] == ["ES", "FR"]
    assert told["@graph"][1]["deliveryTime"]["transitTime"] == {
        "@type": "QuantitativeValue",
        "minValue": 2,
        "maxValue": 2,
        "unitCode": "DAY",
    }
