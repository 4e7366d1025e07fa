"""Every known webhook of every e-mail provider, judged by hand."""

import pytest
from email_providers import DATA, PROVIDERS, SETTINGS, sample

from doorstep.channels import channel_named
from doorstep.domain.vocabulary import MessageState as S
from doorstep.domain.vocabulary import Remedy
from doorstep.errors import BadInputError

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not in the repository")

_GONE = ("bounced", Remedy.SUPPRESS)
_SPAM = ("complained", Remedy.SUPPRESS)
_OUT = ("unsubscribed", Remedy.SUPPRESS)
_NONE = (None, None)
_SWITCH, _FIX = (None, Remedy.SWITCH), (None, Remedy.FIX)

#: Sample → what it says of each recipient: state, suppression and remedy, address.
EVENTS = {
    "amazon_ses/webhooks/bounce_event": [(S.BOUNCED, _GONE, "jane@example.com")],
    "amazon_ses/webhooks/click_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "amazon_ses/webhooks/complaint_event": [(S.COMPLAINED, _SPAM, "richard@example.com")],
    "amazon_ses/webhooks/delivery_event": [(S.REACHED, _NONE, "jane@example.com")],
    "amazon_ses/webhooks/multiple_bounce_event": [(S.BOUNCED, _GONE, "jane@example.com"), (S.BOUNCED, _GONE, "richard@example.com")],
    "amazon_ses/webhooks/open_event": [(S.READ, _NONE, "recipient@example.com")],
    "amazon_ses/webhooks/reject_event": [(S.REFUSED, _FIX, "recipient@example.com")],
    "amazon_ses/webhooks/rendering_failure_event": [(S.REFUSED, _FIX, "recipient@example.com")],
    "amazon_ses/webhooks/send_event": [(S.SENT, _NONE, "recipient@example.com")],
    "amazon_ses/inbound/incorrect_tracking_event": [(S.REACHED, _NONE, None)],
    "brevo/webhooks/blocked": [(S.REFUSED, _SWITCH, "recipient@example.com")],
    "brevo/webhooks/clicked_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "brevo/webhooks/complaint": [(S.COMPLAINED, _SPAM, "example@domain.com")],
    "brevo/webhooks/deferred_event": [(S.SENT, _NONE, "notauser@example.com")],
    "brevo/webhooks/delivered_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "brevo/webhooks/error_email": [(S.REFUSED, _SWITCH, "example@domain.com")],
    "brevo/webhooks/hard_bounce": [(S.BOUNCED, _GONE, "not-a-user@example.com")],
    "brevo/webhooks/invalid_email": [(S.REFUSED, _GONE, "recipient@example.com")],
    "brevo/webhooks/opened_event": [(S.READ, _NONE, "recipient@example.com")],
    "brevo/webhooks/proxy_open_event": [(S.READ, _NONE, "example@domain.com")],
    "brevo/webhooks/sent_event": [(S.SENT, _NONE, "recipient@example.com")],
    "brevo/webhooks/soft_bounce_event": [(S.BOUNCED, _SWITCH, "recipient@no-mx.example.com")],
    "brevo/webhooks/spam": [(S.COMPLAINED, _SPAM, "recipient@example.com")],
    "brevo/webhooks/unique_opened_event": [(S.READ, _NONE, "recipient@example.com")],
    "brevo/webhooks/unique_proxy_open_event": [(S.READ, _NONE, "example@domain.com")],
    "brevo/webhooks/unsubscribe": [(S.REACHED, _OUT, "recipient@example.com")],
    "mailersend/webhooks/clicked_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "mailersend/webhooks/delivered_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "mailersend/webhooks/hard_bounced_event": [(S.BOUNCED, _GONE, "invalid@example.com")],
    "mailersend/webhooks/opened_event": [(S.READ, _NONE, "recipient@example.com")],
    "mailersend/webhooks/sent_event": [(S.SENT, _NONE, "recipient@example.com")],
    "mailersend/webhooks/soft_bounced_event": [(S.BOUNCED, _SWITCH, "notauser@example.com")],
    "mailersend/webhooks/spam_complaint_event": [(S.COMPLAINED, _SPAM, "recipient@example.com")],
    "mailersend/webhooks/unsubscribed_event": [(S.REACHED, _OUT, "recipient@example.com")],
    "mailgun/webhooks/alt_smtp_code": [(S.BOUNCED, _GONE, "noreply@example.com")],
    "mailgun/webhooks/clicked_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "mailgun/webhooks/complained_event": [(S.COMPLAINED, _SPAM, "recipient@example.com")],
    "mailgun/webhooks/delivered_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "mailgun/webhooks/delivery_status_is_none_event": [(S.SENT, _NONE, None)],
    "mailgun/webhooks/dropped_spam": [(S.REFUSED, _SPAM, "complaint@example.com")],
    "mailgun/webhooks/dropped_timed_out": [(S.BOUNCED, _SWITCH, "complaint@example.com")],
    "mailgun/webhooks/failed_greylisted_event": [(S.SENT, _NONE, "undeliverable@mx.example.com")],
    "mailgun/webhooks/failed_permanent_event": [(S.BOUNCED, _GONE, "invalid@example.com")],
    "mailgun/webhooks/failed_temporary_event": [(S.SENT, _NONE, "undeliverable@nomx.example.com")],
    "mailgun/webhooks/invalid_mailbox": [(S.BOUNCED, _GONE, "noreply@example.com")],
    "mailgun/webhooks/metadata_key_conflicts": [(S.CLICKED, _NONE, "actual-recipient@example.com")],
    "mailgun/webhooks/metadata_post_fields": [(S.CLICKED, _NONE, None)],
    "mailgun/webhooks/opened_event": [(S.READ, _NONE, "recipient@example.com")],
    "mailgun/webhooks/rejected_event": [(S.REFUSED, _SWITCH, "recipient@example.org")],
    "mailgun/webhooks/unsubscribed_event": [(S.REACHED, _OUT, "recipient@example.com")],
    "mailgun/webhooks/x_tags": [(S.REACHED, _NONE, None)],
    "mailgun/inbound/misconfigured_tracking": [(S.CLICKED, _NONE, "recipient@example.com")],
    "mailgun/inbound/misconfigured_tracking_legacy": [(S.REACHED, _NONE, "recipient@example.com")],
    "mailjet/webhooks/blocked_event": [(S.REFUSED, _SWITCH, "bad@example.com")],
    "mailjet/webhooks/bounce_event": [(S.BOUNCED, _GONE, "invalid@invalid")],
    "mailjet/webhooks/bounced_greylist_event": [(S.SENT, _NONE, "protected@example.com")],
    # The sample calls itself an open.
    "mailjet/webhooks/click_event": [(S.READ, _NONE, "recipient@example.com")],
    "mailjet/webhooks/non_grouped_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "mailjet/webhooks/open_event": [(S.READ, _NONE, "recipient@example.com")],
    "mailjet/webhooks/sent_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "mailjet/webhooks/spam_event": [(S.COMPLAINED, _SPAM, "spam@example.com")],
    "mailjet/webhooks/unsub_event": [(S.REACHED, _OUT, "recipient@example.com")],
    "mandrill/webhooks/click_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "mandrill/webhooks/hard_bounce_event": [(S.BOUNCED, _GONE, "bounce@example.com")],
    "mandrill/webhooks/old_tracking_url": [(S.SENT, _NONE, "recipient@example.com")],
    "mandrill/webhooks/send_event": [(S.SENT, _NONE, "recipient@example.com")],
    "mandrill/webhooks/sync_event": [],
    "postmark/webhooks/bounce_event": [(S.BOUNCED, _GONE, "bounce@example.com")],
    "postmark/webhooks/bounce_unsubscribe_variant": [(S.REACHED, _OUT, None)],
    "postmark/webhooks/click_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "postmark/webhooks/delivered_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "postmark/webhooks/open_event": [(S.READ, _NONE, "recipient@example.com")],
    "postmark/webhooks/resubscribe": [],
    "postmark/webhooks/spam_event": [(S.COMPLAINED, _SPAM, "spam@example.com")],
    "postmark/webhooks/subscription_change_bounce": [(S.BOUNCED, _GONE, "john@example.com")],
    "postmark/webhooks/unsubscribe": [(S.REACHED, _OUT, "john@example.com")],
    "resend/webhooks/clicked_event": [(S.CLICKED, _NONE, "to@example.org")],
    "resend/webhooks/complained_event": [(S.COMPLAINED, _SPAM, "complained@resend.dev")],
    "resend/webhooks/delivered_event": [(S.REACHED, _NONE, "to@example.org")],
    "resend/webhooks/delivery_delayed_event": [(S.SENT, _NONE, "delivered@resend.dev")],
    "resend/webhooks/hard_bounced_event": [(S.BOUNCED, _GONE, "bounced@resend.dev")],
    "resend/webhooks/opened_event": [(S.READ, _NONE, "to@example.org")],
    "resend/webhooks/sent_event": [(S.SENT, _NONE, "to@example.org")],
    "resend/webhooks/suppressed_event": [(S.REFUSED, _GONE, "blocked@example.org")],
    "sendgrid/webhooks/bounce_event": [(S.BOUNCED, _GONE, "noreply@example.com")],
    "sendgrid/webhooks/click_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "sendgrid/webhooks/compatibility_message_id_from_smtp_id": [(S.REACHED, _NONE, "recipient@example.com")],
    "sendgrid/webhooks/deferred_event": [(S.SENT, _NONE, "recipient@example.com")],
    "sendgrid/webhooks/delivered_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "sendgrid/webhooks/dropped_bounced": [(S.REFUSED, _GONE, "example@example.com")],
    "sendgrid/webhooks/dropped_invalid_event": [(S.REFUSED, _GONE, "invalid@invalid")],
    "sendgrid/webhooks/dropped_unsubscribed_event": [(S.REFUSED, _OUT, "unsubscribe@example.com")],
    "sendgrid/webhooks/open_event": [(S.READ, _NONE, "recipient@example.com")],
    "sendgrid/webhooks/processed_event": [(S.SENT, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/amp_events": [(S.READ, _NONE, None), (S.READ, _NONE, None), (S.CLICKED, _NONE, None)],
    "sparkpost/webhooks/bounce_challenge_response": [(S.REACHED, _NONE, "vacationing@example.com")],
    "sparkpost/webhooks/bounce_event": [(S.BOUNCED, _GONE, "bounce@example.com")],
    "sparkpost/webhooks/click_event": [(S.CLICKED, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/delay_event": [(S.SENT, _NONE, "recipient@nomx.example.com")],
    "sparkpost/webhooks/delivery_event": [(S.REACHED, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/generation_failure_event": [(S.REFUSED, _FIX, "recipient@example.com")],
    "sparkpost/webhooks/generation_rejection_event": [(S.REFUSED, _SWITCH, "suppressed@example.com")],
    "sparkpost/webhooks/initial_open_event_as_opened": [(S.READ, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/initial_open_event_as_unknown": [(S.READ, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/injection_event": [(S.SENT, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/open_event": [(S.READ, _NONE, "recipient@example.com")],
    "sparkpost/webhooks/unsubscribe_event": [(S.REACHED, _OUT, "recipient@example.com")],
}
#: Sample → the reply in it: sender, name, to, text, id.
MAILS = {
    "brevo/inbound/inbound_basics": (
        "from@example.com", "Sender Name", "test@anymail.dev", "This is a *test message*.\n\n- Sender", "ABCDE12345@mail.example.com",
    ),
    "mailjet/inbound/inbound_basics": (
        "from+test@example.org", "Displayed From", "test@inbound.example.com", "Test body plain", "CAEPk3R+4Zr@mail.example.org",
    ),
    "postmark/inbound/inbound_basics": (
        "from+test@example.org", "Displayed From", "test@inbound.example.com", "Test body plain", "CAEPk3R+4Zr@mail.example.org",
    ),
    "postmark/inbound/postmark-inbound-test-payload": (
        "support@postmarkapp.com", "Postmarkapp Support", "mailbox+samplehash@inbound.postmarkapp.com", "This is a test text body.", None,
    ),
    "postmark/inbound/postmark-inbound-test-payload-with-raw": (
        "support@postmarkapp.com", "Postmarkapp Support", "mailbox+samplehash@inbound.postmarkapp.com", "This is a test text body.", None,
    ),
    "mailgun/webhooks/misconfigured_inbound": ("envelope-from@example.org", "", "test@inbound.example.com", "Test body plain", None),
}  # fmt: skip
#: Mails that are not there: their bytes lie elsewhere, or nothing of them is told.
UNREADABLE = {
    "amazon_ses/inbound/inbound_s3",
    "amazon_ses/inbound/inbound_s3_failure_message",
    "amazon_ses/webhooks/incorrect_received_event",
    "brevo/inbound/envelope_attrs",
}
#: Sample → our or the provider's word for a link, for who opened it, and for when.
_PROXIED = {"brevo/webhooks/proxy_open_event", "brevo/webhooks/unique_proxy_open_event", "mailjet/webhooks/open_event"}
_LINKS = {
    "amazon_ses/webhooks/click_event": "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/",
    "brevo/webhooks/clicked_event": "https://example.com/click/me",
    "mailersend/webhooks/clicked_event": "https://example.com/test",
    "mailgun/webhooks/clicked_event": "https://example.com/test",
    "mailgun/webhooks/metadata_key_conflicts": "http://clicked.example.com/actual/event/param",
    "mailgun/inbound/misconfigured_tracking": "https://example.com/test",
    "mandrill/webhooks/click_event": "http://example.com",
    "postmark/webhooks/click_event": "https://example.com/click/me",
    "resend/webhooks/clicked_event": "https://example.com/test",
    "sendgrid/webhooks/click_event": "http://www.example.com",
    "sparkpost/webhooks/click_event": "http://example.com",
}
_TIMES = {
    "amazon_ses/webhooks/bounce_event": "2016-01-27T14:59:44.101000+00:00",
    "brevo/webhooks/clicked_event": "2018-03-06T19:10:23+00:00",
    # Without the one time that is UTC nothing is told.
    "brevo/webhooks/complaint": None,
    "mailersend/webhooks/clicked_event": "2023-02-27T21:14:11.691000+00:00",
    "mailgun/webhooks/clicked_event": "2018-08-12T21:33:20.089676+00:00",
    "mailjet/webhooks/sent_event": "2017-06-22T01:05:27+00:00",
    "mandrill/webhooks/click_event": "2016-04-19T19:47:26+00:00",
    "postmark/webhooks/bounce_event": "2016-04-27T20:28:50.396393+00:00",
    "resend/webhooks/opened_event": "2023-09-28T17:20:38.990000+00:00",
    "sendgrid/webhooks/bounce_event": "2016-04-19T19:47:30+00:00",
    "sparkpost/webhooks/bounce_event": "2016-06-01T23:42:28+00:00",
    "sparkpost/webhooks/generation_failure_event": "2018-10-11T23:24:45+00:00",
}
_IDS = {
    "amazon_ses/webhooks/bounce_event": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000",
    "brevo/webhooks/clicked_event": "201803011158.9876543210@smtp-relay.mailin.fr",
    "mailersend/webhooks/clicked_event": "63fd1c1d5f010335ed07066b",
    "mailgun/webhooks/delivered_event": "20180812211713.1.DF5966851B4BAA99@example.org",
    "mailjet/webhooks/sent_event": "12345678901234567",
    "mandrill/webhooks/click_event": "abcdef012345789abcdef012345789",
    "postmark/webhooks/bounce_event": "2706ee8a-737c-4285-b032-ccd317af53ed",
    "resend/webhooks/opened_event": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "sendgrid/webhooks/bounce_event": "Lli-03HcQ5-JLybO9fXsJg",
    "sparkpost/webhooks/bounce_event": "84345317650824116",
}


def read(name):
    provider, raw = sample(name)
    return channel_named(provider).read(raw, SETTINGS)


def test_every_sample_is_judged():
    there = {
        f"{provider}/{path.parent.name}/{path.stem.split('__')[0]}" for provider in PROVIDERS for path in (DATA / provider).glob("*/*.json")
    }
    assert there == EVENTS.keys() | MAILS.keys() | UNREADABLE


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_read_as_it_is_meant(name):
    found = read(name)
    assert [(one.state, (one.suppress, one.remedy), one.address) for one in found.receipts] == EVENTS[name]
    assert found.replies == ()
    assert not found.stops
    assert all("@" not in one.provider_text and one.message_id is None for one in found.receipts)
    assert all(one.machine == (name in _PROXIED) for one in found.receipts)
    assert all(one.url == _LINKS.get(name, one.url if name.startswith("mailjet") else "") for one in found.receipts)


@pytest.mark.parametrize("name", sorted(MAILS))
def test_a_mail_is_read_as_it_was_written(name):
    found = read(name)
    assert found.receipts == ()
    (reply,) = found.replies
    sender, sender_name, to, text, ident = MAILS[name]
    assert (reply.sender, reply.sender_name, reply.to, reply.text) == (sender, sender_name, to, text)
    assert reply.provider_id == ident if ident else reply.provider_id.startswith("hashed-")


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_mail_that_is_not_there_is_bad_input(name):
    with pytest.raises(BadInputError):
        read(name)


@pytest.mark.parametrize("name", sorted(_TIMES))
def test_the_time_is_the_providers(name):
    at = read(name).receipts[0].at
    assert (at.isoformat() if at else None) == _TIMES[name]


@pytest.mark.parametrize("name", sorted(_IDS))
def test_the_id_is_the_providers(name):
    assert read(name).receipts[0].provider_id == _IDS[name]


def test_a_file_in_json_is_decoded():
    (reply,) = read("postmark/inbound/postmark-inbound-test-payload").replies
    assert [(one.name, one.content_type, one.content) for one in reply.attachments] == [
        ("test.txt", "text/plain", b"This is attachment contents, base-64 encoded.")
    ]
