"""A talk without a channel: somebody at a terminal says who they are, and each line is one turn with the real records behind it."""

from datetime import datetime

import msgspec

from doorstep.conversations.talks import take_turn
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.languages import language_of
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Heard, Piece, Turned
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_finding import look_up
from doorstep.steps.talk_saying import Spoken, spoken, tag_of
from doorstep.steps.talk_world import TalkWorld
from doorstep.steps.teaching import model_of
from doorstep.steps.understanding import reader
from doorstep.store.database import Database

_replace = msgspec.structs.replace


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One turn at the terminal."""

    understood: Understood
    turned: Turned
    spoken: Spoken


class Session:
    """One talk at a terminal; what it remembers is gone with it, what it does is done."""

    def __init__(self, database: Database, directory: Directory, tenant: Tenant, *, email: str, channel: ChannelKind) -> None:
        """Begin a talk as whoever has this address, as sure as a log-in; "" as nobody."""
        self._database, self._directory, self._tenant, self._channel = database, directory, tenant, channel
        address = email.strip().casefold()
        self._asker = Asker(assurance=Assurance.LOGIN if address else Assurance.NONE, email=address, channel=str(channel))
        self._address = address or "terminal"
        self._memory = Memory()
        self.human = False

    async def turn(self, text: str, choice: str, now: datetime) -> Line:
        """Take one turn. A number answers what was offered, as it does on channels without buttons."""
        tenant, shop = self._tenant, shop_told(self._tenant)
        locale = tenant.brand.default_locale
        memory = self._memory if self._memory.language else _replace(self._memory, language=language_of(locale))
        async with self._database.for_merchant(tenant.merchant.merchant_id) as tx:
            read = reader(await model_of(tx, tenant), shop, memory.language, now)
            world = TalkWorld(
                self._database,
                tx,
                self._directory,
                tenant,
                asker=self._asker,
                channel=self._channel,
                address=self._address,
                language=memory.language,
                now=now,
                find=look_up(self._database, tenant, now),
            )
            heard = Heard(text=text, choice=choice or self._numbered(text), channel=self._channel)
            turned = await world.run(take_turn(heard, memory, book=tenant.book, shop=shop, read=read, now=now, rules=tenant.handing.rules))
            self._asker, self._memory = world.asker, turned.memory
        self.human = turned.handover is not None
        if self.human:
            turned = _replace(turned, pieces=(*turned.pieces, Piece(key="say.handed_over")))
        answer = spoken(turned, tenant.book, tag_of(turned.memory.language, locale), shop.zone, self._channel)
        self._choices = [one.choice_id for one in answer.choices]
        return Line(understood=read(text), turned=turned, spoken=answer)

    _choices: list[str] = []  # noqa: RUF012 - replaced by each turn

    def _numbered(self, text: str) -> str:
        number = text.strip().strip("#().:")
        place = int(number) if number.isdecimal() and len(number) <= 2 else 0  # noqa: PLR2004 - two digits
        return self._choices[place - 1] if 0 < place <= len(self._choices) else ""
