"""What a form carries from step to step is what was chosen, whatever was typed."""

from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.actions.kinds import ClaimKind, OrderState, Remedy
from doorstep.domain.actions.known import KnownLine, KnownOrder
from doorstep.web.track.portal.drafts import ClaimDraft, claim_draft, return_draft
from doorstep.web.track.portal.reading import Form
from doorstep.web.track.portal.wishes import kept_fields, wish_of

LINES = ("10", "gid://shop/Line/7", "a.b c")
ORDER = KnownOrder(
    external_id="o-1", number="#1", state=OrderState.DELIVERED, lines=tuple(KnownLine(line_id=one, name="x", quantity=5) for one in LINES)
)
NAMES = [f"{mark}.{line}" for mark in "qrcnv" for line in LINES] + [
    *(
        "remedy",
        "way",
        "offer",
        "photo",
        "photo_away",
        "kind",
        "wish",
        "done",
        "shipment",
        "comment",
        "do",
        "on",
        "until",
        "point",
        "place",
    ),
    *("note", "there", "ready", "reason", "method", "made_out_to", "street", "city", "country", "postcode"),
]
WORDS = [
    *Remedy,
    *ClaimKind,
    "1",
    "2",
    "9999",
    "label",
    "opened",
    "looked_around",
    "reschedule",
    "redirect",
    "cancel_order",
    "change_items",
    "2026-12-01",
]
forms = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS) | st.text(max_size=40), min_size=1, max_size=3).map(tuple))


def again(fields):
    texts: dict[str, tuple[str, ...]] = {}
    for name, value in fields:
        texts[name] = (*texts.get(name, ()), value)
    return Form(texts=texts)


@given(forms)
def test_a_return_reads_the_same_from_its_own_hidden_fields(texts):
    draft = return_draft(Form(texts=texts), ORDER)
    assert return_draft(again(draft.fields()), ORDER) == draft
    assert draft.action("o-1", gift=False).order == "o-1"


@given(forms)
def test_a_claim_reads_the_same_from_its_own_hidden_fields(texts):
    draft = claim_draft(Form(texts=texts), ORDER)
    assert claim_draft(again(draft.fields()), ORDER) == draft
    assert isinstance(draft, ClaimDraft)


@given(forms)
def test_a_wish_reads_the_same_from_its_own_hidden_fields(texts):
    form = Form(texts=texts)
    wish = wish_of(form, ORDER)
    assert wish_of(again(kept_fields(form, ORDER)), ORDER) == wish


def test_a_photo_that_is_to_go_is_in_the_draft_no_more():
    form = Form(texts={"photo": ("a", "b", "a"), "photo_away": ("b",)})
    assert claim_draft(form, ORDER).photos == ("a",)


def test_what_can_be_no_photo_is_left_out_and_there_are_five_at_most():
    form = Form(texts={"photo": ("../../desk", "<b>", *map(str, range(9)))})
    assert return_draft(form, ORDER).photos == ("0", "1", "2", "3", "4")
