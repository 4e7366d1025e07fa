"""Bounces, complaints and mails to us: real ones where the shared data is present, our own for each rule."""

import time
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.email.bounces import failures_in
from doorstep.domain.plugins import Inbound, Raw
from doorstep.domain.vocabulary import MessageState, Remedy
from doorstep.errors import BadInputError

EMAIL = channel_named("email")
SETTINGS = {
    "from_address": "orders@shop.example",
    "bounce_address": "bounces+{id}@shop.example",
    "unsubscribe_address": "unsub@shop.example",
}
BOUNCES = Path(__file__).parents[3] / "shared/data/channels/email/bounces"

#: Judged by the mails themselves. What is in none of these is a permanent failure.
TEMPORARY = {"lhost-v5sendmail-01", "rhost-yahooinc-02", "rhost-cloudflare-01"}
COMPLAINTS = {"arf-01", "arf-02"}
#: Two people's mails, two automatic answers.
NEITHER = {"is-not-bounce-01", "is-not-bounce-02", "rfc3834-01", "rfc3834-02"}
#: Recipients where there is more than one.
SEVERAL = {
    **dict.fromkeys(("lhost-opensmtpd-02", "lhost-qmail-02", "lhost-yandex-02", "lhost-sendmail-02", "lhost-zoho-02"), 2),
    **dict.fromkeys(("lhost-exchange2003-02", "lhost-postfix-02", "lhost-exim-02"), 2),
    "lhost-x2-02": 3,
}


def read(body, **settings):
    return EMAIL.read(Raw(body=body, content_type="message/rfc822"), {**SETTINGS, **settings})


def _is_right(name, body):
    if name in COMPLAINTS:
        return [receipt.suppress for receipt in read(body).receipts] == ["complained"]
    failures = failures_in(message_from_bytes(body))
    if name in NEITHER:
        return not failures and not read(body).receipts
    own = message_from_bytes(body)["To"] or ""
    return len(failures) == SEVERAL.get(name, 1) and all(
        failure.address
        and failure.address not in own.lower()
        and failure.address.encode() in body.lower()
        and failure.permanent is (name not in TEMPORARY)
        for failure in failures
    )


@pytest.mark.skipif(not BOUNCES.is_dir(), reason="needs ../shared/data, which is not in the repository")
def test_real_bounces_are_read_with_address_and_permanence():
    mails = {path.stem: path.read_bytes() for path in sorted(BOUNCES.glob("*.eml"))}
    wrong = {name for name, body in mails.items() if not _is_right(name, body)}
    # Two notices of a mailing list's program, about its list and no mail of ours.
    assert wrong <= {"lhost-fml-02", "lhost-fml-03"}
    assert all(read(mails[name]) == Inbound() for name in wrong)
    assert len(mails) == 146


def report(
    status="5.1.1",
    action="failed",
    diagnostic="smtp; 550 5.1.1 no such user",
    returned="Message-ID: <msg-1@shop.example>\n",
    to="orders@shop.example",
):
    return f"""From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Ana@Example.com
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b
Content-Type: text/rfc822-headers

{returned}Subject: Your parcel

--b--
""".encode()


def test_a_dead_mailbox_bounces_and_is_suppressed():
    (receipt,) = read(report()).receipts
    assert receipt.state is MessageState.BOUNCED
    assert (receipt.suppress, receipt.address, receipt.message_id) == ("bounced", "ana@example.com", "msg-1")
    assert (receipt.provider_code, receipt.remedy) == ("550 5.1.1", Remedy.SUPPRESS)


@pytest.mark.parametrize(
    ("status", "diagnostic"), [("5.2.2", "smtp; 552 5.2.2 full"), ("5.7.1", "smtp; 550 5.7.1 spam"), ("4.4.7", "smtp; expired")]
)
def test_a_full_mailbox_a_policy_and_an_expiry_bounce_without_suppression(status, diagnostic):
    (receipt,) = read(report(status=status, diagnostic=diagnostic)).receipts
    assert (receipt.state, receipt.suppress, receipt.remedy) == (MessageState.BOUNCED, None, Remedy.SWITCH)


def test_a_vague_status_gives_way_to_what_the_server_said():
    (receipt,) = read(report(status="5.0.0", diagnostic="smtp; 550 5.1.1 unknown")).receipts
    assert receipt.suppress == "bounced"


def test_a_delay_changes_nothing():
    (receipt,) = read(report(status="4.2.0", action="delayed", diagnostic="smtp; 451 later")).receipts
    assert (receipt.state, receipt.suppress) == (MessageState.SENT, None)


def test_a_delivery_report_of_success_says_reached():
    (receipt,) = read(report(status="2.0.0", action="delivered", diagnostic="smtp; 250 ok")).receipts
    assert (receipt.state, receipt.suppress) == (MessageState.REACHED, None)


def test_the_message_is_found_by_the_address_the_bounce_came_to():
    (receipt,) = read(report(returned="", to="bounces+msg-9@shop.example")).receipts
    assert receipt.message_id == "msg-9"


def test_a_message_id_of_another_house_is_not_ours():
    (receipt,) = read(report(returned="Message-ID: <msg-1@elsewhere.example>\n")).receipts
    assert receipt.message_id is None


def test_our_own_header_finds_the_message_where_the_message_id_was_replaced():
    (receipt,) = read(report(returned="Message-ID: <x@relay.example>\nX-Doorstep-Message: msg-3\n")).receipts
    assert receipt.message_id == "msg-3"


def test_no_receipt_holds_an_address_in_its_text():
    (receipt,) = read(report(diagnostic="smtp; 550 5.1.1 <ana@example.com> +1 202 555 0123 unknown")).receipts
    assert "ana" not in receipt.provider_text
    assert "555" not in receipt.provider_text


def complaint(kind):
    return f"""From: fbl@mail.example
To: orders@shop.example
Subject: complaint
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
Original-Rcpt-To: <Ana@example.com>

--b
Content-Type: message/rfc822

Message-ID: <msg-1@shop.example>
Subject: Your parcel

Hi
--b--
""".encode()


@pytest.mark.parametrize(
    ("kind", "suppress", "state"),
    [
        ("abuse", "complained", MessageState.COMPLAINED),
        ("fraud", "complained", MessageState.COMPLAINED),
        ("opt-out", "unsubscribed", MessageState.REACHED),
    ],
)
def test_a_complaint_suppresses_the_address(kind, suppress, state):
    (receipt,) = read(complaint(kind)).receipts
    assert (receipt.suppress, receipt.address, receipt.message_id) == (suppress, "ana@example.com", "msg-1")
    assert (receipt.state, receipt.remedy) == (state, Remedy.SUPPRESS)


def test_not_spam_is_no_complaint():
    assert read(complaint("not-spam")).receipts == ()


def mail(*headers, text="Where is it?"):
    return "\n".join(("From: Ana <ana@example.com>", "To: help@shop.example", "Message-ID: <1@example.com>", *headers, "", text)).encode()


def test_a_persons_mail_is_a_reply():
    (reply,) = read(mail("Subject: parcel")).replies
    assert (reply.sender, reply.text, reply.provider_id, reply.keyword) == ("ana@example.com", "Where is it?", "1@example.com", "")


@pytest.mark.parametrize(
    "header",
    [
        "X-MLServer: fml",
        "List-Unsubscribe: <https://x.example>",
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "Return-Path: <>",
        "X-Autoreply: yes",
        "List-Id: x",
        "X-Doorstep-Message: m",
    ],
)
def test_a_machines_mail_is_not_answered(header):
    found = read(mail(header))
    assert (found.receipts, found.replies) == ((), ())


def test_a_mail_to_the_unsubscribe_address_is_a_stop_with_its_token():
    body = b"From: Ana <ana@example.com>\nTo: unsub@shop.example\nSubject: tok3n-abc\nMessage-ID: <1@example.com>\nAuto-Submitted: auto-generated\n\n"
    (reply,) = read(body).replies
    assert (reply.keyword, reply.text, reply.to) == ("stop", "tok3n-abc", "unsub@shop.example")


def test_a_carriers_own_mail_of_a_failed_delivery_is_no_bounce():
    body = b"From: no-reply@carrier.example\nTo: help@shop.example\nSubject: Delivery failed\nMessage-ID: <1@c>\n\nThe parcel could not be delivered to ana@example.com.\n"
    assert read(body).receipts == ()


@pytest.mark.parametrize("body", [b"", b"\0\0", b"hello", b'{"a": 1}', b"\n\n\n"])
def test_what_is_no_mail_is_bad_input(body):
    with pytest.raises(BadInputError):
        read(body)


def test_parts_nested_without_end_are_read_or_refused():
    body = b"From: a@b.example\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3_000)
    )
    with suppress(BadInputError):
        read(body)


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "a",
        "@",
        " ",
        "a@b ",
        "<style",
        "-",
        "From <",
        "Final-Recipient: rfc822; a\n",
        "5.1.1 ",
        "=?",
        "to ",
        "\n",
        ">",
        "&lt;",
        "=?utf-8?q?",
    ],
)
def test_a_hostile_mail_is_read_in_time_that_grows_with_its_length(unit):
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    for subtype in ("plain", "html"):
        read(
            f"From: mailer-daemon@x.example\nReturn-Path: <>\nSubject: undeliverable {text[:2000].strip()}\nContent-Type: text/{subtype}\n\n{text}".encode()
        )
    assert time.process_time() - started < 4


@given(st.binary())
def test_any_bytes_are_read_or_are_bad_input(body):
    with suppress(BadInputError):
        read(body)


@given(st.text(), st.sampled_from(["delivery-status", "feedback-report", "rfc822"]), st.text())
def test_any_report_is_read_or_is_bad_input(fields, kind, subject):
    head = f"From: mailer-daemon@x.example\nSubject: {subject}\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/{kind}\n\n"
    with suppress(BadInputError):
        read((head + fields + "\n--b--\n").encode("utf-8", "replace"))
