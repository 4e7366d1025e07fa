"""Every link of a text message becomes a short one, plain in any alphabet, and says where it leads; other channels keep theirs."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.languages import LANGUAGES
from doorstep.domain.vocabulary import ChannelKind, Lead
from doorstep.messages import TEMPLATES, Hop, Library, context_of, facts_for, sample_shortened, segments_of
from doorstep.messages.shortening import ALPHABET, CODES, LENGTH, SAMPLE, code_of, is_code, shortened

BASE = "https://parcels.example"
#: As long as tokens really are.
TOKEN = "Zx5k-9_aLq3TnB7vYw2RcQ"
CASE = "/cases/1754"


def real(facts):
    """The same with addresses as long as real ones."""
    change = msgspec.structs.replace
    parcels = tuple(change(one, page_url=f"{BASE}/t/{TOKEN}") for one in facts.parcels)
    case = f"{BASE}/o/{TOKEN}{CASE}" if facts.links.case else None
    return change(facts, parcels=parcels, links=change(facts.links, order=f"{BASE}/o/{TOKEN}", case=case))


def test_a_code_is_of_letters_and_figures_that_nobody_takes_for_others():
    assert len(ALPHABET) == len(set(ALPHABET)) == 57
    assert not set("0O1lI") & set(ALPHABET)
    assert segments_of(ALPHABET).units == len(ALPHABET)
    assert re.fullmatch(r"[A-Za-z0-9]+", ALPHABET)


def test_there_are_as_many_codes_as_the_decision_counts_on():
    assert CODES > 2**64
    assert is_code(SAMPLE)


@given(st.integers(0, CODES - 1), st.integers(0, CODES - 1))
def test_each_number_has_a_code_of_its_own(one, other):
    assert is_code(code_of(one))
    assert (code_of(one) == code_of(other)) == (one == other)


@given(st.text(max_size=14))
def test_only_whole_codes_are_codes(text):
    assert is_code(text) == bool(re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", text))


def test_each_link_says_where_it_leads_and_by_which_page_of_ours():
    hops = (
        Hop(carrier="a", carrier_name="A", tracking_number="DEMO0001", url="https://a.example/DEMO0001"),
        Hop(carrier="b", carrier_name="B", tracking_number="B2", url="https://b.example/B2"),
    )
    facts = facts_for("shipped", "en")
    facts = msgspec.structs.replace(
        facts,
        parcels=(msgspec.structs.replace(facts.parcels[0], hops=hops),),
        links=msgspec.structs.replace(facts.links, unsubscribe=f"{BASE}/u/x"),
    )
    asked = {}

    def short(lead, token, url):
        asked[lead] = (token, url)
        return f"{BASE}/s/{lead}"

    context = context_of(shortened(facts, short))
    assert asked == {
        Lead.ORDER: ("sample", f"{BASE}/o/sample"),
        Lead.PARCEL: ("DEMO0001", f"{BASE}/t/DEMO0001"),
        Lead.CARRIER: ("DEMO0001", "https://post.example/track/DEMO0001"),
        Lead.HANDED_TO: ("DEMO0001", "https://b.example/B2"),
        Lead.PREFERENCES: ("", f"{BASE}/p/sample"),
        Lead.UNSUBSCRIBE: ("", f"{BASE}/u/x"),
    }
    parcel, links = context["parcel"], context["links"]
    assert (parcel["url"], parcel["carrier_url"], parcel["handed_to"]["url"]) == tuple(
        f"{BASE}/s/{lead}" for lead in (Lead.PARCEL, Lead.CARRIER, Lead.HANDED_TO)
    )
    assert (links["order"], links["preferences"], links["unsubscribe"]) == tuple(
        f"{BASE}/s/{lead}" for lead in (Lead.ORDER, Lead.PREFERENCES, Lead.UNSUBSCRIBE)
    )


def test_what_is_no_web_address_is_not_shortened_and_a_short_address_of_a_carrier_stays():
    facts = facts_for("shipped", "en")
    odd = tuple(msgspec.structs.replace(one, carrier_url="javascript:alert(1)") for one in facts.parcels)
    leads = []
    shortened(msgspec.structs.replace(facts, parcels=odd), lambda lead, _, url: leads.append(lead) or url)
    assert Lead.CARRIER not in leads
    brief = tuple(msgspec.structs.replace(one, carrier_url="https://c.example/1") for one in facts.parcels)
    shown = sample_shortened(msgspec.structs.replace(facts, parcels=brief), BASE)
    assert {one.carrier_url for one in shown.parcels} == {"https://c.example/1"}
    assert {one.page_url for one in shown.parcels} == {f"{BASE}/s/{SAMPLE}"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_text_message_grows_and_none_keeps_a_long_link(template, language):
    for manner in ("ordinary", "long", "rtl"):
        facts = real(facts_for(template, language, manner))
        long, short = (
            Library.of().render(template, ChannelKind.SMS, language, context_of(one)).text for one in (facts, sample_shortened(facts, BASE))
        )
        assert TOKEN not in short
        assert TOKEN in long
        assert segments_of(short).parts <= segments_of(long).parts
        left_out = (len(TOKEN) - LENGTH) * long.count(TOKEN) + len(CASE) * long.count(CASE)
        assert segments_of(short).units == segments_of(long).units - left_out
