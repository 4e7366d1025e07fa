"""What somebody outside has to do for a case ↔ rows."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.actions.plans import Errand, ErrandKind
from doorstep.store.database import Tx

_ENCODE = msgspec.json.Encoder()
#: Of these a case has one, whatever it goes through: new goods are not sent twice.
ONCE = frozenset({ErrandKind.EXCHANGE, ErrandKind.REPLACE})

# Write errands of a case, each once.
_ADD = """
insert into errand (merchant_id, case_id, once, target, kind, body, state, made_at, look_at)
select $1, $2, once, target, kind, body::json, 'waiting', $7, $7
from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as x (once, target, kind, body)
on conflict (merchant_id, once) do nothing
"""


async def add(tx: Tx, merchant_id: int, case_id: int, errands: Sequence[Errand], occurrence: str, now: datetime) -> None:
    """Write what others have to do for a case; the same kind for the same occurrence ("approved", "approved 2") stands there once, one of `ONCE` at all."""
    await tx.execute(
        _ADD,
        merchant_id,
        case_id,
        [f"{case_id} {one.kind} {one.to}" + (f" {occurrence}" if one.kind not in ONCE else "") for one in errands],
        [one.to for one in errands],
        [one.kind for one in errands],
        [_ENCODE.encode(one.body).decode() for one in errands],
        now,
    )
