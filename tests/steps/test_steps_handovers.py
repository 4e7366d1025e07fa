"""A conversation handed over → routed, taken by one, answered, put off, late, closed, rated; the machine silent meanwhile."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from steps_shop import NOON, TWILIO, Shop, open_shop

from doorstep.domain.messages import Reply
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, HandoverState
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps import handing_over, handover_moves
from doorstep.steps.answer import answer
from doorstep.steps.handover_watch import watch_handovers
from doorstep.store import access, agents, connections, conversations, handover_lists, handovers
from doorstep.store.database import Database

PHONE = "+34612345678"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WEBHOOK = {"url": "https://shop.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
_NUMBERS = iter(range(1, 10_000))


class Desk:
    """A shop whose customers write texts that no machine answers, and its agents."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @property
    def tenant(self):
        return self.shop.directory.tenant(self.shop.merchant_id)

    async def says(self, text, *, sender=PHONE, now=NOON):
        """Take one text in, as the worker does; return the conversation."""
        reply = Reply(channel=ChannelKind.SMS, sender=sender, to="us", text=text, provider_id=f"SM{next(_NUMBERS)}", at=now)
        connection = self.shop.directory.connection(self.shop.merchant_id, self.shop.connected["twilio"])
        async with self.shop.database.system() as tx:
            await answer(tx, self.shop.directory, self.tenant, connection, [reply], now)
            return await conversations.hold(tx, self.shop.merchant_id, ChannelKind.SMS, sender, connection.connection_id, now)

    async def settings(self, **handing):
        await self.change(handing=handing)

    async def change(self, **settings):
        async with self.shop.database.system() as tx:
            kept = await connections.merchant_to_change(tx, self.shop.merchant_id)
            await connections.set_merchant(tx, msgspec.structs.replace(kept, settings={**kept.settings, **settings}))
        await self.shop.directory.refresh(self.shop.database, NOON, force=True)

    async def agent(self, name, *, languages=(), skills=(), available=True):
        async with self.shop.database.system() as tx:
            user_id = await access.add_user(
                tx, self.shop.merchant_id, f"{name}{self.shop.merchant_id}@shop.example", "a password here", "support"
            )
            await agents.write(tx, self.shop.merchant_id, user_id, name, languages, skills, 2)
            await agents.set_presence(tx, self.shop.merchant_id, user_id, available=available)
        return user_id

    async def handover(self, conversation_id):
        async with self.shop.database.system() as tx:
            return (await handovers.of_conversation(tx, self.shop.merchant_id, conversation_id))[0]

    async def do(self, work, *given):
        """Do one of the moves in a transaction of its own."""
        async with self.shop.database.system() as tx:
            return await work(tx, *given)

    async def is_open(self, conversation_id):
        async with self.shop.database.system() as tx:
            return (await conversations.read(tx, self.shop.merchant_id, conversation_id)).open

    async def kinds(self, conversation_id):
        """What was noted, oldest first."""
        async with self.shop.database.system() as tx:
            return [row["kind"] for row in reversed(await handovers.entries(tx, self.shop.merchant_id, conversation_id))]

    async def told(self):
        rows = await self.shop.rows(
            "select trigger from message where merchant_id = $1 and channel = 'webhook' and trigger like 'handover.%' order by created_at, trigger",
            self.shop.merchant_id,
        )
        return [row["trigger"] for row in rows]


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(await open_shop(database, channels={"twilio": TWILIO, "webhook": WEBHOOK}, settings={"talks": {"on": False}}))


async def test_who_writes_comes_to_a_human_once_until_it_is_closed(desk):
    talk = await desk.says("Hello")
    first = await desk.handover(talk.conversation_id)
    assert (first.state, first.reason, first.queue) == (HandoverState.WAITING, HandoverReason.NO_ANSWER, "support")
    assert first.due_at == NOON + HOUR
    await desk.says("Anybody?", now=NOON + MINUTE)
    again = await desk.handover(talk.conversation_id)
    assert (again.handover_id, again.due_at) == (first.handover_id, first.due_at)
    assert await desk.is_open(talk.conversation_id)
    await desk.do(handover_moves.close, desk.tenant, first.handover_id, CloseReason.NOTHING, "user 1", NOON + 2 * MINUTE)
    assert not await desk.is_open(talk.conversation_id)
    await desk.says("One more thing", now=NOON + HOUR)
    assert (await desk.handover(talk.conversation_id)).handover_id != first.handover_id
    assert await desk.told() == ["handover.opened", "handover.closed", "handover.opened"]


async def test_a_second_reason_stands_beside_the_first_and_makes_it_more_urgent(desk):
    talk = await desk.says("Hello")
    for reason in (HandoverReason.ANGER, HandoverReason.ANGER, HandoverReason.ASKED):
        await desk.do(_hand, desk, talk, reason)
    one = await desk.handover(talk.conversation_id)
    assert (one.reason, one.also, one.priority) == (HandoverReason.NO_ANSWER, ("anger", "asked"), 1)
    async with desk.shop.database.system() as tx:
        assert await handovers.held(tx, desk.shop.merchant_id, [talk.conversation_id, 999]) == {talk.conversation_id}


async def _hand(tx, desk, talk, reason, **more):
    return await handing_over.hand_to_human(
        tx, desk.tenant, talk, **{"reason": reason, "summary": "s", "order_id": None, "language": "es", "now": NOON} | more
    )


async def test_of_agents_who_take_the_same_one_at_once_one_has_it(desk):
    talk = await desk.says("Hello")
    one = await desk.handover(talk.conversation_id)
    users = [await desk.agent(name) for name in ("ana", "bo", "cy")]
    taken = await asyncio.gather(
        *(desk.do(handover_moves.take, desk.shop.merchant_id, one.handover_id, user, NOON) for user in users), return_exceptions=True
    )
    won = [each for each in taken if not isinstance(each, BaseException)]
    assert len(won) == 1
    assert all(isinstance(each, ConflictError) and "has it already" in str(each) for each in taken if isinstance(each, BaseException))
    assert (await desk.handover(talk.conversation_id)).assignee == won[0].assignee


async def test_the_next_one_is_the_most_urgent_that_one_speaks_and_can_do_and_no_two_get_the_same(desk):
    await desk.settings(routes=[{"queue": "support", "languages": ["fr"], "skill": "french_law"}])
    talks = [await desk.says("Hello", sender=f"+3461000000{number}") for number in range(4)]
    for talk, language, reason in zip(talks, ("es", "de", "fr", "es"), ("asked", "asked", "anger", "anger"), strict=True):
        await desk.do(_close_all, desk, talk)
        await desk.do(_hand_again, desk, talk, language, reason)
    spanish, any_one, lawyer = (
        await desk.agent("ana", languages=["es"]),
        await desk.agent("bo"),
        await desk.agent("cy", skills=["french_law"]),
    )
    merchant = desk.shop.merchant_id
    first, second = await asyncio.gather(*(desk.do(handover_moves.take_next, merchant, spanish, NOON) for _ in range(2)))
    assert {first.conversation_id, second.conversation_id} == {talks[0].conversation_id, talks[3].conversation_id}
    assert await desk.do(handover_moves.take_next, merchant, spanish, NOON) is None
    assert (await desk.do(handover_moves.take_next, merchant, any_one, NOON)).conversation_id == talks[1].conversation_id
    assert await desk.do(handover_moves.take_next, merchant, any_one, NOON) is None
    assert (await desk.do(handover_moves.take_next, merchant, lawyer, NOON)).conversation_id == talks[2].conversation_id


async def _close_all(tx, desk, talk):
    one = await handovers.open_of(tx, desk.shop.merchant_id, talk.conversation_id)
    await handover_moves.close(tx, desk.tenant, one.handover_id, CloseReason.NOTHING, "user 1", NOON)


async def _hand_again(tx, desk, talk, language, reason):
    await _hand(tx, desk, talk, HandoverReason(reason), language=language)


async def test_given_out_in_turn_to_who_is_there_and_has_room(desk):
    await desk.settings(assign="round_robin")
    ana, bo = await desk.agent("ana"), await desk.agent("bo")
    away = await desk.agent("cy", available=False)
    talks = [await desk.says("Hello", sender=f"+3462000000{number}", now=NOON + number * MINUTE) for number in range(5)]
    has = [(await desk.handover(talk.conversation_id)).assignee for talk in talks]
    assert has == [ana, bo, ana, bo, None]
    assert away not in has


async def test_an_answer_makes_it_the_customers_turn_and_their_word_ours_again(desk):
    talk = await desk.says("Hello")
    ana = await desk.agent("ana")
    one = await desk.do(handover_moves.answered, desk.tenant, talk.conversation_id, ana, NOON + MINUTE)
    assert (one.state, one.assignee, one.theirs, one.answered_at) == (HandoverState.HELD, ana, True, NOON + MINUTE)
    await desk.says("And now?", now=NOON + HOUR)
    one = await desk.handover(talk.conversation_id)
    assert (one.theirs, one.due_at, one.answered_at) == (False, NOON + 5 * HOUR, NOON + MINUTE)


async def test_answering_what_nobody_handed_over_takes_it(desk):
    talk = await desk.says("Hello")
    await desk.do(_close_all, desk, talk)
    ana = await desk.agent("ana")
    one = await desk.do(handover_moves.answered, desk.tenant, talk.conversation_id, ana, NOON)
    assert (one.reason, one.assignee, one.state) == (HandoverReason.TAKEN, ana, HandoverState.HELD)
    with pytest.raises(NotFoundError):
        await desk.do(handover_moves.answered, desk.tenant, 999_999, ana, NOON)


async def test_put_off_it_comes_back_at_its_time_or_with_the_customers_word(desk):
    ana = await desk.agent("ana")
    talks = [await desk.says("Hello", sender=sender) for sender in (PHONE, "+34612345679")]
    for talk in talks:
        one = await desk.handover(talk.conversation_id)
        await desk.do(handover_moves.take, desk.shop.merchant_id, one.handover_id, ana, NOON)
        await desk.do(handover_moves.snooze, desk.shop.merchant_id, one.handover_id, NOON + HOUR, f"user {ana}", NOON)
        with pytest.raises(BadInputError):
            await desk.do(handover_moves.snooze, desk.shop.merchant_id, one.handover_id, NOON, f"user {ana}", NOON)
    await desk.says("I found it", now=NOON + MINUTE)
    assert (await desk.handover(talks[0].conversation_id)).state is HandoverState.HELD
    assert (await desk.handover(talks[1].conversation_id)).state is HandoverState.SNOOZED
    assert await desk.do(watch_handovers, desk.shop.directory, NOON + 59 * MINUTE, 9) == 0
    await desk.do(watch_handovers, desk.shop.directory, NOON + HOUR, 9)
    back = await desk.handover(talks[1].conversation_id)
    assert (back.state, back.assignee, back.snoozed_until) == (HandoverState.HELD, ana, None)
    assert "woken" in await desk.kinds(talks[1].conversation_id)


async def test_a_late_answer_is_told_once(desk):
    talk = await desk.says("Hello")
    assert await desk.do(watch_handovers, desk.shop.directory, NOON + 59 * MINUTE, 9) == 0
    for _ in range(3):
        await desk.do(watch_handovers, desk.shop.directory, NOON + 61 * MINUTE, 9)
    assert await desk.told() == ["handover.opened", "handover.late"]
    assert (await desk.kinds(talk.conversation_id)).count("late") == 1
    async with desk.shop.database.system() as tx:
        assert (await handover_lists.counts(tx, desk.shop.merchant_id, NOON + 61 * MINUTE))["late"] == 1


async def test_nobody_took_it_in_the_time_of_the_rule_so_the_machine_may_answer_what_comes_next(desk):
    await desk.settings(rules={"resume_hours": 2})
    talk = await desk.says("Hello")
    first = await desk.handover(talk.conversation_id)
    await desk.says("Hello again", now=NOON + HOUR)
    assert (await desk.handover(talk.conversation_id)).handover_id == first.handover_id
    assert not await desk.do(handing_over.heard_by_human, desk.tenant, talk.conversation_id, NOON + 3 * HOUR)
    one = await desk.handover(talk.conversation_id)
    assert (one.state, one.close_reason) == (HandoverState.CLOSED, "resumed")
    ana = await desk.agent("ana")
    await desk.do(handover_moves.take_over, desk.tenant, talk.conversation_id, ana, NOON + 3 * HOUR)
    assert await desk.do(handing_over.heard_by_human, desk.tenant, talk.conversation_id, NOON + timedelta(days=9))


async def _helped(desk, *, reason=CloseReason.SOLVED, text="Hello"):
    """Have somebody write, be answered, and closed."""
    talk = await desk.says(text)
    ana = await desk.agent(f"ana{next(_NUMBERS)}")
    one = await desk.do(handover_moves.answered, desk.tenant, talk.conversation_id, ana, NOON)
    await desk.do(handover_moves.close, desk.tenant, one.handover_id, reason, f"user {ana}", NOON + MINUTE)
    return talk


async def test_how_it_was_is_asked_once_and_a_number_is_taken_thanked_and_told(desk):
    talk = await _helped(desk)
    assert (await desk.shop.sent("sms"))[-1] == "reply.csat"
    await desk.says(" 5! ", now=NOON + HOUR)
    one = await desk.handover(talk.conversation_id)
    assert (one.csat_score, one.state) == (5, HandoverState.CLOSED)
    assert (await desk.shop.sent("sms"))[-1] == "reply.csat_thanks"
    assert (await desk.told())[-1] == "handover.csat"
    assert not await desk.is_open(talk.conversation_id)
    await desk.says("5", now=NOON + 2 * HOUR)  # the last thing we said was thanks: a number is a word like any other now
    assert (await desk.handover(talk.conversation_id)).handover_id != one.handover_id


async def test_who_was_not_content_is_asked_why_and_a_human_reads_it(desk):
    talk = await _helped(desk)
    await desk.says("2", now=NOON + HOUR)
    assert (await desk.shop.sent("sms"))[-1] == "reply.csat_sorry"
    await desk.says("Nobody called back.", now=NOON + 2 * HOUR)
    async with desk.shop.database.system() as tx:
        newest, rated = await handovers.of_conversation(tx, desk.shop.merchant_id, talk.conversation_id)
    assert (rated.csat_score, rated.csat_comment) == (2, "Nobody called back.")
    assert newest.state is HandoverState.WAITING


async def test_what_is_added_to_a_good_number_is_kept_beside_it_and_asks_for_nothing(desk):
    talk = await _helped(desk)
    await desk.says("4", now=NOON + HOUR)
    await desk.says("Friendly and quick", now=NOON + HOUR + MINUTE)
    one = await desk.handover(talk.conversation_id)
    assert (one.csat_score, one.csat_comment, one.state) == (4, "Friendly and quick", HandoverState.CLOSED)
    assert (await desk.shop.sent("sms"))[-1] == "reply.csat_thanks"


@pytest.mark.parametrize("text", ["Where is my order?", "I want to talk to a person"])
async def test_a_request_after_a_good_number_is_no_remark(desk, text):
    talk = await _helped(desk)
    await desk.change(talks={"on": True})
    await desk.says("5", now=NOON + HOUR)
    before = len(await desk.shop.rows("select turn_id from turn where merchant_id = $1", desk.shop.merchant_id))
    await desk.says(text, now=NOON + HOUR + MINUTE)
    async with desk.shop.database.system() as tx:
        rated = (await handovers.of_conversation(tx, desk.shop.merchant_id, talk.conversation_id))[-1]
    assert (rated.csat_score, rated.csat_comment) == (5, "")
    assert len(await desk.shop.rows("select turn_id from turn where merchant_id = $1", desk.shop.merchant_id)) == before + 1


@pytest.mark.parametrize("text", ["2 parcels are missing", "6", "0", "my order 5", "five", "55"])
async def test_what_is_no_number_of_five_is_no_rating(desk, text):
    talk = await _helped(desk)
    await desk.says(text, now=NOON + HOUR)
    one = await desk.handover(talk.conversation_id)
    assert one.csat_score is None
    assert one.state is HandoverState.WAITING


async def test_a_number_after_days_or_after_something_else_was_said_is_no_rating(desk):
    talk = await _helped(desk)
    await desk.says("5", now=NOON + timedelta(days=3, minutes=2))
    assert (await desk.handover(talk.conversation_id)).state is HandoverState.WAITING


@pytest.mark.parametrize("reason", [CloseReason.SPAM, CloseReason.ABUSE, CloseReason.NOTHING, CloseReason.ELSEWHERE])
async def test_nobody_is_asked_after_spam_abuse_or_nothing(desk, reason):
    await _helped(desk, reason=reason)
    assert "reply.csat" not in await desk.shop.sent("sms")


async def test_nobody_is_asked_whom_no_human_answered_or_where_the_merchant_asks_nobody(desk):
    talk = await desk.says("Hello")
    await desk.do(_close_solved, desk, talk)
    await desk.settings(ask_csat=False)
    await _helped(desk, text="Hello again")
    assert "reply.csat" not in await desk.shop.sent("sms")


async def _close_solved(tx, desk, talk):
    one = await handovers.open_of(tx, desk.shop.merchant_id, talk.conversation_id)
    await handover_moves.close(tx, desk.tenant, one.handover_id, CloseReason.SOLVED, "user 1", NOON)


async def test_moved_to_another_queue_it_waits_there_and_one_that_is_not_there_is_refused(desk):
    await desk.settings(queues=[{"name": "support", "title": "Support"}, {"name": "returns", "title": "Returns", "first_minutes": 10}])
    talk = await desk.says("Hello")
    one = await desk.handover(talk.conversation_id)
    moved = await desk.do(handover_moves.move, desk.tenant, one.handover_id, "returns", "user 1", NOON + MINUTE)
    assert (moved.queue, moved.state, moved.due_at) == ("returns", HandoverState.WAITING, NOON + 11 * MINUTE)
    with pytest.raises(BadInputError):
        await desk.do(handover_moves.move, desk.tenant, one.handover_id, "nowhere", "user 1", NOON)
    with pytest.raises(BadInputError):
        await desk.do(handover_moves.give, desk.shop.merchant_id, one.handover_id, 999_999, "user 1", NOON)


async def test_the_customer_is_told_when_by_what_lately_was_true(desk):
    talk = await desk.says("Hello")
    one = await desk.handover(talk.conversation_id)
    said = await desk.do(handing_over.when_answered, desk.tenant, one.handover_id, "de", NOON)
    assert said == "Ein Kollege antwortet Ihnen hier, in etwa 60 Minuten."
