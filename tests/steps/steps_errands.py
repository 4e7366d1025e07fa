"""A merchant's errands in a test's hands: a case opened, errands taken up, the outbox called, what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from steps_shop import NOON, Shop

from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Outside, Remedy
from doorstep.domain.actions.plans import Errand, ErrandKind
from doorstep.domain.messages import Receipt
from doorstep.domain.money import Money
from doorstep.domain.vocabulary import MessageState
from doorstep.steps import case_moves
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.directory import Tenant
from doorstep.steps.errands import Answer, answer, take_up
from doorstep.steps.send import call, send_wave, settle_lost
from doorstep.steps.wire import Wire
from doorstep.store import cases, connections, errands, orders
from doorstep.store.errands import KeptErrand
from doorstep.store.orders import KeptOrder

MINUTE, HOURS = timedelta(minutes=1), timedelta(hours=1)
Run = Callable[[Any], Receipt]


def taken(flow: Any) -> Receipt:
    """What a mail server says."""
    return Receipt(message_id=None, provider_id="x", state=MessageState.SENT)


class Line:
    """A wire whose other end is a function: it drives a flow to its receipt, or raises what the flow raises. Mails have one of their own."""

    def __init__(self, run: Run, mail: Run = taken) -> None:
        self.run_flow, self.mail = run, mail
        self.carried: list[str] = []

    async def carry(self, flow: Any, *, connection: tuple[int, int], provider: str, rate_per_s: float | None) -> Receipt:
        if provider == "email":
            return self.mail(flow)
        self.carried.append(provider)
        return self.run_flow(flow)


class Errands:
    """One merchant's errands."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @property
    def tenant(self) -> Tenant:
        tenant = self.shop.directory.tenant(self.shop.merchant_id)
        assert tenant is not None
        return tenant

    async def connect(self, kind: str, slug: str, given: Mapping[str, str], name: str = "") -> int:
        """Connect one more provider."""
        plugin = plugin_named(kind, slug)
        made = new_connection(self.shop.merchant_id, kind, slug, slug, checked(plugin, given))
        async with self.shop.database.system() as tx:
            made_id = await connections.connect(tx, self.shop.directory.sealer, made, secret_names(plugin))
        self.shop.connected[name or slug] = made_id
        await self.shop.directory.refresh(self.shop.database, NOON, force=True)
        return made_id

    async def order(self) -> KeptOrder:
        async with self.shop.database.system() as tx:
            [kept] = await orders.page(tx, self.shop.merchant_id)
        return kept

    async def open(
        self,
        kind: ErrandKind,
        body: Mapping[str, object] | None = None,
        *,
        to: Outside = Outside.SHOP,
        case: CaseKind = CaseKind.ORDER_CHANGE,
        state: CaseState = CaseState.PASSED_ON,
        lines: tuple[CaseLine, ...] = (),
        now: datetime = NOON,
        once: str = "yes 1",
        **rest: Any,
    ) -> Case:
        """Open a case with one errand."""
        kept = await self.order()
        new = Case(kind=case, action=ActionKind.CANCEL_ORDER, state=state, order_id=kept.order_id, lines=lines, decided_by="policy", **rest)
        whole = {"order": kept.order.external_id, **(body or {})}
        async with self.shop.database.system() as tx:
            opened = await case_moves.open_case(
                tx,
                self.shop.directory,
                self.tenant,
                kept,
                new,
                once=once,
                actor="customer",
                asked=(Errand(to=to, kind=kind, body=whole),),
                now=now,
            )
        return opened.case

    async def settling(self, amount: Money, *, now: datetime = NOON) -> Case:
        """A return whose money is to go back: the errand is made by the move."""
        kept = await self.order()
        new = Case(
            kind=CaseKind.RETURN,
            action=ActionKind.OPEN_RETURN,
            state=CaseState.APPROVED,
            order_id=kept.order_id,
            remedy=Remedy.REFUND,
            refund=amount,
            keeps=True,
            decided_by="policy",
            wanted={"way": "keep"},
            lines=(CaseLine(line_id="11", quantity=1, variant_id="101"),),
        )
        async with self.shop.database.system() as tx:
            opened = await case_moves.open_case(
                tx, self.shop.directory, self.tenant, kept, new, once="yes 1", actor="customer", asked=(), now=now
            )
            await tx.execute(
                "update errand set look_at = null, state = 'done', answered_at = now() where merchant_id = $1", self.shop.merchant_id
            )
            moved = await case_moves.move(
                tx, self.shop.directory, self.tenant, opened.case_id, CaseState.SETTLING, actor="policy", why="nothing comes back", now=now
            )
        return moved.case

    async def take_up(self, now: datetime = NOON, most: int = 50) -> int:
        async with self.shop.database.system() as tx:
            return await take_up(tx, self.shop.directory, now, most)

    async def send(self, run: Run, now: datetime = NOON, mail: Run = taken) -> list[str]:
        """Let a worker lease what is due, call, and write down how it ended; return which plug-ins were called, e-mail left out."""
        line = Line(run, mail)
        leased = [
            one for one in await send_wave(self.shop.database, self.shop.directory, [], now) if self._is_ours(one.message.merchant_id)
        ]
        ended = [await call(one, self.shop.directory, cast(Wire, line), now) for one in leased]
        await send_wave(self.shop.database, self.shop.directory, ended, now, 0)
        return line.carried

    def _is_ours(self, merchant_id: int) -> bool:
        return merchant_id == self.shop.merchant_id

    async def die_while_sending(self, run: Run, now: datetime = NOON) -> None:
        """A worker leases and calls, and dies before it has written anything down; its lease runs out."""
        for one in await send_wave(self.shop.database, self.shop.directory, [], now):
            if self._is_ours(one.message.merchant_id):
                await call(one, self.shop.directory, cast(Wire, Line(run)), now)
        await settle_lost(self.shop.database, self.shop.directory, now + 5 * MINUTE)

    async def answer(
        self, *, done: bool, why: str = "", now: datetime = NOON, number: int | None = None, external_id: str = ""
    ) -> KeptErrand:
        one = number if number is not None else (await self.all())[-1].errand_id
        async with self.shop.database.system() as tx:
            told = Answer(done=done, actor="key 1", why=why, external_id=external_id)
            return await answer(tx, self.shop.directory, self.tenant, one, told, now)

    async def all(self) -> list[KeptErrand]:
        found = await self.shop.rows("select errand_id from errand where merchant_id = $1 order by errand_id", self.shop.merchant_id)
        async with self.shop.database.system() as tx:
            kept = [await errands.one(tx, self.shop.merchant_id, row["errand_id"]) for row in found]
        return [one for one in kept if one is not None]

    async def last(self) -> KeptErrand:
        return (await self.all())[-1]

    async def case(self, case: Case) -> Case:
        async with self.shop.database.system() as tx:
            return (await cases.read(tx, [(self.shop.merchant_id, case.case_id)]))[self.shop.merchant_id, case.case_id].case

    async def events(self, case: Case) -> list[tuple[str, str, str]]:
        async with self.shop.database.system() as tx:
            found = await cases.events(tx, self.shop.merchant_id, [case.case_id])
        return [(one.actor, one.state.value, one.why) for one in found[case.case_id]]

    async def mails(self, trigger: str = "errand.task") -> list[dict[str, Any]]:
        return await self.shop.rows(
            "select recipient, subject, text, channel, state from message where merchant_id = $1 and trigger = $2 order by created_at, recipient",
            self.shop.merchant_id,
            trigger,
        )

    async def documents(self, trigger: str = "errand.requested") -> list[Any]:
        """What the merchant's own systems were told."""
        found = await self.shop.rows(
            "select body from message where merchant_id = $1 and trigger = $2 and channel = 'webhook' order by created_at, message_id",
            self.shop.merchant_id,
            trigger,
        )
        return [msgspec.json.decode(row["body"]) for row in found]
