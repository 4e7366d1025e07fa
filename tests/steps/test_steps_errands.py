"""Errands: handed on by the best way, done once whatever fails, reminded, escalated, answered; and the case follows."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from shopify_admin import Shopify
from steps_errands import HOURS, MINUTE, Errands, taken
from steps_shop import EMAIL, NOON, Shop, fulfilment, open_shop, order, said

from doorstep.domain.actions.cases import CaseLine
from doorstep.domain.actions.kinds import CaseKind, CaseState, Outside
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.messages import Receipt
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.plugins import Response
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps import case_moves
from doorstep.steps.carrier_desks import desks_of
from doorstep.store import access, connections
from doorstep.store.database import Database
from doorstep.store.errands import ErrandState, Way

SHOPIFY = {"client_secret": "shpss_1", "shop_domain": "brand.myshopify.com", "access_token": "shpat_1"}
WEBHOOK = {"url": "https://shop.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
DAY = timedelta(days=1)
_MADE: Iterator[int] = iter(range(1000))
WISH = {"shipment": "N1", "carrier": "gls", "change": "reschedule", "on": "2026-11-20", "note": "ring twice"}


async def with_order(shop: Shop, connected: str = "generic") -> Errands:
    lines = (OrderLine(line_id="11", name="Shirt", quantity=2), OrderLine(line_id="12", name="Cap"))
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"), lines=lines)], shop=connected)
    return Errands(shop)


async def owner(shop: Shop) -> str:
    address = f"owner.{next(_MADE)}@errands.example"
    async with shop.database.system() as tx:
        await access.add_user(tx, shop.merchant_id, address, "a long password", "owner")
    return address


async def at_shopify(database: Database) -> tuple[Errands, Shopify]:
    shop = await open_shop(database)
    await Errands(shop).connect("shop", "shopify", SHOPIFY)
    return await with_order(shop, "shopify"), Shopify()


async def test_without_any_interface_it_is_the_owners_to_do_and_they_are_mailed(shop: Shop) -> None:
    mine = await with_order(shop)
    mail = await owner(shop)
    case = await mine.open(ErrandKind.CANCEL_ORDER, {"reason": "ordered by mistake"})
    assert (await mine.last()).way is None
    assert await mine.take_up() == 1
    kept = await mine.last()
    assert (kept.state, kept.way, kept.message_id) == (ErrandState.WAITING, Way.DESK, None)
    [told] = await mine.mails()
    assert (told["recipient"], told["channel"]) == (mail, "email")
    assert "Cancel the order" in told["subject"]
    assert f"/desk/cases/{case.case_id}" in told["text"]
    assert "ordered by mistake" in told["text"]
    assert await mine.take_up(NOON + HOURS) == 0  # nothing is due
    await mine.take_up(NOON + 12 * HOURS)
    assert len(await mine.mails()) == 2
    await mine.take_up(NOON + 24 * HOURS)
    kept = await mine.last()
    assert (kept.state, kept.reminded) == (ErrandState.ESCALATED, 1)
    assert "Nobody has answered for 24 hours" in (await mine.mails())[-1]["text"]
    assert (await mine.case(case)).state is CaseState.PASSED_ON
    await mine.answer(done=True, why="cancelled by hand", now=NOON + 25 * HOURS)
    assert (await mine.case(case)).state is CaseState.CLOSED
    assert await mine.take_up(NOON + 40 * DAY) == 0


async def test_the_merchants_own_systems_are_told_and_answer(database: Database) -> None:
    shop = await open_shop(database, channels={"email": EMAIL, "webhook": WEBHOOK})
    mine = await with_order(shop)
    case = await mine.open(ErrandKind.EDIT_ADDRESS, {"address": {"lines": ["Main 1"], "city": "Baldwin", "country": "US"}})
    await mine.take_up()
    kept = await mine.last()
    assert (kept.state, kept.way) == (ErrandState.SENT, Way.WEBHOOK)
    [told] = await mine.documents()
    data = told["data"]
    assert data["answer_url"] == f"https://doorstep.example/api/v1/errands/{kept.errand_id}/answer"
    assert data["idempotency_key"] == kept.key
    assert (data["errand"]["kind"], data["errand"]["body"]["address"]["city"]) == ("edit_address", "Baldwin")
    assert data["order"]["external_id"] == "1001"
    await mine.take_up(NOON + 13 * HOURS)
    assert len(await mine.documents("errand.reminder")) == 1
    assert (await mine.documents("errand.reminder"))[0]["data"]["idempotency_key"] == kept.key
    done = await mine.answer(done=True, external_id="a1", now=NOON + 14 * HOURS)
    assert (done.state, done.external_id) == (ErrandState.DONE, "a1")
    assert (await mine.case(case)).state is CaseState.CLOSED
    assert await mine.answer(done=True) == done  # twice is once
    with pytest.raises(ConflictError):
        await mine.answer(done=False)
    with pytest.raises(NotFoundError):
        await mine.answer(done=True, number=10**9)
    assert [state for _, state, _ in await mine.events(case)].count("closed") == 1


async def test_a_no_ends_a_change_with_its_reason(database: Database) -> None:
    shop = await open_shop(database, channels={"email": EMAIL, "webhook": WEBHOOK})
    mine = await with_order(shop)
    case = await mine.open(ErrandKind.CANCEL_ORDER)
    await mine.take_up()
    await mine.answer(done=False, why="it is packed already")
    after = await mine.case(case)
    assert (after.state, after.decision, after.decided_by) == (CaseState.REFUSED, "it is packed already", "key 1")


async def test_shopify_is_made_to_do_it_and_the_return_is_closed(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    case = await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    kept = await mine.last()
    assert (kept.kind, kept.way, kept.state) == (ErrandKind.REFUND, Way.SHOP, ErrandState.SENT)
    assert await mine.send(shopify.run) == ["shopify"]
    [made] = shopify.root.refunds
    assert kept.key in made["note"]
    assert case.rma in made["note"]
    await mine.take_up()
    kept = await mine.last()
    assert (kept.state, kept.external_id) == (ErrandState.DONE, "gid://shopify/Refund/1")
    assert (await mine.case(case)).state is CaseState.CLOSED
    assert await mine.shop.rows("select amount_minor, refund, case_id from payment where merchant_id = $1", mine.shop.merchant_id) == [
        {"amount_minor": 2500, "refund": True, "case_id": case.case_id}
    ]
    [row] = await mine.shop.rows(
        "select channel, topic, state from message where merchant_id = $1 and trigger = 'errand.requested'", mine.shop.merchant_id
    )
    assert row == {"channel": "errand", "topic": "refund", "state": "reached"}
    attempts = await mine.shop.rows("select outcome from send_attempt where merchant_id = $1", mine.shop.merchant_id)
    assert "reached" in [one["outcome"] for one in attempts]


@pytest.mark.parametrize(
    "fault", ["lost", "down", Response(status=503), Response(status=429, headers={"retry-after": "7"})], ids=["lost", "down", "503", "429"]
)
async def test_a_refund_whose_call_goes_wrong_is_made_once(database: Database, fault: Any) -> None:
    mine, shopify = await at_shopify(database)
    case = await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    shopify.fault("DoorstepRefund", fault)
    await mine.send(shopify.run)
    await mine.take_up()
    assert (await mine.last()).state is ErrandState.SENT
    await mine.send(shopify.run, NOON + 10 * MINUTE)
    await mine.take_up(NOON + 10 * MINUTE)
    assert (await mine.last()).state is ErrandState.DONE
    assert len(shopify.root.refunds) == 1
    assert (await mine.case(case)).state is CaseState.CLOSED


async def test_a_worker_that_dies_after_the_refund_makes_no_second_one(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    await mine.die_while_sending(shopify.run)
    assert len(shopify.root.refunds) == 1
    await mine.send(shopify.run, NOON + 10 * MINUTE)
    await mine.take_up(NOON + 10 * MINUTE)
    assert (await mine.last()).state is ErrandState.DONE
    assert len(shopify.root.refunds) == 1


async def test_an_invoice_that_may_have_left_is_a_humans_to_look_into_and_is_not_sent_again(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    await owner(mine.shop)
    case = await mine.open(ErrandKind.INVOICE, {"made_out_to": ""})
    await mine.take_up()
    shopify.fault("DoorstepInvoice", "lost")
    await mine.send(shopify.run)
    await mine.take_up()
    kept = await mine.last()
    assert kept.state is ErrandState.ESCALATED
    assert "Nobody knows whether it was done" in kept.answer
    assert "look there before you do it again" in (await mine.mails())[-1]["text"]
    assert await mine.send(shopify.run, NOON + HOURS) == []
    assert shopify.root.invoices == 1
    await mine.answer(done=True, why="it was there")
    assert (await mine.case(case)).state is CaseState.CLOSED


async def test_what_shopify_refuses_comes_to_the_owners_with_its_reason(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    await owner(mine.shop)
    case = await mine.settling(Money(9900, "EUR"))
    await mine.take_up()
    await mine.send(shopify.run)
    await mine.take_up()
    kept = await mine.last()
    assert kept.state is ErrandState.ESCALATED
    assert "more is to be refunded" in kept.answer
    assert (await mine.case(case)).state is CaseState.SETTLING
    assert "more is to be refunded" in (await mine.mails())[-1]["text"]
    assert shopify.root.refunds == []


async def test_a_paused_shop_does_nothing_and_a_human_is_told_in_time(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    await owner(mine.shop)
    await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    shopify.fault("DoorstepPaid", Response(status=401))
    await mine.send(shopify.run)
    [row] = await mine.shop.rows("select state from connection where connection_id = $1", mine.shop.connected["shopify"])
    assert row["state"] == "paused"
    await mine.shop.directory.refresh(database, NOON, force=True)
    assert await mine.send(shopify.run, NOON + HOURS) == []
    await mine.take_up(NOON + 13 * HOURS)
    assert (await mine.last()).state is ErrandState.ESCALATED
    async with database.system() as tx:  # resumed later, it is not done beside the human who has it now
        await connections.resume(tx, mine.shop.merchant_id, mine.shop.connected["shopify"])
    await mine.shop.directory.refresh(database, NOON, force=True)
    assert await mine.send(shopify.run, NOON + 14 * HOURS) == []
    assert shopify.root.refunds == []


async def test_what_is_being_done_this_moment_cannot_be_answered(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    assert "errand.requested" in [one.trigger for one in await mine.shop.lease()]
    with pytest.raises(ConflictError, match="this moment"):
        await mine.answer(done=True)
    assert shopify.root.refunds == []


async def test_an_answer_takes_what_has_not_left_out_of_the_line(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    case = await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    await mine.answer(done=True, why="by hand")
    assert (await mine.case(case)).state is CaseState.CLOSED
    assert await mine.send(shopify.run, NOON + HOURS) == []
    assert shopify.root.refunds == []


async def test_an_exchange_is_sent_and_a_customer_who_has_to_pay_more_is_the_shops_to_serve(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    lines = (CaseLine(line_id="11", quantity=1, variant_id="101", wanted_id="201"),)
    given: dict[str, Any] = {"to": Outside.WAREHOUSE, "case": CaseKind.EXCHANGE, "state": CaseState.APPROVED, "lines": lines, "keeps": True}
    await mine.open(ErrandKind.EXCHANGE, {"difference": {"amount_minor": 500, "currency": "EUR"}}, **given)
    await mine.take_up()
    assert {one.way for one in await mine.all() if one.kind is ErrandKind.EXCHANGE} == {Way.DESK}
    await mine.open(ErrandKind.EXCHANGE, {"difference": {"amount_minor": 0, "currency": "EUR"}}, once="yes 2", **given)
    await mine.take_up()
    await mine.send(shopify.run)
    await mine.take_up()
    sent = [one for one in await mine.all() if one.kind is ErrandKind.EXCHANGE][-1]
    assert (sent.way, sent.state, sent.external_id) == (Way.SHOP, ErrandState.DONE, "gid://shopify/Order/2002")


async def test_a_return_opened_at_shopify_is_the_one_that_is_closed(database: Database) -> None:
    mine, shopify = await at_shopify(database)
    lines = (CaseLine(line_id="11", quantity=1, reason="fit.too_small"),)
    case = await mine.open(ErrandKind.INVOICE, case=CaseKind.RETURN, state=CaseState.APPROVED, lines=lines)
    await mine.take_up()
    await mine.send(shopify.run)
    await mine.take_up()
    assert [one["status"] for one in shopify.root.returns] == ["OPEN"]

    async with mine.shop.database.system() as tx:
        await case_moves.move(
            tx, mine.shop.directory, mine.tenant, case.case_id, CaseState.CANCELLED, actor="customer", why="keeps it", now=NOON
        )
    await mine.take_up()
    await mine.send(shopify.run)
    await mine.take_up()
    closing = await mine.last()
    assert (closing.kind, closing.state, closing.external_id) == (ErrandKind.CLOSE_RETURN, ErrandState.DONE, "gid://shopify/Return/1")
    assert [one["status"] for one in shopify.root.returns] == ["CLOSED"]


async def test_that_a_return_was_opened_is_no_humans_work(shop: Shop) -> None:
    mine = await with_order(shop)
    await owner(shop)
    await mine.open(ErrandKind.OPEN_RETURN)
    await mine.take_up()
    assert (await mine.last()).state is ErrandState.WITHDRAWN
    assert await mine.mails() == []


async def test_a_carriers_desk_is_mailed_with_all_it_has_to_know_and_reminded(database: Database) -> None:
    shop = await open_shop(database, settings={"carrier_desks": {"gls": "desk@gls.example"}})
    mine = await with_order(shop)
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOURS)])
    await owner(shop)
    case = await mine.open(ErrandKind.DELIVERY_CHANGE, WISH, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE)
    await mine.take_up()
    kept = await mine.last()
    assert (kept.state, kept.way) == (ErrandState.SENT, Way.MAIL)
    [mail] = await mine.mails("errand.requested")
    assert mail["recipient"] == "desk@gls.example"
    for needed in ("N1", case.rma, "2026-11-20", "ring twice", "#1001", "Madrid", "A shop"):
        assert needed in mail["text"] + mail["subject"], needed
    assert await mine.send(taken) == []
    await mine.take_up(NOON + 10 * MINUTE)
    assert (await mine.last()).state is ErrandState.SENT  # sent is not done
    await mine.take_up(NOON + 12 * HOURS)
    reminder = (await mine.mails("errand.requested"))[-1]
    assert reminder["subject"].startswith("Reminder: ")
    await mine.take_up(NOON + 24 * HOURS)
    assert (await mine.last()).state is ErrandState.ESCALATED


async def test_a_mail_that_comes_back_is_told_at_once(database: Database) -> None:
    shop = await open_shop(database, settings={"carrier_desks": {"gls": "desk@gls.example"}})
    mine = await with_order(shop)
    await owner(shop)
    await mine.open(ErrandKind.DELIVERY_CHANGE, WISH, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE)
    await mine.take_up()
    bounced = Receipt(message_id=None, provider_id="x", state=MessageState.BOUNCED, provider_text="no such mailbox")
    await mine.send(taken, mail=lambda _: bounced)
    await mine.take_up(NOON + MINUTE)
    kept = await mine.last()
    assert kept.state is ErrandState.ESCALATED
    assert "no such mailbox" in kept.answer


async def test_the_parcels_own_scans_confirm_a_change(shop: Shop) -> None:
    mine = await with_order(shop)
    await shop.arrive(trackings=[said("N1", "future_date_requested", NOON - 2 * HOURS)])  # before it was asked for
    case = await mine.open(ErrandKind.DELIVERY_CHANGE, WISH, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE)
    await mine.take_up()
    await mine.take_up(NOON + 10 * MINUTE)
    assert (await mine.case(case)).state is CaseState.PASSED_ON
    await shop.arrive(trackings=[said("N1", "future_date_requested", NOON + 15 * MINUTE)])
    await mine.take_up(NOON + 21 * MINUTE)
    kept = await mine.last()
    assert kept.state is ErrandState.DONE
    after = await mine.case(case)
    assert after.state is CaseState.CLOSED
    assert ("carrier", "closed", "the parcel's own scans show it") in await mine.events(case)


async def test_a_parcel_that_arrives_first_ends_the_wish(shop: Shop) -> None:
    mine = await with_order(shop)
    case = await mine.open(ErrandKind.DELIVERY_CHANGE, WISH, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE)
    await mine.take_up()
    await shop.arrive(trackings=[said("N1", "delivered", NOON + 5 * MINUTE)])
    await mine.take_up(NOON + 10 * MINUTE)
    assert (await mine.last()).state is ErrandState.WITHDRAWN
    assert (await mine.case(case)).state is CaseState.EXPIRED


async def test_ups_is_told_by_its_own_interface_and_its_no_is_the_customers(database: Database) -> None:
    shop = await open_shop(database)
    mine = await with_order(shop)
    given = {"client_id": "a", "client_secret": "b", "contact_name": "Brand", "contact_phone": "+14107495070"}
    await mine.connect("carrier", "ups", given)
    wish = {**WISH, "carrier": "ups", "shipment": "1ZA2F8810719086435"}
    case = await mine.open(ErrandKind.DELIVERY_CHANGE, wish, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE)
    await mine.take_up()
    assert (await mine.last()).way is Way.CARRIER
    says = iter(
        [
            Response(status=200, body=b'{"access_token":"t","expires_in":"100"}'),
            Response(status=200, body=b'{"response":{"success":true,"commonEligibilityMap":[]}}'),
        ]
    )

    def run(flow: Any) -> Any:
        next(flow)
        while True:
            flow.send(next(says))

    await mine.send(run)
    await mine.take_up()
    assert (await mine.last()).state is ErrandState.REFUSED
    after = await mine.case(case)
    assert (after.state, after.decided_by) == (CaseState.REFUSED, "carrier")
    assert "UPS" in after.decision
    # What its interface does not take is the desk's.
    await mine.open(ErrandKind.DELIVERY_CHANGE, {**wish, "change": "hold"}, to=Outside.CARRIER, case=CaseKind.DELIVERY_CHANGE, once="yes 2")
    await mine.take_up()
    assert (await mine.last()).way is Way.DESK


async def test_a_claim_that_the_carrier_accepts_is_approved_and_one_it_refuses_waits_for_a_human(shop: Shop) -> None:
    mine = await with_order(shop)
    await owner(shop)
    body = {"tracking_number": "N1", "carrier": "gls", "claim": "lost", "value": {"amount_minor": 2500, "currency": "EUR"}}
    given: dict[str, Any] = {"to": Outside.CARRIER, "case": CaseKind.CLAIM}
    accepted = await mine.open(ErrandKind.CARRIER_CLAIM, body, **given)
    await mine.take_up()
    assert "25.00 EUR" in (await mine.mails())[-1]["text"]
    await mine.answer(done=True)
    assert (await mine.case(accepted)).state is CaseState.APPROVED
    refused = await mine.open(ErrandKind.CARRIER_CLAIM, body, once="yes 2", **given)
    await mine.take_up()
    mine_to_answer = next(one for one in await mine.all() if one.case_id == refused.case_id)
    await mine.answer(done=False, why="it was signed for", number=mine_to_answer.errand_id, now=NOON + HOURS)
    assert (await mine.case(refused)).state is CaseState.PASSED_ON
    assert "it was signed for" in (await mine.mails())[-1]["text"]
    assert ("key 1", "passed_on", "it was signed for") in await mine.events(refused)


@pytest.mark.parametrize("told", [[], {"gls": "nobody"}, {"GLS!": "desk@gls.example"}, {"gls": "a@b.example, c@d.example"}, {"gls": 7}])
def test_carriers_desks_that_are_none_are_refused(told: Any) -> None:
    with pytest.raises(BadInputError):
        desks_of({"carrier_desks": told})
    assert desks_of({}) == {}
    assert desks_of({"carrier_desks": {"gls": "desk@gls.example"}}) == {"gls": "desk@gls.example"}


async def test_what_a_case_needs_no_more_is_not_handed_on(shop: Shop) -> None:
    mine = await with_order(shop)
    case = await mine.open(ErrandKind.CANCEL_ORDER)

    async with shop.database.system() as tx:
        await case_moves.move(tx, shop.directory, mine.tenant, case.case_id, CaseState.CANCELLED, actor="customer", why="no", now=NOON)
    await mine.take_up()
    assert [one.state for one in await mine.all()] == [ErrandState.WITHDRAWN]
    assert await mine.mails() == []


async def test_nobody_elses_errands_are_touched_and_two_workers_take_up_each_once(database: Database) -> None:

    shop, other = await open_shop(database), await open_shop(database)
    mine, theirs = await with_order(shop), await with_order(other)
    for number in range(6):
        await mine.open(ErrandKind.CANCEL_ORDER, once=f"yes {number}")
    await theirs.open(ErrandKind.CANCEL_ORDER)
    await owner(shop)
    await asyncio.gather(*(mine.take_up(most=4) for _ in range(4)))
    await mine.take_up()
    assert {one.way for one in await mine.all()} == {Way.DESK}
    with pytest.raises(NotFoundError):
        await mine.answer(done=True, number=(await theirs.last()).errand_id)
    assert (await theirs.last()).open
