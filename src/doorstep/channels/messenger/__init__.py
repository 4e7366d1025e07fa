"""Message → Messenger's send call → receipt; a page's webhooks → receipts, replies, news of templates."""

from datetime import datetime

from doorstep.channels.fetching import download
from doorstep.channels.graph import SETTINGS, answer_of, failure_of, greet, node, query, request, text, verify
from doorstep.channels.graph_templates import approving
from doorstep.channels.messenger.codes import BY_CODE, CODES, SOURCE
from doorstep.channels.messenger.hearing import read
from doorstep.channels.messenger.templates import document_of_template
from doorstep.channels.messenger.writing import body_of
from doorstep.domain.messages import Attachment, Message, Receipt
from doorstep.domain.plugins import Channel, FileFlow, Flow, OnUnknown, Setting, Settings
from doorstep.domain.reading import one_line
from doorstep.domain.vocabulary import ChannelKind, MessageState, Unfetched
from doorstep.errors import MisconfiguredError, UnknownOutcomeError

_NAME = "Messenger"
_OK = 200
#: Seconds for which free text may be sent after a person's last message. Source: Meta's send-API pages (2026), as known on 2026-11-29.
_WINDOW_S = 86_400
#: Calls a second per page. Source: Meta's page on Messenger rate limits (300 a second for texts), as known on 2026-11-29; kept well below.
_RATE_PER_S = 100.0


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Send one message: a response while the window is open, else a utility message from an approved template.

    Raises:
        RefusedError: it can never go like this, or Messenger said so.
        TryLaterError: too many calls, or Messenger is down.
        MisconfiguredError: token, page or permissions are wrong.
        UnknownOutcomeError: a gateway answered in place of Messenger, or the answer names no message; it may have left.
    """
    page = node(settings, "page_id")
    response = yield request("POST", f"{page}/messages", settings, body_of(message, now))
    if response.status != _OK:
        raise failure_of(response, _NAME, BY_CODE, now)
    answer = answer_of(response)
    if not (mid := text(answer, "message_id")):
        raise UnknownOutcomeError("Messenger answered 200 without a message's id")
    if text(answer, "recipient_id") not in {"", message.to}:  # of another call on the same connection
        raise UnknownOutcomeError("Messenger's answer is about another recipient")
    return Receipt(message_id=message.message_id, provider_id=mid, state=MessageState.SENT, provider_code="accepted", at=now)


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the page's name: tells whether token and page fit, and writes to nobody.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    response = yield request("GET", f"{node(settings, 'page_id')}{query(fields='name')}", settings)
    if response.status != _OK:
        raise failure_of(response, _NAME, BY_CODE, now, sends=False)
    if not (name := text(answer_of(response), "name")):
        raise MisconfiguredError("Messenger answered with no page")
    told = one_line(f"the page is {name}")[:300]
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=told, at=now)


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:  # noqa: ARG001 - the signature of every channel
    """Fetch a file from the address that the webhook named; it is signed for some days and wants no token.

    Source: Meta's page on Messenger's webhooks for messages, as known on 2026-11-29.

    Raises:
        TryLaterError: Meta's servers do not answer.
    """
    if not file.url:
        return Unfetched.GONE
    return (yield from download(_NAME, file.url, now))


CHANNEL = Channel(
    slug="messenger",
    name="Messenger",
    kind=ChannelKind.MESSENGER,
    settings=(
        Setting(name="page_id", label="Page ID", example="104152438000001"),
        Setting(name="access_token", label="Page access token", secret=True),
        *SETTINGS,
    ),
    send=send,
    on_unknown=OnUnknown.WAIT,
    reports_reached=True,
    rate_per_s=_RATE_PER_S,
    read=read,
    verify=verify,
    greet=greet,
    approving=approving(_NAME, "page_id", BY_CODE, document_of_template),
    window_s=_WINDOW_S,
    probe=probe,
    fetch=fetch,
    codes=CODES,
    codes_source=SOURCE,
)
