"""A text message leaves with short links of its own, written down with it; other channels' links stay as they are."""

import re
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from steps_shop import EMAIL, NOON, TWILIO, Shop, fulfilment, open_shop, order, said

from doorstep.domain.messages import Rendered
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Lead, Purpose
from doorstep.messages.shortening import is_code
from doorstep.steps.short_links import LASTS, has_ended, target_of
from doorstep.store import messages, short_links
from doorstep.store.database import Database

BY_TEXT = {"journeys": {"out_for_delivery": {"channels": ["sms", "email"], "fallback_s": 3600}}}
SAYS_ALL = "{{ parcel.url }} {{ parcel.carrier_url }} {{ links.order }} {{ links.preferences }}"


async def texted(database: Database, tracking: str | None = None, source: str = "") -> Shop:
    """A shop of which a text has been queued, with the links that `source` writes."""
    own = {"templates": {"out_for_delivery/en/sms": source}} if source else {}
    shop = await open_shop(database, channels={"email": EMAIL, "twilio": TWILIO}, settings=BY_TEXT | own)
    if tracking:
        await shop.rows(
            "update merchant set brand = (brand::jsonb || jsonb_build_object('tracking', $2::text))::json where merchant_id = $1 returning 1",
            shop.merchant_id,
            tracking,
        )
        await shop.directory.refresh(database, NOON, force=True)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone="+34600000001")])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    assert await shop.sent("sms") == ["shipment.out_for_delivery"]
    return shop


async def text_of(shop: Shop) -> str:
    (row,) = await shop.rows("select text from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    return row["text"]


async def kept(shop: Shop) -> dict[str, dict]:
    """Lead → the link that was kept."""
    return {one["leads_to"]: one for one in await shop.rows("select * from short_link where merchant_id = $1", shop.merchant_id)}


async def test_only_the_links_that_stand_in_a_text_are_kept_each_with_its_message(database: Database) -> None:
    shop = await texted(database)
    text = await text_of(shop)
    (code,) = re.findall(r"https://doorstep\.example/s/(\w+)", text)
    assert is_code(code)
    assert not re.search(r"/[top]/|\?m=", text)
    (link,) = (await kept(shop)).values()
    parcel = await shop.parcel("N1")
    (message,) = await shop.rows("select message_id, month from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    assert (link["code"], link["leads_to"], link["token"], link["marks"]) == (code, "parcel", parcel.token, True)
    assert (link["message_id"], link["month"], link["made_at"]) == (message["message_id"], message["month"], NOON)


@pytest.mark.parametrize(
    ("tracking", "marks"),
    [("none", set()), ("clicks", {"parcel", "order"}), ("all", {"parcel", "order", "carrier"})],
)
async def test_how_much_is_noted_is_the_brands_to_say_and_links_are_short_all_the_same(
    database: Database, tracking: str, marks: set[str]
) -> None:
    shop = await texted(database, tracking, SAYS_ALL)
    text = await text_of(shop)
    links = await kept(shop)
    assert {lead for lead, one in links.items() if one["marks"]} == marks
    assert set(links) >= {"parcel", "order", "preferences"}
    assert all(f"https://doorstep.example/s/{one['code']}" in text for one in links.values())
    assert "/p/" not in text


async def test_a_mail_keeps_its_links_and_marks(database: Database) -> None:
    shop = await open_shop(database, channels={"email": EMAIL})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    (row,) = await shop.rows("select text from message where merchant_id = $1 limit 1", shop.merchant_id)
    assert re.search(r"https://doorstep\.example/[ot]/[\w-]{22}\?m=[\w-]{22}", row["text"])
    assert await kept(shop) == {}


async def test_the_way_out_of_marketing_is_short_wherever_the_text_is_written_on(database: Database) -> None:
    settings = {"journeys": {"order_confirmed": {"purpose": "marketing", "channels": ["sms"]}}}
    shop = await open_shop(database, channels={"twilio": TWILIO}, settings=settings)
    yes = Consent(purpose=Purpose.MARKETING, channel=ChannelKind.SMS, granted=True, source="checkout", at=NOON)
    await shop.arrive(facts=[order("1", email=None, phone="+34600000001", consents=(yes,))])
    (leased,) = await shop.lease(NOON, 50)
    link = (await kept(shop))["unsubscribe"]
    assert leased.message.unsubscribe_url == f"https://doorstep.example/s/{link['code']}"
    assert not link["marks"]


async def test_each_link_leads_where_the_long_one_led(database: Database) -> None:
    shop = await texted(database, "all", SAYS_ALL)
    parcel, sealer = await shop.parcel("N1"), shop.directory.sealer
    (row,) = await shop.rows("select token from orders where merchant_id = $1", shop.merchant_id)
    async with database.system() as tx:
        found = {lead: await short_links.find(tx, one["code"]) for lead, one in (await kept(shop)).items()}
        targets = {lead: await target_of(tx, sealer, link, marked=False) for lead, link in found.items()}
    assert targets[Lead.PARCEL].url == f"/t/{parcel.token}"
    assert targets[Lead.ORDER].url == f"/o/{row['token']}"
    assert sealer.read_token(targets[Lead.PREFERENCES].url.removeprefix("/p/")) == ("mail", str(shop.merchant_id), "+34600000001", "en")
    assert (targets[Lead.CARRIER].is_carriers, "N1" in targets[Lead.CARRIER].url) == (True, True)
    assert not any(one.is_carriers for lead, one in targets.items() if lead != "carrier")


async def test_a_link_ends_after_its_time_or_with_its_message_or_with_what_it_leads_to(database: Database) -> None:
    shop = await texted(database)
    (link,) = (await kept(shop)).values()
    async with database.system() as tx:
        found = await short_links.find(tx, link["code"])
        assert not has_ended(found, NOON + LASTS)
        assert has_ended(found, NOON + LASTS + timedelta(seconds=1))
        await tx.execute("delete from shipment where merchant_id = $1", shop.merchant_id)
        assert await target_of(tx, shop.directory.sealer, found, marked=True) is None
        await tx.execute("delete from message where merchant_id = $1", shop.merchant_id)
        assert has_ended(await short_links.find(tx, link["code"]), NOON)


async def test_a_link_stays_alive_where_its_shipment_turns_out_to_be_another(database: Database) -> None:
    shop = await texted(database)
    (link,) = (await kept(shop)).values()
    parcel = await shop.parcel("N1")
    async with database.system() as tx:
        await tx.execute("update shipment set token = 'another' where merchant_id = $1", shop.merchant_id)
        await tx.execute("insert into former_token values ($1, $2, $3)", shop.merchant_id, parcel.token, parcel.shipment_id)
        found = await short_links.find(tx, link["code"])
        assert (await target_of(tx, shop.directory.sealer, found, marked=False)).url == "/t/another"


async def test_links_are_forgotten_a_year_after_and_no_sooner(database: Database) -> None:
    shop = await texted(database)
    async with database.system() as tx:
        await short_links.forget(tx, NOON + timedelta(days=364))
    assert len(await kept(shop)) == 1
    async with database.system() as tx:
        await short_links.forget(tx, NOON + timedelta(days=366))
    assert await kept(shop) == {}


async def test_a_code_that_is_there_already_queues_nothing_rather_than_lead_to_anothers_page(database: Database) -> None:
    shop, other = await texted(database), await open_shop(database, channels={"twilio": TWILIO})
    (taken,) = (await kept(shop)).values()
    (leased,) = [one for one in await shop.lease(NOON, 50) if one.message.channel == "sms"]
    again = msgspec.structs.replace(
        leased.message, merchant_id=other.merchant_id, message_id="01a1ee50-4380-7000-8000-000000000009", content=Rendered(text="x")
    )
    new = messages.NewMessage(
        message=again,
        connection_id=other.connected["twilio"],
        template="t",
        trigger="t",
        why_key=b"w",
        order_id=None,
        shipment_ids=(),
        why="",
        due_at=NOON,
        links=(short_links.ShortLink(code=taken["code"], leads_to=Lead.ORDER, token="o", marks=True),),
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.system() as tx:
            await messages.queue(tx, [new])
    assert await other.sent("sms") == []
    assert len(await kept(shop)) == 1
