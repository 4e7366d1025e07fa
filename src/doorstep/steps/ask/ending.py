"""What calls came to → their answers in the inbox, when each number is asked about next, connections that rest or are paused."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.domain.plugins import Answer
from doorstep.steps.ask.calling import Ended
from doorstep.steps.ask.leasing import PURPOSE
from doorstep.steps.askers import ASKED
from doorstep.steps.directory import Directory
from doorstep.steps.pausing import pause
from doorstep.store import ask_ends, inbox
from doorstep.store.ask_ends import Outcome, State
from doorstep.store.ask_leases import Due
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.inbox import Arrival
from doorstep.timeline import PUSHED_FOR, Followed, next_ask_at

#: Seconds a connection rests at least after its n-th failure in a row; longer where the carrier says so.
_RESTS_S = (30, 60, 120, 300, 600, 1200, 1800, 3600)
#: While a connection is paused its numbers wait at least so long.
_PAUSED_S = 600


async def write_down(tx: Tx, directory: Directory, ended: Sequence[Ended], now: datetime) -> None:
    """Write down what calls came to."""
    if not ended:
        return
    arrivals = [_arrival(one.call.connection, answer, now) for one in ended for answer in one.answers]
    if arrivals:
        await inbox.keep(tx, arrivals)
    failed = await ask_ends.failures(tx, [(e.call.connection.merchant_id, e.call.connection.connection_id) for e in ended])
    states, outcomes = [], []
    for one in ended:
        connection = one.call.connection
        rests_until = _rests_until(one, failed.get((connection.merchant_id, connection.connection_id), 0), now)
        states.append(
            State(
                merchant_id=connection.merchant_id,
                connection_id=connection.connection_id,
                attempt_id=one.call.attempt_id,
                outcome=one.outcome,
                detail=one.detail,
                asked=len(one.call.due),
                answered=sum(due.tracking_number in one.known for due in one.call.due),
                resting_until=rests_until if one.outcome == "later" else None,
            )
        )
        outcomes += [_outcome(one, due, directory, rests_until, now) for due in one.call.due]
    await ask_ends.end(tx, states, outcomes, now)
    # Credentials are locked behind connections, here as in leasing: two workers would wait for each other otherwise.
    for one in sorted(ended, key=lambda one: one.call.credential):
        if one.token is not None:
            sealed = directory.sealer.seal({"token": one.token.value}, PURPOSE)
            await ask_ends.keep_token(tx, one.call.credential, sealed, now + timedelta(seconds=one.token.lasts_s))
    refused = {
        (c.merchant_id, c.connection_id): one.detail for one in ended if one.outcome == "misconfigured" for c in (one.call.connection,)
    }
    for of in sorted(refused):  # in one order: two workers would wait for each other otherwise
        await pause(tx, directory, of, refused[of], now)


def _arrival(connection: Connection, answer: Answer, now: datetime) -> Arrival:
    return Arrival(
        merchant_id=connection.merchant_id,
        connection_id=connection.connection_id,
        delivery_key=hashlib.blake2b(answer.body, digest_size=16, person=b"asked").digest(),
        url=answer.url,
        headers={"content-type": answer.content_type, ASKED: "1"},
        body=answer.body,
        received_at=now,
    )


def _rests_until(ended: Ended, failures: int, now: datetime) -> datetime | None:
    """Until when numbers of a call that came to nothing wait; None: it came to something."""
    if ended.outcome == "misconfigured":
        return now + timedelta(seconds=_PAUSED_S)
    if ended.outcome == "later":
        return now + timedelta(seconds=max(ended.after_s or 0, _RESTS_S[min(failures, len(_RESTS_S) - 1)]))
    return None


def _outcome(ended: Ended, due: Due, directory: Directory, rests_until: datetime | None, now: datetime) -> Outcome:
    tenant = directory.tenant(due.merchant_id)
    asker = tenant.askers.of(due.carrier) if tenant else None
    if asker is None or asker.connection_id != due.connection_id:  # another connection has taken this carrier over
        return Outcome(due=due, ask_at=None, misses=due.misses, note="another connection asks")
    if rests_until is not None:
        return Outcome(due=due, ask_at=rests_until, misses=due.misses, note=None)
    misses = 0 if due.tracking_number in ended.known else due.misses + 1
    followed = Followed(
        folded=due.folded,
        known_at=due.known_at,
        zone=ZoneInfo(due.zone) if due.zone else UTC,
        misses=misses,
        pushed=due.pushed_at is not None and due.pushed_at > now - PUSHED_FOR,
        seed=due.shipment_id,
    )
    note = ended.notes.get(due.tracking_number, "the carrier does not know it") if misses else None
    return Outcome(due=due, ask_at=next_ask_at(followed, now), misses=misses, note=note)
