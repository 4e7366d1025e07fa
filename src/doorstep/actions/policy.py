"""A merchant's rules for what customers may do, as data: read, checked, versioned; no rule stands in code that could stand here."""

from enum import StrEnum

import msgspec

from doorstep.domain.actions.kinds import ActionKind, Assurance, ClaimKind, Remedy
from doorstep.domain.money import Money


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a policy: an unknown field is a mistake, not a wish."""


class Payer(StrEnum):
    """Who pays the way back."""

    MERCHANT = "merchant"
    CUSTOMER = "customer"


class RefundTo(StrEnum):
    """Where money of a return may go."""

    #: The method that paid, nothing else.
    ORIGINAL = "original"
    #: Or a gift card or store credit that the customer has.
    ORIGINAL_OR_GIFT_CARD = "original_or_gift_card"
    #: Or any method of the customer's.
    ANY = "any"


class Cancelling(_Data, frozen=True, kw_only=True):
    """When an order may be cancelled."""

    offered: bool = True
    #: The only reasons that count; empty: any, or none.
    reasons: tuple[str, ...] = ()
    #: Minutes after placing; None: as long as nothing is packed.
    within_minutes: int | None = None


class Changing(_Data, frozen=True, kw_only=True):
    """What may be changed of an order that has not left."""

    address: bool = True
    items: bool = True
    payment: bool = False
    invoice: bool = True
    profile: bool = True
    #: Items may be changed once, and nothing else afterwards, cancelling included.
    items_once: bool = True
    #: The method of payment may be changed once.
    payment_once: bool = False
    #: The country may not change with the address: taxes and carriers differ.
    same_country: bool = True


class Fitting(_Data, frozen=True, kw_only=True):
    """What a rule is about; each empty one fits everything, all that are set must fit. Texts are compared without case."""

    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: ISO 3166-1 alpha-2 of the order's address.
    countries: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    #: Reasons or branches of the tree of reasons: "fit" fits "fit.too_small".
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    final_sale: bool | None = None
    remedies: tuple[Remedy, ...] = ()


class Rule(_Data, frozen=True, kw_only=True):
    """What is otherwise for what fits; the first rule that fits a line counts, what it leaves None is as the policy says."""

    name: str
    when: Fitting = Fitting()
    eligible: bool = True
    days: int | None = None
    payer: Payer | None = None
    fee_minor: int | None = None
    #: A human decides, whatever the value.
    ask_human: bool = False
    photo: bool | None = None
    #: The goods stay with the customer.
    keeps: bool | None = None


class Reason(_Data, frozen=True, kw_only=True):
    """One branch or leaf of the tree of reasons."""

    code: str
    #: Language → words; "en" at least, unless it is one of ours.
    words: dict[str, str] = {}
    #: Categories for which it is asked; empty: all.
    categories: tuple[str, ...] = ()
    below: tuple["Reason", ...] = ()
    #: It is the shop's or the carrier's fault: no fee, the merchant pays the way back.
    our_fault: bool = False
    photo: bool = False


class Offer(_Data, frozen=True, kw_only=True):
    """What is offered before goods are taken back."""

    name: str
    when: Fitting = Fitting()
    #: "exchange" (the right size or colour), "partial_refund" (keep it), "store_credit_bonus", "guide".
    gives: str
    #: Percent of the price for partial_refund, percent on top for store_credit_bonus.
    percent: int = 0
    #: An exchange is sent at once, express.
    express: bool = False
    words: dict[str, str] = {}
    #: For guide.
    url: str = ""


class Returning(_Data, frozen=True, kw_only=True):
    """When and how goods may go back."""

    offered: bool = True
    exchanges: bool = True
    store_credit: bool = True
    #: Whole days after the day on which the line's last parcel was scanned as delivered; None: no end.
    days: int | None = 30
    exchange_days: int | None = None
    #: One return or exchange of an order, whatever becomes of it.
    once_per_order: bool = False
    reasons: tuple[Reason, ...] = ()
    reason_needed: bool = True
    rules: tuple[Rule, ...] = ()
    final_sale_back: bool = False
    payer: Payer = Payer.MERCHANT
    #: Taken off a refund, not off an exchange; minor units of the order's currency.
    fee_minor: int = 0
    refund_to: RefundTo = RefundTo.ORIGINAL
    #: Percent on top where the customer takes store credit.
    credit_bonus_percent: int = 0
    #: Up to it the policy alone says yes; None: a human does each; minor units.
    auto_up_to_minor: int | None = 20_000
    #: Goods worth less are not wanted back, minor units; 0: all are.
    keep_below_minor: int = 0
    ways: tuple[str, ...] = ("label", "qr", "drop_off", "pickup")
    #: "ship_first" or "after_scan".
    exchange_when: str = "after_scan"
    #: Days an approved return waits for its first scan.
    expires_days: int = 21
    #: Days within which money is back after the goods arrived, as told to the customer.
    refund_days: tuple[int, int] = (5, 7)
    #: Refund at the carrier's first scan up to this value, without waiting; 0: never; minor units.
    refund_at_scan_up_to_minor: int = 0
    offers: tuple[Offer, ...] = ()


class ClaimRule(_Data, frozen=True, kw_only=True):
    """One line of the table of who decides: the first that fits a claim counts."""

    claims: tuple[ClaimKind, ...]
    #: Value of the units concerned; None: any.
    up_to_minor: int | None = None
    countries: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    #: "policy" (at once), "human", "carrier" (asked first).
    decides: str = "human"
    #: In the order of preference; the customer may choose among them.
    remedies: tuple[Remedy, ...] = (Remedy.REPLACEMENT, Remedy.REFUND)
    photo: bool = False
    #: Whole days: not before so many after the last scan (lost), after the delivered scan (not received).
    after_days: int = 0
    #: Not later than so many days after the delivered scan (lost: after the last scan); None: no end.
    within_days: int | None = None
    #: Steps that the customer confirms first: "asked_neighbours", "looked_around", "asked_household", "asked_carrier".
    steps: tuple[str, ...] = ()
    #: The goods come back before anything is settled.
    goods_back: bool = False


class Claiming(_Data, frozen=True, kw_only=True):
    """Who decides about what is wrong."""

    offered: bool = True
    table: tuple[ClaimRule, ...] = ()


class Delivering(_Data, frozen=True, kw_only=True):
    """What may be changed of a parcel under way."""

    offered: tuple[ActionKind, ...] = (
        ActionKind.RESCHEDULE,
        ActionKind.PICKUP_POINT,
        ActionKind.SAFE_PLACE,
        ActionKind.HOLD,
        ActionKind.REDIRECT,
        ActionKind.CONFIRM_AVAILABILITY,
        ActionKind.CONFIRM_COD,
    )
    #: Days ahead.
    most_days: int = 14
    most_changes: int = 3
    #: Hours within which whoever was asked must answer before somebody else is told.
    answer_hours: int = 12
    same_country: bool = True


class Limits(_Data, frozen=True, kw_only=True):
    """From where on a human looks."""

    #: Cases, and claims, of one customer in 90 days.
    cases: int = 6
    claims: int = 2
    #: Paid back to one customer in 90 days, minor units; None: no limit.
    refunds_minor: int | None = None
    #: An order whose address changed on a wish is claimed as not received.
    distrust_new_address: bool = True
    #: Minutes a prepared action waits for its yes.
    confirm_minutes: int = 30


class Policy(_Data, frozen=True, kw_only=True):
    """All rules of one merchant."""

    name: str = "house"
    #: As kept; 0: not kept.
    version: int = 0
    #: More than an action's own declaration asks for.
    assurance: dict[ActionKind, Assurance] = {}
    cancelling: Cancelling = Cancelling()
    changing: Changing = Changing()
    returning: Returning = Returning()
    claiming: Claiming = Claiming()
    delivering: Delivering = Delivering()
    limits: Limits = Limits()

    def amount(self, minor: int, currency: str) -> Money:
        """An amount of the policy in an order's currency."""
        return Money(minor, currency)


def leaves(reasons: tuple[Reason, ...], category: str = "") -> tuple[Reason, ...]:
    """The reasons that may be chosen, for a category of product ("": any)."""
    found: list[Reason] = []
    for one in reasons:
        if one.categories and category.casefold() not in {c.casefold() for c in one.categories}:
            continue
        found += leaves(one.below, category) if one.below else [one]
    return tuple(found)
