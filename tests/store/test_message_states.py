"""Queue, lease, call, receipt, in any order and by several workers → each message moves forward only and leaves once."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.domain.messages import Message, Pieced, Receipt, Rendered
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.store import connections, message_lists, message_rows, messages, receipts
from doorstep.store.database import Database
from doorstep.store.messages import Leased, NewMessage, month_of
from doorstep.store.partitions import ensure_months

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_COUNT = itertools.count(1)
LAST = (MessageState.BOUNCED, MessageState.REFUSED, MessageState.CANCELLED)


def message_id(at: datetime = NOW) -> UUID:
    """Make a version 7 id."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62) | next(_COUNT))


def new(merchant: int = 1, *, connection: int = 7, at: datetime = NOW, due_at: datetime | None = None, **content: object) -> NewMessage:
    """Make a message to be queued."""
    return NewMessage(
        message=Message(
            message_id=str(message_id(at)),
            merchant_id=merchant,
            channel=ChannelKind.EMAIL,
            to="ana@customer.example",
            to_name="Ana Prats",
            content=Rendered(**{"subject": "On its way", "text": "Hello Ana", "html": "<p>Hello Ana</p>", **content}),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="delivery",
            created_at=at,
            reply_to="help@shop.example",
            unsubscribe_url="https://doorstep.example/u/x",
        ),
        connection_id=connection,
        template="shipped",
        trigger="shipment.shipped",
        why_key=b"why",
        order_id=5,
        shipment_ids=(3, 4),
        why="shipped: email: preferred",
        due_at=due_at or at,
    )


async def queue(store: Database, *wanted: NewMessage) -> None:
    async with store.system() as tx:
        await messages.queue(tx, wanted)


async def lease(store: Database, now: datetime = NOW, most: int = 8, resting: Sequence[int] = ()) -> list[Leased]:
    async with store.system() as tx:
        return await messages.lease(tx, now, now + 2 * MINUTE, most, resting)


async def state_of(store: Database, one: NewMessage) -> MessageState:
    async with store.system() as tx:
        row = await tx.fetchrow("select state, rank from message where message_id = $1", UUID(one.message.message_id))
    state = MessageState(row["state"])
    assert row["rank"] == state.rank
    return state


async def ledger(store: Database, one: NewMessage) -> list[tuple[int, str | None, bool]]:
    """(attempt, outcome, whether it ended) of each call."""
    async with store.system() as tx:
        found = await message_lists.one(tx, one.message.merchant_id, UUID(one.message.message_id))
    assert found is not None
    return [(row["attempt"], row["outcome"], row["ended_at"] is not None) for row in found[1]]


async def outbox(store: Database) -> int:
    async with store.system() as tx:
        return (await messages.backlog(tx, NOW))["waiting"]


def receipt(one: NewMessage, state: MessageState, **rest: object) -> Receipt:
    return Receipt(**{"message_id": one.message.message_id, "provider_id": None, "state": state, **rest})


async def lose(store: Database, now: datetime, *, repeat: bool) -> int:
    async with store.system() as tx:
        lost = await messages.lost_leases(tx, now)
        for row in lost:
            await messages.give_up_lease(tx, row, now, repeat=repeat)
    return len(lost)


# In and out.


async def test_a_queued_message_comes_out_as_it_went_in(store: Database) -> None:
    one = new()
    await queue(store, one)
    assert await state_of(store, one) is MessageState.QUEUED
    assert await ledger(store, one) == []
    (leased,) = await lease(store)
    assert leased.message == one.message
    assert (leased.connection_id, leased.month, leased.attempt) == (7, date(2026, 11, 1), 1)


@given(st.lists(st.one_of(st.integers(0, 2), st.text(st.characters(exclude_categories=["Cs"]))), max_size=8))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
async def test_a_page_kept_in_pieces_comes_out_whole(shared_store: Database, parts: list[int | str]) -> None:
    frame = ("<p>", "</p>", "ñ€")
    html = "".join(part if isinstance(part, str) else frame[part] for part in parts)
    async with shared_store.system() as tx:
        merchant = await connections.add_merchant(tx, f"pieces-{next(_COUNT)}", "Pieces", {}, {})
    one, same = (new(merchant, html=html, pieced=Pieced(frame=frame, parts=parts)) for _ in range(2))
    await queue(shared_store, one, same)
    async with shared_store.system() as tx:
        found = await message_lists.one(tx, merchant, UUID(one.message.message_id))
        frames = await tx.fetchval("select count(*) from message_frame where merchant_id = $1", merchant)
    assert found is not None
    assert message_rows.message_of(found[0]).content.html == html
    assert frames == 1


async def test_messages_leave_when_they_are_due_and_not_before(store: Database) -> None:
    await queue(store, new(due_at=NOW + MINUTE))
    assert await lease(store, NOW) == []
    assert len(await lease(store, NOW + MINUTE)) == 1


async def test_a_resting_connection_keeps_its_messages_and_others_go_on(store: Database) -> None:
    await queue(store, new(connection=7), new(connection=8))
    assert [one.connection_id for one in await lease(store, resting=[7])] == [8]
    assert [one.connection_id for one in await lease(store)] == [7]


async def test_a_peak_of_one_connection_leaves_room_for_the_others(store: Database) -> None:
    await queue(store, *(new(connection=7, at=NOW - MINUTE) for _ in range(40)), *(new(merchant=2, connection=8) for _ in range(2)))
    got = [one.connection_id for one in await lease(store, most=8)]
    assert got.count(8) == 2
    assert 4 <= got.count(7) <= 6


async def test_with_more_connections_than_places_every_one_has_a_turn(store: Database) -> None:
    await queue(store, *(new(connection=1 + n % 12) for n in range(120)))
    served: set[int] = set()
    for wave in range(6):
        leased = await lease(store, NOW + timedelta(seconds=wave), most=8)
        served.update(one.connection_id for one in leased)
        async with store.system() as tx:
            for one in leased:
                await messages.finish(tx, one, Receipt(message_id=None, provider_id=None, state=MessageState.SENT), NOW)
    assert served == set(range(1, 13))


async def test_connections_that_rest_or_have_nothing_due_take_nobodys_place(store: Database) -> None:
    resting = [new(connection=n) for n in range(1, 40)]
    later = [new(connection=n, due_at=NOW + MINUTE) for n in range(40, 80)]
    await queue(store, *resting, *later, *(new(connection=99) for _ in range(8)))
    got = await lease(store, resting=range(1, 40))
    assert [one.connection_id for one in got] == [99] * 8


# One call.


async def test_the_ledger_says_so_before_the_call_and_after_it(store: Database) -> None:
    one = new()
    await queue(store, one)
    (leased,) = await lease(store)
    assert await state_of(store, one) is MessageState.SENDING
    assert await ledger(store, one) == [(1, None, False)]
    async with store.system() as tx:
        await messages.finish(tx, leased, receipt(one, MessageState.SENT, provider_id="p-1", provider_code="250"), NOW + MINUTE)
    assert await state_of(store, one) is MessageState.SENT
    assert await ledger(store, one) == [(1, "sent", True)]
    assert await outbox(store) == 0
    assert await lease(store, NOW + 60 * MINUTE) == []
    assert await lose(store, NOW + 60 * MINUTE, repeat=True) == 0


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.UNKNOWN, *LAST], ids=str)
async def test_however_a_call_ended_the_message_is_not_called_again(store: Database, state: MessageState) -> None:
    one = new()
    await queue(store, one)
    (leased,) = await lease(store)
    async with store.system() as tx:
        await messages.finish(tx, leased, receipt(one, state, provider_text="x" * 2000), NOW)
    assert await state_of(store, one) is state
    assert await ledger(store, one) == [(1, state, True)]
    assert await lease(store, NOW + 60 * MINUTE) == []


async def test_a_call_put_off_is_made_again_at_its_time_as_another_attempt(store: Database) -> None:
    one = new()
    await queue(store, one)
    (leased,) = await lease(store)
    async with store.system() as tx:
        await messages.put_off(tx, leased, NOW + 5 * MINUTE, "busy", NOW)
    assert await state_of(store, one) is MessageState.QUEUED
    assert await ledger(store, one) == [(1, "try_later", True)]
    assert await lease(store, NOW + 4 * MINUTE) == []
    (again,) = await lease(store, NOW + 5 * MINUTE)
    assert (again.attempt, again.message) == (2, one.message)
    assert await ledger(store, one) == [(1, "try_later", True), (2, None, False)]
    assert await lose(store, NOW + 6 * MINUTE, repeat=True) == 0


async def test_a_receipt_that_overtakes_the_answer_stands(store: Database) -> None:
    answered, later = new(), new()
    await queue(store, answered, later)
    leased = {one.message.message_id: one for one in await lease(store)}
    async with store.system() as tx:
        for one in (answered, later):
            await receipts.note(tx, 1, receipt(one, MessageState.REACHED, provider_id=f"p-{one.message.message_id}"), NOW)
        await messages.finish(tx, leased[answered.message.message_id], receipt(answered, MessageState.SENT), NOW)
        await messages.put_off(tx, leased[later.message.message_id], NOW + MINUTE, "busy", NOW)
    for one in (answered, later):
        assert await state_of(store, one) is MessageState.REACHED
    assert await outbox(store) == 0
    assert await lease(store, NOW + 60 * MINUTE) == []


# Leases that ran out.


async def test_a_lease_is_not_lost_before_its_time(store: Database) -> None:
    await queue(store, new())
    await lease(store)
    assert await lose(store, NOW + 2 * MINUTE, repeat=True) == 0
    assert await lose(store, NOW + 3 * MINUTE, repeat=True) == 1


async def test_a_lost_lease_that_may_repeat_is_sent_again_under_the_same_id(store: Database) -> None:
    one = new()
    await queue(store, one)
    await lease(store)
    await lose(store, NOW + 3 * MINUTE, repeat=True)
    assert await state_of(store, one) is MessageState.QUEUED
    (again,) = await lease(store, NOW + 3 * MINUTE)
    assert (again.message.message_id, again.attempt) == (one.message.message_id, 2)
    assert await ledger(store, one) == [(1, None, True), (2, None, False)]


async def test_a_lost_lease_that_may_not_repeat_is_unknown_until_a_receipt_tells(store: Database) -> None:
    one = new()
    await queue(store, one)
    await lease(store)
    await lose(store, NOW + 3 * MINUTE, repeat=False)
    assert await state_of(store, one) is MessageState.UNKNOWN
    assert await ledger(store, one) == [(1, None, True)]
    assert await lease(store, NOW + 60 * MINUTE) == []
    async with store.system() as tx:
        await receipts.note(tx, 1, receipt(one, MessageState.REACHED), NOW + 4 * MINUTE)
    assert await state_of(store, one) is MessageState.REACHED


async def test_a_worker_that_comes_back_after_its_lease_was_lost_still_tells_what_it_knows(store: Database) -> None:
    one = new()
    await queue(store, one)
    (leased,) = await lease(store)
    await lose(store, NOW + 3 * MINUTE, repeat=False)
    async with store.system() as tx:
        await messages.finish(tx, leased, receipt(one, MessageState.SENT), NOW + 4 * MINUTE)
    assert await state_of(store, one) is MessageState.SENT
    assert await ledger(store, one) == [(1, "sent", True)]


async def test_a_worker_that_comes_back_does_not_end_the_lease_of_the_next(store: Database) -> None:
    await queue(store, new())
    (late,) = await lease(store)
    await lose(store, NOW + 3 * MINUTE, repeat=True)
    (holding,) = await lease(store, NOW + 3 * MINUTE)
    assert holding.attempt == 2
    async with store.system() as tx:
        await messages.put_off(tx, late, NOW + 3 * MINUTE, "busy", NOW + 3 * MINUTE)
    assert await lease(store, NOW + 4 * MINUTE) == []  # the second worker is still calling


# Two workers on one message: the first comes back after its lease was lost. `1:sent` is the first worker's ending, `2:` the second's;
# `lease` is the second's lease, `dies` its loss.
SENT, BUSY = "sent", "busy"
ORDERS = [
    (["1:sent", "lease", "lease"], 0, MessageState.SENT),  # told before the second called: it never calls
    (["1:refused", "lease", "lease"], 0, MessageState.REFUSED),
    (["1:unknown", "lease", "2:sent", "lease"], 1, MessageState.SENT),
    (["1:busy", "lease", "2:sent", "lease"], 1, MessageState.SENT),
    (["lease", "1:sent", "2:sent", "lease"], 1, MessageState.SENT),
    (["lease", "1:sent", "2:busy", "lease"], 1, MessageState.SENT),  # the provider has it: no third call
    (["lease", "1:sent", "dies", "lease"], 1, MessageState.SENT),
    (["lease", "1:refused", "2:busy", "lease"], 1, MessageState.REFUSED),
    (["lease", "1:busy", "lease", "2:sent", "lease"], 1, MessageState.SENT),  # the second's lease stands while it calls
    (["lease", "1:busy", "2:busy", "lease"], 2, MessageState.SENDING),
    (["lease", "1:busy", "dies", "lease"], 2, MessageState.SENDING),
    (["lease", "1:unknown", "lease", "2:sent", "lease"], 1, MessageState.SENT),
    (["lease", "1:unknown", "2:busy", "lease"], 2, MessageState.UNKNOWN),  # called again, and unknown until that call tells
    (["lease", "2:sent", "1:busy", "lease"], 1, MessageState.SENT),
    (["lease", "2:busy", "1:sent", "lease"], 1, MessageState.SENT),  # the second has put it off: taken out of the line
    (["lease", "2:busy", "1:busy", "lease"], 2, MessageState.SENDING),
    (["lease", "2:refused", "1:sent", "lease"], 1, MessageState.REFUSED),
    (["lease", "dies", "1:sent", "lease"], 1, MessageState.SENT),
]


@pytest.mark.parametrize(("steps", "calls", "ends"), ORDERS, ids=[", ".join(steps) for steps, _, _ in ORDERS])
async def test_two_workers_in_every_order_end_their_own_lease_only(
    store: Database, steps: list[str], calls: int, ends: MessageState
) -> None:
    one = new()
    await queue(store, one)
    held = await lease(store)
    now = NOW + 3 * MINUTE
    await lose(store, now, repeat=True)
    told: dict[int, str] = {}
    for step in steps:
        if step == "lease":
            held += await lease(store, now)
        elif step == "dies":
            now += 3 * MINUTE
            assert await lose(store, now, repeat=True) == 1
        else:
            await end(store, one, held[int(step[0]) - 1], step[2:], now)
            told[int(step[0])] = "try_later" if step[2:] == BUSY else step[2:]
    assert len(held) - 1 == calls
    assert await state_of(store, one) is ends
    assert {attempt: outcome for attempt, outcome, _ in await ledger(store, one) if outcome} == told
    assert await lease(store, now) == []
    open_calls = [attempt for attempt, _, ended in await ledger(store, one) if not ended]
    assert open_calls == ([3] if calls == 2 else [])
    assert await outbox(store) == len(open_calls)


async def end(store: Database, one: NewMessage, held: Leased, how: str, now: datetime) -> None:
    async with store.system() as tx:
        if how == BUSY:
            await messages.put_off(tx, held, now, "busy", now)
        else:
            await messages.finish(tx, held, receipt(one, MessageState(how)), now)


async def test_two_workers_who_end_one_message_at_once_do_not_hold_each_other_up(store: Database) -> None:
    for first, second in itertools.product((SENT, BUSY), repeat=2):
        one = new()
        await queue(store, one)
        (late,) = await lease(store)
        await lose(store, NOW + 3 * MINUTE, repeat=True)
        (holding,) = await lease(store, NOW + 3 * MINUTE)
        told = receipt(one, MessageState.REACHED, provider_code=f"{first} {second}")

        async def confirm(told: Receipt = told) -> None:
            async with store.system() as tx:
                await receipts.note(tx, 1, told, NOW)

        later = NOW + 3 * MINUTE
        await asyncio.gather(end(store, one, late, first, later), end(store, one, holding, second, later), confirm())
        assert await state_of(store, one) is MessageState.REACHED
        assert await outbox(store) == 0


async def test_what_a_receipt_calls_unknown_is_sent_again_where_it_waits_and_its_state_does_not_go_back(store: Database) -> None:
    one = new()
    await queue(store, one)
    (first,) = await lease(store)
    assert not first.unknown
    async with store.system() as tx:
        await messages.put_off(tx, first, NOW + MINUTE, "busy", NOW)
        await receipts.note(tx, 1, receipt(one, MessageState.UNKNOWN), NOW)
    (again,) = await lease(store, NOW + MINUTE)
    assert (again.attempt, again.unknown, again.message) == (2, True, one.message)
    assert await state_of(store, one) is MessageState.UNKNOWN
    await lose(store, NOW + 4 * MINUTE, repeat=True)
    (third,) = await lease(store, NOW + 4 * MINUTE)
    async with store.system() as tx:
        await messages.finish(tx, third, receipt(one, MessageState.SENT), NOW + 4 * MINUTE)
    assert await state_of(store, one) is MessageState.SENT
    assert await outbox(store) == 0


# Several workers.


async def test_no_message_is_leased_to_two_workers(store: Database) -> None:
    wanted = [new(merchant=1 + n % 3, connection=7 + n % 4) for n in range(120)]
    await queue(store, *wanted)
    got: list[str] = []

    async def worker() -> None:
        while leased := await lease(store, most=5):
            got.extend(one.message.message_id for one in leased)

    await asyncio.gather(*(worker() for _ in range(6)))
    got += [one.message.message_id for one in await lease(store, most=500)]  # what a worker skipped because another held it
    assert sorted(got) == sorted(one.message.message_id for one in wanted)


async def test_what_one_worker_is_leasing_another_passes_over_without_waiting(store: Database) -> None:
    first, second = new(), new(due_at=NOW + timedelta(seconds=1))
    await queue(store, first, second)
    now = NOW + MINUTE
    async with store.system() as one, store.system() as other:
        held = await messages.lease(one, now, now + MINUTE, 1)
        async with asyncio.timeout(10):
            free = await messages.lease(other, now, now + MINUTE, 8)
    assert [x.message.message_id for x in held] == [first.message.message_id]
    assert [x.message.message_id for x in free] == [second.message.message_id]


async def test_a_worker_that_dies_before_its_commit_has_leased_nothing(store: Database) -> None:
    one = new()
    await queue(store, one)
    with pytest.raises(ZeroDivisionError):
        async with store.system() as tx:
            assert len(await messages.lease(tx, NOW, NOW + MINUTE, 8)) == 1
            raise ZeroDivisionError
    assert await state_of(store, one) is MessageState.QUEUED
    assert await ledger(store, one) == []
    assert [x.attempt for x in await lease(store)] == [1]


async def test_a_lost_lease_is_settled_by_one_of_two_workers(store: Database) -> None:
    one = new()
    await queue(store, one)
    await lease(store)
    settled = await asyncio.gather(*(lose(store, NOW + 3 * MINUTE, repeat=True) for _ in range(4)))
    assert sum(settled) == 1
    assert [x.attempt for x in await lease(store, NOW + 3 * MINUTE)] == [2]


# Receipts.


async def test_a_receipt_is_noted_once_however_often_it_comes(store: Database) -> None:
    one = new()
    await queue(store, one)
    told = receipt(one, MessageState.REACHED, provider_code="delivered", at=NOW)
    for _ in range(3):
        async with store.system() as tx:
            assert (await receipts.note(tx, 1, told, NOW) or (None,))[0] == UUID(one.message.message_id)
    async with store.system() as tx:
        found = await message_lists.one(tx, 1, UUID(one.message.message_id))
    assert found is not None
    assert [(row["state"], row["provider_code"]) for row in found[2]] == [("reached", "delivered")]


async def test_the_same_receipt_at_once_from_many_is_noted_once(store: Database) -> None:
    one = new()
    await queue(store, one)

    async def tell() -> None:
        async with store.system() as tx:
            await receipts.note(tx, 1, receipt(one, MessageState.BOUNCED, provider_code="550"), NOW)

    await asyncio.gather(*(tell() for _ in range(8)))
    async with store.system() as tx:
        assert await tx.fetchval("select count(*) from receipt") == 1
    assert await state_of(store, one) is MessageState.BOUNCED


async def test_a_receipt_finds_its_message_by_the_providers_id_within_its_merchant(store: Database) -> None:
    ours, theirs = new(1), new(2)
    await queue(store, ours, theirs)
    for leased in await lease(store):
        async with store.system() as tx:
            done = Receipt(message_id=None, provider_id="SM1", state=MessageState.SENT)
            await messages.finish(tx, leased, done, NOW)
    async with store.system() as tx:
        by_provider = Receipt(message_id=None, provider_id="SM1", state=MessageState.REACHED)
        assert (await receipts.note(tx, 2, by_provider, NOW) or (None,))[0] == UUID(theirs.message.message_id)
        for nobodys in (
            Receipt(message_id=None, provider_id="SM2", state=MessageState.READ),
            Receipt(message_id="no id", provider_id=None, state=MessageState.READ),
            Receipt(message_id=None, provider_id=None, state=MessageState.READ),
        ):
            assert await receipts.note(tx, 1, nobodys, NOW) is None
    assert await state_of(store, theirs) is MessageState.REACHED
    assert await state_of(store, ours) is MessageState.SENT


async def test_a_receipt_told_to_a_stranger_moves_nothing(store: Database) -> None:
    one = new(1)
    await queue(store, one)
    async with store.system() as tx:
        assert await receipts.note(tx, 2, receipt(one, MessageState.BOUNCED), NOW) is None
        assert await message_lists.to_whom(tx, 2, UUID(one.message.message_id)) is None
    assert await state_of(store, one) is MessageState.QUEUED
    assert await outbox(store) == 1


async def test_a_receipt_about_no_message_of_the_merchants_is_not_kept(store: Database) -> None:
    async with store.system() as tx:
        for unheard_of in (str(message_id()), str(UUID(int=2**128 - 1)), str(UUID(int=1))):
            nobodys = Receipt(message_id=unheard_of, provider_id=None, state=MessageState.SENT)
            assert await receipts.note(tx, 1, nobodys, NOW) is None
        assert await tx.fetchval("select count(*) from receipt") == 0


RECEIPTS = st.lists(st.tuples(st.sampled_from(list(MessageState)), st.sampled_from(["", "a", "b"])), min_size=1, max_size=8)


@given(told=RECEIPTS, seed=st.randoms(use_true_random=False), leases=st.booleans())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
async def test_receipts_in_any_order_and_number_only_move_a_message_forward(
    shared_store: Database, told: list[tuple[MessageState, str]], seed: random.Random, leases: bool
) -> None:
    one = new(900_000 + next(_COUNT), connection=900_000)
    await queue(shared_store, one)
    if leases:
        assert one.message.message_id in {x.message.message_id for x in await lease(shared_store, most=5000)}
    shuffled = told + seed.sample(told, len(told))
    ranks = [(await state_of(shared_store, one)).rank]
    for state, code in shuffled:
        async with shared_store.system() as tx:
            await receipts.note(tx, one.message.merchant_id, receipt(one, state, provider_code=code), NOW)
        ranks.append((await state_of(shared_store, one)).rank)
    assert ranks == sorted(ranks)
    assert ranks[-1] == max(ranks[0], *(state.rank for state, _ in told))
    firsts = [state for state, _ in shuffled if state.rank == ranks[-1]]
    if firsts and ranks[-1] > ranks[0]:
        assert await state_of(shared_store, one) is firsts[0]
    async with shared_store.system() as tx:
        found = await message_lists.one(tx, one.message.merchant_id, UUID(one.message.message_id))
        waits = await tx.fetchval("select count(*) from outbox where message_id = $1", UUID(one.message.message_id))
    assert found is not None
    assert {(row["state"], row["provider_code"]) for row in found[2]} == set(told)
    assert len(found[2]) == len(set(told))
    assert waits == (0 if ranks[-1] >= MessageState.SENT.rank and not leases else 1)  # who holds the lease ends it


def test_every_state_has_a_place_and_ends_share_the_last() -> None:
    ranks = [state.rank for state in MessageState]
    assert ranks == sorted(ranks)
    assert {state for state in MessageState if state.rank == MessageState.BOUNCED.rank} == set(LAST)
    assert max(MessageState, key=lambda state: state.rank) is MessageState.COMPLAINED  # what a person said of it stands above all


# Months.


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_the_month_of_an_id_is_that_of_its_own_clock_in_utc(at: datetime) -> None:
    assert month_of(message_id(at.replace(tzinfo=UTC))) == at.date().replace(day=1)


@pytest.mark.parametrize(
    ("at", "partition"),
    [
        (datetime(2091, 1, 31, 23, 59, 59, 999_000, tzinfo=UTC), "message_2091_01"),
        (datetime(2091, 2, 1, tzinfo=UTC), "message_2091_02"),
        (datetime(2091, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), "message_2091_12"),
        (datetime(2095, 6, 1, tzinfo=UTC), "message_rest"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_message_lies_in_the_month_of_its_id_and_is_found_there(store: Database, at: datetime, partition: str) -> None:
    async with store.system() as tx:
        await ensure_months(tx, date(2091, 1, 15), date(2091, 12, 1))
    one = new(at=at)
    await queue(store, one)
    async with store.system() as tx:
        assert await tx.fetchval("select tableoid::regclass::text from message") == partition
        assert await message_lists.one(tx, 1, UUID(one.message.message_id)) is not None
    (leased,) = await lease(store, at)
    async with store.system() as tx:
        await messages.finish(tx, leased, receipt(one, MessageState.SENT), at)
    assert await state_of(store, one) is MessageState.SENT


async def test_months_are_made_once_and_those_with_rows_in_the_rest_stay_there(store: Database) -> None:
    one = new(at=datetime(2093, 5, 5, tzinfo=UTC))
    await queue(store, one)
    async with store.system() as tx:
        first = await ensure_months(tx, date(2093, 4, 30), date(2093, 6, 1))
        assert first == 3 * 3 - 1
        assert await ensure_months(tx, date(2093, 4, 1), date(2093, 6, 30)) == 0
        assert await message_lists.one(tx, 1, UUID(one.message.message_id)) is not None
