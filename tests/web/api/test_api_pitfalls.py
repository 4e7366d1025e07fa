"""Delivery problems through the API: reported once, listed, muted, closed."""

from datetime import UTC, datetime, timedelta

import pytest

ORDER = {
    "id": "1001",
    "number": "#1001",
    "placed_at": "2026-11-20T09:30:00+01:00",
    "fulfilments": [{"created_at": "2026-11-20T16:00:00+01:00", "tracking_numbers": ["N1"]}],
}
TRACKING = {
    "tracking_number": "N1",
    "checkpoints": [{"code": "DL", "event_type": "delivered", "text": "Delivered", "occurred_at": "2026-11-21T08:12:00+01:00"}],
}


@pytest.fixture
async def shipment(installation):
    """Our id of a delivered parcel."""
    await installation.post("/orders", ORDER)
    await installation.post("/tracking", TRACKING)
    await installation.work()
    return (await installation.get("/shipments")).json()["shipments"][0]["id"]


async def test_a_word_said_twice_is_one_problem_that_the_shipment_shows(installation, shipment):
    first = await installation.post(f"/shipments/{shipment}/pitfalls", {"kind": "not_received", "note": "Nobody has it"})
    again = await installation.post(f"/shipments/{shipment}/pitfalls", {"kind": "not_received"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["note"] == "Nobody has it"
    assert datetime.fromisoformat(first.json()["opened_at"]).tzinfo
    whole = (await installation.get(f"/shipments/{shipment}")).json()
    [shown] = whole["open_pitfalls"]
    assert (shown["kind"], shown["severity"], shown["next_step"], shown["family"]) == ("not_received", "high", "ask_for_proof", "word")
    assert shown["customer"].endswith(".")
    listed = (await installation.get("/pitfalls", kind="not_received", severity="high")).json()
    assert [one["id"] for one in listed["pitfalls"]] == [first.json()["id"]]
    assert (await installation.get("/pitfalls", severity="info")).json()["pitfalls"] == []


async def test_a_problem_is_muted_shown_and_closed_with_a_note(installation, shipment):
    problem = (await installation.post(f"/shipments/{shipment}/pitfalls", {"kind": "wrong_item"})).json()["id"]
    assert (await installation.post(f"/pitfalls/{problem}/mute", {"muted": True})).json()["muted"] is True
    assert (await installation.get(f"/shipments/{shipment}")).json()["open_pitfalls"][0]["muted"] is True
    assert (await installation.post(f"/pitfalls/{problem}/mute", {"muted": False})).json()["muted"] is False
    closed = (await installation.post(f"/pitfalls/{problem}/close", {"note": "Sent the right one"})).json()
    assert (closed["closed_why"], closed["note"]) == ("agent", "Sent the right one")
    assert closed["closed_at"]
    assert (await installation.post(f"/pitfalls/{problem}/close", {"note": "Again"})).json()["note"] == "Sent the right one"
    assert (await installation.post(f"/pitfalls/{problem}/mute", {"muted": True})).status_code == 409
    assert (await installation.get(f"/shipments/{shipment}")).json()["open_pitfalls"] == []


async def test_what_no_customer_can_say_is_refused(installation, shipment):
    assert (await installation.post(f"/shipments/{shipment}/pitfalls", {"kind": "lost"})).status_code == 400
    assert (await installation.post("/shipments/999/pitfalls", {"kind": "not_received"})).status_code == 404
    assert (await installation.get("/pitfalls", kind="no_such_kind")).status_code == 400


async def test_what_is_heard_instead_is_told_of_each_problem(installation):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    promise = {"to_on": str(yesterday.date() - timedelta(days=1))}
    await installation.post("/orders", ORDER | {"promise": promise})
    moved = {"code": "PU", "event_type": "picked_up", "text": "Taken", "occurred_at": yesterday.isoformat()}
    await installation.post("/tracking", TRACKING | {"checkpoints": [moved]})
    await installation.work()
    shipment = (await installation.get("/shipments")).json()["shipments"][0]["id"]
    for superseded_by in (None, "not_received"):
        shown = {one["kind"]: one for one in (await installation.get(f"/shipments/{shipment}")).json()["open_pitfalls"]}
        listed = {one["kind"]: one for one in (await installation.get("/pitfalls")).json()["pitfalls"]}
        assert shown["missed_promise"]["superseded_by"] == listed["missed_promise"]["superseded_by"] == superseded_by
        said = (await installation.post(f"/shipments/{shipment}/pitfalls", {"kind": "not_received"})).json()
        assert said["superseded_by"] is None
    closed = (await installation.post(f"/pitfalls/{said['id']}/close", {"note": "It came"})).json()
    assert closed["superseded_by"] is None
    assert [(one["kind"], one["superseded_by"]) for one in (await installation.get("/pitfalls")).json()["pitfalls"]] == [
        ("missed_promise", None)
    ]
