"""Policies as written: what cannot be read or contradicts itself is refused with where and what to do; the shipped ones hold together."""

import json
from typing import Any

import msgspec
import pytest

from doorstep.actions import read_policy, shipped
from doorstep.actions.checking import faults
from doorstep.actions.policy import Policy, leaves
from doorstep.errors import BadInputError

LINE = {"claims": ["lost"]}
TREE = [{"code": "fit", "below": [{"code": "fit.small"}]}]


def told(**parts: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        read_policy(json.dumps(parts))
    return str(caught.value)


@pytest.mark.parametrize("name", ["house", "retail"])
def test_the_shipped_policies_hold_together(name: str):
    assert list(faults(shipped(name))) == []


def test_a_policy_survives_being_written():
    for name in ("house", "retail"):
        assert read_policy(msgspec.json.encode(shipped(name))) == shipped(name)


def test_an_empty_policy_is_the_usual_one_but_for_its_reasons():
    assert read_policy('{"returning": {"reason_needed": false}}', 3).version == 3


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ("", "this is no policy"),
        ("[]", "this is no policy"),
        ('{"returnings": {}}', "returnings"),
        ('{"returning": {"days": "thirty"}}', "$.returning.days"),
        ('{"returning": {"payer": "nobody"}}', "$.returning.payer"),
        ('{"claiming": {"table": [{}]}}', "$.claiming.table[0]"),
        ('{"assurance": {"fly": 2}}', "fly"),
    ],
)
def test_what_cannot_be_read_says_where(document: str, where: str):
    with pytest.raises(BadInputError, match=r"^this is no policy") as caught:
        read_policy(document)
    assert where in str(caught.value)


@pytest.mark.parametrize(
    ("returning", "words"),
    [
        ({}, "returning.reason_needed is set, and returning.reasons is empty"),
        ({"reasons": [*TREE, {"code": "fit"}]}, "the reason 'fit' stands twice"),
        ({"reasons": [{"code": "Too Small"}]}, "the reason 'Too Small' in returning.reasons"),
        ({"reasons": [{"code": "fit", "below": [{"code": "small"}]}]}, "call it fit.small"),
        ({"rules": [{"name": "x", "when": {"reasons": ["taste"]}}]}, "returning.rules[0] is about the reason 'taste'"),
        ({"offers": [{"name": "x", "gives": "guide", "url": "https://x", "when": {"reasons": ["taste"]}}]}, "returning.offers[0] is about"),
        ({"ways": []}, "returning.ways is empty"),
        ({"ways": ["owl"]}, "returning.ways holds 'owl'; it may hold label, qr, pickup, drop_off"),
        ({"exchange_when": "later"}, "returning.exchange_when"),
        ({"refund_days": [7, 5]}, "returning.refund_days begins after its end"),
        ({"refund_days": [-1, 5]}, "returning.refund_days"),
        ({"expires_days": 0}, "returning.expires_days"),
        ({"expires_days": 366}, "returning.expires_days"),
        ({"days": -1}, "returning.days"),
        ({"exchange_days": 4000}, "returning.exchange_days"),
        ({"fee_minor": -1}, "returning.fee_minor"),
        ({"auto_up_to_minor": -1}, "returning.auto_up_to_minor"),
        ({"keep_below_minor": -1}, "returning.keep_below_minor"),
        ({"refund_at_scan_up_to_minor": -1}, "returning.refund_at_scan_up_to_minor"),
        ({"credit_bonus_percent": 101}, "returning.credit_bonus_percent"),
        ({"rules": [{"name": "x", "days": -1}]}, "returning.rules[0].days"),
        ({"rules": [{"name": "x", "fee_minor": -1}]}, "returning.rules[0].fee_minor"),
        ({"rules": [{"name": "x"}, {"name": "y"}]}, "returning.rules[0] fits everything"),
        ({"rules": [{"name": "x", "when": {"tags": ["a"]}}, {"name": "x"}]}, "returning.rules holds two of the name 'x'"),
        ({"rules": [{"name": "x", "when": {"countries": ["Spain"]}}]}, "returning.rules[0].when.countries holds 'Spain'"),
        ({"offers": [{"name": "x", "gives": "cake"}]}, "returning.offers[0].gives is one of"),
        ({"offers": [{"name": "x", "gives": "partial_refund", "percent": 101}]}, "returning.offers[0].percent"),
        ({"offers": [{"name": "x", "gives": "partial_refund"}]}, "returning.offers[0] gives a partial_refund of 0 percent"),
        ({"offers": [{"name": "x", "gives": "guide", "url": "javascript:alert(1)"}]}, "set url to its address"),
        ({"offers": [{"name": "x", "gives": "exchange"}], "exchanges": False}, "returning.exchanges is false"),
        (
            {"offers": [{"name": "x", "gives": "store_credit_bonus", "percent": 5}], "store_credit": False},
            "returning.store_credit is false",
        ),
        ({"offers": [{"name": "x", "gives": "exchange"}, {"name": "x", "gives": "exchange"}]}, "returning.offers holds two"),
    ],
)
def test_returns_that_contradict_themselves_are_refused(returning: dict[str, Any], words: str):
    assert words in told(returning={"reasons": TREE} | returning if returning else {})


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([{"claims": []}], "claiming.table[0].claims is empty"),
        ([LINE | {"decides": "nobody"}], "claiming.table[0].decides"),
        ([LINE | {"remedies": []}], "claiming.table[0].remedies is empty"),
        ([LINE | {"remedies": ["exchange"]}], "claiming.table[0].remedies holds 'exchange'"),
        ([LINE | {"steps": ["prayed"]}], "claiming.table[0].steps holds 'prayed'"),
        ([LINE | {"countries": ["Spain"]}], "claiming.table[0].countries"),
        ([LINE | {"up_to_minor": -1}], "claiming.table[0].up_to_minor"),
        ([LINE | {"after_days": -1}], "claiming.table[0].after_days"),
        ([LINE | {"within_days": 4000}], "claiming.table[0].within_days"),
        ([LINE | {"after_days": 7, "within_days": 6}], "nobody could claim"),
        ([LINE, LINE | {"up_to_minor": 5000}], "claiming.table[1] is never reached for lost"),
    ],
)
def test_tables_of_claims_that_cannot_work_are_refused(lines: list[dict[str, Any]], words: str):
    assert words in told(returning={"reason_needed": False}, claiming={"table": lines})


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"delivering": {"offered": ["cancel_order"]}}, "delivering.offered holds cancel_order"),
        ({"delivering": {"most_days": 0}}, "delivering.most_days"),
        ({"delivering": {"most_changes": 0}}, "delivering.most_changes"),
        ({"delivering": {"answer_hours": 0}}, "delivering.answer_hours"),
        ({"limits": {"cases": 0}}, "limits.cases"),
        ({"limits": {"claims": 0}}, "limits.claims"),
        ({"limits": {"refunds_minor": -1}}, "limits.refunds_minor"),
        ({"limits": {"confirm_minutes": 0}}, "limits.confirm_minutes"),
        ({"cancelling": {"within_minutes": -1}}, "cancelling.within_minutes"),
    ],
)
def test_limits_that_let_nothing_through_are_refused(part: dict[str, Any], words: str):
    assert words in told(returning={"reason_needed": False}, **part)


def test_all_that_is_wrong_is_found():
    policy = msgspec.json.decode('{"returning": {"ways": [], "fee_minor": -1}}', type=Policy)
    assert len(list(faults(policy))) == 3


def test_reasons_are_asked_for_the_categories_they_are_for():
    tree = shipped("house").returning.reasons
    assert "fit.too_small" in {one.code for one in leaves(tree, "Shoes")}
    assert "fit.too_small" not in {one.code for one in leaves(tree, "Lamps")}
    assert {"fit", "taste"}.isdisjoint(one.code for one in leaves(tree, "shoes"))
