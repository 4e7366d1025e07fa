"""Any actions in any order in any small world, under any policy, with any life of the cases they open → nothing becomes inconsistent.

Stock, balances and money never fall below nothing, no more goes back than was paid, no unit is taken twice, and every case that has not
ended is looked at again and can end.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.actions import Policy, applied, prepare, shipped
from doorstep.actions.life import FOLLOWING, may_move, next_look
from doorstep.actions.policy import Cancelling, Changing, Limits, RefundTo, Returning
from doorstep.actions.settling import Inspected, inspected, settle
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, Assurance, CaseKind, CaseState, ClaimKind, Disposition, MethodKind, OrderState, Remedy
from doorstep.domain.actions.known import Known, KnownCustomer, KnownLine, KnownOrder, KnownShipment, KnownVariant, Method, Paid
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import Status

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = Asker(assurance=Assurance.LOGIN, customer="ana")
HOME = Address(lines=("1 Home Street",), city="Boston", country="US")
AWAY = Address(lines=("9 Away Road",), city="Austin", country="US")
METHODS = ("", "card", "gift", "paypal", "another's")
VARIANTS = (*(f"{product}{number}" for product in "ab" for number in (1, 2, 3)), "none")
_replace = msgspec.structs.replace
#: What must have happened often enough for the test to mean something.
EVERYTHING = (
    "CancelOrder",
    "ChangeAddress",
    "ChangeItems",
    "ChangePayment",
    "OpenReturn",
    "OpenExchange",
    "CancelReturn",
    "OpenClaim",
    "return settling",
    "return closed",
    "exchange settling",
    "exchange closed",
    "exchange expired",
    "claim settling",
    "claim closed",
    "order_change closed",
    "order_change refused",
)

CLAIMS = shipped("house").claiming
GOODS = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})
KINDS = ("return", "exchange", "keep", "claim", "address", "items", "payment", "cancel")


def one_of(chance: Random, usual: Sequence[Any], odd: Sequence[Any]) -> Any:
    """Choose what fits, and one time in ten what need not."""
    return chance.choice(odd if not usual or chance.randint(0, 9) == 9 else usual)


def a_policy(chance: Random) -> Policy:
    """Make rules, the retailer's one time in four."""
    if chance.randint(0, 3) == 0:
        return shipped("retail")

    def yes() -> bool:
        return chance.choice([True, False])

    return Policy(
        cancelling=Cancelling(offered=one_of(chance, [True], [False])),
        changing=Changing(payment=one_of(chance, [True], [False]), items_once=yes(), payment_once=yes()),
        returning=Returning(
            once_per_order=one_of(chance, [False], [True]),
            days=chance.choice([None, 3, 30]),
            reason_needed=False,
            fee_minor=chance.choice([0, 500, 9000]),
            refund_to=chance.choice(list(RefundTo)),
            credit_bonus_percent=chance.choice([0, 10]),
            auto_up_to_minor=chance.choice([None, 2000, 100_000]),
            keep_below_minor=chance.choice([0, 3000]),
            exchange_when=chance.choice(["ship_first", "after_scan"]),
        ),
        claiming=CLAIMS,
        limits=Limits(cases=one_of(chance, [100], [1])),
    )


def a_variant(chance: Random, product: str, number: int) -> KnownVariant:
    """Make a variant, counted or not."""
    return KnownVariant(
        variant_id=f"{product}{number}",
        product_id=product,
        price=Money(chance.randint(0, 6000), "USD"),
        available=one_of(chance, [True], [False]),
        stock=chance.choice([None, None, 0, 1, 2, 3, 5]),
    )


def a_line(chance: Random, place: int, bought: KnownVariant, *, arrived: bool) -> KnownLine:
    """Make a line of up to three units."""
    quantity = chance.randint(1, 3)
    return KnownLine(
        line_id=str(place),
        name="A thing",
        product_id=bought.product_id,
        variant_id=bought.variant_id,
        quantity=quantity,
        unit_price=one_of(chance, [bought.price], [None]),
        delivered=quantity if arrived else 0,
        delivered_at=NOW - timedelta(days=chance.choice([1, 2, 20, 40])) if arrived else None,
    )


def a_world(chance: Random) -> Known:
    """Make an order of up to three lines, paid as its lines say or less, and what else is sold."""
    products = {product: tuple(a_variant(chance, product, number) for number in (1, 2, 3)) for product in "ab"}
    every = [one for of in products.values() for one in of]
    state = chance.choice([OrderState.DELIVERED, OrderState.DELIVERED, OrderState.PENDING, OrderState.PENDING, OrderState.PROCESSED])
    arrived = state is OrderState.DELIVERED
    lines = tuple(a_line(chance, place, chance.choice(every), arrived=arrived) for place in range(1, chance.randint(1, 3) + 1))
    worth = sum((one.unit_price.amount_minor if one.unit_price else 0) * one.quantity for one in lines)
    total = max(0, worth - chance.choice([0, 0, 0, 700, 5000]))
    parts = chance.choice([(total,), (total,), (total // 3, total - total // 3)])
    by = (chance.choice(["card", "gift", "paypal"]), "card")
    parcel = KnownShipment(
        shipment_id=1,
        tracking_number="T1",
        carrier="gls",
        status=Status.DELIVERED if arrived else Status.IN_TRANSIT,
        delivered_at=NOW - timedelta(days=5) if arrived else None,
        last_scan_at=NOW - timedelta(days=20),
    )
    order = KnownOrder(
        order_id=1,
        external_id="o",
        number="o",
        customer="ana",
        state=state,
        lines=lines,
        payments=tuple(Paid(amount=Money(part, "USD"), method_id=method) for part, method in zip(parts, by, strict=False)),
        shipments=() if state is OrderState.PENDING else (parcel,),
        ship_to=HOME,
        ours=one_of(chance, [True], [False]),
    )
    customer = KnownCustomer(
        customer="ana",
        address=HOME,
        methods=(
            Method(method_id="card", kind=MethodKind.CARD),
            Method(method_id="gift", kind=MethodKind.GIFT_CARD, balance=Money(chance.randint(0, 6000), "USD")),
            Method(method_id="paypal", kind=MethodKind.PAYPAL),
        ),
    )
    return Known(customer=customer, order=order, products=products)


def a_swap(chance: Random, life: "Life") -> asking.Swap:
    """Choose a swap of a line of the order as it is now."""
    line = chance.choice(life.order.lines)
    other = [one.variant_id for one in life.known.products[line.product_id] if one.variant_id != line.variant_id]
    return asking.Swap(
        line_id=one_of(chance, [line.line_id], ["9", "1", "1/1"]),
        quantity=one_of(chance, [1, line.quantity], [0, -1, 2, 3, 10**9]),
        variant_id=one_of(chance, other, list(VARIANTS)),
    )


def some_units(chance: Random, life: "Life") -> tuple[asking.Units, ...]:
    """Choose units of lines of the order as it is now."""

    def one(line: KnownLine) -> asking.Units:
        line_id = one_of(chance, [line.line_id], ["9", "1", "1/1"])
        return asking.Units(line_id=line_id, quantity=one_of(chance, [1, line.quantity], [0, -1, 2, 3, 10**9]))

    return tuple(one(chance.choice(life.order.lines)) for _ in range(one_of(chance, [1, 1, 2], [0, 3])))


def an_action(chance: Random, life: "Life") -> asking.BusinessAction:
    """Choose an action that may well be allowed as things are now."""
    arrived = life.order.state is OrderState.DELIVERED
    kinds = ["return", "exchange", "keep", "claim"] if arrived else ["address", "items", "items", "payment", "claim", "cancel"]
    method = one_of(chance, ["", "card", "gift", "paypal"], list(METHODS))
    swaps = tuple(a_swap(chance, life) for _ in range(chance.randint(1, 2)))
    match one_of(chance, kinds, KINDS):
        case "cancel":
            return asking.CancelOrder(order="o", reason=one_of(chance, ["no longer needed"], ["too dear"]))
        case "address":
            return asking.ChangeAddress(order="o", address=chance.choice([HOME, AWAY, Address()]))
        case "items":
            return asking.ChangeItems(order="o", swaps=swaps, method=method)
        case "payment":
            return asking.ChangePayment(order="o", method=method)
        case "return":
            remedy = one_of(chance, [Remedy.REFUND, Remedy.REFUND, Remedy.STORE_CREDIT], list(Remedy))
            return asking.OpenReturn(
                order="o", units=some_units(chance, life), method=method, remedy=remedy, gift=one_of(chance, [False], [True])
            )
        case "exchange":
            return asking.OpenExchange(order="o", swaps=swaps, method=method)
        case "keep":
            return asking.CancelReturn(case=chance.randint(1, 4))
        case _:
            return asking.OpenClaim(
                order="o",
                claim=chance.choice(list(ClaimKind)),
                units=some_units(chance, life),
                wish=chance.choice([None, *Remedy]),
                photos=("p",),
                done=("looked_around", "asked_household", "asked_neighbours"),
            )


class Life:
    """A world as it goes on, and what was given and taken outside of the order's own payments."""

    def __init__(self, known: Known, policy: Policy) -> None:
        self.known, self.policy = known, policy
        self.first = known
        #: Variant → units that left for good.
        self.gone: Counter[str] = Counter()
        #: Case → minor units of what was paid that went to the customer as credit or beside an exchange.
        self.beside: dict[int, int] = defaultdict(int)
        #: Case → minor units of what was paid that are about to go.
        self.due: dict[int, int] = {}
        #: What was done at all.
        self.done: set[str] = set()

    @property
    def order(self) -> KnownOrder:
        assert self.known.order is not None
        return self.known.order

    def ask(self, action: asking.BusinessAction) -> None:
        """Ask for an action, say yes, and look at everything."""
        plan = prepare(action, ANA, self.known, self.policy, NOW)
        if not isinstance(plan, Plan):
            assert plan.code in RefusalCode
            return
        again = prepare(action, ANA, self.known, self.policy, NOW)
        assert isinstance(again, Plan)
        assert again.digest == plan.digest
        self.done.add(type(action).__name__)
        opened = next((one.case for one in plan.changes if isinstance(one, CaseOpened)), None)
        if opened is not None and opened.kind is CaseKind.RETURN and opened.method:
            self.may_get_it(opened)
        before = self.known
        after = applied(before, plan)
        shop_first = opened is not None and opened.kind is CaseKind.ORDER_CHANGE and not self.order.ours
        if shop_first:  # the shop's record is the shop's: nothing but the case and what is held for it is ours
            only = _replace(plan, changes=tuple(one for one in plan.changes if type(one).__name__ in {"CaseOpened", "Held"}))
            after = applied(before, only)
        self.known = after
        self.let_go_of_what_ended(before)

    def may_get_it(self, case: Case) -> None:
        """A return's money goes where the policy lets it."""
        assert self.known.customer is not None
        [method] = [one for one in self.known.customer.methods if one.method_id == case.method]
        paid = {one.method_id for one in self.order.payments if not one.refund}
        rule = self.policy.returning.refund_to
        assert (
            rule is RefundTo.ANY
            or case.method in paid
            or (rule is RefundTo.ORIGINAL_OR_GIFT_CARD and method.kind in {MethodKind.GIFT_CARD, MethodKind.STORE_CREDIT})
        )

    def let_go_of_what_ended(self, before: Known) -> None:
        """Count what a case held that is over at once: it is sold."""
        assert before.order is not None
        there = {one.case_id for one in before.order.cases}
        for case in self.order.cases:
            if case.case_id not in there and case.ended and case.held:
                self.gone.update(case.held)
                self.write(_replace(case, held={}))

    def write(self, case: Case) -> None:
        cases = tuple(case if one.case_id == case.case_id else one for one in self.order.cases)
        self.known = _replace(self.known, order=_replace(self.order, cases=cases))

    def move(self, chance: Random) -> None:
        """Let a case go on in one of the ways it may."""
        case = chance.choice([one for one in self.order.cases if not one.ended])
        following = sorted(FOLLOWING[case.kind].get(case.state, frozenset()))
        to = one_of(chance, [one for one in following if one not in ENDED], following)
        assert may_move(case, to)
        if to is CaseState.INSPECTED:
            seen = tuple(
                Inspected(
                    line_id=line_id,
                    received=one_of(chance, [case.units(line_id)], [0, chance.randint(0, case.units(line_id))]),
                    disposition=one_of(chance, [Disposition.RESTOCK], list(Disposition)),
                    granted_percent=one_of(chance, [100], [0, 50]),
                )
                for line_id in dict.fromkeys(one.line_id for one in case.lines)
            )
            case = inspected(case, seen)
        if case.kind in GOODS and (to is CaseState.SETTLING or (to is CaseState.CLOSED and case.state is not CaseState.SETTLING)):
            due = settle(case, self.order, self.policy)
            if due.amount is None or (to is CaseState.CLOSED and due.remedy is not Remedy.EXCHANGE and due.amount.amount_minor):
                return  # a human names it; it is not over before it was given
            assert due.bonus is None or due.remedy is Remedy.STORE_CREDIT
            case = _replace(case, difference=due.difference) if due.remedy is Remedy.EXCHANGE else _replace(case, refund=due.amount)
            self.due[case.case_id] = due.amount.amount_minor - (due.bonus.amount_minor if due.bonus else 0)
        held = dict(case.held)
        if to in ENDED:
            case = _replace(case, held={})
        self.write(_replace(case, state=to, since=NOW))
        self.done.add(f"{case.kind} {to}")
        if to is CaseState.CLOSED:
            self.gone.update(held)
            self.give(case)
        elif to in ENDED:
            self.back_to_stock(held)

    def give(self, case: Case) -> None:
        """Money has gone: what is refunded stands in the order's payments, the rest beside them."""
        given = self.due.pop(case.case_id, 0)
        if case.remedy is Remedy.REFUND:
            paid = Paid(amount=Money(given, "USD"), method_id=case.method, refund=True, case_id=case.case_id)
            self.known = _replace(self.known, order=_replace(self.order, payments=(*self.order.payments, paid)))
        elif case.kind in GOODS:
            self.beside[case.case_id] = given

    def back_to_stock(self, held: dict[str, int]) -> None:
        def more(one: KnownVariant) -> KnownVariant:
            return _replace(one, stock=one.stock + held.get(one.variant_id, 0)) if one.stock is not None else one

        self.known = _replace(self.known, products={name: tuple(map(more, of)) for name, of in self.known.products.items()})

    def hold_together(self) -> None:
        """Look at all that must hold at any moment."""
        self._stock()
        self._units()
        self._money()
        for case in self.order.cases:
            self._goes_on(case)

    def _stock(self) -> None:
        held: Counter[str] = Counter()
        for case in self.order.cases:
            held.update(case.held)
        for name, of in self.first.products.items():
            for before, now in zip(of, self.known.products[name], strict=True):
                assert (now.stock is None) == (before.stock is None)
                if now.stock is None or before.stock is None:
                    assert not held[now.variant_id]
                    continue
                assert now.stock >= 0
                assert now.stock + held[now.variant_id] + self.gone[now.variant_id] == before.stock
        assert all(count >= 0 for count in held.values())

    def _units(self) -> None:
        assert sum(one.quantity for one in self.order.lines) == sum(one.quantity for one in self.first.order.lines if self.first.order)  # type: ignore[union-attr]
        assert len({one.line_id for one in self.order.lines}) == len(self.order.lines)
        assert all(one.quantity > 0 for one in self.order.lines)
        back = {CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}
        taking = [
            one for one in self.order.cases if one.kind in {CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM} and one.state not in back
        ]
        for line in self.order.lines:
            assert 0 <= sum(case.units(line.line_id) for case in taking) <= line.quantity
        for case in self.order.cases:
            assert all(one.quantity > 0 for one in case.lines)
            assert all(one.received is None or 0 <= one.received <= one.quantity for one in case.lines)
        if self.policy.returning.once_per_order:
            assert sum(one.kind in {CaseKind.RETURN, CaseKind.EXCHANGE} for one in self.order.cases) <= 1

    def _money(self) -> None:
        assert self.known.customer is not None
        for method in self.known.customer.methods:
            assert method.balance is None or method.balance.amount_minor >= 0
        paid = sum(one.amount.amount_minor for one in self.order.payments if not one.refund)
        back = sum(one.amount.amount_minor for one in self.order.payments if one.refund)
        assert all(one.amount.amount_minor >= 0 for one in self.order.payments)
        assert back + sum(self.beside.values()) <= paid
        if self.order.state is OrderState.CANCELLED:
            assert back == paid
        for case in self.order.cases:
            for amount in (case.refund, case.fee):
                assert amount is None or amount.amount_minor >= 0

    def _goes_on(self, case: Case) -> None:
        if case.state in ENDED:
            return
        assert next_look(case, self.policy, NOW) is not None
        reached, new = {case.state}, {case.state}
        while new:
            new = {to for state in new for to in FOLLOWING[case.kind].get(state, frozenset())} - reached
            reached |= new
        assert reached & ENDED


def played(chance: Random, most: int) -> Life:
    """Play actions and moves of cases in a world, and look at everything after each."""
    life = Life(a_world(chance), a_policy(chance))
    for _ in range(most):
        if any(not one.ended for one in life.order.cases) and chance.choice([True, True, False]):
            life.move(chance)
        else:
            life.ask(an_action(chance, life))
        life.hold_together()
    return life


@settings(max_examples=40)
@given(chance=st.randoms(use_true_random=False))
def test_nothing_becomes_inconsistent(chance: Random) -> None:
    played(chance, 8)


def test_nothing_becomes_inconsistent_in_thousands_of_long_lives_in_which_all_happens() -> None:
    done: Counter[str] = Counter()
    for seed in range(1200):
        try:
            done.update(played(Random(seed), 24).done)
        except AssertionError as error:
            message = f"in the life of seed {seed}"
            raise AssertionError(message) from error
    rare = [name for name in EVERYTHING if done[name] < 3]
    assert rare == []


def paid_less(*lines: tuple[str, int], paid: int, state: OrderState = OrderState.DELIVERED, by: str = "card") -> Life:
    """An order of single units (variant, price) under a discount on the whole of it."""
    arrived = state is OrderState.DELIVERED
    bought = tuple(
        KnownLine(
            line_id=str(place),
            name="A thing",
            product_id=variant[0],
            variant_id=variant,
            unit_price=Money(price, "USD"),
            delivered=int(arrived),
            delivered_at=NOW if arrived else None,
        )
        for place, (variant, price) in enumerate(lines, 1)
    )
    order = KnownOrder(
        order_id=1,
        external_id="o",
        number="o",
        customer="ana",
        state=state,
        lines=bought,
        payments=(Paid(amount=Money(paid, "USD"), method_id=by),),
        ship_to=HOME,
    )
    gift = Method(method_id="gift", kind=MethodKind.GIFT_CARD, balance=Money(0, "USD"))
    customer = KnownCustomer(customer="ana", address=HOME, methods=(Method(method_id="card", kind=MethodKind.CARD), gift))
    cheap = {one: (KnownVariant(variant_id=f"{one}9", product_id=one, price=Money(100, "USD")),) for one in "ab"}
    rules = Policy(changing=Changing(items_once=False), returning=Returning(reason_needed=False, days=None, auto_up_to_minor=10**9))
    return Life(Known(customer=customer, order=order, products=cheap), rules)


def test_what_went_to_another_method_does_not_go_back_twice_when_all_is_cancelled() -> None:
    life = paid_less(("a1", 5000), paid=5000, state=OrderState.PENDING)
    life.ask(asking.ChangeItems(order="o", swaps=(asking.Swap(line_id="1", variant_id="a9"),), method="gift"))
    life.ask(asking.CancelOrder(order="o"))
    assert [(one.amount.amount_minor, one.method_id) for one in life.order.payments if one.refund] == [(4900, "gift"), (100, "card")]


def test_a_cheaper_variant_gives_no_more_back_than_was_paid() -> None:
    life = paid_less(("a1", 5000), paid=3000, state=OrderState.PENDING)
    life.ask(asking.ChangeItems(order="o", swaps=(asking.Swap(line_id="1", variant_id="a9"),)))
    assert [(one.amount.amount_minor, one.refund) for one in life.order.payments] == [(3000, False), (3000, True)]
    assert life.order.cases[0].difference == Money(-3000, "USD")


def test_what_an_exchange_gave_back_is_not_given_once_more_by_a_return() -> None:
    life = paid_less(("a1", 5000), ("b1", 4000), paid=6000)
    life.ask(asking.OpenExchange(order="o", swaps=(asking.Swap(line_id="1", variant_id="a9"),)))
    life.ask(asking.OpenReturn(order="o", units=(asking.Units(line_id="2"),)))
    exchange, back = life.order.cases
    assert exchange.difference == Money(-4900, "USD")
    assert back.refund == Money(1100, "USD")
    seen = inspected(back, (Inspected(line_id="2", received=1, disposition=Disposition.RESTOCK),))
    assert settle(seen, life.order, life.policy).amount == Money(1100, "USD")


@settings(max_examples=40)
@given(chance=st.randoms(use_true_random=False))
def test_a_stranger_is_told_the_same_of_any_order_as_of_none(chance: Random) -> None:
    life = Life(a_world(chance), a_policy(chance))
    action = an_action(chance, life)
    stranger, ben = Asker(assurance=Assurance.LOGIN, customer="ben"), KnownCustomer(customer="ben")
    of_hers = prepare(action, stranger, _replace(life.known, customer=ben), life.policy, NOW)
    of_none = prepare(action, stranger, _replace(life.known, order=None, customer=ben), life.policy, NOW)
    assert of_hers == of_none
    assert not isinstance(of_hers, Plan)
