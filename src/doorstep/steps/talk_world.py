"""What a talk wishes for → carried out in the talk's own transaction, as whoever asks and never as more; see `conversations.talks.wishes`."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

import msgspec

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
    T,
    TimesAsked,
    Wish,
)
from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.plans import CaseOpened
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.messages import Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.talking.memory import Shown, Told
from doorstep.domain.talking.told import OrderTold, QuoteTold
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps import act, photos
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.guessing import Act as Trying
from doorstep.steps.guessing import Tried, note_wrong, take_try
from doorstep.steps.identity import Proof, asker_of, check_code, knows, read_told, send_code
from doorstep.steps.identity import Told as Typed
from doorstep.steps.known import wanted_variants
from doorstep.steps.photos import MOST_PHOTOS
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_told import Listed, Whole, order_told, orders_told
from doorstep.store import orders, recipients, reply_files, turns
from doorstep.store.database import Database, Tx

#: A question and its language → the shop's own words; None: it has none.
Find = Callable[[str, str], Awaitable[QuoteTold | None]]
_replace = msgspec.structs.replace


class TalkWorld:
    """One conversation's world for one turn."""

    def __init__(  # noqa: PLR0913 - what a turn reaches
        self,
        database: Database,
        tx: Tx,
        directory: Directory,
        tenant: Tenant,
        *,
        asker: Asker,
        channel: ChannelKind,
        address: str,
        language: str,
        now: datetime,
        conversation_id: int = 0,
        reply_id: int = 0,
        begun: bool = True,
        find: Find | None = None,
    ) -> None:
        self._database, self._tx, self._directory, self._tenant, self._now = database, tx, directory, tenant, now
        #: Whoever asks, as sure as it is shown; what is shown in the turn makes it surer.
        self.asker = asker
        self._base = asker
        self._channel, self._address = channel, address
        self.language = language
        self._find = find
        #: Our ids of the orders that were read in this turn, and of their parcels by order and tracking number.
        self._ids: dict[str, int] = {}
        self.parcels: dict[tuple[int, str], int] = {}
        #: The asker's orders as they were read in this turn, until something is written.
        self._listed: dict[str, Listed] = {}
        self._wholes: dict[str, Whole] = {}
        self._merchant_id = tenant.merchant.merchant_id
        #: 0: the talk is on no channel, and nothing of it is kept.
        self._conversation_id, self._reply_id = conversation_id, reply_id
        #: Whether anything was ever answered in the conversation.
        self._begun = begun

    async def run(self, flow: Flow[T]) -> T:
        """Carry out what a talk wishes for until it is done."""
        return await carried(flow, self.carry)

    async def carry(self, wish: Wish) -> Given:  # noqa: C901, PLR0911 - one line for each wish
        """Carry out one wish; return what came of it."""
        match wish:
            case ListOrders():
                listed = await orders_told(self._tx, self._directory, self._tenant, self.asker, self._now)
                self._listed = {one.told.known.external_id: one for one in listed}
                for one in listed:
                    self._read(one.told)
                return tuple(one.told for one in listed)
            case ReadOrder():
                return await self._whole(wish.order)
            case Identify():
                return await self._identify(wish.told)
            case SendCode():
                return await self._send_code(wish)
            case CheckCode():
                return await self._check_code(wish)
            case Judge():
                return await self._judge(wish.action)
            case Prepare():
                made = await act.prepare(self._tx, self._tenant, self.asker, wish.action, self._now)
                return made if isinstance(made, Refusal) else Prepared(plan=made.plan, token=made.token)
            case Commit():
                return await self._done(await act.commit(self._tx, self._directory, self._tenant, self.asker, wish.token, self._now))
            case Do():
                return await self._done(await act.do(self._tx, self._directory, self._tenant, self.asker, wish.action, self._now))
            case Search():
                return await self._find(wish.question, wish.language) if self._find else None
            case KeepPhotos():
                return await self._photos(wish.order)
            case TimesAsked():
                return await self._times_asked(wish)
            case Subscribe():
                return await self._subscribe(wanted=wish.wanted)

    def order_id_of(self, order: str) -> int | None:
        """Our id of one of the orders that were read in this turn, by the shop's; None: it was not."""
        return self._ids.get(order)

    async def _whole(self, order: str) -> OrderTold | None:
        listed = self._listed.get(order)
        whole = await order_told(self._tx, self._directory, self._tenant, self.asker, order, self.language, self._now, listed=listed)
        if whole is None:
            return None
        self._wholes[order] = whole
        self._read(whole.told)
        return whole.told

    def _read(self, told: OrderTold) -> None:
        order_id = told.known.order_id
        self._ids[told.known.external_id] = order_id
        self.parcels |= {(order_id, parcel.tracking_number): parcel.shipment_id for parcel in told.parcels}

    async def _times_asked(self, wish: TimesAsked) -> int:
        if not self._begun:
            return 0
        since = self._now - timedelta(days=wish.days)
        return await turns.times(self._tx, self._merchant_id, self._conversation_id, wish.intent, since)

    async def _judge(self, action: BusinessAction) -> Refusal | None:
        whole = None if wanted_variants(action) else self._wholes.get(getattr(action, "order", ""))
        return await act.judged(self._tx, self._tenant, self.asker, action, self._now, whole.found if whole else None)

    async def _done(self, outcome: act.Done | Refusal) -> Done | Refusal:
        self._listed, self._wholes = {}, {}
        if isinstance(outcome, Refusal):
            return outcome
        case = outcome.case
        url = ""
        if case is not None:
            key = (self._tenant.merchant.merchant_id, case.case.order_id)
            kept = (await orders.read(self._tx, [key])).get(key)
            url = f"{self._directory.base_url}/o/{kept.token}/cases/{case.case_id}" if kept else ""
        opened = any(isinstance(one, CaseOpened) for one in outcome.plan.changes)
        return Done(
            plan=outcome.plan,
            case_id=case.case_id if case else 0,
            rma=case.case.rma if case else "",
            waits=bool(outcome.plan.concerns) and opened,
            page_url=url,
        )

    async def _photos(self, order: str) -> tuple[str, ...]:
        """Keep the files that came as photos of an order, as far as they are some."""
        whole = await order_told(self._tx, self._directory, self._tenant, self.asker, order, self.language, self._now)
        if whole is None or not self._reply_id:
            return ()
        rows = await reply_files.of(self._tx, self._merchant_id, [self._reply_id])
        files = [await reply_files.one(self._tx, self._merchant_id, self._reply_id, row["position"]) for row in rows[:MOST_PHOTOS]]
        sent = [bytes(one["content"]) for one in files if one is not None and one["content"]]
        kept = await photos.take(
            self._database, self._merchant_id, whole.told.known.order_id, sent, f"{self._channel} {self._address}", self._now
        )
        return kept.photos

    async def _identify(self, told: Told) -> Shown | None:
        """Judge what was told, within the limits that hold for pages, too; the newest number first."""
        for typed in typed_by(told, self._tenant):
            tried = Tried(order=typed.number, person=typed.person, person_hint=typed.hint)
            if await take_try(self._database, self._directory, self._tenant, Trying.FIND, tried, self._now):
                return None
            proof = await knows(self._tx, self._tenant, typed, self._now)
            if proof is not None:
                return await self.show(proof)
            await note_wrong(self._database, self._directory, self._tenant, Trying.FIND, self._now)
        return None

    async def _send_code(self, wish: SendCode) -> str:
        typed = read_told(
            "", wish.told.email, wish.told.phone, wish.told.name, wish.told.postcode, country=shop_told(self._tenant).country or None
        )
        if wish.order:
            whole = await order_told(self._tx, self._directory, self._tenant, self.asker, wish.order, self.language, self._now)
            typed = Typed(order_id=whole.told.known.order_id if whole else 0)
        tried = Tried(person=typed.person, person_hint=typed.hint)
        if not typed.person or await take_try(self._database, self._directory, self._tenant, Trying.CODE, tried, self._now):
            return ""
        sent = await send_code(self._tx, self._directory, self._tenant, typed, self._now, locale=self.language)
        return sent.handle if sent else ""

    async def _check_code(self, wish: CheckCode) -> Shown | None:
        tried = Tried(person=f"talk {self._channel} {self._address}", person_hint=str(self._channel))
        if await take_try(self._database, self._directory, self._tenant, Trying.TYPE, tried, self._now):
            return None
        merchant_id = self._tenant.merchant.merchant_id
        async with self._database.for_merchant(merchant_id) as tx:  # a try counts, whatever becomes of the turn
            proof = await check_code(tx, self._directory.sealer, merchant_id, wish.handle, wish.digits, self._now)
        if proof is None:
            await note_wrong(self._database, self._directory, self._tenant, Trying.TYPE, self._now)
            return None
        return await self.show(proof)

    async def show(self, proof: Proof) -> Shown | None:
        """Let what was shown count from now on."""
        asker = await asker_of(self._tx, self._tenant.merchant.merchant_id, proof, channel=str(self._channel))
        if asker is None:
            return None
        self.asker = joined(self._base, asker)
        self._listed, self._wholes = {}, {}
        return Shown(assurance=int(proof.assurance), kind=proof.kind, value=proof.value, order_ids=proof.order_ids, at=proof.at)

    async def _subscribe(self, *, wanted: bool) -> bool:
        """Let offers come or end for the address that wrote; a mail's sender must have been shown to be theirs."""
        address = self._address if self._channel is not ChannelKind.CHAT else self.asker.email
        if self._channel is ChannelKind.EMAIL and not self.asker.email:
            return False
        if not address:
            return False
        merchant_id, channel = self._tenant.merchant.merchant_id, self._channel
        if channel is ChannelKind.CHAT:
            channel = ChannelKind.EMAIL
        said = Consent(purpose=Purpose.MARKETING, channel=channel, granted=wanted, source="talk", at=self._now)
        await recipients.consent(self._tx, [(merchant_id, address, said)])
        if wanted:
            await recipients.release(self._tx, merchant_id, channel, address, ("unsubscribed",))
        else:
            kept = Suppression(channel=channel, address=address, purpose=Purpose.MARKETING, reason="unsubscribed", at=self._now)
            await recipients.suppress(self._tx, merchant_id, kept)
        return True


async def carried(flow: Flow[T], carry: Callable[[Wish], Awaitable[Given]]) -> T:
    """Run a talk: each wish is carried out and sent back, until it ends."""
    given: Given = None
    while True:
        try:
            wish = flow.send(given)
        except StopIteration as ended:
            result: T = ended.value
            return result
        given = await carry(wish)


def typed_by(told: Told, tenant: Tenant) -> Iterator[Typed]:
    """What somebody told of themselves, as identity reads it; the newest number first."""
    country = shop_told(tenant).country or None
    for number in list(reversed(told.numbers)) or [""]:
        yield read_told(number, told.email, told.phone, told.name, told.postcode, country=country)


def joined(base: Asker, shown: Asker) -> Asker:
    """Add what was shown to what the channel itself shows; the surer counts."""
    return _replace(
        shown,
        assurance=max(base.assurance, shown.assurance),
        email=shown.email or base.email,
        phone=shown.phone or base.phone,
        orders=tuple(dict.fromkeys((*base.orders, *shown.orders))),
        channel=base.channel,
    )
