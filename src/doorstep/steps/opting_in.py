"""A yes that somebody else passes on → its owner is asked by a message to say it again; only then it counts (double opt-in)."""

import hashlib
from datetime import datetime, timedelta

from doorstep.domain.messages import Message
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import ConflictError, NotFoundError
from doorstep.messages.notices.confirming import confirming_notice
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.whereto import country_of
from doorstep.store import messages, opting_in, orders, recipients
from doorstep.store.database import Row, Tx
from doorstep.store.messages import NewMessage

#: Nobody is asked more often than this within a day: the form of a shop is anybody's to fill in with another's address.
_MOST, _WITHIN = 2, timedelta(days=1)
#: A link confirms for so long.
_LASTS = timedelta(days=30)
#: What the owner's own yes lifts again; a bounce or a complaint it cannot.
_OWN_CHOICE = ("unsubscribed",)


def channel_of(address: str) -> ChannelKind:
    """Tell the channel on which an address can be asked."""
    return ChannelKind.EMAIL if "@" in address else ChannelKind.SMS


async def wants_confirming(tx: Tx, tenant: Tenant, address: str, said: Consent) -> bool:
    """Tell whether a yes has to be said again, by the country that the address last ordered to; one that comes with its proof has not."""
    if not said.granted or said.purpose is not Purpose.MARKETING or said.proof:
        return False
    kind = "email" if "@" in address else "phone"
    last = await orders.of_contact(tx, tenant.merchant.merchant_id, kind, address, 1)
    return bool(last) and country_of(last[0].order) in tenant.policy.confirm_in


async def ask(tx: Tx, directory: Directory, tenant: Tenant, address: str, said: Consent, locale: str | None, now: datetime) -> None:
    """Ask the owner of an address to confirm a yes that came from elsewhere.

    Raises:
        ConflictError: no channel is connected that reaches it, it is suppressed, or it was asked often today.
    """
    merchant_id, kind = tenant.merchant.merchant_id, channel_of(address)
    connection = tenant.channels.get(kind)
    if connection is None:
        raise ConflictError(f"nothing is connected that can ask by {kind}; connect it, or record a consent that was confirmed elsewhere")
    standing = (await recipients.standing(tx, [(merchant_id, address)], now))[merchant_id, address]
    if {(kind, None), (kind, Purpose.TRANSACTIONAL)} & set(standing.suppressed):
        raise ConflictError("this address is suppressed; it cannot be asked")
    if await opting_in.asked_lately(tx, merchant_id, address, now - _WITHIN) >= _MOST:
        raise ConflictError("this address was asked twice within a day; wait for its owner")
    language = locale or standing.locale or tenant.brand.default_locale
    wording = said.wording or tenant.brand.name
    asked_id = await opting_in.ask(tx, merchant_id, address, said.purpose, said.channel, said.source, wording, language, now)
    token = directory.sealer.token("optin", str(merchant_id), str(asked_id))
    content = confirming_notice(tenant.brand.name, wording, f"{directory.base_url}/y/{token}", language)
    message = Message(
        message_id=new_message_id(now),
        merchant_id=merchant_id,
        channel=kind,
        to=address,
        content=content,
        locale=language,
        purpose=Purpose.TRANSACTIONAL,
        topic="consent",
        created_at=now,
        reply_to=tenant.brand.support_email,
    )
    new = NewMessage(
        message=message,
        connection_id=connection.connection_id,
        template="confirm_consent",
        trigger="consent.asked",
        why_key=hashlib.blake2b(f"optin {asked_id}".encode(), digest_size=16).digest(),
        order_id=None,
        shipment_ids=(),
        why=f"a yes to {said.purpose} came by {said.source}; its owner is asked to confirm it",
        due_at=now,
    )
    await messages.queue(tx, [new])


async def asked(tx: Tx, merchant_id: int, asked_id: int, now: datetime) -> Row:
    """Read what a link asks.

    Raises:
        NotFoundError: nothing of this id, or it is too old.
    """
    row = await opting_in.hold(tx, merchant_id, asked_id)
    if row is None or now - row["asked_at"] > _LASTS:
        raise NotFoundError("this link is no longer valid")
    return row


async def confirmed(tx: Tx, merchant_id: int, asked_id: int, network: str, now: datetime) -> Row:
    """Record the yes with its proof; said again it changes nothing.

    Raises:
        NotFoundError: nothing of this id, or it is too old.
    """
    row = await asked(tx, merchant_id, asked_id, now)
    if row["confirmed_at"] is not None:
        return row
    await opting_in.confirm(tx, merchant_id, asked_id, now)
    channel = ChannelKind(row["channel"]) if row["channel"] else None
    said = Consent(
        purpose=Purpose(row["purpose"]),
        channel=channel,
        granted=True,
        source="double_opt_in",
        at=now,
        wording=row["wording"],
        proof=f"first by {row['source']} on {row['asked_at']:%Y-%m-%d %H:%M} UTC; confirmed by the link sent to the address, from {network}",
    )
    await recipients.consent(tx, [(merchant_id, row["address"], said)])
    await recipients.release(tx, merchant_id, channel or channel_of(row["address"]), row["address"], _OWN_CHOICE)
    return row
