"""What every helpdesk keeps to, whoever wrote it."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.helpdesks import HelpdeskDeed, HelpdeskOrder, HelpdeskPerson, HelpdeskTry, HelpdeskWords
from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import HttpRequest, Raw, Response
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import (
    BadInputError,
    BadSignatureError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from doorstep.helpdesks import helpdesk_named, helpdesks

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVERY = sorted(helpdesks())
ENDS = (RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError)
_CREDENTIALS, _LATER = frozenset({401, 402, 403}), frozenset({408, 409, 429})
DEEDS = ("open", "say", "note", "close", "reopen")
#: Settings with which a flow comes as far as its first request.
SETTINGS = {
    "chatwoot": {"account_id": "12", "inbox_id": "67", "api_access_token": "t0ken", "webhook_secret": "s3cret"},
    "zendesk": {"subdomain": "shop", "email": "agent@shop.example", "api_token": "t0ken", "signing_secret": "s3cret"},
}
WORDS = HelpdeskWords(key="doorstep-1-5", text="Where is it?")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "payload", "ticket", "user", "tickets", "audits", "meta", "contact", "error", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
#: Names that the vendors' webhooks have, so that a guess comes further than its first look.
HOOKED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["message_created", "outgoing", "zen:event-type:ticket.comment_added", "doorstep-1", "resolved"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["event", "type", "id", "detail", "external_id", "comment", "author", "is_staff", "is_public", "conversation", "private", "message_type",
             "inbox_id", "inbox", "changed_attributes", "status", "attachments", "created_at", "time", "meta", "assignee_id"]
        ),
        inner,
        max_size=8,
    ),
    max_leaves=25,
)  # fmt: skip


def run(slug: str, deed: str, answer: Response | Exception, settings: dict[str, str] | None = None, *, again: bool = False) -> Receipt:
    """Run a flow; each request is answered by `answer`, an error is thrown in."""
    order = HelpdeskOrder(
        deed=HelpdeskDeed(deed),
        key="doorstep-k1",
        person=HelpdeskPerson(key="doorstep-1-customer-12", name="Ana", email="ana@example.com", phone="+12025550123"),
        remote_id="" if deed == "open" else "100",
        subject="s",
        note="" if deed == "say" else "n",
        note_key="doorstep-k1-note",
        words=(WORDS,) if deed in {"open", "say"} else (),
    )
    flow = getattr(helpdesk_named(slug), deed)(HelpdeskTry(order, again=again), SETTINGS[slug] if settings is None else settings, NOW)
    try:
        request = next(flow)
        for _ in range(60):
            assert isinstance(request, HttpRequest)
            request = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
    except StopIteration as stop:
        receipt: Receipt = stop.value
        return receipt
    pytest.fail("a flow that asks without end")


@pytest.mark.parametrize("slug", EVERY)
def test_a_helpdesk_is_found_by_its_slug(slug: str) -> None:
    assert helpdesk_named(slug).slug == slug


def test_a_helpdesk_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFoundError, match="chatwoot"):
        helpdesk_named("pigeon")


@pytest.mark.parametrize("slug", EVERY)
def test_settings_have_names_of_their_own_and_secrets_are_marked(slug: str) -> None:
    settings = helpdesk_named(slug).settings
    assert len({setting.name for setting in settings}) == len(settings)
    for setting in settings:
        assert setting.label
        assert setting.secret == any(word in setting.name for word in ("secret", "password", "token"))


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_connection_without_settings_is_the_merchants_to_mend(slug: str, deed: str) -> None:
    with pytest.raises(MisconfiguredError):
        run(slug, deed, Response(status=200), settings={})


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "status", [200, 201, 202, 204, 301, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 422, 429, 451, 500, 502, 503, 504]
)
def test_each_status_is_a_receipt_or_says_who_must_act(slug: str, deed: str, status: int) -> None:
    try:
        receipt = run(slug, deed, Response(status=status, body=b"{}"))
    except ENDS as error:
        expected = (
            MisconfiguredError
            if status in _CREDENTIALS or status < 400
            else TryLaterError
            if status in _LATER or status >= 500
            else (RefusedError, MisconfiguredError)  # what is not there may be the merchant's slip
        )
        assert isinstance(error, expected if status >= 300 else UnknownOutcomeError)  # noqa: PT017 - a receipt is as good
    else:
        assert receipt.state is MessageState.REACHED
        assert 200 <= status < 300


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "error", [TryLaterError("x"), UnknownOutcomeError("x"), MisconfiguredError("x"), RefusedError("x", suppress=False)]
)
def test_what_the_wire_throws_in_comes_out_as_it_is(slug: str, deed: str, error: Exception) -> None:
    with pytest.raises(type(error)):
        run(slug, deed, error)


@given(
    slug=st.sampled_from(EVERY),
    deed=st.sampled_from(DEEDS),
    again=st.booleans(),
    status=st.integers(100, 999) | st.sampled_from([200, 201]),
    body=st.binary() | JSON.map(lambda tree: json.dumps(tree).encode()),
    headers=st.dictionaries(st.text(max_size=20), st.text(max_size=20)),
)
def test_any_answer_is_a_receipt_or_says_who_must_act_and_tells_no_address(
    slug: str, deed: str, again: bool, status: int, body: bytes, headers: dict[str, str]
) -> None:
    try:
        receipt = run(slug, deed, Response(status=status, body=body, headers=headers), again=again)
    except ENDS as error:
        assert "ana@example.com" not in str(error)  # noqa: PT017 - a receipt is as good
        assert "2025550123" not in str(error)  # noqa: PT017
    else:
        assert receipt.provider_id is not None
        assert receipt.provider_id.isascii()
        assert receipt.provider_id.isdigit()


@pytest.mark.parametrize("slug", EVERY)
def test_an_answer_that_names_people_is_not_told_on(slug: str) -> None:
    body = b'{"message": "ana@example.com and +1 202 555 0123 are taken", "description": "ana@example.com"}'
    with pytest.raises(RefusedError) as told:
        run(slug, "say", Response(status=422, body=body))
    assert "ana@example.com" not in str(told.value)
    assert "555" not in str(told.value)


@given(slug=st.sampled_from(EVERY), body=st.binary() | HOOKED.map(lambda tree: json.dumps(tree).encode()), url=st.text())
def test_any_bytes_at_the_hook_are_read_or_are_bad_input(slug: str, body: bytes, url: str) -> None:
    with suppress(BadInputError):
        helpdesk_named(slug).read(Raw(body=body, url=url), SETTINGS[slug])


@given(slug=st.sampled_from(EVERY), body=st.binary(), headers=st.dictionaries(st.sampled_from(["x-chatwoot-signature", "x-chatwoot-timestamp", "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"]), st.text(max_size=40)))  # fmt: skip
def test_a_webhook_that_nobody_signed_is_refused(slug: str, body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(BadSignatureError):
        helpdesk_named(slug).verify(Raw(body=body, headers=headers), SETTINGS[slug], NOW)
