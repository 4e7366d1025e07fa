"""Actions that wait for the customer's yes ↔ rows; the same yes gets the same answer."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.store.database import Tx

_ENCODE = msgspec.json.Encoder()
_ACTION: msgspec.json.Decoder[BusinessAction] = msgspec.json.Decoder(BusinessAction)
#: An answered yes is remembered so long.
KEPT_FOR = timedelta(days=400)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An action that was prepared and shown."""

    prepared_id: int
    #: `Plan.digest` of what was shown.
    digest: str
    action: BusinessAction
    #: `Asker.key` of whom it was shown to.
    asker: str
    order_id: int | None
    created_at: datetime
    expires_at: datetime
    #: None: nobody has said yes.
    committed_at: datetime | None
    #: JSON; what was answered to the yes.
    outcome: bytes | None


# Keep what was shown.
_KEEP = """
insert into prepared (merchant_id, token_hash, digest, action, asker, order_id, created_at, expires_at)
values ($1, $2, $3, $4::json, $5, $6, $7, $8) returning prepared_id
"""
# Find what a yes is about, for this transaction alone.
_LOCK = """
select prepared_id, digest, action, asker, order_id, created_at, expires_at, committed_at, outcome from prepared
where merchant_id = $1 and token_hash = $2 for update
"""
# The same, to look only.
_FIND = _LOCK.removesuffix(" for update")
# Write down the answer.
_ANSWER = "update prepared set committed_at = $3, outcome = $4::json where merchant_id = $1 and prepared_id = $2"
# Nobody may say yes any more.
_WITHDRAW = "update prepared set expires_at = created_at where merchant_id = $1 and prepared_id = $2 and committed_at is null"
# Forget what nobody will ask about again.
_SWEEP = "delete from prepared where created_at < $1 or (committed_at is null and created_at < $2)"
# Count a no.
_COUNT = """
insert into refusal_count (merchant_id, day, action, code, asked)
select $1, $2, action, code, asked from unnest($3::text[], $4::text[], $5::bigint[]) as x (action, code, asked)
on conflict (merchant_id, day, action, code) do update set asked = refusal_count.asked + excluded.asked
"""
# What was asked and refused, by action and code, between two days.
_COUNTS = """
select action, code, sum(asked)::bigint as asked from refusal_count where merchant_id = $1 and day between $2 and $3
group by action, code order by 3 desc, 1, 2
"""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An action that is shown to be said yes to."""

    digest: str
    action: BusinessAction
    asker: str
    order_id: int | None
    expires_at: datetime


async def keep(tx: Tx, merchant_id: int, token: str, shown: Shown, now: datetime) -> int:
    """Keep an action that was prepared, to be named by `token` when the yes comes."""
    document = _ENCODE.encode(shown.action).decode()
    row = (_hash(token), shown.digest, document, shown.asker, shown.order_id, now, shown.expires_at)
    return int(await tx.fetchval(_KEEP, merchant_id, *row))


async def find(tx: Tx, merchant_id: int, token: str, *, lock: bool = False) -> Waiting | None:
    """Find what a yes is about; `lock`: for this transaction alone."""
    row = await tx.fetchrow(_LOCK if lock else _FIND, merchant_id, _hash(token))
    if row is None:
        return None
    return Waiting(
        prepared_id=row["prepared_id"],
        digest=row["digest"],
        action=_ACTION.decode(row["action"]),
        asker=row["asker"],
        order_id=row["order_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        committed_at=row["committed_at"],
        outcome=row["outcome"].encode() if row["outcome"] is not None else None,
    )


async def answer(tx: Tx, merchant_id: int, prepared_id: int, outcome: bytes, now: datetime) -> None:
    """Write down what was answered to a yes."""
    await tx.execute(_ANSWER, merchant_id, prepared_id, now, outcome.decode())


async def withdraw(tx: Tx, merchant_id: int, prepared_id: int) -> None:
    """Let nobody say yes to what was shown: its time is over as soon as it began."""
    await tx.execute(_WITHDRAW, merchant_id, prepared_id)


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget what nobody will ask about again: unanswered after two days, answered after `KEPT_FOR`."""
    await tx.execute(_SWEEP, now - KEPT_FOR, now - timedelta(days=2))


async def count_refusals(tx: Tx, merchant_id: int, refused: Mapping[tuple[str, str], int], day: date) -> None:
    """Count what was refused on a day: (action, code) → how often."""
    rows = sorted(refused.items())
    await tx.execute(_COUNT, merchant_id, day, [key[0] for key, _ in rows], [key[1] for key, _ in rows], [asked for _, asked in rows])


async def refusals(tx: Tx, merchant_id: int, first: date, last: date) -> list[tuple[str, str, int]]:
    """List what was asked and refused between two days: action, code, how often; the most frequent first."""
    return [(row["action"], row["code"], row["asked"]) for row in await tx.fetch(_COUNTS, merchant_id, first, last)]
