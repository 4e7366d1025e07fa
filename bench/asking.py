"""A filled database → everything the worker and the web ask of it, each with the arguments that cost most."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from doorstep.cli.benching.load import make_load
from doorstep.cli.benching.stage import Stage, accept, take
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, MethodKind
from doorstep.domain.actions.known import KnownCustomer, KnownVariant, Method, Paid
from doorstep.domain.helpdesks import Heard, HeardKind
from doorstep.domain.messages import Attachment, Receipt
from doorstep.domain.money import Money
from doorstep.domain.people import IdentityKind
from doorstep.domain.pitfalls import Severity
from doorstep.domain.shipments import OpenPitfall
from doorstep.domain.vocabulary import Actor, ChannelKind, Lead, MessageState, Status, Unfetched
from doorstep.steps.batch import work_batch
from doorstep.steps.confirm import confirm
from doorstep.steps.connect import new_connection
from doorstep.steps.decide import decide_waiting
from doorstep.steps.sum_up import read_backlog
from doorstep.steps.watch import watch
from doorstep.steps.work import BATCH
from doorstep.store import (
    access,
    alarms,
    assistants,
    backtests,
    case_files,
    case_looks,
    case_queue,
    checkpoints,
    connections,
    contacts,
    conversations,
    customer_sessions,
    decisions,
    desk,
    errands,
    estimators,
    fallbacks,
    follow_ups,
    going,
    goods,
    handover_lists,
    handovers,
    health,
    helpdesks,
    idempotency,
    inbox,
    knowledge,
    labels,
    learning,
    legs,
    mappings,
    message_lists,
    messages,
    model_turns,
    one_time_codes,
    orders,
    people,
    pitfalls,
    policies,
    recipients,
    reply_files,
    returned,
    shipments,
    short_links,
    talk_figures,
    talks,
    turns,
    unanswered,
)
from doorstep.store.database import Database, Row, Tx
from doorstep.store.estimators import Past
from doorstep.store.handover_lists import View
from doorstep.store.one_time_codes import NewCode
from doorstep.store.sealing import Sealer

_SEALER = Sealer(b"k" * 32)
_FIRST = 1_000_000_000
_ORDER = "select order_id, token, number, email from orders where merchant_id = $1 and order_id = $2"
_SHOP = "select connection_id from orders where merchant_id = $1 and order_id = $2"
_SHIPMENT = "select shipment_id, order_id, token, tracking_number from shipment where merchant_id = $1 and shipment_id = $2"
_MESSAGE = "select message_id, provider_id, connection_id from message where merchant_id = $1 and order_id = $2 limit 1"
_KEYS = "select why_key from decision where merchant_id = $1 and order_id = any($2)"
_CHECKPOINTS = "select shipment_id, fingerprint, instant from checkpoint where merchant_id = $1 and shipment_id = any($2)"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: rows from the middle of what is stored, and a batch of them from all over it."""

    on: Stage
    now: datetime
    #: Of the oldest stored shipment.
    age: timedelta
    merchant_id: int
    #: Connection of the shop that the orders came from.
    shop: int
    order: Row
    shipment: Row
    message: Row
    #: Shipments and orders alike: the copies share their numbers.
    ids: list[int]
    numbers: list[str]
    emails: list[str]
    keys: list[bytes]
    scans: list[Row]


async def know(on: Stage, stored: int, now: datetime) -> Known:
    """Pick what to ask for."""
    middle = _FIRST + stored // 20 * 10
    ids = [_FIRST + stored // 20 * 10 * n // BATCH * 2 // 10 * 10 for n in range(BATCH)]
    async with on.database.system() as tx:
        return Known(
            on=on,
            now=now,
            age=timedelta(minutes=min(stored, 500_000)),
            merchant_id=on.merchant_id,
            shop=await tx.fetchval(_SHOP, on.merchant_id, middle),
            order=await tx.fetchrow(_ORDER, on.merchant_id, middle),
            shipment=await tx.fetchrow(_SHIPMENT, on.merchant_id, middle),
            message=await tx.fetchrow(_MESSAGE, on.merchant_id, middle),
            ids=ids,
            numbers=[(await tx.fetchrow(_SHIPMENT, on.merchant_id, one))["tracking_number"] for one in ids],
            emails=[f"stored.{one - _FIRST}@customer.example" for one in ids],
            keys=[row["why_key"] for row in await tx.fetch(_KEYS, on.merchant_id, ids)][:BATCH],
            scans=await tx.fetch(_CHECKPOINTS, on.merchant_id, ids[::10]),
        )


_Steps = Callable[[Database, Known], Awaitable[Any]]
_Asks = Callable[[Tx, Known], Awaitable[Any]]


async def _orders_again(database: Database, know: Known) -> None:
    load = make_load(2_000, know.now, seed=2)
    await take(msgspec.structs.replace(know.on, database=database), load.orders[:200], know.now)


async def _new_orders(database: Database, know: Known) -> None:
    load = make_load(2_000, know.now, seed=3)
    await take(msgspec.structs.replace(know.on, database=database), load.orders[:200], know.now)


async def _accepted(database: Database, know: Known) -> None:
    load = make_load(2_000, know.now, seed=3)
    await accept(msgspec.structs.replace(know.on, database=database), load.webhooks[:200], know.now)


async def _actions_due(database: Database, know: Known) -> None:
    async with database.system() as tx:
        await decide_waiting(tx, know.on.directory, know.now + timedelta(days=20), BATCH)


#: The worker's steps, as they are.
STEPS: Mapping[str, _Steps] = {
    "200 arrive": _accepted,
    "a batch": lambda database, know: work_batch(database, know.on.directory, know.now, BATCH),
    "200 new orders": _new_orders,
    "200 known orders": _orders_again,
    "actions due": _actions_due,
    "looks due": lambda database, know: watch(database, know.on.directory, know.now + timedelta(days=90), BATCH),
    "figures": lambda database, know: read_backlog(database, know.now),
}


async def _shipments_apart(tx: Tx, know: Known) -> None:
    found = await shipments.lives(tx, [(know.merchant_id, number) for number in know.numbers])
    kept = [one.current[0] for one in found.values()]
    await shipments.write(tx, kept, know.now)
    await shipments.bind(tx, kept)
    await shipments.of_orders(tx, [(know.merchant_id, one) for one in know.ids])
    await legs.claim_numbers(tx, [(know.merchant_id, number) for number in know.numbers])
    await legs.link(tx, [(one.merchant_id, f"AGAIN{one.shipment_id}", one.shipment_id, "last_mile") for one in kept])


async def _pitfalls_apart(tx: Tx, know: Known) -> None:
    since = know.now.replace(microsecond=0)
    stands = (OpenPitfall("lost", since, Actor.SHOP, b"", Severity.LOW),)
    worse = (msgspec.structs.replace(stands[0], severity=Severity.CRITICAL),)
    for before, after in (((), stands), (stands, worse), (worse, ())):
        await pitfalls.keep(tx, [pitfalls.shift_of(know.merchant_id, one, before, after, Status.EXCEPTION) for one in know.ids], know.now)


async def _orders_apart(tx: Tx, know: Known) -> None:
    kept = await orders.read(tx, [(know.merchant_id, one) for one in know.ids])
    named = {(one.merchant_id, one.connection_id, f"stored-{one.order_id - _FIRST}") for one in kept.values()}
    await orders.lock(tx, sorted(named), [f"token-{n}" for n in range(len(named))])
    await orders.write(tx, list(kept.values()), know.now)


async def _accompanied(tx: Tx, know: Known) -> None:
    kept = await orders.read(tx, [(know.merchant_id, one) for one in know.ids])
    await orders.accompanied(tx, list(kept.values()))


async def _decisions_apart(tx: Tx, know: Known) -> None:
    await decisions.undecided(tx, [(know.merchant_id, key) for key in know.keys])


async def _checkpoints_apart(tx: Tx, know: Known) -> None:
    first = {row["shipment_id"]: row["fingerprint"] for row in know.scans}
    await checkpoints.these(tx, [(know.merchant_id, one, fingerprint) for one, fingerprint in first.items()])


async def _swept(tx: Tx, know: Known) -> None:
    await health.checkpoints_of(tx, await shipments.sweep(tx, (know.merchant_id, know.ids[BATCH // 2]), BATCH))


async def _learnt(tx: Tx, know: Known) -> None:
    await estimators.add(tx, [Past(know.merchant_id, one, know.now.date(), b"x") for one in know.ids])
    await estimators.claim(tx, know.now, 1)
    await estimators.keep(tx, know.merchant_id, b"x", know.now, deliveries=1, figures="{}", fresh=1)
    await estimators.read(tx, list(await estimators.there(tx)))
    await estimators.forget(tx, (know.now + timedelta(days=101)).date())


async def _standing(tx: Tx, know: Known) -> None:
    await recipients.standing(tx, [(know.merchant_id, email) for email in know.emails], know.now)


async def _reached(tx: Tx, know: Known) -> None:
    """What choosing among several channels asks of 500 customers, and of what fails or stays silent."""
    await recipients.evidence(tx, [(know.merchant_id, email) for email in know.emails], know.now - timedelta(days=90))
    await people.reachable(tx, [(know.merchant_id, IdentityKind.EMAIL, email) for email in know.emails])
    await conversations.last_in(tx, [(know.merchant_id, ChannelKind.WHATSAPP, email) for email in know.emails])
    await fallbacks.claim(tx, know.now, BATCH)
    message_id = know.message["message_id"]
    await fallbacks.fail(tx, know.merchant_id, message_id, ChannelKind.SMS, None, "bench", know.now)
    await fallbacks.forget(tx, know.merchant_id, message_id)


async def _answered(tx: Tx, know: Known) -> None:
    """What a reply asks."""
    email = know.order["email"]
    await conversations.lately(tx, know.merchant_id, ChannelKind.EMAIL, email, know.now - timedelta(days=14))
    await people.whose(tx, know.merchant_id, [(IdentityKind.EMAIL, email)])
    await orders.of_contact(tx, know.merchant_id, "email", email, 20)
    await orders.of_contact(tx, know.merchant_id, "phone", "+34600000001", 20)


async def _files(tx: Tx, know: Known) -> None:
    """What files that lie with a provider ask."""
    lies = Attachment(name="photo", content_type="image/jpeg", media_id="1")
    for reply_id in range(9):
        await reply_files.keep(tx, know.merchant_id, reply_id, [lies], know.now)
    for one in await reply_files.claim(tx, know.now, know.now, 8, 8):
        await reply_files.put_off(tx, one, know.now, reply_files.Trouble(Unfetched.UNREACHABLE))
        await reply_files.give_up(tx, one, reply_files.Trouble(Unfetched.GONE))
        await reply_files.fetched(tx, one, "photo.jpg", "image/jpeg", b"x")


async def _number_again(tx: Tx, know: Known) -> None:
    one, other = know.ids[0], know.ids[-1]
    await legs.split(tx, know.merchant_id, one, other, know.now - timedelta(days=30))
    await legs.copy_checkpoints(tx, know.merchant_id, one, other)
    await legs.merge(tx, know.merchant_id, one, other)


async def _sent(tx: Tx, know: Known) -> None:
    leased = await messages.lease(tx, know.now + timedelta(days=9), know.now + timedelta(days=9), 100)
    await recipients.wishes(tx, [(know.merchant_id, email) for email in know.emails])
    await decisions.told_by(tx, [(know.merchant_id, one.order_id or 0, one.message.message_id) for one in leased])
    sent = Receipt(message_id=None, provider_id="theirs", state=MessageState.SENT)
    await messages.finish(tx, leased[0], sent, know.now)
    await messages.put_off(tx, leased[1], know.now, "busy", know.now)
    for row in (await messages.lost_leases(tx, know.now + timedelta(days=10)))[:2]:
        await messages.give_up_lease(tx, row, know.now, repeat=row["attempts"] == 0)


async def _links_kept(tx: Tx, know: Known) -> None:
    of, month = know.message["message_id"], messages.month_of(know.message["message_id"])
    links = [short_links.ShortLink(code=f"bench-{n}", leads_to=Lead.PARCEL, token="t", marks=True) for n in range(BATCH)]
    await short_links.keep(tx, [(know.merchant_id, str(of), month, one) for one in links], know.now)


async def _forgotten(tx: Tx, know: Known) -> None:
    await idempotency.sweep(tx, know.now)
    await short_links.forget(tx, know.now - know.age + timedelta(days=365, minutes=BATCH))


async def _confirmed(tx: Tx, know: Known) -> None:
    for by in (
        {"message_id": str(know.message["message_id"]), "provider_id": None},
        {"message_id": None, "provider_id": know.message["provider_id"]},
    ):
        receipt = Receipt(**by, state=MessageState.BOUNCED, suppress="bounced")
        connection = next(c for c in know.on.directory.tenants()[0].connections.values() if c.kind == "channel")
        await confirm(tx, know.on.directory, connection, [receipt], know.now)


async def _mapped(tx: Tx, know: Known) -> None:
    for everywhere in (False, True):
        key = ("ups", "I", "")
        await mappings.put(tx, know.merchant_id, key, "in_transit", "bench", know.now, everywhere=everywhere)
        if replay := await mappings.due(tx, know.now):
            await mappings.scans(tx, replay, BATCH)
            await mappings.unknown_under(tx, replay)
            await mappings.finish(tx, replay, 0, know.now)
    await shipments.these(tx, [(know.merchant_id, one) for one in know.ids])


async def _errands_taken_up(tx: Tx, know: Known) -> None:
    """A worker takes up what is due, and hears of calls that ended; most messages carry no errand."""
    for one in await errands.due(tx, know.now + timedelta(days=2), 40):
        await errands.write(tx, one)
        await errands.message_of(tx, know.merchant_id, know.message["message_id"])
    await errands.of_cases(tx, know.merchant_id, know.ids[:40])
    await errands.look_now(tx, [(know.merchant_id, know.message["message_id"])] * 50, know.now)


async def _helpdesks_taken_up(tx: Tx, know: Known) -> None:
    """A worker takes up what is due at helpdesks, and hears of calls that ended; most messages serve none."""
    await helpdesks.link(tx, [(know.merchant_id, know.shop)], know.now, 40)
    for one in await helpdesks.due(tx, know.now + timedelta(days=2), 40):
        await helpdesks.wrote(tx, one.merchant_id, one.conversation_id, one.told_reply_id, 10)
        await helpdesks.last_reply(tx, one.merchant_id, one.conversation_id)
        await helpdesks.to_note(tx, one)
        await helpdesks.write(tx, one)
    await helpdesks.look_now(tx, [(know.merchant_id, know.message["message_id"])] * 50, know.now)
    await helpdesks.wake(tx, know.merchant_id, know.ids[0], know.now)
    spoken_of = Heard(kind=HeardKind.SAID, remote_id="100", key="doorstep-x", message_id="1", of="0")
    if (kept := await helpdesks.link_of(tx, know.merchant_id, know.shop, spoken_of)) is not None:
        await helpdesks.heard(tx, kept, spoken_of, "", know.now)
        await helpdesks.is_told(tx, kept, "0")
        await helpdesks.files_of(tx, kept, "0")


async def _turns_taken_up(tx: Tx, know: Known) -> None:
    """A worker takes up turns that wait and writes down how they ended; most conversations have none that waits."""
    yesterday = know.now - timedelta(days=1)
    for _ in range(6):
        row = await turns.next_due(tx, know.now + timedelta(days=1), yesterday)
        if row is None:
            return
        merchant_id, turn_id, conversation_id = row["merchant_id"], row["turn_id"], row["conversation_id"]
        await turns.wait(tx, merchant_id, turn_id, know.now)
        await turns.take(tx, merchant_id, turn_id, yesterday)
        memory = talks.opened(row["memory"])
        await turns.times(tx, merchant_id, conversation_id, "track.where", yesterday)
        await talks.leave(tx, merchant_id, conversation_id, memory)
        await turns.put_off(tx, merchant_id, turn_id, know.now)
        await turns.close(tx, row, turns.Closing(state="answered", took_ms=1), row["customer_id"], memory, know.now)
        await turns.add(tx, merchant_id, conversation_id, 2**40 + turn_id, None, know.now, know.now)
    came = contacts.Contacted(
        conversation_id=2**40,
        person=know.ids[0],
        subject="track",
        order_id=know.ids[0],
        talk="where",
        at=know.now,
        sitting_at=know.now,
        answered=True,
        answered_at=know.now,
    )
    await contacts.add(tx, know.merchant_id, came, timedelta(days=7))
    await unanswered.sweep(tx, know.now)


async def _cases_looked_at(tx: Tx, know: Known) -> None:
    """A worker looks at cases that are due, hears of parcels, and takes up labels; most parcels belong to no case."""
    for merchant_id, case_id, order_id in await case_looks.due(tx, know.now + timedelta(days=2), 40):
        await case_looks.hold(tx, merchant_id, case_id, order_id, know.now + timedelta(days=2))
        await case_looks.new_goods_sent(tx, merchant_id, case_id)
    await case_looks.wake(tx, [(know.merchant_id, one) for one in know.ids[:40]], know.now)
    await case_looks.awaiting_new_goods(tx, [(know.merchant_id, one, one, know.now) for one in know.ids[:200]])
    await labels.lease(tx, know.now + timedelta(days=2), know.now + timedelta(days=3), 8)
    await labels.stuck(tx, know.merchant_id, know.ids[:40])


async def _goods_told(tx: Tx, know: Known) -> None:
    """What shops tell of 500 variants and 500 customers with a gift card, and what these paid."""
    merchant_id, shop = know.merchant_id, know.shop
    names = [f"{n}.{m}" for n in range(100) for m in range(5)]
    variants = [KnownVariant(variant_id=one, product_id=one.partition(".")[0], price=Money(100, "EUR"), stock=9) for one in names]
    told = [goods.KeptVariant(merchant_id=merchant_id, connection_id=shop, variant=one, told_at=know.now) for one in variants]
    await goods.keep_variants(tx, told)
    await goods.withdraw_others(tx, {(merchant_id, shop, str(n)): (know.now, [f"{n}.0"]) for n in range(100)})
    people_told = [KnownCustomer(customer=f"stored-{one}", email=email) for one, email in zip(know.ids, know.emails, strict=True)]
    await goods.keep_profiles(tx, {(merchant_id, shop): people_told}, know.now)
    card = Method(method_id="another", kind=MethodKind.GIFT_CARD, balance=Money(100, "EUR"))
    await goods.keep_methods(tx, {(merchant_id, shop, one.customer): [card] for one in people_told})
    await goods.pay(tx, [(merchant_id, one, "bench", Paid(amount=Money(100, "EUR"), method_id="gift")) for one in know.ids])


async def _goods_asked(tx: Tx, know: Known) -> None:
    """What an action asks of goods and money, and what it moves."""
    key, customer = (know.merchant_id, know.shop), f"stored-{know.ids[0]}"
    await goods.variants(tx, *key, ["p7"])
    await goods.products_of(tx, *key, ["v36"])
    await goods.profiles(tx, *key, [customer])
    await goods.by_email(tx, know.merchant_id, know.emails[0])
    await goods.payments(tx, know.merchant_id, [know.ids[0]])
    await goods.hold(tx, {(*key, "v36"): 1})
    await goods.take(tx, {(*key, "v36"): 1})
    await goods.move_balances(tx, [((*key, customer), "gift", Money(-1, "EUR"))])


#: The worker's statements once more, about rows that lie far apart.
WORKER: Mapping[str, _Asks] = {
    "500 apart": _shipments_apart,
    "500 pitfalls apart": _pitfalls_apart,
    "500 orders apart": _orders_apart,
    "500 orders' customers": _accompanied,
    "500 decisions apart": _decisions_apart,
    "50 checkpoints apart": _checkpoints_apart,
    "500 addresses": _standing,
    "500 reached by several channels": _reached,
    "a reply": _answered,
    "files of replies": _files,
    "doctor": _swept,
    "a number used again": _number_again,
    "a wave of 100": _sent,
    "receipts": _confirmed,
    "a code mapped": _mapped,
    "500 deliveries learnt": _learnt,
    "500 links kept": _links_kept,
    "sweeping": _forgotten,
    "errands taken up": _errands_taken_up,
    "helpdesks taken up": _helpdesks_taken_up,
    "turns taken up": _turns_taken_up,
    "cases looked at": _cases_looked_at,
    "500 goods and payments told": _goods_told,
    "goods of an action": _goods_asked,
}

_NONE = "9" * 40
_SINCE_EVER = (datetime(1970, 1, 1, tzinfo=UTC), 0)
#: What the web asks before it knows whose it is.
DOORS: Mapping[str, _Asks] = {
    "page": lambda tx, know: shipments.by_token(tx, know.shipment["token"]),
    "former page": lambda tx, _: shipments.by_token(tx, "0" * 32),
    "order's page": lambda tx, know: orders.by_token(tx, know.order["token"]),
    "hook": lambda tx, _: connections.by_hook_token(tx, _SEALER, "bench-ups-hook-token"),
    "key": lambda tx, _: access.key_of(tx, "no such key"),
    "session": lambda tx, know: access.user_of(tx, "no such session", know.now),
    "short link": lambda tx, know: short_links.find(tx, str(know.message["message_id"])),
    "no such link": lambda tx, _: short_links.find(tx, "no such link"),
    "attempt left": lambda tx, know: access.may_attempt(tx, 0, {"short network": 20, "short site": 60}, timedelta(hours=1), know.now),
    "attempt": lambda tx, know: access.attempt(tx, 0, {f"what {n}": 5 for n in range(70)}, timedelta(minutes=15), know.now),
    "waiting": lambda tx, know: inbox.lag(tx, know.now),
    "leaving": lambda tx, know: messages.backlog(tx, know.now),
}


def _scans(tx: Tx, know: Known) -> Awaitable[Any]:
    days: list[date] = [row["instant"].astimezone(UTC).date() for row in know.scans if row["shipment_id"] == know.ids[10]]
    return checkpoints.of_shipment(tx, know.merchant_id, know.ids[10], min(days), max(days))


async def _coded(tx: Tx, know: Known) -> None:
    """What a one-time code asks, from the wish for it to its use."""
    email = know.order["email"]
    await one_time_codes.claim(tx, know.merchant_id, b"person")
    await one_time_codes.asked(tx, know.merchant_id, b"person", know.now - timedelta(days=1))
    await one_time_codes.sent(tx, know.merchant_id, email, know.now - timedelta(days=1))
    later = know.now + timedelta(minutes=10)
    new = NewCode(handle="bench", code_hash=b"h", person=b"person", kind="email", address=email, expires_at=later)
    await one_time_codes.add(tx, know.merchant_id, new, know.now)
    row = await one_time_codes.take_try(tx, know.merchant_id, "bench", know.now, 5)
    await one_time_codes.use(tx, know.merchant_id, row["code_id"] if row else 0, email, know.now)
    await one_time_codes.sweep(tx, know.now)


async def _signed_in(tx: Tx, know: Known) -> None:
    await customer_sessions.open_one(tx, know.merchant_id, "bench", know.now, know.now + timedelta(hours=12))
    await customer_sessions.is_alive(tx, know.merchant_id, "bench", know.now + timedelta(minutes=2), timedelta(minutes=30))
    await customer_sessions.close(tx, know.merchant_id, "bench")
    await customer_sessions.sweep(tx, know.now)


async def _assisted(tx: Tx, know: Known) -> None:
    later, email = know.now + timedelta(days=7), know.order["email"] or ""
    await assistants.register(
        tx, know.merchant_id, assistants.Client(client_id="bench", name="Bench", redirects=("https://a.example/",)), know.now
    )
    await assistants.client_of(tx, know.merchant_id, "bench")
    new = assistants.NewGrant(
        client_id="bench", name="Bench", scopes=("orders:read",), kind="email", address=email, locale="en", expires_at=later
    )
    grant_id = await assistants.add(tx, know.merchant_id, new, know.now)
    await assistants.set_code(tx, know.merchant_id, grant_id, "code", "challenge", "https://a.example/", later)
    await assistants.by_code(tx, know.merchant_id, "code", know.now)
    issued = assistants.Issued(access="access", until=later, refresh="refresh", family="family")
    await assistants.exchange(tx, know.merchant_id, grant_id, "code", issued, know.now)
    await assistants.by_family(tx, know.merchant_id, "family", "refresh", know.now)
    await assistants.rotate(tx, know.merchant_id, grant_id, "refresh", issued, know.now)
    await assistants.by_access(tx, know.merchant_id, "access", know.now + timedelta(minutes=2))
    await assistants.of_person(tx, know.merchant_id, "email", email, know.now)
    await assistants.page(tx, know.merchant_id, None, 51)
    await assistants.clients(tx, know.merchant_id, know.now)
    await assistants.revoke(tx, know.merchant_id, grant_id, know.now)
    await assistants.revoke_client(tx, know.merchant_id, "bench", know.now)
    await assistants.sweep(tx, know.now)


async def _guessed(tx: Tx, know: Known) -> None:
    await alarms.count(tx, know.merchant_id, "order", "1001", "1001", know.now)
    await alarms.today(tx, know.merchant_id, know.now)
    await alarms.may_tell(tx, know.merchant_id, know.now)
    await alarms.listed(tx, know.merchant_id, know.now.date() - timedelta(days=30))
    await alarms.sweep(tx, know.now)


async def _modelled(tx: Tx, know: Known) -> None:
    """A turn in which a language model is asked, and the pages about it."""
    made = new_connection(know.merchant_id, "model", "openai_compatible", "m", {})
    connection = await connections.connect(tx, _SEALER, made, frozenset())
    of, day = (know.merchant_id, connection), know.now.date()
    await model_turns.fares(tx, *of, day)
    await model_turns.set_aside(tx, *of, day, 9)
    await model_turns.settle(tx, *of, day, (9, 9), -1)
    await model_turns.failed(tx, *of, 3, know.now, None)
    await model_turns.answered(tx, *of)
    turn = model_turns.KeptTurn(
        connection_id=connection, conversation_id=1, turn_id=1, at=know.now, model="m", outcome="used", why="", context="{}", limits="{}"
    )
    await model_turns.read(tx, know.merchant_id, await model_turns.add(tx, know.merchant_id, turn))
    await model_turns.of_conversation(tx, know.merchant_id, 1)
    await model_turns.newest(tx, *of)


#: What the web asks as a merchant.
WEB: Mapping[str, _Asks] = {
    "page's order": lambda tx, know: orders.read(tx, [(know.merchant_id, know.order["order_id"])]),
    "page's parcels": lambda tx, know: shipments.of_orders(tx, [(know.merchant_id, know.order["order_id"])]),
    "page's scans": _scans,
    "/find": lambda tx, know: orders.look_up(tx, know.merchant_id, know.order["number"], know.order["email"]),
    "/find by number": lambda tx, know: orders.of_number(tx, know.merchant_id, know.order["number"], 5),
    "/me by post code": lambda tx, know: orders.of_postcode(tx, know.merchant_id, "28004", 200),
    "a code": _coded,
    "a customer's session": _signed_in,
    "a customer's assistant": _assisted,
    "guessing": _guessed,
    "a model's turn": _modelled,
    "language": lambda tx, know: orders.set_locale(tx, know.merchant_id, know.order["email"], "fr"),
    "choices": lambda tx, know: recipients.standing(tx, [(know.merchant_id, know.order["email"])], know.now),
    "new": lambda tx, know: desk.shipments(tx, know.merchant_id, most=51),
    "deep": lambda tx, know: desk.shipments(tx, know.merchant_id, before=know.ids[BATCH // 2], most=51),
    "delivered, deep": lambda tx, know: desk.shipments(tx, know.merchant_id, before=know.ids[BATCH // 2], most=51, status="delivered"),
    "a rare status": lambda tx, know: desk.shipments(tx, know.merchant_id, most=51, status="exception"),
    "a rare status, deep": lambda tx, know: desk.shipments(
        tx, know.merchant_id, before=know.ids[BATCH // 2], most=51, status="out_for_delivery"
    ),
    "problems": lambda tx, know: desk.shipments(tx, know.merchant_id, most=51, troubled=True),
    "problems of a status": lambda tx, know: desk.shipments(tx, know.merchant_id, most=51, status="delivered", troubled=True),
    "tracking number": lambda tx, know: desk.search(tx, know.merchant_id, know.shipment["tracking_number"]),
    "tracking number begins": lambda tx, know: desk.search(tx, know.merchant_id, "1Z1"),
    "order number begins": lambda tx, know: desk.search(tx, know.merchant_id, "S123"),
    "address begins": lambda tx, know: desk.search(tx, know.merchant_id, "stored.1@"),
    "many addresses": lambda tx, know: desk.search(tx, know.merchant_id, "stored"),
    "nothing": lambda tx, know: desk.search(tx, know.merchant_id, _NONE),
    "bare, begins": lambda tx, know: desk.search_bare(tx, know.merchant_id, "S123"),
    "bare, many addresses": lambda tx, know: desk.search_bare(tx, know.merchant_id, "stored"),
    "open pitfalls": lambda tx, know: pitfalls.page(tx, know.merchant_id, most=51),
    "open pitfalls, deep": lambda tx, know: pitfalls.page(tx, know.merchant_id, before=2_000, most=51),
    "pitfalls of a rare kind": lambda tx, know: pitfalls.page(tx, know.merchant_id, most=51, kind="lost"),
    "pitfalls of a kind": lambda tx, know: pitfalls.page(tx, know.merchant_id, most=51, kind="delayed"),
    "pitfalls of a rare severity": lambda tx, know: pitfalls.page(tx, know.merchant_id, most=51, severity=Severity.CRITICAL),
    "pitfalls of a shipment": lambda tx, know: pitfalls.of_shipments(tx, know.merchant_id, [know.shipment["shipment_id"]]),
    "cases to decide": lambda tx, know: case_queue.queue(tx, know.merchant_id, case_queue.Tab.DECIDE, know.now, after=_SINCE_EVER),
    "cases that are open": lambda tx, know: case_queue.queue(tx, know.merchant_id, case_queue.Tab.OPEN, know.now, after=_SINCE_EVER),
    "cases that wait too long": lambda tx, know: case_queue.queue(
        tx, know.merchant_id, case_queue.Tab.OVERDUE, know.now, after=_SINCE_EVER
    ),
    "cases with errands": lambda tx, know: case_queue.queue(tx, know.merchant_id, case_queue.Tab.ERRANDS, know.now, after=_SINCE_EVER),
    "cases that ended": lambda tx, know: case_queue.newest(tx, know.merchant_id, case_queue.Tab.ENDED, before=errands.LAST_ID),
    "a case by its number": lambda tx, know: case_queue.search(tx, know.merchant_id, "R-NOBODY"),
    "cases of an order's number": lambda tx, know: case_queue.search(tx, know.merchant_id, know.order["number"]),
    "cases of an address": lambda tx, know: case_queue.search(tx, know.merchant_id, know.order["email"] or _NONE),
    "cases counted": lambda tx, know: case_queue.counts(tx, know.merchant_id, know.now),
    "a case's errands": lambda tx, know: case_queue.errands(tx, know.merchant_id, know.ids[0]),
    "a case's photos": lambda tx, know: case_queue.photos(tx, know.merchant_id, _a_case(know)),
    "a case's photo": lambda tx, know: case_queue.photo(tx, know.merchant_id, _a_case(know), 1),
    "why goods came back last week": lambda tx, know: returned.counts(tx, know.merchant_id, *_last_week(know)),
    "what customers said last week": lambda tx, know: returned.said(tx, know.merchant_id, *_last_week(know), most=12),
    "past requests": lambda tx, know: backtests.since(tx, know.merchant_id, know.now - timedelta(days=30), list(CaseKind), 50),
    "customers' past requests": lambda tx, know: backtests.lately(
        tx, know.merchant_id, know.emails[:50], know.now - timedelta(days=90), know.now
    ),
    "what arrived lately": lambda tx, know: backtests.arrived(tx, know.merchant_id, 50),
    "what the shop says": lambda tx, know: knowledge.version(tx, know.merchant_id),
    "articles": lambda tx, know: knowledge.listed(tx, know.merchant_id),
    "all passages": lambda tx, know: knowledge.every(tx, know.merchant_id),
    "how talks went": lambda tx, know: talk_figures.counts(tx, know.merchant_id, _last_week(know), know.now, timedelta(days=7)),
    "turns that went badly": lambda tx, know: learning.badly(tx, know.merchant_id, know.now - timedelta(days=7), know.now, 6_000),
    "a conversation's last sitting": lambda tx, know: contacts.sitting(tx, know.merchant_id, know.ids[0]),
    "promises that are due": lambda tx, know: follow_ups.due(tx, know.now, 40),
    "proposals": lambda tx, know: learning.listed(tx, know.merchant_id, ["proposed"], 60),
    "questions without an answer": lambda tx, know: unanswered.open_questions(tx, know.merchant_id),
    "rules": lambda tx, know: policies.versions(tx, know.merchant_id),
    "rules in force": lambda tx, know: policies.live(tx, know.merchant_id, know.now),
    "open errands": lambda tx, know: errands.page(tx, know.merchant_id, most=51),
    "errands that are done, deep": lambda tx, know: errands.page(
        tx, know.merchant_id, states=[errands.ErrandState.DONE], before=know.ids[BATCH // 2], most=51
    ),
    "errand": lambda tx, know: errands.one(tx, know.merchant_id, know.ids[0]),
    "an answer to an errand": lambda tx, know: errands.lock(tx, know.merchant_id, know.ids[0]),
    "pitfall": lambda tx, know: pitfalls.one(tx, know.merchant_id, 2_000),
    "a shipment to be judged": lambda tx, know: shipments.these(tx, [(know.merchant_id, know.shipment["shipment_id"])]),
    "statuses": lambda tx, know: desk.statuses(tx, know.merchant_id),
    "week": lambda tx, know: desk.states(tx, know.merchant_id, know.now - timedelta(days=7)),
    "open problems": lambda tx, know: desk.problems(tx, know.merchant_id),
    "changes": lambda tx, know: desk.changes(tx, know.merchant_id, 200),
    "what assistants asked for": lambda tx, know: desk.assistant_calls(tx, know.merchant_id, 50),
    "order's decisions": lambda tx, know: decisions.of_order(tx, know.merchant_id, know.order["order_id"]),
    "reasons": lambda tx, know: decisions.skips(tx, know.merchant_id, (know.now - timedelta(days=30)).date()),
    "mapped codes": lambda tx, know: mappings.of_merchant(tx, know.merchant_id),
    "unknown codes": lambda tx, know: checkpoints.unknown(tx, know.merchant_id),
    "order's messages": lambda tx, know: message_lists.of_order(tx, know.merchant_id, know.order["order_id"]),
    "new messages": lambda tx, know: message_lists.page(tx, know.merchant_id, most=51),
    "messages, deep": lambda tx, know: message_lists.page(tx, know.merchant_id, before=_before(know), most=51),
    "messages of a rare state": lambda tx, know: message_lists.page(tx, know.merchant_id, most=51, state="bounced"),
    "messages of a state, deep": lambda tx, know: message_lists.page(tx, know.merchant_id, before=_before(know), most=51, state="sent"),
    "message": lambda tx, know: message_lists.one(tx, know.merchant_id, know.message["message_id"]),
    "API, new": lambda tx, know: shipments.page(tx, know.merchant_id),
    "API, deep": lambda tx, know: shipments.page(tx, know.merchant_id, before=know.ids[BATCH // 2]),
    "API, a rare status": lambda tx, know: shipments.page(tx, know.merchant_id, status="exception"),
    "API, delivered, deep": lambda tx, know: shipments.page(tx, know.merchant_id, before=know.ids[BATCH // 2], status="delivered"),
    "API, number": lambda tx, know: shipments.page(tx, know.merchant_id, tracking_number=know.shipment["tracking_number"]),
    "API, order": lambda tx, know: shipments.page(tx, know.merchant_id, order_id=know.order["order_id"]),
    "API, shipment": lambda tx, know: shipments.one(tx, know.merchant_id, know.shipment["shipment_id"]),
    "API, new orders": lambda tx, know: orders.page(tx, know.merchant_id),
    "API, orders, deep": lambda tx, know: orders.page(tx, know.merchant_id, before=know.ids[BATCH // 2]),
    "API, order's number": lambda tx, know: orders.page(tx, know.merchant_id, number=know.order["number"]),
    "API, no such number": lambda tx, know: orders.page(tx, know.merchant_id, number=_NONE),
    "API, address": lambda tx, know: orders.page(tx, know.merchant_id, email=know.order["email"]),
    "API, number and address": lambda tx, know: orders.page(tx, know.merchant_id, number=know.order["number"], email=know.order["email"]),
    "dead letters": lambda tx, know: inbox.dead_letters(tx, know.merchant_id),
    "dead letters, deep": lambda tx, know: inbox.dead_letters(tx, know.merchant_id, before=2_000),
    "replay": lambda tx, know: inbox.replay(tx, know.merchant_id, list(range(1, 2000)), know.now),
    "API, suppressions": lambda tx, know: recipients.suppression_page(tx, know.merchant_id, ("email", "stored.5", ""), 101),
    "suppressions": lambda tx, know: recipients.suppressions(tx, know.merchant_id),
    "address's suppressions": lambda tx, know: recipients.suppressions_of(tx, know.merchant_id, know.order["email"]),
    "suppression": lambda tx, know: recipients.suppression(tx, know.merchant_id, "email", know.order["email"], ""),
    "how a busy connection goes": lambda tx, know: going.going(tx, know.merchant_id, know.message["connection_id"], know.now),
    "how an idle connection goes": lambda tx, know: going.going(tx, know.merchant_id, 2**40, know.now),
    "conversations": lambda tx, know: conversations.page(tx, know.merchant_id, (know.now, 2**62), 50, only_open=True),
    "inbox, nobody's": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.WAITING, user_id=5),
    "inbox, mine": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.MINE, user_id=5),
    "inbox, all": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.ALL, user_id=5),
    "inbox, all of a queue": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.ALL, user_id=5, queue="returns"),
    "inbox, all of a language": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.ALL, user_id=5, language="de"),
    "inbox, put off": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.SNOOZED, user_id=5),
    "inbox, closed": lambda tx, know: handover_lists.page(tx, know.merchant_id, View.CLOSED, user_id=5),
    "inbox, of some conversations": lambda tx, know: handover_lists.of(tx, know.merchant_id, know.ids[:50]),
    "inbox, counted": lambda tx, know: handover_lists.counts(tx, know.merchant_id, know.now),
    "inbox, queues counted": lambda tx, know: handover_lists.counts_of_queues(tx, know.merchant_id, ["support", "returns"]),
    "inbox, agents counted": lambda tx, know: handover_lists.counts_of_agents(tx, know.merchant_id, list(range(1, 51))),
    "inbox, languages": lambda tx, know: handover_lists.languages(tx, know.merchant_id),
    "inbox, the next one": lambda tx, know: handover_lists.next_one(tx, know.merchant_id, ["es"], []),
    "inbox, an address": lambda tx, know: handover_lists.search(tx, know.merchant_id, know.order["email"] or _NONE),
    "inbox, an order's number": lambda tx, know: handover_lists.search(tx, know.merchant_id, know.order["number"]),
    "who has these conversations": lambda tx, know: handovers.held(tx, know.merchant_id, know.ids),
    "API, hand-overs": lambda tx, know: handover_lists.newest(tx, know.merchant_id, ["waiting", "held"], 2**62, 51),
    "how long answers take lately": lambda tx, know: handover_lists.lately_answered(tx, know.merchant_id, "returns", know.now),
    "turns of a conversation": lambda tx, know: turns.of(tx, know.merchant_id, 1_000_000_020),
    "photos of an order that wait": lambda tx, know: case_files.loose(tx, know.merchant_id, know.ids[0]),
    "photos that were handed in": lambda tx, know: case_files.handed_in(tx, know.merchant_id, know.ids[0], [_NONE] * 5),
    "photos become a case's": lambda tx, know: case_files.adopt(tx, know.merchant_id, know.ids[0], 1, [_NONE] * 5),
    "a file of an order": lambda tx, know: case_files.read(tx, know.merchant_id, know.ids[0], _NONE),
    "a file of a case": lambda tx, know: case_files.by_id(tx, know.merchant_id, 1),
    "photos of a case": lambda tx, know: case_files.photos_of(tx, know.merchant_id, 1),
    "photos nobody needs": lambda tx, know: case_files.sweep(tx, know.now),
    "files of a conversation": lambda tx, know: reply_files.of(tx, know.merchant_id, list(range(100))),
    "once": lambda tx, know: idempotency.begin(tx, know.merchant_id, "another key", b"x", know.now),
}


def _a_case(know: Known) -> Case:
    """Name a case as the desk has read it."""
    return Case(
        case_id=know.ids[0],
        order_id=know.ids[0],
        kind=CaseKind.RETURN,
        action=ActionKind.OPEN_RETURN,
        state=CaseState.CLOSED,
        photos=("none",),
    )


def _last_week(know: Known) -> tuple[date, date]:
    """The Monday of the week before, twice: of the first and of the last week."""
    monday = know.now.date() - timedelta(days=know.now.weekday() + 7)
    return monday, monday


def _before(know: Known) -> UUID:
    """Name the moment in the middle of what is stored as a message's id would."""
    return UUID(int=int((know.now - know.age / 2).timestamp() * 1000) << 80)
