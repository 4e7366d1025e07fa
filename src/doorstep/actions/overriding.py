"""A policy → the same without its limits: what somebody of the shop may give all the same. State, quantities, stock and money still hold."""

from collections.abc import Sequence

import msgspec

from doorstep.actions.policy import Changing, Claiming, ClaimRule, Limits, Policy, Reason, RefundTo
from doorstep.domain.actions.kinds import ClaimKind, Remedy

_OFTEN = 1_000_000_000
_REMEDIES = (Remedy.REPLACEMENT, Remedy.REFUND, Remedy.STORE_CREDIT)


def unlimited(policy: Policy) -> Policy:
    """Take from a policy all that says no, or asks a human: the human was asked."""
    returning, delivering = policy.returning, policy.delivering
    return msgspec.structs.replace(
        policy,
        cancelling=msgspec.structs.replace(policy.cancelling, offered=True, reasons=(), within_minutes=None),
        changing=Changing(payment=True, items_once=False, same_country=False),
        returning=msgspec.structs.replace(
            returning,
            offered=True,
            exchanges=True,
            store_credit=True,
            days=None,
            exchange_days=None,
            once_per_order=False,
            reason_needed=False,
            reasons=_without_photos(returning.reasons),
            rules=(),
            final_sale_back=True,
            refund_to=RefundTo.ANY,
            auto_up_to_minor=_OFTEN,
            ways=returning.ways or ("label",),
        ),
        claiming=Claiming(table=(ClaimRule(claims=tuple(ClaimKind), decides="policy", remedies=_REMEDIES),)),
        delivering=msgspec.structs.replace(delivering, most_days=365, most_changes=_OFTEN, same_country=False),
        limits=Limits(cases=_OFTEN, claims=_OFTEN, distrust_new_address=False, confirm_minutes=policy.limits.confirm_minutes),
    )


def _without_photos(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(msgspec.structs.replace(one, photo=False, below=_without_photos(one.below)) for one in reasons)
