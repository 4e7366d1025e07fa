"""A merchant's week → its turns that went badly, grouped and named, a change proposed for each; an accepted change → measured the week after."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.learning import Group, Looked, Proposed, grouped, near, proposed
from doorstep.conversations.learning.grouping import NEAR, likeness
from doorstep.conversations.models import FactKind, Known
from doorstep.conversations.models.redacting import PLACEHOLDER, Redactor
from doorstep.conversations.understanding.encoder import encoder
from doorstep.domain.talking.learning import Change, ChangeKind, Kind, Measure
from doorstep.errors import ConflictError, NotFoundError
from doorstep.steps import teaching
from doorstep.store import confirmations, learning
from doorstep.store.database import Database, Row, Tx
from doorstep.store.learning import Proposal

_WEEK = timedelta(days=7)
#: Turns of one week that are looked at, proposals of one kind, signs of a text that are read.
MOST_TURNS, _MOST_OF_A_KIND, _LONGEST = 6_000, 12, 600
#: Refusals of one kind in a week from which the policy is looked at.
_OFTEN = 5


async def learn_weekly(database: Database, now: datetime) -> int:
    """Look at the last whole week of one merchant whose turn it is, and measure one change whose week is over; return how much was done."""
    week = monday_before(now)
    async with database.system() as tx:
        merchant_id = await learning.due(tx, week, *_span(week))
    done = 0
    if merchant_id is not None:
        await learn_week(database, merchant_id, week, now)
        done += 1
    async with database.system() as tx:
        waiting = await learning.unmeasured(tx, now - _WEEK)
    if waiting is not None:
        await _measure_after(database, *waiting)
        done += 1
    return done


def monday_before(now: datetime) -> date:
    """The Monday of the last whole week."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=today.weekday()) - _WEEK


def _span(week: date) -> tuple[datetime, datetime]:
    begins = datetime.combine(week, time(), UTC)
    return begins, begins + _WEEK


async def learn_week(database: Database, merchant_id: int, week: date, now: datetime) -> int:
    """Group a week's turns and keep what is proposed; done again it tells the same anew. Return how many proposals."""
    async with database.for_merchant(merchant_id) as tx:
        rows = await learning.badly(tx, merchant_id, *_span(week), MOST_TURNS)
        turns = await learning.turns(tx, merchant_id, *_span(week))
        refused = await confirmations.refusals(tx, merchant_id, week, week + timedelta(days=6))
    # Seconds of arithmetic, for which no connection is held.
    found = await asyncio.to_thread(_grouped, rows)
    found += [_of_policy(action, code, times) for action, code, times in refused if times >= _OFTEN][:_MOST_OF_A_KIND]
    async with database.for_merchant(merchant_id) as tx:
        await learning.claim(tx, merchant_id, week, turns, now)
        for one in found:
            await learning.propose(tx, merchant_id, week, one, now)
    return len(found)


def _grouped(rows: Sequence[Row]) -> list[Proposed]:
    by_kind: dict[Kind, list[Looked]] = defaultdict(list)
    for row in rows:
        one = looked(row)
        if one.text:
            by_kind[one.kind].append(one)
    texts = list(dict.fromkeys(one.text for turns in by_kind.values() for one in turns))
    vectors = vectors_of(texts)
    place = {text: number for number, text in enumerate(texts)}
    found = []
    for kind in Kind:
        turns = by_kind.get(kind, [])
        at = [place[one.text] for one in turns]
        compared = near([one.text for one in turns], [one.intent for one in turns], None if vectors is None else vectors[at])
        groups = grouped(turns, compared, least=1 if kind is Kind.CORRECTED else 2)[:_MOST_OF_A_KIND]
        found += [proposed(group, _others(texts, group)) for group in groups]
    return found


def _others(texts: Sequence[str], group: Group) -> list[str]:
    ours = {one.text for one in group.turns}
    return [text for text in texts if text not in ours]


def vectors_of(texts: Sequence[str]) -> NDArray[np.float32] | None:
    """What texts mean; None: there is no encoder here."""
    port = encoder()
    return port.encode(texts) if port is not None and texts else None


def looked(row: Row) -> Looked:
    """Take a turn of `learning.badly`, and hide what is personal in it."""
    redactor = Redactor([Known(FactKind.NAME, name) for name in (row["sender_name"], *row["sender_name"].split())])
    return Looked(
        turn_id=row["turn_id"],
        conversation_id=row["conversation_id"],
        kind=Kind(row["kind"]),
        text=_without(redactor, row["text"]),
        language=row["language"],
        intent=row["intent"],
        label=row["label"],
        answer=redactor.hide(row["answer"])[: 4 * _LONGEST],
    )


def _without(redactor: Redactor, text: str) -> str:
    """What a customer wrote, on one line, an ellipsis for what is personal: so it is shown, compared and learnt."""
    return " ".join(PLACEHOLDER.sub("…", redactor.hide(text)).split())[:_LONGEST]


def _of_policy(action: str, code: str, times: int) -> Proposed:
    change = Change(kind=ChangeKind.POLICY, action=action, code=code)
    name = f"{action}: {code}".replace("_", " ")
    return Proposed(key=f"{Kind.REFUSED}:{action}:{code}", kind=Kind.REFUSED, name=name, size=times, examples=(), change=change)


async def accept(tx: Tx, merchant_id: int, proposal_id: int, who: str, now: datetime) -> Proposal:
    """Accept a proposal: its phrases are kept for the next training, everything else is for whoever accepts it to do.

    Raises:
        NotFoundError: there is none such.
        ConflictError: it was decided before.
        BadInputError: more phrases than can be learnt from.
    """
    one = await _read(tx, merchant_id, proposal_id)
    before = await _measure(tx, merchant_id, one, now - _WEEK, now)
    if not await learning.decide(tx, merchant_id, proposal_id, "accepted", who, before, now):
        raise ConflictError("this proposal was decided before")
    if one.change.kind is ChangeKind.PHRASES:
        said = [teaching.said_of(text, one.change.label) for text in one.change.phrases]
        await teaching.add(tx, merchant_id, said, "talk", who, now)
    return one


async def dismiss(tx: Tx, merchant_id: int, proposal_id: int, who: str, now: datetime) -> None:
    """Dismiss a proposal: it is not made again.

    Raises:
        NotFoundError: there is none such.
        ConflictError: it was decided before.
    """
    await _read(tx, merchant_id, proposal_id)
    if not await learning.decide(tx, merchant_id, proposal_id, "dismissed", who, None, now):
        raise ConflictError("this proposal was decided before")


async def _read(tx: Tx, merchant_id: int, proposal_id: int) -> Proposal:
    one = await learning.one(tx, merchant_id, proposal_id)
    if one is None:
        raise NotFoundError("there is no such proposal")
    return one


async def _measure_after(database: Database, merchant_id: int, proposal_id: int) -> None:
    """Measure the week after a change was accepted."""
    async with database.for_merchant(merchant_id) as tx:
        one = await _read(tx, merchant_id, proposal_id)
        if one.decided_at is not None:
            await learning.measured(
                tx, merchant_id, proposal_id, await _measure(tx, merchant_id, one, one.decided_at, one.decided_at + _WEEK)
            )


async def _measure(tx: Tx, merchant_id: int, one: Proposal, since: datetime, until: datetime) -> Measure:
    """Count the turns of a span that went badly in the same way and mean what the examples mean; of all turns, or of all refusals."""
    if one.change.kind is ChangeKind.POLICY:
        refused = await confirmations.refusals(tx, merchant_id, since.date(), until.date())
        ours = sum(times for action, code, times in refused if (action, code) == (one.change.action, one.change.code))
        return Measure(ours, sum(times for _, _, times in refused))
    turns = await learning.turns(tx, merchant_id, since, until)
    rows = [row for row in await learning.badly(tx, merchant_id, since, until, MOST_TURNS) if row["kind"] == one.kind]
    return Measure(await asyncio.to_thread(_alike, one, rows), turns)


def _alike(one: Proposal, rows: Sequence[Row]) -> int:
    turns = [turn for row in rows if (turn := looked(row)).text and turn.label == one.change.label]
    if not turns or not one.examples:
        return 0
    texts = [turn.text for turn in turns]
    vectors = vectors_of([*texts, *one.examples])
    ours = near(texts, [""] * len(texts), None if vectors is None else vectors[: len(texts)])
    theirs = near(one.examples, [""] * len(one.examples), None if vectors is None else vectors[len(texts) :])
    return int((likeness(ours, theirs).max(axis=1) >= NEAR).sum())
