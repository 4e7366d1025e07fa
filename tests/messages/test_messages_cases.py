"""What messages say of cases: nothing that is not so, no price to whoever got a gift, and every name documented."""

from pathlib import Path

import msgspec
import pytest
from messages_odd_cases import little_known, odd_cases, with_parts

from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.vocabulary import ChannelKind
from doorstep.journeys import TRIGGERS, load_defaults
from doorstep.messages import TEMPLATES, Library, context_of, facts_for, sample_facts, with_case
from doorstep.messages.scenes_case import is_about_a_case

OURS = Library.of()
ABOUT_CASES = [template for template in TEMPLATES if is_about_a_case(template)]
EVERYWHERE = (ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.PUSH)


def said(template, facts, kind=ChannelKind.EMAIL):
    made = OURS.render(template, kind, facts.locale, context_of(facts))
    return f"{made.subject}\n{made.text}\n{made.html}"


def test_every_case_template_answers_a_moment_of_cases_and_every_such_moment_has_one():
    by_template = {}
    for journey in load_defaults().by_name.values():
        by_template.setdefault(journey.template, set()).add(TRIGGERS[journey.trigger].subject_kind)
    assert {template for template, kinds in by_template.items() if "case" in kinds} == set(ABOUT_CASES)
    assert all(by_template[template] == {"case"} for template in ABOUT_CASES)
    for template in ABOUT_CASES:
        assert facts_for(template, "en").change.trigger in {one.trigger for one in load_defaults().by_name.values()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ABOUT_CASES)
def test_whoever_got_a_gift_reads_no_amount(template, language):
    facts = with_parts(
        facts_for(template, language),
        gift=True,
        refund=Money(987_654, "EUR"),
        fee=Money(987_654, "EUR"),
        difference=Money(987_654, "EUR"),
        decision="",
    )
    order = msgspec.structs.replace(
        facts.order, total=None, lines=tuple(msgspec.structs.replace(one, unit_price=None) for one in facts.order.lines)
    )
    facts = msgspec.structs.replace(facts, order=order)
    for kind in EVERYWHERE:
        text = said(template, facts, kind)
        assert "9876" not in text.replace(",", "").replace(".", "").replace("\xa0", "").replace(" ", "")
        assert "€" not in text


@pytest.mark.parametrize("state", [CaseState.REQUESTED, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED])
def test_no_money_is_told_of_where_none_is_agreed(state):
    facts = with_parts(facts_for("return_approved", "en"), state=state)
    names = context_of(facts)["case"]
    assert (names["refund"], names["fee"], names["number"] if state is not CaseState.REQUESTED else None) == (None, None, None)
    assert context_of(facts_for("return_approved", "en"))["case"]["refund"] == "€49.50"


def test_days_are_those_of_the_policy_and_none_are_made_up():
    facts = facts_for("return_received", "en")
    assert "within 5–7 days of its arrival" in said("return_received", facts)  # noqa: RUF001 - a span is written so
    assert "days" not in said("return_received", little_known(facts)).split("</style>")[-1].replace("working days", "")
    one_day = msgspec.structs.replace(facts, case=msgspec.structs.replace(facts.case, refund_days=(3, 3)))
    assert "within 3 days of its arrival" in said("return_received", one_day)


def test_the_way_back_says_what_to_do():
    label = facts_for("return_label", "en")
    told = {name: said("return_label", facts) for name, facts in odd_cases(label)}
    assert "stick the label on the parcel" in told["label"]
    assert "show the code at the counter of Sample Post" in told["qr"]
    assert "collects your parcel: Wednesday, December 30, 9:00 AM–12:00 PM" in told["pickup"]  # noqa: RUF001 - a span is written so
    assert "write R-7K2M9Q on the parcel" in told["drop_off"]
    assert "we send what you want instead" in told["exchange"]
    assert "the exchange is done" in told["sent first"]
    assert "your store credit follows" in told[Remedy.STORE_CREDIT]


def test_a_claims_parcel_is_followed_by_its_replacement():
    facts = facts_for("return_received", "en")
    claimed = with_parts(facts, kind=CaseKind.CLAIM, remedy=Remedy.REPLACEMENT)
    assert "and your replacement follows." in said("return_received", claimed)


def test_what_somebody_at_the_shop_wrote_is_told_and_cut_in_a_chat():
    facts = with_parts(facts_for("claim_approved", "en"), decided_by="user 1", decision="As agreed on the telephone.")
    assert "As agreed on the telephone." in said("claim_approved", facts)
    assert "by the rules" not in said("claim_approved", with_parts(facts, decided_by="policy", decision="by the rules"))
    long = with_parts(facts_for("return_refused", "en"), decision="word " * 400)
    assert len(context_of(long)["case"]["reason"]) <= 240


def test_an_order_that_stays_as_it_is_has_no_parcel_that_comes():
    facts = facts_for("delivery_change_refused", "en")
    assert "The parcel comes as it is announced." in said("delivery_change_refused", facts)
    stays = said("delivery_change_refused", with_parts(facts, kind=CaseKind.ORDER_CHANGE))
    assert "The order stays as it is." in stays
    assert "The parcel comes" not in stays


def test_facts_of_another_template_get_no_case():
    facts = sample_facts()
    assert with_case(facts, "shipped") is facts
    assert context_of(facts)["case"] is None
    assert with_case(facts, "order_changed").change == Change(
        trigger="order.changed", subject_kind="case", subject_id=17, happened_at=facts.change.happened_at
    )


def test_every_name_of_a_case_is_documented():
    words = (Path(__file__).parents[2] / "docs/how-to/write-a-template.md").read_text("utf-8")
    names = context_of(facts_for("return_label", "en"))["case"]
    assert sorted(name for name in names if name != "lines" and f"`case.{name}`" not in words) == []
    assert all(f"`case.line.{name}`" in words for name in names["lines"][0])
    assert "`links.case`" in words
