"""A human decides a case: as asked, in part, against the policy, not at all; of two at once the second hears of it; money has its limit."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, open_shop, order, said

from doorstep.actions.deciding import Grant
from doorstep.actions.settling import Inspected
from doorstep.domain.actions.arguments import OpenReturn, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, CaseState, Disposition, Remedy
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.plugins import OrderSeen
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import act, case_moves, deciding_cases
from doorstep.steps.deciding_cases import Word, seen_of
from doorstep.steps.saying import Hindrance
from doorstep.store import case_queue, cases
from doorstep.store.case_queue import Tab
from doorstep.store.cases import KeptCase

DAY = timedelta(days=1)
#: Above what the house's policy lets through by itself.
DEAR = Money(30_000, "EUR")
AGENT = "user 7"


def dear(number: str = "1001", quantity: int = 2, price: Money = DEAR) -> OrderSeen:
    seen = order(number, fulfilment(f"f{number}", f"N{number}"))
    line = OrderLine(line_id="L1", name="Coat", quantity=quantity, unit_price=price)
    total = Money(price.amount_minor * quantity, "EUR")
    return OrderSeen(msgspec.structs.replace(seen.order, lines=(line,), total=total))


async def requested(shop: Shop, quantity: int = 2, *, delivered_days: int = 0, override: str = "") -> KeptCase:
    """A return of so many coats, each too dear for the policy to decide alone."""
    at = NOON - delivered_days * DAY
    await shop.arrive(facts=[dear()], trackings=[said("N1001", "picked_up", at - 9 * HOUR)])
    await shop.arrive(trackings=[said("N1001", "delivered", at - HOUR)])
    made = await opened(shop, quantity, override=override)
    assert isinstance(made, KeptCase), made
    return made


async def opened(shop: Shop, quantity: int, *, override: str = "", staff: bool = True) -> KeptCase | Refusal:
    asker = Asker(assurance=Assurance.LOGIN, staff=staff, actor=AGENT, channel="desk", override=override)
    action = OpenReturn(order="1001", units=(Units(line_id="L1", quantity=quantity, reason="taste.colour"),))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        prepared = await act.prepare(tx, shop.directory.tenant(shop.merchant_id), asker, action, NOON)
        if isinstance(prepared, Refusal):
            return prepared
        done = await act.commit(tx, shop.directory, shop.directory.tenant(shop.merchant_id), asker, prepared.token, NOON)
    return done if isinstance(done, Refusal) else done.case


async def say(shop: Shop, name: str, case_id: int, *given: object, seen: str = "", why: str = "", now=NOON):
    """Let somebody say one thing of a case, in a transaction of its own."""
    word = Word(actor=AGENT, seen=seen, why=why)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        tenant = shop.directory.tenant(shop.merchant_id)
        return await getattr(deciding_cases, name)(tx, shop.directory, tenant, case_id, word, *given, now)


async def steps_of(shop: Shop, case_id: int) -> list[tuple[str, str, str]]:
    async with shop.database.system() as tx:
        told = await cases.events(tx, shop.merchant_id, [case_id])
    return [(one.actor, one.state.value, one.why) for one in told[case_id]]


async def test_what_is_too_dear_waits_for_a_human_who_says_yes_once(shop: Shop) -> None:
    kept = await requested(shop)
    assert (kept.case.state, kept.case.concerns) == (CaseState.REQUESTED, ("value",))
    seen = seen_of(kept.case)
    yes = await say(shop, "approve", kept.case_id, seen=seen, why="a good customer")
    assert (yes.case.state, yes.case.decided_by, yes.case.refund) == (CaseState.APPROVED, AGENT, Money(60_000, "EUR"))
    again = await say(shop, "approve", kept.case_id, seen=seen)
    assert again.code is RefusalCode.CONFIRMATION_VOID
    blind = await say(shop, "approve", kept.case_id)
    assert (blind.code, blind.facts["state"]) == (RefusalCode.CASE_STATE, "approved")
    assert (AGENT, "approved", "approved: a good customer") in await steps_of(shop, kept.case_id)
    asked = await shop.rows("select kind from errand where merchant_id = $1 order by errand_id", shop.merchant_id)
    assert [one["kind"] for one in asked] == ["open_return", "label"]


async def test_of_two_who_decide_at_once_the_second_is_told_that_somebody_was_faster(shop: Shop) -> None:
    kept = await requested(shop)
    seen = seen_of(kept.case)
    answers = await asyncio.gather(
        say(shop, "approve", kept.case_id, seen=seen), say(shop, "refuse", kept.case_id, RefusalCode.WINDOW, "", seen=seen)
    )
    assert sorted(isinstance(one, Refusal) for one in answers) == [False, True]
    assert [one.code for one in answers if isinstance(one, Refusal)] == [RefusalCode.CONFIRMATION_VOID]
    assert len(await steps_of(shop, kept.case_id)) == 2


async def test_a_part_is_granted_with_words_and_the_records_say_which(shop: Shop) -> None:
    kept = await requested(shop)
    for grant, words in ((Grant(), "why"), (Grant(percent=50), " "), (Grant(percent=50, no_fee=True), "why")):
        with pytest.raises(BadInputError):
            await say(shop, "approve_partly", kept.case_id, grant, words)
    part = await say(shop, "approve_partly", kept.case_id, Grant(units={"L1": 1}, percent=80), "One of them was worn.")
    assert (part.case.units("L1"), part.case.refund, part.case.decision) == (1, Money(24_000, "EUR"), "One of them was worn.")
    [detail] = await shop.rows(
        "select detail->'grant' as grant from case_event where merchant_id = $1 and was = 'requested'", shop.merchant_id
    )
    assert msgspec.json.decode(detail["grant"])["units"] == {"L1": 1}


async def test_no_more_than_was_paid_and_is_left(shop: Shop) -> None:
    kept = await requested(shop)
    refused = await say(shop, "approve_partly", kept.case_id, Grant(amount=Money(60_001, "EUR")), "more")
    assert (refused.code, refused.facts["most"]) == (RefusalCode.BAD_ARGUMENTS, "600.00 EUR")
    assert (await steps_of(shop, kept.case_id))[-1][1] == "requested"
    less = await say(shop, "approve_partly", kept.case_id, Grant(amount=Money(45_000, "EUR")), "less")
    assert (less.case.refund, less.case.fee) == (Money(45_000, "EUR"), Money(15_000, "EUR"))


async def test_a_no_has_a_reason_or_words_and_nobody_outside_is_troubled(shop: Shop) -> None:
    kept = await requested(shop)
    with pytest.raises(BadInputError):
        await say(shop, "refuse", kept.case_id, None, "  ")
    with pytest.raises(BadInputError):
        await say(shop, "refuse", kept.case_id, RefusalCode.IDENTITY, "")
    no = await say(shop, "refuse", kept.case_id, RefusalCode.NOT_ELIGIBLE, "The label is missing.")
    assert (no.case.state, no.case.decision) == (CaseState.REFUSED, "not_eligible: The label is missing.")
    assert await shop.rows("select from errand where merchant_id = $1", shop.merchant_id) == []


async def test_an_override_needs_its_reason_and_something_that_differs(shop: Shop) -> None:
    kept = await requested(shop)
    with pytest.raises(BadInputError):
        await say(shop, "override", kept.case_id, Grant(percent=50), why="because")
    with pytest.raises(BadInputError):
        await say(shop, "override", kept.case_id, Grant(keeps=True))
    done = await say(shop, "override", kept.case_id, Grant(keeps=True, remedy=Remedy.STORE_CREDIT), why="a good customer")
    assert (done.case.keeps, done.case.remedy, done.case.state) == (True, Remedy.STORE_CREDIT, CaseState.APPROVED)
    assert (AGENT, "approved", "approved against the policy: a good customer") in await steps_of(shop, kept.case_id)


async def test_what_the_policy_refuses_is_opened_by_an_agent_who_says_why_and_by_nobody_else(shop: Shop) -> None:
    await requested(shop, quantity=1, delivered_days=90, override="a good customer")
    assert (await opened(shop, 1)).code is RefusalCode.WINDOW
    assert (await opened(shop, 1, override="I say so", staff=False)).code is RefusalCode.NOT_FOUND
    assert (await opened(shop, 2, override="a good customer")).code is RefusalCode.QUANTITY
    [row] = await shop.rows("select case_id, state, document->>'decided_by' as by from cases where merchant_id = $1", shop.merchant_id)
    assert (row["state"], row["by"]) == ("approved", AGENT)
    assert (AGENT, "approved", "against the policy: a good customer") in await steps_of(shop, row["case_id"])


async def test_asking_for_more_writes_to_the_customer_and_the_case_waits_on(shop: Shop) -> None:
    kept = await requested(shop)
    seen = seen_of(kept.case)
    asked = await say(shop, "ask_more", kept.case_id, "Please send us a photo of the seam.", seen=seen)
    assert asked.case.state is CaseState.REQUESTED
    assert asked.case.wanted["asked_more_at"]
    query = "select recipient, text, subject from message where merchant_id = $1 and trigger = 'case.more_asked'"
    [mail] = await shop.rows(query, shop.merchant_id)
    assert mail["recipient"] == "ana@customer.example"
    assert "photo of the seam" in mail["text"]
    assert kept.case.rma in mail["subject"]
    twice = await say(shop, "ask_more", kept.case_id, "Please send us a photo of the seam.", seen=seen)
    assert twice.code is RefusalCode.CONFIRMATION_VOID
    assert len(await shop.rows(query, shop.merchant_id)) == 1
    with pytest.raises(BadInputError):
        await say(shop, "ask_more", kept.case_id, " ")


async def test_whom_no_mail_reaches_cannot_be_asked(database) -> None:
    shop = await open_shop(database, channels={})
    kept = await requested(shop)
    assert await say(shop, "ask_more", kept.case_id, "A photo, please.") is Hindrance.PAUSED
    assert (await steps_of(shop, kept.case_id))[-1][2] == ""


async def test_goods_are_received_looked_at_and_settled_for_what_was_found(shop: Shop) -> None:
    kept = await requested(shop)
    assert (await say(shop, "receive", kept.case_id)).code is RefusalCode.CASE_STATE
    await say(shop, "approve", kept.case_id)
    await say(shop, "receive", kept.case_id)
    found = Inspected(line_id="L1", received=2, disposition=Disposition.REFURBISH, condition="used", granted_percent=50, note="worn")
    with pytest.raises(BadInputError):
        await say(shop, "inspect", kept.case_id, (msgspec.structs.replace(found, received=3),))
    looked = await say(shop, "inspect", kept.case_id, (found,))
    assert (looked.case.state, looked.case.lines[0].granted_percent) == (CaseState.SETTLING, 50)
    assert looked.case.refund == Money(30_000, "EUR")
    assert (await say(shop, "inspect", kept.case_id, (found,))).code is RefusalCode.CASE_STATE
    closed = await say(shop, "close", kept.case_id, why="the bank says so")
    assert closed.case.state is CaseState.CLOSED
    assert (await say(shop, "cancel", kept.case_id)).code is RefusalCode.CASE_STATE


async def test_where_no_price_is_known_a_human_names_the_amount_and_not_above_what_is_left(shop: Shop) -> None:
    kept = await requested(shop)
    await say(shop, "approve", kept.case_id)
    assert (await say(shop, "settle", kept.case_id, None)).code is RefusalCode.CASE_STATE
    await say(shop, "receive", kept.case_id)
    async with shop.database.system() as tx:
        unknown = {"lines": tuple(msgspec.structs.replace(one, unit_price=None) for one in kept.case.lines)}
        await case_moves.touch(tx, shop.directory.tenant(shop.merchant_id), kept.case_id, actor="shop", why="a test", now=NOON, **unknown)
    found = Inspected(line_id="L1", received=2, disposition=Disposition.RESTOCK)
    assert (await say(shop, "inspect", kept.case_id, (found,))).case.state is CaseState.INSPECTED
    for amount in (None, Money(60_001, "EUR"), Money(1, "USD")):
        refused = await say(shop, "settle", kept.case_id, amount)
        assert (refused.code, refused.facts["most"]) == (RefusalCode.BAD_ARGUMENTS, "600.00 EUR")
    settled = await say(shop, "settle", kept.case_id, Money(100, "EUR"))
    assert (settled.case.state, settled.case.refund) == (CaseState.SETTLING, Money(100, "EUR"))


async def test_a_note_changes_nothing_but_stands_there(shop: Shop) -> None:
    kept = await requested(shop)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        tenant = shop.directory.tenant(shop.merchant_id)
        noted = await deciding_cases.add_note(tx, tenant, kept.case_id, Word(actor=AGENT, why="called her"), NOON)
        with pytest.raises(BadInputError):
            await deciding_cases.add_note(tx, tenant, kept.case_id, Word(actor=AGENT, why=" "), NOON)
    assert seen_of(noted.case) == seen_of(kept.case)
    assert (AGENT, "requested", "called her") in await steps_of(shop, kept.case_id)


async def test_a_stranger_decides_nothing_and_finds_nothing(shop: Shop, database) -> None:
    kept = await requested(shop)
    stranger = await open_shop(database)
    stranger.merchant_id, ours = stranger.merchant_id, shop.merchant_id
    await stranger.directory.refresh(database, NOON, force=True)
    for name, given in (
        ("approve", ()),
        ("refuse", (None, "no")),
        ("approve_partly", (Grant(percent=1), "x")),
        ("override", (Grant(keeps=True),)),
        ("ask_more", ("x",)),
        ("receive", ()),
        ("inspect", ((),)),
        ("settle", (None,)),
        ("close", ()),
        ("cancel", ()),
    ):
        with pytest.raises(NotFoundError):
            await say(stranger, name, kept.case_id, *given, why="x")
    async with database.for_merchant(stranger.merchant_id) as tx:
        assert await case_queue.search(tx, ours, kept.case.rma) == []
        assert await case_queue.queue(tx, ours, Tab.ALL, NOON, after=(NOON - 99 * DAY, 0)) == []
        assert await case_queue.newest(tx, ours, Tab.ALL, before=cases.LAST_ID) == []
        assert set((await case_queue.counts(tx, ours, NOON)).values()) == {0}
        assert await case_queue.errands(tx, ours, kept.case_id) == []
        assert await case_queue.photos(tx, ours, kept.case) == []
    assert (await steps_of(shop, kept.case_id))[-1][1] == "requested"


async def test_the_lists_hold_what_waits_the_longest_waiting_first(shop: Shop) -> None:
    kept = await requested(shop, quantity=1)
    second = await opened(shop, 1)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await tx.execute("update cases set since = since - interval '2 days' where case_id = $1", second.case_id)
        start = (NOON - 99 * DAY, 0)
        waiting = await case_queue.queue(tx, shop.merchant_id, Tab.DECIDE, NOON, after=start)
        assert [one.case.case_id for one in waiting] == [second.case_id, kept.case_id]
        rest = await case_queue.queue(tx, shop.merchant_id, Tab.DECIDE, NOON, after=(waiting[0].case.since, second.case_id))
        assert [one.case.case_id for one in rest] == [kept.case_id]
        assert await case_queue.queue(tx, shop.merchant_id, Tab.OVERDUE, NOON, after=start) == []
        late = NOON + 30 * DAY
        assert len(await case_queue.queue(tx, shop.merchant_id, Tab.OVERDUE, late, after=start)) == 2
        for words in (kept.case.rma.lower(), "#1001", "1001", "ANA@customer.example"):
            assert kept.case_id in [one.case.case_id for one in await case_queue.search(tx, shop.merchant_id, words)], words
        assert await case_queue.search(tx, shop.merchant_id, "R-NOBODY") == []
        counted = await case_queue.counts(tx, shop.merchant_id, NOON)
        assert (counted[Tab.DECIDE], counted[Tab.OPEN], counted[Tab.OVERDUE], counted[Tab.ERRANDS]) == (2, 2, 0, 0)
    await say(shop, "approve", kept.case_id)
    await say(shop, "refuse", second.case_id, None, "no")
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        counted = await case_queue.counts(tx, shop.merchant_id, NOON)
        assert (counted[Tab.DECIDE], counted[Tab.OPEN], counted[Tab.ERRANDS]) == (0, 1, 1)
        ended = await case_queue.newest(tx, shop.merchant_id, Tab.ENDED, before=cases.LAST_ID)
        assert [one.case.case_id for one in ended] == [second.case_id]
        errands = await case_queue.errands(tx, shop.merchant_id, kept.case_id)
        assert [row["kind"] for row in errands] == ["open_return", "label"]
