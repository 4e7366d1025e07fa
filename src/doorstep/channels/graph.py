"""What Meta's channels share: calls of the Graph API and how its errors read, webhooks' signatures, the handshake, templates.

Source: Meta's Graph API, webhooks and message-template pages, as known on 2026-11-29.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from doorstep.channels.codes import error_of
from doorstep.domain.plugins import HttpRequest, ProviderCode, Raw, Response, Setting, Settings
from doorstep.domain.reading import header_of, redacted, retry_after_s, same, setting_of
from doorstep.errors import (
    BadInputError,
    BadSignatureError,
    DoorstepError,
    MisconfiguredError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)

BASE = "https://graph.facebook.com"
VERSION = "v25.0"
#: A gateway gave up on the server behind it, which may have done the work.
_GATEWAY = (502, 504)
_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}")
#: A challenge is a short number; more than that is not echoed.
_LONGEST_CHALLENGE = 200
_OUR_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: Seconds since 1970 up to the year 2100: what is beyond is milliseconds or nonsense.
_LAST_STAMP = 4_102_444_800

#: The settings that every channel of Meta's has.
SETTINGS = (
    Setting(name="app_secret", label="App secret (signs the webhooks)", secret=True),
    Setting(
        name="verify_token", label="Verify token: a long word of your own, also typed in at Meta beside the hook's address", secret=True
    ),
    Setting(name="api_version", label="Version of the Graph API", required=False, default=VERSION, example=VERSION),
    Setting(name="base_url", label="Address of the Graph API", required=False, default=BASE, example=BASE),
)


def request(method: str, path: str, settings: Settings, body: object = None) -> HttpRequest:
    """Write a call of the Graph API; `path` lies below the version, quoted, with its query.

    Raises:
        MisconfiguredError: no access token, or no such version.
    """
    base = (settings.get("base_url") or BASE).rstrip("/")
    version = settings.get("api_version", "").strip() or VERSION
    if not _VERSION.fullmatch(version):
        raise MisconfiguredError("the version of the Graph API is written like v25.0")
    headers = {"authorization": f"Bearer {setting_of(settings, 'access_token')}", "accept": "application/json"}
    if body is not None:
        headers["content-type"] = "application/json"
    return HttpRequest(
        method=method,
        url=f"{base}/{version}/{path}",
        headers=headers,
        body=b"" if body is None else msgspec.json.encode(body),
        repeatable=method == "GET",
        guarded=base != BASE,
    )


def node(settings: Settings, name: str) -> str:
    """Return a setting that is an id in a path, quoted.

    Raises:
        MisconfiguredError: the connection has none.
    """
    return quote(setting_of(settings, name), safe="")


def answer_of(response: Response) -> dict[str, Any]:
    """Read an answer's JSON object; {} where it is none."""
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def failure_of(response: Response, name: str, table: Mapping[str, ProviderCode], now: datetime, *, sends: bool = True) -> DoorstepError:
    """Return what an answer other than a success means.

    `name` is the provider's for the text; `sends`: the call has an effect, so that a gateway's answer leaves its outcome unknown.
    """
    error = part(answer_of(response), "error")
    code, subcode = text(error, "code"), text(error, "error_subcode")
    said = f"{name} answered {response.status}" + (f", error {code}" if code else "") + (f" ({subcode})" if subcode else "")
    after_s = retry_after_s(response, now)
    if meaning := meaning_of(code, subcode, table):
        return error_of(meaning, said, after_s)
    if response.status in _GATEWAY and sends:
        return UnknownOutcomeError(said)
    if response.status >= 500 or response.status in (408, 429) or error.get("is_transient") is True:  # noqa: PLR2004 - HTTP's own numbers
        return TryLaterError(said, after_s=after_s)
    details = redacted(text(part(error, "error_data"), "details") or text(error, "message"), 200)
    if response.status in (401, 403, 404) or response.status < 400:  # noqa: PLR2004
        return MisconfiguredError(f"{said}: {details}" if details else said)
    return RefusedError(f"{said}: {details}" if details else said, suppress=False, code=code or str(response.status))


def meaning_of(code: str, subcode: str, table: Mapping[str, ProviderCode]) -> ProviderCode | None:
    """Find an error: by code and subcode ("10:2018278"), else by the code; all of 200 to 299 are missing permissions."""
    for key in (f"{code}:{subcode}", code):
        if key in table:
            return table[key]
    if len(code) == 3 and code.startswith("2") and "200" in table:  # noqa: PLR2004 - digits
        return table["200"]
    return None


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - the signature holds no time
    """Check that Meta signed these bytes: X-Hub-Signature-256, HMAC-SHA256 with the app's secret.

    Raises:
        BadSignatureError: missing, forged, or over other bytes.
        MisconfiguredError: the connection has no app secret.
    """
    secret = setting_of(settings, "app_secret")
    given = header_of(raw, "x-hub-signature-256")
    if not same(given, "sha256=" + hmac.digest(secret.encode(), raw.body, hashlib.sha256).hex()):
        raise BadSignatureError("the signature does not fit; check the app secret")


def greet(raw: Raw, settings: Settings) -> bytes:
    """Answer the GET by which Meta asks whether a hook is ours: the challenge back, where the verify token is this connection's.

    Raises:
        BadSignatureError: no such question, or another token.
        MisconfiguredError: the connection has no verify token.
    """
    expected = setting_of(settings, "verify_token")
    try:
        asked = parse_qs(urlsplit(raw.url).query, keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise BadSignatureError("the question cannot be read") from error
    given = asked.get("hub.verify_token", [""])[0]
    # Compared first, so that the time tells nothing.
    fits = same(given, expected)
    challenge = asked.get("hub.challenge", [""])[0]
    if not fits or asked.get("hub.mode") != ["subscribe"] or not challenge or len(challenge) > _LONGEST_CHALLENGE:
        raise BadSignatureError("the verify token is not this connection's")
    return challenge.encode("utf-8", "replace")


def document_of(raw: Raw, kind: str) -> list[dict[str, Any]]:
    """Read a webhook of one kind of object ("page") and return its entries.

    Raises:
        BadInputError: no JSON, or not such a webhook.
    """
    try:
        document = msgspec.json.decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("the body is not JSON") from error
    if not isinstance(document, dict) or document.get("object") != kind or not isinstance(document.get("entry"), list):
        raise BadInputError(f"the webhook is not about a {kind}")
    return parts(document, "entry")


def part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object in an object; {} where there is none."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def parts(of: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of a list in an object."""
    found = of.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(of: Mapping[str, Any], name: str) -> str:
    """Return a text or a number in an object as text, without the NUL that no database takes; "" where there is none."""
    found = of.get(name)
    if isinstance(found, str):
        return found.replace("\0", "")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def moment(stamp: str) -> datetime | None:
    """Read a Unix time in seconds, or in milliseconds; None where it is none."""
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 13:  # noqa: PLR2004 - milliseconds of this age
        return None
    number = int(stamp)
    return datetime.fromtimestamp(number / 1000 if number > _LAST_STAMP else number, UTC)


def our_id(given: str) -> str | None:
    """Return an id of ours that came back; None where it is none."""
    return given if _OUR_ID.fullmatch(given) else None


def query(**fields: str) -> str:
    """Write a query."""
    return "?" + urlencode(fields)
