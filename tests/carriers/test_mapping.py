"""Unknown codes, read with what was mapped to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.mapping import MappedCodes, checked_key, folded_words
from doorstep.domain.tracking import Checkpoint, Tracking
from doorstep.errors import BadInputError

WORDS = st.text(max_size=400)


def scan(event_type="unknown", code="", text=""):
    return Checkpoint(event_type=event_type, occurred_at=None, carrier="acme", carrier_code=code, carrier_text=text, tracking_number="N1")


def codes(own=(), everywhere=()):
    return MappedCodes(dict(own), dict(everywhere))


def test_own_mappings_win_over_those_for_everywhere_and_words_over_the_code_alone():
    own = {("acme", "X", ""): "delayed"}
    everywhere = {("acme", "X", "held"): "held_by_carrier", ("acme", "Y", ""): "damaged", ("acme", "Y", "at home"): "delivered"}
    read = codes(own.items(), everywhere.items())
    assert read.meaning("acme", "X", "Held") == "delayed"
    assert read.meaning("acme", "Y", "") == "damaged"
    assert read.meaning("acme", "Y", " AT  home ") == "delivered"
    assert read.meaning("other", "Y", "") == "unknown"


def test_a_mapping_by_words_does_not_touch_a_code_nobody_mapped():
    read = codes([(("acme", "", "at home"), "delivered")])
    assert read.meaning("acme", "", "At home") == "delivered"
    assert read.meaning("acme", "Z", "At home") == "unknown"
    assert read.meaning("acme", "", "") == "unknown"


def test_a_merchant_can_leave_unread_what_is_mapped_everywhere():
    read = codes([(("acme", "X", ""), "unknown")], [(("acme", "X", ""), "delivered")])
    assert read.reread(scan(code="X")).event_type == "unknown"
    assert not read.reread(scan(code="X")).mapped


def test_what_a_plug_in_knows_keeps_its_meaning():
    tracking = Tracking(tracking_number="N1", carrier="acme", checkpoints=(scan("delivered", "X"), scan(code="X")))
    [read] = codes([(("acme", "X", ""), "damaged")]).read((tracking,))
    assert [one.event_type for one in read.checkpoints] == ["delivered", "damaged"]
    assert [one.mapped for one in read.checkpoints] == [False, True]


@given(code=st.text(max_size=5), text=WORDS)
def test_a_scan_keeps_its_name_when_its_code_is_mapped(code, text):
    unread = scan(code=code, text=text)
    key = ("acme", code, "" if code else folded_words(text))
    assert codes([(key, "delivered")]).reread(unread).fingerprint == unread.fingerprint


@given(WORDS)
def test_folding_words_twice_changes_nothing_more(text):
    assert folded_words(folded_words(text)) == folded_words(folded_words(folded_words(text)))


@pytest.mark.parametrize(
    ("carrier", "code", "text", "event_type"), [("acme", "", "  ", "delivered"), ("", "X", "", "delivered"), ("acme", "X", "", "arrived!")]
)
def test_a_mapping_of_nothing_or_to_nothing_is_refused(carrier, code, text, event_type):
    with pytest.raises(BadInputError):
        checked_key(carrier, code, text, event_type)
