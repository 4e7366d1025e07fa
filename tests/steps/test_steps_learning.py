"""A week of turns that went badly → proposals: named, sized, without personal data; decided once, measured the week after."""

import json
from datetime import date, timedelta

import pytest
from steps_shop import NOON, Shop

from doorstep.domain.talking.learning import ChangeKind
from doorstep.errors import ConflictError, NotFoundError
from doorstep.steps.learning import accept, dismiss, learn_week, learn_weekly, monday_before
from doorstep.store import confirmations, intent_models, learning

WEEK, NEXT_MONDAY = date(2026, 11, 16), NOON + timedelta(days=5)
SHORT = timedelta(minutes=1)
_TURN = """
with c as (
    insert into conversation (merchant_id, channel, address, connection_id, opened_at, last_in_at) values ($1, 'chat', $2, 1, $3, $3)
    on conflict (merchant_id, channel, address) do update set last_in_at = $3 returning conversation_id
), r as (
    insert into reply (merchant_id, connection_id, provider_id, channel, sender, recipient, text, keyword, received_at, conversation_id, sender_name)
    select $1, 1, gen_random_uuid()::text, 'chat', $2, 'shop', $4, '', $3, conversation_id, 'Ana Lovelace' from c returning reply_id, conversation_id
)
insert into turn (merchant_id, conversation_id, reply_id, came_at, state, due_at, language, intent, confidence, answered, unanswered, handover, said)
select $1, conversation_id, reply_id, $3, 'answered', $3, 'en', $5, $6, true, $7, $8, $9::json from r returning turn_id
"""


async def turn(
    shop: Shop,
    address: str,
    text: str,
    after: timedelta = timedelta(),
    *,
    intent: str = "",
    confidence: float = 0.4,
    unanswered: bool = False,
    handover: str = "",
    said: tuple[str, ...] = (),
) -> None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        told = json.dumps(said)
        await tx.execute(_TURN, shop.merchant_id, address, NOON + after, text, intent, confidence, unanswered, handover, told)


async def proposals(shop: Shop, *states: str) -> list[learning.Proposal]:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await learning.listed(tx, shop.merchant_id, states or ("proposed",), 99)


async def test_questions_without_an_answer_are_one_group_without_names_and_numbers(shop: Shop) -> None:
    await turn(shop, "a", "Do you engrave names on the rings? My order is 10023344, ana@lovelace.example", unanswered=True)
    await turn(shop, "b", "Can you engrave a name on a ring, says Lovelace", unanswered=True)
    await turn(shop, "c", "Do you engrave the rings with a name?", unanswered=True)
    await turn(shop, "d", "What is the weight of the big suitcase?", unanswered=True)
    await learn_week(shop.database, shop.merchant_id, WEEK, NEXT_MONDAY)
    [one] = await proposals(shop)
    assert (one.kind, one.size, one.change.kind, one.week) == ("unanswered", 3, ChangeKind.KNOWLEDGE, WEEK)
    assert "engrave" in one.name
    told = " ".join((*one.examples, one.change.title, one.change.draft))
    assert not any(personal in told for personal in ("10023344", "lovelace", "Lovelace"))


async def test_what_was_chosen_after_a_question_back_is_a_phrase_that_one_click_teaches(shop: Shop) -> None:
    await turn(shop, "a", "my thing went walkabout", said=("ask.clarify",))
    await turn(shop, "a", "It is late", SHORT, intent="track.late", confidence=1.0)
    await turn(shop, "b", "bring a person", said=("ask.clarify",))
    await turn(shop, "b", "A human", SHORT, intent="human.agent", confidence=1.0)
    await learn_week(shop.database, shop.merchant_id, WEEK, NEXT_MONDAY)
    [one] = await proposals(shop)
    assert (one.change.kind, one.change.label, one.change.phrases) == (ChangeKind.PHRASES, "track.late", ("my thing went walkabout",))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await accept(tx, shop.merchant_id, one.proposal_id, "user 7", NEXT_MONDAY)
        [kept] = await intent_models.utterances(tx, shop.merchant_id, 9)
        with pytest.raises(ConflictError):
            await accept(tx, shop.merchant_id, one.proposal_id, "user 7", NEXT_MONDAY)
    assert (kept.text, kept.label, kept.source) == ("my thing went walkabout", "track.late", "talk")


async def test_an_accepted_change_is_measured_once_its_week_is_over(shop: Shop) -> None:
    for number, at in enumerate((timedelta(), SHORT, timedelta(days=6))):
        await turn(shop, str(number), "Do you engrave the rings with a name?", at, unanswered=True)
    await turn(shop, "x", "thank you", timedelta(days=6))
    assert await learn_weekly(shop.database, NEXT_MONDAY) == 1
    [one] = await proposals(shop)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await accept(tx, shop.merchant_id, one.proposal_id, "user 7", NEXT_MONDAY)
    assert await learn_weekly(shop.database, NEXT_MONDAY + timedelta(days=6)) == 0
    await learn_weekly(shop.database, NEXT_MONDAY + timedelta(days=7, hours=1))
    [measured] = await proposals(shop, "measured")
    assert measured.before is not None
    assert measured.after is not None
    assert (measured.before.times, measured.before.of, measured.after.times, measured.after.of) == (2, 2, 1, 2)


async def test_what_was_dismissed_is_not_proposed_again(shop: Shop) -> None:
    for address in "ab":
        await turn(shop, address, "Do you engrave the rings with a name?", unanswered=True)
    await learn_week(shop.database, shop.merchant_id, WEEK, NEXT_MONDAY)
    [one] = await proposals(shop)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await dismiss(tx, shop.merchant_id, one.proposal_id, "user 7", NEXT_MONDAY)
    await learn_week(shop.database, shop.merchant_id, WEEK, NEXT_MONDAY)
    assert await proposals(shop) == []


async def test_a_policy_that_refuses_often_is_shown_with_its_count(shop: Shop) -> None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await confirmations.count_refusals(tx, shop.merchant_id, {("open_return", "window"): 9, ("cancel_order", "state"): 2}, WEEK)
    await turn(shop, "a", "hello")
    await learn_week(shop.database, shop.merchant_id, WEEK, NEXT_MONDAY)
    [one] = await proposals(shop)
    assert (one.kind, one.size, one.change.action, one.change.code) == ("refused", 9, "open_return", "window")


async def test_a_week_is_looked_at_once_by_itself_and_another_merchants_decisions_are_theirs(shop: Shop) -> None:
    for address in "ab":
        await turn(shop, address, "Do you engrave the rings with a name?", unanswered=True)
    assert monday_before(NEXT_MONDAY) == WEEK
    assert await learn_weekly(shop.database, NEXT_MONDAY) == 1
    assert await learn_weekly(shop.database, NEXT_MONDAY) == 0
    [one] = await proposals(shop)
    async with shop.database.for_merchant(shop.merchant_id + 1) as tx:
        for asked in (shop.merchant_id, shop.merchant_id + 1):
            with pytest.raises(NotFoundError):
                await accept(tx, asked, one.proposal_id, "eve", NEXT_MONDAY)
