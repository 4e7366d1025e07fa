"""Due actions → gates → channel → rendered messages for the outbox."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.channels import channels
from doorstep.domain.messages import Action, Message
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.errors import BadInputError
from doorstep.messages import Facts, Go, Links, Parcel, Recipient, Stop, Wait, allow, context_of, tag_to_speak
from doorstep.steps.announcing import announced
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.footprint import footprint, tells_carbon
from doorstep.steps.happenings import Happening
from doorstep.steps.marks import redirect_token, ref_of
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.reach import Reached, reach
from doorstep.steps.way import carrier_name, carrier_url, hops_of, lines_waiting, point_of, points_of
from doorstep.steps.whereto import country_of, zone_of_order
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.decisions import Decision, why_key
from doorstep.store.fallbacks import Standby
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder
from doorstep.store.recipients import Standing
from doorstep.store.shipments import KeptShipment
from doorstep.timeline import fold


class Due(msgspec.Struct, kw_only=True):
    """One order's actions for one trigger that are due now; they become one message."""

    merchant_id: int
    order: KeptOrder
    parcels: list[KeptShipment]
    actions: list[tuple[Action, Decision]] = []
    #: Channels tried before in vain, and what became of that; none at first.
    avoid: frozenset[ChannelKind] = frozenset()
    instead: str = ""
    tries: int = 1


#: A shipment the carrier has not spoken of yet.
_NOTHING_YET = fold(())


class Composed(msgspec.Struct):
    """What became of due actions; the decisions are filled in in place."""

    messages: list[NewMessage] = []
    #: (merchant, order id, action, until).
    waiting: list[tuple[int, int | None, Action, datetime]] = []
    skips: Counter[tuple[int, str, str]] = msgspec.field(default_factory=Counter)


async def compose(tx: Tx, due: Sequence[Due], directory: Directory, now: datetime) -> Composed:
    """Ask the gates about each order's due actions and render what may leave."""
    composed = Composed()
    if not due:
        return composed
    reached = await reach(tx, [(d.merchant_id, d.order, _is_marketing(d)) for d in due], directory, now)
    for one, known in zip(due, reached, strict=True):
        _compose_one(one, known, directory, composed, now)
    return composed


def _is_marketing(due: Due) -> bool:
    return any(action.purpose is Purpose.MARKETING for action, _ in due.actions)


def _compose_one(due: Due, reached: Reached, directory: Directory, composed: Composed, now: datetime) -> None:
    action = due.actions[0][0]
    tenant = directory.tenant(due.merchant_id)
    verdict = _verdict(due, action, reached, tenant, now) if tenant else Stop(Skip.NO_CHANNEL)
    if isinstance(verdict, Go) and tenant:
        try:
            locale = _locale(due.order.order, reached.standing, verdict.channel) or tenant.brand.default_locale
            message = _message(due, action, verdict, reached, tenant, directory, locale, now)
        except BadInputError as error:
            verdict = Stop(Skip.BAD_TEMPLATE, str(error))
        else:
            composed.messages.append(message)
            _count(reached.standing[verdict.channel], action.purpose)
            for position, (_, told) in enumerate(due.actions):
                told.outcome = Skip.DIGESTED if position else "queued"
                told.detail = message.why
                told.message_id = message.message.message_id
                if position:
                    composed.skips[due.merchant_id, told.change.trigger, Skip.DIGESTED] += 1
            return
    for one, told in due.actions:
        if isinstance(verdict, Wait):
            told.detail = verdict.why
            composed.waiting.append((due.merchant_id, due.order.order_id, one, verdict.until))
        elif isinstance(verdict, Stop):
            told.outcome, told.detail = verdict.skip, verdict.why
            composed.skips[due.merchant_id, told.change.trigger, verdict.skip] += 1


def _verdict(due: Due, action: Action, reached: Reached, tenant: Tenant, now: datetime) -> Go | Wait | Stop:
    locale = _locale(due.order.order, reached.standing, None) or tenant.brand.default_locale
    approved = tenant.approved_on(action.template, locale)
    return allow(action, _recipient(due, reached), tenant.policy, now, approved=approved, avoid=due.avoid)


def _recipient(due: Due, reached: Reached) -> Recipient:
    known = [*{reached.addresses[kind]: one for kind, one in reached.standing.items()}.values()]  # a telephone may stand for two channels
    return Recipient(
        addresses=reached.addresses,
        consents=tuple([consent for one in known for consent in one.consents]),
        suppressed=frozenset([suppressed for one in known for suppressed in one.suppressed]),
        topics_off=frozenset([topic for one in known for topic in one.topics_off]),
        day=_together([one.day for one in known]),
        week=_together([one.week for one in known]),
        zone=zone_of_order(due.order.order),
        country=country_of(due.order.order),
        windows=reached.windows,
        evidence=reached.evidence,
    )


def _locale(order: Order, standing: dict[ChannelKind, Standing], channel: ChannelKind | None) -> str | None:
    """Return the language the customer chose, at the address of this channel or another of theirs, else the order's; None: neither.

    A shop often knows no more than its own language or the browser's; what a customer chose stands above it, for later orders too.
    """
    chosen = (standing[channel].locale if channel else None) or next((one.locale for one in standing.values() if one.locale), None)
    return tag_to_speak(chosen, order.locale)


def _together(counts: Sequence[dict[Purpose, int]]) -> dict[Purpose, int]:
    """Add up what the customer had at several addresses."""
    if len(counts) == 1:
        return counts[0]
    total: Counter[Purpose] = Counter()
    for count in counts:
        total.update(count)
    return total


def _count(kept: Standing, purpose: Purpose) -> None:
    """Count a message of this very batch, so that a cap holds within it too."""
    kept.day[purpose] = kept.day.get(purpose, 0) + 1
    kept.week[purpose] = kept.week.get(purpose, 0) + 1


def _message(
    due: Due, action: Action, go: Go, reached: Reached, tenant: Tenant, directory: Directory, locale: str, now: datetime
) -> NewMessage:
    order = due.order.order
    told = _told(due)
    message_id = new_message_id(now)
    parcels = due.parcels
    if len(parcels) > 1:
        parcels = sorted(parcels, key=lambda s: (s.shipment_id not in told, s.shipment_id))
    base = directory.base_url
    token = directory.sealer.token("mail", str(due.merchant_id), go.address, locale)
    unsubscribe = f"{base}/u/{token}" if action.purpose is Purpose.MARKETING else None
    shown = [parcel_of(s, order, base, carbon=tells_carbon(tenant.merchant)) for s in parcels]
    mark = f"?m={ref_of(message_id)}" if _tracks(tenant, go.channel) else ""
    pixel = f"{base}/e/{due.merchant_id}.{ref_of(message_id)}.gif" if tenant.brand.tracking == "all" else None
    facts = Facts(
        brand=tenant.brand,
        order=order,
        parcels=_tracked(tenant, go.channel, message_id, directory, tuple(shown)),
        told=len(told) or None,
        waiting=lines_waiting(order, parcels),
        change=action.change,
        locale=locale,
        links=Links(order=f"{base}/o/{due.order.token}{mark}", preferences=f"{base}/p/{token}", unsubscribe=unsubscribe, pixel=pixel),
    )
    content = tenant.library.render(action.template, go.channel, locale, context_of(facts))
    customer = order.customer
    return NewMessage(
        message=Message(
            message_id=message_id,
            merchant_id=due.merchant_id,
            channel=go.channel,
            to=go.address,
            to_name=" ".join(part for part in (customer.first_name, customer.last_name) if part) or None,
            content=content,
            locale=locale,
            purpose=action.purpose,
            topic=action.topic,
            created_at=now,
            reply_to=tenant.brand.support_email,
            unsubscribe_url=f"{base}/u/{token}",
            window_until=reached.windows.get(go.channel),
            devices=reached.devices.get(go.channel, ()),
        ),
        connection_id=tenant.channels[go.channel].connection_id,
        template=action.template,
        trigger=action.change.trigger,
        why_key=why_key(action.change),
        order_id=due.order.order_id,
        shipment_ids=tuple(sorted(told)) or tuple(s.shipment_id for s in parcels),
        why=f"{action.journey}: {go.why}{due.instead}. Gates: {go.gates}",
        due_at=now,
        standby=_standby(due, action, go.channel, tenant, now),
    )


def _tracks(tenant: Tenant, channel: ChannelKind) -> bool:
    """Say whether links say which message they stood in; in a text every character costs."""
    return tenant.brand.tracking != "none" and channel is not ChannelKind.SMS


def _tracked(
    tenant: Tenant, channel: ChannelKind, message_id: str, directory: Directory, parcels: tuple[Parcel, ...]
) -> tuple[Parcel, ...]:
    """Let a message's links say which message they stood in, as far as the merchant wants it."""
    if not _tracks(tenant, channel):
        return parcels
    mark = f"?m={ref_of(message_id)}"
    own = [msgspec.structs.replace(one, page_url=f"{one.page_url}{mark}") for one in parcels]
    if tenant.brand.tracking != "all":
        return tuple(own)
    merchant_id, sealer = tenant.merchant.merchant_id, directory.sealer
    return tuple(
        msgspec.structs.replace(
            one, carrier_url=f"{directory.base_url}/c/{redirect_token(sealer, merchant_id, message_id, one.carrier_url)}"
        )
        if one.carrier_url
        else one
        for one in own
    )


def _standby(due: Due, action: Action, channel: ChannelKind, tenant: Tenant, now: datetime) -> Standby | None:
    """Keep what is needed to try another channel; None where no other is left."""
    tried = due.avoid | {channel}
    if not any(other in tenant.policy.connected for other in action.channels if other not in tried):
        return None
    plugin = channels().get(tenant.channels[channel].provider)
    waits = action.fallback_s if action.fallback_s and plugin and plugin.reports_reached else 0
    return Standby(
        actions=tuple(one for one, _ in due.actions),
        tried=tuple(sorted(tried)),
        due_at=now + timedelta(seconds=waits) if waits else None,
        tries=due.tries,
    )


def _told(due: Due) -> set[int]:
    """Name the shipments that a message tells of; none where it is about the order."""
    packed = {action.change.occurrence for action, _ in due.actions if action.change.trigger == "order.packed"}
    own = {action.change.subject_id for action, _ in due.actions if action.change.subject_kind == "shipment"}
    return {one.shipment_id for one in due.parcels if one.shipment_id in own or (packed and one.fulfilment_id in packed)}


def parcel_of(shipment: KeptShipment, order: Order, base_url: str, *, carbon: bool = False) -> Parcel:
    """Put together what messages and pages say of one parcel; of its `carbon` only where the merchant wants it."""
    estimate = footprint(shipment, order) if carbon else None
    return Parcel(
        shipment_id=shipment.shipment_id,
        carrier=shipment.carrier,
        carrier_name=carrier_name(shipment.carrier),
        tracking_number=shipment.tracking_number,
        carrier_url=carrier_url(shipment.carrier, shipment.tracking_number),
        page_url=f"{base_url}/t/{shipment.token}",
        folded=shipment.folded or _NOTHING_YET,
        lines=lines_in(shipment, order),
        last_text=shipment.last_text,
        last_place=shipment.last_place,
        last_local=shipment.last_local,
        carbon_g=estimate.grams if estimate else None,
        hops=hops_of(shipment),
        point=point_of(shipment),
        points=tuple(points_of(shipment).items()),
    )


def lines_in(shipment: KeptShipment, order: Order) -> tuple[OrderLine, ...]:
    """Return the order's lines that travel in a shipment, with the quantity in it."""
    if not shipment.lines:
        return order.lines
    return tuple(
        msgspec.structs.replace(line, quantity=shipment.lines[line.line_id]) for line in order.lines if line.line_id in shipment.lines
    )


def announcements(
    told: Sequence[tuple[Happening, tuple[KeptOrder, list[KeptShipment]]]], directory: Directory, now: datetime
) -> list[NewMessage]:
    """Tell the merchant's own systems of each moment: one signed webhook per endpoint."""
    found = []
    for happening, (kept, _) in told:
        tenant = directory.tenant(happening.merchant_id)
        for connection in tenant.webhooks if tenant else ():
            found.append(_announcement(happening, kept, connection, now))
    return found


def _announcement(happening: Happening, kept: KeptOrder, connection: Connection, now: datetime) -> NewMessage:
    change = happening.moment.change
    shipment = happening.shipment
    data = {
        "order": {"id": str(kept.order_id), "external_id": kept.order.external_id, "number": kept.order.number},
        "occurrence": change.occurrence,
        "happened_at": change.happened_at,
        "shipment": _shipment_summary(shipment) if shipment else None,
    }
    return announced(
        connection,
        change.trigger,
        data,
        now,
        why_key=why_key(change),
        order_id=kept.order_id,
        shipment_ids=(shipment.shipment_id,) if shipment else (),
        why="webhook: every moment goes to the merchant's own endpoints",
    )


def _shipment_summary(shipment: KeptShipment) -> dict[str, object]:
    folded = shipment.folded
    return {
        "id": str(shipment.shipment_id),
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "status": folded.status if folded else "pending",
        "status_since": folded.status_since if folded else None,
        "direction": folded.direction if folded else "outbound",
        "event_type": folded.event_type if folded else None,
        "open_pitfalls": [pitfall.kind for pitfall in folded.open_pitfalls] if folded else [],
    }
