"""A reply → the message and the order it is about and the customer who wrote it, as far as that is sure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from doorstep.conversations.binding import Bound, Said, bind, named_in
from doorstep.domain.messages import Reply
from doorstep.domain.people import Identity, IdentityKind, identity_kind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import conversations, orders, people, receipts
from doorstep.store.conversations import Conversation
from doorstep.store.database import Row, Tx
from doorstep.store.extras import extras_of
from doorstep.store.message_lists import to_whom
from doorstep.store.orders import KeptOrder

#: What was said to somebody this long ago may still be what they answer.
_LATELY = timedelta(days=14)
#: An answer to "which order is this?" is understood as one for so long.
_ANSWERS_WITHIN = timedelta(days=3)
#: So many texts after our question are read as an answer to it; whoever needs more is helped by a person.
_MOST_TRIES = 5
#: Orders of one address that are looked at.
_MOST_ORDERS = 20


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply is bound to."""

    bound: Bound
    customer_id: int | None
    #: The conversation's order after this reply: this reply's, else the one it was about before.
    order_id: int | None
    #: Only now was it found out who this is, because they said so.
    said_who: bool = False
    #: It answers a message that went to somebody else.
    strange: bool = False


def sender_of(reply: Reply) -> str:
    """Write a sender as addresses are kept: e-mail in lower case."""
    return reply.sender.strip().lower() if reply.channel is ChannelKind.EMAIL else reply.sender.strip()


async def whose(tx: Tx, merchant_id: int, talk: Conversation, reply: Reply, now: datetime) -> Whose:
    """Find out what a reply answers and who wrote it; what is learnt about the person is written down."""
    sender = sender_of(reply)
    answered, strange = await _answered(tx, merchant_id, reply, sender)
    lately = [_said(row) for row in await conversations.lately(tx, merchant_id, reply.channel, sender, now - _LATELY)]
    bound = bind(reply, answered, lately)
    if strange and bound.message_id is None:
        bound = msgspec.structs.replace(bound, how="it answers a message that went to another address")
    known = await _customer(tx, merchant_id, talk, reply, sender, bound, now)
    order_id, said_who = bound.order_id, False
    if order_id is None and not strange:
        order_id = talk.order_id
    if order_id is None and known is None and await _may_guess(tx, merchant_id, talk, now):
        kept = await _named(tx, merchant_id, reply.text)
        if kept is not None:
            order_id, said_who = kept.order_id, True
            known = await learn(tx, merchant_id, None, kept, reply, sender, "order number and e-mail", now)
            bound = Bound(order_id=order_id, how="they named the order's number and its e-mail address")
    return Whose(bound=bound, customer_id=known, order_id=order_id, said_who=said_who, strange=strange)


async def _answered(tx: Tx, merchant_id: int, reply: Reply, sender: str) -> tuple[Said | None, bool]:
    """Find the message that the provider says it answers; (None, True): it went to somebody else, and is not theirs to speak of."""
    named = [found for found in [receipts.uuid_of(reply.message_id)] if found]
    named += [found for one in reply.answers[:5] if (found := await _by_answer(tx, merchant_id, one)) is not None]
    for message_id in named:
        row = await to_whom(tx, merchant_id, message_id)
        if row is not None and row["recipient"].lower() == sender.lower() and row["channel"] in {reply.channel, ChannelKind.CONSOLE}:
            return _said(row), False
    return None, bool(named)


async def _by_answer(tx: Tx, merchant_id: int, answer: str) -> UUID | None:
    ours = receipts.uuid_of(answer.strip("<>").partition("@")[0])
    return ours or await receipts.by_provider(tx, merchant_id, answer)


def _said(row: Row) -> Said:
    return Said(message_id=str(row["message_id"]), order_id=row["order_id"], at=row["created_at"], choices=extras_of(row["extras"]).choices)


async def _customer(tx: Tx, merchant_id: int, talk: Conversation, reply: Reply, sender: str, bound: Bound, now: datetime) -> int | None:
    """Tell whose the sender's address is, by what was shown before, else by the order it is about, else by all orders of that address."""
    kind = identity_kind(reply.channel, sender)
    if kind is None or not _shows(reply, bound):
        return talk.customer_id
    vouched = [(IdentityKind(name), value) for name, value in reply.also if name in set(IdentityKind)]
    found = await people.whose(tx, merchant_id, [(kind, sender), *vouched])
    owners = {customer_id for customer_id, verified in found.values() if verified}
    if len(owners) > 1:
        return None  # the provider joins what stands apart here: somebody has to look, and may merge the two
    kept = await _order_of(tx, merchant_id, kind, sender, bound)
    if not owners and kept is None:
        return None
    how = "answered a message to it" if bound.message_id else "wrote from it"
    return await learn(tx, merchant_id, owners.pop() if owners else None, kept, reply, sender, how, now)


def _shows(reply: Reply, bound: Bound) -> bool:
    """Say whether it is shown that the sender owns the address: anybody can write any name on a mail, but only its owner got ours."""
    return reply.channel is not ChannelKind.EMAIL or bound.message_id is not None


async def _order_of(tx: Tx, merchant_id: int, kind: IdentityKind, sender: str, bound: Bound) -> KeptOrder | None:
    """Find an order that tells who this is: the one written about, else one of the address, if all of them are one person's."""
    if bound.order_id is not None:
        return (await orders.read(tx, [(merchant_id, bound.order_id)])).get((merchant_id, bound.order_id))
    if kind not in {IdentityKind.EMAIL, IdentityKind.PHONE}:
        return None
    theirs = await orders.of_contact(tx, merchant_id, kind, sender, _MOST_ORDERS)
    return theirs[0] if theirs and _one_person(theirs) else None


def _one_person(theirs: Sequence[KeptOrder]) -> bool:
    """Say whether orders of one address are one person's: a number or a mailbox may be a family's."""
    mails = {k.order.customer.email for k in theirs if k.order.customer.email}
    phones = {k.order.customer.phone for k in theirs if k.order.customer.phone}
    return len(mails) <= 1 or len(phones) <= 1


async def learn(
    tx: Tx, merchant_id: int, customer_id: int | None, kept: KeptOrder | None, reply: Reply, sender: str, how: str, now: datetime
) -> int:
    """Note that a customer (a new one for None) showed the sender's address to be theirs.

    What their order names besides is only said: it is noted where nobody else has it, and whoever shows it to be theirs takes it over.
    An order alone never joins two addresses: anybody may order in another's name.
    """
    names = []
    own = identity_kind(reply.channel, sender)
    if own is not None:
        names.append(Identity(kind=own, value=sender, source="reply", first_at=now, verified_at=now, verified_how=how))
    for name, value in reply.also:
        if name in set(IdentityKind):
            kind, vouched = IdentityKind(name), "the provider says so"
            names.append(Identity(kind=kind, value=value, source="provider", first_at=now, verified_at=now, verified_how=vouched))
    if kept is not None:
        customer = kept.order.customer
        for kind, said in ((IdentityKind.EMAIL, customer.email), (IdentityKind.PHONE, customer.phone)):
            if said:
                names.append(Identity(kind=kind, value=said, source="order", first_at=now))
    return await people.learn(tx, merchant_id, customer_id, names, now)


async def _may_guess(tx: Tx, merchant_id: int, talk: Conversation, now: datetime) -> bool:
    """Say whether a text may still be the answer to our question: asked lately, and not tried often; a number is soon guessed."""
    if talk.asked_at is None or now - talk.asked_at >= _ANSWERS_WITHIN:
        return False
    return await conversations.came_since(tx, merchant_id, talk.conversation_id, talk.asked_at, _MOST_TRIES) < _MOST_TRIES


async def _named(tx: Tx, merchant_id: int, text: str) -> KeptOrder | None:
    """Find the order whose number and e-mail address somebody names; both, or nothing."""
    said = named_in(text)
    if not said.email:
        return None
    for number in said.numbers:
        if (kept := await orders.look_up(tx, merchant_id, number, said.email)) is not None:
            return kept
    return None
