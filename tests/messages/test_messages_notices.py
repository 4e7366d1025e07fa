"""What owners are told of a paused connection: whole in each language, and never filled in twice."""

import re
import tomllib
from importlib.resources import files
from string import Formatter

import pytest
from msgspec.structs import replace

from doorstep.domain.languages import LANGUAGES
from doorstep.messages import notices
from doorstep.messages.notices import (
    Guessed,
    Paused,
    TemplatesPaused,
    Unread,
    code_notice,
    guessing_notice,
    paused_notice,
    templates_notice,
    unread_notice,
)
from doorstep.messages.notices.helpdesks import helpdesk_failed

PAUSED = Paused(
    shop="Casa Alma",
    name="Our UPS",
    provider="UPS",
    rests="carrier",
    why="UPS answered 401 (10401): it refuses the credential",
    url="https://doorstep.example/desk/connections/7",
)

TEMPLATES = TemplatesPaused(
    shop="Casa Alma",
    name="Our WhatsApp",
    provider="WhatsApp",
    templates=(("delivered (de)", "rejected"), ("shipped (de)", "paused")),
    url="https://doorstep.example/desk/approvals",
)


def words(language: str) -> dict[str, str]:
    return tomllib.loads((files(notices) / f"{language}.toml").read_text("utf-8"))


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["", "approval_", "mailbox_", "guessing_", "code_", "helpdesk_"])
def test_each_language_says_the_same_with_the_same_holes_and_says_it_itself(kind, language):
    english, other = words(f"{kind}en"), words(kind + language)
    assert {key: holes(text) for key, text in english.items()} == {key: holes(text) for key, text in other.items()}
    assert language == "en" or all(english[key] != other[key] for key in english)


@pytest.mark.parametrize("tag", [*LANGUAGES, "de-AT", "pt_BR"])
def test_a_code_stands_in_the_mail_and_the_text_in_each_language_and_in_no_subject(tag):
    mail, text = (
        code_notice("Casa {code} Alma", "123456", 10, tag),
        code_notice("Casa Alma", "123456", 10, tag, host="shop.example", text=True),
    )
    assert "123456" in mail.text
    assert "123456" not in mail.subject
    assert "{code}" in mail.subject  # a brand's own braces stay
    assert "10" in mail.text
    assert text.text.splitlines()[-1] == "@shop.example #123456"
    assert len(re.findall("123456", text.text)) == 2
    assert "@" not in code_notice("Casa Alma", "123456", 10, tag, text=True).text


@pytest.mark.parametrize("tag", [*LANGUAGES, "de-AT", "fr_CA", "pt-BR"])
def test_owners_are_told_of_guessing_in_their_shops_language(tag):
    told = guessing_notice(Guessed(shop="Casa Alma", times=23, subjects=4, url="https://doorstep.example/desk/changes"), tag)
    assert "{" not in told.subject + told.text
    for part in ("Casa Alma", "23", "4", "https://doorstep.example/desk/changes"):
        assert part in told.text


@pytest.mark.parametrize("tag", [*LANGUAGES, "de-AT", "fr_CA", "pt-BR"])
def test_owners_are_told_of_templates_in_their_shops_language(tag):
    told = templates_notice(TEMPLATES, tag)
    assert "{" not in told.subject + told.text
    for part in ("Casa Alma", "Our WhatsApp", "    delivered (de): rejected", "    shipped (de): paused", TEMPLATES.url):
        assert part in told.text
    english = templates_notice(TEMPLATES, "en")
    assert tag == "en" or (told.subject != english.subject and told.text != english.text)
    assert templates_notice(TEMPLATES, "ja") == english


@pytest.mark.parametrize(
    ("locale", "said"), [("en-GB", "is paused"), ("es", "está en pausa"), ("es-MX", "está en pausa"), ("ja", "is paused")]
)
def test_it_is_told_in_the_shops_language_and_else_in_english(locale, said):
    told = paused_notice(PAUSED, locale)
    assert said in told.subject
    for part in ("Casa Alma", "Our UPS", "10401", PAUSED.url):
        assert part in told.text
    assert not told.html
    assert "{" not in told.subject + told.text


@pytest.mark.parametrize(
    ("locale", "said"), [("en-GB", "is not read"), ("es-MX", "no se lee el buzón"), ("de", "nicht gelesen"), ("ja", "is not read")]
)
@pytest.mark.parametrize("refused", [True, False])
def test_a_mailbox_that_is_not_read_is_told_with_what_to_do(locale, said, refused):
    told = unread_notice(
        Unread(
            shop="Casa {why}",
            name="Our\nmail",
            provider="E-mail",
            refused=refused,
            why="no such folder",
            since="now",
            url="https://d.example/1",
        ),
        locale,
    )
    assert said in told.subject
    assert "\n" not in told.subject
    assert "{why}" in told.subject
    for part in ("Our mail", "no such folder", "https://d.example/1"):
        assert part in told.text
    if locale == "en-GB":
        assert ("Save the right settings" in told.text) is refused
        assert ("goes on trying" in told.text) is not refused


@pytest.mark.parametrize("rests", ["carrier", "channel", "webhook", "shop", "model"])
def test_what_rests_meanwhile_is_said(rests):
    told = paused_notice(Paused(shop="S", name="N", provider="P", rests=rests, why="w", url="u"), "en").text
    said = {"carrier": "is not asked", "channel": "two days", "webhook": "sent afterwards", "shop": "still kept", "model": "by itself"}
    assert said[rests] in told


def test_a_name_is_one_line_and_no_pattern():
    told = paused_notice(Paused(shop="{why}", name="a\nSubject: b", provider="P", rests="channel", why="secret", url="u"), "en")
    assert "\n" not in told.subject
    assert "{why}" in told.subject
    assert "secret" not in told.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_about_a_shop_that_ends_in_a_full_stop_ends_twice(language):
    told = [templates_notice(replace(TEMPLATES, shop="Acme Inc."), language)]
    told += [
        paused_notice(replace(PAUSED, shop="Acme Inc.", provider="Post Inc.", rests=rests), language) for rests in ("carrier", "channel")
    ]
    assert all("Acme Inc." in one.subject for one in told)
    assert not [one.text for one in told if ".." in one.text]


@pytest.mark.parametrize("tag", [*LANGUAGES, "de-AT"])
def test_owners_read_which_helpdesk_does_not_take_a_conversation_why_and_where_it_is(tag):
    url, why = "https://doorstep.example/desk/conversations/7", "Chatwoot has no conversation {url} any more."
    told = helpdesk_failed("Casa Alma", "Our Chatwoot", why, url, tag)
    assert "Our Chatwoot" in told.subject
    assert why in told.text
    assert told.text.count(url) == 1
