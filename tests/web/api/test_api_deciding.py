"""A merchant's own systems decide cases over the API: once, on what they saw, never above what was paid."""

from datetime import timedelta

import pytest

from doorstep.steps.work import utc_now
from doorstep.store import access

ORDER = {
    "id": "D-1",
    "number": "#D-1",
    "placed_at": "2026-11-22T09:30:00+01:00",
    "currency": "EUR",
    "total": "900.00",
    "payment": "paid",
    "customer": {"email": "ana@customer.example"},
    "lines": [{"id": "1", "name": "Coat", "quantity": 2, "unit_price": "450.00"}],
    "fulfilments": [{"created_at": "2026-11-23T09:30:00+01:00", "tracking_numbers": ["D1D1D1"]}],
}
UNITS = [{"line_id": "1", "quantity": 2, "reason": "taste.colour"}]


@pytest.fixture
async def case(installation):
    """A return that is too dear for the policy to decide alone."""
    arrived = (utc_now() - timedelta(days=1)).isoformat()
    scan = {"code": "DL", "event_type": "delivered", "text": "Delivered", "occurred_at": arrived}
    await installation.post("/orders", ORDER)
    await installation.post("/tracking", {"tracking_number": "D1D1D1", "checkpoints": [scan]})
    await installation.work()
    action = {"action": {"action": "open_return", "order": "D-1", "units": UNITS}, "on_behalf_of": {"email": "ana@customer.example"}}
    prepared = await installation.post("/actions/prepare", action)
    assert prepared.status_code == 200, prepared.text
    yes = {"token": prepared.json()["token"], "on_behalf_of": action["on_behalf_of"]}
    done = (await installation.post("/actions/confirm", yes)).json()["case"]
    assert done["state"] == "requested"
    return done


async def test_a_case_is_approved_on_what_was_seen_and_once_for_one_key(installation, case):
    path, headers = f"/cases/{case['id']}/approve", {"idempotency-key": "yes-1"}
    body = {"seen": case["seen"], "why": "a good customer"}
    entering = installation.entering() | headers
    first = await installation.client.post(f"/api/v1{path}", json=body, headers=entering)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["decided_by"][:4]) == ("approved", "key ")
    again = await installation.client.post(f"/api/v1{path}", json=body, headers=entering)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (200, first.json(), "true")
    late = await installation.post(path, body)
    assert (late.status_code, "changed since" in late.json()["detail"]) == (409, True)
    blind = await installation.post(path, {})
    assert (blind.status_code, blind.json()["code"], blind.json()["facts"]["state"]) == (422, "case_state", "approved")
    steps = (await installation.get(f"/cases/{case['id']}")).json()["events"]
    assert steps[-1]["why"] == "approved: a good customer"


async def test_a_part_needs_words_an_override_its_reason_and_nothing_is_above_what_was_paid(installation, case):
    path = f"/cases/{case['id']}/approve"
    for body, status in (
        ({"percent": 50}, 400),
        ({"keeps": True}, 400),
        ({"percent": 101, "words": "x"}, 400),
        ({"units": {"1": 3}, "words": "x"}, 422),
        ({"amount": {"amount_minor": 90_001, "currency": "EUR"}, "words": "x"}, 422),
        ({"amount": {"amount_minor": 1, "currency": "USD"}, "words": "x"}, 422),
        ({"colour": "blue"}, 400),
    ):
        answer = await installation.post(path, body)
        assert answer.status_code == status, (body, answer.text)
    part = (await installation.post(path, {"units": {"1": 1}, "percent": 50, "words": "One was worn."})).json()
    assert (part["state"], part["refund"], part["decision"]) == ("approved", {"amount_minor": 22_500, "currency": "EUR"}, "One was worn.")


async def test_a_no_a_question_and_what_came_back(installation, case):
    path = f"/cases/{case['id']}"
    assert (await installation.post(f"{path}/refuse", {})).status_code == 400
    assert (await installation.post(f"{path}/refuse", {"reason": "identity"})).status_code == 400
    assert (await installation.post(f"{path}/receive", {})).status_code == 422
    kept = (await installation.post(f"{path}/approve", {"keeps": False, "no_fee": True, "why": "promised"})).json()
    assert kept["state"] == "approved"
    assert (await installation.post(f"{path}/receive", {})).json()["state"] == "received"
    assert (
        await installation.post(f"{path}/inspect", {"lines": [{"line_id": "9", "received": 1, "disposition": "restock"}]})
    ).status_code == 400
    found = {"lines": [{"line_id": "1", "received": 1, "disposition": "refurbish", "granted_percent": 50}]}
    looked = (await installation.post(f"{path}/inspect", found)).json()
    assert (looked["state"], looked["refund"]["amount_minor"]) == ("settling", 22_500)
    assert (await installation.post(f"{path}/settle", {})).status_code == 422
    assert (await installation.post(f"{path}/close", {"why": "paid"})).json()["state"] == "closed"
    assert (await installation.post(f"{path}/cancel", {})).status_code == 422


async def test_a_case_is_refused_or_called_off_by_who_may_write_cases_only(installation, case):
    path = f"/api/v1/cases/{case['id']}/refuse"
    async with installation.house.database.system() as tx:
        await access.add_key(tx, installation.ours, "dk_reads-only-reads-only", "Reader", ["cases:read"])
    reader = installation.entering("dk_reads-only-reads-only")
    assert (await installation.client.post(path, json={"words": "no"}, headers=reader)).status_code == 403
    answer = await installation.post(f"/cases/{case['id']}/refuse", {"reason": "not_eligible", "words": "The seal is broken."})
    assert (answer.json()["state"], answer.json()["decision"]) == ("refused", "not_eligible: The seal is broken.")


async def test_whom_no_mail_reaches_cannot_be_asked_over_the_api(installation, case):
    answer = await installation.post(f"/cases/{case['id']}/ask", {"words": "A photo, please."})
    assert answer.status_code in {200, 409}
    state = (await installation.get(f"/cases/{case['id']}")).json()["state"]
    assert state == "requested"
