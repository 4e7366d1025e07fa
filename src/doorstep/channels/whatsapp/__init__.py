"""Message → WhatsApp's Cloud API → receipt; its webhooks → receipts, replies, news of templates."""

from datetime import datetime
from typing import Any

from doorstep.channels.graph import SETTINGS, answer_of, failure_of, greet, meaning_of, node, part, parts, query, request, text, verify
from doorstep.channels.graph_templates import approving, document_of_template
from doorstep.channels.whatsapp.codes import BY_CODE, CODES, SOURCE
from doorstep.channels.whatsapp.files import fetch
from doorstep.channels.whatsapp.hearing import read
from doorstep.channels.whatsapp.writing import body_of, is_bsuid
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, OnUnknown, Setting, Settings
from doorstep.domain.reading import one_line
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import MisconfiguredError, RefusedError, UnknownOutcomeError

_NAME = "WhatsApp"
_OK = 200
#: Seconds for which free text may be sent after a person's last message. Source: Meta's pages on WhatsApp messages, as known on 2026-11-29.
_WINDOW_S = 86_400
#: Messages a second that a number may send at first; Meta raises it by itself. Source: as above.
_RATE_PER_S = 80.0


def direct(settings: Settings) -> bool:
    """Say whether the account may send free text outside the window, as Meta's Direct Send."""
    return settings.get("direct_send", "").strip().lower() in {"yes", "true", "1", "on"}


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Send one message: free text while the window is open, else an approved template, else directly where the account may.

    Raises:
        RefusedError: it can never go like this, or WhatsApp said so.
        TryLaterError: too many calls, or WhatsApp is down.
        MisconfiguredError: token, number or account are wrong.
        UnknownOutcomeError: a gateway answered in place of WhatsApp, or the answer names no message; it may have left.
    """
    number = node(settings, "phone_number_id")
    response = yield request("POST", f"{number}/messages", settings, body_of(message, now, direct=direct(settings)))
    answer = answer_of(response)
    if response.status != _OK:
        return _refused(message, answer, failure_of(response, _NAME, BY_CODE, now), now)
    taken = next(iter(parts(answer, "messages")), {})
    if not text(taken, "id"):
        raise UnknownOutcomeError("WhatsApp answered 200 without a message's id")
    if _is_anothers(answer, message.to):
        raise UnknownOutcomeError("WhatsApp's answer is about another recipient")
    status = text(taken, "message_status")
    if status == "paused":
        raise RefusedError("WhatsApp has paused the template for its quality", suppress=False, code="132015", remedy=Remedy.FIX)
    return Receipt(
        message_id=message.message_id,
        provider_id=text(taken, "id"),
        state=MessageState.SENT,
        provider_code=status or "accepted",
        provider_text="held until its quality is assessed" if status == "held_for_quality_assessment" else "",
        at=now,
    )


def _is_anothers(answer: dict[str, Any], to: str) -> bool:
    """Say whether an answer names another number than was written to: one that belongs to another call on the same connection."""
    given = text(next(iter(parts(answer, "contacts")), {}), "input").lstrip("+")
    return given.isdigit() and not is_bsuid(to) and given != to.lstrip("+")


def _refused(message: Message, answer: dict[str, Any], failure: Exception, now: datetime) -> Receipt:
    """Raise a failure; a person's no to marketing alone is a receipt, because it says what is suppressed.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as told.
    """
    code = text(part(answer, "error"), "code")
    meaning = meaning_of(code, "", BY_CODE)
    if meaning is None or (reason := meaning.suppress) is None:
        raise failure
    return Receipt(
        message_id=message.message_id,
        provider_id=None,
        state=MessageState.REFUSED,
        provider_code=code,
        provider_text=meaning.meaning,
        at=now,
        suppress=reason,
        remedy=meaning.remedy,
    )


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the number's name and quality: tells whether token and number fit, and writes to nobody.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    fields = "verified_name,quality_rating,display_phone_number,code_verification_status"
    response = yield request("GET", f"{node(settings, 'phone_number_id')}{query(fields=fields)}", settings)
    answer = answer_of(response)
    if response.status != _OK:
        raise failure_of(response, _NAME, BY_CODE, now, sends=False)
    if not text(answer, "id") and not text(answer, "verified_name"):
        raise MisconfiguredError("WhatsApp answered with no telephone number")
    quality = text(answer, "quality_rating").lower() or "unknown"
    told = f"{text(answer, 'display_phone_number')} is known to people as {text(answer, 'verified_name')}; its quality is {quality}"
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=one_line(told)[:300], at=now)


CHANNEL = Channel(
    slug="whatsapp",
    name="WhatsApp",
    kind=ChannelKind.WHATSAPP,
    settings=(
        Setting(name="phone_number_id", label="Phone number ID (of the Cloud API, not the number itself)", example="106540352242922"),
        Setting(name="waba_id", label="WhatsApp Business account ID (its templates)", example="102290129340398"),
        Setting(name="access_token", label="Access token of a system user", secret=True),
        *SETTINGS[:2],
        Setting(
            name="direct_send",
            label="Direct Send: yes, if Meta has enabled it for this account (order updates then need no template)",
            required=False,
            default="no",
            example="no",
        ),
        *SETTINGS[2:],
    ),
    send=send,
    on_unknown=OnUnknown.WAIT,
    reports_reached=True,
    rate_per_s=_RATE_PER_S,
    read=read,
    verify=verify,
    greet=greet,
    approving=approving(_NAME, "waba_id", BY_CODE, document_of_template),
    window_s=_WINDOW_S,
    direct=direct,
    probe=probe,
    fetch=fetch,
    codes=CODES,
    codes_source=SOURCE,
)
