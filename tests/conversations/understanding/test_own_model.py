"""A merchant's own utterances correct the model that Doorstep comes with."""

import pytest

from doorstep.conversations.understanding.boundary import correlation
from doorstep.conversations.understanding.building import builtin
from doorstep.conversations.understanding.intents import IntentModel
from doorstep.conversations.understanding.measuring import auroc
from doorstep.conversations.understanding.model import unpacked
from doorstep.conversations.understanding.own import MOST_UTTERANCES, Said, train_on
from doorstep.errors import BadInputError

OWN = [
    *[
        Said(text, "own.engraving")
        for text in ("engrave my name", "can you put a name on it", "engraving please", "which letters can be engraved")
    ],
    *[Said(text, "own.engraving") for text in ("how long may the engraved text be", "i want an engraved ring", "engraving cost")],
    *[Said(text, "order.cancel") for text in ("bin it", "scrap that order", "call the order off")],
]


def test_a_label_of_the_merchants_own_is_learnt_and_ours_stay() -> None:
    trained = train_on(builtin(), OWN, None)
    assert trained.model.read("can i have my ring engraved", None).first == "own.engraving"
    for text in ("where is my order", "i want a refund", "what are your opening hours"):
        assert trained.model.read(text, None).first == builtin().read(text, None).first


def test_a_label_of_the_merchants_own_that_is_sure_is_told_beside_our_intents() -> None:
    model = IntentModel(train_on(builtin(), OWN, None).model, None, "own")
    found = model.read("engraving please")
    assert (found.own, found.wanted, found.maybe) == ("own.engraving", (), ())
    assert model.read("where is my order").own == ""


def test_what_is_learnt_is_judged_on_utterances_that_were_left_out() -> None:
    judged = train_on(builtin(), OWN, None).judged
    assert judged.utterances == len(OWN)
    assert judged.right_before < judged.right_after < 1
    assert all(one.before != one.after for one in judged.differing)


def test_learning_twice_gives_the_same_bytes_whatever_the_order() -> None:
    first = train_on(builtin(), OWN, None).model.packed()
    assert first == train_on(builtin(), OWN, None).model.packed()


def test_a_corrected_model_comes_back_only_upon_the_one_it_corrects() -> None:
    trained = train_on(builtin(), OWN, None)
    again = unpacked(trained.model.packed(), builtin())
    assert again.read("bin it", None) == trained.model.read("bin it", None)
    with pytest.raises(BadInputError, match="another model"):
        unpacked(trained.model.packed())


def test_nothing_and_too_much_cannot_be_learnt() -> None:
    for said in ([], [Said("?", "order.cancel")], [Said("bin it", "order.cancel")] * (MOST_UTTERANCES + 1)):
        with pytest.raises(BadInputError):
            train_on(builtin(), said, None)


def test_correlation_is_one_for_all_right_and_none_for_one_answer() -> None:
    import numpy as np

    meant = np.array([0, 1, 2, -1, 1])
    assert correlation(meant, meant) == pytest.approx(1)
    assert correlation(meant, np.zeros(5, np.int64)) == 0
    # Gorodkin's form of the 2x2 case is Matthews' own: (tp*tn - fp*fn) / sqrt(...), here with 2, 1, 1, 1.
    assert correlation(np.array([1, 1, 1, 0, 0]), np.array([1, 1, 0, 1, 0])) == pytest.approx(1 / 6)


def test_auroc_counts_pairs_and_halves_ties() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)
    assert auroc([], [0.1]) is None
