"""What a machine understood of a conversation's words and did about it, as the inbox shows it."""

from doorstep.store.database import Row, Tx

# Whether talks are kept here in a form that can be shown: a database that is one version behind has none.
_THERE = """
select count(*) = 5 from information_schema.columns where table_schema = current_schema() and table_name = 'turn'
    and column_name in ('merchant_id', 'conversation_id', 'at', 'understood', 'did')
"""
# The newest turns of a conversation.
_TURNS = """
select at, understood::text as understood, did::text as did from turn where merchant_id = $1 and conversation_id = $2 order by at desc limit $3
"""


async def turns(tx: Tx, merchant_id: int, conversation_id: int, most: int = 100) -> list[Row]:
    """List `at, understood, did` (both JSON) of a conversation's turns, newest first; [] where no machine talks."""
    if not await tx.fetchval(_THERE):
        return []
    return await tx.fetch(_TURNS, merchant_id, conversation_id, most)
