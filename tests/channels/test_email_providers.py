"""The e-mail providers: how our id goes out and comes back, what vouches for a webhook, mails they hand on, any payload."""

import base64
import hashlib
import hmac
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from email_providers import DATA, PROVIDERS, SETTINGS, URL, as_files, as_form, as_json, as_sns, posted, sample
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.plugins import Raw, Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
IDENT = "0198f3a2-7b1c-7def-8123-456789abcdef"
SENDING = {"from_address": "orders@shop.example", "username": "user", "password": "pa55word"}


def message(**changes):
    fields = {
        "message_id": IDENT,
        "merchant_id": 7,
        "channel": ChannelKind.EMAIL,
        "to": "ana@customer.example",
        "to_name": "Ana",
        "content": Rendered(subject="Your parcel", text="Hello\n", html="<p>Hello</p>\n"),
        "locale": "en",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "delivery",
        "created_at": NOW,
    }
    return Message(**{**fields, **changes})


def request_of(slug, **settings):
    return next(channel_named(slug).send(message(), {**SENDING, **settings}, NOW, ""))


def answer(slug, status, text, **headers):
    flow = channel_named(slug).send(message(), SENDING, NOW, "")
    next(flow)
    try:
        flow.send(Response(status=status, headers=headers, body=text.encode()))
    except StopIteration as stop:
        return stop.value
    raise AssertionError("no end")


# --- sending ---------------------------------------------------------------------------------------------------------------------

_HEADERS = {
    "amazon_ses": ("X-SES-MESSAGE-TAGS", f"doorstep_message={IDENT}"),
    "brevo": ("X-Mailin-custom", f'{{"doorstep_message": "{IDENT}"}}'),
    "mailersend": ("X-MailerSend-Tags", f"doorstep:{IDENT}"),
    "mailgun": ("X-Mailgun-Variables", f'{{"doorstep_message": "{IDENT}"}}'),
    "mailjet": ("X-MJ-CustomID", IDENT),
    "mandrill": ("X-MC-Metadata", f'{{"doorstep_message": "{IDENT}"}}'),
    "postmark": ("X-PM-Metadata-doorstep-message", IDENT),
    "resend": ("X-Doorstep-Message", IDENT),
    "sendgrid": ("X-SMTPAPI", f'{{"unique_args": {{"doorstep_message": "{IDENT}"}}}}'),
    "sparkpost": ("X-MSYS-API", f'{{"metadata": {{"doorstep_message": "{IDENT}"}}, "options": {{"transactional": true}}}}'),
}
_SERVERS = {
    "amazon_ses": ("email-smtp.us-east-1.amazonaws.com", "user"),
    "brevo": ("smtp-relay.brevo.com", "user"),
    "mailersend": ("smtp.mailersend.net", "user"),
    "mailgun": ("smtp.mailgun.org", "user"),
    "mailjet": ("in-v3.mailjet.com", "user"),
    "mandrill": ("smtp.mandrillapp.com", "user"),
    "postmark": ("smtp.postmarkapp.com", "user"),
    "resend": ("smtp.resend.com", "resend"),
    "sendgrid": ("smtp.sendgrid.net", "apikey"),
    "sparkpost": ("smtp.sparkpostmail.com", "SMTP_Injection"),
}


@pytest.mark.parametrize("slug", PROVIDERS)
def test_our_id_and_nothing_of_the_customers_goes_out_in_the_providers_header(slug):
    request = request_of(slug)
    name, value = _HEADERS[slug]
    mail = message_from_bytes(request.content, policy=policy.SMTP)
    assert mail[name] == value
    assert "ana" not in mail[name].lower()
    assert (request.host, request.port, request.security, request.username) == (_SERVERS[slug][0], 587, "starttls", _SERVERS[slug][1])
    assert (request.envelope_from, request.envelope_to, request.password) == ("orders@shop.example", "ana@customer.example", "pa55word")


def test_settings_of_one_provider_reach_its_headers():
    mail = message_from_bytes(request_of("postmark", message_stream="broadcast").content, policy=policy.SMTP)
    assert (mail["X-PM-Message-Stream"], mail["X-PM-KeepID"]) == ("broadcast", "true")
    request = request_of("amazon_ses", configuration_set="doorstep", region="eu-west-1")
    assert message_from_bytes(request.content, policy=policy.SMTP)["X-SES-CONFIGURATION-SET"] == "doorstep"
    assert request.host == "email-smtp.eu-west-1.amazonaws.com"
    assert request_of("mailgun", host="smtp.eu.mailgun.org", port="2525").host == "smtp.eu.mailgun.org"


@pytest.mark.parametrize(
    ("slug", "settings"),
    [
        ("postmark", {"message_stream": "a\r\nBcc: x@y.example"}),
        ("postmark", {"message_stream": "ñ"}),
        ("amazon_ses", {"configuration_set": "a\nb"}),
        ("amazon_ses", {"region": "evil.example/"}),
        ("mailgun", {"reply_to": "nobody"}),
        ("mailgun", {"security": "maybe"}),
    ],
)
def test_a_setting_that_no_header_may_hold_is_the_merchants_to_mend(slug, settings):
    with pytest.raises(MisconfiguredError):
        request_of(slug, **settings)


@pytest.mark.parametrize(
    ("slug", "said", "ident"),
    [
        (
            "amazon_ses",
            "Ok 0100018f0a1b2c3d-1a2b3c4d-0000-1111-2222-333344445555-000000",
            "0100018f0a1b2c3d-1a2b3c4d-0000-1111-2222-333344445555-000000",
        ),
        ("sendgrid", "Ok: queued as Lli-03HcQ5-JLybO9fXsJg", "Lli-03HcQ5-JLybO9fXsJg"),
        ("mailersend", "Message queued as 61eec2dc16ae8b627a4b87e7", "61eec2dc16ae8b627a4b87e7"),
        ("brevo", "2.0.0 OK: queued as <202611291200.1234@smtp-relay.mailin.fr>", "202611291200.1234@smtp-relay.mailin.fr"),
        ("postmark", "Ok", None),
        ("mailgun", "Great success", None),
    ],
)
def test_the_providers_id_is_taken_from_its_answer(slug, said, ident):
    receipt = answer(slug, 250, said, stage="data")
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (IDENT, ident, MessageState.SENT)


@pytest.mark.parametrize(
    ("slug", "status", "said", "error"),
    [
        ("amazon_ses", 554, "Message rejected: Email address is not verified.", MisconfiguredError),
        ("amazon_ses", 454, "Throttling failure: Maximum sending rate exceeded.", TryLaterError),
        ("sendgrid", 451, "Authentication failed: Maximum credits exceeded", MisconfiguredError),
        ("sendgrid", 550, "The from address does not match a verified Sender Identity.", MisconfiguredError),
        ("mailersend", 450, "The given data was invalid. You must provide one of html", RefusedError),
        ("postmark", 406, "You tried to send to an inactive recipient", RefusedError),
        ("mailgun", 550, "5.1.1 no such user", RefusedError),
    ],
)
def test_a_providers_own_words_say_who_must_act(slug, status, said, error):
    with pytest.raises(error) as raised:
        answer(slug, status, said, stage="data")
    if error is RefusedError:
        assert raised.value.remedy in {Remedy.FIX, Remedy.SWITCH, Remedy.SUPPRESS}


# --- what comes back -------------------------------------------------------------------------------------------------------------

_BROUGHT_BACK = {
    "amazon_ses": as_sns({"eventType": "Delivery", "delivery": {}, "mail": {"messageId": "p-1", "tags": {"doorstep_message": [IDENT]}}}),
    "brevo": as_json({"event": "delivered", "message-id": "<p-1>", "X-Mailin-custom": json.dumps({"doorstep_message": IDENT})}),
    "mailersend": as_json(
        {"type": "activity.delivered", "data": {"email": {"tags": ["a", f"doorstep:{IDENT}"], "message": {"id": "p-1"}}}}
    ),
    "mailgun": as_json(
        {"event-data": {"event": "delivered", "user-variables": {"doorstep_message": IDENT}, "message": {"headers": {"message-id": "p-1"}}}}
    ),
    "mailjet": as_json([{"event": "sent", "CustomID": IDENT, "MessageID": "p-1"}]),
    "mandrill": posted("mandrill", [{"event": "delivered", "_id": "p-1", "msg": {"metadata": {"doorstep_message": IDENT}}}]),
    "postmark": as_json({"RecordType": "Delivery", "MessageID": "p-1", "Metadata": {"doorstep-message": IDENT}}),
    "resend": as_json(
        {"type": "email.delivered", "data": {"email_id": "p-1", "headers": [{"name": "X-Doorstep-Message", "value": IDENT}]}}
    ),
    "sendgrid": as_json([{"event": "delivered", "doorstep_message": IDENT, "sg_message_id": "p-1.filter1.2"}]),
    "sparkpost": as_json(
        [{"msys": {"message_event": {"type": "delivery", "transmission_id": "p-1", "rcpt_meta": {"doorstep_message": IDENT}}}}]
    ),
}


@pytest.mark.parametrize("slug", PROVIDERS)
def test_our_id_comes_back(slug):
    (receipt,) = channel_named(slug).read(_BROUGHT_BACK[slug], SETTINGS).receipts
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (IDENT, "p-1", MessageState.REACHED)


@pytest.mark.parametrize(
    ("slug", "event", "machine"),
    [
        ("sendgrid", [{"event": "open", "sg_machine_open": True}], True),
        ("sendgrid", [{"event": "open", "sg_machine_open": False, "useragent": "Mozilla/5.0 (iPhone) Mobile"}], False),
        ("sendgrid", [{"event": "open", "useragent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}], True),
        ("sendgrid", [{"event": "click", "useragent": "Mozilla/5.0"}], True),
        ("sendgrid", [{"event": "click", "useragent": "python-requests/2.32"}], True),
        ("sendgrid", [{"event": "delivered", "useragent": "curl/8"}], False),
        ("mailgun", {"event-data": {"event": "opened", "client-info": {"bot": "gmail"}}}, True),
        ("mailgun", {"event-data": {"event": "opened", "client-info": {"bot": ""}}}, False),
        ("sparkpost", [{"msys": {"track_event": {"type": "open", "user_agent_parsed": {"is_prefetched": True}}}}], True),
        ("sparkpost", [{"msys": {"track_event": {"type": "click", "user_agent": "Barracuda Sentinel (EE)"}}}], True),
        ("postmark", {"RecordType": "Open", "UserAgent": "YahooMailProxy; https://help.yahoo.com"}, True),
        ("resend", {"type": "email.clicked", "data": {"click": {"userAgent": "Slackbot-LinkExpanding 1.0"}}}, True),
    ],
)
def test_an_open_or_a_click_by_a_machine_is_marked(slug, event, machine):
    (receipt,) = channel_named(slug).read(as_json(event), SETTINGS).receipts
    assert receipt.machine is machine


@pytest.mark.parametrize(
    ("slug", "event", "suppress", "remedy"),
    [
        ("sendgrid", [{"event": "bounce", "type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 full"}], None, Remedy.SWITCH),
        ("sendgrid", [{"event": "bounce", "type": "blocked", "reason": "550 5.1.1 unknown"}], None, Remedy.SWITCH),
        ("sendgrid", [{"event": "bounce", "type": "bounce", "bounce_classification": "Content"}], None, Remedy.FIX),
        ("sendgrid", [{"event": "bounce", "type": "bounce", "bounce_classification": "Invalid Address"}], "bounced", Remedy.SUPPRESS),
        ("sendgrid", [{"event": "dropped", "reason": "Spam Reporting Address"}], "complained", Remedy.SUPPRESS),
        ("sendgrid", [{"event": "dropped", "reason": "Some new reason"}], None, Remedy.SWITCH),
        (
            "mailgun",
            {"event-data": {"event": "failed", "severity": "permanent", "reason": "suppress-unsubscribe"}},
            "unsubscribed",
            Remedy.SUPPRESS,
        ),
        ("mailgun", {"event-data": {"event": "failed", "severity": "permanent", "reason": "espblock"}}, None, Remedy.SWITCH),
        (
            "mailgun",
            {
                "event-data": {
                    "event": "failed",
                    "severity": "permanent",
                    "reason": "bounce",
                    "delivery-status": {"message": "550 5.7.1 policy"},
                }
            },
            None,
            Remedy.SWITCH,
        ),
        ("mailjet", [{"event": "bounce", "hard_bounce": True, "error": "user unknown"}], "bounced", Remedy.SUPPRESS),
        ("mailjet", [{"event": "bounce", "hard_bounce": True, "error": "content blocked"}], None, Remedy.FIX),
        ("mailjet", [{"event": "bounce", "hard_bounce": False, "error": "quota exceeded"}], None, Remedy.SWITCH),
        ("postmark", {"RecordType": "Bounce", "Type": "SoftBounce"}, None, Remedy.SWITCH),
        ("postmark", {"RecordType": "Bounce", "Type": "DMARCPolicy"}, None, Remedy.STOP),
        ("resend", {"type": "email.bounced", "data": {"bounce": {"type": "Permanent", "subType": "General"}}}, "bounced", Remedy.SUPPRESS),
        ("resend", {"type": "email.bounced", "data": {"bounce": {"type": "Transient", "subType": "MailboxFull"}}}, None, Remedy.SWITCH),
        ("resend", {"type": "email.bounced", "data": {"bounce": {"type": "New"}}}, None, Remedy.SWITCH),
        ("sparkpost", [{"msys": {"message_event": {"type": "out_of_band", "bounce_class": "90"}}}], "unsubscribed", Remedy.SUPPRESS),
        ("sparkpost", [{"msys": {"message_event": {"type": "bounce", "bounce_class": "22"}}}], None, Remedy.SWITCH),
        ("sparkpost", [{"msys": {"message_event": {"type": "bounce", "bounce_class": "999"}}}], None, Remedy.SWITCH),
    ],
)
def test_only_what_is_permanent_suppresses(slug, event, suppress, remedy):
    (receipt,) = channel_named(slug).read(as_json(event), SETTINGS).receipts
    assert (receipt.suppress, receipt.remedy) == (suppress, remedy)


@pytest.mark.parametrize(
    ("kind", "subtype", "suppress", "remedy"),
    [
        ("Permanent", "NoEmail", "bounced", Remedy.SUPPRESS),
        ("Permanent", "Suppressed", "bounced", Remedy.SUPPRESS),
        ("Permanent", "SomethingNew", None, Remedy.SWITCH),
        ("Transient", "MailboxFull", None, Remedy.SWITCH),
        ("Transient", "ContentRejected", None, Remedy.FIX),
        ("Undetermined", "Undetermined", None, Remedy.SWITCH),
    ],
)
def test_amazons_bounce_types_say_who_must_act(kind, subtype, suppress, remedy):
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [{"emailAddress": "Ana@Customer.example"}]}
    (receipt,) = channel_named("amazon_ses").read(as_sns({"eventType": "Bounce", "bounce": bounce, "mail": {}}), SETTINGS).receipts
    assert (receipt.suppress, receipt.remedy, receipt.address) == (suppress, remedy, "ana@customer.example")


def test_what_stops_everything_is_told_to_the_owners():
    found = channel_named("mandrill").read(posted("mandrill", [{"event": "reject", "msg": {"reject": {"reason": "unsigned"}}}]), SETTINGS)
    assert found.stops
    assert "reject/unsigned" in found.fault
    assert not channel_named("mandrill").read(posted("mandrill", [{"event": "send", "msg": {}}]), SETTINGS).stops


def test_a_batch_of_many_is_read_whole_and_an_unknown_event_in_it_loses_no_other():
    events = [{"event": "delivered", "email": f"{number}@x.example", "sg_message_id": f"m{number}"} for number in range(1_000)]
    found = channel_named("sendgrid").read(as_json([*events, {"event": "invented"}]), SETTINGS)
    assert [one.provider_id for one in found.receipts] == [f"m{number}" for number in range(1_000)]
    with pytest.raises(BadInputError):
        channel_named("sendgrid").read(as_json([{"event": "invented"}]), SETTINGS)


def test_brevo_and_mailjet_may_send_one_event_or_many():
    for slug, event in (("brevo", {"event": "click"}), ("mailjet", {"event": "click"})):
        assert len(channel_named(slug).read(as_json(event), SETTINGS).receipts) == 1
        assert len(channel_named(slug).read(as_json([event, event]), SETTINGS).receipts) == 2


def test_sparkposts_empty_test_is_no_event():
    assert channel_named("sparkpost").read(as_json([{"msys": {}}]), SETTINGS).receipts == ()


# --- mails ------------------------------------------------------------------------------------------------------------------------

MAIL = (
    "From: Ana Ruiz <ana@customer.example>\r\nTo: help+{id}@in.shop.example\r\nMessage-ID: <a1@customer.example>\r\n"
    f"In-Reply-To: <{IDENT}@shop.example>\r\nSubject: Re: Your parcel\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n¿Dónde está?\r\n\r\n'
    "El lun, 2 nov 2026 a las 15:02, La Tienda (<orders@shop.example>) escribió:\r\n> Hola\r\n"
    '--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename="pot.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/\r\n--b--\r\n'
).replace("{id}", "msg-of-the-address")
ENCODED = base64.b64encode(MAIL.encode()).decode()
TO = "help+msg-of-the-address@in.shop.example"

_RAW_MAILS = {
    "amazon_ses": as_sns({"notificationType": "Received", "receipt": {"recipients": [TO], "action": {"type": "SNS"}}, "content": MAIL}),
    "amazon_ses, base64": as_sns(
        {
            "notificationType": "Received",
            "receipt": {"recipients": [TO], "action": {"type": "SNS", "encoding": "BASE64"}},
            "content": ENCODED,
        }
    ),
    "amazon_ses, fetched": as_sns(
        {"notificationType": "Received", "receipt": {"recipients": [TO], "action": {"type": "S3"}}}, doorstep_mail=ENCODED
    ),
    "mailersend": as_json({"type": "inbound.message", "data": {"raw": MAIL, "recipients": {"rcptTo": [{"email": TO}]}}}),
    "mailgun": as_form({"recipient": TO, "sender": "x@y.example", "body-mime": MAIL}),
    "mailgun, files": as_files({"recipient": TO, "body-mime": MAIL}),
    "mandrill": posted("mandrill", [{"event": "inbound", "msg": {"raw_msg": MAIL, "email": TO}}]),
    "postmark": as_json({"FromFull": {"Email": "ana@customer.example"}, "OriginalRecipient": TO, "RawEmail": MAIL}),
    "sendgrid": as_files({"envelope": json.dumps({"to": [TO], "from": "x@y.example"}), "email": MAIL}),
    "sparkpost": as_json(
        [{"msys": {"relay_message": {"rcpt_to": TO, "content": {"email_rfc822": MAIL, "email_rfc822_is_base64": False}}}}]
    ),
    "sparkpost, base64": as_json(
        [{"msys": {"relay_message": {"rcpt_to": TO, "content": {"email_rfc822": ENCODED, "email_rfc822_is_base64": True}}}}]
    ),
    **{f"{slug}, from a mailbox": Raw(body=MAIL.encode(), content_type="message/rfc822") for slug in PROVIDERS},
}
_HEAD = {
    "From": "Ana Ruiz <ana@customer.example>",
    "Message-ID": "<a1@customer.example>",
    "In-Reply-To": f"<{IDENT}@shop.example>",
    "To": TO,
}
_TEXT = "¿Dónde está?\n\nEl lun, 2 nov 2026 a las 15:02, La Tienda (<orders@shop.example>) escribió:\n> Hola\n"
_PHOTO = ("pot.jpg", "image/jpeg", b"\xff\xd8\xff")
_PARSED_MAILS = {
    "brevo": as_json(
        {
            "items": [
                {
                    "Headers": _HEAD,
                    "RawTextBody": _TEXT,
                    "Attachments": [{"Name": "pot.jpg", "ContentType": "image/jpeg", "DownloadToken": "t0k"}],
                }
            ]
        }
    ),
    "mailgun": as_files(
        {"recipient": TO, "message-headers": json.dumps(list(_HEAD.items())), "body-plain": _TEXT, "attachment-count": "1"},
        [("attachment-1", *_PHOTO)],
    ),
    "mailgun, stored": as_form(
        {
            "recipient": TO,
            "message-headers": json.dumps(list(_HEAD.items())),
            "body-plain": _TEXT,
            "attachments": json.dumps([{"url": "https://api.mailgun.net/x", "name": "pot.jpg", "content-type": "image/jpeg"}]),
        }
    ),
    "mailjet": as_json(
        {
            "Recipient": TO,
            "Headers": _HEAD,
            "Text-part": _TEXT,
            "Attachment1": "/9j/",
            "Parts": [
                {
                    "ContentRef": "Attachment1",
                    "Headers": {"Content-Type": "image/jpeg", "Content-Disposition": 'attachment; filename="pot.jpg"'},
                }
            ],
        }
    ),
    "postmark": as_json(
        {
            "FromFull": {"Email": "ana@customer.example", "Name": "Ana Ruiz"},
            "OriginalRecipient": TO,
            "Headers": [{"Name": name, "Value": value} for name, value in _HEAD.items() if name not in {"From", "To"}],
            "TextBody": _TEXT,
            "Attachments": [{"Name": "pot.jpg", "ContentType": "image/jpeg", "Content": "/9j/"}],
        }
    ),
    "resend": as_json(
        {
            "type": "email.received",
            "data": {"email_id": "r-1"},
            "doorstep_mail": {
                "headers": {"in-reply-to": f"<{IDENT}@shop.example>"},
                "from": "Ana Ruiz <ana@customer.example>",
                "to": [TO],
                "message_id": "<a1@customer.example>",
                "text": _TEXT,
                "attachments": [{"id": "f-1", "filename": "pot.jpg", "content_type": "image/jpeg"}],
            },
        }
    ),
    "sendgrid": as_files(
        {
            "headers": "".join(f"{name}: {value}\n" for name, value in _HEAD.items()),
            "text": _TEXT.encode("latin-1"),
            "charsets": json.dumps({"text": "iso-8859-1"}),
            "envelope": json.dumps({"to": [TO]}),
        },
        [("attachment1", *_PHOTO)],
    ),
}


@pytest.mark.parametrize("name", sorted(_RAW_MAILS))
def test_a_raw_mail_is_read_by_the_one_parser(name):
    found = channel_named(name.partition(",")[0]).read(_RAW_MAILS[name], SETTINGS)
    assert found.receipts == ()
    (reply,) = found.replies
    assert (reply.sender, reply.sender_name, reply.to) == ("ana@customer.example", "Ana Ruiz", TO)
    assert (reply.text, reply.provider_id) == ("¿Dónde está?", "a1@customer.example")
    assert reply.quoted.endswith("> Hola")
    assert (reply.answers, reply.message_id) == ((f"{IDENT}@shop.example",), "msg-of-the-address")
    assert [(one.name, one.content_type, one.content) for one in reply.attachments] == [_PHOTO]


@pytest.mark.parametrize("name", sorted(_PARSED_MAILS))
def test_a_mail_that_was_taken_apart_is_read_the_same(name):
    slug = name.partition(",")[0]
    (reply,) = channel_named(slug).read(_PARSED_MAILS[name], SETTINGS).replies
    assert (reply.sender, reply.sender_name, reply.to) == ("ana@customer.example", "Ana Ruiz", TO)
    assert (reply.text, reply.provider_id) == ("¿Dónde está?", "a1@customer.example")
    assert (reply.answers, reply.message_id) == ((f"{IDENT}@shop.example",), "msg-of-the-address")
    (file,) = reply.attachments
    assert (file.name, file.content_type) == ("pot.jpg", "image/jpeg")
    assert file.content == b"\xff\xd8\xff" or file.url or file.media_id


def test_a_machines_mail_by_way_of_a_provider_is_not_answered():
    event = {
        "FromFull": {"Email": "ana@customer.example"},
        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-replied"}],
        "TextBody": "Away",
    }
    found = channel_named("postmark").read(as_json(event), SETTINGS)
    assert (found.receipts, found.replies) == ((), ())


# --- what vouches for a webhook ---------------------------------------------------------------------------------------------------


def altered(raw):
    """The same webhook with each part of it changed in turn."""
    for at in (0, len(raw.body) // 2, len(raw.body) - 1):
        body = bytearray(raw.body)
        body[at] ^= 1
        yield Raw(body=bytes(body), headers=raw.headers, url=raw.url, content_type=raw.content_type)
    yield Raw(body=raw.body + b" ", headers=raw.headers, url=raw.url, content_type=raw.content_type)
    yield Raw(body=raw.body[:-1], headers=raw.headers, url=raw.url, content_type=raw.content_type)
    yield from altered_headers(raw)


def altered_headers(raw):
    for name, value in raw.headers.items():
        for at in range(0, len(value), max(1, len(value) // 8)):
            wrong = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
            yield Raw(body=raw.body, headers={**raw.headers, name: wrong}, url=raw.url, content_type=raw.content_type)
        yield Raw(
            body=raw.body,
            headers={other: kept for other, kept in raw.headers.items() if other != name},
            url=raw.url,
            content_type=raw.content_type,
        )


def is_refused(slug, raw, settings, now=NOW):
    with pytest.raises(BadSignatureError):
        channel_named(slug).verify(raw, settings, now)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not in the repository")
def test_sendgrids_own_vector_passes_and_nothing_else_does():
    vector = json.loads((DATA / "sendgrid/event_webhook_signature_vector.json").read_text())
    lead = "x-twilio-email-event-webhook"
    raw = Raw(body=vector["payload"].encode(), headers={f"{lead}-signature": vector["signature"], f"{lead}-timestamp": vector["timestamp"]})
    settings, then = {"verification_key": vector["public_key"]}, datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    channel_named("sendgrid").verify(raw, settings, then)
    for wrong in altered(raw):
        is_refused("sendgrid", wrong, settings, then)
    is_refused("sendgrid", raw, settings, then + timedelta(hours=30))
    is_refused("sendgrid", raw, settings, then - timedelta(hours=1))
    channel_named("sendgrid").verify(
        raw, {"verification_key": f"{_public(ec.generate_private_key(ec.SECP256R1()))} {vector['public_key']}"}, then
    )
    is_refused("sendgrid", raw, {"verification_key": _public(ec.generate_private_key(ec.SECP256R1()))}, then)


def _public(key):
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def test_sendgrids_signature_is_over_time_and_body():
    key = ec.generate_private_key(ec.SECP256R1())
    body = b'[{"event":"open"}]\r\n'
    lead = "x-twilio-email-event-webhook"
    signature = base64.b64encode(key.sign(STAMP.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    raw = Raw(body=body, headers={f"{lead}-signature": signature, f"{lead}-timestamp": STAMP})
    channel_named("sendgrid").verify(raw, {"verification_key": _public(key)}, NOW)
    is_refused(
        "sendgrid", Raw(body=body, headers={**raw.headers, f"{lead}-timestamp": str(int(STAMP) + 1)}), {"verification_key": _public(key)}
    )
    # With a login beside, a forged signature still fails.
    for wrong in altered(raw):
        is_refused("sendgrid", wrong, {"verification_key": _public(key), "hook_token": "t0ken"})


def standard(body, secret=b"a-secret-of-twenty-four-bytes", stamp=STAMP, lead="svix"):
    signature = base64.b64encode(hmac.digest(secret, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256)).decode()
    return Raw(body=body, headers={f"{lead}-id": "msg_1", f"{lead}-timestamp": stamp, f"{lead}-signature": f"v1,AAAA v1,{signature}"})


def test_resends_webhooks_follow_standard_webhooks():
    secret = "whsec_" + base64.b64encode(b"a-secret-of-twenty-four-bytes").decode()
    raw = standard(b'{"type":"email.sent"}')
    resend = channel_named("resend")
    resend.verify(raw, {"signing_secret": secret}, NOW)
    resend.verify(standard(b"{}", lead="webhook"), {"signing_secret": f"whsec_{base64.b64encode(b'new').decode()} {secret}"}, NOW)
    for wrong in altered(raw):
        if "AAAA" in wrong.headers.get("svix-signature", "AAAA") or wrong.headers.get("svix-signature") != raw.headers["svix-signature"]:
            continue
        is_refused("resend", wrong, {"signing_secret": secret})
    for wrong in (
        Raw(body=raw.body + b" ", headers=raw.headers),
        Raw(body=raw.body, headers={**raw.headers, "svix-id": "msg_2"}),
        Raw(body=raw.body, headers={**raw.headers, "svix-timestamp": str(int(STAMP) + 1)}),
        Raw(body=raw.body, headers={**raw.headers, "svix-signature": raw.headers["svix-signature"][:-4]}),
        Raw(body=raw.body, headers={name: value for name, value in raw.headers.items() if name != "svix-id"}),
    ):
        is_refused("resend", wrong, {"signing_secret": secret})
    is_refused("resend", raw, {"signing_secret": secret}, NOW + timedelta(minutes=6))
    is_refused("resend", raw, {"signing_secret": secret}, NOW - timedelta(minutes=6))
    is_refused("resend", raw, {"signing_secret": "whsec_" + base64.b64encode(b"another").decode()})
    assert resend.delivery_id(raw) == "msg_1"


def mailgun(body=None, key="k3y", stamp=STAMP, token="t" * 50, form=False):
    signed = {"timestamp": stamp, "token": token, "signature": hmac.digest(key.encode(), (stamp + token).encode(), hashlib.sha256).hex()}
    return as_form({**signed, "event": "opened"}) if form else as_json({"signature": signed, "event-data": body or {"event": "opened"}})


@pytest.mark.parametrize("form", [False, True])
def test_mailguns_token_is_signed(form):
    raw = mailgun(form=form)
    settings = {"signing_key": "old k3y"}
    channel_named("mailgun").verify(raw, settings, NOW)
    assert channel_named("mailgun").delivery_id(raw) == "t" * 50
    is_refused("mailgun", mailgun(form=form, key="another"), settings)
    is_refused("mailgun", raw, settings, NOW + timedelta(hours=13))
    is_refused("mailgun", raw, settings, NOW - timedelta(hours=1))
    for old, new in ((b"ttt", b"ttu"), (STAMP.encode(), str(int(STAMP) + 1).encode())):
        is_refused("mailgun", Raw(body=raw.body.replace(old, new, 1), content_type=raw.content_type), settings)


def test_a_customers_variable_cannot_stand_for_mailguns_token():
    raw = mailgun(form=True)
    forged = Raw(body=b"token=mine&timestamp=1&signature=x&" + raw.body, content_type=raw.content_type)
    channel_named("mailgun").verify(forged, {"signing_key": "k3y"}, NOW)
    is_refused("mailgun", Raw(body=raw.body + b"&token=mine", content_type=raw.content_type), {"signing_key": "k3y"})


def test_mandrill_signs_address_and_form():
    fields = {"mandrill_events": '[{"event":"send"}]', "a": "1"}
    content = URL + "a1" + "mandrill_events" + fields["mandrill_events"]
    signature = base64.b64encode(hmac.digest(b"k3y", content.encode(), hashlib.sha1)).decode()
    raw = Raw(
        body=urlencode(fields).encode(),
        headers={"x-mandrill-signature": signature},
        url=URL,
        content_type="application/x-www-form-urlencoded",
    )
    settings = {"webhook_key": "other k3y"}
    channel_named("mandrill").verify(raw, settings, NOW)
    for wrong in (
        *altered_headers(raw),
        Raw(body=raw.body, headers=raw.headers, url=URL + "x"),
        Raw(body=raw.body + b"&b=2", headers=raw.headers, url=URL),
    ):
        is_refused("mandrill", wrong, settings)
    is_refused(
        "mandrill", Raw(body=raw.body.replace(b"send", b"spam"), headers=raw.headers, url=URL, content_type=raw.content_type), settings
    )
    is_refused("mandrill", raw, {"webhook_key": "another"})


def test_mailersend_signs_the_body():
    body = b'{"type":"activity.sent"}'
    raw = Raw(body=body, headers={"signature": hmac.digest(b"inbound", body, hashlib.sha256).hex()})
    settings = {"signing_secret": "events inbound"}
    channel_named("mailersend").verify(raw, settings, NOW)
    for wrong in altered(raw):
        is_refused("mailersend", wrong, settings)
    is_refused("mailersend", raw, {"signing_secret": "events"})


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("slug", ["postmark", "brevo", "mailjet", "sparkpost"])
def test_a_provider_that_signs_nothing_brings_a_login_or_a_token(slug):
    login, token = {"hook_username": "door", "hook_password": "pä55:word"}, {"hook_token": "t0ken-of-ours"}
    verify = channel_named(slug).verify
    verify(Raw(body=b"", headers={"authorization": basic("door", "pä55:word")}), login, NOW)
    verify(Raw(body=b"", headers={"authorization": "Bearer t0ken-of-ours"}), token, NOW)
    verify(Raw(body=b"", headers={"x-doorstep-token": "t0ken-of-ours"}), {**login, **token}, NOW)
    for headers in (
        {},
        {"authorization": basic("door", "pa55")},
        {"authorization": basic("", "")},
        {"authorization": "Basic ???"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer t0ken-of-our"},
        {"x-doorstep-token": ""},
        {"authorization": basic("doo", "r:pä55:word")},
    ):
        is_refused(slug, Raw(body=b"", headers=headers), {**login, **token})
    for unset in ({}, {"hook_username": "door"}, {"hook_password": "x"}, {"hook_token": " "}):
        with pytest.raises(MisconfiguredError):
            verify(Raw(body=b"", headers={"authorization": basic("", "")}), unset, NOW)


def test_sparkposts_relay_webhook_brings_the_token_in_its_own_header():
    raw = Raw(body=b"", headers={"x-messagesystems-webhook-token": "t0ken"})
    channel_named("sparkpost").verify(raw, {"hook_token": "t0ken"}, NOW)
    is_refused("postmark", raw, {"hook_token": "t0ken"})


@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_webhook_of_a_connection_without_a_secret_is_the_merchants_to_mend(slug):
    with pytest.raises(MisconfiguredError):
        channel_named(slug).verify(Raw(body=b"{}", headers={"signature": "x", "x-mandrill-signature": "x"}), {}, NOW)


# --- any payload ------------------------------------------------------------------------------------------------------------------

_BAD = (None, True, 0, -1, 10**30, 1e308, "", "x", "\0", "﷽" * 50, [], {}, [[]], [None], {"a": {}}, "9" * 400, "2026-99-99T00:00:00Z")


def mutated(document, dice):
    """Put something else in one place of a document."""
    places = []

    def walk(node, path):
        places.append(path)
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            walk(value, (*path, key))

    walk(document, ())
    path = dice.choice(places)
    if not path:
        return dice.choice(_BAD)
    changed = json.loads(json.dumps(document))
    node = changed
    for key in path[:-1]:
        node = node[key]
    if dice.random() < 0.2:
        del node[path[-1]]
    else:
        node[path[-1]] = dice.choice(_BAD)
    return changed


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not in the repository")
@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_mutated_payload_is_read_or_is_bad_input(slug):
    dice = random.Random(slug)
    for path in sorted((DATA / slug).glob("*/*.json")):
        document = json.loads(path.read_text())
        for _ in range(150):
            changed = document
            for _ in range(dice.randint(1, 3)):
                changed = mutated(changed, dice) if isinstance(changed, dict | list) else changed
            with suppress(BadInputError):
                raw = (
                    posted(slug, changed) if isinstance(changed, dict) and slug in {"amazon_ses", "mailgun", "brevo"} else as_json(changed)
                )
                channel_named(slug).read(posted(slug, changed) if slug == "mandrill" else raw, SETTINGS)


@pytest.mark.parametrize("name", sorted({**_RAW_MAILS, **_PARSED_MAILS}))
def test_a_cut_or_bitten_mail_is_read_or_is_bad_input(name):
    raw = {**_RAW_MAILS, **_PARSED_MAILS}[name]
    dice = random.Random(name)
    for _ in range(60):
        body = bytearray(raw.body)
        for _ in range(dice.randint(1, 6)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        cut = bytes(body[: dice.randrange(len(body))] if dice.random() < 0.3 else body)
        with suppress(BadInputError):
            channel_named(name.partition(",")[0]).read(Raw(body=cut, content_type=raw.content_type), SETTINGS)


@given(
    st.sampled_from(PROVIDERS),
    st.binary(),
    st.sampled_from(
        [
            "application/json",
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "message/rfc822",
        ]
    ),
)
def test_any_bytes_are_read_or_are_bad_input(slug, body, kind):
    for shaped in (body, b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + body + b"\r\n--b--\r\n"):
        with suppress(BadInputError):
            channel_named(slug).read(Raw(body=shaped, content_type=kind), SETTINGS)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not in the repository")
def test_no_sample_is_verified_by_its_looks():
    provider, raw = sample("sendgrid/webhooks/open_event")
    is_refused(provider, raw, {"verification_key": _public(ec.generate_private_key(ec.SECP256R1()))})
