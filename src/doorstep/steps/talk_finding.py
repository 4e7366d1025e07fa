"""A question in a talk → the shop's own words for it; what it has none for goes on its list, once a customer asked it."""

from datetime import datetime

from doorstep.conversations.knowledge.quoting import NoAnswer, Quoted
from doorstep.domain.talking.told import QuoteTold
from doorstep.steps import knowing_shop
from doorstep.steps.directory import Tenant
from doorstep.steps.talk_world import Find
from doorstep.store.database import Database, Tx


def find_in(tx: Tx, tenant: Tenant, conversation_id: int, now: datetime) -> Find:
    """Make what answers a customer's question within the turn's transaction, and notes what has no answer."""
    merchant_id = tenant.merchant.merchant_id

    async def find(question: str, language: str) -> QuoteTold | None:
        return _told(await knowing_shop.find(tx, merchant_id, question, language, now, conversation_id=conversation_id))

    return find


def look_up(database: Database, tenant: Tenant, now: datetime) -> Find:
    """Make what only looks: for a model, and for somebody who tries."""
    merchant_id = tenant.merchant.merchant_id

    async def find(question: str, language: str) -> QuoteTold | None:
        async with database.for_merchant(merchant_id) as tx:
            return _told((await knowing_shop.look(tx, merchant_id, question, language, now)).answer)

    return find


def _told(found: Quoted | NoAnswer) -> QuoteTold | None:
    return QuoteTold(text=found.text, title=found.title, url=found.url, as_of=found.as_of) if isinstance(found, Quoted) else None
