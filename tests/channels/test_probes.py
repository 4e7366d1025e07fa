"""Whether a connection works, asked of each provider without writing to anybody: what is asked, what is told, who must act."""

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from doorstep.channels import channel_named
from doorstep.domain.plugins import HttpRequest, Response, SmtpRequest
from doorstep.errors import MisconfiguredError, TryLaterError

NOW = datetime.now(UTC)
SECRET = f"whsec_{base64.b64encode(b'x' * 24).decode()}"
TWILIO = {"account_sid": "AC1", "auth_token": "t0ken", "from_number": "+12025550100"}
VONAGE = {"senders": "*=+12025550100", "api_key": "k3y", "api_secret": "s3cret"}
BIRD = {"senders": "*=+12025550100", "access_key": "k3y"}
ACTIVE = {"sid": "AC1", "status": "active", "friendly_name": "Teapots", "type": "Full"}


def probed(slug, settings, *answers):
    """Run a probe over answers; return its text and what it asked."""
    channel, asked = channel_named(slug), []
    flow = channel.probe(settings, datetime.now(UTC))  # its signature is good for five minutes, a suite runs longer
    try:
        request = next(flow)
        for status, document in answers:
            asked.append(request)
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            request = flow.send(Response(status=status, body=body, headers={"stage": "auth"}))
    except StopIteration as stop:
        return stop.value.provider_text, asked
    raise AssertionError(f"it still asks: {request}")


def login_of(request):
    return base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()


def test_twilio_is_asked_for_the_account_and_with_an_api_key_for_what_that_may_see():
    text, asked = probed("twilio", TWILIO, (200, ACTIVE))
    assert text == "the account Teapots is active (Full)"
    assert [(one.method, one.url, login_of(one)) for one in asked] == [
        ("GET", "https://api.twilio.com/2010-04-01/Accounts/AC1.json", "AC1:t0ken")
    ]
    _, asked = probed("twilio", TWILIO | {"api_key": "SK1", "api_secret": "s"}, (200, ACTIVE), (200, {"messages": []}))
    assert [login_of(one) for one in asked] == ["AC1:t0ken", "SK1:s"]
    with pytest.raises(MisconfiguredError, match="suspended"):
        probed("twilio", TWILIO, (200, ACTIVE | {"status": "suspended"}))


def test_vonage_and_messagebird_are_asked_for_their_balance():
    text, asked = probed("vonage", VONAGE, (200, {"value": 10.28, "autoReload": False}))
    assert text == "key and secret are good; 10.28 EUR left"
    assert (asked[0].url, login_of(asked[0])) == ("https://rest.nexmo.com/account/get-balance", "k3y:s3cret")
    text, asked = probed("messagebird", BIRD, (200, {"payment": "prepaid", "type": "credits", "amount": 9.2}))
    assert text == "the access key is good; 9.2 credits left"
    assert (asked[0].url, asked[0].headers["authorization"]) == ("https://rest.messagebird.com/balance", "AccessKey k3y")


@pytest.mark.parametrize(("slug", "settings"), [("twilio", TWILIO), ("vonage", VONAGE), ("messagebird", BIRD)])
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, MisconfiguredError), (429, TryLaterError), (500, TryLaterError), (502, TryLaterError), (302, MisconfiguredError)],
)
def test_who_must_act_is_told(slug, settings, status, error):
    with pytest.raises(error):
        probed(slug, settings, (status, {"code": "x", "message": "no"}))


@pytest.mark.parametrize(
    ("slug", "settings"),
    [
        ("twilio", TWILIO | {"base_url": "http://169.254.169.254"}),
        ("vonage", VONAGE | {"sms_base_url": "http://10.0.0.1"}),
        ("messagebird", BIRD | {"base_url": "https://rest.messagebird.com.evil.example"}),
        ("twilio", TWILIO | {"base_url": "https://api.twilio.com.evil.example"}),
    ],
)
def test_an_address_of_the_merchants_own_never_leads_into_private_networks(slug, settings):
    assert next(channel_named(slug).probe(settings, NOW)).guarded
    assert not next(channel_named(slug).probe({name: value for name, value in settings.items() if "base_url" not in name}, NOW)).guarded


def test_a_webhook_gets_a_signed_ping():
    text, asked = probed("webhook", {"url": "https://shop.example/in", "secret": SECRET}, (204, b""))
    assert text == "the endpoint took a signed ping and answered 204"
    assert Webhook(SECRET).verify(asked[0].body, dict(asked[0].headers))["type"] == "ping"
    assert asked[0].guarded
    with pytest.raises(TryLaterError, match="answered 500"):
        probed("webhook", {"url": "https://shop.example/in", "secret": SECRET}, (500, b"oops"))


MAILING = {"from_address": "orders@shop.example", "username": "u", "password": "pa55word"}


@pytest.mark.parametrize(
    ("slug", "host"),
    [
        ("amazon_ses", "email-smtp.us-east-1.amazonaws.com"),
        ("brevo", "smtp-relay.brevo.com"),
        ("mailersend", "smtp.mailersend.net"),
        ("mailgun", "smtp.mailgun.org"),
        ("mailjet", "in-v3.mailjet.com"),
        ("mandrill", "smtp.mandrillapp.com"),
        ("postmark", "smtp.postmarkapp.com"),
        ("resend", "smtp.resend.com"),
        ("sendgrid", "smtp.sendgrid.net"),
        ("sparkpost", "smtp.sparkpostmail.com"),
        ("email", "smtp.shop.example"),
    ],
)
def test_a_mail_server_is_greeted_and_handed_nothing(slug, host):
    text, asked = probed(slug, MAILING | ({"host": host} if slug == "email" else {}), (250, b"ok"))
    assert text == "the server takes our login"
    assert isinstance(asked[0], SmtpRequest)
    assert (asked[0].host, asked[0].greets, asked[0].content, asked[0].envelope_to) == (host, True, b"", "")
    with pytest.raises(MisconfiguredError):
        probed(slug, MAILING | {"host": host}, (535, b"5.7.8 wrong"))


def test_an_application_of_vonages_without_a_key_is_not_asked_about():
    with pytest.raises(MisconfiguredError):
        probed("vonage", {"senders": "*=+12025550100", "application_id": "a", "private_key": "nonsense"})


def test_every_request_of_a_probe_may_be_sent_twice():
    for slug, settings in (("twilio", TWILIO), ("vonage", VONAGE), ("messagebird", BIRD)):
        request = next(channel_named(slug).probe(settings, NOW))
        assert isinstance(request, HttpRequest)
        assert (request.method, request.repeatable, request.body) == ("GET", True, b"")
