"""A handover → the helpdesk of the merchant's agents and back: each word once, whatever is lost on the way."""

import pytest
from helpdesk_clouds import Chatwoot
from steps_helpdesks import CHATWOOT, MINUTE, NOON, Desk, open_desk

from doorstep.store.database import Database
from doorstep.store.helpdesks import LinkState


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A merchant whose agents work in Chatwoot."""
    return await open_desk(database, "chatwoot", CHATWOOT)


async def test_a_handover_becomes_a_conversation_there_and_the_agents_word_comes_back_to_the_customer(desk: Desk) -> None:
    cloud = Chatwoot()
    await desk.write("Where is my parcel?", "in-1")
    await desk.hand_over("asks where the parcel is")
    await desk.settle(cloud.run)
    [conversation] = cloud.conversations
    [note, words] = cloud.messages
    assert note["private"] is True
    assert "Customer: Where is my parcel?" in note["content"]
    assert (words["content"], words["message_type"]) == ("Where is my parcel?", "incoming")
    kept = await desk.link()
    assert (kept.state, kept.remote_id) == (LinkState.OPEN, str(conversation["id"]))
    await desk.hook(cloud.says("It is with the driver."), now=NOON + MINUTE)
    assert await desk.told() == ["It is with the driver."]
