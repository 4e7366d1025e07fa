"""A carrier and a channel refuse their credentials, in a running installation: the owners have it by mail, once, and nobody else does."""

import secrets
from datetime import timedelta
from typing import Any

from path_house import House, Shop, fulfilment_of, now, order_of, shopify, until
from path_providers import Called, provider
from test_path_channels import PHONE, SMS_FIRST
from test_path_lives import scans

from doorstep.store import access


async def _with_people(shop: Shop) -> tuple[str, str]:
    """Let an owner and a member into a shop's desk; return their addresses."""
    owner, member = (f"{role}.{secrets.token_hex(4)}@owners.example" for role in ("owner", "member"))
    async with shop.house.database.system() as tx:
        await access.add_user(tx, shop.merchant.merchant_id, owner, "a long password", "owner")
        await access.add_user(tx, shop.merchant.merchant_id, member, "a long password", "support")
    return owner, member


async def _paused(shop: Shop, slug: str) -> str | None:
    why: str | None = await shop.house.value(
        "select paused_why from connection where connection_id = $1 and state = 'paused'", shop.connections[slug].connection_id
    )
    return why


def _refuses(_: Called) -> tuple[int, Any]:
    return 401, {"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}


async def test_owners_have_by_mail_that_a_carrier_refuses_its_credential(house: House, sample: dict[str, Any]) -> None:
    async with provider(_refuses) as ups:
        given = {"client_id": "our-client", "client_secret": "hush-hush", "base_url": ups.base}
        shop = await house.shop({"ups": given}, brand={"default_locale": "es"})
        owner, member = await _with_people(shop)
        order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=20))
        order["fulfillments"] = [fulfilment_of(order, "1Z999AA10123456784", company="UPS", at=now() - timedelta(hours=19))]
        await shop.send(shopify("orders/create", order))
        await house.drained()

        async def refused() -> str | None:
            # The first question would come within hours; nobody waits so long.
            await house.fetch("update asking set ask_at = now() where merchant_id = $1", shop.merchant.merchant_id)
            return await _paused(shop, "ups")

        assert "it refuses the credential" in await until(refused, every_s=0.3)
        await until(lambda: _have(house, owner))
        await house.drained()
        (mail,) = house.mailbox.to(owner)
        assert mail["Subject"] == f"{shop.merchant.name}: la conexión «ups» está en pausa"
        assert mail["From"] == f"orders@{shop.merchant.slug}.example"
        assert mail["Content-Language"] == "es"
        text = mail.get_content()
        assert "10401" in text
        assert f"{house.base}/desk/connections/{shop.connections['ups'].connection_id}" in text
        assert "hush" not in text
        assert not house.mailbox.to(member)
        assert not [m for m in house.mailbox.to(shop.customer) if "pausa" in str(m["Subject"])]
        states = await house.fetch("select state from message where merchant_id = $1 and recipient = $2", shop.merchant.merchant_id, owner)
        assert [row["state"] for row in states] == ["sent"]


async def test_owners_have_by_mail_that_a_channel_refuses_its_credential(house: House, sample: dict[str, Any]) -> None:
    async with provider(lambda _: (401, {"code": 20003, "message": "Authenticate"})) as twilio:
        account = {"account_sid": "AC" + "0" * 32, "auth_token": "0" * 32, "from_number": "+12025550123", "base_url": twilio.base}
        shop = await house.shop({"generic": {}}, channels={"twilio": account}, settings=SMS_FIRST)
        owner, _ = await _with_people(shop)
        order = order_of(sample, email_address=shop.customer, locale="es", at=now() - timedelta(hours=20), phone=PHONE)
        order["fulfillments"] = [fulfilment_of(order, "UNPAID00001", company="UPS", at=now() - timedelta(hours=19))]
        await shop.send(shopify("orders/create", order))
        await house.drained()
        await shop.send(scans("UNPAID00001", ("out_for_delivery", now() - timedelta(hours=1))))
        await until(lambda: _have(house, owner))
        (mail,) = house.mailbox.to(owner)
        assert mail["Subject"] == f"{shop.merchant.name}: the connection “twilio” is paused"
        assert "its messages wait" in mail.get_content()
        waits = "select state from message where merchant_id = $1 and channel = 'sms'"
        assert await house.value(waits, shop.merchant.merchant_id) == "queued"


async def _have(house: House, address: str) -> bool:
    return bool(house.mailbox.to(address))
