"""A model's wishes → read or judged as the conversation's own asker and never as more; nothing is changed by any of them.

What ends the model's turn is only judged here: the talk that goes on with it prepares it, shows it, and reads the customer's yes.
"""

from datetime import datetime

from doorstep.conversations.models import Fact, FactKind, ToolAnswer, ToolWish, WishKind
from doorstep.conversations.models.wished import wished_of
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.actions.saying import instead_text, refusal_text
from doorstep.steps import act
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.known import know
from doorstep.steps.model_facts import facts_of, facts_of_customer, facts_of_goods
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_saying import writer
from doorstep.steps.talk_told import order_told
from doorstep.steps.talk_world import Find
from doorstep.store.database import Database, Tx


class ModelWorld:
    """What a model reaches in one turn of one conversation; each wish has a transaction of its own."""

    def __init__(
        self, database: Database, directory: Directory, tenant: Tenant, *, asker: Asker, tag: str, now: datetime, find: Find | None = None
    ) -> None:
        """Make it: `asker` is the conversation's, `tag` the language of the answer, `find` the shop's knowledge."""
        self._database, self._directory, self._tenant, self._now = database, directory, tenant, now
        self._asker, self._tag, self._find = asker, tag, find

    async def run_tool(self, wish: ToolWish) -> ToolAnswer:
        """Read or judge what a model wishes for."""
        if wish.kind is WishKind.SEARCH:
            return await self._search(wish.query)
        if wished_of(wish, self._tenant.book) is None and wish.kind is not WishKind.READ:
            return ToolAnswer(ok=False, outcome="not_offered")
        if wish.action is None:
            return ToolAnswer(ok=True, outcome="begins")
        async with self._database.for_merchant(self._tenant.merchant.merchant_id) as tx:
            if wish.kind is WishKind.READ:
                return await self._read(tx, wish.action)
            refusal = await act.judged(tx, self._tenant, self._asker, wish.action, self._now)
            return self._refused(refusal) if refusal is not None else ToolAnswer(ok=True, outcome="shown_to_the_customer")

    async def _read(self, tx: Tx, action: asking.BusinessAction) -> ToolAnswer:
        done = await act.do(tx, self._directory, self._tenant, self._asker, action, self._now)
        if isinstance(done, Refusal):
            return self._refused(done)
        if isinstance(action, asking.FindOrder | asking.ReadOrder):
            language, shop = self._tag, shop_told(self._tenant)
            whole = await order_told(tx, self._directory, self._tenant, self._asker, action.order, language, self._now)
            facts = facts_of(whole.told, self._tenant.book, shop, self._tag, self._now) if whole is not None else ()
            return ToolAnswer(ok=whole is not None, outcome="found" if whole is not None else "not_found", facts=facts)
        found = (await know(tx, self._tenant, self._asker, action, self._now)).known
        goods = [one for variants in found.products.values() for one in variants]
        own = facts_of_customer(found.customer) if found.customer is not None else ()
        return ToolAnswer(ok=True, outcome="found", facts=own or facts_of_goods(goods, self._tag))

    async def _search(self, query: str) -> ToolAnswer:
        quote = await self._find(query, self._tag) if self._find is not None else None
        if quote is None:
            return ToolAnswer(ok=False, outcome="the shop has written nothing about this")
        return ToolAnswer(ok=True, outcome="found", facts=(Fact(name=quote.title, kind=FactKind.KNOWLEDGE, value=quote.text),))

    def _refused(self, refusal: Refusal) -> ToolAnswer:
        """Tell a no as the customer may be told it."""
        said = (refusal_text(refusal, self._tag, writer(self._tag, "UTC")), instead_text(refusal, self._tag))
        fact = Fact(name="why not", kind=FactKind.RULE, value=" ".join(one for one in said if one))
        return ToolAnswer(ok=False, outcome=str(refusal.code), facts=(fact,))
