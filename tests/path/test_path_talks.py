"""Customers who ask where it is by e-mail, SMS and WhatsApp, through the real hooks and the real worker: answered there, and a choice taken up."""

import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from path_house import House, Shop, Webhook, fulfilment_of, now, order_of, shopify, until
from path_providers import Called, provider
from path_texts import PHONE, PROVIDERS
from test_path_lives import scans

#: A machine may be slow.
PATIENCE_S = 60.0
WHATSAPP = {
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
    "access_token": "t0ken",
    "app_secret": "s3cret",
    "verify_token": "v",
}


async def _on_its_way(house: House, sample: dict[str, Any], shop: Shop, number: str) -> None:
    """Let an order be on its way to a customer with this telephone number."""
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=30), phone=PHONE)
    order["fulfillments"] = [fulfilment_of(order, number, company="UPS", at=now() - timedelta(hours=26))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    await shop.send(scans(number, ("picked_up", now() - timedelta(hours=20)), ("facility_departure", now() - timedelta(hours=9))))
    await house.drained()


async def _turns(house: House, shop: Shop, count: int) -> list[Any]:
    """Wait until so many turns are over; each as it was answered, oldest first."""
    query = "select state, talk, intent from turn where merchant_id = $1 and state <> 'waiting' order by turn_id"

    async def enough() -> list[Any] | None:
        rows = await house.fetch(query, shop.merchant.merchant_id)
        return rows if len(rows) >= count else None

    found: list[Any] = await until(enough, seconds=PATIENCE_S)
    await house.drained(seconds=PATIENCE_S)
    return found


def _reply(shop: Shop, mail: EmailMessage, words: str) -> tuple[str, Webhook]:
    """Answer a mail as mail programs do, with what was said before below; the second is quoted to look like the customer's own words."""
    ident = f"{secrets.token_hex(8)}@customer.example"
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"Ana Ruiz <{shop.customer}>", mail["From"], f"Re: {mail['Subject']}"
    letter["Message-ID"], letter["In-Reply-To"], letter["References"] = f"<{ident}>", mail["Message-ID"], mail["Message-ID"]
    before = "Please cancel my order\nI want to talk to a person\n1"
    quoted = "\n".join(f"> {line}" for line in before.split("\n"))
    letter.set_content(f"{words}\n\nOn Mon, 30 Nov 2026 at 09:00, the shop wrote:\n\n{quoted}\n")
    return ident, Webhook("email", letter.as_bytes(), {"content-type": "message/rfc822"})


async def test_a_mail_that_asks_where_it_is_is_answered_by_mail_and_a_number_chooses(house: House, sample: dict[str, Any]) -> None:
    shop = await house.shop({"generic": {}})
    await _on_its_way(house, sample, shop, "TALKED00001")

    async def told() -> list[EmailMessage]:
        return [mail for mail in house.mailbox.to(shop.customer) if "TALKED00001" in str(mail.get_body(("plain",)))]

    mail = (await until(told, seconds=PATIENCE_S))[-1]
    before = len(house.mailbox.to(shop.customer))
    ident, asked = _reply(shop, mail, "Where is it?")
    await shop.send(asked)
    (turn,) = await _turns(house, shop, 1)
    assert (turn["state"], turn["talk"]) == ("answered", "where")
    (answer,) = house.mailbox.to(shop.customer)[before:]
    text = str(answer.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert answer["subject"] == f"Re: {mail['subject']}"
    assert answer["in-reply-to"] == f"<{ident}>"
    assert "#1001" in text
    assert "TALKED00001" in text
    offered = [line for line in text.splitlines() if line[:2] in {"1:", "2:", "3:"}]
    assert len(offered) >= 2, text

    _, chosen = _reply(shop, answer, "1")
    await shop.send(chosen)
    _, second = await _turns(house, shop, 2)
    assert (second["state"], second["talk"]) == ("answered", "reschedule"), offered
    assert len(house.mailbox.to(shop.customer)) == before + 2


async def test_a_text_is_answered_with_numbers_and_stop_still_ends_it(house: House, sample: dict[str, Any]) -> None:
    texts = PROVIDERS["twilio"]
    async with provider(lambda _: texts.taken()) as world:
        shop = await house.shop({"generic": {}}, channels={"twilio": texts.settings(world.base)})
        await _on_its_way(house, sample, shop, "TALKED00002")

        async def writes(words: str, ident: str) -> None:
            hooked = texts.text(shop, words, ident)
            answer = await house.client.request(hooked.method, hooked.url, content=hooked.body, headers=dict(hooked.headers))
            assert answer.status_code == 200

        await writes("where is my order?", "in-1")
        (turn,) = await _turns(house, shop, 1)
        assert turn["talk"] == "where"
        said = world.calls[-1].form
        assert said["To"] == PHONE
        assert "#1001" in said["Body"]
        assert "1" in [line[:1] for line in said["Body"].splitlines()], said["Body"]
        await writes("1", "in-2")
        assert (await _turns(house, shop, 2))[-1]["talk"] == "reschedule"
        calls = len(world.calls)
        await writes("STOP", "in-3")
        await house.drained()
        rows = await house.fetch("select address, reason from suppression where merchant_id = $1", shop.merchant.merchant_id)
        assert [tuple(row) for row in rows] == [(PHONE, "stop")]
        assert len(world.calls) == calls + 1, "one confirmation"
        await writes("where is my order?", "in-4")
        await house.drained()
        assert len(world.calls) == calls + 1, "nothing after STOP"


async def test_whatsapp_shows_buttons_within_its_limits_and_a_press_is_taken_up(house: House, sample: dict[str, Any]) -> None:
    def taken(call: Called) -> tuple[int, Any]:
        return 200, {
            "messages": [{"id": f"wamid.{secrets.token_hex(8)}"}],
            "contacts": [{"input": call.json.get("to", ""), "wa_id": PHONE[1:]}],
        }

    async with provider(taken) as world:
        shop = await house.shop({"generic": {}}, channels={"whatsapp": WHATSAPP | {"base_url": world.base}})
        await _on_its_way(house, sample, shop, "TALKED00003")

        async def writes(ident: str, **said: Any) -> None:
            one = {"from": PHONE[1:], "id": ident, "timestamp": str(int(now().timestamp())), **said}
            value = {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "34910000000", "phone_number_id": WHATSAPP["phone_number_id"]},
                "contacts": [{"profile": {"name": "Ana"}, "wa_id": PHONE[1:]}],
                "messages": [one],
            }
            body = json.dumps(
                {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
            ).encode()
            signed = hmac.new(WHATSAPP["app_secret"].encode(), body, hashlib.sha256).hexdigest()
            await shop.send(Webhook("whatsapp", body, {"content-type": "application/json", "x-hub-signature-256": f"sha256={signed}"}))

        async def offered() -> list[dict[str, str]]:
            said = world.calls[-1].json
            assert said["to"].lstrip("+") == PHONE[1:]
            action = said["interactive"]["action"]
            buttons = [one["reply"] for one in action.get("buttons", ())]
            rows = [row for section in action.get("sections", ()) for row in section["rows"]]
            assert len(buttons) <= 3
            assert all(len(one["title"]) <= 20 for one in buttons)
            assert len(rows) <= 10
            assert all(len(one["title"]) <= 24 for one in rows)
            return buttons or rows

        await writes("wamid.in1", type="text", text={"body": "Where is my order?"})
        (turn,) = await _turns(house, shop, 1)
        assert turn["talk"] == "where"
        assert "#1001" in world.calls[-1].json["interactive"]["body"]["text"]
        day = next(one for one in await offered() if one["title"] == "Another day")
        pressed = {"type": "button_reply", "button_reply": {"id": day["id"], "title": day["title"]}}
        await writes("wamid.in2", type="interactive", interactive=pressed)
        assert (await _turns(house, shop, 2))[-1]["talk"] == "reschedule"
        days = await offered()
        assert len(days) == 5
        chosen = {"type": "list_reply", "list_reply": {"id": days[1]["id"], "title": days[1]["title"]}}
        await writes("wamid.in3", type="interactive", interactive=chosen)
        await _turns(house, shop, 3)
        assert [one["title"] for one in await offered()] == ["Yes", "No"]
