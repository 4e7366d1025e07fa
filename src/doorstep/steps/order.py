"""Facts from shops, in any order → orders and their shipments, and the moments that are new in them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.orders import Consent, Order
from doorstep.domain.plugins import OrderFact, OrderSeen
from doorstep.journeys import changes_of_order
from doorstep.shops.merging import merge
from doorstep.steps.askers import Written
from doorstep.steps.bind import bind
from doorstep.steps.happenings import Happening, page_token
from doorstep.steps.outlook import HOUSE, Outlook
from doorstep.store import orders, recipients
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one shop about an order."""

    merchant_id: int
    connection_id: int
    fact: OrderFact


def _external_id(fact: OrderFact) -> str:
    return fact.order.external_id if isinstance(fact, OrderSeen) else fact.order_external_id


async def take_orders(
    tx: Tx,
    told: Sequence[Told],
    now: datetime,
    also: Sequence[tuple[int, str]] = (),
    written: Written | None = None,
    outlook: Outlook = HOUSE,
) -> list[Happening]:
    """Take in facts; one already known changes nothing. `also`: numbers that the same transaction will lock later.

    What is written of shipments is told to `written`.
    """
    if not told:
        return []
    keys = sorted({(one.merchant_id, one.connection_id, _external_id(one.fact)) for one in told})
    kept = await orders.lock(tx, keys, [page_token() for _ in keys])
    merged: dict[tuple[int, int, str], Order] = {}
    for one in told:
        key = (one.merchant_id, one.connection_id, _external_id(one.fact))
        merged[key] = merge(merged.get(key) or kept[key].order, one.fact)
    changed = {key: msgspec.structs.replace(kept[key], order=order) for key, order in merged.items() if order != kept[key].order}
    if not changed:
        return []
    await orders.write(tx, list(changed.values()), now)
    await _take_consents(tx, list(changed.values()))
    happenings = [
        Happening(merchant_id=one.merchant_id, moment=moment, order=one)
        for key, one in changed.items()
        if one.order.placed_at is not None
        for moment in changes_of_order(_once_told(kept[key].order), one.order, one.order_id)
    ]
    return happenings + await bind(tx, [(kept[key].order, one) for key, one in changed.items()], now, also, written, outlook)


def _once_told(before: Order) -> Order | None:
    """An order known only from a fulfilment or a refund could not be told of: all in it is new once the order itself comes."""
    return before if before.placed_at is not None else None


async def _take_consents(tx: Tx, changed: Sequence[KeptOrder]) -> None:
    given: list[tuple[int, str, Consent]] = [
        (one.merchant_id, address, consent)
        for one in changed
        for consent in one.order.consents
        for address in (one.order.customer.email, one.order.customer.phone)
        if address and (consent.channel is None or (consent.channel == "email") == ("@" in address))
    ]
    if given:
        await recipients.consent(tx, given)
