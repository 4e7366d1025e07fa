"""Whom one talks with → all that is known of them beside the conversation: orders with parcels and cases, other talks, messages and why."""

from collections.abc import Sequence

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.people import Identity, IdentityKind
from doorstep.domain.tracking import Checkpoint
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import cases, conversations, message_lists, orders, people, shipments
from doorstep.store.cases import KeptCase
from doorstep.store.database import Row, Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.pages import scans_of

#: Orders, messages and scans of a parcel that are shown.
_ORDERS, _MESSAGES, _SCANS = 8, 12, 5
_KINDS = {ChannelKind.EMAIL: IdentityKind.EMAIL, ChannelKind.SMS: IdentityKind.PHONE, ChannelKind.WHATSAPP: IdentityKind.PHONE}


class ParcelTold(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel of an order."""

    kept: KeptShipment
    carrier: str
    status: str
    #: Newest first; () but for the order that it is about.
    scans: Sequence[Checkpoint] = ()


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the customer."""

    kept: KeptOrder
    parcels: Sequence[ParcelTold]
    cases: Sequence[KeptCase]
    #: The conversation is about it.
    about: bool


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a customer."""

    names: Sequence[Identity]
    #: The one that it is about first, then the newest.
    orders: Sequence[OrderTold]
    #: What these orders came to, by currency.
    worth: Sequence[Money]
    #: Orders before the newest, as the shop tells; None: it does not.
    earlier_orders: int | None
    talks: Sequence[Row]
    #: Messages about the order that it is about, the newest first.
    messages: Sequence[Row]

    @property
    def about(self) -> KeptOrder | None:
        """The order that the conversation is about."""
        return next((one.kept for one in self.orders if one.about), None)


async def story_of(tx: Tx, merchant_id: int, talk: Row, order_id: int | None) -> Story:
    """Read all that is known of whom one talks with; `order_id`: what it is about."""
    names = await people.identities(tx, merchant_id, talk["customer_id"]) if talk["customer_id"] else []
    found = await _orders(tx, merchant_id, talk, names, order_id)
    keys = [(merchant_id, one.order_id) for one in found]
    parcels, asked = await shipments.of_orders(tx, keys), await cases.of_orders(tx, keys)
    told = []
    for one in found:
        about, key = one.order_id == order_id, (merchant_id, one.order_id)
        told.append(
            OrderTold(
                kept=one,
                parcels=[await _parcel(tx, parcel, scans=about) for parcel in parcels.get(key, ())],
                cases=asked.get(key, ()),
                about=about,
            )
        )
    talks = await conversations.of_customer(tx, merchant_id, talk["customer_id"]) if talk["customer_id"] else []
    sent = await message_lists.of_order(tx, merchant_id, order_id) if order_id else []
    return Story(
        names=names,
        orders=told,
        worth=_worth(found),
        earlier_orders=max(
            (one.order.customer.earlier_orders for one in found if one.order.customer.earlier_orders is not None), default=None
        ),
        talks=[row for row in talks if row["conversation_id"] != talk["conversation_id"]],
        messages=sent[:_MESSAGES],
    )


async def _orders(tx: Tx, merchant_id: int, talk: Row, names: Sequence[Identity], order_id: int | None) -> list[KeptOrder]:
    found: dict[int, KeptOrder] = {}
    if order_id:
        found = {key[1]: one for key, one in (await orders.read(tx, [(merchant_id, order_id)])).items()}
    reached: set[tuple[IdentityKind, str]] = {
        (one.kind, one.value) for one in names if one.kind in {IdentityKind.EMAIL, IdentityKind.PHONE} and one.verified_at
    }
    if kind := _KINDS.get(ChannelKind(talk["channel"])):
        reached.add((kind, talk["address"]))
    for kind, value in sorted(reached):
        found |= {one.order_id: one for one in await orders.of_contact(tx, merchant_id, kind, value, _ORDERS)}
    return sorted(found.values(), key=lambda one: (one.order_id != order_id, -one.order_id))[:_ORDERS]


async def _parcel(tx: Tx, parcel: KeptShipment, *, scans: bool) -> ParcelTold:
    seen = [scan for _, scan in await scans_of(tx, parcel)][::-1][:_SCANS] if scans else ()
    return ParcelTold(
        kept=parcel, carrier=carrier_name(parcel.carrier), status=parcel.folded.status if parcel.folded else "pending", scans=seen
    )


def _worth(found: Sequence[KeptOrder]) -> list[Money]:
    sums: dict[str, int] = {}
    for one in found:
        if (total := one.order.total) is not None:
            sums[total.currency] = sums.get(total.currency, 0) + total.amount_minor
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]
