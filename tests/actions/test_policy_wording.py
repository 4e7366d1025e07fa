"""A policy in sentences: no field is left unsaid, and what is otherwise is told in the same sentences."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from policy_worlds import HOUSE, house, replace

from doorstep.actions import shipped
from doorstep.actions.policy import ClaimRule, Fitting, Offer, Policy, Reason, Returning, Rule
from doorstep.actions.wording import differences, said
from doorstep.domain.actions.kinds import ActionKind, Assurance, ClaimKind, Remedy

FULL = replace(
    HOUSE,
    assurance={ActionKind.CANCEL_ORDER: Assurance.KNOWLEDGE},
    returning=replace(
        HOUSE.returning,
        reasons=(Reason(code="a", below=(Reason(code="a.b"),)),),
        rules=(Rule(name="r"),),
        offers=(Offer(name="o", gives="exchange"),),
    ),
    claiming=replace(HOUSE.claiming, table=(ClaimRule(claims=(ClaimKind.LOST,)),)),
)
#: For a field whose other value cannot be guessed from the one it has.
OTHERS: dict[str, Any] = {
    "when": Fitting(tags=("x",)),
    "reasons": (Reason(code="z"),),
    "below": (Reason(code="a.z"),),
    "rules": (),
    "offers": (),
    "table": (),
    "payer": "customer",
    "gives": "partial_refund",
    "decides": "policy",
    "exchange_when": "ship_first",
    "refund_to": "any",
    "words": {"en": "words"},
    "remedies": (Remedy.STORE_CREDIT,),
    "claims": (ClaimKind.DAMAGED,),
    "ways": ("qr",),
    "offered_kinds": (ActionKind.HOLD,),
    "steps": ("asked_carrier",),
    "assurance": {},
    "refund_days": (1, 2),
    "photo": True,
    "keeps": True,
    "final_sale": True,
}
#: The version is a number of ours; url and percent say something for the offers that have them.
UNSAID = {"version"}


def _other(name: str, value: Any) -> Any:
    if name == "offered" and isinstance(value, tuple):
        return OTHERS["offered_kinds"]
    if name in OTHERS and OTHERS[name] != value:
        other = OTHERS[name]
        return type(value)(other) if name in {"payer", "refund_to"} and value is not None else other
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 7
    if value is None:
        return 7
    return ("x",) if isinstance(value, tuple) else f"{value}x"


def _changed(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every way to change one field of a struct, however deep."""
    for name in value.__struct_fields__:
        inner, where = getattr(value, name), f"{path}.{name}".lstrip(".")
        if isinstance(inner, msgspec.Struct):
            for deeper, new in _changed(inner, where):
                yield deeper, replace(value, **{name: new})
            continue
        if isinstance(inner, tuple) and inner and isinstance(inner[0], msgspec.Struct):
            for deeper, new in _changed(inner[0], f"{where}[0]"):
                yield deeper, replace(value, **{name: (new, *inner[1:])})
        if name not in UNSAID:
            yield where, replace(value, **{name: _other(name, inner)})


def test_no_field_is_left_unsaid():
    silent = [where for where, other in _changed(FULL) if said(other) == said(FULL)]
    assert silent == ["returning.offers[0].percent", "returning.offers[0].url"]
    bonus, guide = (replace(FULL.returning.offers[0], gives=gives) for gives in ("store_credit_bonus", "guide"))
    for offer, field in ((bonus, {"percent": 5}), (guide, {"url": "https://x"})):
        one = replace(FULL, returning=replace(FULL.returning, offers=(offer,)))
        other = replace(FULL, returning=replace(FULL.returning, offers=(replace(offer, **field),)))
        assert said(one) != said(other)


@pytest.mark.parametrize("policy", [shipped("house"), shipped("retail"), Policy(returning=Returning(reason_needed=False))])
def test_a_policy_differs_in_nothing_from_itself(policy: Policy):
    assert differences(policy, policy) == []


def test_what_is_otherwise_is_told_as_it_was_and_as_it_is():
    found = differences(HOUSE, house(returning={"days": 14, "fee_minor": 495}))
    assert [(one.was, one.now) for one in found] == [
        ("Returns: 30 days after the day on which the goods arrived.", "Returns: 14 days after the day on which the goods arrived."),
        ("There is no fee.", "A fee of 4.95 is taken off a refund, unless it is our fault."),
    ]


def test_what_is_new_and_what_is_gone_is_told():
    with_rule = house(returning={"rules": (Rule(name="no swimwear", when=Fitting(categories=("swimwear",)), eligible=False),)})
    (new,) = differences(HOUSE, with_rule)
    assert (new.was, new.now) == ("", "no swimwear: for category swimwear, nothing comes back.")
    (gone,) = differences(with_rule, HOUSE)
    assert gone.now == ""


def test_another_order_of_the_table_is_a_difference():
    table = HOUSE.claiming.table
    (found,) = differences(HOUSE, house(claiming={"table": (table[1], table[0], *table[2:])}))
    assert found.was.startswith("In this order: ")
    assert found.was != found.now


def test_every_field_is_explained_in_the_documentation():
    page = (Path(__file__).parents[2] / "docs/rules/policy.md").read_text()
    parts = ("cancelling", "changing", "returning", "claiming", "delivering", "limits")
    paths = [f"{part}.{name}" for part in parts for name in getattr(HOUSE, part).__struct_fields__]
    paths += [name for name in HOUSE.__struct_fields__ if name not in parts]
    inner = {name for of in (Rule, Reason, Offer, ClaimRule, Fitting) for name in of.__struct_fields__}
    assert [name for name in (*paths, *sorted(inner)) if f"`{name}`" not in page] == []
