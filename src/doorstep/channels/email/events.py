"""What the e-mail providers' webhooks have in common: JSON read with care, times, machines told from people, codes → receipts."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from doorstep.channels.email.replies import enhanced_of
from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import Inbound, ProviderCode
from doorstep.domain.reading import one_line, redacted
from doorstep.domain.vocabulary import MessageState, Remedy
from doorstep.errors import BadInputError

#: Events of one webhook at most; the largest known batch holds a thousand.
_MOST_EVENTS = 20_000
_OUR_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
#: Later than this many seconds since 1970 is milliseconds.
_MILLISECONDS = 100_000_000_000
#: What fetches pages and pictures without a person: mail proxies, security scanners, robots, programs.
_MACHINES = re.compile(
    r"googleimageproxy|ggpht\.com|yahoomailproxy|yahoocachesystem|outlookimageproxy|mimecast|barracuda|proofpoint|forcepoint|symantec|fireeye"
    r"|trend ?micro|sophos|safelinks|urldefense|bitdefender|zscaler|cloudmark|vade ?secure|scanner|\bbot\b|bot[/;)-]|crawl|spider|preview|headlesschrome"
    r"|phantomjs|facebookexternalhit|python-|python/|aiohttp|curl/|wget/|go-http-client|\bjava/|okhttp|apache-httpclient|libwww|node-fetch|axios/|ruby|php/",
    re.IGNORECASE,
)
#: The whole of what Apple's Mail Privacy Protection calls itself. Source: observed by several providers, as known on 2026-11-29.
_APPLE_PROXY = "Mozilla/5.0"
#: The mailbox is there, and it is full, or the mail too large, or refused for what it is.
_DOUBTFUL = re.compile(r"4\.\d+\.\d+|5\.2\.[234]|5\.3\.\d+|5\.[67]\.\d+")


class About(NamedTuple):
    """Which mail an event is about."""

    #: Ours, where the provider brings it back.
    message_id: str | None
    #: The provider's; "" untold.
    provider_id: str
    #: The recipient; "" untold.
    address: str
    #: When, as the provider writes it.
    at: object


def json_of(body: bytes | str) -> Any:
    """Decode JSON.

    Raises:
        BadInputError: it is none.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, ValueError, RecursionError) as error:
        raise BadInputError("the body is not JSON") from error


def object_of(value: object) -> dict[str, Any]:
    """Return an object; an empty one for null.

    Raises:
        BadInputError: something else stands there.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInputError("an object is missing where one must be")
    return value


def list_of(value: object) -> list[Any]:
    """Return a list; an empty one for null.

    Raises:
        BadInputError: something else stands there.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInputError("a list is missing where one must be")
    return value


def text_in(fields: dict[str, Any], *names: str) -> str:
    """Return the first of these that is there, as text; "" where none is.

    Raises:
        BadInputError: a list or an object stands there.
    """
    for name in names:
        value = fields.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool | dict | list):
            raise BadInputError(f"{name} is not a text")
        return str(value)
    return ""


def our_id_in(*values: object) -> str | None:
    """Return the first of these that can be a message id of ours."""
    return next((value for value in values if isinstance(value, str) and _OUR_ID.fullmatch(value)), None)


def time_of(value: object) -> datetime | None:
    """Read seconds or milliseconds since 1970, or ISO 8601 with an offset; None for anything else, a local time included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text)
        except ValueError:
            return _iso(text)
    if isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value / 1_000 if abs(value) > _MILLISECONDS else value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _iso(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def is_machine(agent: str) -> bool:
    """Say whether a user agent is a mail proxy, a scanner or a program; an empty one tells nothing."""
    return agent.strip() == _APPLE_PROXY or bool(_MACHINES.search(agent[:1_000]))


def receipt(code: ProviderCode, about: About, *, said: str = "", url: str = "", agent: str = "", machine: bool = False) -> Receipt:
    """Make a receipt of what a code says; a dead mailbox whose own server speaks of a full one or of policy is not suppressed."""
    if code.state is None:
        raise BadInputError(f"{code.code!r} is no event")
    suppress, remedy = code.suppress, code.remedy
    if suppress == "bounced" and _DOUBTFUL.fullmatch(enhanced_of(said)):
        suppress, remedy = None, Remedy.SWITCH
    opened = code.state in {MessageState.READ, MessageState.CLICKED}
    return Receipt(
        message_id=about.message_id,
        provider_id=one_line(about.provider_id)[:200] or None,
        state=code.state,
        provider_code=code.code,
        provider_text=redacted(said),
        at=time_of(about.at),
        suppress=suppress,
        remedy=remedy,
        address=one_line(about.address)[:320].lower() or None,
        url=one_line(url)[:2_000],
        machine=opened and (machine or is_machine(agent)),
    )


def unknown(name: str) -> BadInputError:
    """Make the error for an event of a kind we do not know."""
    return BadInputError(f"unknown event {one_line(name)[:40]!r}")


def inbound_of(events: Sequence[object], read: Callable[[dict[str, Any]], Inbound | None]) -> Inbound:
    """Read a batch; `read` returns None for an event of a kind we do not know, which loses none of the others.

    Raises:
        BadInputError: something in it is no event, or none is of a kind we know.
    """
    if len(events) > _MOST_EVENTS:
        raise BadInputError("more events than a provider sends at once")
    found = [read(object_of(event)) for event in events]
    known = [one for one in found if one is not None]
    if found and not known:
        raise BadInputError("no event of a kind that is known")
    return Inbound(
        receipts=tuple(one for inbound in known for one in inbound.receipts),
        replies=tuple(one for inbound in known for one in inbound.replies),
        fault=next((inbound.fault for inbound in known if inbound.fault), ""),
        stops=any(inbound.stops for inbound in known),
    )


def told(*receipts: Receipt) -> Inbound:
    """Return receipts as what a webhook brought; one after which nothing can be sent is a fault of the whole connection."""
    stopped = next((one for one in receipts if one.remedy is Remedy.STOP), None)
    return Inbound(
        receipts=receipts,
        fault=f"{stopped.provider_code} {stopped.provider_text}".strip() if stopped else "",
        stops=stopped is not None,
    )
