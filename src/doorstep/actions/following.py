"""A case that came into a state + its order → what others have to do now."""

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, Outside, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.plans import Errand, ErrandKind

_BACK = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})
_BY_REMEDY = {
    Remedy.REFUND: (Outside.PAYMENT, ErrandKind.REFUND),
    Remedy.STORE_CREDIT: (Outside.PAYMENT, ErrandKind.STORE_CREDIT),
    Remedy.EXCHANGE: (Outside.WAREHOUSE, ErrandKind.EXCHANGE),
    Remedy.REPLACEMENT: (Outside.WAREHOUSE, ErrandKind.REPLACE),
}


def errands_of(case: Case, order: KnownOrder, was: CaseState | None = None) -> tuple[Errand, ...]:
    """Name what follows from the state that a case has just come into; () where nobody outside has to act.

    `was` is the state it left; of a request that was never approved nobody outside knows anything.
    """
    if case.kind not in _BACK:
        return ()
    match case.state:
        case CaseState.APPROVED:
            return _approved(case, order)
        case CaseState.IN_TRANSIT if case.kind is CaseKind.EXCHANGE and case.exchange_when == "after_scan":
            return (_exchange(case, order),)
        case CaseState.SETTLING:
            return _settling(case, order)
        case CaseState.CANCELLED | CaseState.EXPIRED | CaseState.REFUSED:
            return () if was is CaseState.REQUESTED else _given_up(case, order)
        case _:
            return ()


def _about(case: Case, order: KnownOrder) -> dict[str, object]:
    """What every errand of goods tells."""
    return {
        "order": order.external_id,
        "number": order.number,
        "rma": case.rma,
        "lines": [
            {
                "line_id": line.line_id,
                "quantity": line.quantity,
                "variant_id": line.variant_id,
                "wanted_id": line.wanted_id,
                "reason": line.reason,
                "comment": line.comment,
            }
            for line in case.lines
        ],
    }


def _approved(case: Case, order: KnownOrder) -> tuple[Errand, ...]:
    if case.kind is CaseKind.CLAIM and case.keeps:
        return ()
    about = _about(case, order)
    found = [Errand(to=Outside.SHOP, kind=ErrandKind.OPEN_RETURN, body={**about, "exchange": case.kind is CaseKind.EXCHANGE})]
    way = case.wanted.get("way", "label")
    if not case.keeps and way != "keep":
        found.append(Errand(to=Outside.CARRIER, kind=ErrandKind.LABEL, body={**about, "way": way}))
    if case.kind is CaseKind.EXCHANGE and case.exchange_when == "ship_first":
        found.append(_exchange(case, order))
    return tuple(found)


def _exchange(case: Case, order: KnownOrder) -> Errand:
    """Have the new goods sent: at once, at the carrier's first scan, or else once the old ones were looked at; whichever comes first."""
    body = {**_about(case, order), "difference": case.difference, "method": case.method}
    return Errand(to=Outside.WAREHOUSE, kind=ErrandKind.EXCHANGE, body=body)


def _settling(case: Case, order: KnownOrder) -> tuple[Errand, ...]:
    if case.remedy is None:
        return ()
    if case.kind is CaseKind.EXCHANGE and case.remedy is Remedy.EXCHANGE:
        return (_exchange(case, order),)  # stands there once, whenever it was first asked for
    to, kind = _BY_REMEDY[case.remedy]
    body = {**_about(case, order), "amount": case.refund, "difference": case.difference, "method": case.method}
    return (Errand(to=to, kind=kind, body=body),)


def _given_up(case: Case, order: KnownOrder) -> tuple[Errand, ...]:
    if not case.decided_by or (case.kind is CaseKind.CLAIM and case.keeps):
        return ()
    found = [Errand(to=Outside.SHOP, kind=ErrandKind.CLOSE_RETURN, body=_about(case, order))]
    if case.label is not None and case.label.provider_id:
        found.append(Errand(to=Outside.CARRIER, kind=ErrandKind.VOID_LABEL, body={"rma": case.rma, "provider_id": case.label.provider_id}))
    return tuple(found)
