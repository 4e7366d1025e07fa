"""One turn while it is taken: what is remembered, what was heard and understood, what has been said so far."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.conversations.handing.rules import Rules, Signals, should_hand_over
from doorstep.conversations.talks.book import Book, Talk
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Frame, Memory, Offer, Slots
from doorstep.domain.talking.told import OrderTold, ShopTold
from doorstep.domain.talking.turns import Did, Fact, Heard, Piece, Turned
from doorstep.domain.talking.understood import Understood

#: When a human takes over, where the merchant has not said otherwise.
HOUSE = Rules()
_replace = msgspec.structs.replace
#: Requests that may lie under the current one; the oldest is forgotten beyond that.
_MOST_FRAMES = 4


class Turn:
    """The working state of one turn; everything that lasts is in `memory`."""

    def __init__(
        self, heard: Heard, memory: Memory, *, book: Book, shop: ShopTold, read: Callable[[str], Understood], now: datetime, rules: Rules
    ) -> None:
        self.heard, self.memory, self.book, self.shop, self.now = heard, memory, book, shop, now
        self.rules = rules
        self.read = read
        self.understood = read(heard.text)
        self.pieces: list[Piece] = []
        self.offers: list[Offer] = []
        self.did: list[Did] = []
        self.handover: HandoverReason | None = None
        self.summary = ""
        self.unanswered = ""
        self.link = ""
        #: The turn ends with a question: nothing further is begun.
        self.asks = False
        self.answered = False
        self.talk_said = ""
        self.intent = ""
        self.confidence = 0.0
        #: The request that ended last in this turn.
        self.ended: Frame | None = None
        #: The orders of whoever asks, once they were read; None: not yet.
        self.orders: tuple[OrderTold, ...] | None = None
        self._whole: dict[str, OrderTold] = {}

    @property
    def today(self) -> date:
        """The day it is at the shop."""
        return self.now.astimezone(ZoneInfo(self.shop.zone)).date()

    @property
    def top(self) -> Frame | None:
        """The request that is going on."""
        return self.memory.frames[-1] if self.memory.frames else None

    @property
    def talk(self) -> Talk | None:
        """The definition of the request that is going on."""
        return self.book.talks.get(self.top.talk) if self.top else None

    def say(self, key: str, **facts: Fact) -> None:
        """Add a sentence."""
        self.pieces.append(Piece(key=key, facts=facts))

    def remember(self, **changes: object) -> None:
        """Change what lasts."""
        self.memory = _replace(self.memory, **changes)

    def begin(self, talk: Talk, intent: str, words: str, **given: object) -> None:
        """Begin a request; one of the same kind that is going on is begun anew."""
        frames = [one for one in self.memory.frames if one.talk != talk.slug]
        slots = msgspec.convert({**talk.sets, **given}, Slots, strict=False)
        frames.append(Frame(talk=talk.slug, intent=intent, slots=_replace(slots, words=words)))
        self.remember(frames=tuple(frames[-_MOST_FRAMES:]))

    def put(self, frame: Frame) -> None:
        """Put a changed frame in the place of the current one."""
        self.remember(frames=(*self.memory.frames[:-1], frame))

    def fill(self, **slots: object) -> Frame:
        """Fill slots of the current request; a confirmation that waits is void by it."""
        frame = self.memory.frames[-1]
        frame = _replace(frame, slots=_replace(frame.slots, **slots), asked="", times=0, token="", digest="", action="")
        self.put(frame)
        return frame

    def end(self) -> None:
        """End the current request."""
        frame = self.ended = self.memory.frames[-1]
        self.remember(frames=self.memory.frames[:-1], last_talk=frame.talk, last_order=frame.slots.order or self.memory.last_order)

    def ask(self, slot: str, offers: list[Offer] | None = None, **facts: Fact) -> None:
        """Ask for a slot of the current request, in other words where it was asked before."""
        frame = self.memory.frames[-1]
        times = frame.times + 1 if frame.asked == slot else 1
        self.put(_replace(frame, asked=slot, times=times))
        if times > 1:
            self.say("ask.again")
        self.say(f"ask.{slot}", **facts)
        self.offers = offers or []
        self.asks = True

    def hand_over(self, reason: HandoverReason, summary: str = "") -> None:
        """Have a human take over; what is going on ends for the machine."""
        self.handover, self.summary = reason, summary or self.summary
        self.asks = True
        self.offers = []
        self.remember(frames=(), waiting=(), unsure=0)

    def needs_human(self, signals: Signals) -> bool:
        """Hand over if the merchant's rules say so for what is known now."""
        reason = should_hand_over(signals, self.rules)
        if reason is not None:
            self.hand_over(reason)
        return reason is not None

    def kept(self, order: OrderTold) -> None:
        """Note an order that was read whole."""
        self._whole[order.known.external_id] = order

    def whole(self, order: str) -> OrderTold | None:
        """An order that was read whole in this turn."""
        return self._whole.get(order)

    def turned(self) -> Turned:
        """Close the turn."""
        memory = self.memory
        if self.offers:
            memory = _replace(memory, serial=memory.serial + 1)
        memory = _replace(memory, offered=tuple(self.offers), at=self.now)
        return Turned(
            pieces=tuple(self.pieces),
            offers=tuple(self.offers),
            link=self.link,
            memory=memory,
            talk=self.talk_said,
            intent=self.intent,
            confidence=self.confidence,
            did=tuple(self.did),
            handover=self.handover,
            summary=self.summary,
            unanswered=self.unanswered,
            answered=self.answered,
        )
