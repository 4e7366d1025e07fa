"""WhatsApp and Messenger through the worker's own path: leased, called over real HTTP, written down, confirmed, answered."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from steps_graph import CUSTOMER, PSID, Graph, error, graph_api, messenger_settings, status, webhook, whatsapp_settings
from steps_shop import EMAIL, HOUR, NOON, Shop, open_shop

from doorstep.channels import channel_named
from doorstep.channels.messenger.codes import BY_CODE as MESSENGERS
from doorstep.channels.whatsapp.codes import BY_CODE as WHATSAPPS
from doorstep.domain.messages import Approved, Choice, Link, Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose, Remedy
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.send import Ended, call_all, send_wave
from doorstep.steps.wire import Wire
from doorstep.store import messages
from doorstep.store.database import Database
from doorstep.store.messages import NewMessage

CHOICES = (Choice(choice_id="friday", title="Friday"), Choice(choice_id="leave", title="Leave it outside"))
CONTENT = Rendered(text="Your parcel comes tomorrow.", choices=CHOICES, link=Link(title="Track it", url="https://shop.example/t/a"))
OPEN = NOON + HOUR


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    """Meta's API."""
    async with graph_api() as running:
        yield running


@pytest.fixture
async def meta(database: Database, graph: Graph) -> Shop:
    """A shop connected to both."""
    return await open_shop(
        database, channels={"email": EMAIL, "whatsapp": whatsapp_settings(graph), "messenger": messenger_settings(graph)}
    )


async def queued(shop: Shop, slug: str = "whatsapp", *, to: str = "", content: Rendered = CONTENT, **rest: Any) -> messages.Leased:
    """Queue a message, lease it, and give it what the outbox does not carry yet."""
    message = Message(
        message_id=str(new_message_id(NOON)),
        merchant_id=shop.merchant_id,
        channel=channel_named(slug).kind,
        to=to or (CUSTOMER if slug == "whatsapp" else PSID),
        content=content,
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="orders",
        created_at=NOON,
    )
    new = NewMessage(
        message=message,
        connection_id=shop.connected[slug],
        template="shipped",
        trigger="shipment.shipped",
        why_key=message.message_id.encode(),
        order_id=None,
        shipment_ids=(),
        why="a test",
        due_at=NOON,
    )
    async with shop.database.system() as tx:
        await messages.queue(tx, [new])
    (leased,) = await shop.lease()
    return replace(leased, message=replace(leased.message, content=content, window_until=rest.pop("window_until", OPEN), **rest))


async def sent(shop: Shop, leased: messages.Leased, **wired: Any) -> Ended:
    """Call and write down how it ended."""
    async with Wire(**{"allow_private": True, **wired}) as wire:
        (ended,) = await call_all([leased], shop.directory, wire, NOON)
    await send_wave(shop.database, shop.directory, [ended], NOON, most=0)
    return ended


async def state(shop: Shop, leased: messages.Leased) -> tuple[str, str | None]:
    (row,) = await shop.rows("select state, provider_id from message where message_id = $1::uuid", leased.message.message_id)
    return row["state"], row["provider_id"]


async def hear(shop: Shop, *bodies: bytes, slug: str = "whatsapp") -> None:
    await shop.post(slug, *bodies)
    for done in await shop.work():
        assert not done.dead


async def test_a_message_goes_out_arrives_is_read_and_is_answered_by_a_button(meta: Shop, graph: Graph) -> None:
    leased = await queued(meta)
    await sent(meta, leased)
    ((wamid, body),) = graph.taken.items()
    assert body["interactive"]["action"]["buttons"][0]["reply"] == {"id": "friday", "title": "Friday"}
    assert await state(meta, leased) == ("sent", wamid)
    for word, expected in (("sent", "sent"), ("delivered", "reached"), ("read", "read"), ("delivered", "read")):
        told = status(wamid, word, body["biz_opaque_callback_data"], pricing={"billable": True, "category": "utility"})
        await hear(meta, told + b" " * len(expected + word))
        assert (await state(meta, leased))[0] == expected
    pressed = {"type": "button_reply", "button_reply": {"id": "friday", "title": "Friday"}}
    said = {"from": CUSTOMER.lstrip("+"), "id": "wamid.IN", "timestamp": "1764417700", "type": "interactive", "interactive": pressed}
    await hear(meta, webhook({"messages": [{**said, "context": {"id": wamid}}]}))
    (reply,) = await meta.rows("select channel, sender, text, keyword from reply where merchant_id = $1", meta.merchant_id)
    assert reply == {"channel": "whatsapp", "sender": CUSTOMER, "text": "Friday", "keyword": ""}


async def test_statuses_told_twice_and_in_any_order_leave_one_truth(meta: Shop, graph: Graph) -> None:
    leased = await queued(meta)
    await sent(meta, leased)
    (wamid,) = graph.taken
    for _ in range(2):
        for word in ("read", "delivered", "sent"):
            await hear(meta, status(wamid, word))
    assert (await state(meta, leased))[0] == "read"
    assert len(await meta.rows("select from receipt where merchant_id = $1", meta.merchant_id)) == 3


async def test_a_status_of_another_merchants_message_moves_nothing(meta: Shop, graph: Graph) -> None:
    leased = await queued(meta)
    await sent(meta, leased)
    (wamid,) = graph.taken
    stranger = await open_shop(meta.database, channels={"whatsapp": whatsapp_settings(graph)}, directory=meta.directory)
    await hear(stranger, status(wamid, "read", leased.message.message_id))
    assert (await state(meta, leased))[0] == "sent"


async def test_a_template_goes_where_the_window_is_closed(meta: Shop, graph: Graph) -> None:
    graph.have("doorstep_shipped", "en_US")
    content = Rendered(text="x", approved=Approved(name="doorstep_shipped", language="en_US", values=("Ana",)))
    leased = await queued(meta, content=content, window_until=None)
    await sent(meta, leased)
    ((_, body),) = graph.taken.items()
    assert body["template"]["name"] == "doorstep_shipped"
    wrong = Rendered(text="x", approved=Approved(name="doorstep_shipped", language="en_US", values=("Ana", "more")))
    leased = await queued(meta, content=wrong, window_until=None)
    ended = await sent(meta, leased)
    assert ended.receipt
    assert ended.receipt.provider_code == "132000"
    assert (await state(meta, leased))[0] == "refused"


async def test_a_closed_window_without_a_template_refuses_before_any_call(meta: Shop, graph: Graph) -> None:
    for slug in ("whatsapp", "messenger"):
        ended = await sent(meta, await queued(meta, slug, window_until=None))
        assert ended.receipt
        assert ended.receipt.state == "refused"
        assert "window" in ended.receipt.provider_text
    assert not [call for call in graph.calls if call[1].endswith("/messages")]


@pytest.mark.parametrize(("slug", "table"), [("whatsapp", WHATSAPPS), ("messenger", MESSENGERS)])
async def test_each_error_code_ends_in_its_remedy(meta: Shop, graph: Graph, slug: str, table: dict[str, Any]) -> None:
    leased = await queued(meta, slug)
    wrong: list[str] = []
    async with Wire(allow_private=True) as wire:
        for key, meaning in table.items():
            code, _, subcode = key.partition(":")
            graph.instead = [(400, error(int(code), int(subcode) if subcode else None))]
            (ended,) = await call_all([leased], meta.directory, wire, NOON)
            match meaning.remedy:
                case Remedy.RETRY:
                    fits = ended.receipt is None and ended.later is not None and ended.pause is None
                case Remedy.STOP:
                    fits = ended.receipt is None and ended.pause is not None and meaning.meaning in ended.pause
                case Remedy.SUPPRESS:
                    fits = ended.receipt is not None and ended.receipt.state == "refused" and ended.receipt.suppress is not None
                case _:
                    fits = ended.receipt is not None and ended.receipt.state == "refused" and ended.receipt.suppress is None
            if not fits:
                wrong.append(key)
    assert wrong == []
    assert not graph.taken


async def test_a_connection_whose_token_has_ended_is_paused_and_the_message_waits(meta: Shop, graph: Graph) -> None:
    leased = await queued(meta)
    graph.instead = [(401, error(190))]
    await sent(meta, leased)
    assert (await state(meta, leased))[0] == "queued"
    (row,) = await meta.rows("select state, paused_why from connection where connection_id = $1", meta.connected["whatsapp"])
    assert row["state"] == "paused"
    assert "token" in row["paused_why"]


async def test_a_person_who_wants_no_marketing_is_written_no_marketing_and_nothing_else_ends(meta: Shop, graph: Graph) -> None:
    async def suppressions() -> list[tuple[str, str, str]]:
        found = await meta.rows("select channel, purpose, reason from suppression where merchant_id = $1", meta.merchant_id)
        return [(row["channel"], row["purpose"], row["reason"]) for row in found]

    leased = await queued(meta)
    graph.instead = [(400, error(131050))]
    await sent(meta, leased)
    assert await suppressions() == [("whatsapp", "marketing", "unsubscribed")]
    await meta.rows("delete from suppression where merchant_id = $1", meta.merchant_id)
    leased = await queued(meta)
    await sent(meta, leased)
    (wamid,) = graph.taken
    await hear(meta, status(wamid, "failed", errors=[{"code": 131050, "title": "opted out"}]))
    assert await suppressions() == [("whatsapp", "marketing", "unsubscribed")]
    told = {"wa_id": CUSTOMER.lstrip("+"), "category": "marketing_messages", "value": "resume", "timestamp": 1764417600}
    await hear(meta, webhook({"user_preferences": [told]}, "user_preferences"))
    assert await suppressions() == []
    await hear(meta, webhook({"user_preferences": [told | {"value": "stop"}]}, "user_preferences"))
    assert await suppressions() == [("whatsapp", "marketing", "unsubscribed")]
    assert not await meta.rows("select from outbox where merchant_id = $1", meta.merchant_id)


async def test_a_stop_that_was_typed_outlasts_marketing_switched_on_again(meta: Shop) -> None:
    said = {"from": CUSTOMER.lstrip("+"), "id": "wamid.S", "timestamp": "1764417700", "type": "text", "text": {"body": "STOP"}}
    await hear(meta, webhook({"messages": [said]}))
    told = {"wa_id": CUSTOMER.lstrip("+"), "category": "marketing_messages", "value": "resume", "timestamp": 1764417800}
    await hear(meta, webhook({"user_preferences": [told]}, "user_preferences"))
    (row,) = await meta.rows("select purpose, reason from suppression where merchant_id = $1", meta.merchant_id)
    assert row == {"purpose": "", "reason": "stop"}


async def test_a_button_that_reads_like_a_keyword_is_none(meta: Shop) -> None:
    pressed = {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Cancel"}}
    said = {"from": CUSTOMER.lstrip("+"), "id": "wamid.B", "timestamp": "1764417700", "type": "interactive", "interactive": pressed}
    await hear(meta, webhook({"messages": [said]}))
    assert not await meta.rows("select from suppression where merchant_id = $1", meta.merchant_id)
    assert await meta.rows("select from reply where merchant_id = $1 and keyword = ''", meta.merchant_id)


async def test_an_account_that_was_disabled_pauses_its_connection_and_one_that_was_warned_does_not(meta: Shop) -> None:
    async def standing() -> str:
        (row,) = await meta.rows("select state from connection where connection_id = $1", meta.connected["whatsapp"])
        return str(row["state"])

    await hear(meta, webhook({"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}}, "account_update"))
    assert await standing() == "active"
    await hear(meta, webhook({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, "account_update"))
    assert await standing() == "paused"


async def test_nobody_at_the_port_is_tried_later_because_nothing_left(meta: Shop, database: Database) -> None:
    shop = await open_shop(database, channels={"whatsapp": whatsapp_settings(Graph(base="http://127.0.0.1:1"))})
    leased = await queued(shop)
    ended = await sent(shop, leased)
    assert ended.receipt is None
    assert (await state(shop, leased))[0] == "queued"


async def test_an_answer_that_comes_too_late_is_an_unknown_outcome_that_a_status_resolves_and_nothing_goes_twice(
    meta: Shop, graph: Graph
) -> None:
    graph.slow_s = 0.5
    leased = await queued(meta)
    await sent(meta, leased, read_timeout_s=0.1)
    assert await state(meta, leased) == ("unknown", None)
    ((wamid, body),) = graph.taken.items()
    assert await meta.lease(NOON + HOUR) == []
    await hear(meta, status(wamid, "delivered", body["biz_opaque_callback_data"]))
    assert (await state(meta, leased))[0] == "reached"
    assert len(graph.taken) == 1


@pytest.mark.parametrize(
    ("mangle", "expected"),
    [
        (lambda _: None, "unknown"),
        (lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", "unknown"),
        (lambda _: b"HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n", "unknown"),
        (lambda _: b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", "queued"),
        (lambda _: b"HTTP/1.1 500 Oops\r\ncontent-length: 7\r\n\r\ngarbage", "queued"),
        (lambda whole: whole[:-10], "unknown"),
    ],
)
@pytest.mark.parametrize("slug", ["whatsapp", "messenger"])
async def test_garbage_is_never_a_message_that_is_called_sent(meta: Shop, graph: Graph, slug: str, mangle: Any, expected: str) -> None:
    graph.mangle = mangle
    leased = await queued(meta, slug)
    await sent(meta, leased, read_timeout_s=0.3)
    assert (await state(meta, leased))[0] == expected


async def test_a_server_that_answers_twice_is_believed_once_and_nobody_gets_anothers_answer(meta: Shop, graph: Graph) -> None:
    graph.mangle = lambda whole: whole + whole
    first, second = await queued(meta), await queued(meta, to="+34600000002")
    async with Wire(allow_private=True) as wire:
        for leased in (first, second):
            (ended,) = await call_all([leased], meta.directory, wire, NOON)
            await send_wave(meta.database, meta.directory, [ended], NOON, most=0)
    assert len(graph.taken) == 2
    wamid, other = graph.taken
    assert await state(meta, first) == ("sent", wamid)
    # What was left over of the first answer is not taken for the second one's; its status tells.
    assert (await state(meta, second))[1] in {None, other}
    await hear(meta, status(other, "delivered", second.message.message_id))
    assert (await state(meta, second))[0] == "reached"


async def test_messenger_sends_is_delivered_and_is_answered(meta: Shop, graph: Graph) -> None:
    leased = await queued(meta, "messenger")
    await sent(meta, leased)
    ((mid, body),) = graph.taken.items()
    assert body["message"]["quick_replies"][0]["payload"] == "friday"
    assert await state(meta, leased) == ("sent", mid)

    def event(**content: Any) -> bytes:
        one = {"sender": {"id": PSID}, "recipient": {"id": "PAGE"}, "timestamp": 1764417600000, **content}
        return json.dumps({"object": "page", "entry": [{"id": "PAGE", "messaging": [one]}]}).encode()

    await hear(meta, event(delivery={"mids": [mid], "watermark": 1764417600000}), slug="messenger")
    assert (await state(meta, leased))[0] == "reached"
    await hear(meta, event(read={"watermark": 1764417600001}), slug="messenger")
    assert (await state(meta, leased))[0] == "reached"
    await hear(meta, event(message={"mid": "m_in", "text": "Friday", "quick_reply": {"payload": "friday"}}), slug="messenger")
    (reply,) = await meta.rows("select channel, sender, text from reply where merchant_id = $1", meta.merchant_id)
    assert reply == {"channel": "messenger", "sender": PSID, "text": "Friday"}


async def test_an_echo_resolves_a_message_of_messenger_whose_answer_was_lost(meta: Shop, graph: Graph) -> None:
    graph.mangle = lambda _: None
    leased = await queued(meta, "messenger")
    await sent(meta, leased)
    assert (await state(meta, leased))[0] == "unknown"
    ((mid, body),) = graph.taken.items()
    echo = {"mid": mid, "is_echo": True, "metadata": body["message"]["metadata"]}
    one = {"sender": {"id": "PAGE"}, "recipient": {"id": PSID}, "timestamp": 1764417600000, "message": echo}
    await hear(meta, json.dumps({"object": "page", "entry": [{"id": "PAGE", "messaging": [one]}]}).encode(), slug="messenger")
    assert await state(meta, leased) == ("sent", mid)
    assert not await meta.rows("select from reply where merchant_id = $1", meta.merchant_id)


async def test_a_person_that_messenger_does_not_know_any_more_is_suppressed(meta: Shop) -> None:
    await sent(meta, await queued(meta, "messenger", to="999"))
    (row,) = await meta.rows("select channel, address, purpose from suppression where merchant_id = $1", meta.merchant_id)
    assert row == {"channel": "messenger", "address": "999", "purpose": ""}


@pytest.mark.parametrize("slug", ["whatsapp", "messenger"])
async def test_the_probe_tells_what_the_connection_leads_to(meta: Shop, slug: str) -> None:
    channel = channel_named(slug)
    connection = meta.directory.connection(meta.merchant_id, meta.connected[slug])
    assert channel.probe
    assert connection
    assert ChannelKind(slug) is channel.kind
    async with Wire(allow_private=True) as wire:
        of = (meta.merchant_id, meta.connected[slug])
        receipt = await wire.run(channel.probe(connection.settings, NOON), connection=of, channel=channel)
    assert "Teapots" in receipt.provider_text
