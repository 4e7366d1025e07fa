"""Each action with what it needs: tagged values, the same from a form, a talk, a tool call or the API.

Lines are named by the shop's line id, products and variants by the shop's ids; orders by the shop's id (`Order.external_id`).
"""

from datetime import date

import msgspec

from doorstep.domain.actions.kinds import ActionKind, ClaimKind, Remedy
from doorstep.domain.places import Address


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of one order line, and why."""

    line_id: str
    quantity: int = 1
    #: A leaf of the policy's tree of reasons, e.g. "fit.too_small"; "" untold.
    reason: str = ""
    #: Free text of the customer, at most 2,000 signs.
    comment: str = ""
    #: "unopened", "opened", "used", "damaged"; "" untold.
    condition: str = ""


class Swap(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of one order line, for another variant of the same product."""

    line_id: str
    quantity: int = 1
    variant_id: str
    reason: str = ""
    comment: str = ""


class _Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Any action."""

    @property
    def kind(self) -> ActionKind:
        """Which one it is."""
        return ActionKind(str(type(self).__struct_config__.tag))


class _OfOrder(_Action, frozen=True, kw_only=True):
    order: str


class FindOrder(_OfOrder, frozen=True, kw_only=True, tag="find_order"):
    """Find an order by its number."""


class ReadOrder(_OfOrder, frozen=True, kw_only=True, tag="read_order"):
    """See an order."""


class ReadProduct(_Action, frozen=True, kw_only=True, tag="read_product"):
    """See a product with its variants."""

    product: str


class ReadProfile(_Action, frozen=True, kw_only=True, tag="read_profile"):
    """See one's own address, methods of payment and orders."""

    #: The shop's id of the customer; "": whoever asks.
    customer: str = ""


class CancelOrder(_OfOrder, frozen=True, kw_only=True, tag="cancel_order"):
    """Cancel a whole order."""

    reason: str = ""


class ChangeAddress(_OfOrder, frozen=True, kw_only=True, tag="change_address"):
    """Have an order go elsewhere, before it has left."""

    address: Address


class ChangeItems(_OfOrder, frozen=True, kw_only=True, tag="change_items"):
    """Get other variants, before the order has left."""

    swaps: tuple[Swap, ...]
    #: Pays or gets the difference; "": the method that paid.
    method: str = ""


class ChangePayment(_OfOrder, frozen=True, kw_only=True, tag="change_payment"):
    """Pay by another method."""

    method: str


class _OfShipment(_OfOrder, frozen=True, kw_only=True):
    #: Tracking number; "": the order's only shipment under way.
    shipment: str = ""
    #: What the courier should know, at most 300 signs.
    note: str = ""


class Reschedule(_OfShipment, frozen=True, kw_only=True, tag="reschedule"):
    """Have a parcel come on another day."""

    on: date
    #: "HH:MM-HH:MM" by the recipient's clock; "": any time.
    window: str = ""


class Redirect(_OfShipment, frozen=True, kw_only=True, tag="redirect"):
    """Have a parcel under way go to another address."""

    address: Address


class PickupPoint(_OfShipment, frozen=True, kw_only=True, tag="pickup_point"):
    """Have a parcel brought to a pick-up point."""

    #: The carrier's id of the point, or its name and address in the customer's words.
    point: str


class SafePlace(_OfShipment, frozen=True, kw_only=True, tag="safe_place"):
    """Have a parcel left at a place, or with a neighbour."""

    place: str


class Hold(_OfShipment, frozen=True, kw_only=True, tag="hold"):
    """Have a parcel kept at the depot until a day."""

    until: date


class ConfirmAvailability(_OfShipment, frozen=True, kw_only=True, tag="confirm_availability"):
    """Say that somebody will be there, or nobody."""

    there: bool = True


class ConfirmCod(_OfShipment, frozen=True, kw_only=True, tag="confirm_cod"):
    """Say that the cash will be ready, or that the order is not wanted."""

    ready: bool = True


class OpenReturn(_OfOrder, frozen=True, kw_only=True, tag="open_return"):
    """Send goods back for money or credit."""

    units: tuple[Units, ...]
    remedy: Remedy = Remedy.REFUND
    #: Gets the money; "": the method that paid.
    method: str = ""
    #: "label", "qr", "pickup", "drop_off"; "": the policy's first.
    way: str = ""
    #: By a gift's recipient: no price is shown, and credit goes to them.
    gift: bool = False
    #: Name of the policy's offer that is taken: a part of the money for goods that stay, or more of it as credit; "": none.
    offer: str = ""
    #: Ids of photos that were handed in.
    photos: tuple[str, ...] = ()


class OpenExchange(_OfOrder, frozen=True, kw_only=True, tag="open_exchange"):
    """Send goods back for other variants of the same products."""

    swaps: tuple[Swap, ...]
    method: str = ""
    way: str = ""
    gift: bool = False
    photos: tuple[str, ...] = ()


class CancelReturn(_Action, frozen=True, kw_only=True, tag="cancel_return"):
    """Keep what was to go back."""

    #: Our id of the case.
    case: int


class OpenClaim(_OfOrder, frozen=True, kw_only=True, tag="open_claim"):
    """Say that something is wrong with what came or did not."""

    claim: ClaimKind
    #: Empty: the whole shipment.
    units: tuple[Units, ...] = ()
    shipment: str = ""
    #: What the customer would like; None: as the policy says.
    wish: Remedy | None = None
    comment: str = ""
    #: Ids of photos that were handed in.
    photos: tuple[str, ...] = ()
    #: Steps done that the policy asks for first, e.g. "asked_neighbours".
    done: tuple[str, ...] = ()


class AskInvoice(_OfOrder, frozen=True, kw_only=True, tag="ask_invoice"):
    """Ask for an invoice."""

    #: Name, address, tax number to be on it; "": as on the order.
    made_out_to: str = ""


class ChangeProfile(_Action, frozen=True, kw_only=True, tag="change_profile"):
    """Change one's own default address."""

    #: The shop's id of the customer; "": whoever asks.
    customer: str = ""
    address: Address


class TalkToHuman(_Action, frozen=True, kw_only=True, tag="talk_to_human"):
    """Be handed over to a human."""

    order: str = ""
    summary: str = ""


BusinessAction = (
    FindOrder
    | ReadOrder
    | ReadProduct
    | ReadProfile
    | CancelOrder
    | ChangeAddress
    | ChangeItems
    | ChangePayment
    | Reschedule
    | Redirect
    | PickupPoint
    | SafePlace
    | Hold
    | ConfirmAvailability
    | ConfirmCod
    | OpenReturn
    | OpenExchange
    | CancelReturn
    | OpenClaim
    | AskInvoice
    | ChangeProfile
    | TalkToHuman
)
#: Those about a parcel under way.
DeliveryAction = Reschedule | Redirect | PickupPoint | SafePlace | Hold | ConfirmAvailability | ConfirmCod
