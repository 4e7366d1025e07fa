"""Due actions → gates → channel → rendered messages for the outbox."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.channels import channels
from doorstep.domain.actions.cases import Case
from doorstep.domain.messages import Action, Device, Message
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.errors import BadInputError
from doorstep.messages import DIGEST, Facts, Go, Links, Parcel, Recipient, Stop, ToldCase, Wait, allow, context_of, entry_of, tag_to_speak
from doorstep.steps.case_news import as_a_gift, case_path, order_path, shipments_of, told_cases
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.footprint import footprint, tells_carbon
from doorstep.steps.marks import news_token, redirect_token, ref_of
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.reach import Reached, own_address, reach
from doorstep.steps.short_links import short_facts, short_news, standing_in
from doorstep.steps.way import carrier_name, carrier_url, hops_of, lines_waiting, point_of, points_of
from doorstep.steps.whereto import country_of, zone_of_order
from doorstep.store.database import Tx
from doorstep.store.decisions import Decision, Waiting, why_key
from doorstep.store.fallbacks import Standby
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder
from doorstep.store.recipients import Standing
from doorstep.store.shipments import KeptShipment
from doorstep.store.short_links import ShortLink
from doorstep.timeline import fold


class Due(msgspec.Struct, kw_only=True):
    """One order's actions for one trigger that are due now; they become one message."""

    merchant_id: int
    order: KeptOrder
    parcels: list[KeptShipment]
    actions: list[tuple[Action, Decision]] = []
    #: What the customer asked for, where the moment is a case's.
    case: Case | None = None
    #: Channels tried before in vain, and what became of that; none at first.
    avoid: frozenset[ChannelKind] = frozenset()
    instead: str = ""
    tries: int = 1


#: Merchant, channel, address, devices, language.
_Same = tuple[int, ChannelKind, str, tuple[Device, ...], str]


class Told(msgspec.Struct, frozen=True):
    """What is due and may leave."""

    due: Due
    case: ToldCase | None
    action: Action
    go: Go
    reached: Reached
    tenant: Tenant
    locale: str

    @property
    def devices(self) -> tuple[Device, ...]:
        """Where it arrives, for channels that have devices."""
        return self.reached.devices.get(self.go.channel, ())

    @property
    def same(self) -> _Same:
        """What is equal of all that one message may tell."""
        return self.due.merchant_id, self.go.channel, self.go.address, self.devices, self.locale


#: A shipment the carrier has not spoken of yet.
_NOTHING_YET = fold(())


class Composed(msgspec.Struct):
    """What became of due actions; the decisions are filled in in place."""

    messages: list[NewMessage] = []
    waiting: list[Waiting] = []
    skips: Counter[tuple[int, str, str]] = msgspec.field(default_factory=Counter)


async def compose(tx: Tx, due: Sequence[Due], directory: Directory, now: datetime) -> Composed:
    """Ask the gates about each order's due actions and render what may leave."""
    composed = Composed()
    if not due:
        return composed
    for one in due:
        if one.case is not None and one.case.gift:
            one.order = as_a_gift(one.order, one.case)
    reached = await reach(tx, [(d.merchant_id, d.order, _is_marketing(d)) for d in due], directory, now)
    cases = await told_cases(tx, [(d.order, d.case) for d in due if d.case is not None])
    gathered: dict[_Same, list[Told]] = {}
    for one, known in zip(due, reached, strict=True):
        case = cases.get((one.merchant_id, one.case.case_id)) if one.case is not None else None
        _compose_one(one, case, known, directory, composed, gathered, now)
    for together in gathered.values():
        _tell(together, directory, composed, now)
    return composed


def let_wait(order: KeptOrder, action: Action, until: datetime) -> Waiting:
    """Let an action wait; beside what else waits for the order's customer, where it may be told with it."""
    person = own_address(order.order) if _may_join(action) else None
    return Waiting(merchant_id=order.merchant_id, order_id=order.order_id, action=action, until=until, person=person)


def _may_join(action: Action) -> bool:
    """Say whether an action may be told with others in one message; what asks for an answer has its own."""
    return action.joins and action.digest_s > 0 and not action.asks and action.purpose is Purpose.TRANSACTIONAL


def _is_marketing(due: Due) -> bool:
    return any(action.purpose is Purpose.MARKETING for action, _ in due.actions)


def _compose_one(
    due: Due,
    case: ToldCase | None,
    reached: Reached,
    directory: Directory,
    composed: Composed,
    gathered: dict[_Same, list[Told]],
    now: datetime,
) -> None:
    action = due.actions[0][0]
    tenant = directory.tenant(due.merchant_id)
    verdict = _verdict(due, action, reached, tenant, now) if tenant else Stop(Skip.NO_CHANNEL)
    if isinstance(verdict, Go) and tenant:
        locale = _locale(due.order.order, reached.standing, verdict.channel) or tenant.brand.default_locale
        told = Told(due, case, action, verdict, reached, tenant, locale)
        if not _may_join(action):
            if _tell([told], directory, composed, now):
                _count(reached.standing[verdict.channel], action.purpose)
        elif told.same in gathered:
            gathered[told.same].append(told)
        else:
            gathered[told.same] = [told]
            _count(reached.standing[verdict.channel], action.purpose)
    elif isinstance(verdict, Wait):
        for one, decision in due.actions:
            decision.detail = verdict.why
            composed.waiting.append(let_wait(due.order, one, verdict.until))
    elif isinstance(verdict, Stop):
        _stop(due, verdict, composed)


def _tell(together: list[Told], directory: Directory, composed: Composed, now: datetime) -> bool:
    """Write one message that tells it all, and say whether it could be; else each is told alone, and what cannot be written alone stops."""
    try:
        message = _message(together, directory, now)
    except BadInputError as error:
        if len(together) == 1:
            _stop(together[0].due, Stop(Skip.BAD_TEMPLATE, str(error)), composed)
        else:
            for one in together:
                _tell([one], directory, composed, now)
        return False
    composed.messages.append(message)
    for position, decision in enumerate(decision for one in together for _, decision in one.due.actions):
        decision.outcome = Skip.DIGESTED if position else "queued"
        decision.detail = message.why
        decision.message_id = message.message.message_id
        if position:
            composed.skips[decision.merchant_id, decision.change.trigger, Skip.DIGESTED] += 1
    return True


def _stop(due: Due, stop: Stop, composed: Composed) -> None:
    for _, decision in due.actions:
        decision.outcome, decision.detail = stop.skip, stop.why
        composed.skips[due.merchant_id, decision.change.trigger, stop.skip] += 1


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


def _message(together: Sequence[Told], directory: Directory, now: datetime) -> NewMessage:
    """Write what tells one thing by its own template, several by the digest's."""
    first = together[0]
    due, action, go, tenant, locale = first.due, first.action, first.go, first.tenant, first.locale
    message_id = new_message_id(now)
    token = directory.sealer.token("mail", str(due.merchant_id), go.address, locale)
    made: list[ShortLink] = []
    each = [_facts(one, message_id, token, directory, made) for one in together]
    template = action.template if len(each) == 1 else DIGEST
    facts = each[0] if len(each) == 1 else _gathered(together, each, message_id, directory, made)
    content = tenant.library.render(template, go.channel, locale, context_of(facts))
    customer = due.order.order.customer
    orders = {one.due.order.order_id for one in together}
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
            unsubscribe_url=facts.links.unsubscribe or f"{directory.base_url}/u/{token}",
            window_until=first.reached.windows.get(go.channel),
            devices=first.devices,
        ),
        connection_id=tenant.channels[go.channel].connection_id,
        template=template,
        trigger=action.change.trigger,
        why_key=why_key(action.change),
        order_id=due.order.order_id if len(orders) == 1 else None,
        shipment_ids=tuple(sorted({shipment_id for one in together for shipment_id in _about(one.due)})),
        why=f"{', '.join(dict.fromkeys(one.action.journey for one in together))}: {go.why}{due.instead}. Gates: {go.gates}",
        due_at=now,
        standby=_standby(together, now),
        # Who sends a text that nobody can answer writes the way out of marketing below it.
        links=standing_in(f"{content.text} {facts.links.unsubscribe}", made) if made else (),
    )


def _facts(one: Told, message_id: str, token: str, directory: Directory, made: list[ShortLink]) -> Facts:
    """Put together what there is to tell of one; the short links of a text are added to `made`."""
    due, tenant, order, base = one.due, one.tenant, one.due.order.order, directory.base_url
    told = _told(due)
    parcels = due.parcels
    if len(parcels) > 1:
        parcels = sorted(parcels, key=lambda s: (s.shipment_id not in told, s.shipment_id))
    mark = _mark(tenant, one.go.channel, message_id)
    shown = [parcel_of(s, order, base, carbon=tells_carbon(tenant.merchant)) for s in parcels]
    facts = Facts(
        brand=tenant.brand,
        order=order,
        parcels=_tracked(tenant, one.go.channel, message_id, directory, tuple(shown)),
        told=len(told) or None,
        waiting=lines_waiting(order, parcels),
        change=one.action.change,
        case=one.case,
        locale=one.locale,
        links=Links(
            order=f"{base}{order_path(due.order, due.case, directory.sealer)}{mark}",
            case=f"{base}{case_path(due.order, due.case, directory.sealer)}{mark}" if due.case else None,
            preferences=f"{base}/p/{token}",
            unsubscribe=f"{base}/u/{token}" if one.action.purpose is Purpose.MARKETING else None,
            pixel=f"{base}/e/{due.merchant_id}.{ref_of(message_id)}.gif" if tenant.brand.tracking == "all" else None,
        ),
        one_way=one.go.channel is ChannelKind.SMS and tenant.is_one_way(one.go.address),
    )
    return short_facts(facts, base, tenant.brand.tracking, made) if one.go.channel is ChannelKind.SMS else facts


def _gathered(together: Sequence[Told], facts: Sequence[Facts], message_id: str, directory: Directory, made: list[ShortLink]) -> Facts:
    """Put what is told together in one: each as its own template says it in short, and the page that shows all of it."""
    first = together[0]
    entries = tuple(
        entry_of(one.tenant.library.render(one.action.template, ChannelKind.PUSH, one.locale, context_of(its)), its)
        for one, its in zip(together, facts, strict=True)
    )
    token = news_token(directory.sealer, first.due.merchant_id, [one.due.order.order_id for one in together])
    if first.go.channel is ChannelKind.SMS:
        page = short_news(token, directory.base_url, first.tenant.brand.tracking, made)
    else:
        page = f"{directory.base_url}/n/{token}{_mark(first.tenant, first.go.channel, message_id)}"
    return msgspec.structs.replace(facts[0], entries=entries, links=msgspec.structs.replace(facts[0].links, order=page))


def _mark(tenant: Tenant, channel: ChannelKind, message_id: str) -> str:
    return f"?m={ref_of(message_id)}" if _tracks(tenant, channel) else ""


def _tracks(tenant: Tenant, channel: ChannelKind) -> bool:
    """Say whether links say which message they stood in; a text's short links say it by themselves."""
    return tenant.brand.tracking != "none" and channel is not ChannelKind.SMS


def _tracked(
    tenant: Tenant, channel: ChannelKind, message_id: str, directory: Directory, parcels: tuple[Parcel, ...]
) -> tuple[Parcel, ...]:
    """Let a message's links say which message they stood in, as far as the merchant wants it."""
    if not _tracks(tenant, channel):
        return parcels
    mark = _mark(tenant, channel, message_id)
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


def _standby(together: Sequence[Told], now: datetime) -> Standby | None:
    """Keep what is needed to try another channel; None where no other is left."""
    due, action, channel, tenant = together[0].due, together[0].action, together[0].go.channel, together[0].tenant
    tried = due.avoid | {channel}
    if not any(other in tenant.policy.connected for other in action.channels if other not in tried):
        return None
    plugin = channels().get(tenant.channels[channel].provider)
    waits = action.fallback_s if action.fallback_s and plugin and plugin.reports_reached else 0
    actions = [(one.due.order.order_id, told) for one in together for told, _ in one.due.actions]
    return Standby(
        actions=tuple(told for _, told in actions),
        tried=tuple(sorted(tried)),
        due_at=now + timedelta(seconds=waits) if waits else None,
        tries=due.tries,
        orders=tuple(order_id for order_id, _ in actions) if len({order_id for order_id, _ in actions}) > 1 else (),
    )


def _about(due: Due) -> Iterable[int]:
    """Name the shipments that a message tells of, or all of the order's where it is about the order."""
    return _told(due) or [one.shipment_id for one in due.parcels]


def _told(due: Due) -> set[int]:
    """Name the shipments that a message tells of; none where it is about the order."""
    packed = {action.change.occurrence for action, _ in due.actions if action.change.trigger == "order.packed"}
    own = {action.change.subject_id for action, _ in due.actions if action.change.subject_kind == "shipment"}
    own |= shipments_of(due.case, due.parcels) if due.case else set()
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
