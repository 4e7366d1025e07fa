"""What an allowed action will do: our own records' changes, what others have to do, and what it means for the customer."""

import hashlib
from enum import StrEnum

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseState, Outside
from doorstep.domain.actions.refusals import Concern
from doorstep.domain.money import Money
from doorstep.domain.places import Address

_ENCODE = msgspec.json.Encoder(order="sorted")


class Cancelled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The order is cancelled."""

    reason: str


class AddressSet(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The order goes elsewhere."""

    address: Address


class LineSwapped(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """So many units of a line become another variant."""

    line_id: str
    quantity: int
    variant_id: str
    price: Money
    options: dict[str, str] = {}
    sku: str = ""


class Charged(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Money is taken from a method."""

    amount: Money
    method_id: str


class Refunded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Money goes back to a method."""

    amount: Money
    method_id: str


class Held(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Units of a variant are kept back for a case; below 0: let go."""

    variant_id: str
    product_id: str
    units: int


class CaseOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A case begins. Its id, `rma` and times are given when it is kept."""

    case: Case


class CaseMoved(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A case goes on."""

    case_id: int
    to: CaseState
    why: str = ""


class ProfileSet(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The customer's default address changes."""

    address: Address


class HandedOver(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A human takes over."""

    summary: str


Change = Cancelled | AddressSet | LineSwapped | Charged | Refunded | Held | CaseOpened | CaseMoved | ProfileSet | HandedOver


class ErrandKind(StrEnum):
    """What somebody outside has to do."""

    CANCEL_ORDER = "cancel_order"
    EDIT_ADDRESS = "edit_address"
    EDIT_ITEMS = "edit_items"
    CHANGE_PAYMENT = "change_payment"
    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    OPEN_RETURN = "open_return"
    CLOSE_RETURN = "close_return"
    EXCHANGE = "exchange"
    REPLACE = "replace"
    INVOICE = "invoice"
    PROFILE = "profile"
    DELIVERY_CHANGE = "delivery_change"
    CARRIER_CLAIM = "carrier_claim"
    LABEL = "label"
    VOID_LABEL = "void_label"


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody outside has to do for a case."""

    to: Outside
    kind: ErrandKind
    #: What they need to know, JSON types.
    body: dict[str, object] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be done if the customer says yes."""

    action: BusinessAction
    changes: tuple[Change, ...]
    errands: tuple[Errand, ...] = ()
    #: Not empty: a human decides first, and `changes` only open the case.
    concerns: tuple[Concern, ...] = ()
    #: For the sentences: amounts, days, names, as texts and numbers.
    facts: dict[str, str | int] = {}
    #: What the customer gets, pays, and what is taken off.
    refund: Money | None = None
    charge: Money | None = None
    fee: Money | None = None
    policy_version: int = 0

    @property
    def digest(self) -> str:
        """A fingerprint of all that the customer says yes to; another one is another question."""
        seen = (self.action, self.changes, self.concerns, self.refund, self.charge, self.fee, self.policy_version)
        return hashlib.blake2b(_ENCODE.encode(seen), digest_size=16).hexdigest()
