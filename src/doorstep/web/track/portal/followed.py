"""A case with its steps → what its page shows of it: how it stands, what comes next and when, what the customer has to do."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.store.cases import CaseEvent
from doorstep.web.track.portal.confirming import Fact, ItemShown, items_of, method_text
from doorstep.web.track.portal.entering import Visit
from doorstep.web.track.portal.saying import action_name, day, decision_text, kind_name, money, short_day

_GOODS = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})
_TONES = {
    CaseState.REFUSED: "bad",
    CaseState.EXPIRED: "warn",
    CaseState.CANCELLED: "warn",
    CaseState.CLOSED: "good",
    CaseState.LABEL_READY: "yours",
}
#: The way of a case that goes as it should, of goods that come back.
_WAY_BACK = (CaseState.APPROVED, CaseState.LABEL_READY, CaseState.IN_TRANSIT, CaseState.RECEIVED, CaseState.CLOSED)
_WAY_KEPT = (CaseState.APPROVED, CaseState.SETTLING, CaseState.CLOSED)
#: States in which goods have not come back yet.
_BEFORE_IT_ARRIVES = frozenset({CaseState.APPROVED, CaseState.LABEL_READY, CaseState.IN_TRANSIT})
#: States that lie between those of the way.
_BEHIND = {CaseState.INSPECTED: CaseState.RECEIVED, CaseState.SETTLING: CaseState.RECEIVED}


class StepShown(msgspec.Struct, frozen=True, kw_only=True):
    """One state that a case came into."""

    title: str
    on: str


class CaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One case as its page shows it."""

    case_id: int
    rma: str
    name: str
    title: str
    next: str
    tone: str
    opened: str
    #: Steps of the bar: name, "done", "now" or "open".
    bar: tuple[tuple[str, str], ...]
    steps: tuple[StepShown, ...]
    items: tuple[ItemShown, ...]
    facts: tuple[Fact, ...]
    #: Token of the label's file; "" none.
    label: str
    #: It is a picture to be shown at a counter.
    code: bool
    #: To be written on the parcel.
    mark: bool
    number: str
    #: A tracking number of the customer's own may be entered.
    may_enter: bool
    may_cancel: bool
    photos: tuple[str, ...]
    #: What was decided, in the merchant's words.
    decision: str


class CaseListed(msgspec.Struct, frozen=True, kw_only=True):
    """One case in a list."""

    url: str
    rma: str
    name: str
    state: str
    tone: str
    opened: str


def listed(visit: Visit) -> tuple[CaseListed, ...]:
    """The requests that whoever asks may see, newest first."""
    return tuple(
        CaseListed(
            url=visit.link(f"/cases/{case.case_id}"),
            rma=case.rma,
            name=name_of(visit, case),
            state=visit.words(f"state.{case.state}"),
            tone=_TONES.get(case.state, ""),
            opened=visit.words("portal.opened", day=short_day(case.opened_at, visit.order, visit.words)) if case.opened_at else "",
        )
        for case in visit.cases
    )


def name_of(visit: Visit, case: Case) -> str:
    """Name a case: what was asked for."""
    return kind_name(case.kind, visit.words) if case.kind in _GOODS else action_name(case.action, visit.words)


def case_shown(visit: Visit, case: Case, events: Sequence[CaseEvent], label: str, label_type: str) -> CaseShown:
    """Put a case's page together; `label` is the token of its label's file, "" where there is none."""
    t = visit.words
    ready = case.state in {CaseState.APPROVED, CaseState.LABEL_READY}
    way = way_of(case)
    own = way == "drop_off"
    entered = case.label.tracking_number if case.label else ""
    told = [one for one in events if one.was is not one.state]
    return CaseShown(
        case_id=case.case_id,
        rma=case.rma,
        name=name_of(visit, case),
        title=t(f"state.{case.state}"),
        next=_next(visit, case, way),
        tone=_TONES.get(case.state, ""),
        opened=t("portal.opened", day=short_day(case.opened_at, visit.order, t)) if case.opened_at else "",
        bar=_bar(visit, case),
        steps=tuple(StepShown(title=t(f"state.{one.state}"), on=short_day(one.at, visit.order, t)) for one in told),
        items=items_of(visit, case.lines) if case.kind in _GOODS or case.lines else (),
        facts=tuple(_facts(visit, case, way)),
        label=label if ready else "",
        code=way == "qr" and label_type.startswith("image/"),
        mark=ready and case.kind in _GOODS and not case.keeps,
        number=entered,
        may_enter=ready and own and not entered and case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE},
        may_cancel=case.case_id in visit.gist.cancellable,
        photos=case.photos,
        decision=_decision(visit, case),
    )


def _decision(visit: Visit, case: Case) -> str:
    """What somebody of the shop, or its own program, said of it to the customer; a reason's code is told in their language."""
    if not case.decided_by.startswith(("user ", "key ")):
        return ""
    return decision_text(case.decision, visit.words) if case.state is CaseState.REFUSED else case.decision


def way_of(case: Case) -> str:
    """How it comes back: as the label says, else as was wished; "keep": not at all."""
    return "keep" if case.keeps else case.label.way if case.label else str(case.wanted.get("way", ""))


def send_by(visit: Visit, case: Case) -> date | None:
    """The last day to send it."""
    if case.label and case.label.expires_on:
        return case.label.expires_on
    began = case.since or case.opened_at
    return (began + timedelta(days=visit.policy.returning.expires_days)).date() if began else None


def _next(visit: Visit, case: Case, way: str) -> str:
    """Say what comes next, and when."""
    t, least, most = visit.words, *visit.policy.returning.refund_days
    by = send_by(visit, case)
    holes = {
        "brand": visit.tenant.brand.name,
        "day": day(by, t) if by else "",
        "rma": case.rma,
        "least": least,
        "most": most,
    }
    name = str(case.state)
    if case.state is CaseState.APPROVED and case.kind in _GOODS:
        kept = "approved_claim" if case.kind is CaseKind.CLAIM else "approved_keep"
        name = kept if case.keeps else name
    elif case.state is CaseState.APPROVED:
        name = "passed_on"
    elif case.state is CaseState.LABEL_READY and f"label_ready_{way}" in t.texts["next"]:
        name = f"label_ready_{way}"
    elif case.state in {CaseState.SETTLING, CaseState.CLOSED} and case.kind in _GOODS:
        name = f"{case.state}_{case.remedy or Remedy.REFUND}"
    return t(f"next.{name}", **holes)


def _bar(visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    """The steps of a case that goes as it should; () where it ended otherwise, or has no such way."""
    if case.kind not in {CaseKind.RETURN, CaseKind.EXCHANGE} or case.state in {CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}:
        return ()
    way = _WAY_KEPT if case.keeps else _WAY_BACK
    state = case.state if case.state in way else _BEHIND.get(case.state, CaseState.REQUESTED)
    if case.state is CaseState.SETTLING and case.keeps:
        state = CaseState.SETTLING
    reached = way.index(state) if state in way else -1
    done = case.state is CaseState.CLOSED
    return tuple(
        (visit.words(f"state.{one}"), "done" if place < reached or done else "now" if place == reached else "open")
        for place, one in enumerate(way)
    )


def _wanted(visit: Visit, case: Case) -> list[Fact]:
    """Say what was asked for of a parcel, or of the order."""
    t, wanted = visit.words, case.wanted
    found: list[Fact] = []
    for name in ("on", "until"):
        if text := wanted.get(name):
            found.append((t(f"wish.{name}"), day(date.fromisoformat(str(text)), t)))
    for name in ("place", "point", "note"):
        if text := wanted.get(name):
            found.append((t(f"wish.{name}"), str(text)))
    if case.kind is CaseKind.DELIVERY_CHANGE and "there" in wanted:
        found.append((t("wish.confirm_availability"), t("wish.there" if wanted["there"] else "wish.not_there")))
    if text := wanted.get("made_out_to"):
        found.append((t("change.made_out_to"), str(text)))
    if shipment := wanted.get("shipment"):
        found.append((t("portal.parcel"), str(shipment)))
    return found


def _facts(visit: Visit, case: Case, way: str) -> list[Fact]:
    t = visit.words
    found: list[Fact] = []
    if case.claim is not None:
        found.append((t("claim.summary"), t(f"claim.{case.claim}")))
    if visit.gift:
        if case.remedy is Remedy.STORE_CREDIT:
            found.append((t("cases.amount"), t("back.credit_gift")))
    elif case.remedy is Remedy.REPLACEMENT:
        found.append((t("cases.amount"), t("claim.you_get_replacement")))
    elif case.refund and case.refund.amount_minor:
        method = t("portal.as_credit") if case.remedy is Remedy.STORE_CREDIT else method_text(visit, case.method)
        found.append((t("cases.amount"), f"{money(case.refund, t)}, {method}"))
    elif case.difference and case.difference.amount_minor > 0:
        found.append((t("portal.you_pay"), money(case.difference, t)))
    if case.fee and case.fee.amount_minor and not visit.gift:
        found.append((t("portal.fee"), money(case.fee, t)))
    if case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE}:
        told = t("portal.kept") if case.keeps else t(f"back.way_{way}") if f"way_{way}" in t.texts["back"] else way
        found.append((t("back.way_title"), told))
    if case.label and case.label.pickup_on:
        found.append(
            (t("back.way_pickup"), t("cases.pickup_on", day=day(case.label.pickup_on, t)) + f" {case.label.pickup_window}".rstrip())
        )
    found += _wanted(visit, case)
    least, most = visit.policy.returning.refund_days
    paid = case.kind is CaseKind.RETURN and not case.keeps and case.remedy in {Remedy.REFUND, Remedy.STORE_CREDIT}
    if paid and case.state in _BEFORE_IT_ARRIVES:
        found.append((t("portal.days"), t("portal.days_after", least=least, most=most)))
    elif paid and case.state is CaseState.RECEIVED and case.since:
        span = [short_day(case.since + timedelta(days=days), visit.order, t) for days in (least, most)]
        found.append((t("cases.expected"), " – ".join(span)))  # noqa: RUF001 - a span is written so
    return found
