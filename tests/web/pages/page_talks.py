"""What customers of a made-up shop write → conversations and customers, through the real steps."""

from datetime import timedelta
from uuid import UUID

from page_shops import HOSTILE, NOW, Shop

from doorstep.domain.messages import Attachment, Location, Reply
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.answer import answer
from doorstep.steps.directory import Directory
from doorstep.store import connections, conversations, message_lists, opting_in, people, recipients
from doorstep.store.connections import Connection
from doorstep.store.database import Database

WHATSAPP = {"phone_number_id": "1", "waba_id": "2", "access_token": "t", "app_secret": "s", "verify_token": "v"}
WORDS = "Hello, nobody was at home.\nCan it come on Friday instead?"
#: Of the number of every order in the shop.
PHONE = "+34600000001"


async def talk(database: Database, directory: Directory, shop: Shop, *, hostile: bool = False) -> None:
    """Let a customer answer a mail, the same person write by WhatsApp, and somebody unknown have written days ago."""
    async with database.system() as tx:
        made = Connection(
            merchant_id=shop.merchant_id,
            connection_id=0,
            kind="channel",
            provider="whatsapp",
            name=f"whatsapp of {shop.slug}",
            hook_token=f"{shop.slug}-whatsapp-hook-token",
            settings=WHATSAPP,
            active=True,
            paused_why=None,
        )
        shop.connection_ids["whatsapp"] = await connections.connect(tx, directory.sealer, made, frozenset({"access_token", "app_secret"}))
    await directory.refresh(database, NOW, force=True)
    odd = HOSTILE if hostile else ""
    async with database.system() as tx:
        found = await message_lists.one(tx, shop.merchant_id, UUID(shop.message_id))
    assert found is not None
    email = found[0]["recipient"]
    mail = Reply(
        channel=ChannelKind.EMAIL,
        sender=email,
        sender_name=odd or "Noor Rivera",
        to=f"help@{shop.slug}.example",
        text=odd or WORDS,
        quoted=odd or "> On Friday we wrote: your parcel is on its way",
        provider_id=f"{shop.slug}-1@mail.example",
        message_id=shop.message_id,
        at=NOW - timedelta(hours=3),
        attachments=(
            Attachment(
                name=f'{odd}../"photo".html' if hostile else "door photo.html", content_type="text/html", content=b"<script>1</script>"
            ),
            Attachment(name=odd or "video.mp4", content_type="video/mp4", url="https://media.example/1", media_id="m1"),
        ),
    )
    chat = Reply(
        channel=ChannelKind.WHATSAPP,
        sender=PHONE,
        sender_name=odd or "Noor",
        to="+34910000000",
        text=odd or "It is this house",
        choice=odd or "",
        provider_id=f"wamid.{shop.slug}",
        at=NOW - timedelta(hours=2),
        location=Location(latitude=40.4168, longitude=-3.7038, name=odd or "Home", address=odd or "Calle Inventada 12"),
    )
    stranger = Reply(
        channel=ChannelKind.WHATSAPP,
        sender="+34699999999",
        to="+34910000000",
        text=odd or "Where is my parcel?",
        provider_id=f"wamid.{shop.slug}.2",
        at=NOW - timedelta(days=2),
    )
    for provider, reply in (("console", mail), ("whatsapp", chat), ("whatsapp", stranger)):
        await hear(database, directory, shop, provider, reply)
    async with database.system() as tx:
        for row in await conversations.page(tx, shop.merchant_id, (NOW + timedelta(days=1), 0), 9, only_open=True):
            shop.talk_ids[row["address"]] = row["conversation_id"]
            if row["customer_id"]:
                shop.customer_ids[row["address"]] = row["customer_id"]
        shop.reply_id = (await conversations.replies(tx, shop.merchant_id, shop.talk_ids[email]))[0]["reply_id"]
        shop.email = email
        customer_id = shop.customer_ids[email]
        await recipients.consent(
            tx,
            [
                (
                    shop.merchant_id,
                    email,
                    Consent(purpose=Purpose.MARKETING, granted=True, source="checkout", at=NOW, wording=odd or "Send me news", proof=odd),
                )
            ],
        )
        await opting_in.ask(tx, shop.merchant_id, email, "marketing", None, "page", odd or "Send me news", "en", NOW)
        await recipients.set_topic(tx, shop.merchant_id, email, "review", NOW, on=False)
        await recipients.choose_locale(tx, shop.merchant_id, email, "es", NOW)
        why = odd or "She writes by both"
        moved = await people.merge(tx, shop.merchant_id, shop.customer_ids[PHONE], customer_id, shop.owner, why, NOW)
        shop.change_id = moved.change_id


async def hear(database: Database, directory: Directory, shop: Shop, provider: str, reply: Reply) -> None:
    """Take one reply in, as the worker does."""
    tenant = directory.tenant(shop.merchant_id)
    connection = directory.connection(shop.merchant_id, shop.connection_ids[provider])
    assert tenant
    assert connection
    async with database.system() as tx:
        await answer(tx, directory, tenant, connection, [reply], NOW)
