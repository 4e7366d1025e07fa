"""Conversations that a human takes over ↔ rows: opened once, taken by one, given, put off, answered, closed, rated."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, EntryKind, HandoverState
from doorstep.store.database import Row, Tx

#: The notices by which one process tells all web processes that something changed in a conversation.
CHANGED = "doorstep_inbox"


class NewHandover(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over that is asked for."""

    conversation_id: int
    reason: HandoverReason
    summary: str
    order_id: int | None
    turn_id: int | None = None
    intent: str = ""
    #: ISO 639-1; "": not known.
    language: str
    skill: str = ""
    queue: str
    #: 0 first.
    priority: int
    asked_at: datetime
    #: When the first human answer is due.
    due_at: datetime


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over as stored."""

    merchant_id: int
    handover_id: int
    conversation_id: int
    reason: HandoverReason
    #: Reasons that came while it was open.
    also: tuple[str, ...]
    summary: str
    order_id: int | None
    turn_id: int | None
    intent: str
    language: str
    skill: str
    queue: str
    priority: int
    state: HandoverState
    #: desk_user; None: nobody's.
    assignee: int | None
    #: We answered last.
    theirs: bool
    asked_at: datetime
    due_at: datetime
    told_late: bool
    taken_at: datetime | None
    answered_at: datetime | None
    touched_at: datetime
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_by: str
    #: "": it is not closed.
    close_reason: str
    csat_asked_at: datetime | None
    csat_message_id: UUID | None
    csat_score: int | None
    csat_comment: str
    csat_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether a human has to look, now or later."""
        return self.state is not HandoverState.CLOSED


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the desk has a conversation before them."""

    merchant_id: int
    conversation_id: int
    user_id: int
    name: str
    #: They write an answer.
    types: bool = False
    #: They went away.
    left: bool = False


COLUMNS = ", ".join(f"h.{field}" for field in Handover.__struct_fields__)
# Open a hand-over, or add to the one that is open why it was wanted again.
_OPEN = f"""
insert into handover as h (merchant_id, conversation_id, reason, summary, order_id, turn_id, intent, language, skill, queue, priority, state,
    asked_at, due_at, touched_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $13, $12)
on conflict (merchant_id, conversation_id) where state <> 'closed' do update
set also = case when h.reason = excluded.reason or excluded.reason = any(h.also) then h.also else h.also || excluded.reason end,
    order_id = coalesce(h.order_id, excluded.order_id), priority = least(h.priority, excluded.priority)
returning {COLUMNS}, (xmax = 0) as is_new
"""
# Which of these conversations does a human hold, or wait for one?
_HELD = "select conversation_id from handover where merchant_id = $1 and conversation_id = any($2::bigint[]) and state <> 'closed'"
_ONE = f"select {COLUMNS} from handover h where h.merchant_id = $1 and h.handover_id = $2"
# One, for this transaction alone.
_LOCK = f"{_ONE} for update"
_OPEN_OF = f"select {COLUMNS} from handover h where h.merchant_id = $1 and h.conversation_id = $2 and h.state <> 'closed'"
_NEWEST_OF = f"select {COLUMNS} from handover h where h.conversation_id = $2 and h.merchant_id = $1 order by h.handover_id desc limit $3"
# Take it, unless a colleague has it.
_TAKE = f"""
update handover h set state = 'held', assignee = $3, taken_at = coalesce(taken_at, $4), snoozed_until = null, touched_at = $4
where merchant_id = $1 and handover_id = $2 and state <> 'closed' and (assignee is null or assignee = $3) returning {COLUMNS}
"""
# Give it to somebody, or back to the queue.
_GIVE = f"""
update handover h set state = case when $3::bigint is null then 'waiting' else 'held' end, assignee = $3,
    taken_at = case when $3::bigint is null then taken_at else coalesce(taken_at, $4) end, snoozed_until = null, touched_at = $4
where merchant_id = $1 and handover_id = $2 and state <> 'closed' returning {COLUMNS}
"""
# Move it to another queue.
_MOVE = f"""
update handover h set queue = $3, skill = $4, due_at = case when theirs then due_at else least(due_at, $5) end, state = 'waiting', assignee = null,
    snoozed_until = null, touched_at = $6
where merchant_id = $1 and handover_id = $2 and state <> 'closed' returning {COLUMNS}
"""
# Put it off; whoever has it keeps it.
_SNOOZE = f"""
update handover h set state = 'snoozed', snoozed_until = $3, touched_at = $4
where merchant_id = $1 and handover_id = $2 and state <> 'closed' returning {COLUMNS}
"""
# What was put off until now comes back to whoever has it, to be answered by then.
_WAKE = f"""
update handover h set state = case when assignee is null then 'waiting' else 'held' end, snoozed_until = null, theirs = false, told_late = false,
    due_at = greatest(due_at, $1 + interval '30 minutes')
from (select merchant_id, handover_id from handover where state = 'snoozed' and snoozed_until <= $1 order by snoozed_until limit $2
      for update skip locked) due
where h.merchant_id = due.merchant_id and h.handover_id = due.handover_id returning {COLUMNS}
"""
# The customer wrote: what was put off comes back, and where we had answered the next answer is due.
_HEARD = f"""
update handover h set state = case when state <> 'snoozed' then state when assignee is null then 'waiting' else 'held' end, snoozed_until = null,
    due_at = case when theirs then $3 else due_at end, told_late = told_late and not theirs, theirs = false, touched_at = case when state = 'waiting' then touched_at else $4 end
where merchant_id = $1 and conversation_id = $2 and state <> 'closed' returning {COLUMNS}
"""
# A human answered: now it is the customer's turn. Whoever answers what nobody had, has it.
_ANSWERED = f"""
update handover h set theirs = true, answered_at = coalesce(answered_at, $4), touched_at = $4, assignee = coalesce(assignee, $3),
    taken_at = coalesce(taken_at, $4), state = case when coalesce(assignee, $3) is null then state else 'held' end,
    snoozed_until = case when coalesce(assignee, $3) is null then snoozed_until end
where merchant_id = $1 and conversation_id = $2 and state <> 'closed' returning {COLUMNS}
"""
_CLOSE = f"""
update handover h set state = 'closed', closed_at = $3, closed_by = $4, close_reason = $5, snoozed_until = null, touched_at = $3
where merchant_id = $1 and handover_id = $2 and state <> 'closed' returning {COLUMNS}
"""
# Answers that are late and of which nobody was told.
_LATE = f"""
update handover h set told_late = true
from (select merchant_id, handover_id from handover where state in ('waiting', 'held') and not theirs and not told_late and due_at <= $1
      order by due_at limit $2 for update skip locked) due
where h.merchant_id = due.merchant_id and h.handover_id = due.handover_id returning {COLUMNS}
"""
_CSAT_ASKED = (
    "update handover set csat_asked_at = $3, csat_message_id = $4 where merchant_id = $1 and handover_id = $2 and csat_asked_at is null"
)
# The newest hand-over of a conversation whose customer was asked how it was since then.
_CSAT_OF = f"""
select {COLUMNS} from handover h where h.conversation_id = $2 and h.merchant_id = $1 and h.csat_asked_at > $3 order by h.handover_id desc limit 1
"""
_RATE = "update handover set csat_score = $3, csat_at = $4 where merchant_id = $1 and handover_id = $2"
_COMMENT = "update handover set csat_comment = $3 where merchant_id = $1 and handover_id = $2"
_NOTE = """
insert into handover_entry (merchant_id, conversation_id, handover_id, at, kind, actor, text) values ($1, $2, $3, $4, $5, $6, $7) returning entry_id
"""
_ENTRIES = """
select entry_id, handover_id, at, kind, actor, text from handover_entry
where conversation_id = $2 and merchant_id = $1 order by entry_id desc limit $3
"""
# Look again, everybody, as soon as this transaction ends.
_TELL = f"select pg_notify('{CHANGED}', $1)"
# A human has to look while a hand-over is not closed.
_IN_STEP = """
update conversation c set open = exists (
    select from handover h where h.merchant_id = $1 and h.conversation_id = $2 and h.state <> 'closed'
) where c.merchant_id = $1 and c.conversation_id = $2
"""


def kept(row: Row) -> Handover:
    """Read a row of `COLUMNS`."""
    fields = {field: row[field] for field in Handover.__struct_fields__}
    return Handover(
        **(fields | {"reason": HandoverReason(row["reason"]), "state": HandoverState(row["state"]), "also": tuple(row["also"])})
    )


def _perhaps(row: Row | None) -> Handover | None:
    return kept(row) if row else None


async def tell(tx: Tx, merchant_id: int, conversation_id: int) -> None:
    """Tell every web process that something changed in a conversation, once this transaction ends."""
    await tx.execute(_TELL, msgspec.json.encode((merchant_id, conversation_id)).decode())


def told_of(notice: str) -> tuple[int, int] | None:
    """Return merchant and conversation of a notice of `tell`; None: it is another one."""
    try:
        return msgspec.json.decode(notice, type=tuple[int, int])
    except msgspec.DecodeError:
        return None


async def tell_look(tx: Tx, look: Look) -> None:
    """Tell every web process who has a conversation before them; nothing is kept of it."""
    await tx.execute(_TELL, msgspec.json.encode(look).decode())


def look_of(notice: str) -> Look | None:
    """Read a notice of `tell_look`; None: it is another one."""
    try:
        return msgspec.json.decode(notice, type=Look)
    except msgspec.DecodeError:
        return None


async def open_one(tx: Tx, merchant_id: int, new: NewHandover, actor: str) -> tuple[Handover, bool]:
    """Open a hand-over and have the conversation open; True: it is new, False: it was open, and keeps its first reason."""
    row = await tx.fetchrow(
        _OPEN,
        merchant_id,
        new.conversation_id,
        new.reason,
        new.summary[:2000],
        new.order_id,
        new.turn_id,
        new.intent,
        new.language,
        new.skill,
        new.queue,
        new.priority,
        new.asked_at,
        new.due_at,
    )
    if row is None:
        message = "an upsert returns its row"
        raise RuntimeError(message)
    one = kept(row)
    again = "" if row["is_new"] else f"{new.reason}: {new.summary[:500]}"
    await note(tx, one, EntryKind.OPENED if row["is_new"] else EntryKind.AGAIN, actor, again or f"{new.reason}", new.asked_at)
    await _in_step(tx, one)
    return one, row["is_new"]


async def _in_step(tx: Tx, one: Handover | None) -> Handover | None:
    """Keep the conversation's `open` true to its hand-over, and tell who looks."""
    if one is not None:
        await tx.execute(_IN_STEP, one.merchant_id, one.conversation_id)
        await tell(tx, one.merchant_id, one.conversation_id)
    return one


async def held(tx: Tx, merchant_id: int, conversation_ids: Sequence[int]) -> set[int]:
    """Tell in which of these conversations a human has the word, or is waited for: the machine is silent there."""
    return {row["conversation_id"] for row in await tx.fetch(_HELD, merchant_id, list(conversation_ids))}


async def one(tx: Tx, merchant_id: int, handover_id: int, *, lock: bool = False) -> Handover | None:
    """Read a hand-over; None: there is none such."""
    return _perhaps(await tx.fetchrow(_LOCK if lock else _ONE, merchant_id, handover_id))


async def open_of(tx: Tx, merchant_id: int, conversation_id: int) -> Handover | None:
    """Read the hand-over of a conversation that is not closed; None: there is none."""
    return _perhaps(await tx.fetchrow(_OPEN_OF, merchant_id, conversation_id))


async def of_conversation(tx: Tx, merchant_id: int, conversation_id: int, most: int = 20) -> list[Handover]:
    """List the hand-overs of a conversation, newest first."""
    return [kept(row) for row in await tx.fetch(_NEWEST_OF, merchant_id, conversation_id, most)]


async def take(tx: Tx, merchant_id: int, handover_id: int, user_id: int, now: datetime) -> Handover | None:
    """Take it; None: a colleague has it, or it is closed."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_TAKE, merchant_id, handover_id, user_id, now)))


async def give(tx: Tx, merchant_id: int, handover_id: int, user_id: int | None, now: datetime) -> Handover | None:
    """Give it to somebody, or (None) back to its queue; None: it is closed."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_GIVE, merchant_id, handover_id, user_id, now)))


async def move(tx: Tx, merchant_id: int, handover_id: int, queue: str, skill: str, due_at: datetime, now: datetime) -> Handover | None:
    """Move it to another queue, to be answered by `due_at` unless it was due sooner; None: it is closed."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_MOVE, merchant_id, handover_id, queue, skill, due_at, now)))


async def snooze(tx: Tx, merchant_id: int, handover_id: int, until: datetime, now: datetime) -> Handover | None:
    """Put it off; None: it is closed."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_SNOOZE, merchant_id, handover_id, until, now)))


async def wake(tx: Tx, now: datetime, most: int) -> list[Handover]:
    """Bring back what was put off until now, of all merchants."""
    woken = [kept(row) for row in await tx.fetch(_WAKE, now, most)]
    for one in woken:
        await note(tx, one, EntryKind.WOKEN, "rule", "", now)
        await tell(tx, one.merchant_id, one.conversation_id)
    return woken


async def heard(tx: Tx, merchant_id: int, conversation_id: int, due_at: datetime, now: datetime) -> Handover | None:
    """Note that the customer wrote in a conversation that a human has: an answer is due by then; None: no human has it."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_HEARD, merchant_id, conversation_id, due_at, now)))


async def answered(tx: Tx, merchant_id: int, conversation_id: int, user_id: int | None, now: datetime) -> Handover | None:
    """Note that a human answered; nobody's becomes theirs; None: it was not handed over."""
    return await _in_step(tx, _perhaps(await tx.fetchrow(_ANSWERED, merchant_id, conversation_id, user_id, now)))


async def close(tx: Tx, merchant_id: int, handover_id: int, reason: CloseReason, actor: str, now: datetime) -> Handover | None:
    """Close it; None: it is closed already, or there is none such."""
    one = await _in_step(tx, _perhaps(await tx.fetchrow(_CLOSE, merchant_id, handover_id, now, actor, reason)))
    if one is not None:
        await note(tx, one, EntryKind.CLOSED, actor, reason, now)
    return one


async def late(tx: Tx, now: datetime, most: int) -> list[Handover]:
    """Take the hand-overs whose answer is late and of which nobody was told yet, of all merchants, as told."""
    return [kept(row) for row in await tx.fetch(_LATE, now, most)]


async def csat_asked(tx: Tx, one: Handover, message_id: UUID, now: datetime) -> None:
    """Note by which message the customer was asked how it was."""
    await tx.execute(_CSAT_ASKED, one.merchant_id, one.handover_id, now, message_id)


async def asked_how(tx: Tx, merchant_id: int, conversation_id: int, since: datetime) -> Handover | None:
    """Find the newest hand-over of a conversation of which the customer was asked how it was since then; None: none."""
    return _perhaps(await tx.fetchrow(_CSAT_OF, merchant_id, conversation_id, since))


async def rate(tx: Tx, one: Handover, score: int, now: datetime) -> None:
    """Note how it was, 1 to 5; said again, the newest counts."""
    await tx.execute(_RATE, one.merchant_id, one.handover_id, score, now)
    await note(tx, one, EntryKind.RATED, "customer", str(score), now)
    await tell(tx, one.merchant_id, one.conversation_id)


async def comment(tx: Tx, one: Handover, text: str) -> None:
    """Note what the customer said beside the number."""
    await tx.execute(_COMMENT, one.merchant_id, one.handover_id, text[:2000])
    await tell(tx, one.merchant_id, one.conversation_id)


async def note(tx: Tx, one: Handover, kind: EntryKind, actor: str, text: str, now: datetime) -> int:
    """Write down what happened to it."""
    return await jot(tx, one.merchant_id, one.conversation_id, one.handover_id, kind, actor, text, now)


async def jot(
    tx: Tx, merchant_id: int, conversation_id: int, handover_id: int | None, kind: EntryKind, actor: str, text: str, now: datetime
) -> int:
    """Write something down about a conversation, among colleagues."""
    entry_id: int = await tx.fetchval(_NOTE, merchant_id, conversation_id, handover_id, now, kind, actor, text[:8000])
    return entry_id


async def entries(tx: Tx, merchant_id: int, conversation_id: int, most: int = 200) -> list[Row]:
    """List what happened among us: `entry_id, handover_id, at, kind, actor, text`, newest first."""
    return await tx.fetch(_ENTRIES, merchant_id, conversation_id, most)
