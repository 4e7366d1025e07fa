"""A provider that calls a template faulty → the template is paused, and the next channel tells it."""

from steps_shop import EMAIL, NOON, Shop, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import MessageState, Remedy
from doorstep.steps.confirm import confirm
from doorstep.steps.fall_back import fall_back
from doorstep.store import templates
from doorstep.store.database import Database
from doorstep.store.templates import KeptTemplate

WHATSAPP = {
    "phone_number_id": "106540352242922",
    "waba_id": "1",
    "access_token": "a-token",
    "app_secret": "a-secret",
    "verify_token": "a-verify-token",
}
FIRST = {"journeys": {"out_for_delivery": {"channels": ["whatsapp", "email"]}}, "policy": {"ask_first": []}}


async def approve(shop: Shop, name: str) -> None:
    kept = KeptTemplate(
        name=name, language="en_US", status="approved", category="utility", reason="", body_hash=None, paused_why=None, at=NOON
    )
    async with shop.database.system() as tx:
        await templates.keep(tx, shop.merchant_id, shop.connected["whatsapp"], [kept])
    await shop.directory.refresh(shop.database, NOON, force=True)


async def test_a_faulty_template_is_paused_and_the_next_channel_tells_it(database: Database) -> None:
    shop = await open_shop(database, channels={"whatsapp": WHATSAPP, "email": EMAIL}, settings=FIRST)
    await approve(shop, "doorstep_out_for_delivery")
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone="+34600000001")])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    assert await shop.sent("whatsapp") == ["shipment.out_for_delivery"]
    (row,) = await shop.rows("select message_id, why from message where merchant_id = $1 and channel = 'whatsapp'", shop.merchant_id)
    assert row["why"].endswith("; as an approved template")
    refused = Receipt(
        message_id=str(row["message_id"]), provider_id=None, state=MessageState.REFUSED, provider_code="132000", remedy=Remedy.FIX
    )
    connection = shop.directory.connection(shop.merchant_id, shop.connected["whatsapp"])
    assert connection is not None
    async with database.system() as tx:
        await confirm(tx, shop.directory, connection, [refused], NOON)
        await fall_back(tx, shop.directory, NOON, 9)
    assert "shipment.out_for_delivery" in await shop.sent("email")
    async with database.system() as tx:
        (kept,) = await templates.of(tx, shop.merchant_id, shop.connected["whatsapp"])
        assert kept.paused_why
    await shop.directory.refresh(database, NOON, force=True)
    await shop.arrive(facts=[order("2", fulfilment("g", "N2"), phone="+34600000001")])
    await shop.arrive(trackings=[said("N2", "out_for_delivery", NOON)])
    assert await shop.sent("whatsapp") == ["shipment.out_for_delivery"]
