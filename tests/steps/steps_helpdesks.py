"""A merchant whose agents work in a helpdesk, in a test's hands: customers write, are handed over, workers take turns, agents answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from steps_errands import Line, Run
from steps_shop import NOON, TWILIO, Shop, fulfilment, open_shop, order

from doorstep.domain.messages import Attachment, Reply
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.directory import Tenant
from doorstep.steps.handing_over import hand_to_human
from doorstep.steps.helpdesk_links import take_up_helpdesks
from doorstep.steps.outlets import outlet_of
from doorstep.steps.saying import say
from doorstep.steps.send import call, send_wave, settle_lost
from doorstep.steps.wire import Wire
from doorstep.store import access, connections, conversations, handovers, helpdesks
from doorstep.store.database import Database
from doorstep.store.handovers import Handover
from doorstep.store.helpdesks import KeptLink
from doorstep.store.messages import Leased

PHONE = "+34612345678"
MINUTE = timedelta(minutes=1)
CHATWOOT = {"base_url": "https://desk.shop.example", "account_id": "12", "inbox_id": "67", "api_access_token": "an-access-token"}
ZENDESK = {"subdomain": "shop", "email": "agent@shop.example", "api_token": "a-token", "signing_secret": "a-signing-secret"}


class Desk:
    """One merchant with Ana, who wrote by text message, and a helpdesk."""

    def __init__(self, shop: Shop, provider: str) -> None:
        self.shop, self.provider = shop, provider

    @property
    def tenant(self) -> Tenant:
        tenant = self.shop.directory.tenant(self.shop.merchant_id)
        assert tenant is not None
        return tenant

    async def connect(self, given: Mapping[str, str]) -> int:
        plugin = plugin_named("helpdesk", self.provider)
        made = new_connection(self.shop.merchant_id, "helpdesk", self.provider, plugin.name, checked(plugin, given))
        async with self.shop.database.system() as tx:
            made_id = await connections.connect(tx, self.shop.directory.sealer, made, secret_names(plugin))
        self.shop.connected[self.provider] = made_id
        await self.shop.directory.refresh(self.shop.database, NOON, force=True)
        return made_id

    async def write(self, text: str, ident: str, now: datetime = NOON, files: tuple[Attachment, ...] = ()) -> int:
        """Let Ana write; return the conversation."""
        reply = Reply(channel=ChannelKind.SMS, sender=PHONE, to="us", text=text, provider_id=ident, at=now, attachments=files)
        connection = self.shop.directory.connection(self.shop.merchant_id, self.shop.connected["twilio"])
        assert connection
        async with self.shop.database.system() as tx:
            await answer(tx, self.shop.directory, self.tenant, connection, [reply], now)
            talk = await conversations.hold(tx, self.shop.merchant_id, ChannelKind.SMS, PHONE, connection.connection_id, now)
        return talk.conversation_id

    async def hand_over(self, summary: str = "wants a human", now: datetime = NOON) -> int:
        async with self.shop.database.system() as tx:
            talk = await conversations.hold(tx, self.shop.merchant_id, ChannelKind.SMS, PHONE, self.shop.connected["twilio"], now)
            return await hand_to_human(
                tx, self.tenant, talk, reason=HandoverReason.ASKED, summary=summary, order_id=None, language="es", now=now
            )

    async def turn(self, run: Run, now: datetime = NOON) -> list[str]:
        """Let a worker take up, lease, call and write down; return which helpdesks were called."""
        await self.take_up(now)
        line = Line(run)
        leased = [one for one in await send_wave(self.shop.database, self.shop.directory, [], now) if self.is_called(one)]
        ended = [await call(one, self.shop.directory, cast(Wire, line), now) for one in leased]
        await send_wave(self.shop.database, self.shop.directory, ended, now, 0)
        return line.carried

    def is_called(self, leased: Any) -> bool:
        return leased.message.merchant_id == self.shop.merchant_id and leased.trigger == "helpdesk"

    async def take_up(self, now: datetime = NOON) -> int:
        async with self.shop.database.system() as tx:
            return await take_up_helpdesks(tx, self.shop.directory, now, 50)

    async def settle(self, run: Run, now: datetime = NOON, turns: int = 6) -> None:
        """Let workers take turns until nothing is left to do now."""
        for _ in range(turns):
            await self.turn(run, now)

    def flow(self, leased: Leased) -> Any:
        """The flow that a worker would run."""
        outlet = outlet_of(self.shop.directory.connection(self.shop.merchant_id, leased.connection_id))
        assert outlet
        return outlet.flow(leased.message, leased.attempt > 1, NOON, "")

    async def own(self) -> None:
        """Give the merchant an owner."""
        async with self.shop.database.system() as tx:
            await access.add_user(tx, self.shop.merchant_id, "owner@shop.example", "a long password", "owner")

    async def resume(self) -> None:
        async with self.shop.database.system() as tx:
            await connections.resume(tx, self.shop.merchant_id, self.shop.connected[self.provider])
        await self.shop.directory.refresh(self.shop.database, NOON, force=True)

    async def answer_here(self, text: str, now: datetime) -> None:
        """Let a human at our own desk answer."""
        async with self.shop.database.system() as tx:
            row = await conversations.one(tx, self.shop.merchant_id, (await self.link()).conversation_id)
            assert row
            assert await say(tx, self.tenant, row, text, "ana@shop.example", text, now) is True

    async def wake(self, now: datetime) -> None:
        async with self.shop.database.system() as tx:
            await helpdesks.wake(tx, self.shop.merchant_id, (await self.link()).conversation_id, now)

    async def lose(self, now: datetime) -> None:
        await settle_lost(self.shop.database, self.shop.directory, now)

    async def hook(self, *bodies: bytes, now: datetime = NOON) -> None:
        """Let the helpdesk call, and a worker carry it."""
        await self.shop.post(self.provider, *bodies, now=now)
        await self.shop.work(now)

    async def link(self) -> KeptLink:
        [row] = await self.shop.rows("select conversation_id from helpdesk_link where merchant_id = $1", self.shop.merchant_id)
        async with self.shop.database.system() as tx:
            kept = await helpdesks.of_conversation(tx, self.shop.merchant_id, row["conversation_id"])
        assert kept
        return kept

    async def handovers(self) -> list[Handover]:
        """Ana's handovers, newest first."""
        [row] = await self.shop.rows("select conversation_id from conversation where merchant_id = $1", self.shop.merchant_id)
        async with self.shop.database.system() as tx:
            return await handovers.of_conversation(tx, self.shop.merchant_id, row["conversation_id"])

    async def told(self) -> list[str]:
        """What agents' answers said to Ana, in order."""
        found = await self.shop.rows(
            "select text from message where merchant_id = $1 and trigger = 'reply.answer' order by created_at, message_id",
            self.shop.merchant_id,
        )
        return [row["text"] for row in found]


async def open_desk(database: Database, provider: str, given: Mapping[str, str]) -> Desk:
    """A shop with text messages, an order by Ana, and a helpdesk."""
    shop = await open_shop(
        database,
        channels={"twilio": TWILIO, "email": {"host": "127.0.0.1", "port": "1", "security": "none", "from_address": "o@shop.example"}},
    )
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"), phone=PHONE)])
    desk = Desk(shop, provider)
    await desk.connect(given)
    return desk
