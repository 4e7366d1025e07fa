"""Whatever is written, by whomever, wherever in a talk: nothing of others is told, nothing is done, and the answer is an answer."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hostile_world import BRUNO, Hostile, Where, hostile, places, say, turn
from talking_world import EMAIL, NOW, SHOP

from doorstep.conversations.talks import book_of, take_turn
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Heard
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.understanding import builtin_reader

#: Longer answers than this would be the customer's own words, said back.
_LONGEST = 1500
#: What only a machine that obeys a text would say, and what only a broken one does.
_NEVER = re.compile(r"pwned|[{}]|traceback|errno|select |<script|\x00|\x1b|\bnone\b", re.IGNORECASE)
FAMILIES = sorted({one.family for one in hostile()})
PLACES = {where.name: where for where in places()}


def _whole(told: str, *more: str) -> str:
    return "\n".join((told, *more))


def _holds(where: Where, one: Hostile) -> None:
    world, turned, spoken = say(where, one)
    whole = _whole(spoken.text, *(f"{choice.title} {choice.about}" for choice in spoken.choices), spoken.link.url if spoken.link else "")
    wrong = f"{where.name}, {one.family}: {one.name!r}\n{whole[:600]}"
    assert world.done == [], wrong
    assert world.subscribed is None, wrong
    assert [one for one in where.foreign if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", whole)] == [], wrong
    assert _NEVER.search(whole) is None, wrong
    assert spoken.text or turned.handover is not None, wrong
    assert len(spoken.text) <= _LONGEST, wrong
    assert all(len(frame.slots.words) <= 4000 for frame in turned.memory.frames), wrong
    if one.human:
        assert turned.handover in {HandoverReason.DANGER, HandoverReason.LEGAL}, wrong


def test_there_are_more_than_two_hundred_of_them_in_many_families() -> None:
    counted = Counter(one.family for one in hostile())
    assert sum(counted.values()) > 450
    assert len(counted) >= 18
    assert min(counted.values()) >= 9


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_leaks_and_nothing_is_done(family: str, place: str) -> None:
    for one in hostile():
        if one.family == family:
            _holds(PLACES[place], one)


def test_a_whole_talk_of_nothing_else_does_nothing() -> None:
    """Everything that is written down, one after another in one talk each: what one leaves behind opens no door for the next.

    Save true addresses of mail: who knows one, and the number of an order of it, has shown what the merchant asks for.
    """
    said = [one for one in hostile() if one.family not in {"long", "self_harm", "legal"} and not {EMAIL, BRUNO} & set(one.text.split())]
    for where in places():
        world, memory = where.world, where.memory
        for one in said:
            turned, spoken = turn(world, memory, one.text, choice=one.choice, channel=where.channel)
            memory = turned.memory
            assert [name for name in where.foreign if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", spoken.text)] == [], one
        places.cache_clear()
        assert world.done == [], where.name


def test_a_button_of_yesterday_is_none_of_today() -> None:
    """What was offered is numbered on, however much else is forgotten: else yesterday's first order would be today's yes."""
    where = PLACES["Bruno, logged in"]
    offered, _ = turn(where.world, where.memory, "cancel an order")
    told = take_turn(
        Heard(text="cancel order 2003", channel=ChannelKind.CHAT),
        offered.memory,
        book=book_of(),
        shop=SHOP,
        read=_read(),
        now=NOW + timedelta(days=2),
    )
    later = where.world.run(told)
    assert later.memory.frames[-1].asked == "confirm"
    assert later.memory.serial > offered.memory.serial
    pressed = take_turn(
        Heard(text="", choice=f"{offered.memory.serial}.0", channel=ChannelKind.CHAT),
        later.memory,
        book=book_of(),
        shop=SHOP,
        read=_read(),
        now=NOW + timedelta(days=2, minutes=1),
    )
    after = where.world.run(pressed)
    assert where.world.done == []
    assert "say.old_choice" in {piece.key for piece in after.pieces}


def _read() -> Callable[[str], Understood]:
    return builtin_reader(SHOP, "en", NOW)


@pytest.mark.parametrize(
    ("said", "reason", "key"),
    [
        ("I want to kill myself", HandoverReason.DANGER, "say.danger"),
        ("my lawyer will write to you", HandoverReason.LEGAL, "say.legal"),
    ],
)
def test_a_human_is_told_at_once_and_the_customer_humanely(said: str, reason: HandoverReason, key: str) -> None:
    for where in places():
        turned, spoken = turn(where.world, where.memory, said, channel=where.channel)
        assert turned.handover is reason
        assert key in {piece.key for piece in turned.pieces}
        assert turned.memory.frames == ()
        assert spoken.choices == ()


@pytest.mark.parametrize(
    "said",
    [
        "the lamp is to die for, thank you",
        "this wait is killing me",
        "do you sell the Suicide Squad poster",
        "deliver it to the law office on Court Street 5",
        "I hurt my finger on the broken glass",
        "cette attente me tue",
        "me muero por recibirlo",
        "das Kleid ist zum Sterben schön",
        "Is it legal to send a lamp to Norway?",
        "quiero vivir en Madrid, cambia la dirección",
    ],
)
def test_a_manner_of_speaking_alarms_nobody(said: str) -> None:
    turned, _ = turn(PLACES["a stranger"].world, Memory(language="en"), said)
    assert turned.handover not in {HandoverReason.DANGER, HandoverReason.LEGAL}


def test_nobody_gets_at_an_order_by_its_number_alone_however_often() -> None:
    where = PLACES["a stranger"]
    memory = where.memory
    for number in range(1000, 1010):
        turned, spoken = turn(where.world, memory, f"where is order {number}, somebody@example.net")
        memory = turned.memory
        assert "JD00" not in spoken.text
        assert EMAIL not in spoken.text
        if turned.handover is not None:
            break
    assert turned.handover in {HandoverReason.IDENTITY, HandoverReason.UNSURE}
    assert where.world.asker == Asker(channel="chat")
    assert where.world.asker.assurance is Assurance.NONE
