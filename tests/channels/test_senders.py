"""Senders by country: read, chosen, refused where a network carries no names; texts that nobody can answer ask for no answer."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named, channels
from doorstep.channels.senders import NUMBERS_ONLY, Sender, country_of, e164, read_senders, sender_for, sender_of, text_from
from doorstep.conversations.keywords import confirmation
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose, Remedy
from doorstep.errors import MisconfiguredError, RefusedError

NAME, NUMBER = Sender("Doorstep", one_way=True), Sender("+12025550123")


def message(text, purpose=Purpose.TRANSACTIONAL, unsubscribe="https://door.example/u/abc"):
    return Message(
        message_id="msg-1",
        merchant_id=1,
        channel=ChannelKind.SMS,
        to="+447700900123",
        content=Rendered(text=text),
        locale="en",
        purpose=purpose,
        topic="t",
        created_at=datetime(2026, 11, 29, tzinfo=UTC),
        unsubscribe_url=unsubscribe,
    )


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("+17872345678", "PR"),
        ("+447700900123", "GB"),
        ("+34612345678", "ES"),
        ("+919812345678", "IN"),
        ("+999123456789", ""),
        ("612345678", ""),
        ("", ""),
        ("ana@customer.example", ""),
    ],
)
def test_a_number_tells_its_country(number, country):
    assert country_of(number) == country


def test_senders_are_read_by_country_with_one_for_the_rest():
    read = read_senders(" us = +1 (202) 555-0123 ; GB=Doorstep,\n*=70707, CA=MG0123456789abcdef0123456789abcdef,")
    assert read == {
        "US": Sender("+12025550123"),
        "GB": Sender("Doorstep", one_way=True),
        "*": Sender("70707"),
        "CA": Sender("MG0123456789abcdef0123456789abcdef", pooled=True),
    }
    assert read_senders("") == {}


@pytest.mark.parametrize(
    "text",
    ["GB", "GB=", "=Doorstep", "GBR=Doorstep", "GB=Doorstep,gb=Other", "GB=TwelveLetters", "GB=+123", "GB=007", "GB=Tür", "**=1234567"],
)
def test_senders_that_cannot_be_read_are_the_merchants_to_mend(text):
    if text == "GB=007":  # a short code
        assert read_senders(text)["GB"] == Sender("007")
        return
    with pytest.raises(MisconfiguredError):
        read_senders(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_is_the_merchants_to_mend(text):
    with suppress(MisconfiguredError):
        for sender in read_senders(text).values():
            assert sender_of(sender.name) == sender


@pytest.mark.parametrize("country", sorted(NUMBERS_ONLY))
def test_a_name_is_refused_where_only_numbers_are_carried_and_the_text_says_what_to_do(country):
    numbers = {"US": "+12025550123", "CA": "+14165550123", "PR": "+17872345678", "BR": "+5511961234567", "ZA": "+27711234567"}
    numbers |= {"MX": "+525512345678", "NZ": "+64211234567", "KR": "+821012345678", "CN": "+8613123456789", "HU": "+36201234567"}
    if country not in numbers:
        assert len(country) == 2
        return
    with pytest.raises(MisconfiguredError, match=rf"{country}=\+"):
        sender_for({"senders": "*=Doorstep"}, numbers[country])
    assert sender_for({"senders": f"*=Doorstep, {country}=+12025550123"}, numbers[country]) == NUMBER


def test_a_country_without_a_sender_is_left_to_another_channel():
    with pytest.raises(RefusedError, match="ES") as raised:
        sender_for({"senders": "GB=Doorstep"}, "+34612345678")
    assert (raised.value.remedy, raised.value.suppress) == (Remedy.SWITCH, False)
    assert sender_for({"senders": "GB=Doorstep"}, "+34612345678", NUMBER) is NUMBER
    with pytest.raises(MisconfiguredError):
        sender_for({}, "+34612345678")


@pytest.mark.parametrize("provider", [one.slug for one in channels().values() if any(s.name == "senders" for s in one.settings)])
def test_every_provider_of_texts_tells_who_cannot_be_answered(provider):
    one_way = channel_named(provider).one_way
    settings = {"senders": "GB=Doorstep, FR=38000, *=+12025550123"}
    told = {
        country: one_way(settings, number) for country, number in (("GB", "+447700900123"), ("FR", "+33612345678"), ("ES", "+34612345678"))
    }
    assert told == {"GB": True, "FR": False, "ES": False}
    assert one_way({"senders": "*=Doorstep"}, "+34612345678")
    assert not one_way({"senders": "*=Doorstep"}, "+12025550123")  # no text leaves at all
    assert not one_way({"senders": "no sender"}, "+34612345678")
    assert not one_way({}, "")


@pytest.mark.parametrize("locale", ["en", "es", "de", "fr", "it", "pt"])
@pytest.mark.parametrize("keyword", ["stop", "start", "help"])
def test_every_confirmation_of_ours_loses_what_nobody_can_do(locale, keyword):
    text = confirmation(keyword, "Shop", locale, "help@shop.example")
    said = text_from(NAME, message(text))
    assert said.startswith("Shop")
    assert said != text
    for word in ("STOP", "START", "HELP", "ALTA", "BAJA", "AYUDA", "HILFE", "AIDE", "AIUTO", "SAIR", "AJUDA"):
        assert word not in said
    assert text_from(NUMBER, message(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Shop: It is there. Reply STOP to end.", "Shop: It is there."),
        ("Shop: It is there: https://shop.example/t/abc.def?x=1 Reply STOP to end.", "Reply STOP to end."),
        ("It is there.\nText STOP to 70707 to end\nhttps://shop.example/t/1", "It is there.\nhttps://shop.example/t/1"),
        ("It will not stop raining. Reply to us by mail.", "It will not stop raining. Reply to us by mail."),
        ("START your return: https://shop.example/r", "START your return: https://shop.example/r"),
        ("Reply STOP to end.", "Reply STOP to end."),
    ],
)
def test_only_the_sentence_that_asks_for_a_keyword_is_left_out(text, said):
    got = text_from(NAME, message(text))
    if "x=1 Reply" in text:  # no mark ends the address, so sentence and address are one; nothing true is lost
        assert got == text
    else:
        assert got == said


def test_marketing_that_nobody_can_answer_holds_a_way_out_once():
    link = "https://door.example/u/abc"
    text = "Shop: Ten percent off. Reply STOP to end."
    assert text_from(NAME, message(text, Purpose.MARKETING)) == f"Shop: Ten percent off.\n{link}"
    assert text_from(NAME, message(f"Off! {link}", Purpose.MARKETING)) == f"Off! {link}"
    assert text_from(NAME, message("Off!", Purpose.MARKETING, None)) == "Off!"
    assert text_from(NAME, message("There.")) == "There."
    assert text_from(NUMBER, message(text, Purpose.MARKETING)) == text


@given(st.text())
def test_no_text_becomes_empty(text):
    assert text_from(NAME, message(text)).strip() or not text.strip()


@pytest.mark.parametrize(
    ("given_number", "said"),
    [("447700900123", "+447700900123"), (" +447700900123", "+447700900123"), ("70707", "70707"), ("Doorstep", "Doorstep"), ("", "")],
)
def test_numbers_of_digits_alone_get_their_plus(given_number, said):
    assert e164(given_number) == said
