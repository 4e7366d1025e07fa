"""A handover on its way to the helpdesk in which a merchant's agents work, and what the helpdesk says back."""

from datetime import datetime
from enum import StrEnum

import msgspec


class HelpdeskDeed(StrEnum):
    """What is done at a helpdesk."""

    #: A conversation is begun there, with all that was said before.
    OPEN = "open"
    #: What the customer wrote since is added to it.
    SAY = "say"
    #: A word for the agents alone is added to it.
    NOTE = "note"
    #: It is closed there, as it was here.
    CLOSE = "close"
    #: It is opened again there, as it was here.
    REOPEN = "reopen"


class HelpdeskFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the customer sent."""

    #: As the sender named it; never used as a path.
    name: str
    content_type: str
    #: Bytes.
    size: int
    #: Where we keep it.
    reply_id: int
    position: int
    #: b"" while it lies in the outbox: it is read when it leaves.
    content: bytes = b""


class HelpdeskWords(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the customer wrote, to be said there in their name."""

    #: The same on each try, another for each: what was posted is found again by it.
    key: str
    text: str
    files: tuple[HelpdeskFile, ...] = ()


class HelpdeskPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The customer, as the helpdesk is to know them."""

    #: Ours, the same for all their handovers: "doorstep-1-customer-12".
    key: str
    name: str = ""
    #: "" unknown.
    email: str = ""
    #: E.164; "" unknown.
    phone: str = ""
    #: ISO 639-1; "" unknown.
    language: str = ""


class HelpdeskOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be done at a helpdesk, as it lies in the outbox."""

    deed: HelpdeskDeed
    #: Ours of the handover there, found again by it: "doorstep-" and a UUID.
    key: str
    person: HelpdeskPerson
    #: The helpdesk's id of the conversation; "" for OPEN.
    remote_id: str = ""
    #: One line.
    subject: str = ""
    #: For the agents alone: of OPEN what it is about and what was said so far, of NOTE the note.
    note: str = ""
    #: The key of the note, as `HelpdeskWords.key`.
    note_key: str = ""
    #: In order.
    words: tuple[HelpdeskWords, ...] = ()
    #: `HandoverReason`, the queue, and what else it may be sorted by there: lower case, no spaces.
    tags: tuple[str, ...] = ()
    #: 0 first, 3 last, as `handover.priority`.
    priority: int = 2


class HelpdeskTry(msgspec.Struct, frozen=True):
    """One try at it."""

    order: HelpdeskOrder
    #: It was tried before, and nobody may know how far that came: what is there already is not made anew.
    again: bool = False


class HelpdeskLink(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an agent's, where the helpdesk keeps it."""

    name: str
    url: str


class HeardKind(StrEnum):
    """What a helpdesk says."""

    #: An agent wrote to the customer.
    SAID = "said"
    #: A file belongs to what an agent wrote, told apart from it.
    FILE = "file"
    #: An agent wrote to colleagues; it is never told to the customer.
    NOTED = "noted"
    #: Somebody there takes it.
    ASSIGNED = "assigned"
    #: It is settled there.
    RESOLVED = "resolved"
    #: It was settled there, and is not any more.
    REOPENED = "reopened"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a helpdesk says of a conversation."""

    kind: HeardKind
    #: The helpdesk's id of the conversation.
    remote_id: str
    #: `HelpdeskOrder.key`, where the helpdesk gives it back; "" where not.
    key: str = ""
    #: The helpdesk's own id of what was written, or of the file: it is told once; "" for the rest.
    message_id: str = ""
    text: str = ""
    #: The agent's name; "" untold.
    agent: str = ""
    files: tuple[HelpdeskLink, ...] = ()
    #: For FILE: `message_id` of what it belongs to.
    of: str = ""
    #: Aware UTC; None untold.
    at: datetime | None = None
