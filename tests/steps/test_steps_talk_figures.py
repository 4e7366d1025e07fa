"""Customers write → contacts; who comes back within seven days, to whom a human came, and what is still open: counted as defined."""

from datetime import date, timedelta

import pytest
from steps_shop import NOON, Shop

from doorstep.conversations.talks.book import house
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Turned
from doorstep.domain.vocabulary import ChannelKind
from doorstep.insights.talks import TalkInsight
from doorstep.steps.handing_over import hand_to_human
from doorstep.steps.how_talks_went import how_talks_went, note_contact
from doorstep.store import conversations, handovers

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: NOON is a Wednesday.
WEEK = (date(2026, 11, 16), date(2026, 11, 16))


async def talk_of(shop: Shop, address: str) -> int:
    """A conversation by chat."""
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return (await conversations.hold(tx, shop.merchant_id, ChannelKind.CHAT, address, 1, NOON)).conversation_id


async def wrote(
    shop: Shop, conversation_id: int, talk: str, after: timedelta = timedelta(), *, order_id: int | None = None, answered: bool = True
) -> None:
    """A turn that a talk answered, as `converse` counts it."""
    at = NOON + after
    row = {"conversation_id": conversation_id, "came_at": at, "memory": "{}"}
    turned = Turned(memory=Memory(), talk=talk, answered=answered)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await note_contact(tx, shop.merchant_id, house(), row, turned, order_id, None, at)  # type: ignore[arg-type]


async def went(shop: Shop, after: timedelta) -> TalkInsight:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await how_talks_went(tx, shop.merchant_id, WEEK, NOON + after)


async def test_what_is_asked_once_is_open_for_seven_days_and_solved_after_them(shop: Shop) -> None:
    await wrote(shop, await talk_of(shop, "ana"), "where")
    young = (await went(shop, 6 * DAY)).whole
    assert (young.contacts, young.open, young.solved_at_first.of, young.automated.times) == (1, 1, 0, 1)
    old = (await went(shop, 7 * DAY + HOUR)).whole
    assert (old.open, old.solved_at_first.times, old.deflected.times, old.solved_alone.times, old.repeated.times) == (0, 1, 1, 1, 0)


@pytest.mark.parametrize(("days", "again"), [(6, 1), (8, 0)])
async def test_the_same_subject_within_seven_days_was_not_solved_whatever_talk_answers_it(shop: Shop, days: int, again: int) -> None:
    talk = await talk_of(shop, "ana")
    await wrote(shop, talk, "where")
    await wrote(shop, talk, "late", days * DAY)
    whole = (await went(shop, 30 * DAY)).whole
    assert whole.contacts == 1  # the other lies in the next week
    assert whole.repeated.times == again
    assert whole.solved_at_first.times == 1 - again
    assert whole.deflected.times == 1  # no human came, solved or not


async def test_whoever_comes_back_is_no_first_contact(shop: Shop) -> None:
    talk = await talk_of(shop, "ana")
    await wrote(shop, talk, "where")
    await wrote(shop, talk, "where", 2 * HOUR)
    whole = (await went(shop, 30 * DAY)).whole
    assert (whole.contacts, whole.repeated.times, whole.solved_at_first.of, whole.solved_at_first.times) == (2, 1, 1, 0)


async def test_another_subject_and_another_order_are_no_coming_back(shop: Shop) -> None:
    talk = await talk_of(shop, "ana")
    await wrote(shop, talk, "where", order_id=1)
    await wrote(shop, talk, "return", DAY, order_id=1)
    await wrote(shop, talk, "where", 2 * DAY, order_id=2)
    whole = (await went(shop, 30 * DAY)).whole
    assert (whole.contacts, whole.repeated.times) == (3, 0)


async def test_the_same_order_asked_about_from_elsewhere_is_coming_back(shop: Shop) -> None:
    await wrote(shop, await talk_of(shop, "ana"), "where", order_id=1)
    await wrote(shop, await talk_of(shop, "ana@customer.example"), "where", DAY, order_id=1)
    assert (await went(shop, 30 * DAY)).whole.repeated.times == 1


async def test_one_request_over_several_messages_is_one_contact(shop: Shop) -> None:
    talk = await talk_of(shop, "ana")
    await wrote(shop, talk, "", answered=False)
    await wrote(shop, talk, "return", timedelta(minutes=1), answered=False)
    await wrote(shop, talk, "hello", timedelta(minutes=2))
    await wrote(shop, talk, "return", 20 * HOUR)
    whole = await went(shop, 30 * DAY)
    assert [(one.key, one.went.contacts) for one in whole.subjects] == [("return", 1)]
    assert [one.key for one in whole.talks] == ["return"]


async def test_a_greeting_alone_is_no_contact(shop: Shop) -> None:
    await wrote(shop, await talk_of(shop, "ana"), "hello")
    assert (await went(shop, 30 * DAY)).whole.contacts == 0


async def test_where_a_human_takes_over_nothing_is_deflected_and_their_answer_solves(shop: Shop) -> None:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    for address, answers in (("ana", True), ("bo", False)):
        number = await talk_of(shop, address)
        await wrote(shop, number, "where")
        async with shop.database.for_merchant(shop.merchant_id) as tx:
            talk = await conversations.find(tx, shop.merchant_id, number)
            assert talk is not None
            await hand_to_human(tx, tenant, talk, reason=HandoverReason.ANGER, summary="s", order_id=None, language="en", now=NOON + HOUR)
            if answers:
                await handovers.answered(tx, shop.merchant_id, number, None, NOON + 3 * HOUR)
    found = await went(shop, 30 * DAY)
    assert (found.whole.deflected.times, found.whole.automated.times) == (0, 0)
    assert (found.whole.solved_at_first.times, found.whole.solved_at_first.of) == (1, 2)
    assert [(one.reason, one.share.times) for one in found.reasons] == [("anger", 2)]
    assert (found.handed, found.handed_answered, found.first_answer.human.median_hours) == (2, 1, 2.0)


async def test_another_merchant_counts_none_of_it(shop: Shop) -> None:
    await wrote(shop, await talk_of(shop, "ana"), "where")
    async with shop.database.for_merchant(shop.merchant_id + 1) as tx:
        for asked in (shop.merchant_id, shop.merchant_id + 1):
            assert (await how_talks_went(tx, asked, WEEK, NOON)).whole.contacts == 0
