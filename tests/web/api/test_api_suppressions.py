"""Suppressions of another system by the API: the good ones taken, the bad ones named, once under a key, none of a stranger's."""

ROWS = [
    {"channel": "email", "address": "Gone@customer.example", "reason": "bounced"},
    {"channel": "sms", "address": "555"},
    {"channel": "fax", "address": "+34600111222"},
    {"channel": "whatsapp", "address": "+34 600 111 222", "reason": "stop", "purpose": "marketing"},
    {"channel": "whatsapp", "address": "ana@customer.example"},
]


async def test_good_ones_are_taken_bad_ones_named_and_what_the_person_asked_for_stays(installation):
    answer = await installation.post("/suppressions/import", {"suppressions": ROWS})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["taken"], told["new"]) == (2, 2)
    assert [(one["position"], one["why"].partition(":")[0]) for one in told["bad"]] == [(1, "address"), (2, "channel"), (4, "address")]
    kept = (await installation.get("/suppressions")).json()["suppressions"]
    assert [(one["channel"], one["address"], one["purpose"], one["reason"]) for one in kept] == [
        ("email", "gone@customer.example", None, "bounced"),
        ("whatsapp", "+34600111222", "marketing", "stop"),
    ]
    again = (await installation.post("/suppressions/import", {"suppressions": ROWS[:1]})).json()
    assert (again["taken"], again["new"], again["bad"]) == (1, 0, [])
    lifted = await installation.client.delete(f"/api/v1/suppressions/{kept[1]['id']}", headers=installation.entering())
    assert lifted.status_code == 409
    theirs = await installation.client.get("/api/v1/suppressions", headers=installation.entering(installation.their_key))
    assert theirs.json()["suppressions"] == []


async def test_an_empty_list_and_too_long_a_one_are_refused(installation):
    for rows in ([], [{"channel": "email", "address": "a@b.example"}] * 20_001):
        assert (await installation.post("/suppressions/import", {"suppressions": rows})).status_code == 400
