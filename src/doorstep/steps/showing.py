"""A template + one of the merchant's own orders → the facts its preview and its test are filled in with; a test → the outbox."""

import secrets
from datetime import datetime

import msgspec

from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.messages import Facts, Links, context_of, facts_for, with_case
from doorstep.steps.compose import parcel_of
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.footprint import tells_carbon
from doorstep.steps.marks import news_token
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.short_links import short_facts, standing_in
from doorstep.steps.way import lines_waiting
from doorstep.store import messages, orders, shipments
from doorstep.store.database import Tx
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.store.short_links import ShortLink

#: What a test is written down under: no journey asks for it, so nothing is ever taken as told by it.
TRIGGER = "test"
#: Stands before whatever a test says.
MARK = "TEST"
#: Channels on which a person at the desk has an address of their own.
TESTED_ON = (ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP)


class ShownOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One of the merchant's orders, to be shown with."""

    order: KeptOrder
    parcels: list[KeptShipment]


async def order_to_show(tx: Tx, merchant_id: int, number: str) -> ShownOrder | None:
    """Read the newest order of a number, of any for ""; None: there is none."""
    found = await orders.page(tx, merchant_id, most=1, number=number or None)
    if not found:
        return None
    key = (merchant_id, found[0].order_id)
    return ShownOrder(order=found[0], parcels=(await shipments.of_orders(tx, [key])).get(key, []))


def facts_to_show(template: str, locale: str, tenant: Tenant, directory: Directory, shown: ShownOrder | None, to: str = "") -> Facts:
    """Put together what a template would say of an order, or of a made-up one for None; `to` is the address a test goes to.

    Nothing in it tells which message it stood in: what is done with a preview or a test counts nowhere.
    """
    made_up = facts_for(template, locale)
    one_way = tenant.is_one_way(to or (made_up.order if shown is None else shown.order.order).customer.phone)
    if shown is None:
        lines = tuple(msgspec.structs.replace(line, image_url=None) for line in made_up.order.lines)  # nobody has taken these pictures
        order = msgspec.structs.replace(made_up.order, lines=lines)
        return msgspec.structs.replace(made_up, brand=tenant.brand, order=order, one_way=one_way)
    order, base = shown.order.order, directory.base_url
    preferences = f"{base}/p/{directory.sealer.token('mail', str(tenant.merchant.merchant_id), to, locale)}" if to else None
    change = made_up.change
    if change.subject_kind == "order":
        occurrence = order.refunds[-1].refund_id if order.refunds else change.occurrence
        change = msgspec.structs.replace(change, subject_id=shown.order.order_id, occurrence=occurrence)
    elif shown.parcels:
        change = msgspec.structs.replace(change, subject_id=shown.parcels[0].shipment_id)
    page = f"{base}/o/{shown.order.token}"
    if made_up.entries:
        page = f"{base}/n/{news_token(directory.sealer, tenant.merchant.merchant_id, [shown.order.order_id])}"
    facts = Facts(
        brand=tenant.brand,
        order=order,
        parcels=tuple(parcel_of(one, order, base, carbon=tells_carbon(tenant.merchant)) for one in shown.parcels),
        waiting=lines_waiting(order, shown.parcels),
        change=change,
        locale=locale,
        links=Links(order=page, preferences=preferences),
        one_way=one_way,
        entries=tuple(msgspec.structs.replace(one, order=order.number) for one in made_up.entries),
    )
    return with_case(facts, template)


def marked(content: Rendered, kind: ChannelKind) -> Rendered:
    """Write before everything that a person reads that it is a test."""
    approved = content.approved
    if approved is not None and approved.values:  # the text itself is the provider's; its first value is ours
        values = (f"{MARK} {approved.values[0]}", *approved.values[1:])
        approved = msgspec.structs.replace(approved, values=values)
    return msgspec.structs.replace(
        content,
        subject=f"[{MARK}] {content.subject}" if content.subject else "",
        text=f"{MARK}: {content.text}" if kind is ChannelKind.SMS else f"{MARK}\n\n{content.text}",
        html=_marked_page(content.html),
        pieced=None,
        approved=approved,
    )


def _marked_page(page: str) -> str:
    """Put a line at the top of a mail's page."""
    if not page:
        return ""
    line = (
        '<p style="margin:0;padding:12px;background:#faf1e0;color:#5c3800;font:600 15px/1.4 sans-serif;text-align:center">'
        f"{MARK}: nobody but you gets this mail</p>"
    )
    start = page.lower().find("<body")
    end = page.find(">", start) + 1 if start >= 0 else 0
    return f"{page[:end]}{line}{page[end:]}"


async def send_test(tx: Tx, tenant: Tenant, template: str, kind: ChannelKind, to: str, facts: Facts, base_url: str, now: datetime) -> str:
    """Queue one marked message to a person at the desk, about no order; return its id. It counts nowhere as told or followed.

    Raises:
        BadTemplateError: the wording cannot be read or filled in.
        KeyError: nothing carries this channel.
    """
    made: list[ShortLink] = []
    if kind is ChannelKind.SMS:
        facts = short_facts(facts, base_url, "none", made)
    content = marked(tenant.library.render(template, kind, facts.locale, context_of(facts)), kind)
    message_id = new_message_id(now)
    new = NewMessage(
        message=Message(
            message_id=message_id,
            merchant_id=tenant.merchant.merchant_id,
            channel=kind,
            to=to,
            content=content,
            locale=facts.locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="desk",
            created_at=now,
            reply_to=tenant.brand.support_email,
        ),
        connection_id=tenant.channels[kind].connection_id,
        template=template,
        trigger=TRIGGER,
        why_key=secrets.token_bytes(16),
        order_id=None,
        shipment_ids=(),
        why="test: somebody at the desk wants to see it",
        due_at=now,
        links=standing_in(content.text, made),
    )
    await messages.queue(tx, [new])
    return message_id
