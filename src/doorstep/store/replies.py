"""What came back from people → rows, each once."""

from datetime import datetime

from doorstep.domain.messages import Reply
from doorstep.store.database import Row, Tx

_KEEP = """
insert into reply (merchant_id, connection_id, provider_id, channel, sender, recipient, text, keyword, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning reply_id
"""
_LIST = "select reply_id, channel, sender, text, keyword, received_at from reply where merchant_id = $1 order by reply_id desc limit $2"


async def keep(tx: Tx, merchant_id: int, connection_id: int, reply: Reply, keyword: str, now: datetime) -> bool:
    """Write a reply down; tell whether it is new."""
    r = reply
    row = await tx.fetchval(
        _KEEP, merchant_id, connection_id, r.provider_id, r.channel, r.sender, r.to, r.text[:5000], keyword, r.at or now
    )
    return row is not None


async def newest(tx: Tx, merchant_id: int, most: int = 50) -> list[Row]:
    """List replies, newest first."""
    return await tx.fetch(_LIST, merchant_id, most)
