"""The closed list of moments a journey may answer, and the order in which one outshines another."""

from collections.abc import Iterable

import msgspec

from doorstep.domain.messages import Change
from doorstep.domain.vocabulary import Skip


class Trigger(msgspec.Struct, frozen=True):
    """One kind of moment in the life of an order, a shipment or a case."""

    name: str
    #: "order", "shipment" or "case".
    subject_kind: str
    #: What has happened, in one English sentence for merchants.
    meaning: str
    #: Where several moments are learnt at once, the highest is told and the others are superseded.
    weight: int


class Moment(msgspec.Struct, frozen=True):
    """A change, and why it is not worth telling any more."""

    change: Change
    #: None: tell it. SUPERSEDED: a weightier moment was learnt at the same time; to be counted, never sent.
    skip: Skip | None = None


_ALL = (
    Trigger("order.placed", "order", "The customer has placed an order.", 10),
    Trigger("order.paid", "order", "An order that waited for its payment is paid.", 9),
    Trigger("order.packed", "order", "The shop has packed some lines and given them a tracking number.", 20),
    Trigger("order.shipped_untracked", "order", "The shop has sent some lines without a tracking number.", 21),
    Trigger("order.partly_delivered", "order", "A parcel of the order is there, and others are not.", 25),
    Trigger("order.refunded", "order", "Money went back to the customer.", 30),
    Trigger("order.cancelled", "order", "The order is cancelled.", 40),
    Trigger("case.escalated", "case", "Something a customer asked for waits for the shop, or for somebody the shop has to remind.", 1),
    Trigger("shipment.problem_closed", "shipment", "A delivery problem is over: its reason is gone, or somebody settled it.", 3),
    Trigger("shipment.shop_action", "shipment", "A problem has opened that is the shop's to look into before the customer hears of it.", 4),
    Trigger("shipment.in_transit", "shipment", "The parcel has reached a place worth naming: a country, a depot, a partner.", 5),
    Trigger("shipment.shipped", "shipment", "The carrier has scanned the parcel for the first time.", 10),
    Trigger("shipment.delayed", "shipment", "The expected day has moved back, or the carrier says it is late.", 20),
    Trigger("shipment.delivery_tomorrow", "shipment", "The parcel is expected tomorrow.", 22),
    Trigger("shipment.cod_due", "shipment", "The parcel is expected tomorrow and is to be paid at the door.", 23),
    Trigger("shipment.problem_escalated", "shipment", "A delivery problem has stayed open for so long that it is worse now.", 24),
    Trigger("shipment.rescheduled", "shipment", "Another delivery day has been agreed.", 30),
    Trigger("shipment.problem", "shipment", "A delivery problem has opened that no other moment names.", 40),
    Trigger("shipment.customs_action", "shipment", "Customs wait for something from the customer.", 44),
    Trigger("shipment.address_question", "shipment", "The carrier cannot find or reach the address.", 46),
    Trigger("shipment.failed_attempt", "shipment", "A delivery was tried and did not succeed.", 55),
    Trigger("shipment.out_for_delivery", "shipment", "The parcel is on the delivery vehicle.", 57),
    Trigger("shipment.ready_for_pickup", "shipment", "The parcel waits at a pick-up point.", 60),
    Trigger("shipment.pickup_deadline", "shipment", "The parcel still waits at the pick-up point and will not for ever.", 62),
    Trigger("shipment.returning", "shipment", "The parcel is on its way back to the shop.", 70),
    Trigger("shipment.returned", "shipment", "The parcel is back at the shop.", 80),
    Trigger("shipment.delivered", "shipment", "The parcel is with the customer.", 90),
    Trigger("return.requested", "case", "A customer asks to send goods back, and a human has to decide.", 10),
    Trigger("return.approved", "case", "Goods may go back.", 20),
    Trigger("return.label_ready", "case", "The label, code or collection for goods that go back stands ready.", 30),
    Trigger("return.reminder", "case", "Goods that may go back have not been handed over yet.", 32),
    Trigger("return.in_transit", "case", "The carrier has scanned goods on their way back for the first time.", 40),
    Trigger("return.received", "case", "Goods have come back.", 50),
    Trigger("return.inspected", "case", "Goods that came back have been looked at.", 55),
    Trigger("return.refunded", "case", "The money for goods that went back is on its way to the customer.", 70),
    Trigger("return.credited", "case", "The customer has store credit for goods that went back.", 70),
    Trigger("return.refused", "case", "Goods may not go back, or nothing is given back for them.", 80),
    Trigger("return.cancelled", "case", "The customer keeps what was to go back.", 80),
    Trigger("return.expired", "case", "Goods that might go back did not come in time.", 80),
    Trigger("return.closed", "case", "Nothing is left to do for a return.", 5),
    Trigger("return.follow_up", "case", "Two days have passed since a return was closed.", 2),
    Trigger("exchange.requested", "case", "A customer asks for another variant, and a human has to decide.", 10),
    Trigger("exchange.approved", "case", "Goods may be exchanged.", 20),
    Trigger("exchange.label_ready", "case", "The label, code or collection for goods to be exchanged stands ready.", 30),
    Trigger("exchange.reminder", "case", "Goods to be exchanged have not been handed over yet.", 32),
    Trigger("exchange.in_transit", "case", "The carrier has scanned goods to be exchanged for the first time.", 40),
    Trigger("exchange.received", "case", "Goods to be exchanged have come back.", 50),
    Trigger("exchange.inspected", "case", "Goods to be exchanged have been looked at.", 55),
    Trigger("exchange.refunded", "case", "Instead of other goods the money is on its way to the customer.", 70),
    Trigger("exchange.credited", "case", "Instead of other goods the customer has store credit.", 70),
    Trigger("exchange.sent", "case", "What the customer wanted instead is on its way.", 70),
    Trigger("exchange.refused", "case", "Goods may not be exchanged.", 80),
    Trigger("exchange.cancelled", "case", "The customer keeps what was to be exchanged.", 80),
    Trigger("exchange.expired", "case", "Goods to be exchanged did not come in time.", 80),
    Trigger("exchange.closed", "case", "Nothing is left to do for an exchange.", 5),
    Trigger("claim.requested", "case", "A customer says that something is wrong, and a human or the carrier has to decide.", 10),
    Trigger("claim.approved", "case", "A claim is granted.", 20),
    Trigger("claim.label_ready", "case", "The label, code or collection for goods that are claimed about stands ready.", 30),
    Trigger("claim.reminder", "case", "Goods that are claimed about have not been handed over yet.", 32),
    Trigger("claim.in_transit", "case", "The carrier has scanned goods that are claimed about for the first time.", 40),
    Trigger("claim.received", "case", "Goods that are claimed about have come back.", 50),
    Trigger("claim.inspected", "case", "Goods that are claimed about have been looked at.", 55),
    Trigger("claim.settled", "case", "The money, the credit or the replacement of a claim is on its way.", 70),
    Trigger("claim.refused", "case", "A claim is not granted.", 80),
    Trigger("claim.cancelled", "case", "The customer takes a claim back.", 80),
    Trigger("claim.expired", "case", "Goods that are claimed about did not come in time.", 80),
    Trigger("claim.closed", "case", "Nothing is left to do for a claim.", 5),
    Trigger("delivery_change.requested", "case", "Another day, place or way of delivery was asked for.", 10),
    Trigger("delivery_change.unanswered", "case", "Whoever was asked for another delivery has not answered in time.", 20),
    Trigger("delivery_change.confirmed", "case", "Another day, place or way of delivery is agreed.", 70),
    Trigger("delivery_change.refused", "case", "Another day, place or way of delivery is not possible.", 80),
    Trigger("order.change_refused", "case", "What a customer wished to have changed about an order stays as it is.", 80),
    Trigger("order.changed", "case", "Something about an order was changed on its customer's wish.", 70),
)

#: Told to the merchant's own systems only: no customer is written to before the shop has looked, or what it says was told already.
MERCHANTS_OWN = frozenset(
    {
        "shipment.shop_action",
        "case.escalated",
        "return.inspected",
        "return.closed",
        "exchange.inspected",
        "exchange.closed",
        "claim.inspected",
        "claim.closed",
    }
)
#: Name → trigger.
TRIGGERS: dict[str, Trigger] = {trigger.name: trigger for trigger in _ALL}


#: What comes out of another's shadow is told before the end of a problem and what only the shop hears, and after all else.
_AGAIN = 4.5


def told_once(changes: Iterable[Change], again: Iterable[Change] = ()) -> tuple[Moment, ...]:
    """Mark what was learnt at once: the weightiest is told, every other one is superseded.

    Among equals the later one of the argument wins. `again` is not new, only no longer in another's shadow. The told one comes last.
    """
    weighed = [*((TRIGGERS[change.trigger].weight, change) for change in changes), *((_AGAIN, change) for change in again)]
    ranked = [change for _, change in sorted(weighed, key=lambda one: one[0])]
    return (*(Moment(change, Skip.SUPERSEDED) for change in ranked[:-1]), *(Moment(change) for change in ranked[-1:]))
