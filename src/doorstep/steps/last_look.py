"""Leased messages → those that may still leave; what a rule forbids by now is taken back, what must not ring at this hour waits.

A message may lie in the outbox for hours: its provider asked for patience, its connection was paused, a crowd stood before it. What
was allowed when it was written is asked again in the transaction that leases it, so that a STOP counts from the moment it is kept.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from doorstep.domain.messages import Action, Change, Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState, Skip
from doorstep.journeys import TRIGGERS
from doorstep.messages import DIGEST, Go, Recipient, Stop, Wait, allow
from doorstep.steps.case_news import case_in, cases_of
from doorstep.steps.compose import let_wait
from doorstep.steps.decide import ask_again, completed_among
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.reach import addresses_of, windows_of
from doorstep.steps.whereto import country_of, zone_of_order
from doorstep.store import decisions, fallbacks, messages, orders, recipients, shipments
from doorstep.store.database import Tx
from doorstep.store.decisions import Waiting
from doorstep.store.messages import Leased
from doorstep.store.orders import KeptOrder
from doorstep.store.recipients import Standing

#: Nobody is rung up by these, and nobody's consent is asked.
_MACHINES = frozenset({ChannelKind.WEBHOOK, ChannelKind.WALLET, ChannelKind.ERRAND, ChannelKind.HELPDESK})
#: What answers somebody's own word leaves although the word was "stop". Source: 47 CFR 64.1200(a)(12) allows one confirmation, as known
#: on 2026-11-29.
_ANSWERS = frozenset({"reply.stop", "reply.help"})
#: What has waited for longer than this is asked about as what waited before it was written: overtaken, cancelled, too old.
_WAITED = timedelta(minutes=10)
#: A message that could not leave for this long has nothing true to tell any more.
STALE = timedelta(days=2)
_Verdict = Go | Wait | Stop


async def last_look(tx: Tx, directory: Directory, leased: Sequence[Leased], now: datetime) -> list[Leased]:
    """Ask the gates once more about what was leased; return what may leave, in order."""
    asked = [one for one in leased if one.message.channel not in _MACHINES and one.trigger not in _ANSWERS]
    if not asked:
        return list(leased)
    verdicts, anew = await _ask(tx, directory, asked, now)
    stopped = [(one, verdict) for one in asked if isinstance(verdict := verdicts[one.message.message_id], Stop)]
    if stopped:
        await _take_back(
            tx, [pair for pair in stopped if _id(pair[0]) not in anew], [pair for pair in stopped if _id(pair[0]) in anew], now
        )
    if anew:
        await decisions.wait(tx, [waiting for own in anew.values() for waiting in own])
    for one in asked:
        if isinstance(verdict := verdicts[one.message.message_id], Wait):
            await messages.put_off(tx, one, verdict.until, verdict.why, now)
    return [one for one in leased if isinstance(verdicts.get(one.message.message_id, _GO), Go)]


_GO = Go(ChannelKind.WEBHOOK, "", "")


async def _ask(
    tx: Tx, directory: Directory, asked: Sequence[Leased], now: datetime
) -> tuple[dict[str, _Verdict], dict[str, list[Waiting]]]:
    """Give each its verdict; and of digests that may not tell all of it any more, what is to be decided about anew."""
    told = await _with_orders(tx, [one for one in asked if one.trigger in TRIGGERS])
    wanted = [(kept.merchant_id, kept, False) for _, kept in told]
    addresses = await addresses_of(tx, wanted, directory)
    for (one, _), mine in zip(told, addresses, strict=True):
        mine[one.message.channel] = one.message.to
    everybody = {(one.message.merchant_id, one.message.to) for one in asked}
    everybody |= {(kept.merchant_id, address) for (_, kept), mine in zip(told, addresses, strict=True) for address in mine.values()}
    wishes = await recipients.wishes(tx, list(everybody))
    windows = await windows_of(tx, wanted, addresses, directory)
    verdicts = {_id(one): _may_be_written_to(one, wishes) for one in asked}
    for (one, kept), mine in zip(told, addresses, strict=True):
        tenant = directory.tenant(kept.merchant_id)
        if tenant is None or isinstance(verdicts[_id(one)], Stop):
            continue
        own = {kind: until for kind, address in mine.items() if (until := windows.get((kept.merchant_id, kind, address)))}
        recipient = _recipient(kept, mine, [wishes[kept.merchant_id, address] for address in {*mine.values()}], own)
        verdict = _gates(one, recipient, tenant, now)
        if not isinstance(verdict, Go):
            verdicts[_id(one)] = verdict
    there = [(one, kept) for one, kept in told if directory.tenant(kept.merchant_id) and not isinstance(verdicts[_id(one)], Stop)]
    late = [(one, kept) for one, kept in there if now - one.message.created_at > _WAITED]
    verdicts |= await _no_longer_so(tx, directory, late, now)
    digests = [(one, kept) for one, kept in there if one.template == DIGEST and not isinstance(verdicts[_id(one)], Stop)]
    anew = await _in_part(tx, directory, digests, wishes, now)
    return verdicts | dict.fromkeys(anew, Stop(Skip.SUPERSEDED, "not all of it is to be told any more; the rest is told anew")), anew


async def _with_orders(tx: Tx, told: Sequence[Leased]) -> list[tuple[Leased, KeptOrder]]:
    """Set each message beside its order, or one after the other beside the orders that it tells of together."""
    several = [one for one in told if one.order_id is None]
    found = await shipments.read(tx, [(one.message.merchant_id, i) for one in several for i in one.shipment_ids]) if several else []
    order_of = {(shipment.merchant_id, shipment.shipment_id): shipment.order_id for shipment in found}
    keys = {
        _id(one): [(one.message.merchant_id, one.order_id)]
        if one.order_id is not None
        else list({(one.message.merchant_id, of) for i in one.shipment_ids if (of := order_of.get((one.message.merchant_id, i)))})
        for one in told
    }
    known = await orders.read(tx, list({key for own in keys.values() for key in own})) if told else {}
    return [(one, known[key]) for one in told for key in keys[_id(one)] if key in known]


def _id(leased: Leased) -> str:
    return leased.message.message_id


def _may_be_written_to(leased: Leased, wishes: dict[tuple[int, str], Standing]) -> _Verdict:
    """Ask of what no journey tells, an answer or a notice, whether its address is suppressed."""
    message = leased.message
    suppressed = wishes[message.merchant_id, message.to].suppressed
    if {(message.channel, None), (message.channel, message.purpose)} & set(suppressed):
        return Stop(Skip.SUPPRESSED, f"{message.channel} suppressed")
    return _GO


def _recipient(
    kept: KeptOrder, addresses: dict[ChannelKind, str], known: Sequence[Standing], windows: dict[ChannelKind, datetime]
) -> Recipient:
    return Recipient(
        addresses=addresses,
        consents=tuple([consent for one in known for consent in one.consents]),
        suppressed=frozenset([suppressed for one in known for suppressed in one.suppressed]),
        topics_off=frozenset([topic for one in known for topic in one.topics_off]),
        zone=zone_of_order(kept.order),
        country=country_of(kept.order),
        windows=windows,
    )


def _gates(leased: Leased, recipient: Recipient, tenant: Tenant, now: datetime) -> _Verdict:
    """Ask every gate but the cap, which counted this very message, and the provider's own, which its channel knows best."""
    message = leased.message
    journey = next((one for one in tenant.journeys.by_trigger.get(leased.trigger, ()) if one.template == leased.template), None)
    action = Action(
        journey="",
        step="",
        template=leased.template,
        purpose=message.purpose,
        channels=(message.channel,),
        change=Change(trigger=leased.trigger, subject_kind="order", subject_id=leased.order_id or 0),
        due_at=now,
        topic="" if leased.template == DIGEST else message.topic,  # it has one for each of what it tells: see `_in_part`
        urgent=journey is not None and journey.urgent,
    )
    policy = msgspec.structs.replace(tenant.policy, connected=frozenset({message.channel}), per_day={}, per_week={})
    verdict = allow(action, recipient, policy, now, approved=frozenset({message.channel}))
    if isinstance(verdict, Wait) and verdict.until - message.created_at > STALE:
        return Stop(Skip.TOO_OLD, f"{verdict.why} until it is two days old")
    return verdict


async def _in_part(
    tx: Tx, directory: Directory, digests: Sequence[tuple[Leased, KeptOrder]], wishes: dict[tuple[int, str], Standing], now: datetime
) -> dict[str, list[Waiting]]:
    """Find digests of which some is not to be told any more: its topic was switched off, or it has passed. All they told is decided anew."""
    off = {_id(one): wishes[kept.merchant_id, one.message.to].topics_off for one, kept in digests}
    found: dict[str, list[Waiting]] = {}
    asked = [(one, kept) for one, kept in digests if off[_id(one)] or now - one.message.created_at > _WAITED]
    for name, told in (await _asked_again(tx, directory, asked, now)).items():
        actions = [one.answer for one in told if isinstance(one.answer, Action)]
        if actions and (len(actions) < len(told) or any(action.topic in off[name] for action in actions)):
            # What has passed is asked about once more where it is decided; only its moment counts there.
            again = [
                one.answer if isinstance(one.answer, Action) else msgspec.structs.replace(actions[0], change=one.change) for one in told
            ]
            found[name] = [let_wait(one.kept, action, now) for one, action in zip(told, again, strict=True)]
    return found


async def _no_longer_so(tx: Tx, directory: Directory, late: Sequence[tuple[Leased, KeptOrder]], now: datetime) -> dict[str, _Verdict]:
    """Find those of late messages of whose moments none is worth telling any more."""
    found: dict[str, _Verdict] = {}
    untrue: list[tuple[int, bytes]] = []
    for name, told in (await _asked_again(tx, directory, late, now)).items():
        if not any(isinstance(one.answer, Action) for one in told):
            skip = next((one.answer for one in told if isinstance(one.answer, Skip)), Skip.SUPERSEDED)
            found[name] = Stop(skip, "it waited, and is not so any more")
            untrue += [(one.kept.merchant_id, decisions.why_key(one.change)) for one in told if one.answer is None]
    if untrue:
        await decisions.withdraw(tx, untrue)
    return found


class _Again(msgspec.Struct, frozen=True):
    """A moment that a message tells, and what would be decided about it now."""

    kept: KeptOrder
    change: Change
    answer: Action | Skip | None


async def _asked_again(tx: Tx, directory: Directory, told: Sequence[tuple[Leased, KeptOrder]], now: datetime) -> dict[str, list[_Again]]:
    """Ask anew about the moments that messages tell, by the messages' ids."""
    if not told:
        return {}
    changes = await decisions.told_by(tx, [(kept.merchant_id, kept.order_id, _id(one)) for one, kept in told])
    known = {(_id(one), kept.order_id): kept for one, kept in told}
    keys = {(kept.merchant_id, kept.order_id) for _, kept in told}
    parcels = await shipments.of_orders(tx, list(keys))
    completed = await completed_among(
        tx, [(known[name, of].merchant_id, of, change) for name, own in changes.items() for of, change in own]
    )
    cases = await cases_of(tx, [(known[name, of].merchant_id, change) for name, own in changes.items() for of, change in own])
    found: dict[str, list[_Again]] = {}
    for name, own in changes.items():
        for order_id, change in own:
            kept = known[name, order_id]
            key = (kept.merchant_id, order_id)
            case = case_in(cases, key[0], change)
            answer = ask_again(key[0], change, kept, parcels.get(key, []), directory, now, completed=key in completed, case=case)
            found.setdefault(name, []).append(_Again(kept, change, answer))
    return found


async def _take_back(tx: Tx, stopped: Sequence[tuple[Leased, Stop]], anew: Sequence[tuple[Leased, Stop]], now: datetime) -> None:
    """Cancel messages with their reason; another channel is tried where one stands behind, else the reason is counted.

    Of what is decided about `anew` nothing is counted or tried: that comes with the decision.
    """
    receipts = [(one, _cancelled(one, verdict)) for one, verdict in (*stopped, *anew)]
    await messages.finish_all(tx, receipts, now)
    for one, _ in anew:
        await fallbacks.forget(tx, one.message.merchant_id, UUID(one.message.message_id))
    skips: Counter[tuple[int, str, str]] = Counter()
    for one, verdict in sorted(stopped, key=lambda pair: (pair[0].message.merchant_id, _id(pair[0]))):
        message, why = one.message, f"{verdict.skip} before it left"
        if not await fallbacks.fail(tx, message.merchant_id, UUID(message.message_id), message.channel, None, why, now):
            skips[message.merchant_id, one.trigger, verdict.skip] += 1
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())


def _cancelled(leased: Leased, verdict: Stop) -> Receipt:
    return Receipt(
        message_id=_id(leased),
        provider_id=None,
        state=MessageState.CANCELLED,
        provider_code=verdict.skip,
        provider_text=f"taken back before it left: {verdict.why}",
    )
