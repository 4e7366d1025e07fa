"""Another merchant's key tries every operation of the document; row-level security stands behind every table."""

import asyncpg
import pytest

from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.work import utc_now
from doorstep.store import recipients

MARK = "belongs-to-ours"
ORDER = {"id": MARK, "number": MARK, "placed_at": "2026-11-22T09:30:00+01:00", "customer": {"email": f"{MARK}@customer.example"}}
ORDER["fulfilments"] = [{"created_at": "2026-11-22T16:00:00+01:00", "tracking_numbers": ["BELONGSTOOURS"]}]
TRACKING = {"tracking_number": "BELONGSTOOURS", "checkpoints": [{"code": MARK, "text": MARK, "occurred_at": "2026-11-23T08:12:00+01:00"}]}

#: Operation → how a stranger tries it: the things of ours it names, the body, and the status a stranger must get.
TRIES: dict[str, tuple[dict[str, object], object, int]] = {
    "sendOrders": ({}, ORDER, 202),
    "listOrders": ({"number": MARK}, None, 200),
    "readOrder": ({"order_id": "order"}, None, 404),
    "sendCheckpoints": ({}, TRACKING, 202),
    "readCodeTable": ({}, None, 200),
    "setCodeTable": ({}, {"codes": {"THEIRS": "delivered"}}, 200),
    "listShipments": ({"tracking_number": "BELONGSTOOURS"}, None, 200),
    "readShipment": ({"shipment_id": "shipment"}, None, 404),
    "listPitfalls": ({}, None, 200),
    "reportPitfall": ({"shipment_id": "shipment"}, {"kind": "wrong_item"}, 404),
    "closePitfall": ({"pitfall_id": "pitfall"}, {"note": "theirs"}, 404),
    "mutePitfall": ({"pitfall_id": "pitfall"}, {"muted": True}, 404),
    "identifyNumber": ({"number": "BELONGSTOOURS"}, None, 200),
    "listActions": ({}, None, 200),
    "prepareAction": ({}, {"action": {"action": "read_order", "order": MARK}}, 422),
    "confirmAction": ({}, {"token": "not-theirs"}, 422),
    "doAction": ({}, {"action": {"action": "ask_invoice", "order": MARK}}, 422),
    "listCases": ({"order_id": "1"}, None, 200),
    "readCase": ({"case_id": "case"}, None, 404),
    "addPhoto": ({"order_id": "order"}, {"photo": "AAAA"}, 404),
    "listArticles": ({}, None, 200),
    "readArticle": ({"article_id": "article"}, None, 404),
    "bringInArticles": ({}, {"key": "theirs", "content": "Theirs."}, 200),
    "removeArticle": ({"article_id": "article"}, None, 404),
    "askKnowledge": ({}, {"question": "what is a teapot?"}, 200),
    "readTalks": ({}, None, 200),
    "putTalks": ({}, {"changes": {"words": {"en": {"say.welcome": "Theirs."}}}, "note": "theirs"}, 200),
    "readPolicy": ({}, None, 200),
    "draftPolicy": ({}, {"policy": {"returning": {"reason_needed": False}}, "note": "theirs"}, 201),
    "putPolicyInForce": ({"version": "policy"}, None, 404),
    "approveCase": ({"case_id": "case"}, {}, 404),
    "refuseCase": ({"case_id": "case"}, {"words": "no"}, 404),
    "askAboutCase": ({"case_id": "case"}, {"words": "why"}, 404),
    "receiveCase": ({"case_id": "case"}, {}, 404),
    "inspectCase": ({"case_id": "case"}, {"lines": []}, 404),
    "settleCase": ({"case_id": "case"}, {}, 404),
    "closeCase": ({"case_id": "case"}, {}, 404),
    "cancelCase": ({"case_id": "case"}, {}, 404),
    "listErrands": ({}, None, 200),
    "readErrand": ({"errand_id": "errand"}, None, 404),
    "answerErrand": ({"errand_id": "errand"}, {"outcome": "done"}, 404),
    "listHandovers": ({}, None, 200),
    "readHandover": ({"handover_id": "handover"}, None, 404),
    "assignHandover": ({"handover_id": "handover"}, {"user_id": None}, 404),
    "closeHandover": ({"handover_id": "handover"}, {"reason": "solved"}, 404),
    "noteOnHandover": ({"handover_id": "handover"}, {"text": "forged"}, 404),
    "readPerformance": ({"from": "2026-01-01", "to": "2027-01-01", "by": "lane"}, None, 200),
    "readReturnInsight": ({"from": "2026-01-01", "to": "2026-12-01"}, None, 200),
    "readTalkInsight": ({"from": "2026-01-01", "to": "2026-12-01"}, None, 200),
    "readEstimator": ({}, None, 200),
    "listSigningKeys": ({}, None, 200),
    "makeSigningKey": ({}, None, 201),
    "withdrawSigningKey": ({"kid": "signing"}, None, 404),
    "readPromise": ({"to": "ES-28013", "service": MARK}, None, 200),
    "listMessages": ({}, None, 200),
    "readMessage": ({"message_id": "message"}, None, 404),
    "listUnknownCodes": ({}, None, 200),
    "listCodeMappings": ({}, None, 200),
    "mapCode": ({}, {"carrier": "gls", "carrier_code": "THEIRS", "event_type": "delivered"}, 201),
    "unmapCode": ({"mapping_id": "mapping"}, None, 404),
    "listDeadLetters": ({}, None, 200),
    "replayDeadLetters": ({}, {"ids": ["1", "2", "3"]}, 200),
    "listSuppressions": ({}, None, 200),
    "addSuppression": ({}, {"channel": "email", "address": f"{MARK}@customer.example"}, 200),
    "importSuppressions": ({}, {"suppressions": [{"channel": "email", "address": f"{MARK}@customer.example"}]}, 200),
    "liftSuppression": ({"suppression_id": "suppression"}, None, 404),
    "recordConsent": ({}, {"address": f"{MARK}@customer.example", "purpose": "marketing", "granted": True}, 201),
    "listWebhooks": ({}, None, 200),
    "addWebhook": ({}, {"url": "https://theirs.example/hook"}, 201),
    "removeWebhook": ({"webhook_id": "webhook"}, None, 404),
    # The app's door takes no key, whosever; test_api_app.py has its strangers.
    "listAppMessages": ({}, None, 401),
    "streamAppMessages": ({}, None, 401),
    "tellAppReached": ({"message_id": "message"}, None, 401),
    "tellAppRead": ({"message_id": "message"}, None, 401),
    "sendAppReply": ({}, {"client_id": "x", "text": MARK}, 401),
    "readMe": ({}, None, 200),
}
#: What a stranger sent itself may come back to it.
_ECHOES = {"addSuppression", "recordConsent", "identifyNumber"}
_TABLES = "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migration' order by 1"


async def fill(installation) -> dict[str, str]:
    """Give our merchant one of everything the API shows; return the ids."""
    house = installation.house
    endpoint = (await installation.post("/webhooks", {"url": f"https://{MARK}.example/hook"})).json()
    await installation.client.put("/api/v1/tracking/codes", json={"codes": {f"{MARK}-code": "delivered"}}, headers=installation.entering())
    mapping = {"carrier": "gls", "carrier_code": MARK, "carrier_text": "elsewhere", "event_type": "delivered"}
    made = (await installation.post("/code-mappings", mapping)).json()
    await installation.post("/orders", ORDER)
    await installation.post("/tracking", TRACKING)
    async with house.database.system() as tx:
        gone = Suppression(channel=ChannelKind.EMAIL, address=f"gone-{MARK}@customer.example", purpose=None, reason="bounced", at=utc_now())
        await recipients.suppress(tx, installation.ours, gone)
    await installation.work()
    async with house.database.system() as tx:
        await tx.execute(
            "insert into dead_letter select merchant_id, inbox_id, received_month, connection_id, now(), 'BadInputError', $2 from inbox where merchant_id = $1",
            installation.ours,
            MARK,
        )
    signing = (await installation.post("/performance/keys", None)).json()["signing_keys"][0]["kid"]
    [order] = (await installation.get("/orders")).json()["orders"]
    [shipment] = (await installation.get("/shipments")).json()["shipments"]
    told = await installation.post(f"/shipments/{shipment['id']}/pitfalls", {"kind": "not_received", "note": MARK})
    message = (await installation.get("/messages")).json()["messages"][0]
    invoice = {"action": {"action": "ask_invoice", "order": MARK, "made_out_to": MARK}}
    case = (await installation.post("/actions", invoice)).json()["case"]
    [errand] = (await installation.get("/errands")).json()["errands"]
    await installation.post("/knowledge/articles", {"key": MARK, "content": f"# What is a teapot?\n\nA teapot {MARK}."})
    [article] = (await installation.get("/knowledge/articles")).json()["articles"]
    for _ in range(2):  # the stranger makes one version of its own
        draft = (await installation.post("/policy", {"policy": {"returning": {"reason_needed": False}}, "note": MARK})).json()
    await installation.client.put(
        "/api/v1/talks", json={"changes": {"words": {"en": {"say.welcome": MARK}}}, "note": MARK}, headers=installation.entering()
    )
    async with house.database.system() as tx:
        await tx.execute(
            "insert into handover (merchant_id, conversation_id, reason, summary, language, queue, priority, state, asked_at, due_at, touched_at)"
            " values ($1, 1, 'asked', $2, 'es', 'support', 2, 'waiting', now(), now(), now())",
            installation.ours,
            MARK,
        )
    [handover] = (await installation.get("/handovers")).json()["handovers"]
    [suppression] = (await installation.get("/suppressions")).json()["suppressions"]
    assert (await installation.get("/dead-letters")).json()["dead_letters"]
    return {
        "order": order["id"],
        "case": case["id"],
        "article": article["id"],
        "policy": str(draft["version"]),
        "errand": errand["id"],
        "handover": handover["id"],
        "shipment": shipment["id"],
        "message": message["id"],
        "suppression": suppression["id"],
        "webhook": endpoint["id"],
        "pitfall": told.json()["id"],
        "mapping": made["id"],
        "signing": signing,
    }


async def rows_of(installation, merchant_id: int) -> dict[str, list[str]]:
    """Everything a merchant has, as text, by table."""
    async with installation.house.database.system() as tx:
        tables = [row["relname"] for row in await tx.fetch(_TABLES)]
        return {
            table: [
                row["row"] for row in await tx.fetch(f"select t::text as row from {table} t where merchant_id = $1 order by 1", merchant_id)
            ]
            for table in tables
        }


async def test_a_stranger_sees_and_changes_nothing_by_any_operation_of_the_document(installation):
    ids = await fill(installation)
    document = (await installation.client.get("/api/v1/openapi.json")).json()
    operations = {o["operationId"]: (method, path, o) for path, item in document["paths"].items() for method, o in item.items()}
    assert operations.keys() == TRIES.keys(), "every operation needs its stranger"
    before = await rows_of(installation, installation.ours)
    for name, (method, path, operation) in operations.items():
        asked, body, status = TRIES[name]
        of_path = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert of_path <= asked.keys(), name
        answer = await installation.client.request(
            method,
            path.format(**{key: ids[str(asked[key])] for key in of_path}),
            params={key: value for key, value in asked.items() if key not in of_path},
            json=body,
            headers=installation.entering(installation.their_key),
        )
        assert answer.status_code == status, (name, answer.text)
        if name not in _ECHOES:
            assert MARK not in answer.text, name
            assert "BELONGSTOOURS" not in answer.text, name
        assert await rows_of(installation, installation.ours) == before, name
    for name in ("readOrder", "readShipment", "readMessage", "readCase", "readHandover"):  # with our own key the same addresses answer
        method, path, _ = operations[name]
        [(key, what)] = TRIES[name][0].items()
        answer = await installation.client.request(method, path.format(**{key: ids[str(what)]}), headers=installation.entering())
        assert answer.status_code == 200


async def test_no_operation_answers_without_a_key_or_with_a_wrong_one(installation):
    document = (await installation.client.get("/api/v1/openapi.json")).json()
    for path, item in document["paths"].items():
        for method in item:
            for headers in (
                {},
                {"authorization": "Bearer dk_" + "x" * 43},
                {"authorization": "Basic dk_" + "x" * 43},
                {"authorization": "Bearer x"},
            ):
                answer = await installation.client.request(method, path.replace("{", "").replace("}", ""), headers=headers)
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["content-type"].startswith("application/problem+json")


async def test_every_table_is_fenced_for_the_web(installation):
    """One row of ours in every table; the fenced role of the other merchant reads none, changes none and can add none."""
    tables = list((await rows_of(installation, installation.ours)).keys())
    assert len(tables) > 20
    for table in tables:
        async with installation.house.database.system() as tx:
            await one_row(tx, table, installation.ours)
        ours = (await rows_of(installation, installation.ours))[table]
        assert ours, table
        async with installation.house.database.for_merchant(installation.theirs) as tx:
            assert await tx.fetchval(f"select count(*) from {table} where merchant_id = $1", installation.ours) == 0, table
            assert await tx.execute(f"delete from {table} where merchant_id = {installation.ours}") == "DELETE 0"
            column = "merchant_id" if table != "merchant" else "name"
            assert await tx.execute(f"update {table} set {column} = {column} where merchant_id = {installation.ours}") == "UPDATE 0"
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError)):
            async with installation.house.database.for_merchant(installation.theirs) as tx:
                await one_row(tx, table, installation.ours, fresh="x")
        assert (await rows_of(installation, installation.ours))[table] == ours


_VALUES = {
    "bigint": "1", "integer": "1", "smallint": "1", "real": "1", "text": "'{fresh}a'", "bytea": "'\\x01'::bytea || '{fresh}'::bytea",
    "json": "'{{}}'", "uuid": "gen_random_uuid()", "date": "'2026-11-01'", "numeric": "1", "boolean": "true", "ARRAY": "'{{}}'",
    "timestamp with time zone": "'2026-11-02'",
}  # fmt: skip
_CHECKED = {"role": "'support'", "kind": "'shop'", "state": "'active'"}


async def one_row(tx, table: str, merchant_id: int, fresh: str = "") -> None:
    """Write a row of made-up values, foreign keys aside."""
    columns = await tx.fetch(
        "select column_name as name, data_type as kind, is_identity from information_schema.columns where table_schema = 'public' and table_name = $1",
        table,
    )
    if not fresh:
        await tx.execute("set local session_replication_role = replica")
    named = {c["name"]: _value(table, c["name"], c["kind"], fresh) for c in columns if c["is_identity"] == "NO"} | {
        "merchant_id": str(merchant_id)
    }
    overriding = "overriding system value" if table == "merchant" and fresh else ""
    if table == "merchant" and not fresh:
        return  # ours is there
    await tx.execute(f"insert into {table} ({', '.join(named)}) {overriding} values ({', '.join(named.values())})")


#: Of tables whose closed words are others.
_CHECKED_IN = {
    "follow_up": {"state": "'waiting'"},
    "helpdesk_link": {"state": "'open'"},
    "proposal": {"state": "'proposed'"},
    "turn": {"state": "'answered'"},
}


def _value(table: str, name: str, kind: str, fresh: str) -> str:
    return _CHECKED_IN.get(table, {}).get(name) or _CHECKED.get(name) or _VALUES[kind].format(fresh=fresh)
