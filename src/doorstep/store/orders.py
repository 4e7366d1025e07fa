"""Orders ↔ rows, keyed by shop and the shop's own id."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.likeness import postcode_key
from doorstep.domain.orders import Order
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder()
_DECODE = msgspec.json.Decoder(Order)
#: Lists begin before it where no place is told.
LAST_ID = 2**63 - 1
#: Of one customer's orders, how many are looked at for whether one is under way.
_NEWEST = 20


class KeptOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as stored."""

    merchant_id: int
    order_id: int
    connection_id: int
    token: str
    order: Order


# How many of these orders there are.
_THERE = """
select count(*) from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (merchant_id, connection_id, external_id)
join orders o using (merchant_id, connection_id, external_id)
"""

# Make rows for orders not seen yet, always in the same order.
_MAKE = """
insert into orders (merchant_id, connection_id, external_id, number, number_key, token, document)
select m, c, e, n, k, t, d::json
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as x (m, c, e, n, k, t, d)
order by m, c, e
on conflict do nothing
"""

# Lock orders by the shop's ids, always in the same order.
_LOCK = """
select o.merchant_id, o.order_id, o.connection_id, o.token, o.document
from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (merchant_id, connection_id, external_id)
join orders o using (merchant_id, connection_id, external_id)
order by o.merchant_id, o.order_id
for update of o
"""

# Write what changed.
_WRITE = """
update orders o set number = n.number, number_key = n.number_key, email = n.email, phone = n.phone, document = n.document::json, changed_at = $8,
    postcode_key = n.postcode_key
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $9::text[])
    as n (merchant_id, order_id, number, number_key, email, phone, document, postcode_key)
where o.merchant_id = n.merchant_id and o.order_id = n.order_id
"""

# Read orders by our ids.
_READ = """
select o.merchant_id, o.order_id, o.connection_id, o.token, o.document
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, order_id) join orders o using (merchant_id, order_id)
"""

# Of orders, those whose customer has another one under way at the merchant, among their newest.
_ACCOMPANIED = """
select k.merchant_id, k.order_id from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as k (merchant_id, order_id, email, phone)
where exists (
    select from (
        (select order_id from orders where email = k.email and merchant_id = k.merchant_id order by order_id desc limit $5)
        union all
        (select order_id from orders where k.email is null and phone = k.phone and merchant_id = k.merchant_id order by order_id desc limit $5)
    ) o join shipment s on s.order_id = o.order_id and s.merchant_id = k.merchant_id
    where o.order_id <> k.order_id and s.status <> all('{delivered,returned,cancelled}')
)
"""

# Let nobody else decide about arrivals of these orders until this transaction ends.
_CLAIM = """
select pg_advisory_xact_lock(n) from (
    select distinct hashtextextended('order/' || order_id, merchant) as n from unnest($1::bigint[], $2::bigint[]) as k (merchant, order_id)
    order by 1
) keys
"""

# The order behind a page's token, whoever's it is.
_BY_TOKEN = "select merchant_id, order_id, connection_id, token, document from orders where token = $1"  # noqa: S105 - a query

# Orders of one number and one e-mail address.
_LOOK_UP = "select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and number_key = $2 and email = $3 limit 2"

# The newest orders of a number; two shops of a merchant may count alike.
_OF_NUMBER = """
select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and number_key = $2 order by order_id desc limit $3
"""
# The newest orders that went to a post code.
_OF_POSTCODE = """
select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and postcode_key = $2 order by order_id desc limit $3
"""
# Orders that a text may mean: the shop's own id of one, or its number.
_NAMED = """
select merchant_id, order_id, connection_id, token, document from orders where (merchant_id, order_id) in (
    (select merchant_id, order_id from orders where merchant_id = $1 and external_id = $2 and connection_id = any($4::bigint[]) limit $5)
    union
    (select merchant_id, order_id from orders where merchant_id = $1 and number_key = $3 limit $5)
)
"""

# The newest orders of an e-mail address, or of a telephone.
_OF_EMAIL = """
select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and email = $2 order by order_id desc limit $3
"""
_OF_PHONE = """
select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and phone = $2 order by order_id desc limit $3
"""

# A merchant's orders, newest first; the filters asked for are added, so that each plan knows which index leads to them.
_PAGE = "select merchant_id, order_id, connection_id, token, document from orders where merchant_id = $1 and order_id < $2"
_PAGE_FILTERS = {"number": " and number_key = ${}", "email": " and email = ${}"}
_PAGE_END = " order by order_id desc limit $3"

# Write the language a customer chose on the orders of their address.
_SET_LOCALE = """
update orders set document = jsonb_set(document::jsonb, '{locale}', to_jsonb($3::text))::json
where merchant_id = $1 and email = $2 and document->>'locale' is distinct from $3
"""


def _kept(row: Row) -> KeptOrder:
    return KeptOrder(
        merchant_id=row["merchant_id"],
        order_id=row["order_id"],
        connection_id=row["connection_id"],
        token=row["token"],
        order=_DECODE.decode(row["document"]),
    )


def number_key(number: str) -> str:
    """Reduce an order number to its letters and digits, upper case: "#1001" and "1001" are one."""
    return "".join(sign for sign in number.upper() if sign.isalnum())


async def lock(tx: Tx, wanted: Sequence[tuple[int, int, str]], tokens: Sequence[str]) -> dict[tuple[int, int, str], KeptOrder]:
    """Lock orders by (merchant, shop connection, external id), making empty ones where there are none.

    `tokens` holds one unguessable text for each of `wanted`, used for the ones made. An order just made has number "".
    """
    empty = [_ENCODE.encode(Order(external_id=external, number="")).decode() for _, _, external in wanted]
    merchants, connections, externals = [w[0] for w in wanted], [w[1] for w in wanted], [w[2] for w in wanted]
    # First make, then lock: who held rows while waiting for another's new row would wait in a ring with it.
    if await tx.fetchval(_THERE, merchants, connections, externals) < len(wanted):
        blank = [""] * len(wanted)
        await tx.execute(_MAKE, merchants, connections, externals, blank, blank, tokens, empty)
    kept = [_kept(row) for row in await tx.fetch(_LOCK, merchants, connections, externals)]
    return {(k.merchant_id, k.connection_id, k.order.external_id): k for k in kept}


async def claim(tx: Tx, keys: Collection[tuple[int, int]]) -> None:
    """Keep other workers from deciding about arrivals of orders, by (merchant, order id), until this transaction ends."""
    await tx.execute(_CLAIM, [key[0] for key in keys], [key[1] for key in keys])


async def write(tx: Tx, changed: Sequence[KeptOrder], now: datetime) -> None:
    """Write locked orders back."""
    await tx.execute(
        _WRITE,
        [k.merchant_id for k in changed],
        [k.order_id for k in changed],
        [k.order.number for k in changed],
        [number_key(k.order.number) for k in changed],
        [k.order.customer.email for k in changed],
        [k.order.customer.phone for k in changed],
        [_ENCODE.encode(k.order).decode() for k in changed],
        now,
        [postcode_key(k.order.ship_to.postcode) if k.order.ship_to else None for k in changed],
    )


async def read(tx: Tx, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], KeptOrder]:
    """Read orders by (merchant, order id)."""
    rows = await tx.fetch(_READ, [w[0] for w in wanted], [w[1] for w in wanted])
    return {(row["merchant_id"], row["order_id"]): _kept(row) for row in rows}


async def accompanied(tx: Tx, wanted: Sequence[KeptOrder]) -> set[tuple[int, int]]:
    """Of orders, return (merchant, order id) of those whose customer, by their own address, has another order under way at the merchant."""
    rows = await tx.fetch(
        _ACCOMPANIED,
        [k.merchant_id for k in wanted],
        [k.order_id for k in wanted],
        [k.order.customer.email for k in wanted],
        [k.order.customer.phone for k in wanted],
        _NEWEST,
    )
    return {(row["merchant_id"], row["order_id"]) for row in rows}


async def by_token(tx: Tx, token: str) -> KeptOrder | None:
    """Find the order whose page has this token."""
    row = await tx.fetchrow(_BY_TOKEN, token)
    return _kept(row) if row else None


async def look_up(tx: Tx, merchant_id: int, number: str, email: str) -> KeptOrder | None:
    """Find the one order with this number and this customer's e-mail address; None where none or two fit."""
    rows = await tx.fetch(_LOOK_UP, merchant_id, number_key(number), email.strip().lower())
    return _kept(rows[0]) if len(rows) == 1 else None


async def of_number(tx: Tx, merchant_id: int, number: str, most: int) -> list[KeptOrder]:
    """List the orders of a number, newest first."""
    return [_kept(row) for row in await tx.fetch(_OF_NUMBER, merchant_id, number_key(number), most)]


async def of_postcode(tx: Tx, merchant_id: int, postcode: str, most: int) -> list[KeptOrder]:
    """List the orders that went to a post code, newest first."""
    return [_kept(row) for row in await tx.fetch(_OF_POSTCODE, merchant_id, postcode_key(postcode), most)]


async def named(tx: Tx, merchant_id: int, shops: Sequence[int], text: str, most: int = 20) -> list[KeptOrder]:
    """List the orders that a text may mean, of these shop connections: by the shop's own id, or by the number."""
    key = number_key(text) or text
    return [_kept(row) for row in await tx.fetch(_NAMED, merchant_id, text, key, list(shops), most)]


async def of_contact(tx: Tx, merchant_id: int, kind: str, value: str, most: int) -> list[KeptOrder]:
    """List the orders placed with an "email" or a "phone", newest first."""
    return [_kept(row) for row in await tx.fetch(_OF_EMAIL if kind == "email" else _OF_PHONE, merchant_id, value, most)]


async def page(
    tx: Tx, merchant_id: int, *, before: int | None = None, most: int = 50, number: str | None = None, email: str | None = None
) -> list[KeptOrder]:
    """List orders, newest first, older than the order id `before`."""
    asked = {"number": number_key(number)} if number else {}
    if email:
        asked["email"] = email.strip().lower()
    filters = "".join([_PAGE_FILTERS[name].format(place) for place, name in enumerate(asked, 4)])
    rows = await tx.fetch(_PAGE + filters + _PAGE_END, merchant_id, LAST_ID if before is None else before, most, *asked.values())
    return [_kept(row) for row in rows]


async def set_locale(tx: Tx, merchant_id: int, email: str, locale: str) -> None:
    """Write to this customer in another language (BCP 47) about the orders they have placed."""
    await tx.execute(_SET_LOCALE, merchant_id, email, locale)
