"""A talk that is only tried: real records are read, guards judge, and nothing is done; a yes is answered as if it were, and said to be none."""

from datetime import datetime

import msgspec

from doorstep.conversations.talks import take_turn
from doorstep.conversations.talks.book import Book
from doorstep.conversations.talks.wishes import (
    CheckCode,
    Commit,
    Do,
    Done,
    Given,
    Identify,
    KeepPhotos,
    Prepare,
    Prepared,
    SendCode,
    Subscribe,
    Wish,
)
from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.actions.plans import CaseOpened
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.languages import language_of
from doorstep.domain.talking.memory import Memory, Shown, Told
from doorstep.domain.talking.turns import Did, Heard, Piece
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import NotFoundError
from doorstep.steps import act
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.identity import knows
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_finding import look_up
from doorstep.steps.talk_saying import Spoken, spoken, tag_of
from doorstep.steps.talk_world import TalkWorld, carried, typed_by
from doorstep.steps.teaching import model_of
from doorstep.steps.understanding import reader
from doorstep.store.database import Database, Tx, read_only
from doorstep.store.sealing import Sealer

_replace = msgspec.structs.replace
_ACTION: msgspec.json.Decoder[BusinessAction] = msgspec.json.Decoder(BusinessAction)
#: Turns that a tried talk shows; older ones are forgotten, what is remembered of them is not.
MOST_TURNS = 20
_PURPOSE = "tried talk"


class TriedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn, with why it came out so."""

    said: str
    #: What was pressed; "" nothing.
    pressed: str = ""
    #: What the request before was waiting for; "" nothing.
    awaited: str = ""
    understood: Understood
    answer: Spoken
    #: Slug of the talk that answered; "" none.
    talk: str = ""
    intent: str = ""
    confidence: float = 0.0
    did: tuple[Did, ...] = ()
    handover: str = ""
    summary: str = ""
    #: What would have been done outside of the talk.
    would: tuple[str, ...] = ()


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A talk as far as it is."""

    #: The address of whom it is tried as; "" nobody.
    email: str = ""
    channel: ChannelKind = ChannelKind.CHAT
    asker: Asker
    memory: Memory = Memory()
    turns: tuple[TriedTurn, ...] = ()

    @property
    def offered(self) -> dict[str, str]:
        """What can be pressed now: id → title."""
        return {one.choice_id: one.title for one in self.turns[-1].answer.choices} if self.turns else {}


_TRIED = msgspec.json.Decoder(Tried)


def begun(email: str, channel: ChannelKind) -> Tried:
    """Begin a talk as whoever has this address, as sure as a log-in; "" as nobody."""
    address = email.strip().casefold()
    asker = Asker(assurance=Assurance.LOGIN if address else Assurance.NONE, email=address, channel=str(channel))
    return Tried(email=address, channel=channel, asker=asker)


def sealed(tried: Tried, sealer: Sealer, merchant_id: int) -> str:
    """Write a talk so that a form can hold it: nobody reads or changes it there, and no other merchant can go on with it."""
    return sealer.token(_PURPOSE, str(merchant_id), msgspec.json.encode(tried).decode())


def opened(token: str, sealer: Sealer, merchant_id: int) -> Tried:
    """Read what `sealed` wrote.

    Raises:
        NotFoundError: it is none of this merchant's, or of another release.
    """
    parts = sealer.read_token(token)
    if len(parts) != 3 or parts[:2] != (_PURPOSE, str(merchant_id)):  # noqa: PLR2004 - as written above
        raise NotFoundError("this talk is not one of yours; begin anew")
    try:
        return _TRIED.decode(parts[2])
    except msgspec.DecodeError as error:
        raise NotFoundError("this talk was begun in another release; begin anew") from error


async def try_turn(
    database: Database, directory: Directory, tenant: Tenant, book: Book, tried: Tried, text: str, choice: str, now: datetime
) -> Tried:
    """Take one turn with a book that need not be live; the database itself refuses to write."""
    shop, locale = shop_told(tenant), tenant.brand.default_locale
    memory = tried.memory if tried.memory.language else _replace(tried.memory, language=language_of(locale))
    pressed = choice or _numbered(tried, text)
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        await read_only(tx)
        read = reader(await model_of(tx, tenant), shop, memory.language, now)
        world = DryWorld(database, tx, directory, tenant, asker=tried.asker, channel=tried.channel, language=memory.language, now=now)
        heard = Heard(text=text or tried.offered.get(pressed, ""), choice=pressed, channel=tried.channel)
        flow = take_turn(heard, memory, book=book, shop=shop, read=read, now=now, rules=tenant.handing.rules)
        turned = await carried(flow, world.carry)
    pieces = (*turned.pieces, Piece(key="say.handed_over")) if turned.handover is not None else turned.pieces
    answer = spoken(_replace(turned, pieces=pieces), book, tag_of(turned.memory.language, locale), shop.zone, tried.channel)
    done = TriedTurn(
        said=heard.text,
        pressed=tried.offered.get(pressed, ""),
        awaited=memory.frames[-1].asked if memory.frames else "",
        understood=read(heard.text),
        answer=answer,
        talk=turned.talk,
        intent=turned.intent,
        confidence=turned.confidence,
        did=turned.did,
        handover=turned.handover or "",
        summary=turned.summary,
        would=tuple(world.would),
    )
    return _replace(tried, asker=world.asker, memory=turned.memory, turns=(*tried.turns, done)[-MOST_TURNS:])


def _numbered(tried: Tried, text: str) -> str:
    """A number answers what was offered, as it does on channels without buttons."""
    number, offered = text.strip().strip("#().:"), list(tried.offered)
    place = int(number) if number.isdecimal() and len(number) <= 2 else 0  # noqa: PLR2004 - two digits
    return offered[place - 1] if 0 < place <= len(offered) else ""


class DryWorld:
    """A world that reads like the real one, and only notes what it would do."""

    def __init__(
        self,
        database: Database,
        tx: Tx,
        directory: Directory,
        tenant: Tenant,
        *,
        asker: Asker,
        channel: ChannelKind,
        language: str,
        now: datetime,
    ) -> None:
        self._tx, self._tenant, self._now = tx, tenant, now
        find = look_up(database, tenant, now)
        self._real = TalkWorld(
            database, tx, directory, tenant, asker=asker, channel=channel, address="", language=language, now=now, find=find
        )
        #: What would have been done, a few words each.
        self.would: list[str] = []

    @property
    def asker(self) -> Asker:
        """Whoever asks, as sure as it was shown."""
        return self._real.asker

    async def carry(self, wish: Wish) -> Given:
        """Carry a wish out as far as it only reads; what would do something is noted."""
        match wish:
            case Prepare():
                plan = await act.planned(self._tx, self._tenant, self.asker, wish.action, self._now)
                return plan if isinstance(plan, Refusal) else Prepared(plan=plan, token=msgspec.json.encode(wish.action).decode())
            case Commit():
                return await self._done(_action(wish.token))
            case Do():
                return await self._done(wish.action)
            case Identify():
                return await self._identify(wish.told)
            case SendCode():
                self.would.append("send a one-time code; here any six digits count")
                return f"try {wish.told.email}"
            case CheckCode():
                return self._check_code(wish)
            case KeepPhotos():
                return ()
            case Subscribe():
                self.would.append("let offers come" if wish.wanted else "stop offers")
                return True
            case _:
                return await self._real.carry(wish)

    async def _done(self, action: BusinessAction | None) -> Done | Refusal:
        if action is None:
            return Refusal(code=RefusalCode.NOT_CONFIRMED)
        plan = await act.planned(self._tx, self._tenant, self.asker, action, self._now)
        if isinstance(plan, Refusal):
            return plan
        self.would.append(action.kind.value.replace("_", " "))
        opened_ = any(isinstance(one, CaseOpened) for one in plan.changes)
        return Done(plan=plan, waits=bool(plan.concerns) and opened_)

    async def _identify(self, told: Told) -> Shown | None:
        """Judge what was told; nothing is counted, since whoever tries may read every order anyway."""
        for typed in typed_by(told, self._tenant):
            proof = await knows(self._tx, self._tenant, typed, self._now)
            if proof is not None:
                return await self._real.show(proof)
        return None

    def _check_code(self, wish: CheckCode) -> Shown | None:
        email = wish.handle.removeprefix("try ").casefold() or self.asker.email
        if not (email or self.asker.phone or self.asker.orders):
            return None
        self._real.asker = _replace(self.asker, assurance=Assurance.CODE, email=email)
        return Shown(assurance=int(Assurance.CODE), kind="email", value=email, at=self._now)


def _action(token: str) -> BusinessAction | None:
    try:
        return _ACTION.decode(token)
    except msgspec.DecodeError:
        return None
