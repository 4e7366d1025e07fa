"""What a talk remembers ↔ rows: one for each conversation."""

from datetime import datetime

import msgspec

from doorstep.domain.talking.memory import Memory
from doorstep.store.database import Tx

_ENCODE = msgspec.json.Encoder()
_MEMORY = msgspec.json.Decoder(Memory)

_READ = "select memory from talk where merchant_id = $1 and conversation_id = $2"
# What the same customer had begun on another channel, the newest.
_ELSEWHERE = """
select memory from talk where merchant_id = $1 and customer_id = $2 and going_on and conversation_id <> $3 and updated_at > $4
order by updated_at desc limit 1
"""
_LEAVE = "update talk set going_on = false, memory = $3::json where merchant_id = $1 and conversation_id = $2"


async def read(tx: Tx, merchant_id: int, conversation_id: int) -> Memory:
    """Read what a conversation remembers."""
    return opened(await tx.fetchval(_READ, merchant_id, conversation_id))


def opened(kept: str | None) -> Memory:
    """Open what a row holds; nothing where the talk has not begun."""
    return _MEMORY.decode(kept) if kept else Memory()


async def elsewhere(tx: Tx, merchant_id: int, customer_id: int, conversation_id: int, since: datetime) -> Memory:
    """Find what the same customer had begun on another channel since then, to look at; `turns.next_due` reads it with the turn."""
    return opened(await tx.fetchval(_ELSEWHERE, merchant_id, customer_id, conversation_id, since))


async def leave(tx: Tx, merchant_id: int, conversation_id: int, memory: Memory) -> None:
    """Note that what was going on in a conversation goes on elsewhere."""
    await tx.execute(_LEAVE, merchant_id, conversation_id, _ENCODE.encode(memory).decode())
