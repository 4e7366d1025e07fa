"""The talks over the API: read, put live whole, and refused with all that is wrong."""


async def put(installation, body):
    return await installation.client.put("/api/v1/talks", json=body, headers=installation.entering())


async def test_talks_are_put_live_whole_and_read_back(installation):
    first = (await installation.get("/talks")).json()
    assert (first["version"], first["changes"]) == (0, {"on": True, "off": [], "words": {}, "next": {}})
    answer = await put(installation, {"changes": {"words": {"en": {"say.hello": "Ahoy, {brand}."}}}, "note": "the sea"})
    assert answer.status_code == 200
    shown = (await installation.get("/talks")).json()
    assert shown == answer.json()
    assert (shown["version"], shown["note"]) == (1, "the sea")
    assert shown["changes"]["words"] == {"en": {"say.hello": "Ahoy, {brand}."}}
    assert (await put(installation, {"changes": {"off": ["cancel"]}})).json()["changes"]["words"] == {}


async def test_all_that_is_wrong_is_told_and_nothing_changes(installation):
    wrong = await put(installation, {"changes": {"off": ["gone"], "words": {"en": {"say.hello": "{gone}", "talk.where": "x" * 21}}}})
    assert wrong.status_code == 422
    told = [one["message"] for one in wrong.json()["errors"]]
    assert len(told) == 3
    assert "there is no talk 'gone'" in told
    assert (await installation.get("/talks")).json()["version"] == 0
    assert (await put(installation, {"changes": {"of": []}})).status_code == 400
