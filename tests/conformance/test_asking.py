"""What every carrier that can be asked must keep to, found by `carriers()`: declared settings, limits, and who must act on any answer."""

import re
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.domain.plugins import Answer, Asked, Asking, HttpRequest, Response, Token
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = {slug: carrier.asking for slug, carrier in carriers().items() if carrier.asking is not None}
#: Named in the issue.
PROMISED = {"ups", "fedex", "usps", "dhl_universal", "gls", "nova_poshta", "nova_post", "17track", "aftership", "easypost"}
#: What an answer calls a token, where that is no "access_token".
TOKENS = {"nova_post": b'{"jwt": "abc"}'}
#: Whose published protocol has the key in the address; nothing logs or shows the address of a call.
KEY_IN_ADDRESS = {"nova_post"}
each = pytest.mark.parametrize("slug", sorted(ASKED))
SECRET = "a secret worth keeping"


def given_of(asking: Asking) -> dict[str, str]:
    return dict.fromkeys(asking.needs, SECRET)


def drive(flow: Generator[HttpRequest, Response, Any], *answers: Response) -> tuple[list[HttpRequest], Any]:
    """Run a flow over answers, the last of them for ever; return what it asked and what it ended in."""
    asked = []
    try:
        request = next(flow)
        for place in range(100):
            asked.append(request)
            request = flow.send(answers[min(place, len(answers) - 1)])
    except StopIteration as stop:
        return asked, stop.value
    raise AssertionError("it asks for ever")


def ask(slug: str, *answers: Response, numbers: int = 1) -> tuple[list[HttpRequest], Any]:
    asking = ASKED[slug]
    wanted = [Asked(f"9400{n:08}", "usps") for n in range(numbers)]
    return drive(asking.ask(wanted, given_of(asking), "a-token", NOW), *answers)


def test_the_promised_carriers_can_be_asked() -> None:
    assert set(ASKED) >= PROMISED


@each
def test_what_asking_needs_is_declared_and_never_required_of_who_only_listens(slug: str) -> None:
    carrier, asking = carriers()[slug], ASKED[slug]
    declared = {setting.name: setting for setting in carrier.settings}
    assert set(asking.needs) <= set(declared)
    assert any(declared[name].secret for name in asking.needs)
    assert all(declared[name].required is False for name in asking.needs) or slug == "17track"  # its key also signs the webhooks
    assert declared["base_url"].default
    assert declared["base_url"].default.startswith("https://")
    assert asking.most_per_call >= 1
    assert asking.rate_per_s > 0
    assert asking.burst >= 1
    assert not asking.also & {slug}


@each
def test_a_question_goes_to_the_carriers_own_address_and_may_be_repeated(slug: str) -> None:
    asking = ASKED[slug]
    own = next(s.default for s in carriers()[slug].settings if s.name == "base_url")
    (first, *_), _ = (
        ask(slug, Response(status=200, body=b"{}"), Response(status=200, body=b'{"data": {}}'))
        if slug != "17track"
        else ask(slug, Response(status=200, body=b'{"code": 0, "data": {"accepted": [], "rejected": []}}'))
    )
    assert first.url.startswith(f"{own}/")
    assert first.repeatable
    assert not first.guarded
    assert SECRET not in first.url
    flow = asking.ask([Asked("94000000", "usps")], {**given_of(asking), "base_url": "https://elsewhere.example/"}, "t", NOW)
    other = next(flow)
    assert other.url.startswith("https://elsewhere.example/")
    assert other.guarded


@each
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_the_merchants_to_mend(slug: str, status: int) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        ask(slug, Response(status=status, body=b'{"error": {"code": "no"}}'))
    assert SECRET not in str(caught.value)


@each
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_later(slug: str, status: int) -> None:
    with pytest.raises(TryLaterError) as caught:
        ask(slug, Response(status=status, headers={"Retry-After": "77"}, body=b"<html>busy</html>"))
    assert caught.value.after_s in {77.0, None}
    if status == 429:
        assert caught.value.after_s == 77.0


@each
@pytest.mark.parametrize("status", [301, 302, 307])
def test_an_address_that_leads_elsewhere_is_the_operators_to_mend(slug: str, status: int) -> None:
    with pytest.raises(MisconfiguredError):
        ask(slug, Response(status=status, headers={"location": "https://elsewhere.example"}))


@each
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=60)
    | st.sampled_from(
        [b"", b"null", b"[]", b"{}", b'{"data":[]}', b'{"data":{"rejected":[{"number":1}]}}', b'{"errors":[{"code":[1]}]}', b"<a/>"]
    ),
    retry=st.text(max_size=12) | st.sampled_from(["0", "-1", "9" * 40, "Sun, 22 Nov 2026 13:00:00 GMT"]),
)
def test_any_answer_is_kept_or_says_who_must_act(slug: str, status: int, body: bytes, retry: str) -> None:
    after_s: float | None = None
    answers: tuple[Answer, ...] = ()
    try:
        _, answers = ask(
            slug, Response(status=status, headers={"retry-after": retry}, body=body), numbers=min(3, ASKED[slug].most_per_call)
        )
    except TryLaterError as error:
        after_s = error.after_s
    except (BadInputError, MisconfiguredError):
        pass
    assert after_s is None or 0 <= after_s <= 86_400
    assert all(answer.body == body for answer in answers)


@each
def test_a_token_is_read_and_its_refusal_is_the_merchants_to_mend(slug: str) -> None:
    asking = ASKED[slug]
    if asking.token is None:
        return
    body = TOKENS.get(slug, b'{"access_token": "abc", "token_type": "Bearer", "expires_in": "14399"}')
    requests, token = drive(asking.token(given_of(asking), NOW), Response(status=200, body=body))
    assert isinstance(token, Token)
    assert (token.value, len(requests)) == ("abc", 1)
    assert 0 < token.lasts_s < 14_399
    assert not {SECRET, quote_plus(SECRET)} & set(re.split(r"[?&=/]", requests[0].url)) or slug in KEY_IN_ADDRESS
    for status in (400, 401, 403):
        with pytest.raises(MisconfiguredError):
            drive(asking.token(given_of(asking), NOW), Response(status=status, body=b'{"error": "invalid_client"}'))
    for status in (429, 500, 503):
        with pytest.raises(TryLaterError):
            drive(asking.token(given_of(asking), NOW), Response(status=status))
    with pytest.raises((TryLaterError, MisconfiguredError)):
        drive(asking.token(given_of(asking), NOW), Response(status=200, body=b"<html>"))


@each
def test_a_connection_without_its_credential_says_which_is_missing(slug: str) -> None:
    asking = ASKED[slug]
    flow = asking.token({}, NOW) if asking.token else asking.ask([Asked("94000000", "usps")], {}, "", NOW)
    with pytest.raises(MisconfiguredError, match="has no"):
        next(flow)
