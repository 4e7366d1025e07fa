"""Amazon SES by way of SNS: signatures, certificates, subscriptions, mails in S3."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from amazon import CERTIFICATE_URL, NOW, SETTINGS, SUBSCRIBE_URL, certificate, changed, sns
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from doorstep.channels import channel_named
from doorstep.channels.amazon_ses.s3 import signed_headers
from doorstep.domain.plugins import Raw, Response
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, TryLaterError

SES = channel_named("amazon_ses")
DELIVERY = {"eventType": "Delivery", "delivery": {}, "mail": {"messageId": "p-1", "tags": {"doorstep_message": ["m-1"]}}}


def take_in(raw, *answers, settings=SETTINGS, now=NOW):
    """Run the intake; return the body it keeps and the addresses it asked."""
    flow = SES.intake(raw, settings, now)
    asked, left = [], list(answers)
    try:
        request = next(flow)
        while True:
            asked.append(request)
            request = flow.send(left.pop(0))
    except StopIteration as stop:
        assert not left
        return stop.value, asked


def pem(**changes):
    return Response(status=200, body=certificate(**changes))


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("more", [{}, {"Subject": "Amazon SES"}])
def test_a_notification_that_amazon_signed_is_taken_in(version, more):
    raw = sns(DELIVERY, version=version, **more)
    SES.verify(raw, SETTINGS, NOW)
    body, asked = take_in(raw, pem())
    assert body == raw.body
    assert [(one.method, one.url, one.guarded, one.lasting) for one in asked] == [("GET", CERTIFICATE_URL, True, True)]
    (receipt,) = SES.read(raw, SETTINGS).receipts
    assert (receipt.message_id, receipt.provider_id) == ("m-1", "p-1")
    assert SES.delivery_id(raw) == "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", "Signature", "SignatureVersion"])
def test_a_changed_field_is_refused(version, name):
    raw = sns(DELIVERY, version=version, Subject="Amazon SES")
    body = json.loads(raw.body)
    wrong = {"SignatureVersion": "1" if version == "2" else "2", "Type": "UnsubscribeConfirmation"}.get(name)
    if wrong is None:
        at = len(body[name]) // 2
        wrong = body[name][:at] + ("A" if body[name][at] != "A" else "B") + body[name][at + 1 :]
    with pytest.raises((BadSignatureError, BadInputError)):
        take_in(changed(raw, **{name: wrong}), pem())


def test_a_field_that_is_added_or_taken_away_is_refused():
    with pytest.raises(BadSignatureError):
        take_in(changed(sns(DELIVERY), Subject="x"), pem())
    raw = sns(DELIVERY, Subject="x")
    body = json.loads(raw.body)
    del body["Subject"]
    with pytest.raises(BadSignatureError):
        take_in(Raw(body=json.dumps(body).encode(), headers=raw.headers), pem())


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem",
        "https://a@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem#x",
        "https://mybucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://SNS.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://[::1/SimpleNotificationService-0123456789abcdef.pem",
        "",
    ],
)
def test_a_certificate_elsewhere_is_never_fetched(url):
    raw = changed(sns(DELIVERY), SigningCertURL=url)
    with pytest.raises(BadSignatureError):
        SES.verify(raw, SETTINGS, NOW)
    with pytest.raises(BadSignatureError):
        next(SES.intake(raw, SETTINGS, NOW))


@pytest.mark.parametrize("host", ["sns.us-gov-west-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn", "sns.ap-southeast-2.amazonaws.com"])
def test_amazons_other_hosts_are_its_own(host):
    url = f"https://{host}/SimpleNotificationService-0123456789abcdef.pem"
    assert next(SES.intake(changed(sns(DELIVERY), SigningCertURL=url), SETTINGS, NOW)).url == url


@pytest.mark.parametrize(
    "body",
    [
        certificate(key=rsa.generate_private_key(public_exponent=65_537, key_size=2_048)),
        certificate(now=NOW - timedelta(days=30)),
        certificate(now=NOW + timedelta(days=30)),
        certificate(key=ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_another_certificate_vouches_for_nothing(body):
    with pytest.raises(BadSignatureError):
        take_in(sns(DELIVERY), Response(status=200, body=body))


@pytest.mark.parametrize("body", [b"no certificate", b"", certificate()[:-100]])
def test_a_certificate_that_broke_off_is_fetched_again_later(body):
    with pytest.raises(TryLaterError):
        take_in(sns(DELIVERY), Response(status=200, body=body))


@pytest.mark.parametrize(
    ("status", "error"), [(500, TryLaterError), (503, TryLaterError), (429, TryLaterError), (404, BadInputError), (302, BadInputError)]
)
def test_a_certificate_that_cannot_be_had_keeps_nothing(status, error):
    with pytest.raises(error):
        take_in(sns(DELIVERY), Response(status=status, body=certificate()))


def test_what_cannot_be_from_the_topic_is_refused_without_a_call():
    raw = sns(DELIVERY)
    SES.verify(raw, SETTINGS, NOW)
    for wrong in (
        changed(raw, TopicArn="arn:aws:sns:eu-west-1:123456789012:evil"),
        changed(raw, Signature=""),
        changed(raw, SignatureVersion="3"),
        changed(raw, Type="Other"),
        changed(raw, MessageId="other"),
        changed(raw, Timestamp="yesterday"),
        Raw(body=raw.body, headers={**raw.headers, "x-amz-sns-message-type": "SubscriptionConfirmation"}),
        Raw(body=raw.body, headers={**raw.headers, "x-amz-sns-message-id": "other"}),
        Raw(body=raw.body, headers={}),
        Raw(body=b"[]", headers=raw.headers),
        Raw(body=json.dumps(DELIVERY).encode(), headers=raw.headers),
    ):
        with pytest.raises(BadSignatureError):
            SES.verify(wrong, SETTINGS, NOW)
    for late in (NOW + timedelta(hours=25), NOW - timedelta(minutes=20)):
        with pytest.raises(BadSignatureError):
            SES.verify(raw, SETTINGS, late)
    with pytest.raises(MisconfiguredError):
        SES.verify(raw, {}, NOW)


def test_a_login_is_asked_for_where_the_connection_has_one():
    raw = sns(DELIVERY)
    settings = {**SETTINGS, "hook_username": "door", "hook_password": "pa55"}
    login = "Basic " + base64.b64encode(b"door:pa55").decode()
    SES.verify(Raw(body=raw.body, headers={**raw.headers, "authorization": login}), settings, NOW)
    with pytest.raises(BadSignatureError):
        SES.verify(raw, settings, NOW)


def test_a_subscription_is_confirmed_once_its_signature_is_checked():
    raw = sns("You have chosen to subscribe", kind="SubscriptionConfirmation")
    SES.verify(raw, SETTINGS, NOW)
    _, asked = take_in(raw, pem(), Response(status=200, body=b"<ConfirmSubscriptionResponse/>"))
    assert [(one.method, one.url, one.guarded, one.lasting) for one in asked][1] == ("GET", SUBSCRIBE_URL, True, False)
    found = SES.read(raw, SETTINGS)
    assert (found.receipts, found.replies, found.fault) == ((), (), "")


def test_a_forged_subscription_is_not_confirmed():
    flow = SES.intake(changed(sns("x", kind="SubscriptionConfirmation"), Token="mine"), SETTINGS, NOW)
    next(flow)
    with pytest.raises(BadSignatureError):
        flow.send(pem())
    elsewhere = sns("x", kind="SubscriptionConfirmation", SubscribeURL="https://evil.example/?Action=ConfirmSubscription")
    with pytest.raises(BadSignatureError):
        SES.verify(elsewhere, SETTINGS, NOW)
    flow = SES.intake(elsewhere, SETTINGS, NOW)
    next(flow)
    with pytest.raises(BadSignatureError):
        flow.send(pem())


def test_a_confirmation_that_amazon_does_not_take_is_tried_again_or_is_bad_input():
    raw = sns("x", kind="SubscriptionConfirmation")
    with pytest.raises(TryLaterError):
        take_in(raw, pem(), Response(status=500))
    with pytest.raises(BadInputError):
        take_in(raw, pem(), Response(status=403))


def test_the_end_of_the_subscription_is_told_to_the_owners():
    found = SES.read(sns("x", kind="UnsubscribeConfirmation"), SETTINGS)
    assert "subscription" in found.fault


def test_amazons_own_test_of_the_topic_says_nothing():
    raw = sns("Successfully validated SNS topic for Amazon SES event publishing.")
    body, _ = take_in(raw, pem())
    found = SES.read(Raw(body=body), SETTINGS)
    assert (found.receipts, found.replies) == ((), ())


RECEIVED = {
    "notificationType": "Received",
    "mail": {"messageId": "s3-1"},
    "receipt": {"recipients": ["help@shop.example"], "action": {"type": "S3", "bucketName": "mails", "objectKey": "in/s3 1"}},
}
MAIL = b"From: Ana <ana@customer.example>\r\nTo: help@shop.example\r\nMessage-ID: <1@customer.example>\r\n\r\nWhere is it? \xc3\xb1\r\n"
READING = {**SETTINGS, "aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}


def test_a_mail_that_lies_in_s3_is_fetched_and_kept_with_its_message():
    body, asked = take_in(sns(RECEIVED), pem(), Response(status=200, body=MAIL), settings=READING)
    assert (asked[1].url, asked[1].guarded) == ("https://s3.eu-west-1.amazonaws.com/mails/in/s3%201", True)
    assert asked[1].headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261129/eu-west-1/s3/aws4_request,")
    (reply,) = SES.read(Raw(body=body), SETTINGS).replies
    assert (reply.sender, reply.text, reply.to) == ("ana@customer.example", "Where is it? ñ", "help@shop.example")


@pytest.mark.parametrize(("status", "error"), [(403, MisconfiguredError), (500, TryLaterError), (404, TryLaterError)])
def test_a_mail_that_cannot_be_fetched_keeps_nothing(status, error):
    with pytest.raises(error):
        take_in(sns(RECEIVED), pem(), Response(status=status), settings=READING)
    with pytest.raises(MisconfiguredError):
        take_in(sns(RECEIVED), pem())


@pytest.mark.parametrize("bucket", ["", "a/b", "evil.example#", "..", "A"])
def test_what_is_no_bucket_is_never_asked_for(bucket):
    received = {**RECEIVED, "receipt": {"action": {"type": "S3", "bucketName": bucket, "objectKey": "x"}}}
    with pytest.raises(BadInputError):
        take_in(sns(received), pem(), settings=READING)


def test_a_request_to_s3_is_signed_as_amazons_own_example():
    # The printed example of Signature Version 4 for "GET Object", as known on 2026-11-29.
    headers = signed_headers(
        "examplebucket.s3.amazonaws.com",
        "/test.txt",
        "us-east-1",
        ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        datetime(2013, 5, 24, tzinfo=UTC),
        {"range": "bytes=0-9"},
    )
    assert headers["authorization"].endswith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
