"""A hand-over or a conversation as the store lists it → one line of the inbox's list."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from doorstep.conversations.handing.routing import Handing
from doorstep.domain.talking.inbox import HandoverState
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store.database import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: Why a human is wanted, as the list says it.
REASONS = {
    "asked": "Asked for a human",
    "anger": "Angry",
    "danger": "May harm themselves",
    "legal": "Lawyers, courts",
    "value": "Valuable",
    "repeated": "Again the same",
    "unsure": "Not understood",
    "policy": "Policy",
    "refused": "Disputes a no",
    "no_answer": "No answer known",
    "identity": "Who is it",
    "talk": "By the talk",
    "failed": "Something failed",
    "taken": "Taken over",
}
PRIORITIES = {0: "Urgent", 1: "High", 2: "Normal", 3: "Low"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation in the list."""

    conversation_id: int
    #: 0: it was never handed over.
    handover_id: int = 0
    who: str
    channel: str
    words: str
    #: Order number; "" none.
    number: str = ""
    #: `HandoverState`; "" not handed over.
    state: str = ""
    reason: str = ""
    queue: str = ""
    queue_title: str = ""
    language: str = ""
    priority: int = 2
    assignee: int | None = None
    assignee_name: str = ""
    #: "in 12 min", "8 min late", "back in 3 h", "theirs".
    due: str = ""
    due_at: datetime | None = None
    late: bool = False
    theirs: bool = False
    score: int | None = None
    at: datetime | None = None
    #: Sorts as the list does.
    key: str = ""


def span(length: timedelta) -> str:
    """Say how long: "45 s", "12 min", "3 h", "2 d"."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {name}"
    return f"{max(0, int(length.total_seconds()))} s"


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago: "20 s ago"."""
    return f"{span(now - at)} ago"


def name_of(name: str, channel: str, address: str) -> str:
    """Name who writes: by name, else by address; that of a chat's visitor is only told apart from others."""
    return name or (f"Visitor {address[-4:]}" if channel == ChannelKind.CHAT else address)


def _said(row: Row, text: str | None) -> str:
    if row["keyword"] and row["channel"] == "email":
        return "Unsubscribed"
    return text or row["choice"] or "A file or a place"


def _due(row: Row, now: datetime) -> tuple[str, bool]:
    """Say when an answer is due, and whether it is late."""
    if row["state"] == HandoverState.CLOSED:
        return ago(row["closed_at"], now), False
    if row["state"] == HandoverState.SNOOZED:
        return f"back in {span(row['snoozed_until'] - now)}", False
    if row["theirs"]:
        return "their turn", False
    left = row["due_at"] - now
    return (f"{span(-left)} late", True) if left < timedelta(0) else (f"in {span(left)}", False)


def line_of(row: Row, names: Mapping[int, str], handing: Handing, now: datetime) -> Line:
    """Write a row of `store.handover_lists.page` as a line."""
    due, late = _due(row, now)
    return Line(
        conversation_id=row["conversation_id"],
        handover_id=row["handover_id"],
        who=name_of(row["sender_name"] or row["buyer"] or "", row["channel"], row["address"]),
        channel=row["channel"],
        words=_said(row, row["words"]) if row["words"] is not None else row["summary"],
        number=row["number"] or "",
        state=row["state"],
        reason=REASONS.get(row["reason"], row["reason"]),
        queue=row["queue"],
        queue_title=handing.queue(row["queue"]).title,
        language=row["language"],
        priority=row["priority"],
        assignee=row["assignee"],
        assignee_name=names.get(row["assignee"] or 0, ""),
        due=due,
        due_at=row["due_at"],
        late=late,
        theirs=row["theirs"],
        score=row["csat_score"],
        at=row["last_in_at"],
        key=f"{row['theirs']:d}{row['priority']}{(row['due_at'] - _EPOCH) // timedelta(microseconds=1):020d}{row['handover_id']:020d}",
    )


def line_of_talk(row: Row, now: datetime) -> Line:
    """Write a row of `store.conversations.page` as a line."""
    return Line(
        conversation_id=row["conversation_id"],
        who=name_of(row["sender_name"], row["channel"], row["address"]),
        channel=row["channel"],
        words=_said(row, row["text"]),
        number=row["number"] or "",
        state="open" if row["open"] else "",
        due=ago(row["last_in_at"], now) if row["last_in_at"] else "",
        at=row["last_in_at"],
    )


def mark_of(values: tuple[Any, ...]) -> str:
    """Write the key of a row into an address: "0.2.1764489600000000.7"."""
    return ".".join(str((one - _EPOCH) // timedelta(microseconds=1)) if isinstance(one, datetime) else str(int(one)) for one in values)


#: Microseconds since 1970 in the year 9999.
_MOST_US, _MOST_ID = 253_370_764_800_000_000, 2**63 - 1


def marked(text: str, *, timed: bool) -> tuple[Any, ...] | None:
    """Read what `mark_of` wrote; None: it is no such mark. `timed`: of a list that is ordered by a time alone."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):  # noqa: PLR2004 - digits of a bigint
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) != (2 if timed else 4) or numbers[-2] > _MOST_US or numbers[-1] > _MOST_ID:
        return None
    at = _EPOCH + timedelta(microseconds=numbers[-2])
    if timed:
        return at, numbers[-1]
    return (bool(numbers[0]), min(numbers[1], 9), at, numbers[-1])
