"""A plan or a refusal → what was decided, in a few words that two policies can be compared by."""

from enum import StrEnum

import msgspec

from doorstep.actions.wording import amount
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.money import Money

_BACK = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE})


class Outcome(StrEnum):
    """Who says what."""

    APPROVED = "approved"
    #: A human decides.
    HUMAN = "human"
    #: The carrier or the shop is asked first.
    PASSED_ON = "passed_on"
    REFUSED = "refused"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided."""

    outcome: Outcome
    #: A refusal's code, or the concerns that lead to a human; in words of `refusals`.
    why: tuple[str, ...] = ()
    refund: Money | None = None
    charge: Money | None = None
    fee: Money | None = None
    #: "customer" or "merchant"; "" where nothing comes back.
    payer: str = ""
    remedy: str = ""
    #: The goods stay with the customer.
    keeps: bool = False

    @property
    def words(self) -> str:
        """Say it: "approved: 20.00 EUR back, the customer pays the way back"."""
        terms = [
            f"{amount(self.refund.amount_minor)} {self.refund.currency} back" if self.refund else "",
            f"{amount(self.charge.amount_minor)} {self.charge.currency} to pay" if self.charge else "",
            f"a fee of {amount(self.fee.amount_minor)}" if self.fee else "",
            f"the {'shop' if self.payer == 'merchant' else self.payer} pays the way back" if self.payer and not self.keeps else "",
            "the goods stay" if self.keeps else "",
            self.remedy.replace("_", " ") if self.remedy and not self.refund else "",
        ]
        why = ", ".join(_PLAIN.get(one, one.replace("_", " ")) for one in self.why)
        if self.outcome is Outcome.REFUSED:
            return f"refused: {why}"
        told = [_OUTCOMES[self.outcome] + (f" ({why})" if why else ""), ", ".join(term for term in terms if term)]
        return ": ".join(part for part in told if part)


_OUTCOMES = {Outcome.APPROVED: "approved", Outcome.HUMAN: "a human decides", Outcome.PASSED_ON: "passed on"}
#: Codes of refusals and concerns that do not say it themselves.
_PLAIN = {
    "window": "too late",
    "too_early": "too early",
    "reason": "no such reason",
    "method": "money may not go there",
    "quantity": "not so many units",
    "rule": "the rule asks for a human",
    "value": "above the limit",
    "often": "often",
    "claims_often": "claims often",
    "wish": "another wish than the policy gives",
    "little_left": "less is left of what was paid",
    "unknown_date": "nobody knows when it arrived",
    "unknown_price": "no price is known",
    "new_address": "the address was changed",
}


def verdict_of(found: Plan | Refusal) -> Verdict:
    """Tell what was decided."""
    if isinstance(found, Refusal):
        return Verdict(outcome=Outcome.REFUSED, why=(found.code,))
    case = next((one.case for one in found.changes if isinstance(one, CaseOpened)), None)
    return Verdict(
        outcome=_outcome(found, case),
        why=tuple(found.concerns),
        refund=found.refund,
        charge=found.charge,
        fee=found.fee,
        payer=case.shipping_paid_by if case is not None and case.kind in _BACK else "",
        remedy=case.remedy or "" if case is not None else "",
        keeps=case.keeps if case is not None else False,
    )


def _outcome(plan: Plan, case: Case | None) -> Outcome:
    if plan.concerns:
        return Outcome.HUMAN
    return Outcome.PASSED_ON if case is not None and case.state is CaseState.PASSED_ON else Outcome.APPROVED
