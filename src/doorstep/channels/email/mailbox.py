"""A mail that came in → receipts (bounce, complaint), an unsubscribe, a person's reply, or nothing (a machine's answer)."""

import re
from email.message import Message as Letter

from doorstep.channels.email.answers import id_in_addresses, reply_of
from doorstep.channels.email.bounces import failures_in, is_bounce, returned_text
from doorstep.channels.email.failures import receipt_of
from doorstep.channels.email.letters import address_in, decoded, header, letter_of, our_id
from doorstep.channels.email.reports import complaint_of, is_complaint
from doorstep.domain.messages import Receipt, Reply
from doorstep.domain.plugins import Inbound, Raw, Settings
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy

#: Headers by which we may find our own envelope address.
_ARRIVED_AT = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
_MACHINE = frozenset({"bulk", "list", "junk", "auto_reply"})
#: What no person's mail has: automatic answers, mailing lists and the programs that run them, our own mail sent around.
_MACHINES_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe", "List-Subscribe", "Mailing-List",
    "X-MLServer", "X-Doorstep-Message",
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9._~=-]{8,512}")
#: What tells a bounce stands in front; the rest is our own mail, returned, or files.
_FRONT_BYTES = 1_000_000


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read one mail as received (message/rfc822).

    A bounce is anybody's claim: mail is not signed. Suppress only where the receipt names a message we sent, or an
    address we lately wrote to.

    Raises:
        BadInputError: the bytes are no mail.
    """
    return read_mail(raw.body, settings)


def read_mail(body: bytes, settings: Settings, to: str = "") -> Inbound:
    """Read the bytes of a mail; `to` is the address at which the provider took it in, "" where only the mail says.

    Raises:
        BadInputError: the bytes are no mail.
    """
    front = letter_of(body, _FRONT_BYTES)
    return understood(front, letter_of(body) if len(body) > _FRONT_BYTES else front, settings, to)


def understood(front: Letter, letter: Letter, settings: Settings, to: str = "") -> Inbound:
    """Tell what a mail is. `front` is its beginning, or the same mail."""
    domain = settings.get("from_address", "").rpartition("@")[2].strip().lower()
    if (complaint := complaint_of(front)) is not None:
        return Inbound(receipts=_complaints(front, *complaint, domain, settings))
    if failures := failures_in(front):
        ident = _bounced_id(front, settings, to) or our_id(returned_text(front), domain)
        return Inbound(receipts=tuple(receipt_of(failure, ident) for failure in failures))
    if (unsubscribed := _unsubscribe(front, settings, to)) is not None:
        return Inbound(replies=(unsubscribed,))
    if _from_machine(front):
        return Inbound()
    return Inbound(replies=(reply_of(letter, settings, to),))


def _complaints(letter: Letter, kind: str, address: str, domain: str, settings: Settings) -> tuple[Receipt, ...]:
    if not is_complaint(kind):
        return ()
    returned = returned_text(letter)
    address = address or _recipient_in(returned)
    opted_out = kind.startswith("opt-out")
    return (
        Receipt(
            message_id=our_id(returned, domain) or _bounced_id(letter, settings, ""),
            provider_id=None,
            state=MessageState.REACHED if opted_out else MessageState.COMPLAINED,
            provider_code=kind,
            suppress="unsubscribed" if opted_out else "complained",
            remedy=Remedy.SUPPRESS,
            address=address or None,
        ),
    )


def _recipient_in(returned: str) -> str:
    found = re.search(r"^(?:X-Original-To|Delivered-To|To):[ \t]*([^\n]+)", returned, re.MULTILINE | re.IGNORECASE)
    return address_in(found[1]) if found else ""


def _bounced_id(letter: Letter, settings: Settings, to: str) -> str | None:
    """Find our message id in the address the bounce came to, where the setting bounce_address has an {id}."""
    addresses = (to, *(header(letter, name) for name in _ARRIVED_AT))
    return id_in_addresses(settings.get("bounce_address", ""), addresses)


def _unsubscribe(letter: Letter, settings: Settings, to: str) -> Reply | None:
    """Read a mail to the unsubscribe address: its subject is the token of the subscription."""
    own = settings.get("unsubscribe_address", "").strip().lower()
    arrived = {to.lower(), *(address_in(header(letter, name)) for name in _ARRIVED_AT)}
    token = decoded(letter, "Subject").strip()
    if not own or own not in arrived or not _TOKEN.fullmatch(token):
        return None
    return Reply(
        channel=ChannelKind.EMAIL,
        sender=address_in(header(letter, "From")),
        to=own,
        text=token,
        provider_id=header(letter, "Message-ID").strip("<>"),
        keyword="stop",
    )


def _from_machine(letter: Letter) -> bool:
    """Say whether answering this mail could start a loop. Source: RFC 3834, as known on 2026-11-22."""
    submitted = header(letter, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or header(letter, "Precedence").lower() in _MACHINE
        or header(letter, "Return-Path") == "<>"
        or any(name in letter for name in _MACHINES_HEADERS)
        or is_bounce(letter)
    )
