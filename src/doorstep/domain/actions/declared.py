"""Each action's declaration: what it needs, who may, whether it must be confirmed and can be undone, what it changes and tells."""

import msgspec

from doorstep.domain.actions.kinds import ActionKind, Assurance, Outside, Weight


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of an action whoever asks for it; forms, tools, docs and guards read it here."""

    kind: ActionKind
    #: One English sentence, for merchants and models.
    meaning: str
    #: The least that must be sure of who asks; a policy may ask for more.
    assurance: Assurance
    weight: Weight
    #: The customer must say yes to exactly what was prepared.
    confirmed: bool
    #: The action that takes it back; None: nothing does.
    undone_by: ActionKind | None = None
    #: Who beside us has to do something.
    outside: tuple[Outside, ...] = ()
    #: Triggers of journeys that tell the customer, the first at once; () where the answer itself is all.
    tells: tuple[str, ...] = ()


def _read(kind: ActionKind, meaning: str, assurance: Assurance) -> Declaration:
    return Declaration(kind=kind, meaning=meaning, assurance=assurance, weight=Weight.READ, confirmed=False)


def _delivery(kind: ActionKind, meaning: str, assurance: Assurance = Assurance.LINK) -> Declaration:
    return Declaration(
        kind=kind,
        meaning=meaning,
        assurance=assurance,
        weight=Weight.REVERSIBLE,
        confirmed=True,
        outside=(Outside.CARRIER, Outside.SHOP),
        tells=("delivery_change.requested", "delivery_change.confirmed", "delivery_change.refused"),
    )


_RETURN = ("return.requested", "return.approved", "return.label_ready", "return.received", "return.refunded", "return.refused")
_ALL = (
    _read(ActionKind.FIND_ORDER, "Find an order by its number.", Assurance.NONE),
    _read(ActionKind.READ_ORDER, "See an order, its parcels and cases.", Assurance.LINK),
    _read(ActionKind.READ_PRODUCT, "See a product and its variants.", Assurance.NONE),
    _read(ActionKind.READ_PROFILE, "See one's own address, methods of payment and orders.", Assurance.KNOWLEDGE),
    Declaration(
        kind=ActionKind.CANCEL_ORDER,
        meaning="Cancel an order that has not left.",
        assurance=Assurance.LINK,
        weight=Weight.MONEY,
        confirmed=True,
        outside=(Outside.SHOP, Outside.PAYMENT, Outside.WAREHOUSE),
        tells=("order.cancelled",),
    ),
    Declaration(
        kind=ActionKind.CHANGE_ADDRESS,
        meaning="Have an order that has not left go to another address.",
        assurance=Assurance.KNOWLEDGE,
        weight=Weight.IRREVERSIBLE,
        confirmed=True,
        undone_by=ActionKind.CHANGE_ADDRESS,
        outside=(Outside.SHOP, Outside.WAREHOUSE),
        tells=("order.changed",),
    ),
    Declaration(
        kind=ActionKind.CHANGE_ITEMS,
        meaning="Get other variants of the same products, before the order has left.",
        assurance=Assurance.KNOWLEDGE,
        weight=Weight.MONEY,
        confirmed=True,
        outside=(Outside.SHOP, Outside.PAYMENT, Outside.WAREHOUSE),
        tells=("order.changed",),
    ),
    Declaration(
        kind=ActionKind.CHANGE_PAYMENT,
        meaning="Pay an order that has not left by another method.",
        assurance=Assurance.KNOWLEDGE,
        weight=Weight.MONEY,
        confirmed=True,
        undone_by=ActionKind.CHANGE_PAYMENT,
        outside=(Outside.SHOP, Outside.PAYMENT),
        tells=("order.changed",),
    ),
    _delivery(ActionKind.RESCHEDULE, "Have a parcel come on another day."),
    _delivery(ActionKind.REDIRECT, "Have a parcel under way go to another address.", Assurance.CODE),
    _delivery(ActionKind.PICKUP_POINT, "Have a parcel brought to a pick-up point."),
    _delivery(ActionKind.SAFE_PLACE, "Have a parcel left at a place or with a neighbour."),
    _delivery(ActionKind.HOLD, "Have a parcel kept at the depot until a day."),
    _delivery(ActionKind.CONFIRM_AVAILABILITY, "Say whether somebody will be there."),
    _delivery(ActionKind.CONFIRM_COD, "Say whether the cash will be ready."),
    Declaration(
        kind=ActionKind.OPEN_RETURN,
        meaning="Send goods back for money or store credit.",
        assurance=Assurance.LINK,
        weight=Weight.MONEY,
        confirmed=True,
        undone_by=ActionKind.CANCEL_RETURN,
        outside=(Outside.SHOP, Outside.CARRIER, Outside.WAREHOUSE, Outside.PAYMENT),
        tells=_RETURN,
    ),
    Declaration(
        kind=ActionKind.OPEN_EXCHANGE,
        meaning="Send goods back for other variants of the same products.",
        assurance=Assurance.LINK,
        weight=Weight.MONEY,
        confirmed=True,
        undone_by=ActionKind.CANCEL_RETURN,
        outside=(Outside.SHOP, Outside.CARRIER, Outside.WAREHOUSE, Outside.PAYMENT),
        tells=tuple(name.replace("return.", "exchange.").replace("refunded", "sent") for name in _RETURN),
    ),
    Declaration(
        kind=ActionKind.CANCEL_RETURN,
        meaning="Keep what was to go back, before it is handed over.",
        assurance=Assurance.LINK,
        weight=Weight.REVERSIBLE,
        confirmed=True,
        outside=(Outside.SHOP, Outside.CARRIER),
        tells=("return.cancelled",),
    ),
    Declaration(
        kind=ActionKind.OPEN_CLAIM,
        meaning="Say that something came damaged, wrong, not whole, or not at all.",
        assurance=Assurance.LINK,
        weight=Weight.MONEY,
        confirmed=True,
        outside=(Outside.SHOP, Outside.CARRIER, Outside.PAYMENT),
        tells=("claim.requested", "claim.approved", "claim.refused", "claim.settled"),
    ),
    Declaration(
        kind=ActionKind.ASK_INVOICE,
        meaning="Ask for an invoice.",
        assurance=Assurance.LINK,
        weight=Weight.REVERSIBLE,
        confirmed=False,
        outside=(Outside.SHOP,),
        tells=("order.changed",),
    ),
    Declaration(
        kind=ActionKind.CHANGE_PROFILE,
        meaning="Change one's own default address.",
        assurance=Assurance.KNOWLEDGE,
        weight=Weight.REVERSIBLE,
        confirmed=True,
        undone_by=ActionKind.CHANGE_PROFILE,
        outside=(Outside.SHOP,),
    ),
    Declaration(
        kind=ActionKind.TALK_TO_HUMAN,
        meaning="Be handed over to a human.",
        assurance=Assurance.NONE,
        weight=Weight.REVERSIBLE,
        confirmed=False,
        outside=(Outside.SHOP,),
    ),
)
#: Kind → declaration; each kind has one.
DECLARATIONS: dict[ActionKind, Declaration] = {one.kind: one for one in _ALL}
