"""What a talk does beside going straight: who asks, corrections, old buttons, several wishes, humans, forgetting."""

from datetime import timedelta

import msgspec
import pytest
from talking_world import CODE, EMAIL, NOW, ORDERS, SHOP, Talk, World

from doorstep.conversations.handing.rules import Rules
from doorstep.conversations.talks import book_of, take_turn
from doorstep.conversations.talks.book import Changes
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.understanding import builtin_reader


def talk(*numbers: str, known: bool = True, knowledge: bool = True) -> Talk:
    return Talk(World(*numbers, known=known, knowledge=knowledge), "en", ChannelKind.CHAT)


def keys(turned: Turned) -> list[str]:
    return ["refusal" if piece.refusal else piece.key for piece in turned.pieces]


def test_a_stranger_is_asked_who_they_are_and_then_answered() -> None:
    one = talk("1002", known=False)
    assert keys(one.say("Where is my order?")) == ["ask.identity"]
    assert "where.in_transit" in keys(one.say(f"#1002, {EMAIL}"))
    assert one.memory.shown is not None


def test_number_and_address_may_come_one_after_the_other() -> None:
    one = talk("1002", known=False)
    one.say("Where is my order?")
    assert keys(one.say("my order number is 1002"))[-1] == "ask.identity_email"
    assert "where.in_transit" in keys(one.say(EMAIL))


@pytest.mark.parametrize("told", ["#1002, somebody@else.example", f"#9999, {EMAIL}", "#7777 and nobody@nowhere.example"])
def test_what_does_not_fit_and_what_does_not_exist_are_one_answer(told: str) -> None:
    one = talk("1002", known=False)
    one.say("Where is my order?")
    assert keys(one.say(told))[0] == "say.not_recognised"
    assert one.memory.shown is None


def test_after_three_tries_in_vain_a_human_takes_over() -> None:
    one = talk("1002", known=False)
    one.say("Where is my order?")
    said = [one.say(f"#{number}, nobody@nowhere.example") for number in (1111, 2222, 3333)]
    assert said[-1].handover is HandoverReason.IDENTITY


def test_who_does_not_know_the_number_gets_a_code() -> None:
    one = talk("1002", known=False)
    one.say("Where is my order?")
    one.say(f"my email is {EMAIL}")
    assert "ask.code" in keys(one.say("I don't know the number"))
    assert keys(one.say("000000"))[0] == "say.wrong_code"
    assert "where.in_transit" in keys(one.say(CODE))


@pytest.mark.parametrize(
    ("language", "asks", "unknown"),
    [
        ("en", "Where is my order?", "I don't have the order number"),
        ("de", "Wo ist mein Paket?", "hab die Nummer nicht"),
        ("pt", "Cadê meu pedido?", "não tenho o número"),
        ("hi", "मेरा ऑर्डर कहाँ है", "ऑर्डर नंबर नहीं है"),
        ("hi", "mera order kahan hai", "number yaad nahi hai"),
    ],
)
def test_who_has_no_number_is_asked_for_the_address_alone(language: str, asks: str, unknown: str) -> None:
    one = Talk(World("1002", language=language, known=False), language, ChannelKind.CHAT)
    one.say(asks)
    assert keys(one.say(unknown)) == ["ask.identity_email"]
    assert keys(one.say(EMAIL)) == ["ask.identity_number"]
    assert [offer.key for offer in one.turned.offers if one.turned] == ["title.send_code"]


@pytest.mark.parametrize(("language", "said"), [("de", "ok"), ("pt", "ok obrigado"), ("hi", "ok thanks")])
def test_a_word_of_every_language_changes_none(language: str, said: str) -> None:
    one = Talk(World("1002", language=language), language, ChannelKind.CHAT)
    one.say(said)
    assert one.memory.language == language


def test_a_name_of_elsewhere_changes_no_language() -> None:
    one = Talk(World("1003", language="de"), "de", ChannelKind.CHAT)
    one.say("Ich muss die Lieferadresse ändern")
    one.say("Gran Via 10, 28013 Madrid")
    assert one.memory.language == "de"
    assert one.say("ja").did[-1].outcome == "done"


def test_a_request_in_another_language_changes_it() -> None:
    one = Talk(World("1002", language="de"), "de", ChannelKind.CHAT)
    one.say("Where is my order?")
    assert one.memory.language == "en"


@pytest.mark.parametrize(
    ("language", "said", "day"),
    [
        ("en", "Tomorrow does not suit me, can you deliver it on Monday instead?", "2026-11-23"),
        ("de", "morgen bin ich nicht da, können Sie lieber am Montag liefern?", "2026-11-23"),
        ("de", "Bitte nicht am Freitag, sondern am Samstag zustellen", "2026-11-21"),
        ("pt", "não vai ter ninguém amanhã, podem entregar na segunda-feira?", "2026-11-23"),
        ("hi", "kal ghar pe koi nahi hai, monday ko deliver kar do", "2026-11-23"),
    ],
)
def test_the_day_that_is_wanted_is_taken_and_not_the_one_that_does_not_suit(language: str, said: str, day: str) -> None:
    one = Talk(World("1002", language=language), language, ChannelKind.CHAT)
    one.say(said)
    assert str(one.memory.frames[-1].slots.on) == day


def test_a_redirect_needs_a_code_and_goes_on_after_it() -> None:
    one = talk("1002")
    one.world.asker = msgspec.structs.replace(one.world.asker, assurance=1)
    one.say("I need to change my delivery address")
    assert "say.make_sure" in keys(one.say("Gran Via 10, 28013 Madrid"))
    assert "confirm.redirect" in keys(one.say(CODE))
    assert one.world.codes_sent == 1


def test_a_yes_with_something_else_in_it_is_no_yes() -> None:
    one = talk("1002")
    one.say("Can you deliver it on Friday instead?")
    assert "confirm.reschedule" in keys(one.say("yes, but on Saturday"))
    assert one.world.done == []


@pytest.mark.parametrize("said", ["maybe", "should I say yes?", "what happens if I say yes", "yesterday", "hmm", "👀"])
def test_what_is_no_yes_does_nothing(said: str) -> None:
    one = talk("1003")
    one.say("cancel my order")
    one.say(said)
    assert one.world.done == []


def test_a_yes_without_a_question_does_nothing() -> None:
    one = talk("1003")
    one.say("yes")
    one.say("yes, do it")
    assert one.world.done == []


def test_an_old_menus_button_is_told_to_be_one_and_changes_nothing() -> None:
    one = talk("1003")
    one.say("cancel my order")
    assert one.spoken is not None
    yes = one.spoken.choices[0].choice_id
    one.say("no")
    one.say("cancel my order please")
    one.say("no")
    assert keys(one.say("Yes", choice=yes))[0] == "say.old_choice"
    assert one.world.done == []


def test_two_wishes_in_one_message_are_taken_one_after_the_other() -> None:
    one = talk("1001", "1003")
    first = one.say("I want to cancel order 1003. And I want to return the desk lamp from order 1001.")
    assert "confirm.cancel_order" in keys(first)
    second = one.say("yes")
    assert keys(second)[:2] == ["done.cancel_order", "say.next"]
    assert one.memory.frames[-1].talk == "return"


def test_slots_come_in_any_order_and_are_not_asked_for_again() -> None:
    one = talk("1001", "1002")
    assert "confirm.reschedule" in keys(one.say("please bring order 1002 on Saturday between 9 and 12"))
    assert one.memory.frames[-1].slots.window == "09:00-12:00"


def test_who_disputes_a_no_gets_a_human() -> None:
    one = talk("1001")
    assert keys(one.say("please cancel my order")) == ["refusal"]
    assert one.say("but I want to cancel my order").handover is HandoverReason.REFUSED


def test_anger_is_answered_with_an_apology_and_then_by_a_human() -> None:
    one = talk("1002")
    assert keys(one.say("This is ridiculous!!! WHERE IS MY ORDER"))[0] == "say.sorry"
    assert one.say("UNACCEPTABLE!!! this is the WORST shop ever").handover is HandoverReason.ANGER


def test_what_is_not_understood_twice_in_a_row_gets_a_human() -> None:
    world, memory = World("1002", knowledge=False), Memory(language="en")
    handed = []
    for _ in range(2):
        heard = Heard(text="thing of the thing", channel=ChannelKind.CHAT)
        turned = world.run(take_turn(heard, memory, book=book_of(), shop=SHOP, read=lambda _: Understood(in_scope=0.9), now=NOW))
        memory = turned.memory
        handed.append(turned.handover)
    assert handed == [None, HandoverReason.UNSURE]


def test_what_is_no_shops_matter_is_told_so_however_often() -> None:
    world, memory = World("1002", knowledge=False), Memory(language="en")
    for _ in range(3):
        heard = Heard(text="who won the match", channel=ChannelKind.CHAT)
        turned = world.run(take_turn(heard, memory, book=book_of(), shop=SHOP, read=lambda _: Understood(in_scope=0.1), now=NOW))
        memory = turned.memory
        assert (keys(turned), turned.handover) == (["say.elsewhere"], None)


def test_the_merchants_rules_decide_when_a_human_takes_over() -> None:
    def say(text: str, memory: Memory, world: World) -> Turned:
        heard = Heard(text=text, channel=ChannelKind.CHAT)
        read = builtin_reader(SHOP, "en", NOW)
        return world.run(take_turn(heard, memory, book=book_of(), shop=SHOP, read=read, now=NOW, rules=Rules(value_minor={"EUR": 5000})))

    assert say("cancel my order", Memory(language="en"), World("1003")).handover is HandoverReason.VALUE
    assert say("where is my order", Memory(language="en"), World("1003")).handover is None


def test_the_same_question_again_and_again_gets_a_human() -> None:
    one = talk("1002")
    one.world.asked_before = 2
    assert one.say("where is my order?").handover is HandoverReason.REPEATED


def test_a_talk_that_is_switched_off_is_a_humans() -> None:
    world = World("1003")
    read = builtin_reader(SHOP, "en", NOW)
    heard = Heard(text="cancel my order", channel=ChannelKind.CHAT)
    book = book_of(Changes(off=("cancel",)))
    turned = world.run(take_turn(heard, Memory(language="en"), book=book, shop=SHOP, read=read, now=NOW))
    assert turned.handover is HandoverReason.TALK


def test_what_was_begun_is_forgotten_after_a_day() -> None:
    one = talk("1002")
    one.say("Please bring it on another day")
    later = NOW + timedelta(days=2)
    heard = Heard(text="Friday", channel=ChannelKind.CHAT)
    turned = one.world.run(take_turn(heard, one.memory, book=book_of(), shop=SHOP, read=builtin_reader(SHOP, "en", later), now=later))
    assert turned.memory.frames == ()


def test_without_knowledge_it_says_so_and_notes_the_question() -> None:
    one = talk("1001", knowledge=False)
    turned = one.say("Do you ship to Norway?")
    assert "say.do_not_know" in keys(turned)
    assert turned.unanswered


def test_a_misspelt_number_is_found_among_their_own() -> None:
    one = talk("1001", "1002", "1003")
    assert "where.in_transit" in keys(one.say("where is order #1O02"))


def test_the_button_of_a_message_of_ours_begins_its_talk_with_its_order() -> None:
    world = World("1001", "1002")
    heard = Heard(text="Another day", choice="reschedule", channel=ChannelKind.WHATSAPP, order=ORDERS["1002"].external_id)
    turned = world.run(take_turn(heard, Memory(language="en"), book=book_of(), shop=SHOP, read=builtin_reader(SHOP, "en", NOW), now=NOW))
    assert turned.memory.frames[-1].slots.order == "o1002"
    assert keys(turned) == ["ask.on"]
