"""The chat's own bytes, its list of sites, the shop's word for a customer, and what a file is."""

import base64
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels.web_chat import CHANNEL
from doorstep.channels.web_chat.customers import read_customer
from doorstep.channels.web_chat.files import kind_of
from doorstep.channels.web_chat.origins import read_origins
from doorstep.channels.web_chat.writing import File, Written, packed
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadSignatureError, MisconfiguredError
from doorstep.steps.connect import checked

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@given(text=st.text(), choice=st.text(), content=st.binary())
def test_what_is_packed_is_read_as_a_reply(text, choice, content):
    written = Written(
        visitor="v1",
        client_id="abc",
        at=NOW,
        text=text.encode("utf-8", "ignore").decode(),
        choice=choice.encode("utf-8", "ignore").decode(),
        files=(File(name="f", content_type="image/png", content=content),),
    )
    (reply,) = CHANNEL.read(Raw(body=packed(written)), {}).replies
    assert (reply.channel, reply.sender, reply.at) == (ChannelKind.CHAT, "v1", NOW)
    assert (reply.text, reply.choice, reply.provider_id) == (written.text, written.choice, "v1/abc")
    assert reply.attachments[0].content == content
    assert reply.message_id is None


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://Shop.example/", {"https://shop.example"}),
        ("https://shop.example:443, https://www.shop.example:8443/cart?x", {"https://shop.example", "https://www.shop.example:8443"}),
        ("https://bücher.example", {"https://xn--bcher-kva.example"}),
        ("http://localhost:3000 http://[::1]:80", {"http://localhost:3000", "http://[::1]"}),
        ("", set()),
    ],
)
def test_sites_are_read_as_browsers_name_them(text, origins):
    assert read_origins(text) == origins


@pytest.mark.parametrize(
    "text",
    [
        "shop.example",
        "http://shop.example",
        "https://",
        "https://*.shop.example",
        "https://a:b@shop.example",
        "ftp://shop.example",
        "https://x:99999",
        "null",
        "*",
    ],
)
def test_what_is_no_site_is_the_merchants_to_mend(text):
    with pytest.raises(MisconfiguredError, match="allowed_origins"):
        read_origins(text)


def test_a_short_secret_is_refused_and_a_long_one_kept():
    given = {"allowed_origins": "https://shop.example"}
    with pytest.raises(Exception, match="32 characters"):
        checked(CHANNEL, given | {"customer_secret": "x" * 31})
    assert checked(CHANNEL, given | {"customer_secret": "x" * 32})["customer_secret"] == "x" * 32


def test_a_new_secret_is_taken_beside_the_old_one():
    old, new = "o" * 32, "n" * 32
    part = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(f'{{"sub":"7","exp":{int(NOW.timestamp()) + 60}}}'.encode()).rstrip(b"=").decode()
    for secret in (old, new):
        signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), f"{part}.{body}".encode(), "sha256")).rstrip(b"=").decode()
        token = f"{part}.{body}.{signature}"
        assert read_customer(token, f"{new} {old}", NOW).customer_id == "7"
        with pytest.raises(BadSignatureError):
            read_customer(token, "x" * 32, NOW)
        with pytest.raises(MisconfiguredError):
            read_customer(token, "", NOW)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"<svg>", None),
        (b"", None),
        (b"<html>%PDF-", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content, kind):
    assert kind_of(content) == kind
