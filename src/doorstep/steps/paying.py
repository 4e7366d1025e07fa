"""Money of an order that came or went → written down once, and the cards and credit of ours moved with it."""

from collections.abc import Sequence

from doorstep.domain.actions.known import Paid
from doorstep.domain.money import Money
from doorstep.store import goods
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder


async def pay(tx: Tx, order: KeptOrder, moved: Sequence[Paid], once: str) -> bool:
    """Write money down under the words of what it is; what stands there under them already moves nothing.

    False: a card does not hold so much, and the transaction is to be undone.
    """
    if not moved:
        return True
    told = {f"{once} {place}": one for place, one in enumerate(moved)}
    new = await goods.pay(tx, [(order.merchant_id, order.order_id, words, one) for words, one in told.items()])
    customer = order.order.customer.external_id
    if not customer:
        return True
    known = (await goods.methods(tx, order.merchant_id, order.connection_id, [customer])).get(customer, ())
    ours = {one.method_id for one in known if one.balance is not None}
    key = (order.merchant_id, order.connection_id, customer)
    wanted = [(key, one.method_id, _by(one)) for words, one in told.items() if words in new and one.method_id in ours]
    return not (wanted and await goods.move_balances(tx, wanted))


def _by(paid: Paid) -> Money:
    return paid.amount if paid.refund else Money(-paid.amount.amount_minor, paid.amount.currency)
