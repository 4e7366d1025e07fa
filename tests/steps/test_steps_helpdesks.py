"""A handover → the helpdesk of the merchant's agents and back: each word once, whatever is lost on the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from helpdesk_clouds import Chatwoot, Cloud, Zendesk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from steps_helpdesks import CHATWOOT, MINUTE, NOON, ZENDESK, Desk, open_desk

from doorstep.domain.messages import Attachment
from doorstep.domain.plugins import Response
from doorstep.domain.talking.inbox import CloseReason, HandoverState
from doorstep.steps.handover_moves import close
from doorstep.store.database import Database
from doorstep.store.helpdesks import LinkState

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
HOURS = timedelta(hours=1)


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A merchant whose agents work in Chatwoot."""
    return await open_desk(database, "chatwoot", CHATWOOT)


@pytest.fixture
async def zendesk(database: Database) -> Desk:
    """A merchant whose agents work in Zendesk."""
    return await open_desk(database, "zendesk", ZENDESK)


async def handed_over(desk: Desk, cloud: Cloud, text: str = "Where is my parcel?") -> None:
    await desk.write(text, "in-1")
    await desk.hand_over()
    await desk.settle(cloud.run)


async def close_here(desk: Desk, now: object = NOON) -> None:
    """A human at our desk closes it."""
    [newest, *_] = await desk.handovers()
    async with desk.shop.database.system() as tx:
        await close(tx, desk.tenant, newest.handover_id, CloseReason.SOLVED, "user 7", now)  # type: ignore[arg-type]


def incoming(cloud: Chatwoot) -> list[str]:
    """What stands there in the customer's name."""
    return [one["content"] for one in cloud.messages if one["message_type"] == "incoming"]


def public(cloud: Zendesk, number: int = 500) -> list[str]:
    """What stands in the ticket for the customer to see."""
    return [one["body"] for one in cloud.comments(number) if one["public"]]


async def test_a_handover_becomes_a_conversation_there_and_the_agents_word_comes_back_to_the_customer(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    [conversation] = cloud.conversations
    [note, words] = cloud.messages
    assert note["private"] is True
    assert "Customer: Where is my parcel?" in note["content"]
    assert "Orders with this address: #1001" in note["content"]
    assert f"/desk/inbox/{(await desk.link()).conversation_id}" in note["content"]
    assert (words["content"], words["message_type"]) == ("Where is my parcel?", "incoming")
    kept = await desk.link()
    assert (kept.state, kept.remote_id) == (LinkState.OPEN, str(conversation["id"]))
    await desk.hook(cloud.says("It is with the driver."), now=NOON + MINUTE)
    assert await desk.told() == ["It is with the driver."]
    [handover] = await desk.handovers()
    assert handover.answered_at == NOON + MINUTE


async def test_a_handover_becomes_a_ticket_and_the_agents_comment_comes_back_to_the_customer(zendesk: Desk) -> None:
    cloud = Zendesk()
    await handed_over(zendesk, cloud)
    [ticket], [user] = cloud.tickets, cloud.users
    assert ticket["subject"] == "wants a human"
    assert "email" not in user  # else Zendesk's own triggers would write to the customer, too
    [note, words] = cloud.comments()
    assert (note["public"], words["public"], words["author_id"]) == (False, True, user["id"])
    assert words["body"] == "Where is my parcel?"
    await zendesk.hook(cloud.says("It is with the driver.", ident="c9"), now=NOON + MINUTE)
    assert await zendesk.told() == ["It is with the driver."]


async def test_what_the_customer_writes_next_is_added_in_its_order(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await desk.write("Are you there?", "in-2", NOON + MINUTE)
    await desk.write("Hello?", "in-3", NOON + MINUTE)
    await desk.settle(cloud.run, NOON + MINUTE)
    assert incoming(cloud) == ["Where is my parcel?", "Are you there?", "Hello?"]
    assert len(cloud.conversations) == 1


async def test_a_webhook_that_comes_twice_or_by_two_ways_tells_the_customer_once(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    told = cloud.says("It is with the driver.")
    await desk.hook(told, now=NOON + MINUTE)
    await desk.hook(told + b" ", now=NOON + MINUTE)  # the account's webhook beside the inbox's
    assert await desk.told() == ["It is with the driver."]


async def test_what_agents_write_to_each_other_stays_with_them(desk: Desk, zendesk: Desk) -> None:
    chatwoot, support = Chatwoot(), Zendesk()
    await handed_over(desk, chatwoot)
    await desk.hook(chatwoot.says("This one again...", private=True))
    await handed_over(zendesk, support)
    await zendesk.hook(support.says("This one again...", ident="c1", public=False))
    for one in (desk, zendesk):
        assert await one.told() == []
        noted = await one.shop.rows("select text from handover_entry where merchant_id = $1 and kind = 'note'", one.shop.merchant_id)
        assert [row["text"] for row in noted] == ["This one again..."]


async def test_what_we_said_there_ourselves_is_not_said_to_the_customer(desk: Desk, zendesk: Desk) -> None:
    chatwoot, support = Chatwoot(), Zendesk()
    await handed_over(desk, chatwoot)
    await handed_over(zendesk, support)
    await desk.hook(*(chatwoot.webhook(one) for one in chatwoot.messages))
    await zendesk.hook(support.says("Where is my parcel?", ident="c1", staff=False))
    for one in (desk, zendesk):
        assert await one.told() == []
        assert await one.shop.rows("select from handover_entry where merchant_id = $1 and kind = 'note'", one.shop.merchant_id) == []


async def test_closing_there_closes_here_and_nothing_is_said_there_of_it(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await desk.hook(cloud.turns("resolved", "open"), now=NOON + HOURS)
    [handover] = await desk.handovers()
    assert (handover.state, handover.close_reason) == (HandoverState.CLOSED, CloseReason.SOLVED)
    asked = len(cloud.requests)
    await desk.settle(cloud.run, NOON + HOURS)
    assert len(cloud.requests) == asked
    assert (await desk.link()).state is LinkState.CLOSED


async def test_opening_it_again_there_hands_it_over_again_in_the_same_conversation(zendesk: Desk) -> None:
    cloud = Zendesk()
    await handed_over(zendesk, cloud)
    await zendesk.hook(cloud.turns("solved", "open"), now=NOON + HOURS)
    await zendesk.hook(cloud.turns("open", "solved"), now=NOON + 2 * HOURS)
    [newest, oldest] = await zendesk.handovers()
    assert (newest.open, oldest.open) == (True, False)
    await zendesk.write("Thank you", "in-2", NOON + 3 * HOURS)
    await zendesk.settle(cloud.run, NOON + 3 * HOURS)
    assert len(cloud.tickets) == 1
    assert public(cloud) == ["Where is my parcel?", "Thank you"]


async def test_closing_here_closes_there(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await close_here(desk)
    await desk.settle(cloud.run)
    assert cloud.conversations[0]["status"] == "resolved"
    # The webhook that tells of our own closing changes nothing.
    await desk.hook(cloud.turns("resolved", "open"))
    assert len(await desk.handovers()) == 1


async def test_closing_here_solves_the_ticket_there(zendesk: Desk) -> None:
    cloud = Zendesk()
    await handed_over(zendesk, cloud)
    await close_here(zendesk)
    await zendesk.settle(cloud.run)
    assert cloud.tickets[0]["status"] == "solved"


async def test_what_is_settled_before_it_went_anywhere_is_not_begun_there(desk: Desk) -> None:
    cloud = Chatwoot()
    await desk.shop.pause("chatwoot")
    await desk.write("Where is my parcel?", "in-1")
    await desk.hand_over()
    await desk.settle(cloud.run)
    await close_here(desk)
    await desk.resume()
    await desk.settle(cloud.run)
    assert cloud.requests == []
    assert await desk.shop.rows("select from helpdesk_link where merchant_id = $1", desk.shop.merchant_id) == []


@pytest.mark.parametrize("provider", ["chatwoot", "zendesk"])
@pytest.mark.parametrize("away", [False, True], ids=["its answer lost", "it never arrived"])
@pytest.mark.parametrize("nth", range(1, 7))
async def test_whichever_call_is_lost_all_is_said_there_once(database: Database, provider: str, nth: int, away: bool) -> None:
    desk = await open_desk(database, provider, CHATWOOT if provider == "chatwoot" else ZENDESK)
    cloud: Chatwoot | Zendesk = Chatwoot() if provider == "chatwoot" else Zendesk()
    (cloud.away if away else cloud.lose).add(nth)
    await handed_over(desk, cloud)
    await desk.write("Hello?", "in-2", NOON + MINUTE)
    for minute in range(1, 8):
        await desk.turn(cloud.run, NOON + minute * 10 * MINUTE)
    said = incoming(cloud) if isinstance(cloud, Chatwoot) else public(cloud)
    assert said == ["Where is my parcel?", "Hello?"]
    notes = [m for m in cloud.messages if m["private"]] if isinstance(cloud, Chatwoot) else [c for c in cloud.comments() if not c["public"]]
    assert len(notes) == 1
    assert len(cloud.conversations if isinstance(cloud, Chatwoot) else cloud.tickets) == 1
    assert (await desk.link()).state is LinkState.OPEN


async def test_a_worker_that_dies_after_the_call_leaves_nothing_twice(desk: Desk) -> None:
    cloud = Chatwoot()
    await desk.write("Where is my parcel?", "in-1")
    await desk.hand_over()
    await desk.take_up()
    [leased] = [one for one in await desk.shop.lease() if one.trigger == "helpdesk"]
    cloud.run(desk.flow(leased))
    await desk.lose(NOON + 10 * MINUTE)
    for minute in (10, 20, 30):
        await desk.turn(cloud.run, NOON + minute * MINUTE)
    assert len(cloud.conversations) == 1
    assert incoming(cloud) == ["Where is my parcel?"]
    assert (await desk.link()).state is LinkState.OPEN


async def test_a_refused_token_pauses_the_connection_and_tells_the_owners_and_all_goes_on_once_it_is_mended(desk: Desk) -> None:
    await desk.own()
    await handed_over(desk, Chatwoot(token="another"))
    [row] = await desk.shop.rows(
        "select state from connection where merchant_id = $1 and connection_id = $2", desk.shop.merchant_id, desk.shop.connected["chatwoot"]
    )
    assert row["state"] == "paused"
    assert "connection.paused" in await desk.shop.sent()
    await desk.resume()
    cloud = Chatwoot()
    await desk.settle(cloud.run, NOON + 10 * MINUTE)
    assert incoming(cloud) == ["Where is my parcel?"]


async def test_too_many_calls_are_made_later(desk: Desk) -> None:
    cloud = Chatwoot()
    cloud.instead[1] = Response(status=429, headers={"Retry-After": "600"})
    await handed_over(desk, cloud)
    await desk.settle(cloud.run, NOON + 5 * MINUTE)
    assert len(cloud.requests) == 1
    await desk.settle(cloud.run, NOON + 11 * MINUTE)
    assert incoming(cloud) == ["Where is my parcel?"]


async def test_what_the_helpdesk_has_no_more_is_left_to_our_own_desk_and_the_owners_are_told(desk: Desk) -> None:
    await desk.own()
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    cloud.conversations.clear()
    await desk.write("Hello?", "in-2", NOON + MINUTE)
    await desk.settle(cloud.run, NOON + MINUTE)
    kept = await desk.link()
    assert kept.state is LinkState.FAILED
    assert "100" in kept.why
    assert "helpdesk.failed" in await desk.shop.sent()
    [handover] = await desk.handovers()
    assert handover.open


async def test_agents_hear_that_the_customer_could_not_be_told_and_why(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await desk.write("STOP", "in-2", NOON + MINUTE)
    await desk.hook(cloud.says("It is with the driver."), now=NOON + 2 * MINUTE)
    assert await desk.told() == []
    await desk.settle(cloud.run, NOON + 2 * MINUTE)
    notes = [one["content"] for one in cloud.messages if one["private"]]
    assert [one for one in notes if one.startswith("Not sent to the customer: they asked not to be written to")]
    await desk.settle(cloud.run, NOON + 30 * MINUTE)
    assert [one["content"] for one in cloud.messages if one["private"]] == notes


async def test_files_go_there_and_come_back_as_links(desk: Desk) -> None:
    cloud = Chatwoot()
    photo = Attachment(name='my "box".jpg', content_type="image/jpeg", content=JPEG)
    await desk.write("Look", "in-1", files=(photo,))
    await desk.hand_over()
    await desk.settle(cloud.run)
    [_, words] = cloud.messages
    assert words["content"] == "Look"
    [(name, kind, content)] = words["attachments"]
    assert (kind, content) == ("image/jpeg", JPEG)
    assert "box" in name
    await desk.hook(cloud.says("", files=("https://desk.shop.example/rails/label.pdf",)), now=NOON + MINUTE)
    assert await desk.told() == ["image: https://desk.shop.example/rails/label.pdf"]


async def test_files_lie_in_the_outbox_by_name_and_not_by_their_bytes(desk: Desk) -> None:
    await desk.write("Look", "in-1", files=(Attachment(name="box.jpg", content_type="image/jpeg", content=JPEG * 1000),))
    await desk.hand_over()
    await desk.take_up()
    [row] = await desk.shop.rows(
        "select length(body) as size from message where merchant_id = $1 and trigger = 'helpdesk'", desk.shop.merchant_id
    )
    assert row["size"] < 5_000


@pytest.mark.parametrize("file_first", [False, True])
async def test_a_file_of_a_ticket_is_told_with_its_comment_in_whatever_order_they_come(zendesk: Desk, file_first: bool) -> None:
    cloud = Zendesk()
    await handed_over(zendesk, cloud)
    said = cloud.says("Here is your label.", ident="c9")
    file = cloud.links("a1", "c9", "https://shop.zendesk.com/attachments/token/x/?name=label.jpg")
    for place, body in enumerate([file, said] if file_first else [said, file]):
        await zendesk.hook(body, now=NOON + place * MINUTE)
    await zendesk.hook(file + b" ", now=NOON + 2 * MINUTE)
    told = "\n\n".join(await zendesk.told())
    assert told == "Here is your label.\n\nlabel.jpg: https://shop.zendesk.com/attachments/token/x/?name=label.jpg"


async def test_a_file_of_a_private_comment_is_not_told(zendesk: Desk) -> None:
    cloud = Zendesk()
    await handed_over(zendesk, cloud)
    await zendesk.hook(cloud.links("a1", "c9", "https://shop.zendesk.com/attachments/token/x/"))
    await zendesk.hook(cloud.says("For you only", ident="c9", public=False))
    await zendesk.hook(cloud.links("a2", "c9", "https://shop.zendesk.com/attachments/token/y/"))
    assert await zendesk.told() == []


async def test_an_agent_that_answers_before_we_know_that_the_conversation_was_made_is_heard(desk: Desk) -> None:
    cloud = Chatwoot()
    await desk.write("Where is my parcel?", "in-1")
    await desk.hand_over()
    await desk.take_up()
    [leased] = [one for one in await desk.shop.lease() if one.trigger == "helpdesk"]
    cloud.run(desk.flow(leased))
    await desk.hook(cloud.says("It is with the driver."))
    assert await desk.told() == ["It is with the driver."]
    assert (await desk.link()).remote_id == "100"


async def test_an_inbox_that_keeps_one_conversation_for_each_contact_is_used_again(database: Database) -> None:
    desk = await open_desk(database, "chatwoot", CHATWOOT)
    cloud = Chatwoot(one_conversation=True)
    await handed_over(desk, cloud)
    await desk.hook(cloud.turns("resolved", "open"), now=NOON + HOURS)
    await desk.write("And now?", "in-2", NOON + 2 * HOURS)
    await desk.hand_over(now=NOON + 2 * HOURS)
    await desk.settle(cloud.run, NOON + 2 * HOURS)
    assert len(cloud.conversations) == 1
    assert incoming(cloud) == ["Where is my parcel?", "And now?"]
    await desk.hook(cloud.says("Tomorrow."), now=NOON + 3 * HOURS)
    await desk.hook(cloud.turns("resolved", "open"), now=NOON + 3 * HOURS)
    assert await desk.told() == ["Tomorrow."]
    assert [one.open for one in await desk.handovers()] == [False, False]


async def test_a_long_answer_is_told_in_parts_and_whole(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    text = "\n".join(f"Line {n}: " + "x" * 90 for n in range(90))
    await desk.hook(cloud.says(text), now=NOON + MINUTE)
    told = await desk.told()
    assert len(told) > 1
    assert all(len(part) <= 4000 for part in told)
    assert sorted("\n".join(told).split("\n")) == sorted(text.split("\n"))


async def test_conversations_of_others_are_let_be(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    cloud.conversations.append({**cloud.conversations[0], "id": 777, "custom_attributes": {}})
    await desk.hook(cloud.says("To somebody else", number=777), cloud.turns("resolved", "open", number=777))
    assert await desk.told() == []
    assert (await desk.handovers())[0].open


async def test_who_has_it_there_is_shown(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await desk.hook(cloud.assigns("Marta"))
    assert (await desk.link()).agent == "Marta"


async def test_with_two_helpdesks_a_handover_goes_to_one_of_them(desk: Desk) -> None:
    first = desk.shop.connected["chatwoot"]
    second = await desk.connect({**CHATWOOT, "inbox_id": "68"})
    await handed_over(desk, Chatwoot(inbox=68))
    kept = await desk.link()
    assert kept.connection_id == second != first


_STEPS: dict[str, Callable[[Chatwoot], bytes]] = {
    "says": lambda cloud: cloud.says(f"word {len(cloud.messages)}"),
    "notes": lambda cloud: cloud.says("among us", private=True),
    "resolves": lambda cloud: cloud.turns("resolved", "open"),
    "reopens": lambda cloud: cloud.turns("open", "resolved"),
    "assigns": lambda cloud: cloud.assigns("Marta"),
}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(order=st.permutations(["says", "says", "notes", "resolves", "reopens"]), again=st.lists(st.integers(0, 4), max_size=4))
async def test_in_whatever_order_webhooks_come_and_come_again_each_word_is_told_once(
    database: Database, order: list[str], again: list[int]
) -> None:
    desk = await open_desk(database, "chatwoot", CHATWOOT)
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    bodies = [_STEPS[name](cloud) for name in order]
    for place, body in enumerate([*bodies, *(bodies[n] for n in again)]):
        await desk.hook(body + b" " * place, now=NOON + place * MINUTE)
    said = [one["content"] for one in cloud.messages if one["message_type"] == "outgoing" and not one["private"]]
    assert sorted(await desk.told()) == sorted(said)
    assert sum(one.open for one in await desk.handovers()) <= 1


async def test_agents_customers_and_colleagues_that_speak_at_once_do_not_wait_in_a_ring(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    for n in range(6):
        now = NOON + n * MINUTE
        await asyncio.gather(
            desk.hook(cloud.says(f"word {n}"), now=now),
            desk.write(f"Hello {n}?", f"more-{n}", now),
            desk.answer_here(f"From here {n}", now=now),
            desk.take_up(now),
        )
        await desk.turn(cloud.run, now)
    await desk.settle(cloud.run, NOON + HOURS, turns=20)
    assert sorted(await desk.told()) == sorted([f"word {n}" for n in range(6)] + [f"From here {n}" for n in range(6)])
    assert incoming(cloud) == ["Where is my parcel?", *(f"Hello {n}?" for n in range(6))]


async def test_agents_there_read_what_a_colleague_answered_at_our_own_desk_and_not_their_own_words(desk: Desk) -> None:
    cloud = Chatwoot()
    await handed_over(desk, cloud)
    await desk.hook(cloud.says("It is with the driver."), now=NOON + MINUTE)
    for minute, text in ((2, "It comes on Friday."), (3, "By noon.")):
        await desk.answer_here(text, now=NOON + minute * MINUTE)
    await desk.wake(NOON + 4 * MINUTE)
    await desk.settle(cloud.run, NOON + 4 * MINUTE)
    notes = [one["content"] for one in cloud.messages if one["private"]][1:]
    assert notes == ["ana answered at Doorstep:\n\nIt comes on Friday.", "ana answered at Doorstep:\n\nBy noon."]
    await desk.settle(cloud.run, NOON + 30 * MINUTE)
    assert len([one for one in cloud.messages if one["private"]]) == 3
