"""What may be sent to an address: consents, suppressions, topics switched off, how much it already got."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.messages import Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.store.database import Row, Tx


class Standing(msgspec.Struct, kw_only=True):
    """All we know about one address of one merchant."""

    #: Newest first.
    consents: list[Consent] = []
    #: (channel, purpose or None for all).
    suppressed: list[tuple[ChannelKind, Purpose | None]] = []
    topics_off: set[str] = set()
    #: BCP 47, chosen on the preferences page; None: never chosen.
    locale: str | None = None
    #: Messages queued for it, by purpose, in the last day and week.
    day: dict[Purpose, int] = {}
    week: dict[Purpose, int] = {}


# The languages chosen under addresses.
_CHOSEN_LOCALE = "select address, locale from chosen_locale where merchant_id = $1 and address = any($2::text[])"

# The channels are named so that the primary key leads to an address.
_ON_ANY = ", ".join(
    f"'{channel}'"
    for channel in ChannelKind
    if channel not in {ChannelKind.WEBHOOK, ChannelKind.WALLET, ChannelKind.ERRAND, ChannelKind.HELPDESK}
)

# What stands of a list of addresses, each looked up by its key (`offset 0` keeps the planner from joining whole tables).
# Consents, newest first.
_CONSENTS = """
select c.merchant_id, c.address, c.purpose, c.channel, c.granted, c.source, c.wording, c.at
from unnest($1::bigint[], $2::text[]) as k (merchant_id, address) cross join lateral (
    select * from consent c where c.merchant_id = k.merchant_id and c.address = k.address offset 0
) c
order by c.at desc, c.consent_id desc
"""
# Suppressions of addresses.
_SUPPRESSED = f"""
select s.merchant_id, s.address, s.channel, s.purpose
from unnest($1::bigint[], $2::text[]) as k (merchant_id, address)
cross join lateral (
    select * from suppression s
    where s.merchant_id = k.merchant_id and s.channel in ({_ON_ANY}) and s.address = k.address offset 0
) s
"""
# Topics switched off, and the language chosen.
_TOPICS = """
with k as (select * from unnest($1::bigint[], $2::text[]) as k (merchant_id, address))
select merchant_id, address, t.topic, null as locale from k cross join lateral (
    select topic from topic_off t where t.merchant_id = k.merchant_id and t.address = k.address offset 0
) t
union all
select merchant_id, address, null, c.locale from k cross join lateral (
    select locale from chosen_locale c where c.merchant_id = k.merchant_id and c.address = k.address offset 0
) c
"""
# How many messages each address got in the last day and week; what somebody at the desk tried on themselves is none. Marketing counts
# from when it left, which may be two days after it was written, and while it waits to; what came back was not had.
_COUNTS = """
select k.merchant_id, k.recipient as address, m.purpose, count(*) as week, count(*) filter (where m.had_at > $3) as day
from unnest($1::bigint[], $2::text[]) as k (merchant_id, recipient) cross join lateral (
    select m.purpose, case when m.purpose <> 'marketing' then m.created_at when m.rank < 2 then 'infinity' else greatest(m.created_at,
        (select max(a.started_at) from send_attempt a where a.merchant_id = m.merchant_id and a.message_id = m.message_id)) end as had_at
    from message m where m.merchant_id = k.merchant_id and m.recipient = k.recipient
    and m.created_at > $4::timestamptz - interval '2 days' and m.month >= date_trunc('month', ($4::timestamptz - interval '2 days') at time zone 'UTC')::date
    and m.state <> 'cancelled' and m.trigger <> 'test' and not (m.purpose = 'marketing' and m.state in ('bounced', 'refused')) offset 0
) m
where m.had_at > $4
group by 1, 2, 3
"""
# What became of the messages to each address since then, by channel. An opened mail is half a proof: many mailboxes open all they get.
_EVIDENCE = """
select m.merchant_id, m.channel, m.recipient as address, count(*)::int as sent,
    (count(*) filter (where m.state in ('bounced', 'refused')))::int as failed,
    (count(*) filter (where m.state in ('clicked', 'replied'))
     + count(*) filter (where m.state = 'read') * case when m.channel = 'email' then 0.5 else 1 end)::float as opened
from unnest($1::bigint[], $2::text[]) as k (merchant_id, recipient) cross join lateral (
    select * from message m where m.merchant_id = k.merchant_id and m.recipient = k.recipient
    and m.created_at > $3 and m.month >= date_trunc('month', $3 at time zone 'UTC')::date
    and m.state not in ('queued', 'sending', 'cancelled') order by m.created_at desc limit 50
) m
group by 1, 2, 3
"""
# Of a yes and a no of the same source and second the no stays, whichever came first.
_CONSENT = """
insert into consent (merchant_id, address, purpose, channel, granted, source, wording, at, proof)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::text[], $7::text[], $8::timestamptz[], $9::text[])
on conflict (merchant_id, address, purpose, coalesce(channel, ''), source, at) do update
set granted = false, wording = excluded.wording, proof = excluded.proof where consent.granted and not excluded.granted
"""
# A bounce or a complaint takes the place of the customer's own word, which the customer could take back; not the other way round.
_SUPPRESS = """
insert into suppression (merchant_id, channel, address, purpose, reason, at) values ($1, $2, $3, $4, $5, $6)
on conflict (merchant_id, channel, address, purpose) do update set reason = excluded.reason, at = excluded.at
where suppression.reason in ('stop', 'unsubscribed') and excluded.reason not in ('stop', 'unsubscribed')
"""
# Suppress many addresses; tell how many of them were not suppressed before.
_SUPPRESS_MANY = """
with new as (
    insert into suppression (merchant_id, channel, address, purpose, reason, at)
    select $1, k.channel, k.address, k.purpose, k.reason, k.at
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) as k (channel, address, purpose, reason, at)
    on conflict do nothing returning 1
) select count(*) from new
"""
# All that some addresses ever said yes or no to, newest first, with its proof.
_CONSENTS_OF = """
select address, purpose, channel, granted, source, wording, proof, at from consent
where merchant_id = $1 and address = any($2::text[]) order by at desc, consent_id desc limit $3
"""
_RELEASE = "delete from suppression where merchant_id = $1 and channel = $2 and address = $3 and reason = any($4)"
_LIST = "select channel, address, purpose, reason, at from suppression where merchant_id = $1 order by at desc limit $2"
# A merchant's suppressions after one of them, in the order of their key.
_PAGE = """
select channel, address, purpose, reason, at from suppression
where merchant_id = $1 and (channel, address, purpose) > ($2, $3, $4) order by channel, address, purpose limit $5
"""
_ONE = "select channel, address, purpose, reason, at from suppression where merchant_id = $1 and channel = $2 and address = $3 and purpose = $4"
# All suppressions of one address.
_OF_ADDRESS = f"""
select channel, address, purpose, reason, at from suppression
where merchant_id = $1 and channel in ({_ON_ANY}) and address = $2
order by channel, purpose
"""
_LIFT = "delete from suppression where merchant_id = $1 and channel = $2 and address = $3 and purpose = $4"
_TOPIC_OFF = "insert into topic_off (merchant_id, address, topic, at) values ($1, $2, $3, $4) on conflict do nothing"
_CHOOSE_LOCALE = """
insert into chosen_locale (merchant_id, address, locale, at) values ($1, $2, $3, $4)
on conflict (merchant_id, address) do update set locale = excluded.locale, at = excluded.at
"""
# Let nobody else count messages to these addresses until this transaction ends.
_ALONE = """
select pg_advisory_xact_lock(n) from (
    select distinct hashtextextended('cap ' || address, merchant) as n from unnest($1::bigint[], $2::text[]) as k (merchant, address) order by 1
) addresses
"""
_TOPIC_ON = "delete from topic_off where merchant_id = $1 and address = $2 and topic = $3"


async def standing(tx: Tx, wanted: Sequence[tuple[int, str]], now: datetime) -> dict[tuple[int, str], Standing]:
    """Read what is known about addresses, by (merchant, address); every one asked for is there."""
    found = await wishes(tx, wanted)
    merchants, addresses = [w[0] for w in wanted], [w[1] for w in wanted]
    for row in await tx.fetch(_COUNTS, merchants, addresses, now - timedelta(days=1), now - timedelta(days=7)):
        kept = found[row["merchant_id"], row["address"]]
        kept.day[Purpose(row["purpose"])] = row["day"]
        kept.week[Purpose(row["purpose"])] = row["week"]
    return found


async def wishes(tx: Tx, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Standing]:
    """Read the same without how much each address got: what people said, and what must not be written to."""
    merchants, addresses = [w[0] for w in wanted], [w[1] for w in wanted]
    found = {key: Standing() for key in wanted}
    for row in await tx.fetch(_CONSENTS, merchants, addresses):
        found[row["merchant_id"], row["address"]].consents.append(
            Consent(
                purpose=Purpose(row["purpose"]),
                channel=ChannelKind(row["channel"]) if row["channel"] else None,
                granted=row["granted"],
                source=row["source"],
                at=row["at"],
                wording=row["wording"],
            )
        )
    for row in await tx.fetch(_SUPPRESSED, merchants, addresses):
        purpose = Purpose(row["purpose"]) if row["purpose"] else None
        found[row["merchant_id"], row["address"]].suppressed.append((ChannelKind(row["channel"]), purpose))
    for row in await tx.fetch(_TOPICS, merchants, addresses):
        kept = found[row["merchant_id"], row["address"]]
        if row["topic"] is None:
            kept.locale = row["locale"]
        else:
            kept.topics_off.add(row["topic"])
    return found


async def evidence(tx: Tx, wanted: Sequence[tuple[int, str]], since: datetime) -> list[Row]:
    """Tell what became of the last messages to addresses since then: `merchant_id, channel, address, sent, failed, opened`."""
    return await tx.fetch(_EVIDENCE, [w[0] for w in wanted], [w[1] for w in wanted], since)


async def count_alone(tx: Tx, addresses: Collection[tuple[int, str]]) -> None:
    """Wait until nobody else counts messages to these (merchant, address) pairs, and let nobody until this transaction ends."""
    await tx.execute(_ALONE, [merchant_id for merchant_id, _ in addresses], [address for _, address in addresses])


async def suppressed(tx: Tx, merchant_id: int, address: str) -> list[tuple[ChannelKind, Purpose | None]]:
    """Tell by which channels, and for what (None: anything), an address must not be written to."""
    rows = await tx.fetch(_SUPPRESSED, [merchant_id], [address])
    return [(ChannelKind(row["channel"]), Purpose(row["purpose"]) if row["purpose"] else None) for row in rows]


async def chosen_locale(tx: Tx, merchant_id: int, addresses: Sequence[str]) -> str | None:
    """Tell the language a customer chose under one of these addresses, the first that has one."""
    rows = await tx.fetch(_CHOSEN_LOCALE, merchant_id, addresses)
    chosen = {row["address"]: row["locale"] for row in rows}
    return next((chosen[address] for address in addresses if address in chosen), None)


async def choose_locale(tx: Tx, merchant_id: int, address: str, locale: str, now: datetime) -> None:
    """Write down in which language this address wants to be written to, whatever its orders say."""
    await tx.execute(_CHOOSE_LOCALE, merchant_id, address, locale, now)


async def consent(tx: Tx, given: Sequence[tuple[int, str, Consent]]) -> None:
    """Write consents down: (merchant, address, consent); one already written is left, but for a yes where there is a no as well."""

    def place(one: tuple[int, str, Consent]) -> tuple[object, ...]:
        return one[0], one[1], one[2].purpose, one[2].channel or "", one[2].source, one[2].at

    once = {place(one): one for one in sorted(given, key=lambda one: not one[2].granted)}
    given = [once[key] for key in sorted(once)]  # two workers, one order
    await tx.execute(
        _CONSENT,
        [g[0] for g in given],
        [g[1] for g in given],
        [g[2].purpose for g in given],
        [g[2].channel for g in given],
        [g[2].granted for g in given],
        [g[2].source for g in given],
        [g[2].wording for g in given],
        [g[2].at for g in given],
        [g[2].proof for g in given],
    )


async def suppress(tx: Tx, merchant_id: int, suppression: Suppression) -> None:
    """Never write to this address again (for a purpose, or at all)."""
    s = suppression
    await tx.execute(_SUPPRESS, merchant_id, s.channel, s.address, s.purpose or "", s.reason, s.at)


async def suppress_many(tx: Tx, merchant_id: int, wanted: Sequence[Suppression]) -> int:
    """Never write to these addresses again; return how many were not suppressed so before."""
    ordered = sorted(wanted, key=lambda s: (s.channel, s.address, s.purpose or ""))  # two imports at once, one order
    columns = ([s.channel for s in ordered], [s.address for s in ordered], [s.purpose or "" for s in ordered])
    new: int = await tx.fetchval(_SUPPRESS_MANY, merchant_id, *columns, [s.reason for s in ordered], [s.at for s in ordered])
    return new


async def consents_of(tx: Tx, merchant_id: int, addresses: Sequence[str], most: int = 200) -> list[Row]:
    """List all that these addresses said yes or no to, newest first: `address, purpose, channel, granted, source, wording, proof, at`."""
    return await tx.fetch(_CONSENTS_OF, merchant_id, list(addresses), most)


async def release(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, reasons: Sequence[str]) -> None:
    """Lift suppressions that stand for one of `reasons`: what a customer asked for, a customer can take back."""
    await tx.execute(_RELEASE, merchant_id, channel, address, list(reasons))


async def suppressions(tx: Tx, merchant_id: int, most: int = 200) -> list[Suppression]:
    """List a merchant's suppressions, newest first."""
    return [_suppression(row) for row in await tx.fetch(_LIST, merchant_id, most)]


def _suppression(row: Row) -> Suppression:
    return Suppression(
        channel=ChannelKind(row["channel"]),
        address=row["address"],
        purpose=Purpose(row["purpose"]) if row["purpose"] else None,
        reason=row["reason"],
        at=row["at"],
    )


async def suppression_page(tx: Tx, merchant_id: int, after: tuple[str, str, str], most: int) -> list[Suppression]:
    """List suppressions in the order of (channel, address, purpose or ""), after one of these; ("", "", "") begins."""
    return [_suppression(row) for row in await tx.fetch(_PAGE, merchant_id, *after, most)]


async def suppressions_of(tx: Tx, merchant_id: int, address: str) -> list[Suppression]:
    """List the suppressions of one address, on every channel and for every purpose."""
    return [_suppression(row) for row in await tx.fetch(_OF_ADDRESS, merchant_id, address)]


async def suppression(tx: Tx, merchant_id: int, channel: str, address: str, purpose: str) -> Suppression | None:
    """Read the suppression of an address for one purpose ("": the one for every purpose)."""
    row = await tx.fetchrow(_ONE, merchant_id, channel, address, purpose)
    return _suppression(row) if row else None


async def lift(tx: Tx, merchant_id: int, channel: str, address: str, purpose: str) -> None:
    """Lift one suppression, whatever its reason; the caller has asked whether it may."""
    await tx.execute(_LIFT, merchant_id, channel, address, purpose)


async def set_topic(tx: Tx, merchant_id: int, address: str, topic: str, now: datetime, *, on: bool) -> None:
    """Switch a topic on or off for an address."""
    if on:
        await tx.execute(_TOPIC_ON, merchant_id, address, topic)
    else:
        await tx.execute(_TOPIC_OFF, merchant_id, address, topic, now)
