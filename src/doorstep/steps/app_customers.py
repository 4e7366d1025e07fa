"""A customer whom the shop's server vouches for → the identities of a person; what the app tells of a message → receipts."""

from datetime import datetime
from uuid import UUID

from doorstep.channels.in_app.tokens import AppCustomer
from doorstep.domain.messages import Receipt
from doorstep.domain.people import Identity, IdentityKind
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import NotFoundError
from doorstep.steps.confirm import follow_up
from doorstep.store import message_lists, people, receipts
from doorstep.store.database import Row, Tx

_HOW = "signed by the shop"


async def meet(tx: Tx, merchant_id: int, customer: AppCustomer, now: datetime) -> int | None:
    """Learn the names that the shop's server vouches for; return whose they are.

    None: its names were shown to be different people's before; somebody has to look, and may merge them.
    """
    names = [(IdentityKind.APP, customer.customer_id)]
    names += [(IdentityKind.EMAIL, customer.email)] if customer.email else []
    names += [(IdentityKind.PHONE, customer.phone)] if customer.phone else []
    found = await people.whose(tx, merchant_id, names)
    owners = {customer_id for customer_id, verified in found.values() if verified}
    if len(owners) > 1:
        return None
    if owners and all(found.get(name, (0, False))[1] for name in names):
        return owners.pop()
    shown = [Identity(kind=kind, value=value, source="app", first_at=now, verified_at=now, verified_how=_HOW) for kind, value in names]
    return await people.learn(tx, merchant_id, owners.pop() if owners else None, shown, now)


async def own_message(tx: Tx, merchant_id: int, customer_id: str, message_id: UUID) -> Row:
    """Find a message that went to this customer's app.

    Raises:
        NotFoundError: it is none of theirs.
    """
    row = await message_lists.to_whom(tx, merchant_id, message_id)
    if row is None or row["channel"] != ChannelKind.INAPP or row["recipient"] != customer_id:
        raise NotFoundError("there is no such message")
    return row


async def arrived(tx: Tx, merchant_id: int, customer_id: str, message_id: UUID, state: MessageState, now: datetime) -> None:
    """Note that the app has a message (`REACHED`), or that the customer read it (`READ`); said twice it changes nothing.

    Raises:
        NotFoundError: the message is none of theirs.
    """
    await own_message(tx, merchant_id, customer_id, message_id)
    receipt = Receipt(message_id=str(message_id), provider_id=None, state=state, provider_code="app", at=now)
    noted = await receipts.note(tx, merchant_id, receipt, now)
    if noted is not None and noted[1]:
        await follow_up(tx, merchant_id, message_id, ChannelKind.INAPP, receipt, now)
