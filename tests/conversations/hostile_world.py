"""A shop with two customers, and somebody who writes to it: what belongs to another may never be told, whatever is written."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import msgspec
from hostile_made import made
from talking_world import EMAIL, NOW, ORDERS, SHOP, World
from typing_extensions import override

from doorstep.conversations.talks import book_of, take_turn
from doorstep.conversations.talks.wishes import Commit, Do, Given, Identify, Judge, ListOrders, Prepare, ReadOrder, SendCode, Wish
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, MethodKind
from doorstep.domain.actions.known import KnownCustomer, KnownOrder, Method
from doorstep.domain.places import Address
from doorstep.domain.talking.memory import Memory, Shown
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.turns import Heard, Turned
from doorstep.domain.talking.understood import Understood
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.talk_saying import Spoken, spoken
from doorstep.steps.understanding import builtin_reader

_replace = msgspec.structs.replace
BRUNO = "bruno@example.com"
_BERLIN = Address(name="Bruno Keller", lines=("Lindenweg 8",), city="Berlin", postcode="10115", country="DE")
#: What may be said to nobody but Ana, and to nobody but Bruno.
OF_ANA = (*ORDERS, *(f"JD00{number}" for number in ORDERS), "Ana", "Ruiz", "Calle Mayor", EMAIL, "9212", "R-7K2M9Q")
OF_BRUNO = ("2001", "2002", "2003", "JD002001", "JD002002", "Bruno", "Keller", "Lindenweg", BRUNO, "4477")


def _brunos(number: str, like: str) -> KnownOrder:
    one = ORDERS[like]
    shipments = tuple(_replace(parcel, shipment_id=int(number), tracking_number=f"JD00{number}") for parcel in one.shipments)
    return _replace(
        one,
        order_id=int(number),
        external_id=f"o{number}",
        number=f"#{number}",
        email=BRUNO,
        ship_to=_BERLIN,
        shipments=shipments,
        cases=(),
    )


_BRUNOS = {number: _brunos(number, like) for number, like in (("2001", "1001"), ("2002", "1002"), ("2003", "1003"))}
_BRUNO = KnownCustomer(
    customer="c2",
    first_name="Bruno",
    last_name="Keller",
    email=BRUNO,
    address=_BERLIN,
    methods=(Method(method_id="card", kind=MethodKind.CARD, label="Mastercard ending 4477"),),
)


class Neighbours(World):
    """Ana's and Bruno's orders in one shop; whoever asks reaches their own only, under the real guards."""

    def __init__(self, asker: Asker) -> None:
        """Let somebody in."""
        super().__init__(*ORDERS, known=False)
        self.orders |= {one.external_id: one for one in _BRUNOS.values()}
        self.asker = asker
        self.anas = self.customer

    @override
    def _told(self, order: KnownOrder) -> OrderTold:
        self.customer = self.anas if order.email == EMAIL else _BRUNO
        return super()._told(order)

    @override
    def carry(self, wish: Wish) -> Given:
        """Carry a wish out for whoever asks."""
        everything = self.orders
        self.customer = self.anas if self.asker.email == EMAIL else _BRUNO
        match wish:
            case ListOrders():
                return tuple(self._told(one) for one in self.orders.values() if self.asker.email and one.email == self.asker.email)
            case ReadOrder():
                order = self.orders.get(wish.order)
                return self._told(order) if order is not None and self.asker.email and order.email == self.asker.email else None
            case Identify():
                for number in reversed(wish.told.numbers):
                    order = self.orders.get(f"o{number.lstrip('#')}")
                    if order is not None and order.email == wish.told.email:
                        self.asker = Asker(assurance=Assurance.KNOWLEDGE, email=order.email, channel="chat")
                        return Shown(assurance=int(Assurance.KNOWLEDGE), kind="email", value=order.email, at=NOW)
                return None
            case SendCode():
                self.codes_sent += 1
                return "handle"
            case Judge() | Prepare() | Do() | Commit():
                self.orders = {key: one for key, one in everything.items() if self.asker.email and one.email == self.asker.email}
                given = super().carry(wish)
                self.orders = everything | self.orders
                return given
            case _:
                return super().carry(wish)


class Where(msgspec.Struct, frozen=True):
    """A place in a talk in which something hostile is said."""

    name: str
    world: Neighbours
    memory: Memory
    channel: ChannelKind
    #: What may not be said here.
    foreign: tuple[str, ...]


@cache
def _reader(language: str) -> Callable[[str], Understood]:
    once = builtin_reader(SHOP, language, NOW)
    return cache(once)


def turn(
    world: Neighbours, memory: Memory, text: str, *, choice: str = "", channel: ChannelKind = ChannelKind.CHAT
) -> tuple[Turned, Spoken]:
    """Take one turn and write the answer."""
    heard = Heard(text=text, choice=choice, channel=channel)
    read = _reader(memory.language)
    turned = world.run(take_turn(heard, memory, book=book_of(), shop=SHOP, read=read, now=NOW + timedelta(seconds=30)))
    return turned, spoken(turned, book_of(), turned.memory.language, SHOP.zone, channel)


def _led(name: str, asker: Asker, foreign: tuple[str, ...], asked: str, *said: str, channel: ChannelKind = ChannelKind.CHAT) -> Where:
    """Lead a talk to where something is asked."""
    world, memory = Neighbours(asker), Memory(language="en")
    for text in said:
        turned, _ = turn(world, memory, text)
        memory = turned.memory
    assert (memory.frames[-1].asked if memory.frames else "") == asked, (name, memory.frames)
    assert world.done == []
    return Where(name, world, memory, channel, foreign)


@cache
def places() -> tuple[Where, ...]:
    """Give everybody who may write, at everything that may be asked just then."""
    nobody, link = Asker(channel="chat"), Asker(assurance=Assurance.LINK, email=EMAIL, channel="sms")
    bruno = Asker(assurance=Assurance.LOGIN, email=BRUNO, channel="chat")
    everybody = (*OF_ANA, *OF_BRUNO)
    sms, whatsapp, email = ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.EMAIL
    return (
        _led("a stranger", nobody, everybody, ""),
        _led("a stranger who is asked who they are", nobody, everybody, "identity", "where is my parcel?", channel=email),
        _led(
            "a stranger who is asked for a code",
            nobody,
            everybody,
            "code",
            "where is my parcel?",
            "somebody@example.net",
            "I don't have it",
        ),
        _led("Ana by her number", link, OF_BRUNO, "", channel=sms),
        _led("Ana, asked to confirm", link, OF_BRUNO, "confirm", "cancel order 1003", channel=whatsapp),
        _led("Bruno, logged in", bruno, OF_ANA, ""),
        _led("Bruno, asked to confirm", bruno, OF_ANA, "confirm", "cancel order 2003"),
        _led("Bruno, asked to confirm by SMS", bruno, OF_ANA, "confirm", "cancel order 2003", channel=sms),
        _led("Bruno, asked for an address", bruno, OF_ANA, "address", "change the delivery address of order 2003"),
    )


class Hostile(msgspec.Struct, frozen=True):
    """Something hostile that is said or sent."""

    family: str
    name: str
    text: str
    choice: str = ""
    #: A human has to have it at once.
    human: bool = False


@cache
def hostile() -> tuple[Hostile, ...]:
    """Give all of it: what is written down, and what is made."""
    return (*_written(), *(Hostile(family, name, text) for family, name, text in made()))


def _written() -> Iterator[Hostile]:
    families = tomllib.loads((Path(__file__).parent / "hostile.toml").read_text("utf-8"))
    for family, held in families.items():
        for text in held.get("said", ()):
            yield Hostile(family, text[:60], text, human=held.get("human", False))
        for choice in held.get("choice", ()):
            yield Hostile(family, choice[:60], "", choice)


def say(where: Where, one: Hostile) -> tuple[Neighbours, Turned, Spoken]:
    """Say it there; the place itself stays as it is."""
    world = copy.copy(where.world)
    world.orders, world.waiting, world.done = dict(world.orders), dict(world.waiting), []
    memory = where.memory
    turned, told = turn(world, memory, one.text, choice=one.choice, channel=where.channel)
    return world, turned, told
