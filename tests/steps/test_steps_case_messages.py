"""A case's moments → what its customer and the merchant's systems hear: each once, while it is so, and no price to whoever got a gift."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import msgspec
import pytest
from steps_cases import BACK, DAY, PRICE, Returning, eur
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, open_shop

from doorstep.domain.actions.arguments import CancelReturn
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Remedy
from doorstep.domain.messages import Change
from doorstep.domain.orders import Consent, Refund
from doorstep.domain.plugins import RefundSeen
from doorstep.domain.vocabulary import ChannelKind, Lead, Purpose
from doorstep.journeys import Moment
from doorstep.steps.case_moves import move, tell
from doorstep.steps.case_news import as_a_gift, has_moved_on
from doorstep.steps.decide import decide
from doorstep.steps.happenings import Happening
from doorstep.steps.last_look import last_look
from doorstep.steps.short_links import target_of
from doorstep.store import cases, orders, recipients, short_links
from doorstep.store.cases import KeptCase
from doorstep.store.database import Database
from doorstep.store.orders import KeptOrder

WEBHOOK = {"url": "https://hooks.shop.example/doorstep", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
#: No action waits, so that a moment's message is there at once.
AT_ONCE = {"return_requested": {"delay_s": 0}, "return_approved": {"delay_s": 0}}


@pytest.fixture(scope="module")
async def messages_database(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    async with database_named("case_messages") as opened:
        yield opened


async def opened(database: Database, journeys: dict | None = None, **channels: dict) -> Returning:
    async with database.system() as tx:  # what other tests left is looked at by none of this one
        await tx.execute("update cases set look_at = null")
        await tx.execute("update errand set look_at = null")
    settings = {"return_address": BACK, "journeys": journeys or {}}
    house = Returning(await open_shop(database, channels={"email": EMAIL, "webhook": WEBHOOK, **channels}, settings=settings))
    await house.deliver()
    return house


@pytest.fixture
async def here(messages_database: Database) -> Returning:
    return await opened(messages_database)


async def told(shop: Shop, channel: str = "email") -> list[str]:
    """Triggers of cases' messages."""
    ours = re.compile(r"(return|exchange|claim|delivery_change|order\.change)")
    return [one for one in await shop.sent(channel) if ours.match(one)]


async def mail(shop: Shop, trigger: str) -> str:
    [row] = await shop.rows(
        "select subject, text from message where merchant_id = $1 and channel = 'email' and trigger = $2", shop.merchant_id, trigger
    )
    return f"{row['subject']}\n{row['text']}"


async def to(here: Returning, case_id: int, state: CaseState, now=NOON + HOUR, **changed: object) -> KeptCase:
    async with here.shop.database.system() as tx:
        return await move(tx, here.shop.directory, here.tenant, case_id, state, actor="user 1", why="a test", now=now, **changed)


async def its_order(here: Returning) -> KeptOrder:
    async with here.shop.database.system() as tx:
        [kept] = await orders.page(tx, here.shop.merchant_id)
        return kept


async def test_a_label_that_is_there_at_once_says_all_that_the_approval_would(here: Returning) -> None:
    await here.rules(expires_days=20, refund_days=(3, 4))
    case = (await here.open_return()).case
    await here.labels()
    assert await told(here.shop) == ["return.label_ready"]
    await here.shop.wait_until(NOON + HOUR)
    assert await told(here.shop) == ["return.label_ready"]
    assert (await here.shop.decisions())["return.approved", ""] == "superseded"
    text = await mail(here.shop, "return.label_ready")
    kept = await its_order(here)
    assert case.rma in text
    assert f"https://doorstep.example/o/{kept.token}/cases/{case.case_id}?m=" in text
    assert "December 8" in text  # twenty days from the eighteenth
    assert "within 3–4 days" in text  # noqa: RUF001 - a span is written so
    assert "You get back: €25.00" in text
    assert "Shirt: 1 ×" in text  # noqa: RUF001 - the sign for times


async def test_an_approval_whose_label_does_not_come_is_told(here: Returning) -> None:
    await here.open_return()
    assert await told(here.shop) == []
    await here.shop.wait_until(NOON + timedelta(minutes=4))
    assert await told(here.shop) == ["return.approved"]


async def test_a_reminder_of_a_parcel_that_was_handed_over_meanwhile_is_not_told(messages_database: Database) -> None:
    here = await opened(messages_database, {"return_reminder": {"delay_s": 3600}})
    case = (await here.open_return()).case
    await here.labels()
    await here.look(NOON + 7 * DAY + HOUR)
    await to(here, case.case_id, CaseState.IN_TRANSIT, NOON + 7 * DAY + HOUR)
    await here.shop.wait_until(NOON + 8 * DAY)
    assert "return.reminder" not in await told(here.shop)
    assert {key[0]: outcome for key, outcome in (await here.shop.decisions()).items()}["return.reminder"] == "superseded"


async def test_a_message_that_lay_in_the_outbox_is_taken_back_where_its_case_has_moved_on(here: Returning) -> None:
    case = (await here.open_return()).case
    await here.labels()
    leased = [one for one in await here.shop.lease(NOON + HOUR, 2000) if one.message.merchant_id == here.shop.merchant_id]
    mine = [one for one in leased if one.trigger == "return.label_ready" and one.message.channel is ChannelKind.EMAIL]
    async with here.shop.database.system() as tx:
        assert await last_look(tx, here.shop.directory, mine, NOON + HOUR) == mine
    await to(here, case.case_id, CaseState.IN_TRANSIT)
    async with here.shop.database.system() as tx:
        assert await last_look(tx, here.shop.directory, mine, NOON + HOUR) == []


async def test_two_cases_of_one_order_are_two_messages(messages_database: Database) -> None:
    here = await opened(messages_database, AT_ONCE)
    first, second = await here.open_return(), await here.open_return()
    both = await here.shop.rows(
        "select text from message where merchant_id = $1 and channel = 'email' and trigger = 'return.approved'", here.shop.merchant_id
    )
    assert len(both) == 2
    assert all(any(one.case.rma in row["text"] for row in both) for one in (first, second))


async def test_money_that_a_case_gives_back_is_told_once(here: Returning) -> None:
    case = (await here.open_return()).case
    for state in (CaseState.RECEIVED, CaseState.INSPECTED, CaseState.SETTLING):
        await to(here, case.case_id, state)
    shop_says = RefundSeen("1001", Refund(refund_id="r1", at=NOON + HOUR, amount=eur(PRICE)))
    other = RefundSeen("1001", Refund(refund_id="r2", at=NOON + HOUR, amount=eur(300)))
    await here.shop.arrive(facts=[shop_says, other], now=NOON + HOUR)
    await to(here, case.case_id, CaseState.CLOSED, NOON + 2 * HOUR)
    decided = await here.shop.decisions()
    assert decided["order.refunded", "r1"] == "superseded"
    assert decided["return.refunded", ""] == "queued"
    assert "we have sent €25.00 back" in await mail(here.shop, "return.refunded")
    assert await here.shop.sent("webhook") == sorted(await here.shop.sent("webhook"), key=(await here.shop.sent("webhook")).index)
    assert "order.refunded" in await here.shop.sent("webhook")


async def test_what_is_refused_is_told_with_its_reason_in_the_customers_language(messages_database: Database) -> None:
    here = await opened(messages_database)
    await here.rules(auto_up_to_minor=None)
    case = (await here.open_return()).case
    assert case.state is CaseState.REQUESTED
    await to(here, case.case_id, CaseState.REFUSED, decision="window: We told you on the phone.", decided_by="user 1")
    assert "The time for this is over. We told you on the phone." in await mail(here.shop, "return.refused")
    await here.shop.wait_until(NOON + 2 * HOUR)
    assert await told(here.shop) == ["return.refused"]  # that it is looked at has passed


async def test_whoever_called_a_return_off_hears_that_it_is_off(here: Returning) -> None:
    case = (await here.open_return()).case
    await here.ask(CancelReturn(case=case.case_id), NOON + timedelta(minutes=1))
    assert await told(here.shop) == ["return.cancelled"]


async def test_two_days_later_alternatives_are_offered_to_those_who_want_to_hear_of_such_things(here: Returning) -> None:
    await here.stock()
    case = (await here.open_return()).case
    for state in (CaseState.RECEIVED, CaseState.INSPECTED, CaseState.SETTLING, CaseState.CLOSED):
        kept = await to(here, case.case_id, state)
    await follow_up(here, kept, "1")
    assert (await here.shop.decisions())["return.follow_up", "1"] == "no_consent"
    said = Consent(purpose=Purpose.MARKETING, channel=ChannelKind.EMAIL, granted=True, source="preferences", at=NOON)
    async with here.shop.database.system() as tx:
        await recipients.consent(tx, [(here.shop.merchant_id, "ana@customer.example", said)])
    await follow_up(here, kept, "2")
    assert (await here.shop.decisions())["return.follow_up", "2"] == "queued"
    text = await mail(here.shop, "return.follow_up")
    assert "Shall we find what fits better?" in text
    assert "/u/" in text


async def follow_up(here: Returning, kept: KeptCase, occurrence: str) -> None:
    async with here.shop.database.system() as tx:
        await tell(tx, here.shop.directory, kept, await its_order(here), "return.follow_up", occurrence, NOON + 2 * DAY)


async def test_a_text_leads_to_the_cases_page_by_a_short_link(messages_database: Database) -> None:
    here = await opened(messages_database, AT_ONCE | {"return_approved": {"delay_s": 0, "channels": ["sms"]}}, twilio=TWILIO)
    kept = await its_order(here)
    async with here.shop.database.system() as tx:
        customer = msgspec.structs.replace(kept.order.customer, phone="+34600000001")
        await orders.write(tx, [msgspec.structs.replace(kept, order=msgspec.structs.replace(kept.order, customer=customer))], NOON)
    case = (await here.open_return()).case
    [row] = await here.shop.rows("select text from message where merchant_id = $1 and channel = 'sms'", here.shop.merchant_id)
    [code] = re.findall(r"/s/(\w+)", row["text"])
    async with here.shop.database.system() as tx:
        link = await short_links.find(tx, code)
        assert link is not None
        assert link["leads_to"] == Lead.CASE
        target = await target_of(tx, here.shop.directory.sealer, link, marked=False)
    assert target is not None
    assert target.url == f"/o/{kept.token}/cases/{case.case_id}"


async def test_a_gift_is_told_to_nobody_but_whoever_got_it_and_without_prices(messages_database: Database) -> None:
    here = await opened(messages_database, AT_ONCE)
    case = (await here.open_return(gift=True, remedy=Remedy.STORE_CREDIT)).case
    await here.labels()
    assert await told(here.shop) == []
    assert (await here.shop.decisions())["return.label_ready", ""] == "no_address"
    await to(here, case.case_id, CaseState.IN_TRANSIT, wanted={"email": "friend@customer.example"})
    leased = await here.shop.lease(NOON + HOUR, 2000)
    [sent] = [
        one.message
        for one in leased
        if one.message.merchant_id == here.shop.merchant_id
        and one.trigger == "return.in_transit"
        and one.message.channel is ChannelKind.EMAIL
    ]
    assert (sent.to, sent.to_name) == ("friend@customer.example", "Ana")
    assert re.search(rf"/g/[^/]+/cases/{case.case_id}", sent.content.text)
    whole = f"{sent.content.subject}{sent.content.text}{sent.content.html}"
    assert (await its_order(here)).token not in whole
    assert not re.search(r"€|25\.00|2500|ana@customer", whole)


async def test_the_merchants_systems_hear_of_each_moment_once_with_the_case(here: Returning) -> None:
    case = (await here.open_return()).case
    await here.labels()
    await to(here, case.case_id, CaseState.RECEIVED)
    await to(here, case.case_id, CaseState.INSPECTED)
    async with here.shop.database.system() as tx:  # the same once more
        kept = (await cases.read(tx, [(here.shop.merchant_id, case.case_id)]))[here.shop.merchant_id, case.case_id]
        await tell(tx, here.shop.directory, kept, await its_order(here), "return.received", "", NOON + 2 * HOUR)
    rows = await here.shop.rows(
        "select trigger, body from message where merchant_id = $1 and channel = 'webhook' and trigger like 'return.%' order by created_at",
        here.shop.merchant_id,
    )
    assert [row["trigger"] for row in rows] == ["return.approved", "return.label_ready", "return.received", "return.inspected"]
    body = msgspec.json.decode(rows[2]["body"])
    assert (body["type"], body["data"]["order"]["number"]) == ("return.received", "#1001")
    document = body["data"]["case"]
    assert (document["id"], document["rma"], document["kind"], document["state"]) == (str(case.case_id), case.rma, "return", "received")
    assert (document["actor"], document["refund"]) == ("user 1", {"amount_minor": PRICE, "currency": "EUR"})
    assert document["lines"][0] | {"line_id": "L1", "quantity": 1, "reason": "taste.colour"} == document["lines"][0]
    assert document["label"]["way"]
    assert set(document) == {*Case.__struct_fields__, "id", "order", "actor"}


async def test_a_case_that_is_read_because_nobody_brought_it_is_told_all_the_same(here: Returning) -> None:
    case = (await here.open_return()).case
    change = Change(trigger="return.reminder", subject_kind="case", subject_id=case.case_id, occurrence="x", happened_at=NOON)
    happening = Happening(merchant_id=here.shop.merchant_id, moment=Moment(change), order=await its_order(here))
    async with here.shop.database.system() as tx:
        await decide(tx, [happening], here.shop.directory, NOON)
    assert case.rma in await mail(here.shop, "return.reminder")


def case_of(kind: CaseKind, state: CaseState) -> Case:
    return Case(case_id=1, kind=kind, action=ActionKind.OPEN_RETURN, state=state)


@pytest.mark.parametrize(
    ("trigger", "stands", "passed"),
    [
        ("return.requested", "requested", "approved"),
        ("return.approved", "approved", "label_ready"),
        ("claim.approved", "label_ready", "closed"),
        ("return.label_ready", "label_ready", "cancelled"),
        ("exchange.reminder", "label_ready", "in_transit"),
        ("return.in_transit", "in_transit", "received"),
        ("return.received", "settling", "closed"),
        ("delivery_change.requested", "passed_on", "closed"),
        ("delivery_change.refused", "expired", "closed"),
        ("return.follow_up", "closed", "received"),
    ],
)
def test_what_waited_is_told_while_it_is_so(trigger: str, stands: str, passed: str) -> None:
    change = Change(trigger=trigger, subject_kind="case", subject_id=1)
    assert not has_moved_on(change, case_of(CaseKind.RETURN, CaseState(stands)))
    assert has_moved_on(change, case_of(CaseKind.RETURN, CaseState(passed)))
    assert has_moved_on(change, None)


def test_money_on_its_way_is_told_whatever_came_since_and_orders_have_no_case() -> None:
    change = Change(trigger="return.refunded", subject_kind="case", subject_id=1)
    assert not any(has_moved_on(change, case_of(CaseKind.RETURN, state)) for state in CaseState)
    assert not has_moved_on(Change(trigger="order.placed", subject_kind="order", subject_id=1), None)


async def test_a_gifts_order_keeps_where_it_went_and_loses_who_gave_it_and_what_it_cost(here: Returning) -> None:
    case = case_of(CaseKind.RETURN, CaseState.APPROVED)
    shown = as_a_gift(await its_order(here), case).order
    assert (shown.customer.email, shown.customer.first_name, shown.total) == (None, "Ana", None)
    assert all(line.unit_price is None for line in shown.lines)
    assert shown.ship_to is not None
