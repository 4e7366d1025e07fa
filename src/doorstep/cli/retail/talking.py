"""A retailer's store in memory as the world of a talk: the same talk and the same guards as for customers, with records that are thrown away."""

from typing import TypeVar

from doorstep.actions import prepare as judge
from doorstep.cli.retail.playing import Memory
from doorstep.cli.retail.records import name_key
from doorstep.conversations.talks.wishes import (
    CheckCode,
    Commit,
    Do,
    Done,
    Flow,
    Given,
    Identify,
    Judge,
    KeepPhotos,
    ListOrders,
    Prepare,
    Prepared,
    ReadOrder,
    Search,
    SendCode,
    Subscribe,
    TimesAsked,
    Wish,
)
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.talking.memory import Shown, Told
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.turns import Turned
from doorstep.steps.talk_told import rules_told

T = TypeVar("T")


class TalkMemory:
    """What a talk wishes for, from a store in memory."""

    def __init__(self, world: Memory) -> None:
        self.world = world
        #: Nobody, until they have said who they are.
        self.asker = Asker(channel="chat")
        #: Token → the plan that waits for its yes.
        self._waiting: dict[str, Plan] = {}
        #: Plans that were carried out.
        self.carried: list[Plan] = []

    def run(self, flow: Flow[T]) -> T:
        """Carry out what a talk wishes for until it is done."""
        given: Given = None
        while True:
            try:
                wish = flow.send(given)
            except StopIteration as ended:
                result: T = ended.value
                return result
            given = self._carry(wish)

    def _carry(self, wish: Wish) -> Given:
        match wish:
            case ListOrders():
                return tuple(OrderTold(known=one) for one in self._orders())
            case ReadOrder():
                return self._order(wish.order)
            case Identify():
                return self._identify(wish.told)
            case Judge() | Prepare():
                return self._prepare(wish)
            case Commit():
                return self._commit(wish.token)
            case Do():
                return self._do(wish.action)
            case TimesAsked():
                return 0
            case SendCode() | CheckCode() | Search() | Subscribe() | KeepPhotos():
                return None

    def _orders(self) -> list[KnownOrder]:
        user = self.world.base.store.file.users.get(self.asker.customer)
        found = [self.world.order(name) for name in user.orders] if user else []
        return [one for one in reversed(found) if one is not None]

    def _order(self, name: str) -> OrderTold | None:
        order = self.world.order(name)
        if order is None or not self.asker.customer or order.customer != self.asker.customer:
            return None
        known = self.world.known(asking.ReadOrder(order=name), self.asker)
        return OrderTold(
            known=order, customer=known.customer, products=known.products, rules=rules_told(self.world.base.policy, "en", order.lines)
        )

    def _identify(self, told: Told) -> Shown | None:
        """By e-mail address, or name and post code, as this retailer's policy has it."""
        store = self.world.base.store
        user_id = store.by_email.get(told.email.casefold()) if told.email else None
        first, _, last = told.name.strip().partition(" ")
        user_id = user_id or store.by_name.get(name_key(first, last, told.postcode))
        if user_id is None:
            return None
        email = store.file.users[user_id].email.strip().casefold()
        self.asker = Asker(assurance=Assurance.KNOWLEDGE, customer=user_id, email=email, channel="chat")
        return Shown(assurance=int(Assurance.KNOWLEDGE), kind="email", value=email, at=self.world.now)

    def plan(self, action: asking.BusinessAction) -> Plan | Refusal:
        """Judge an action as things are now."""
        return judge(action, self.asker, self.world.known(action, self.asker), self.world.base.policy, self.world.now)

    def waiting(self, turned: Turned) -> Plan | None:
        """The plan that the customer was asked about; None: none was."""
        frame = turned.memory.frames[-1] if turned.memory.frames else None
        return self._waiting.get(frame.token) if frame and frame.asked == "confirm" else None

    def _prepare(self, wish: Judge | Prepare) -> Given:
        plan = self.plan(wish.action)
        if isinstance(plan, Refusal):
            return plan
        if isinstance(wish, Judge):
            return None
        self._waiting[plan.digest] = plan
        return Prepared(plan=plan, token=plan.digest)

    def _commit(self, token: str) -> Done | Refusal:
        plan = self._waiting.pop(token, None)
        now = self.plan(plan.action) if plan else None
        if plan is None or not isinstance(now, Plan) or now.digest != plan.digest:
            return Refusal(code=RefusalCode.CONFIRMATION_VOID)
        self.world.apply(plan.action, self.asker, plan)
        self.carried.append(plan)
        return Done(plan=plan)

    def _do(self, action: asking.BusinessAction) -> Done | Refusal:
        plan = self.plan(action)
        return plan if isinstance(plan, Refusal) else Done(plan=plan)
