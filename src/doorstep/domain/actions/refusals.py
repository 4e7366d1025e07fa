"""Why something may not be done: closed codes, each with the facts its sentence needs and what is possible instead."""

from enum import StrEnum

import msgspec

from doorstep.domain.actions.kinds import ActionKind, Assurance


class RefusalCode(StrEnum):
    """Why an action is refused."""

    #: It is not sure enough who asks; `Refusal.needs` says what would be.
    IDENTITY = "identity"
    #: There is no such order, product or case, or it is somebody else's: nobody learns which.
    NOT_FOUND = "not_found"
    #: The talk is about one customer and stays so.
    OTHER_CUSTOMER = "other_customer"
    BAD_ARGUMENTS = "bad_arguments"
    #: The customer has not said yes.
    NOT_CONFIRMED = "not_confirmed"
    #: What was said yes to is not what is asked now, or things have changed since.
    CONFIRMATION_VOID = "confirmation_void"
    #: The yes is too old.
    CONFIRMATION_OLD = "confirmation_old"
    #: The merchant does not offer it.
    NOT_OFFERED = "not_offered"
    ORDER_STATE = "order_state"
    SHIPMENT_STATE = "shipment_state"
    #: The case is past the point where this can be done.
    CASE_STATE = "case_state"
    #: It was done before, and only once is allowed.
    ONLY_ONCE = "only_once"
    NOTHING_CHOSEN = "nothing_chosen"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_VARIANT = "unknown_variant"
    #: More units than were bought, arrived, or are still free of other cases.
    QUANTITY = "quantity"
    #: As many new items as old ones are needed.
    UNEQUAL = "unequal"
    SAME_VARIANT = "same_variant"
    OTHER_PRODUCT = "other_product"
    OUT_OF_STOCK = "out_of_stock"
    REASON = "reason"
    #: No such method of payment of this customer.
    UNKNOWN_METHOD = "unknown_method"
    #: The money may not go there.
    METHOD = "method"
    SAME_METHOD = "same_method"
    BALANCE = "balance"
    SEVERAL_PAYMENTS = "several_payments"
    #: Too late, by the customer's calendar; the last day stands in the facts.
    WINDOW = "window"
    #: Too early, by the customer's calendar; the first day stands in the facts.
    TOO_EARLY = "too_early"
    NOT_DELIVERED = "not_delivered"
    FINAL_SALE = "final_sale"
    #: The product, category, country, condition is left out by the policy.
    NOT_ELIGIBLE = "not_eligible"
    PHOTO_NEEDED = "photo_needed"
    #: Steps that come first (ask neighbours, wait a day); named in the facts.
    STEPS_FIRST = "steps_first"
    SAME_ADDRESS = "same_address"
    ADDRESS = "address"
    DATE = "date"
    #: Too often; a human is asked instead.
    TOO_MANY = "too_many"


class Concern(StrEnum):
    """Why a human decides instead of the policy alone."""

    VALUE = "value"
    OFTEN = "often"
    CLAIMS_OFTEN = "claims_often"
    #: The rule that fits says so.
    RULE = "rule"
    #: Signed or photographed as delivered, and said not to be.
    PROOF_OF_DELIVERY = "proof_of_delivery"
    NEW_ADDRESS = "new_address"
    UNKNOWN_PRICE = "unknown_price"
    #: The customer wishes something else than the policy gives.
    WISH = "wish"
    CONDITION = "condition"
    #: Nobody knows when it arrived.
    UNKNOWN_DATE = "unknown_date"
    #: Less is left of what was paid than would go back.
    LITTLE_LEFT = "little_left"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A no, with its reason and what is possible instead."""

    code: RefusalCode
    #: For the sentence: names, dates, amounts, as texts and numbers. Holds nothing of anybody else.
    facts: dict[str, str | int] = {}
    #: What the customer may do instead.
    instead: tuple[ActionKind, ...] = ()
    #: For `identity`: the least that is needed.
    needs: Assurance | None = None
