"""Tool calls of one customer + a store in memory → what the guards answer, and what they changed; the same guards as everywhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from doorstep.actions import Policy, applied, assurance_for, needs_yes, prepare, still_meant
from doorstep.carriers.countries import country_of
from doorstep.cli.retail.calls import Act, Find, ListProducts, Reckon, arguments_of, meaning_of
from doorstep.cli.retail.known import customer_of, order_of, order_written, rounded, user_written, variants_of
from doorstep.cli.retail.records import Store
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ActionKind, Assurance
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownOrder, KnownVariant
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode

#: What weighs more than two lists of different length or an address that is none.
_FIRST = frozenset(
    {
        RefusalCode.IDENTITY,
        RefusalCode.NOT_FOUND,
        RefusalCode.OTHER_CUSTOMER,
        RefusalCode.NOT_OFFERED,
        RefusalCode.ORDER_STATE,
        RefusalCode.CASE_STATE,
        RefusalCode.ONLY_ONCE,
    }
)
#: Group of records → id → record.
Records = dict[str, dict[str, dict[str, Any]]]


class Answered(msgspec.Struct, frozen=True):
    """What became of a call."""

    ok: bool
    #: Why not; None where it was done.
    code: RefusalCode | None = None


_DONE = Answered(ok=True)


class Base:
    """A store's records as values, each made once and never changed."""

    def __init__(self, store: Store, policy: Policy) -> None:
        self.store = store
        self.policy = policy
        self._orders: dict[str, KnownOrder] = {}
        self._customers: dict[str, KnownCustomer] = {}
        self._products: dict[str, tuple[KnownVariant, ...]] = {}
        #: Country's code → the word this store has for it.
        self.words = {code: user.address.country for user in store.file.users.values() if (code := country_of(user.address.country))}

    def order(self, order_id: str) -> KnownOrder | None:
        """The order as it stands in the file."""
        if order_id not in self._orders and (record := self.store.file.orders.get(order_id)):
            self._orders[order_id] = order_of(record, self.store.file.users[record.user_id], self.store.product_of)
        return self._orders.get(order_id)

    def customer(self, user_id: str) -> KnownCustomer | None:
        """The customer as in the file."""
        if user_id not in self._customers and (record := self.store.file.users.get(user_id)):
            self._customers[user_id] = customer_of(record)
        return self._customers.get(user_id)

    def product(self, product_id: str) -> tuple[KnownVariant, ...] | None:
        """The variants of a product as in the file."""
        if product_id not in self._products and (record := self.store.file.products.get(product_id)):
            self._products[product_id] = variants_of(record)
        return self._products.get(product_id)


def asker_of(store: Store, email: str | None) -> Asker:
    """Whoever asks, as sure as an e-mail address that is known makes it; nobody where it is none of a customer's."""
    user_id = store.by_email.get(email.strip().casefold()) if email else None
    if email is None or user_id is None:
        return Asker(channel="api")
    return Asker(assurance=Assurance.KNOWLEDGE, customer=user_id, email=email.strip().casefold(), channel="api")


class World(Protocol):
    """Where actions are judged and carried out."""

    #: Country's code → the word for it, as the store has it or the last call gave it.
    words: dict[str, str]

    async def lines(self, order_id: str) -> Sequence[KnownLine]:
        """The lines of an order as they are now; () where there is none such."""
        ...

    async def prepare(self, action: asking.BusinessAction, asker: Asker) -> Plan | Refusal:
        """Judge an action as things are now."""
        ...

    async def commit(self, action: asking.BusinessAction, asker: Asker, plan: Plan) -> Refusal | None:
        """Carry out a plan that was just made; a refusal where things have changed since."""
        ...

    async def changed(self) -> Records:
        """Write the records that are otherwise than in the file, as the file would."""
        ...


class Memory:
    """A store in memory, as it becomes; the file behind it stays as it is."""

    def __init__(self, base: Base, now: datetime) -> None:
        self.base = base
        self.now = now
        self.words = dict(base.words)
        self._orders: dict[str, KnownOrder] = {}
        self._customers: dict[str, KnownCustomer] = {}
        self._products: dict[str, tuple[KnownVariant, ...]] = {}

    def order(self, order_id: str) -> KnownOrder | None:
        """An order as it is now."""
        return self._orders.get(order_id) or self.base.order(order_id)

    async def lines(self, order_id: str) -> Sequence[KnownLine]:
        """The lines of an order as they are now; () where there is none such."""
        order = self.order(order_id)
        return order.lines if order else ()

    def known(self, action: asking.BusinessAction, asker: Asker) -> Known:
        """What the guards may know of an action."""
        order = self.order(getattr(action, "order", ""))
        customer = self._customers.get(asker.customer) or self.base.customer(asker.customer)
        named = {line.product_id for line in order.lines} if order else set()
        named |= {self.base.store.product_of.get(swap.variant_id, "") for swap in getattr(action, "swaps", ())}
        named.add(getattr(action, "product", ""))
        products = {one: variants for one in named if (variants := self._products.get(one) or self.base.product(one))}
        return Known(customer=customer, order=order, products=products)

    async def prepare(self, action: asking.BusinessAction, asker: Asker) -> Plan | Refusal:
        """Judge an action as things are now."""
        return prepare(action, asker, self.known(action, asker), self.base.policy, self.now)

    async def commit(self, action: asking.BusinessAction, asker: Asker, plan: Plan) -> None:
        """Carry out a plan that was just made."""
        self.apply(action, asker, plan)

    def apply(self, action: asking.BusinessAction, asker: Asker, plan: Plan) -> None:
        """Change the records as a plan says."""
        before = self.known(action, asker)
        after = applied(before, plan)
        if after.order is not None:
            self._orders[after.order.external_id] = after.order
        if after.customer is not None:
            self._customers[after.customer.customer] = after.customer
        self._products |= after.products

    async def changed(self) -> Records:
        """Write the records that are otherwise than in the file, as the file would."""
        return self.written()

    def written(self) -> Records:
        """The same, at once."""
        written, words = self.base.store.written, self.words
        orders = {name: order_written(written["orders"][name], order, words) for name, order in self._orders.items()}
        users = {name: user_written(written["users"][name], user, words) for name, user in self._customers.items()}
        return only_changed(written, {"orders": orders, "users": users})


def only_changed(before: Records, after: Records) -> Records:
    """Keep the records that differ, amounts to the cent."""
    found = {
        group: {name: shown for name, record in of.items() if (shown := rounded(record)) != rounded(before[group][name])}
        for group, of in after.items()
    }
    return {group: of for group, of in found.items() if of}


class Talk:
    """One customer's calls, one after another; what was put to the customer waits for its yes."""

    def __init__(self, base: Base, world: World, asker: Asker) -> None:
        self.base = base
        self.world = world
        self.asker = asker
        #: Tool → the fingerprint of what the customer was asked last.
        self._put: dict[str, str] = {}

    async def call(self, name: object, arguments: object, *, confirmed: bool) -> Answered:
        """Answer one call. `confirmed`: the customer has said yes to exactly this.

        Where something was put to the customer before (the same tool, not confirmed), the yes belongs to it and to nothing else.
        """
        given = arguments_of(name, arguments)
        if given is None:
            return Answered(ok=False, code=RefusalCode.BAD_ARGUMENTS)
        meant = meaning_of(str(name), given, self.base.store, await self.world.lines(getattr(given, "order_id", "")))
        if isinstance(meant, RefusalCode):
            return Answered(ok=False, code=meant)
        if not isinstance(meant, Act):
            return self._looked_up(meant)
        plan = await self._judged(meant)
        if isinstance(plan, Refusal):
            return Answered(ok=False, code=plan.code)
        if needs_yes(meant.action.kind):
            if not confirmed:
                self._put[str(name)] = plan.digest
                return Answered(ok=False, code=RefusalCode.NOT_CONFIRMED)
            meant_still = still_meant(self._put.get(str(name), plan.digest), plan)
            if isinstance(meant_still, Refusal):
                return Answered(ok=False, code=meant_still.code)
            self._put.pop(str(name), None)
        if refused := await self.world.commit(meant.action, self.asker, plan):
            return Answered(ok=False, code=refused.code)
        if code := country_of(word := getattr(given, "country", "")):
            self.world.words[code] = word  # the store keeps addresses in the words in which they were given
        return _DONE

    async def _judged(self, meant: Act) -> Plan | Refusal:
        plan = await self.world.prepare(meant.action, self.asker)
        weightier = isinstance(plan, Refusal) and plan.code in _FIRST
        return plan if meant.fault is None or weightier else Refusal(code=meant.fault)

    def _looked_up(self, meant: Find | ListProducts | Reckon) -> Answered:
        match meant:
            case Reckon():
                return _DONE
            case ListProducts():
                sure = self.asker.assurance >= assurance_for(self.base.policy, ActionKind.READ_PRODUCT)
                return _DONE if sure else Answered(ok=False, code=RefusalCode.IDENTITY)
            case Find(user_id=found):
                mine = found is not None and self.asker.customer in {"", found}  # of others nobody learns whether there are such
                return _DONE if mine else Answered(ok=False, code=RefusalCode.NOT_FOUND)
