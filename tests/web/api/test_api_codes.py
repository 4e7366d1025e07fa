"""Mappings of unknown codes by the API: made, listed, taken back; everywhere only by the operator's scope."""

from doorstep.store import access

FORM = {"carrier": "gls", "carrier_code": "ZX77", "event_type": "delayed"}


async def listed(installation):
    return (await installation.get("/code-mappings")).json()["code_mappings"]


async def test_a_mapping_is_made_listed_and_taken_back(installation):
    made = await installation.post("/code-mappings", FORM)
    assert made.status_code == 201
    found = [one for one in await listed(installation) if one["id"] == made.json()["id"]]
    assert [(one["carrier_code"], one["event_type"], one["everywhere"], one["replaying"]) for one in found] == [
        ("ZX77", "delayed", False, True)
    ]
    gone = await installation.client.delete(f"/api/v1/code-mappings/{made.json()['id']}", headers=installation.entering())
    assert gone.status_code == 204
    assert made.json()["id"] not in [one["id"] for one in await listed(installation)]
    again = await installation.client.delete(f"/api/v1/code-mappings/{made.json()['id']}", headers=installation.entering())
    assert again.status_code == 404


async def test_a_mapping_to_no_event_type_or_of_nothing_is_refused(installation):
    for wrong in ({**FORM, "event_type": "arrived!"}, {**FORM, "carrier_code": ""}, {**FORM, "more": 1}):
        answer = await installation.post("/code-mappings", wrong)
        assert answer.status_code == 400, answer.text


async def test_everywhere_needs_the_scope_that_only_the_operator_gives(installation):
    refused = await installation.post("/code-mappings", {**FORM, "everywhere": True})
    assert refused.status_code == 403
    key = f"dk_operator_{'k' * 32}"
    async with installation.house.database.system() as tx:
        await access.add_key(tx, installation.ours, key, "operator", ["tracking:write", "codes:everywhere"], 1000)
    made = await installation.post("/code-mappings", {**FORM, "everywhere": True}, key)
    assert made.status_code == 201
    by_others = await installation.client.delete(f"/api/v1/code-mappings/{made.json()['id']}", headers=installation.entering())
    assert by_others.status_code == 404
    by_operator = await installation.client.delete(f"/api/v1/code-mappings/{made.json()['id']}", headers=installation.entering(key))
    assert by_operator.status_code == 204
