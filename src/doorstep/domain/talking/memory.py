"""What a talk remembers between two turns: what is going on, what is known for it, what was asked and offered."""

from datetime import date, datetime

import msgspec

from doorstep.domain.actions.arguments import Swap, Units
from doorstep.domain.actions.kinds import ClaimKind, Remedy
from doorstep.domain.places import Address


class Slots(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was told for one request; each is empty until it is told or found."""

    #: The shop's id of the order.
    order: str = ""
    #: Tracking number.
    shipment: str = ""
    units: tuple[Units, ...] = ()
    swaps: tuple[Swap, ...] = ()
    on: date | None = None
    until: date | None = None
    #: "HH:MM-HH:MM".
    window: str = ""
    address: Address | None = None
    point: str = ""
    place: str = ""
    there: bool | None = None
    ready: bool | None = None
    #: `Method.method_id`.
    method: str = ""
    reason: str = ""
    remedy: Remedy | None = None
    #: How it goes back: "label", "qr", "pickup", "drop_off".
    way: str = ""
    claim: ClaimKind | None = None
    #: Our id of a case.
    case: int = 0
    comment: str = ""
    #: Steps that the customer says are done.
    done: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    made_out_to: str = ""
    #: The customer's words about the things it is about, until the order is known.
    words: str = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that can be chosen: what it means and how it reads."""

    #: What is chosen: a slot's value as text, "yes", "no", "talk.<slug>", …
    value: str
    #: Key of its title among the words, or "" where `title` is the title itself.
    key: str = ""
    title: str = ""
    #: A second line.
    about: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request that is going on."""

    #: Slug of the talk's definition.
    talk: str
    intent: str = ""
    slots: Slots = Slots()
    #: What was asked last: a slot, "confirm", "identity", "code"; "" nothing.
    asked: str = ""
    #: How often that was asked in a row.
    times: int = 0
    #: The confirmation that waits for a yes, and what it is of.
    token: str = ""
    action: str = ""
    digest: str = ""
    #: Handle of the one-time code that was sent.
    handle: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer told of who they are and which order it is, as typed."""

    numbers: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    name: str = ""
    postcode: str = ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request that was made and waits for its turn."""

    intent: str
    #: The customer's words for it.
    text: str = ""
    #: The shop's id of the order it is about; "" not known yet.
    order: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was shown of who asks: see `steps.identity.Proof`."""

    assurance: int
    kind: str
    value: str
    order_ids: tuple[int, ...] = ()
    at: datetime


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a conversation remembers between two turns."""

    #: ISO 639-1 in which the customer writes; "" not told yet.
    language: str = ""
    #: Requests that are going on, the current one last: the others were left for it and are taken up again.
    frames: tuple[Frame, ...] = ()
    #: Requests that were made together with others and come afterwards.
    waiting: tuple[Wanted, ...] = ()
    told: Told = Told()
    shown: Shown | None = None
    #: What the last answer offered, in order.
    offered: tuple[Offer, ...] = ()
    #: Counts the answers that offered something: an old menu's choice names an older one.
    serial: int = 0
    #: Turns in a row that were not understood.
    unsure: int = 0
    #: What was said before a question back; "" nothing is unclear.
    unclear: str = ""
    #: Tries to show who asks that failed.
    strange: int = 0
    #: The subject that was answered last: talk and order.
    last_talk: str = ""
    last_order: str = ""
    #: What was answered in this talk: talk and order, for what is asked again.
    answered: tuple[str, ...] = ()
    #: The customer was angry so often.
    anger: int = 0
    #: Aware UTC of the last turn.
    at: datetime | None = None
