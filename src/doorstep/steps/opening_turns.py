"""A turn that waits → all that is known when it is taken up: what was heard, what is remembered, who asks."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.languages import language_of
from doorstep.domain.people import IdentityKind
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Heard
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import Proof, asker_of
from doorstep.steps.saying import order_locale
from doorstep.steps.talk_world import joined
from doorstep.store import orders, talks
from doorstep.store.connections import Connection
from doorstep.store.database import Row, Tx

_replace = msgspec.structs.replace
#: What was begun on another channel is taken up within so long.
ELSEWHERE = timedelta(hours=24)
#: What was shown of who asks holds for so long.
_SHOWN_FOR = timedelta(hours=12)
_BY_PHONE = frozenset({ChannelKind.SMS, ChannelKind.WHATSAPP})


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """One turn, ready to be taken."""

    row: Row
    connection: Connection
    channel: ChannelKind
    heard: Heard
    memory: Memory
    #: What the conversation in which it was begun remembers now that it goes on here; None: it was begun here.
    left: Memory | None
    asker: Asker
    #: BCP 47, of the order or the shop.
    locale: str
    #: Files that came with it are still being fetched from the provider.
    fetching: bool


async def open_turn(tx: Tx, tenant: Tenant, row: Row, now: datetime) -> Opened | None:
    """Read what a turn (a row of `turns.next_due`) needs; None: a human has the word, or the connection is gone."""
    merchant_id = tenant.merchant.merchant_id
    connection = tenant.connections.get(row["connection_id"])
    if connection is None or row["held"]:
        return None
    channel = ChannelKind(row["channel"])
    elsewhere = talks.opened(row["elsewhere"])
    memory = remembered(talks.opened(row["memory"]), elsewhere, now)
    asker = await asker_in(tx, merchant_id, row, row["shown"], channel, memory)
    about = row["order_id"] or row["before_order_id"]
    locale = row["chosen_locale"] or await order_locale(tx, tenant, about)
    order = await _bound_order(tx, merchant_id, asker, row)
    return Opened(
        row=row,
        connection=connection,
        channel=channel,
        heard=Heard(text=row["text"], choice=row["choice"], channel=channel, order=order, files=row["files"]),
        memory=memory if memory.language else _replace(memory, language=language_of(locale)),
        left=_replace(elsewhere, frames=(), waiting=(), offered=()) if elsewhere.frames else None,
        asker=asker,
        locale=locale,
        fetching=row["fetching"],
    )


def remembered(memory: Memory, elsewhere: Memory, now: datetime) -> Memory:
    """Give what is remembered here; what the same customer had begun elsewhere is taken up, without who they had shown to be there."""
    if memory.shown is not None and now - memory.shown.at > _SHOWN_FOR:
        memory = _replace(memory, shown=None)
    if memory.frames or not elsewhere.frames:
        return memory
    frames = tuple(
        _replace(one, token="", digest="", action="", handle="", asked="" if one.asked in {"confirm", "code"} else one.asked)
        for one in elsewhere.frames
    )
    return _replace(
        memory,
        frames=frames,
        waiting=elsewhere.waiting,
        language=memory.language or elsewhere.language,
        last_order=elsewhere.last_order,
        at=now,
    )


async def asker_in(
    tx: Tx, merchant_id: int, row: Row | Mapping[str, Any], names: Iterable[tuple[str, str, str]], channel: ChannelKind, memory: Memory
) -> Asker:
    """Tell who asks: what the channel shows by itself, what was answered, what was shown before in this talk.

    `row` has `address, message_id, order_id`; `names` are those that were shown to be the customer's: kind, value, how.
    """
    shown = {kind: (value, how) for kind, value, how in names}
    email, phone, assurance = "", "", Assurance.NONE
    if channel in _BY_PHONE and row["address"].startswith("+"):
        phone, assurance = row["address"], Assurance.LINK
    if channel is ChannelKind.EMAIL and row["message_id"] is not None:
        email, assurance = row["address"].casefold(), Assurance.LINK
    if channel in {ChannelKind.CHAT, ChannelKind.INAPP, ChannelKind.MESSENGER, ChannelKind.WHATSAPP}:
        for kind in (IdentityKind.EMAIL, IdentityKind.PHONE):
            if kind in shown:
                value, how = shown[kind]
                email = value if kind is IdentityKind.EMAIL else email
                phone = phone or (value if kind is IdentityKind.PHONE else "")
                signed = how == "signed by the shop" and channel is ChannelKind.CHAT
                assurance = max(assurance, Assurance.LOGIN if signed else Assurance.LINK)
    bound = (row["order_id"],) if row["order_id"] is not None and row["message_id"] is not None else ()
    base = Asker(
        assurance=max(assurance, Assurance.LINK) if bound else assurance, email=email, phone=phone, orders=bound, channel=str(channel)
    )
    if memory.shown is None:
        return base
    kept = memory.shown
    proof = Proof(assurance=Assurance(kept.assurance), kind=kept.kind, value=kept.value, order_ids=kept.order_ids, at=kept.at)
    asker = await asker_of(tx, merchant_id, proof, channel=str(channel))
    return joined(base, asker) if asker is not None else base


async def _bound_order(tx: Tx, merchant_id: int, asker: Asker, row: Row) -> str:
    """Name the order that the reply answers a message about, by the shop's id; "" none."""
    order_id = row["order_id"]
    if order_id is None or order_id not in asker.orders:
        return ""
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
    return kept.order.external_id if kept else ""
