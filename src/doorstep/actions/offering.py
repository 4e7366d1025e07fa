"""What is known of an order + the policy + now → what its customer may ask for now, per line and parcel, and why not the rest.

Nothing is judged here: each possible question is put to the guards themselves with the most favourable arguments, so that what is offered and
what is allowed cannot differ.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from doorstep.actions.asked import Asked
from doorstep.actions.judging import assurance_for, prepare
from doorstep.actions.policy import Offer, Policy, Reason, leaves
from doorstep.actions.units import fits, free_units, last_day, rule_of
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, ClaimKind, Remedy
from doorstep.domain.actions.known import Known, KnownLine, KnownOrder, KnownVariant
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import Status

#: Stands for a photo that will be handed in, and for every step that will be done.
_PHOTO = ("photo",)
_ALL_STEPS = ("looked_around", "asked_household", "asked_neighbours", "asked_carrier")
_NOT_COME = (ClaimKind.LOST, ClaimKind.NOT_RECEIVED)
#: Why one variant may not come instead while another may: it is sold out, or dearer than the giver of a present would pay.
_OF_THE_VARIANT = frozenset({RefusalCode.OUT_OF_STOCK, RefusalCode.METHOD})
#: Variants of one line that are offered.
_MOST_VARIANTS = 100
_PLACE = Address(lines=("1",), city="1")
_DELIVERY = (
    ActionKind.RESCHEDULE,
    ActionKind.PICKUP_POINT,
    ActionKind.SAFE_PLACE,
    ActionKind.HOLD,
    ActionKind.REDIRECT,
    ActionKind.CONFIRM_AVAILABILITY,
    ActionKind.CONFIRM_COD,
)
_CHANGES = (
    ActionKind.CANCEL_ORDER,
    ActionKind.CHANGE_ADDRESS,
    ActionKind.CHANGE_ITEMS,
    ActionKind.CHANGE_PAYMENT,
    ActionKind.ASK_INVOICE,
)


class LineOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done with one order line now."""

    line: KnownLine
    #: Units that arrived and that nothing has taken.
    free: int
    #: May go back for money or credit, for other variants.
    back: bool = False
    exchange: bool = False
    #: The last day to send it back, by the recipient's calendar; None: there is none, or nobody knows.
    last_on: date | None = None
    #: Why it may not go back at all; None where it may.
    refusal: Refusal | None = None
    #: Reasons with which it may go back; empty where none is asked for.
    reasons: tuple[Reason, ...] = ()
    #: Variants to which it may be exchanged.
    variants: tuple[KnownVariant, ...] = ()


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """One action, of one parcel where it is about parcels, and whether it may be asked for now."""

    kind: ActionKind
    #: Tracking number; "" not about a parcel.
    shipment: str = ""
    #: Why not; None: it may be asked for.
    refusal: Refusal | None = None
    #: More must be sure of who asks before; None: it is sure enough.
    needs: Assurance | None = None


class ClaimOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of claim, and about what it may be made now."""

    kind: ClaimKind
    #: Line ids (of goods that came), tracking numbers (of parcels that did not).
    lines: tuple[str, ...] = ()
    shipments: tuple[str, ...] = ()
    #: Why not, where there is neither.
    refusal: Refusal | None = None


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """All that may be asked for about an order now."""

    lines: tuple[LineOffer, ...] = ()
    claims: tuple[ClaimOffer, ...] = ()
    #: Of parcels under way.
    delivery: tuple[Possible, ...] = ()
    #: Of the order itself.
    changes: tuple[Possible, ...] = ()
    #: Returns and exchanges that the customer may still take back.
    cancellable: tuple[int, ...] = ()
    #: More must be sure of who asks before a return, an exchange or a claim; missing: it is sure enough.
    needs: dict[ActionKind, Assurance] = {}

    @property
    def returnable(self) -> tuple[LineOffer, ...]:
        """Lines that may go back."""
        return tuple(one for one in self.lines if one.back or one.exchange)

    @property
    def claimable(self) -> tuple[ClaimOffer, ...]:
        """Claims that may be made."""
        return tuple(one for one in self.claims if one.refusal is None)


def offers(asker: Asker, known: Known, policy: Policy, now: datetime, *, gift: bool = False, whole: bool = True) -> Offers:
    """Find out what may be asked for about an order that is the asker's.

    `gift`: by whom it was given to, who sees no money. Not `whole`: of lines it is only found out whether they may go back at all, and until
    when with the first reason that lets them; every reason and every variant is for the form, and costs ten times as much.
    """
    order = known.order
    if order is None or not asker.owns(order):
        return Offers()
    sure = msgspec.structs.replace(asker, assurance=Assurance.LOGIN)
    ask = _Asking(sure, known, policy, now, order)
    needs = {
        kind: least
        for kind in (ActionKind.OPEN_RETURN, ActionKind.OPEN_EXCHANGE, ActionKind.OPEN_CLAIM, ActionKind.CANCEL_RETURN)
        if asker.assurance < (least := assurance_for(policy, kind))
    }
    kept = tuple(case for case in order.cases if case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE} and (case.gift or not gift))
    return Offers(
        lines=tuple(ask.line(one, gift=gift, whole=whole) for one in order.lines),
        claims=() if gift else tuple(ask.claim(kind) for kind in ClaimKind),
        delivery=() if gift else tuple(ask.sure_of(one, asker) for one in ask.delivery()),
        changes=() if gift else tuple(ask.sure_of(one, asker) for one in ask.changes()),
        cancellable=tuple(case.case_id for case in kept if ask.cancels(case)),
        needs=needs,
    )


def retention(asker: Asker, known: Known, policy: Policy, now: datetime, said: Iterable[tuple[str, str, str]]) -> Offer | None:
    """Choose what is offered before goods are taken back: the policy's first offer that fits any of them.

    `said` holds (line id, reason, condition) of what is to go back.
    """
    order = known.order
    if order is None or not asker.owns(order):
        return None
    asked = Asked(asker=asker, known=known, policy=policy, now=now)
    told = [(line, reason, condition) for line_id, reason, condition in said for line in order.lines if line.line_id == line_id]
    for offer in policy.returning.offers:
        if any(fits(offer.when, asked, line, reason, condition, Remedy.REFUND) for line, reason, condition in told):
            return offer
    return None


class _Asking:
    """Puts questions to the guards about one order."""

    def __init__(self, asker: Asker, known: Known, policy: Policy, now: datetime, order: KnownOrder) -> None:
        self.known, self.policy, self.now, self.order, self.asker = known, policy, now, order, asker
        self.asked = Asked(asker=asker, known=known, policy=policy, now=now)

    def _no(self, action: asking.BusinessAction) -> Refusal | None:
        """Return why an action may not be asked for; None: it may."""
        answer = prepare(action, self.asker, self.known, self.policy, self.now)
        return None if isinstance(answer, Plan) else answer

    def sure_of(self, one: Possible, asker: Asker) -> Possible:
        least = assurance_for(self.policy, one.kind)
        return msgspec.structs.replace(one, needs=least) if asker.assurance < least else one

    def line(self, line: KnownLine, *, gift: bool, whole: bool) -> LineOffer:
        """Try each reason, for money, else for credit, else for another variant; the first that is let through is enough where not `whole`."""
        tree = leaves(self.policy.returning.reasons, line.category) or (Reason(code=""),)
        remedies = (Remedy.STORE_CREDIT,) if gift else (Remedy.REFUND, Remedy.STORE_CREDIT)
        may, first, paid = list[Reason](), None, False
        last: date | None = None
        for reason in tree:
            no = self._first_no(self._return(line, reason.code, remedy, gift=gift) for remedy in remedies)
            paid = paid or no is None
            if no is None or self._variants(line, reason, gift=gift, most=1):
                may.append(reason)
                last = max(filter(None, (last, self._last_on(line, reason.code))), default=None)
                if not whole:
                    break
            first = first or no
        variants = next(filter(None, (self._variants(line, one, gift=gift) for one in may)), ()) if whole else ()
        return LineOffer(
            line=line,
            free=free_units(self.order, line),
            back=paid,
            exchange=bool(variants) or (bool(may) and not paid),
            last_on=last,
            refusal=None if may else first,
            reasons=tuple(one for one in may if one.code),
            variants=variants,
        )

    def _first_no(self, actions: Iterable[asking.BusinessAction]) -> Refusal | None:
        """Why none of these may be asked for: the first one's reason; None: one may."""
        first: Refusal | None = None
        for action in actions:
            no = self._no(action)
            if no is None:
                return None
            first = first or no
        return first

    def _variants(self, line: KnownLine, reason: Reason, *, gift: bool, most: int = _MOST_VARIANTS) -> tuple[KnownVariant, ...]:
        """Find variants that may come instead; a no that has nothing to do with the variant is the same for all of them."""
        found: list[KnownVariant] = []
        for one in self._others(line):
            no = self._no(self._exchange(line, reason.code, one, gift=gift))
            if no is None:
                found.append(one)
            elif no.code not in _OF_THE_VARIANT:
                break
            if len(found) == most:
                break
        return tuple(found)

    def _last_on(self, line: KnownLine, reason: str) -> date | None:
        rule = rule_of(self.asked, line, reason, "", Remedy.REFUND)
        return last_day(self.asked, line, rule.days if rule is not None and rule.days is not None else self.policy.returning.days)

    def _return(self, line: KnownLine, reason: str, remedy: Remedy, *, gift: bool) -> asking.OpenReturn:
        unit = asking.Units(line_id=line.line_id, reason=reason)
        return asking.OpenReturn(order=self.order.external_id, units=(unit,), remedy=remedy, gift=gift, photos=_PHOTO)

    def _exchange(self, line: KnownLine, reason: str, variant: KnownVariant, *, gift: bool) -> asking.OpenExchange:
        swap = asking.Swap(line_id=line.line_id, variant_id=variant.variant_id, reason=reason)
        return asking.OpenExchange(order=self.order.external_id, swaps=(swap,), gift=gift, photos=_PHOTO)

    def _others(self, line: KnownLine) -> Iterable[KnownVariant]:
        return (one for one in self.known.products.get(line.product_id, ()) if one.variant_id != line.variant_id)

    def claim(self, kind: ClaimKind) -> ClaimOffer:
        """Try a claim with each line, or with each parcel."""
        external = self.order.external_id
        first: Refusal | None = None
        lines, shipments = list[str](), list[str]()
        if kind in _NOT_COME:
            for parcel in self.order.shipments:
                number = parcel.tracking_number
                if (parcel.status is Status.DELIVERED) == (kind is ClaimKind.LOST):
                    first = first or Refusal(code=RefusalCode.SHIPMENT_STATE, facts={"claim": kind})
                    continue
                no = self._no(asking.OpenClaim(order=external, claim=kind, shipment=number, done=_ALL_STEPS, photos=_PHOTO))
                shipments += [number] if no is None else []
                first = first or no
        else:
            for line in self.order.lines:
                unit = asking.Units(line_id=line.line_id)
                no = self._no(asking.OpenClaim(order=external, claim=kind, units=(unit,), done=_ALL_STEPS, photos=_PHOTO))
                lines += [line.line_id] if no is None else []
                first = first or no
        some = bool(lines or shipments)
        refusal = None if some else first or Refusal(code=RefusalCode.SHIPMENT_STATE)
        return ClaimOffer(kind=kind, lines=tuple(lines), shipments=tuple(shipments), refusal=refusal)

    def delivery(self) -> Iterator[Possible]:
        """Try each wish about each parcel that goes to the customer."""
        for parcel in self.order.shipments:
            if parcel.returning:
                continue
            for kind in _DELIVERY:
                yield Possible(kind=kind, shipment=parcel.tracking_number, refusal=self._no(self._wish(kind, parcel.tracking_number)))

    def _wish(self, kind: ActionKind, number: str) -> asking.BusinessAction:
        order, day = self.order.external_id, self.asked.today + timedelta(days=1)
        match kind:
            case ActionKind.RESCHEDULE:
                return asking.Reschedule(order=order, shipment=number, on=day)
            case ActionKind.HOLD:
                return asking.Hold(order=order, shipment=number, until=day)
            case ActionKind.REDIRECT:
                return asking.Redirect(order=order, shipment=number, address=_PLACE)
            case ActionKind.PICKUP_POINT:
                return asking.PickupPoint(order=order, shipment=number, point="1")
            case ActionKind.SAFE_PLACE:
                return asking.SafePlace(order=order, shipment=number, place="1")
            case ActionKind.CONFIRM_AVAILABILITY:
                return asking.ConfirmAvailability(order=order, shipment=number)
            case _:
                return asking.ConfirmCod(order=order, shipment=number)

    def changes(self) -> Iterator[Possible]:
        """Try each change of the order, with whatever argument may be let through."""
        for kind in _CHANGES:
            tried = list(self._change(kind))
            yield Possible(kind=kind, refusal=self._first_no(tried) if tried else Refusal(code=RefusalCode.NOT_OFFERED))

    def _change(self, kind: ActionKind) -> Iterator[asking.BusinessAction]:
        order = self.order.external_id
        match kind:
            case ActionKind.CANCEL_ORDER:
                yield from (asking.CancelOrder(order=order, reason=one) for one in self.policy.cancelling.reasons or ("",))
            case ActionKind.CHANGE_ADDRESS:
                yield asking.ChangeAddress(order=order, address=_PLACE)
            case ActionKind.CHANGE_ITEMS:
                for line in self.order.lines:
                    for one in self._others(line):
                        yield asking.ChangeItems(order=order, swaps=(asking.Swap(line_id=line.line_id, variant_id=one.variant_id),))
            case ActionKind.CHANGE_PAYMENT:
                methods = self.known.customer.methods if self.known.customer else ()
                yield from (asking.ChangePayment(order=order, method=one.method_id) for one in methods)
            case _:
                yield asking.AskInvoice(order=order)

    def cancels(self, case: Case) -> bool:
        """Whether a case may still be taken back."""
        return self._no(asking.CancelReturn(case=case.case_id)) is None
