"""A case: what a customer asked to be done, from asking to its end."""

from datetime import date, datetime

import msgspec

from doorstep.domain.actions.kinds import ENDED, ActionKind, CaseKind, CaseState, ClaimKind, Disposition, Remedy
from doorstep.domain.money import Money


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of one order line in a case."""

    line_id: str
    quantity: int
    #: What was paid for one; None unknown.
    unit_price: Money | None = None
    name: str = ""
    product_id: str = ""
    #: The variant that was bought.
    variant_id: str = ""
    #: The variant that comes instead; "": none.
    wanted_id: str = ""
    wanted_price: Money | None = None
    reason: str = ""
    comment: str = ""
    condition: str = ""
    #: Units that came back, and what became of them; None: not inspected.
    received: int | None = None
    disposition: Disposition | None = None
    #: Percent of the price that is given back after the inspection.
    granted_percent: int = 100
    inspection_note: str = ""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """How goods come back."""

    #: "label", "qr", "pickup", "drop_off" or "keep".
    way: str
    #: Slug of the carrier; "" none.
    carrier: str = ""
    tracking_number: str = ""
    #: Slug of the plug-in that made it, its own id there.
    provider: str = ""
    provider_id: str = ""
    #: "application/pdf", "image/png", ...; the bytes lie in table case_file.
    content_type: str = ""
    file_id: int | None = None
    #: What it costs the merchant, as the provider says.
    cost: Money | None = None
    #: Day and window of a booked pick-up.
    pickup_on: date | None = None
    pickup_window: str = ""
    expires_on: date | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it stands. Amounts are in the order's currency."""

    #: Our id; 0: not kept yet.
    case_id: int = 0
    #: What the customer and the parcel call it, e.g. "R-7K2M9Q"; unique within a merchant.
    rma: str = ""
    kind: CaseKind
    #: The action that opened it.
    action: ActionKind
    state: CaseState
    order_id: int = 0
    #: Key of the customer, as in `KnownOrder.customer`.
    customer: str = ""
    #: Aware UTC; None: not kept yet.
    opened_at: datetime | None = None
    #: Since when it stands so.
    since: datetime | None = None
    #: When it is looked at next: a reminder, an expiry, an escalation; None: never, it has ended.
    look_at: datetime | None = None
    #: Reminders sent in this state.
    reminded: int = 0
    lines: tuple[CaseLine, ...] = ()
    remedy: Remedy | None = None
    claim: ClaimKind | None = None
    #: Method that gets the money, or pays or gets the difference; "": the one that paid.
    method: str = ""
    #: What goes back to the customer once it is settled, fees taken off; None: nothing, or not known yet.
    refund: Money | None = None
    #: For return shipping and handling, taken off.
    fee: Money | None = None
    #: Exchange: new less old; above 0 the customer pays.
    difference: Money | None = None
    #: "customer" or "merchant".
    shipping_paid_by: str = "merchant"
    #: "ship_first" or "after_scan".
    exchange_when: str = "after_scan"
    #: The goods stay with the customer.
    keeps: bool = False
    gift: bool = False
    label: Label | None = None
    #: Shipment on the way back, and of what is sent anew; None: none yet.
    return_shipment_id: int | None = None
    new_shipment_id: int | None = None
    #: Ids of photos, table case_file.
    photos: tuple[str, ...] = ()
    comment: str = ""
    #: For delivery and order changes: the action's own arguments, as JSON types.
    wanted: dict[str, object] = {}
    policy_version: int = 0
    #: Codes of `domain.actions.refusals.Concern`: why a human decides.
    concerns: tuple[str, ...] = ()
    #: Who decided ("policy", "user 12", "carrier") and why; "" undecided.
    decided_by: str = ""
    decision: str = ""
    #: Units held for it: variant_id → units.
    held: dict[str, int] = {}
    #: Percent on top of store credit.
    bonus_percent: int = 0
    #: A retention offer that was made, and whether it was taken.
    offer: str = ""
    offer_taken: bool | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in ENDED

    def units(self, line_id: str) -> int:
        """Units of a line in it."""
        return sum(one.quantity for one in self.lines if one.line_id == line_id)
