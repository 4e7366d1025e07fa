"""A reply, what was said to its sender lately → the message it answers, the choice made, the order it is about; never a guess."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.messages import Choice, Reply

#: "1", "1.", "#2", "(3)"; anything longer is a sentence.
_NUMBER = re.compile(r"[#(]?\s{0,3}([0-9]{1,2})\s{0,3}[.):!]?")
_EMAIL = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+\.[^\s<>()\[\]{},;:\"'.]+")
#: Runs of letters, digits and dashes that hold a digit: what an order's number may look like.
_ORDER = re.compile(r"#?[A-Za-z0-9][A-Za-z0-9-]*")
#: Order numbers that one text is searched for.
_MOST_NUMBERS = 8


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message of ours to the sender, the newest first."""

    message_id: str
    order_id: int | None
    at: datetime
    choices: tuple[Choice, ...] = ()


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply answers."""

    #: Our message; None: none is sure.
    message_id: str | None = None
    order_id: int | None = None
    #: `Choice.choice_id` of a choice that this message offers; "" none.
    choice: str = ""
    #: How, or why not; for the desk.
    how: str


def bind(reply: Reply, answered: Said | None, lately: Sequence[Said]) -> Bound:
    """Bind a reply to what was said.

    Args:
        reply: what came.
        answered: the message that the provider says it answers, and that went to this very sender; None: it says none.
        lately: what else went to the sender, newest first.
    """
    if answered is not None:
        choice = _chosen(reply, answered.choices)
        return Bound(message_id=answered.message_id, order_id=answered.order_id, choice=choice, how="it answers that message")
    offering = next((one for one in lately if one.choices), None)
    if offering is not None and (choice := _chosen(reply, offering.choices)):
        return Bound(
            message_id=offering.message_id, order_id=offering.order_id, choice=choice, how="a choice of the last message that offered any"
        )
    about = {one.order_id for one in lately if one.order_id is not None}
    if len(about) == 1:
        return Bound(order_id=about.pop(), how="the only order that was written about lately")
    return Bound(how="several orders were written about lately" if about else "nothing was written to this sender lately")


def _chosen(reply: Reply, choices: Sequence[Choice]) -> str:
    """Find the choice made: a button by its id, a number by its place, a text by its very words."""
    if reply.choice:
        return reply.choice if any(one.choice_id == reply.choice for one in choices) else ""
    if found := _NUMBER.fullmatch(reply.text.strip()):
        place = int(found[1])
        return choices[place - 1].choice_id if 1 <= place <= len(choices) else ""
    said = " ".join(reply.text.casefold().split())
    return next((one.choice_id for one in choices if said and said == " ".join(one.title.casefold().split())), "")


class Named(msgspec.Struct, frozen=True):
    """What somebody wrote when asked who they are."""

    #: Lower case; "" none.
    email: str
    #: What may be an order's number, as written.
    numbers: tuple[str, ...]


def named_in(text: str) -> Named:
    """Find an e-mail address and what may be order numbers in a text."""
    found = _EMAIL.search(text[:2000])
    rest = _EMAIL.sub(" ", text[:2000])
    numbers = [one for one in _ORDER.findall(rest) if any(sign.isdigit() for sign in one)]
    return Named(found[0].lower().rstrip(".") if found else "", tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS])
