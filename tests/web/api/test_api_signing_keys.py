"""Signing keys by the API: made once under one Idempotency-Key, withdrawn, and only with the scope for it."""

from doorstep.store import access
from doorstep.web.api.scopes import new_key


async def test_keys_are_listed_made_and_withdrawn(installation):
    assert (await installation.get("/performance/keys")).json() == {"signing_keys": []}
    made = await installation.post("/performance/keys", None, **{"idempotency-key": "rotate-1"})
    again = await installation.post("/performance/keys", None, **{"idempotency-key": "rotate-1"})
    assert made.status_code == again.status_code == 201
    assert made.json() == again.json()
    (first,) = made.json()["signing_keys"]
    assert (first["signs"], first["signs_from"], first["withdrawn_at"]) == (True, None, None)
    second = (await installation.post("/performance/keys", None)).json()["signing_keys"][0]
    assert not second["signs"]
    assert second["signs_from"] > second["made_at"]
    left = (await installation.post(f"/performance/keys/{first['kid']}/withdraw", None)).json()["signing_keys"]
    assert {key["kid"]: (key["signs"], key["withdrawn_at"] is None) for key in left} == {
        first["kid"]: (False, False),
        second["kid"]: (True, True),
    }
    assert (await installation.post(f"/performance/keys/{first['kid']}/withdraw", None)).status_code == 404
    last = (await installation.post(f"/performance/keys/{second['kid']}/withdraw", None)).json()["signing_keys"]
    assert len([key for key in last if key["signs"]]) == 1, "another one is made where the last is withdrawn"
    assert "secret" not in str(last)


async def test_whoever_may_only_read_makes_and_withdraws_nothing(installation):
    (key,) = (await installation.post("/performance/keys", None)).json()["signing_keys"]
    reads = new_key()
    async with installation.house.database.system() as tx:
        await access.add_key(tx, installation.ours, reads, "reads", ["performance:read"])
    assert len((await installation.get("/performance/keys", reads)).json()["signing_keys"]) == 1
    for path in ("/performance/keys", f"/performance/keys/{key['kid']}/withdraw"):
        assert (await installation.post(path, None, reads)).status_code == 403
    assert [one["withdrawn_at"] for one in (await installation.get("/performance/keys")).json()["signing_keys"]] == [None]
