"""An action + who asks + what is known + the policy → a plan, or a refusal: the one chain of guards, whoever drives it.

In order: who asks is sure enough; the order is theirs (an unknown one and somebody else's are the same no); the policy, the state of order,
parcels and cases, quantities, stock and money allow it. What needs a yes is planned twice: once to be shown, once more when the yes comes;
the yes counts only for a plan with the same fingerprint.
"""

from datetime import datetime

from doorstep.actions.asked import Asked, RefusedAction, no
from doorstep.actions.claiming import open_claim
from doorstep.actions.delivering import change_delivery
from doorstep.actions.ordering import ask_invoice, cancel, change_address, change_items, change_payment, change_profile, hand_over
from doorstep.actions.policy import Policy
from doorstep.actions.returning import cancel_return, open_exchange, open_return
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind, Assurance
from doorstep.domain.actions.known import Known
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode


def prepare(action: asking.BusinessAction, asker: Asker, known: Known, policy: Policy, now: datetime) -> Plan | Refusal:
    """Judge an action as things stand; nothing is changed.

    Args:
        action: what is asked.
        asker: by whom.
        known: the order it names and the customer, where there are such; products that it names or the order holds.
        policy: the merchant's rules now.
        now: aware.
    """
    asked = Asked(asker=asker, known=known, policy=policy, now=now)
    try:
        _sure_enough(asked, action.kind)
        return _planned(asked, action)
    except RefusedAction as no:
        return no.refusal


def still_meant(confirmed: str, again: Plan | Refusal) -> Plan | Refusal:
    """Let a plan be carried out where it is the one that was said yes to; `confirmed` is that plan's digest."""
    if isinstance(again, Refusal):
        return again
    return again if again.digest == confirmed else Refusal(code=RefusalCode.CONFIRMATION_VOID)


def needs_yes(kind: ActionKind) -> bool:
    """Whether an action is done only after the customer said yes to its plan."""
    return DECLARATIONS[kind].confirmed


def assurance_for(policy: Policy, kind: ActionKind) -> Assurance:
    """How sure it must be who asks: the action's own measure or the policy's, whichever is more."""
    return max(DECLARATIONS[kind].assurance, policy.assurance.get(kind, Assurance.NONE))


def _sure_enough(asked: Asked, kind: ActionKind) -> None:
    needed = assurance_for(asked.policy, kind)
    if asked.asker.assurance < needed:
        raise no(RefusalCode.IDENTITY, needs=needed)


def _planned(asked: Asked, action: asking.BusinessAction) -> Plan:  # noqa: C901, PLR0911, PLR0912 - one line for each action
    match action:
        case asking.CancelOrder():
            return cancel(asked, action)
        case asking.ChangeAddress():
            return change_address(asked, action)
        case asking.ChangeItems():
            return change_items(asked, action)
        case asking.ChangePayment():
            return change_payment(asked, action)
        case asking.OpenReturn():
            return open_return(asked, action)
        case asking.OpenExchange():
            return open_exchange(asked, action)
        case asking.CancelReturn():
            return cancel_return(asked, action)
        case asking.OpenClaim():
            return open_claim(asked, action)
        case asking.AskInvoice():
            return ask_invoice(asked, action)
        case asking.ChangeProfile():
            return change_profile(asked, action)
        case asking.TalkToHuman():
            return hand_over(asked, action)
        case asking.FindOrder() | asking.ReadOrder():
            return _read(asked, action, str(asked.order.order_id))
        case asking.ReadProduct():
            if not asked.known.products.get(action.product):
                raise no(RefusalCode.NOT_FOUND)
            return _read(asked, action, action.product)
        case asking.ReadProfile():
            mine = asked.customer.customer
            if not mine or (action.customer and action.customer != mine):
                raise no(RefusalCode.NOT_FOUND)
            return _read(asked, action, mine)
        case _:
            return change_delivery(asked, action)


def _read(asked: Asked, action: asking.BusinessAction, what: str) -> Plan:
    return Plan(action=action, changes=(), facts={"of": what}, policy_version=asked.policy.version)
