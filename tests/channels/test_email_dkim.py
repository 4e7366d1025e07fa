"""DKIM: what is signed, verified by a verifier that is proved on the signatures of RFC 8463."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dkim_verifying import signed_headers, verifies
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.email.dkim import signed
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import MisconfiguredError

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
ED = ed25519.Ed25519PrivateKey.generate()


def pem(key, kind=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def settings(key, **more):
    return {
        "host": "smtp.shop.example",
        "from_address": "orders@shop.example",
        "from_name": "Die Teekännchen",
        "dkim_domain": "shop.example",
        "dkim_selector": "door.step",
        "dkim_private_key": key if isinstance(key, str) else pem(key),
        **more,
    }


def mail(key, subject="Your parcel", text="Hello  there \n\n\n", html="<p>¡Hola!</p>\n", **more):
    message = Message(
        message_id="0198f3a2-7b1c-7def-8123-456789abcdef",
        merchant_id=7,
        channel=ChannelKind.EMAIL,
        to="ana@customer.example",
        content=Rendered(subject=subject, text=text, html=html),
        locale="en",
        purpose=Purpose.MARKETING,
        topic="delivery",
        created_at=NOW,
        unsubscribe_url="https://door.example/u/tok3n-abc",
    )
    return next(channel_named("email").send(message, settings(key, **more), NOW, "")).content


# Source: RFC 8463 appendix A.3, as known on 2026-11-29.
_VECTOR = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
_VECTOR_KEY = base64.b64decode("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")


def test_the_verifier_takes_the_signature_of_rfc_8463_and_no_other():
    key = ed25519.Ed25519PublicKey.from_public_bytes(_VECTOR_KEY)
    assert verifies(_VECTOR, key)
    assert not verifies(_VECTOR.replace(b"dinner", b"supper"), key)
    assert not verifies(_VECTOR.replace(b"hungry", b"angry"), key)


@pytest.mark.parametrize("key", [RSA, ED])
def test_a_mail_is_signed_and_verifies(key):
    content = mail(key)
    assert content.startswith(b"DKIM-Signature: v=1; a=")
    assert verifies(content, key.public_key())
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("key", [RSA, ED])
def test_what_unsubscribes_and_who_speaks_is_covered(key):
    covered = signed_headers(mail(key))
    wanted = {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "auto-submitted",
        "content-type",
        "mime-version",
    }
    assert wanted <= set(covered)
    # Once more than it stands there, so that none can be added.
    for name in ("from", "to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post"):
        assert covered.count(name) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Your", b"Subject: My"),
        (b"<https://door.example/u/tok3n-abc>", b"<https://evil.example/>"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
        (b"Hello", b"Hallo"),
        (b"d=shop.example", b"d=shop.example.com"),
        (b"s=door.step", b"s=other"),
        (b"\r\nFrom: ", b"\r\nFrom: Other <x@y.example>\r\nFrom: "),
        (b"\r\nDate: ", b"\r\nSubject: Another\r\nDate: "),
    ],
)
def test_what_is_changed_or_added_on_the_way_shows(old, new):
    content = mail(ED)
    assert old in content
    assert not verifies(content.replace(old, new, 1), ED.public_key())


def test_what_mail_servers_do_on_the_way_does_not_show():
    content = mail(ED)
    assert verifies(b"Received: from a by b\r\n" + content, ED.public_key())
    assert verifies(content + b"\r\n\r\n", ED.public_key())
    assert verifies(content.replace(b"Subject: Your parcel", b"subject:   Your\r\n\tparcel"), ED.public_key())


@given(st.text(), st.text(), st.text())
def test_any_mail_verifies(subject, text, html):
    assert verifies(mail(ED, subject=subject, text=text, html=html), ED.public_key())


@given(st.binary())
def test_any_body_verifies(body):
    body = body.replace(b"\r", b"").replace(b"\n", b"\r\n")
    if body.decode("latin-1").isascii():
        content = signed(b"From: a@b.example\r\n\r\n" + body, settings(ED), NOW)
        assert verifies(content, ED.public_key())


def test_without_a_key_a_mail_goes_out_as_it_is():
    assert not mail("").startswith(b"DKIM")


def test_a_key_may_be_pasted_in_other_dress():
    bare = "".join(pem(RSA).strip().splitlines()[1:-1])
    for dressed in (bare, pem(RSA).replace("\n", "\\n"), pem(RSA, serialization.PrivateFormat.TraditionalOpenSSL)):
        assert verifies(mail(dressed), RSA.public_key())


@pytest.mark.parametrize(
    "wrong",
    [
        {"dkim_private_key": "no key"},
        {"dkim_private_key": pem(ec.generate_private_key(ec.SECP256R1()))},
        {"dkim_private_key": pem(rsa.generate_private_key(public_exponent=65_537, key_size=1_024))},
        {"dkim_domain": ""},
        {"dkim_selector": ""},
        {"dkim_domain": "a b"},
        {"dkim_selector": "x; d=evil.example"},
        {"dkim_domain": "shop.example\r\nBcc: x@y.example"},
    ],
)
def test_a_key_that_cannot_sign_is_the_merchants_to_mend_and_stands_in_no_error(wrong):
    with pytest.raises(MisconfiguredError) as raised:
        mail(pem(RSA), **wrong)
    assert "BEGIN" not in str(raised.value)
