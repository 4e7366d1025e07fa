"""What a talk remembers ↔ rows: one for each conversation."""

from datetime import datetime

import msgspec

from doorstep.domain.talking.memory import Memory
from doorstep.store.database import Tx

_ENCODE = msgspec.json.Encoder()
_MEMORY = msgspec.json.Decoder(Memory)

_READ = "select memory from talk where merchant_id = $1 and conversation_id = $2"
_WRITE = """
insert into talk (merchant_id, conversation_id, customer_id, memory, going_on, updated_at) values ($1, $2, $3, $4::json, $5, $6)
on conflict (merchant_id, conversation_id) do update set
    customer_id = excluded.customer_id, memory = excluded.memory, going_on = excluded.going_on, updated_at = excluded.updated_at
"""
# What the same customer had begun on another channel, the newest.
_ELSEWHERE = """
select conversation_id, memory from talk where merchant_id = $1 and customer_id = $2 and going_on and conversation_id <> $3 and updated_at > $4
order by updated_at desc limit 1
"""
_LEAVE = "update talk set going_on = false, memory = $3::json where merchant_id = $1 and conversation_id = $2"


async def read(tx: Tx, merchant_id: int, conversation_id: int) -> Memory:
    """Read what a conversation remembers."""
    return opened(await tx.fetchval(_READ, merchant_id, conversation_id))


def opened(kept: str | None) -> Memory:
    """Open what a row holds; nothing where the talk has not begun."""
    return _MEMORY.decode(kept) if kept else Memory()


async def write(tx: Tx, merchant_id: int, conversation_id: int, customer_id: int | None, memory: Memory, now: datetime) -> None:
    """Keep what a conversation remembers."""
    await tx.execute(_WRITE, merchant_id, conversation_id, customer_id, _ENCODE.encode(memory).decode(), bool(memory.frames), now)


async def elsewhere(tx: Tx, merchant_id: int, customer_id: int, conversation_id: int, since: datetime) -> tuple[int, Memory] | None:
    """Find what the same customer had begun on another channel since then: that conversation and its memory."""
    row = await tx.fetchrow(_ELSEWHERE, merchant_id, customer_id, conversation_id, since)
    return (row["conversation_id"], _MEMORY.decode(row["memory"])) if row else None


async def leave(tx: Tx, merchant_id: int, conversation_id: int, memory: Memory) -> None:
    """Note that what was going on in a conversation goes on elsewhere."""
    await tx.execute(_LEAVE, merchant_id, conversation_id, _ENCODE.encode(memory).decode())
