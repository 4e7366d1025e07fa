"""What a machine understood of a conversation's words and did about it, as the inbox shows it."""

from doorstep.store.database import Row, Tx

# The newest turns of a conversation.
_TURNS = """
select turn_id, reply_id, talk, driver, handover, understood::text as understood, did::text as did from turn where merchant_id = $1 and conversation_id = $2
order by turn_id desc limit $3
"""


async def turns(tx: Tx, merchant_id: int, conversation_id: int, most: int = 100) -> list[Row]:
    """List `turn_id, reply_id, talk, driver, handover, understood, did` of a conversation's turns, newest first.

    The last two are JSON, null where a human had the word.
    """
    return await tx.fetch(_TURNS, merchant_id, conversation_id, most)
