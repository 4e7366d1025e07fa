"""Files that lie with a provider: whose hosts see credentials, what an answer means, and what a redirect takes along."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.fetching import MOST_BYTES, download, is_theirs
from doorstep.channels.kinds import ENDINGS, kind_of, named
from doorstep.domain.messages import Attachment
from doorstep.domain.plugins import FileFlow, HttpRequest, Response
from doorstep.domain.vocabulary import Unfetched
from doorstep.errors import DoorstepError, MisconfiguredError, TryLaterError
from doorstep.steps.wire import Wire

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = {"authorization": "Bearer t0ken"}
JPEG = b"\xff\xd8\xff\xe0"


def ended(flow: FileFlow, *answers: Response | Exception) -> tuple[bytes | Unfetched, list[HttpRequest]]:
    """Run a flow over these answers."""
    asked: list[HttpRequest] = []
    try:
        request = next(flow)
        for one in answers:
            asked.append(request)
            request = flow.throw(one) if isinstance(one, Exception) else flow.send(one)
    except StopIteration as stop:
        found: bytes | Unfetched = stop.value
        return found, asked
    raise AssertionError("it asked again")


def onward(location: str, status: int = 302) -> Response:
    return Response(status=status, headers={"Location": location})


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://api.twilio.com/a", True),
        ("https://api.dublin.ie1.twilio.com/a", True),
        ("https://twilio.com:443/a", True),
        ("https://api.example/v1/a", True),
        ("https://API.EXAMPLE:443/a", True),
        ("http://api.twilio.com/a", False),
        ("https://api.twilio.com:8443/a", False),
        ("http://api.example/a", False),
        ("https://api.example:444/a", False),
        ("https://nottwilio.com/a", False),
        ("https://api.twilio.com.evil.example/a", False),
        ("https://api.twilio.com@evil.example/a", False),
        ("https://evil.example\\@api.twilio.com/a", False),
        ("https://evil.example#api.twilio.com", False),
        ("https://evil.example?.twilio.com", False),
        ("https://u:p@api.twilio.com/a", False),
        ("https://api.twilio.com\t/a", False),
        ("https://аpi.twilio.com/a", False),  # noqa: RUF001 - a Cyrillic letter, as whoever forges one writes it
        ("https://api.twilio.com:99999/a", False),
        ("https://[::1/a", False),
        ("//api.twilio.com/a", False),
        ("", False),
    ],
)
def test_whose_host_an_address_is(url: str, theirs: bool) -> None:
    assert is_theirs(url, "https://api.example", "twilio.com") is theirs


@given(st.text(max_size=60))
def test_any_address_is_theirs_or_not(url: str) -> None:
    assert is_theirs(url, url, "twilio.com") in {True, False}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_credentials_along_to_the_same_host_alone(status: int) -> None:
    found, asked = ended(
        download("Twilio", "https://api.twilio.com/a", NOW, KEY),
        onward("/b", status),
        onward("https://mms.twiliocdn.com/c", status),
        onward("https://api.twilio.com/d", status),
        Response(status=200, body=JPEG),
    )
    assert found == JPEG
    assert [(one.url, dict(one.headers)) for one in asked] == [
        ("https://api.twilio.com/a", KEY),
        ("https://api.twilio.com/b", KEY),
        ("https://mms.twiliocdn.com/c", {}),
        ("https://api.twilio.com/d", {}),
    ]
    assert all(one.guarded and one.repeatable and one.method == "GET" and one.most_bytes == MOST_BYTES + 1 for one in asked)


@pytest.mark.parametrize("location", ["http://api.twilio.com/b", "https://api.twilio.com:8443/b", "//evil.example/b"])
def test_another_port_or_scheme_is_another_host(location: str) -> None:
    _, asked = ended(download("Twilio", "https://api.twilio.com/a", NOW, KEY), onward(location), Response(status=200, body=JPEG))
    assert [dict(one.headers) for one in asked] == [KEY, {}]


@pytest.mark.parametrize("location", ["https://[::1", "https://a.example:x/"])
def test_a_redirect_to_what_is_no_address_leads_nowhere(location: str) -> None:
    assert ended(download("Twilio", "https://api.twilio.com/a", NOW, KEY), onward(location))[0] is Unfetched.ELSEWHERE


def test_a_redirect_without_an_address_goes_in_a_circle_and_ends() -> None:
    found, asked = ended(download("Twilio", "https://api.twilio.com/a", NOW), *[Response(status=302)] * 4)
    assert (found, len(asked)) == (Unfetched.ELSEWHERE, 4)


def from_there(flow: FileFlow, first: Response) -> Generator[HttpRequest, Response, bytes | Unfetched]:
    """Answer the first request of a flow, and leave the others to whoever runs it."""
    next(flow)
    request = flow.send(first)
    try:
        while True:
            try:
                response = yield request
            except DoorstepError as error:
                request = flow.throw(error)
            else:
                request = flow.send(response)
    except StopIteration as stop:
        found: bytes | Unfetched = stop.value
        return found


@pytest.mark.parametrize(
    "inside", ["https://127.0.0.1:8443/", "https://169.254.169.254/latest/meta-data", "http://8.8.8.8/", "https://[::ffff:10.0.0.1]/"]
)
async def test_a_redirect_into_a_private_network_is_not_followed(inside: str) -> None:
    async with Wire() as wire:
        flow = from_there(download("Twilio", "https://api.twilio.com/a", NOW, KEY), onward(inside))
        assert await wire.ask(flow, connection=(1, 1), provider="twilio") is Unfetched.ELSEWHERE


@pytest.mark.parametrize("status", [*range(200, 600, 25), 201, 202, 204, 206, 304, 400, 401, 402, 403, 404, 408, 410, 416, 429, 503])
@pytest.mark.parametrize("shown", [{}, KEY], ids=["without", "with credentials"])
def test_each_status_says_whether_there_is_a_file_and_who_must_act(status: int, shown: dict[str, str]) -> None:
    flow = download("Twilio", "https://api.twilio.com/a", NOW, shown)
    answer = Response(status=status, body=JPEG, headers={"retry-after": "7"})
    if status == 200:
        assert ended(flow, answer)[0] == JPEG
    elif status in {401, 402, 403} and shown:
        with pytest.raises(MisconfiguredError, match=f"Twilio answered {status}"):
            ended(flow, answer)
    elif 400 <= status < 500 and status not in {408, 425, 429}:
        assert ended(flow, answer)[0] is Unfetched.GONE
    else:
        with pytest.raises(TryLaterError) as later:
            ended(flow, answer)
        assert later.value.after_s == 7


def test_a_body_is_taken_whole_or_not_at_all() -> None:
    url = "https://api.twilio.com/a"
    assert ended(download("T", url, NOW), Response(status=200, body=bytes(MOST_BYTES)))[0] == bytes(MOST_BYTES)
    assert ended(download("T", url, NOW), Response(status=200, body=bytes(MOST_BYTES + 1), whole=False))[0] is Unfetched.TOO_LARGE
    for broken in (Response(status=200, body=JPEG, whole=False), Response(status=200)):
        with pytest.raises(TryLaterError):
            ended(download("T", url, NOW), broken)


SETTINGS: dict[str, dict[str, str]] = {
    "whatsapp": {"access_token": "t0ken"},
    "messenger": {"access_token": "t0ken"},
    "twilio": {"account_sid": "AC1", "auth_token": "t0ken", "api_key": "SK1", "api_secret": "s3cret"},
    "vonage": {"api_key": "k3y", "api_secret": "s3cret"},
    "messagebird": {"access_key": "k3y"},
    "brevo": {"api_key": "xkeysib"},
    "resend": {"password": "re_k3y"},
    "mailgun": {"api_key": "key-1"},
}
FILES: dict[str, Attachment] = {
    "whatsapp": Attachment(name="image", content_type="image/jpeg", media_id="12/../3"),
    "messenger": Attachment(name="image", content_type="image/*", url="https://scontent.xx.fbcdn.net/v/1.jpg?oh=a"),
    "twilio": Attachment(
        name="ME1", content_type="image/jpeg", url="https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    ),
    "vonage": Attachment(name="1b", content_type="", url="https://api-us.nexmo.com/v3/media/1b456509-974c-458b-aafa-45fc48a4d976"),
    "messagebird": Attachment(name="1", content_type="", url="https://rest.messagebird.com/mms/1"),
    "brevo": Attachment(name="a.jpg", content_type="image/jpeg", media_id="t0k/../en"),
    "resend": Attachment(name="a.jpg", content_type="image/jpeg", media_id="4ef9a417/2a0c9ce0"),
    "mailgun": Attachment(
        name="a.jpg", content_type="image/jpeg", url="https://storage-us-east4.api.mailgun.net/v3/domains/d/messages/k/attachments/0"
    ),
}
FIRST = {
    "whatsapp": ("https://graph.facebook.com/v25.0/12%2F..%2F3", "authorization", "Bearer t0ken"),
    "messenger": ("https://scontent.xx.fbcdn.net/v/1.jpg?oh=a", "", ""),
    "twilio": (FILES["twilio"].url, "authorization", "Basic U0sxOnMzY3JldA=="),
    "vonage": (FILES["vonage"].url, "", ""),
    "messagebird": (FILES["messagebird"].url, "authorization", "AccessKey k3y"),
    "brevo": ("https://api.brevo.com/v3/inbound/attachments/t0k%2F..%2Fen", "api-key", "xkeysib"),
    "resend": ("https://api.resend.com/emails/receiving/4ef9a417/attachments/2a0c9ce0", "authorization", "Bearer re_k3y"),
    "mailgun": (FILES["mailgun"].url, "authorization", "Basic YXBpOmtleS0x"),
}


def fetch(slug: str, **changes: Any) -> FileFlow:
    one = channel_named(slug).fetch
    assert one
    file = Attachment(**{"name": "a", "content_type": "", **{name: getattr(FILES[slug], name) for name in ("url", "media_id")}, **changes})
    return one(file, SETTINGS[slug], NOW)


@pytest.mark.parametrize("slug", sorted(FILES))
def test_each_provider_is_asked_as_it_documents(slug: str) -> None:
    url, header, credentials = FIRST[slug]
    request = next(fetch(slug))
    assert (request.method, request.url) == ("GET", url)
    assert {name: value for name, value in request.headers.items() if name != "accept"} == ({header: credentials} if header else {})
    assert request.repeatable


@pytest.mark.parametrize("slug", sorted(FILES))
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"url": 7, "download_url": null}', b'{"error": 3}', b"null"])
@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 410, 429, 500])
def test_any_answer_ends_a_flow_as_agreed(slug: str, status: int, body: bytes) -> None:
    answers = [Response(status=status, body=body)] * 9
    try:
        found: object = ended(fetch(slug), *answers)[0]
    except (TryLaterError, MisconfiguredError) as error:
        found = error
    assert isinstance(found, bytes | Unfetched) or str(found)
    assert not any(secret in str(found) for secret in ("t0ken", "s3cret", "k3y", "xkeysib", "key-1"))


@pytest.mark.parametrize("slug", sorted(FILES))
def test_a_file_that_nobody_named_is_not_asked_for(slug: str) -> None:
    with pytest.raises(StopIteration) as ended_at_once:
        next(fetch(slug, url="", media_id=""))
    assert ended_at_once.value.value in {Unfetched.GONE, Unfetched.ELSEWHERE}


def test_whatsapp_names_an_address_of_metas_or_none_is_called() -> None:
    for url in ("https://lookaside.fbsbx.com.evil.example/x", "http://lookaside.fbsbx.com/x", "https://evil.example/x"):
        assert ended(fetch("whatsapp"), Response(status=200, body=json.dumps({"url": url}).encode()))[0] is Unfetched.ELSEWHERE
    told = {"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2", "file_size": str(MOST_BYTES)}
    found, asked = ended(fetch("whatsapp"), Response(status=200, body=json.dumps(told).encode()), Response(status=200, body=JPEG))
    assert (found, asked[1].url, asked[1].headers) == (JPEG, told["url"], {"authorization": "Bearer t0ken"})
    for size in (MOST_BYTES + 1, "9" * 19):
        assert (
            ended(fetch("whatsapp"), Response(status=200, body=json.dumps(told | {"file_size": size}).encode()))[0] is Unfetched.TOO_LARGE
        )


@pytest.mark.parametrize(
    ("status", "code", "ends"),
    [
        (400, 100, Unfetched.GONE),
        (400, 131052, Unfetched.GONE),
        (401, 190, MisconfiguredError),
        (400, 10, MisconfiguredError),
        (400, 4, TryLaterError),
    ],
)
def test_what_whatsapp_says_of_a_file_that_it_does_not_give(status: int, code: int, ends: Any) -> None:
    answer = Response(status=status, body=json.dumps({"error": {"code": code, "message": "no"}}).encode())
    if isinstance(ends, Unfetched):
        assert ended(fetch("whatsapp"), answer)[0] is ends
    else:
        with pytest.raises(ends):
            ended(fetch("whatsapp"), answer)


def test_a_file_of_resends_whose_mail_is_not_known_is_fetched_from_its_address_while_that_is_good() -> None:
    found, asked = ended(fetch("resend", media_id="2a0c9ce0", url="https://inbound-cdn.resend.com/x"), Response(status=200, body=JPEG))
    assert (found, asked[0].headers) == (JPEG, {})
    assert ended(fetch("resend", media_id="2a0c9ce0", url="https://inbound-cdn.resend.com/x"), Response(status=403))[0] is Unfetched.GONE


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"OggS\0", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"\xff\xfea\0", None),
        (b"\xff", None),
        (b"%PDF-1.7", "application/pdf"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
        ("¿Dónde está?\r\n".encode(), "text/plain"),
        (b"\xef\xbb\xbfName;Order", "text/plain"),
        (b"<html>", None),
        (b"  \n<?xml version='1.0'?><svg onload='x'/>", None),
        (b"\xef\xbb\xbf<script>", None),
        (b'{"error": 1}', None),
        (b"#!/bin/sh", None),
        (b"%!PS-Adobe", None),
        (b"text\0binary", None),
        (b"MZ\x90\0", None),
        (b"\x7fELF", None),
        (b"PK\x03\x04", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"", None),
        (b"   ", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(begins: bytes, kind: str | None) -> None:
    assert kind_of(begins) == kind


@given(st.binary(max_size=64))
def test_any_bytes_are_of_a_kind_that_has_an_ending_or_of_none(content: bytes) -> None:
    kind = kind_of(content)
    assert kind is None or ENDINGS[kind]


@pytest.mark.parametrize(
    ("name", "kind", "becomes"),
    [
        ("image", "image/jpeg", "image.jpg"),
        ("Photo.JPEG", "image/jpeg", "Photo.JPEG"),
        ("photo.exe", "image/png", "photo.exe.png"),
        ("ME1", "video/mp4", "ME1.mp4"),
        ("", "application/pdf", "file.pdf"),
    ],
)
def test_a_name_ends_as_its_kind_does(name: str, kind: str, becomes: str) -> None:
    assert named(name, kind) == becomes
