"""Answers of people: what they say, what they quote, which message they answer, their files."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoted_mails import HTML, TEXTS

from doorstep.channels import channel_named
from doorstep.channels.email.attachments import safe_name
from doorstep.channels.email.quoting import html_said_and_quoted, plain_of, said_and_quoted
from doorstep.domain.plugins import Raw

EMAIL = channel_named("email")
SETTINGS = {"from_address": "orders@shop.example", "reply_to": "help+{id}@in.shop.example"}


def read(mail, **settings):
    body = mail if isinstance(mail, bytes) else mail.as_bytes()
    return EMAIL.read(Raw(body=body, content_type="message/rfc822"), {**SETTINGS, **settings})


def reply(mail, **settings):
    (found,) = read(mail, **settings).replies
    return found


def mail(text="Where is it?", **headers):
    made = EmailMessage()
    for name, value in {
        "From": '"Ruiz, Ana" <Ana@Customer.example>',
        "To": "help@shop.example",
        "Message-ID": "<1@customer.example>",
    }.items():
        made[name] = value
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        if value is not None:
            made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_is_said_stands_apart_from_what_is_quoted(name):
    text, said = TEXTS[name]
    found, quoted = said_and_quoted(text)
    assert found == said
    if len(said) < len(text.strip()):
        assert quoted


@pytest.mark.parametrize("name", sorted(HTML))
def test_html_is_read_as_text_with_what_it_quotes_apart(name):
    html, said = HTML[name]
    found, quoted = html_said_and_quoted(html)
    assert found == said
    if "Your parcel is on its way." in html:
        assert "Your parcel is on its way." in quoted


@given(st.text())
def test_no_line_of_any_text_is_lost(text):
    said, quoted = said_and_quoted(text)
    given_lines = sorted(line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip())
    assert sorted(line.strip() for part in (said, quoted) for line in part.split("\n") if line.strip()) == given_lines


@given(st.text())
def test_no_tag_survives(html):
    assert "<script" not in plain_of(f"<script>{html}</script>").lower().partition("</script")[0]


@pytest.mark.parametrize(
    "unit", ["On a", "Am a ", "From: a\n", "> ", "<", "<!--", "<div ", "a@b ", "On \n", "- ", "को ", "wrote:", "&lt;", "Le a\nb\n", "_"]
)
def test_a_hostile_text_is_split_in_time_that_grows_with_its_length(unit):
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    said_and_quoted(text)
    html_said_and_quoted(text)
    assert time.process_time() - started < 3


def test_a_mail_in_html_alone_is_read_as_text():
    made = mail()
    made.set_content("<p>¿Dónde est&aacute;?</p><script>x()</script>", subtype="html")
    assert reply(made).text == "¿Dónde está?"


def test_of_two_alternatives_the_plain_one_is_read_and_an_empty_one_is_not():
    made = mail("Plain words")
    made.add_alternative("<p>Other words</p>", subtype="html")
    assert reply(made).text == "Plain words"
    made = mail(" \n")
    made.add_alternative("<p>Other words</p>", subtype="html")
    assert reply(made).text == "Other words"


def test_what_is_quoted_is_kept_beside():
    found = reply(mail("Where is it?\n\n-- \nAna"))
    assert (found.text, found.quoted) == ("Where is it?", "--\nAna")


def test_the_person_has_a_name_and_the_address_is_small():
    found = reply(mail())
    assert (found.sender, found.sender_name, found.to) == ("ana@customer.example", "Ruiz, Ana", "help@shop.example")


def test_one_who_writes_only_a_subject_says_it():
    assert reply(mail("", Subject="Where is my parcel?")).text == "Where is my parcel?"
    assert reply(mail("", Subject="Re: Your parcel", In_Reply_To="<m@shop.example>")).text == ""


def test_the_nearest_answered_mail_stands_first_and_each_once():
    found = reply(mail(References="<a@x.example> <b@x.example> <c@x.example>", In_Reply_To="<c@x.example>"))
    assert found.answers == ("c@x.example", "b@x.example", "a@x.example")
    assert found.message_id is None


def test_our_message_is_found_by_its_id_among_the_references():
    assert reply(mail(In_Reply_To="<msg-7@shop.example>")).message_id == "msg-7"
    assert reply(mail(In_Reply_To="<x@y.example>", References="<msg-8@SHOP.example> <x@y.example>")).message_id == "msg-8"
    assert reply(mail(In_Reply_To="<msg-7@shop.example.evil.example>")).message_id is None


@pytest.mark.parametrize("name", ["To", "Cc", "Delivered_To", "X_Original_To"])
def test_our_message_is_found_by_the_address_that_was_answered(name):
    made = mail(**{"In_Reply_To": "<other@shop.example>", name: "help+msg-9@in.shop.example"})
    assert reply(made).message_id == "msg-9"


def test_an_address_of_another_house_names_no_message():
    assert reply(mail(To="xhelp+msg-9@in.shop.example")).message_id is None
    assert reply(mail(To="help+msg-9@in.shop.example"), reply_to="help@in.shop.example").message_id is None


def test_a_provider_that_names_our_mail_anew_is_answered_by_its_own_id():
    found = reply(mail(In_Reply_To="<0100018f-abc-000000@eu-west-1.amazonses.com>", References="<0102@email.amazonses.com>"))
    assert found.answers == ("0100018f-abc-000000", "0102")


def test_files_come_with_safe_names_and_their_bytes():
    made = mail("Look")
    made.add_attachment(b"\xff\xd8photo", maintype="image", subtype="jpeg", filename="../../etc/broken pot.jpg")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="rechnung für ána.pdf")
    made.add_attachment("inner", subtype="plain", filename="note.txt")
    found = reply(made)
    assert found.text == "Look"
    assert [(one.name, one.content_type, one.content) for one in found.attachments] == [
        ("broken pot.jpg", "image/jpeg", b"\xff\xd8photo"),
        ("rechnung für ána.pdf", "application/pdf", b"%PDF"),
        ("note.txt", "text/plain", b"inner\n"),
    ]


def test_a_picture_without_a_name_is_a_file_too():
    made = mail("Look")
    made.add_attachment(b"GIF", maintype="image", subtype="gif")
    del made.get_payload()[1]["Content-Disposition"]
    assert [(one.name, one.content) for one in reply(made).attachments] == [("attachment", b"GIF")]


def test_a_mail_in_a_mail_is_a_file():
    made = mail("See below")
    made.add_attachment(mail("I am inside", Subject="inner"))
    found = reply(made)
    assert found.text == "See below"
    (file,) = found.attachments
    assert file.content_type == "message/rfc822"
    assert b"I am inside" in file.content


def test_outlooks_wrapping_is_named():
    made = mail("Look")
    made.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="octet-stream", filename="winmail.dat")
    (file,) = reply(made).attachments
    assert (file.name, file.content_type) == ("winmail.dat", "application/ms-tnef")


def test_an_eleventh_file_is_left_out_and_bytes_beyond_ten_millions_are():
    made = mail("Look")
    for number in range(12):
        made.add_attachment(b"x" * 10, maintype="image", subtype="png", filename=f"{number}.png")
    assert [one.name for one in reply(made).attachments] == [f"{number}.png" for number in range(10)]
    made = mail("Look")
    for number, size in enumerate((6_000_000, 5_000_000, 3_000_000)):
        made.add_attachment(b"x" * size, maintype="image", subtype="png", filename=f"{number}.png")
    assert [(one.name, len(one.content)) for one in reply(made).attachments] == [("0.png", 6_000_000), ("1.png", 0), ("2.png", 3_000_000)]


def test_a_mail_of_thirty_million_bytes_is_read_from_its_front():
    made = mail("Look")
    made.add_attachment(b"x" * 1000, maintype="image", subtype="png", filename="small.png")
    made.add_attachment(b"x" * 22_000_000, maintype="image", subtype="png", filename="big.png")
    started = time.process_time()
    found = reply(made)
    assert found.text == "Look"
    assert next((one.name, len(one.content)) for one in found.attachments) == ("small.png", 1000)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("C:\\Users\\ana\\pot.jpg", "pot.jpg"),
        ("/etc/passwd", "passwd"),
        ("..", "attachment"),
        ("", "attachment"),
        (".htaccess", "htaccess"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nb\0.txt", "ab.txt"),
        ('a<b>:"|?*.txt', "ab.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("=?utf-8?q?caf=C3=A9.pdf?=", "café.pdf"),
    ],
)
def test_a_files_name_is_safe_to_show(given_name, safe):
    assert safe_name(given_name) == safe


@given(st.text())
def test_any_name_becomes_one_that_is_safe(name):
    made = safe_name(name)
    assert 0 < len(made) <= 120
    assert not set(made) & set('/\\\0\n\r<>:"|?*')
    assert not made.startswith(".")


def test_a_mail_without_an_id_has_the_same_one_each_time():
    assert reply(mail(Message_ID=None)).provider_id == reply(mail(Message_ID=None)).provider_id
    assert reply(mail(Message_ID=None)).provider_id != reply(mail("Else", Message_ID=None)).provider_id
