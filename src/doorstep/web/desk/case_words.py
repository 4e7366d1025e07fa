"""A case's words → what the desk says of them, in plain English; how long something waits; why it was not done."""

from datetime import datetime, timedelta

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, Disposition, Remedy
from doorstep.domain.actions.refusals import Concern, Refusal, RefusalCode
from doorstep.domain.actions.saying import refusal_text
from doorstep.domain.money import Money
from doorstep.web.look.saying import plain

#: Why a human is asked.
CONCERNS = {
    Concern.VALUE: "It is worth more than the policy decides alone.",
    Concern.OFTEN: "This customer has asked often in the last 90 days, or got much back.",
    Concern.CLAIMS_OFTEN: "This customer has made several claims in the last 90 days.",
    Concern.RULE: "The rule that fits says that a human decides.",
    Concern.PROOF_OF_DELIVERY: "The carrier has a signature or a photo of the delivery.",
    Concern.NEW_ADDRESS: "The address of this order was changed on a wish before.",
    Concern.UNKNOWN_PRICE: "Nobody knows what was paid for it: name the amount.",
    Concern.WISH: "The customer wishes something else than the policy gives.",
    Concern.CONDITION: "The goods are not in the condition that the policy asks for.",
    Concern.UNKNOWN_DATE: "Nobody knows when it arrived, so nobody knows whether it is in time.",
    Concern.LITTLE_LEFT: "Less is left of what was paid than would go back.",
}
#: Why something is refused, as whoever decides chooses it.
REASONS = {
    RefusalCode.WINDOW: "It is too late",
    RefusalCode.NOT_ELIGIBLE: "Our rules leave it out",
    RefusalCode.FINAL_SALE: "It was a final sale",
    RefusalCode.QUANTITY: "These are more units than can still be chosen",
    RefusalCode.ORDER_STATE: "The order is too far along",
    RefusalCode.SHIPMENT_STATE: "The parcel is too far along",
    RefusalCode.PHOTO_NEEDED: "A photo is missing",
    RefusalCode.STEPS_FIRST: "Neighbours and household were not asked",
    RefusalCode.OUT_OF_STOCK: "What is wanted is not in stock",
    RefusalCode.TOO_MANY: "It was asked too often",
    RefusalCode.NOT_OFFERED: "We do not offer it",
}
KINDS = {
    CaseKind.RETURN: "Return",
    CaseKind.EXCHANGE: "Exchange",
    CaseKind.CLAIM: "Claim",
    CaseKind.ORDER_CHANGE: "Change of an order",
    CaseKind.DELIVERY_CHANGE: "Change of a delivery",
}
STATES = {
    CaseState.REQUESTED: "To decide",
    CaseState.LABEL_READY: "Waits for the customer",
    CaseState.IN_TRANSIT: "On its way back",
    CaseState.RECEIVED: "To inspect",
    CaseState.PASSED_ON: "Passed on",
    CaseState.SETTLING: "Being settled",
}
TONES = {
    CaseState.REQUESTED: "warn",
    CaseState.RECEIVED: "warn",
    CaseState.INSPECTED: "warn",
    CaseState.CLOSED: "good",
    CaseState.REFUSED: "bad",
}
REMEDIES = {
    Remedy.REFUND: "Money back",
    Remedy.STORE_CREDIT: "Store credit",
    Remedy.EXCHANGE: "Another variant",
    Remedy.REPLACEMENT: "The same once more",
}
DISPOSITIONS = {
    Disposition.RESTOCK: "Sell it again",
    Disposition.REFURBISH: "Mend or clean it",
    Disposition.RETURN_TO_VENDOR: "Back to the vendor",
    Disposition.DONATE: "Give it away",
    Disposition.DISPOSE: "Throw it away",
    Disposition.NOT_THERE: "It never came",
}
#: What somebody at the desk is told of a refusal; of all others what a customer would read.
_REFUSALS = {
    RefusalCode.CONFIRMATION_VOID: "Somebody was faster: this case has changed since you opened it. What stands below is how it is now. Look, then decide again.",
    RefusalCode.CONFIRMATION_OLD: "That took too long. Look at it once more, then confirm.",
    RefusalCode.NOT_CONFIRMED: "That took too long, or was shown to somebody else. Look at it once more, then confirm.",
    RefusalCode.CASE_STATE: "A case that is {state} cannot do this.",
    RefusalCode.NOTHING_CHOSEN: "Choose at least one unit.",
    RefusalCode.UNKNOWN_LINE: "There is no such line.",
    RefusalCode.QUANTITY: "At most {free} can be chosen there.",
    RefusalCode.BAD_ARGUMENTS: "{field} does not fit.",
    RefusalCode.WINDOW: "It is too late: the last day was {last_on}.",
    RefusalCode.TOO_EARLY: "It is too early: the first day is {first_on}.",
    RefusalCode.NOT_DELIVERED: "{name} has not arrived.",
    RefusalCode.FINAL_SALE: "{name} was a final sale.",
    RefusalCode.NOT_ELIGIBLE: "The policy leaves {name} out.",
    RefusalCode.PHOTO_NEEDED: "The policy asks for a photo.",
    RefusalCode.STEPS_FIRST: "The policy asks for these steps first: {steps}.",
    RefusalCode.ORDER_STATE: "The order is {state}.",
    RefusalCode.SHIPMENT_STATE: "No parcel of this order is where it would have to be.",
    RefusalCode.OUT_OF_STOCK: "It is not in stock.",
    RefusalCode.ONLY_ONCE: "It was done before, and the policy allows it once.",
    RefusalCode.NOT_OFFERED: "The policy does not offer it.",
    RefusalCode.REASON: "Choose a reason that the policy knows.",
    RefusalCode.ADDRESS: "The address is not complete.",
    RefusalCode.SAME_ADDRESS: "That is the address there is.",
    RefusalCode.TOO_MANY: "It was asked too often for the policy.",
    RefusalCode.UNKNOWN_VARIANT: "There is no such variant.",
    RefusalCode.SAME_VARIANT: "That is the variant that was bought.",
    RefusalCode.OTHER_PRODUCT: "That is another product.",
}
#: Codes that stand for what is, not for what a policy says: no override helps.
FACTS = frozenset(
    {
        RefusalCode.NOT_FOUND,
        RefusalCode.ORDER_STATE,
        RefusalCode.SHIPMENT_STATE,
        RefusalCode.CASE_STATE,
        RefusalCode.NOTHING_CHOSEN,
        RefusalCode.UNKNOWN_LINE,
        RefusalCode.UNKNOWN_VARIANT,
        RefusalCode.QUANTITY,
        RefusalCode.NOT_DELIVERED,
        RefusalCode.OUT_OF_STOCK,
        RefusalCode.SAME_VARIANT,
        RefusalCode.OTHER_PRODUCT,
        RefusalCode.BAD_ARGUMENTS,
        RefusalCode.ADDRESS,
        RefusalCode.SAME_ADDRESS,
        RefusalCode.CONFIRMATION_VOID,
        RefusalCode.CONFIRMATION_OLD,
        RefusalCode.NOT_CONFIRMED,
    }
)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class _Blank(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "it" if name == "name" else "…"


def refusal_words(refusal: Refusal) -> str:
    """Say to whoever decides why it was not done."""
    if refusal.code is RefusalCode.BAD_ARGUMENTS and "most" in refusal.facts:
        return f"Name an amount above 0 and at most {refusal.facts['most']}: no more is left of what was paid for it."
    said = _REFUSALS.get(refusal.code)
    if said is None:
        return refusal_text(refusal, "en")
    facts = {
        name: state_words(value).lower() if name == "state" else plain(value) if name == "field" else value
        for name, value in refusal.facts.items()
    }
    return said.format_map(_Blank(facts))


def state_words(state: object) -> str:
    """A state as a list shows it: "To decide"."""
    return next((said for known, said in STATES.items() if known == state), plain(state))


def what_of(case: Case) -> str:
    """What somebody asked for: "Claim: damaged", "Change of a delivery: reschedule"."""
    said = KINDS[case.kind]
    if case.claim is not None:
        return f"{said}: {plain(case.claim).lower()}"
    if case.kind in {CaseKind.ORDER_CHANGE, CaseKind.DELIVERY_CHANGE}:
        return f"{said}: {plain(case.action).lower()}"
    return said


def concern_words(code: str) -> str:
    """Say why a human is asked."""
    return CONCERNS[Concern(code)] if code in set(Concern) else plain(code)


def money_words(amount: Money | None) -> str:
    """An amount as the desk writes it: "12.50 EUR"."""
    return f"{amount.decimal} {amount.currency}" if amount is not None else "unknown"


def age_words(waited: timedelta) -> str:
    """How long: "3 days", "5 h", "12 min"."""
    if waited >= 2 * _DAY:
        return f"{waited // _DAY} days"
    if waited >= _HOUR:
        return f"{waited // _HOUR} h"
    return f"{max(waited, timedelta(0)) // _MINUTE} min"


def clock_words(case: Case, now: datetime) -> str:
    """Say what time does next: "due in 5 h", "overdue by 2 days"; "" nothing."""
    if case.look_at is None or case.ended:
        return ""
    ours = case.state is not CaseState.LABEL_READY
    if not ours:
        return f"next look in {age_words(case.look_at - now)}"
    if case.look_at <= now:
        return f"overdue by {age_words(now - case.look_at)}"
    return f"{'waits too long; next call' if case.reminded else 'due'} in {age_words(case.look_at - now)}"


def is_late(case: Case, now: datetime) -> bool:
    """Whether it waits too long for us."""
    late = case.reminded > 0 or (case.look_at is not None and case.look_at <= now)
    return not case.ended and case.state is not CaseState.LABEL_READY and late
