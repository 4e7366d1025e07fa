"""What a shop sells, to whom, by what money it is paid ↔ rows: variants with their stock, profiles, methods of payment, payments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.actions.kinds import MethodKind
from doorstep.domain.actions.known import KnownCustomer, KnownVariant, Method, Paid
from doorstep.domain.money import Money
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder()
_VARIANT = msgspec.json.Decoder(KnownVariant)
_PROFILE = msgspec.json.Decoder(KnownCustomer)

#: (merchant, shop connection, the shop's id).
Key = tuple[int, int, str]

# Write variants as the shop tells them, unless it told something newer; units held for cases stay held.
_KEEP_VARIANTS = """
insert into variant (merchant_id, connection_id, variant_id, product_id, document, stock, changed_at)
select m, c, v, p, d::json, s, a
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[]) as x (m, c, v, p, d, s, a)
order by m, c, v
on conflict (merchant_id, connection_id, variant_id) do update
set product_id = excluded.product_id, document = excluded.document, stock = excluded.stock, changed_at = excluded.changed_at
where variant.changed_at <= excluded.changed_at
    and (variant.product_id, variant.document::text, variant.stock) is distinct from (excluded.product_id, excluded.document::text, excluded.stock)
"""

# The variants of products that are sold.
_SOLD = """
select v.merchant_id, v.connection_id, v.product_id, v.variant_id
from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (merchant_id, connection_id, product_id)
join variant v on v.product_id = k.product_id and v.merchant_id = k.merchant_id and v.connection_id = k.connection_id
where v.document->>'available' is distinct from 'false'
"""

# Let nobody buy variants, unless something newer was told of them.
_GONE = """
update variant v set document = jsonb_set(v.document::jsonb, '{available}', 'false')::json, changed_at = k.told_at
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[]) as k (merchant_id, connection_id, variant_id, told_at)
where v.merchant_id = k.merchant_id and v.connection_id = k.connection_id and v.variant_id = k.variant_id and v.changed_at <= k.told_at
"""

# The variants of products; a shop's own order is not told, so by name and id.
_OF_PRODUCTS = """
select v.product_id, v.document, v.stock, v.held from variant v
where v.merchant_id = $1 and v.connection_id = $2 and v.product_id = any($3::text[]) order by v.product_id, v.variant_id
"""

# The products that variants belong to.
_PRODUCTS_OF = """
select variant_id, product_id from variant where merchant_id = $1 and connection_id = $2 and variant_id = any($3::text[])
"""

# What a shop sells: each product's id and the name of one of its variants.
_PRODUCTS = """
select product_id, min(document->>'name') as name from variant where merchant_id = $1 and connection_id = $2 group by product_id order by 2, 1
"""

# Keep units back, or let them go (below 0), where as many are there; those that are not come back in no row.
_HOLD = """
update variant v set held = v.held + k.units
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[]) as k (merchant_id, connection_id, variant_id, units)
where v.merchant_id = k.merchant_id and v.connection_id = k.connection_id and v.variant_id = k.variant_id
    and v.held + k.units >= 0 and (k.units <= 0 or v.stock is null or v.stock - v.held >= k.units)
returning v.merchant_id, v.connection_id, v.variant_id
"""

# Take units that left for good out of the stock and out of what is held.
_TAKE = """
update variant v set held = greatest(v.held - k.units, 0), stock = greatest(v.stock - k.units, 0)
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[]) as k (merchant_id, connection_id, variant_id, units)
where v.merchant_id = k.merchant_id and v.connection_id = k.connection_id and v.variant_id = k.variant_id
"""

# Write customers as the shop knows them.
_KEEP_PROFILES = """
insert into profile (merchant_id, connection_id, external_id, email, document, changed_at)
select m, c, e, mail, d::json, $6
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]) as x (m, c, e, mail, d)
order by m, c, e
on conflict (merchant_id, connection_id, external_id) do update set email = excluded.email, document = excluded.document, changed_at = excluded.changed_at
where (profile.email, profile.document::text) is distinct from (excluded.email, excluded.document::text)
"""

# Customers by the shop's ids.
_PROFILES = "select external_id, document from profile where merchant_id = $1 and connection_id = $2 and external_id = any($3::text[])"

# Customers of an e-mail address, over a merchant's shops.
_BY_EMAIL = """
select connection_id, external_id, document from profile where merchant_id = $1 and email = $2 order by connection_id, external_id limit $3
"""

# Write methods of payment as the shop knows them.
_KEEP_METHODS = """
insert into payment_method (merchant_id, connection_id, external_id, method_id, kind, label, balance_minor, currency)
select m, c, e, i, k, l, b, y
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[]) as x (m, c, e, i, k, l, b, y)
order by m, c, e, i
on conflict (merchant_id, connection_id, external_id, method_id) do update
set kind = excluded.kind, label = excluded.label, balance_minor = excluded.balance_minor, currency = excluded.currency
where (payment_method.kind, payment_method.label, payment_method.balance_minor, payment_method.currency)
    is distinct from (excluded.kind, excluded.label, excluded.balance_minor, excluded.currency)
"""

# Methods of payment of customers.
_METHODS = """
select external_id, method_id, kind, label, balance_minor, currency from payment_method
where merchant_id = $1 and connection_id = $2 and external_id = any($3::text[]) order by external_id, method_id
"""

# Raise or lower balances that are ours to know, by so much in all, none of them below nothing; what cannot be comes back in no row.
_MOVE_BALANCES = """
update payment_method p set balance_minor = p.balance_minor + k.by_minor
from (
    select merchant_id, connection_id, external_id, method_id, currency, sum(by_minor)::bigint as by_minor
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[])
        as one (merchant_id, connection_id, external_id, method_id, by_minor, currency)
    group by 1, 2, 3, 4, 5
) k
where p.merchant_id = k.merchant_id and p.connection_id = k.connection_id and p.external_id = k.external_id and p.method_id = k.method_id
    and p.balance_minor is not null and p.currency = k.currency and p.balance_minor + k.by_minor >= 0
returning p.merchant_id, p.connection_id, p.external_id, p.method_id
"""

# Write down money that came or went, each once.
_PAY = """
insert into payment (merchant_id, order_id, once, method_id, amount_minor, currency, refund, at, case_id)
select m, o, n, i, a, c, r, t, k
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::timestamptz[], $9::bigint[])
    with ordinality as x (m, o, n, i, a, c, r, t, k, place)
order by place
on conflict (order_id, merchant_id, once) do nothing
returning once
"""

# Money of orders, in the order in which it came and went.
_PAYMENTS = """
select p.order_id, p.method_id, p.amount_minor, p.currency, p.refund, p.at, p.case_id from payment p
where p.merchant_id = $1 and p.order_id = any($2::bigint[]) order by p.order_id, p.payment_id
"""


class KeptVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant as a shop told it."""

    merchant_id: int
    connection_id: int
    #: Its `stock` is what lies there, units held for cases among them.
    variant: KnownVariant
    #: When the shop says it stood so, aware.
    told_at: datetime


async def keep_variants(tx: Tx, told: Sequence[KeptVariant]) -> None:
    """Write variants as told; an older telling changes nothing, and held units stay held."""
    newest = {(one.merchant_id, one.connection_id, one.variant.variant_id): one for one in sorted(told, key=lambda one: one.told_at)}
    rows = list(newest.values())
    await tx.execute(
        _KEEP_VARIANTS,
        [one.merchant_id for one in rows],
        [one.connection_id for one in rows],
        [one.variant.variant_id for one in rows],
        [one.variant.product_id for one in rows],
        [_ENCODE.encode(msgspec.structs.replace(one.variant, stock=None)).decode() for one in rows],
        [one.variant.stock for one in rows],
        [one.told_at for one in rows],
    )


async def withdraw_others(tx: Tx, products: Mapping[Key, tuple[datetime, Collection[str]]]) -> None:
    """Mark the variants of products as not to be had that a telling of the whole product does not name: (merchant, shop, product) → (when, named)."""
    sold = [
        ((row["merchant_id"], row["connection_id"], row["product_id"]), row["variant_id"])
        for row in await tx.fetch(_SOLD, *_columns(products))
    ]
    gone = [(key, variant, products[key][0]) for key, variant in sold if variant not in products[key][1]]
    if gone:
        await tx.execute(_GONE, *_columns([(key[0], key[1], variant) for key, variant, _ in gone]), [told_at for _, _, told_at in gone])


async def variants(tx: Tx, merchant_id: int, connection_id: int, product_ids: Collection[str]) -> dict[str, tuple[KnownVariant, ...]]:
    """Read the variants of products, with the units that may still be promised; a product nobody told of is left out."""
    found: dict[str, list[KnownVariant]] = {}
    for row in await tx.fetch(_OF_PRODUCTS, merchant_id, connection_id, list(product_ids)):
        free = None if row["stock"] is None else max(row["stock"] - row["held"], 0)
        found.setdefault(row["product_id"], []).append(msgspec.structs.replace(_VARIANT.decode(row["document"]), stock=free))
    return {product: tuple(those) for product, those in found.items()}


async def products_of(tx: Tx, merchant_id: int, connection_id: int, variant_ids: Collection[str]) -> dict[str, str]:
    """Tell to which products variants belong; a variant nobody told of is left out."""
    return {row["variant_id"]: row["product_id"] for row in await tx.fetch(_PRODUCTS_OF, merchant_id, connection_id, list(variant_ids))}


async def products(tx: Tx, merchant_id: int, connection_id: int) -> dict[str, str]:
    """List what a shop sells: product → name."""
    return {row["product_id"]: row["name"] or "" for row in await tx.fetch(_PRODUCTS, merchant_id, connection_id)}


async def hold(tx: Tx, wanted: Mapping[Key, int]) -> set[Key]:
    """Keep units of variants back (below 0: let go); return those for which it could not be done: too few are there, or it is not known."""
    done = await tx.fetch(_HOLD, *_columns(wanted), list(wanted.values()))
    return set(wanted) - {(row["merchant_id"], row["connection_id"], row["variant_id"]) for row in done}


async def take(tx: Tx, gone: Mapping[Key, int]) -> None:
    """Take units that were held and have left for good out of the stock."""
    await tx.execute(_TAKE, *_columns(gone), list(gone.values()))


async def keep_profiles(tx: Tx, told: Mapping[tuple[int, int], Sequence[KnownCustomer]], now: datetime) -> None:
    """Write customers as the shops know them: (merchant, shop) → customers; methods, counts and our own id are left out."""
    rows = [(merchant, shop, one) for (merchant, shop), those in told.items() for one in those]
    await tx.execute(
        _KEEP_PROFILES,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2].customer for row in rows],
        [row[2].email.lower() or None for row in rows],
        [_ENCODE.encode(_bare(row[2])).decode() for row in rows],
        now,
    )


def _bare(customer: KnownCustomer) -> KnownCustomer:
    return KnownCustomer(
        customer=customer.customer,
        first_name=customer.first_name,
        last_name=customer.last_name,
        email=customer.email,
        phone=customer.phone,
        address=customer.address,
        tier=customer.tier,
    )


async def profiles(tx: Tx, merchant_id: int, connection_id: int, external_ids: Collection[str]) -> dict[str, KnownCustomer]:
    """Read customers with their methods of payment, by the shop's ids; who is not known is left out."""
    own = await methods(tx, merchant_id, connection_id, external_ids)
    return {
        row["external_id"]: msgspec.structs.replace(_PROFILE.decode(row["document"]), methods=own.get(row["external_id"], ()))
        for row in await tx.fetch(_PROFILES, merchant_id, connection_id, list(external_ids))
    }


async def by_email(tx: Tx, merchant_id: int, email: str, most: int = 20) -> list[tuple[int, KnownCustomer]]:
    """List the customers of an e-mail address, over the merchant's shops: (shop, customer without methods)."""
    rows = await tx.fetch(_BY_EMAIL, merchant_id, email.strip().lower(), most)
    return [(row["connection_id"], _PROFILE.decode(row["document"])) for row in rows]


async def keep_methods(tx: Tx, told: Mapping[Key, Sequence[Method]]) -> None:
    """Write methods of payment as the shops know them: (merchant, shop, customer) → methods. The customers' profiles are there."""
    rows = [(key, one) for key, those in told.items() for one in those]
    await tx.execute(
        _KEEP_METHODS,
        *_columns([key for key, _ in rows]),
        [one.method_id for _, one in rows],
        [one.kind for _, one in rows],
        [one.label for _, one in rows],
        [one.balance.amount_minor if one.balance else None for _, one in rows],
        [one.balance.currency if one.balance else None for _, one in rows],
    )


async def methods(tx: Tx, merchant_id: int, connection_id: int, external_ids: Collection[str]) -> dict[str, tuple[Method, ...]]:
    """Read customers' methods of payment."""
    found: dict[str, list[Method]] = {}
    for row in await tx.fetch(_METHODS, merchant_id, connection_id, list(external_ids)):
        found.setdefault(row["external_id"], []).append(_method(row))
    return {customer: tuple(those) for customer, those in found.items()}


def _method(row: Row) -> Method:
    known = row["balance_minor"] is not None and row["currency"] is not None
    balance = Money(row["balance_minor"], row["currency"]) if known else None
    return Method(method_id=row["method_id"], kind=MethodKind(row["kind"]), label=row["label"], balance=balance)


async def move_balances(tx: Tx, by: Sequence[tuple[Key, str, Money]]) -> set[tuple[Key, str]]:
    """Raise (below 0: lower) balances by ((merchant, shop, customer), method, amount); return those that could not be, which stay as they are.

    Either the balance would fall below nothing, or there is none of ours in this currency.
    """
    done = await tx.fetch(
        _MOVE_BALANCES,
        *_columns([key for key, _, _ in by]),
        [method_id for _, method_id, _ in by],
        [amount.amount_minor for _, _, amount in by],
        [amount.currency for _, _, amount in by],
    )
    moved = {((row["merchant_id"], row["connection_id"], row["external_id"]), row["method_id"]) for row in done}
    return {(key, method_id) for key, method_id, _ in by} - moved


async def pay(tx: Tx, moved: Sequence[tuple[int, int, str, Paid]]) -> set[str]:
    """Write down money that came or went: (merchant, order, what it is, money); return what was new.

    What stands there under the same words changes nothing.
    """
    rows = await tx.fetch(
        _PAY,
        [merchant for merchant, _, _, _ in moved],
        [order for _, order, _, _ in moved],
        [once for _, _, once, _ in moved],
        [one.method_id for _, _, _, one in moved],
        [one.amount.amount_minor for _, _, _, one in moved],
        [one.amount.currency for _, _, _, one in moved],
        [one.refund for _, _, _, one in moved],
        [one.at for _, _, _, one in moved],
        [one.case_id for _, _, _, one in moved],
    )
    return {row["once"] for row in rows}


async def payments(tx: Tx, merchant_id: int, order_ids: Collection[int]) -> dict[int, tuple[Paid, ...]]:
    """Read the money of orders, in the order in which it came and went; an order of which nothing was told is left out."""
    found: dict[int, list[Paid]] = {}
    for row in await tx.fetch(_PAYMENTS, merchant_id, list(order_ids)):
        amount = Money(row["amount_minor"], row["currency"])
        found.setdefault(row["order_id"], []).append(
            Paid(amount=amount, method_id=row["method_id"], refund=row["refund"], at=row["at"], case_id=row["case_id"])
        )
    return {order: tuple(those) for order, those in found.items()}


def _columns(keys: Collection[Key]) -> tuple[list[int], list[int], list[str]]:
    return [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]
