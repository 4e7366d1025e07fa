"""Hand-overs by the API: listed, read, given, noted on, closed once."""

import pytest

from doorstep.store import access


@pytest.fixture
async def one(installation):
    """A hand-over that waits."""
    async with installation.house.database.system() as tx:
        await tx.execute(
            "insert into conversation (merchant_id, channel, address, connection_id, opened_at) values ($1, 'sms', '+34600000009', 1, now())",
            installation.ours,
        )
        await tx.execute(
            "insert into handover (merchant_id, conversation_id, reason, summary, language, queue, priority, state, asked_at, due_at, touched_at)"
            " select merchant_id, conversation_id, 'asked', 'Wants a human', 'es', 'support', 2, 'waiting', now(), now(), now()"
            " from conversation where merchant_id = $1",
            installation.ours,
        )
    [found] = (await installation.get("/handovers")).json()["handovers"]
    return found


async def test_what_waits_is_listed_and_read(installation, one):
    assert (one["reason"], one["state"], one["summary"], one["csat"]) == ("asked", "waiting", "Wants a human", None)
    assert (await installation.get(f"/handovers/{one['id']}")).json() == one
    assert (await installation.get("/handovers", state="closed")).json() == {"handovers": [], "next": None}
    assert (await installation.get("/handovers", state="lost")).status_code == 400
    assert (await installation.get("/handovers/999999")).status_code == 404
    assert (await installation.get("/handovers/x")).status_code == 404


async def test_it_is_given_to_somebody_and_back(installation, one):
    async with installation.house.database.system() as tx:
        user_id = await access.add_user(tx, installation.ours, "ana@handovers.example", "a password here", "support")
    path = f"/handovers/{one['id']}/assign"
    given = (await installation.post(path, {"user_id": str(user_id)})).json()
    assert (given["state"], given["assignee"]) == ("held", str(user_id))
    back = (await installation.post(path, {"user_id": None})).json()
    assert (back["state"], back["assignee"]) == ("waiting", None)
    for wrong in ({"user_id": "999999"}, {"user_id": "x"}, {"user_id": 5}, {}):
        assert (await installation.post(path, wrong)).status_code == 400, wrong


async def test_it_is_noted_on_and_closed_once(installation, one):
    assert (await installation.post(f"/handovers/{one['id']}/note", {"text": "Called back"})).status_code == 200
    assert (await installation.post(f"/handovers/{one['id']}/note", {"text": ""})).status_code == 400
    path = f"/handovers/{one['id']}/close"
    for wrong in ({"reason": "resumed"}, {"reason": "bored"}):
        assert (await installation.post(path, wrong)).status_code == 400, wrong
    closed = (await installation.post(path, {"reason": "spam"})).json()
    assert (closed["state"], closed["close_reason"]) == ("closed", "spam")
    assert (await installation.post(path, {"reason": "spam"})).status_code == 409
    async with installation.house.database.system() as tx:
        noted = await tx.fetch("select kind, text from handover_entry where merchant_id = $1 order by entry_id", installation.ours)
    assert [(row["kind"], row["text"]) for row in noted] == [("note", "Called back"), ("closed", "spam")]
