"""Customers as sets of identities: found, learnt, merged, split, and each merge and split taken back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.people import Identity, IdentityKind
from doorstep.errors import ConflictError, NotFoundError
from doorstep.store.database import Row, Tx

#: (kind, value).
Name = tuple[IdentityKind, str]


class Moved(msgspec.Struct, frozen=True):
    """What a merge or a split did."""

    change_id: int
    #: Where the identities are now.
    customer_id: int


# Whose names are these?
_WHOSE = """
select i.kind, i.value, i.customer_id, i.verified_at is not null as verified
from unnest($2::text[], $3::text[]) as k (kind, value) join customer_identity i on i.merchant_id = $1 and i.kind = k.kind and i.value = k.value
"""
# All names of the people who have one of these, over merchants.
_REACHABLE = """
select k.merchant_id, k.value as asked, i.kind, i.value
from unnest($1::bigint[], $2::text[], $3::text[]) as k (merchant_id, kind, value)
join customer_identity o on o.merchant_id = k.merchant_id and o.kind = k.kind and o.value = k.value
join customer_identity i on i.merchant_id = o.merchant_id and i.customer_id = o.customer_id
where i.kind <> o.kind and o.verified_at is not null and i.verified_at is not null
order by k.merchant_id, k.value, i.kind, i.verified_at desc
"""
_ADD = "insert into customer (merchant_id, created_at) values ($1, $2) returning customer_id"
# Learn names of a customer, or of a new one. A name that was shown to be somebody's stays theirs; one that was only said goes to whoever shows it.
_LEARN = """
with begun as (insert into customer (merchant_id, created_at) select $1, $3 where $2::bigint is null returning customer_id),
whose as (select coalesce($2, (select customer_id from begun)) as customer_id),
learnt as (
    insert into customer_identity (merchant_id, kind, value, customer_id, source, first_at, verified_at, verified_how)
    select $1, k.kind, k.value, w.customer_id, k.source, k.first_at, k.verified_at, k.verified_how
    from whose w, unnest($4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[])
        as k (kind, value, source, first_at, verified_at, verified_how)
    on conflict (merchant_id, kind, value) do update
    set customer_id = excluded.customer_id, source = excluded.source, verified_at = excluded.verified_at, verified_how = excluded.verified_how
    where customer_identity.verified_at is null and excluded.verified_at is not null
)
select customer_id from whose
"""
_OF = """
select kind, value, source, first_at, verified_at, verified_how from customer_identity
where merchant_id = $1 and customer_id = $2 order by kind, first_at, value
"""
_ONE = "select customer_id, created_at, merged_into from customer where merchant_id = $1 and customer_id = $2"
_HOLD = "select customer_id, merged_into from customer where merchant_id = $1 and customer_id = any($2::bigint[]) order by customer_id for update"
_MOVE = """
update customer_identity i set customer_id = $4
from unnest($2::text[], $3::text[]) as k (kind, value)
where i.merchant_id = $1 and i.kind = k.kind and i.value = k.value and i.customer_id = $5
returning i.kind, i.value
"""
_MERGED = "update customer set merged_into = $3 where merchant_id = $1 and customer_id = $2"
_CHANGED = """
insert into customer_change (merchant_id, kind, from_id, to_id, identities, actor, why, at)
values ($1, $2, $3, $4, $5::json, $6, $7, $8) returning change_id
"""
_CHANGE = """
select change_id, kind, from_id, to_id, identities, undone_at from customer_change where merchant_id = $1 and change_id = $2 for update
"""
_UNDONE = "update customer_change set undone_at = $3, undone_by = $4 where merchant_id = $1 and change_id = $2"
_CHANGES = """
select change_id, kind, from_id, to_id, identities, actor, why, at, undone_at, undone_by from customer_change
where merchant_id = $1 and (from_id = $2 or to_id = $2) order by change_id desc limit 100
"""
# Conversations follow their address's owner.
_FOLLOW = "update conversation set customer_id = $4 where merchant_id = $1 and customer_id = $2 and address = any($3::text[])"


async def whose(tx: Tx, merchant_id: int, names: Sequence[Name]) -> dict[Name, tuple[int, bool]]:
    """Tell whose names these are: name → (customer, whether it was shown to be theirs); a name of nobody is left out."""
    rows = await tx.fetch(_WHOSE, merchant_id, [kind for kind, _ in names], [value for _, value in names])
    return {(IdentityKind(row["kind"]), row["value"]): (row["customer_id"], row["verified"]) for row in rows}


async def reachable(tx: Tx, asked: Sequence[tuple[int, IdentityKind, str]]) -> dict[tuple[int, str], dict[IdentityKind, str]]:
    """Tell by what other names, shown to be theirs, people can be reached: (merchant, asked value) → kind → value, the newest of each."""
    found: dict[tuple[int, str], dict[IdentityKind, str]] = {}
    rows = await tx.fetch(_REACHABLE, [a[0] for a in asked], [a[1] for a in asked], [a[2] for a in asked])
    for row in rows:
        found.setdefault((row["merchant_id"], row["asked"]), {}).setdefault(IdentityKind(row["kind"]), row["value"])
    return found


async def add(tx: Tx, merchant_id: int, now: datetime) -> int:
    """Begin a customer without names."""
    customer_id: int = await tx.fetchval(_ADD, merchant_id, now)
    return customer_id


async def learn(tx: Tx, merchant_id: int, customer_id: int | None, identities: Sequence[Identity], now: datetime) -> int:
    """Learn names of a customer, a new one for None, and return whose they are; of the same name twice the first counts.

    A name that is known stays whose it is, unless it was only said before and is shown now.
    """
    once = {(one.kind, one.value): one for one in reversed(identities)}
    names = [once[key] for key in sorted(once)]  # two workers, one order
    found: int = await tx.fetchval(
        _LEARN,
        merchant_id,
        customer_id,
        now,
        [one.kind for one in names],
        [one.value for one in names],
        [one.source for one in names],
        [one.first_at for one in names],
        [one.verified_at for one in names],
        [one.verified_how[:200] for one in names],
    )
    return found


async def identities(tx: Tx, merchant_id: int, customer_id: int) -> list[Identity]:
    """List a customer's names."""
    return [
        Identity(
            kind=IdentityKind(row["kind"]),
            value=row["value"],
            source=row["source"],
            first_at=row["first_at"],
            verified_at=row["verified_at"],
            verified_how=row["verified_how"],
        )
        for row in await tx.fetch(_OF, merchant_id, customer_id)
    ]


async def one(tx: Tx, merchant_id: int, customer_id: int) -> Row | None:
    """Read `customer_id, created_at, merged_into`; None: there is none."""
    return await tx.fetchrow(_ONE, merchant_id, customer_id)


async def merge(tx: Tx, merchant_id: int, from_id: int, to_id: int, actor: str, why: str, now: datetime) -> Moved:
    """Make two customers one: every name of the first becomes the second's.

    Raises:
        NotFoundError: one of them is none of this merchant's.
        ConflictError: they are the same, or one was merged away before.
    """
    if from_id == to_id:
        raise ConflictError("these are the same customer already")
    held = {row["customer_id"]: row["merged_into"] for row in await tx.fetch(_HOLD, merchant_id, [from_id, to_id])}
    if len(held) < 2:  # noqa: PLR2004 - both of them
        raise NotFoundError("there is no such customer")
    if any(merged is not None for merged in held.values()):
        raise ConflictError("one of them was merged into another customer before; look at that one")
    names = [(i.kind, i.value) for i in await identities(tx, merchant_id, from_id)]
    await _move(tx, merchant_id, names, from_id, to_id)
    await tx.execute(_MERGED, merchant_id, from_id, to_id)
    return Moved(await _note(tx, merchant_id, "merge", from_id, to_id, names, actor, why, now), to_id)


async def split(tx: Tx, merchant_id: int, from_id: int, names: Sequence[Name], actor: str, why: str, now: datetime) -> Moved:
    """Take names away from a customer and give them to a new one.

    Raises:
        NotFoundError: there is no such customer of this merchant, or a name is not theirs.
        ConflictError: no name is named, or all are.
    """
    if await tx.fetchrow(_HOLD, merchant_id, [from_id]) is None:
        raise NotFoundError("there is no such customer")
    own = {(i.kind, i.value) for i in await identities(tx, merchant_id, from_id)}
    if not set(names) <= own:
        raise NotFoundError("one of these is not this customer's")
    if not names or set(names) == own:
        raise ConflictError("name at least one identity to take away, and leave one")
    to_id = await add(tx, merchant_id, now)
    await _move(tx, merchant_id, names, from_id, to_id)
    return Moved(await _note(tx, merchant_id, "split", from_id, to_id, names, actor, why, now), to_id)


async def undo(tx: Tx, merchant_id: int, change_id: int, actor: str, now: datetime) -> Moved:
    """Take a merge or a split back: the names that moved go back, as far as they are still where they went.

    Raises:
        NotFoundError: there is no such change of this merchant.
        ConflictError: it was taken back before, or the customer it came from was merged away since.
    """
    row = await tx.fetchrow(_CHANGE, merchant_id, change_id)
    if row is None:
        raise NotFoundError("there is no such change")
    if row["undone_at"] is not None:
        raise ConflictError("this was taken back before")
    from_id, to_id = row["from_id"], row["to_id"]
    held = {one["customer_id"]: one["merged_into"] for one in await tx.fetch(_HOLD, merchant_id, [from_id, to_id])}
    if held.get(from_id) not in {None, to_id}:
        raise ConflictError("the customer it came from was merged into another since; take that back first")
    names = [(IdentityKind(kind), value) for kind, value in msgspec.json.decode(row["identities"])]
    await _move(tx, merchant_id, names, to_id, from_id)
    if row["kind"] == "merge":
        await tx.execute(_MERGED, merchant_id, from_id, None)
    elif not await identities(tx, merchant_id, to_id):
        await tx.execute(_MERGED, merchant_id, to_id, from_id)
    await tx.execute(_UNDONE, merchant_id, change_id, now, actor)
    return Moved(change_id, from_id)


async def changes(tx: Tx, merchant_id: int, customer_id: int) -> list[Row]:
    """List the merges and splits of a customer, newest first."""
    return await tx.fetch(_CHANGES, merchant_id, customer_id)


async def _move(tx: Tx, merchant_id: int, names: Sequence[Name], from_id: int, to_id: int) -> None:
    await tx.execute(_MOVE, merchant_id, [kind for kind, _ in names], [value for _, value in names], to_id, from_id)
    await tx.execute(_FOLLOW, merchant_id, from_id, [value for _, value in names], to_id)


async def _note(  # noqa: PLR0913, PLR0917 - the columns of the audit
    tx: Tx, merchant_id: int, kind: str, from_id: int, to_id: int, names: Sequence[Name], actor: str, why: str, now: datetime
) -> int:
    told = msgspec.json.encode([list(name) for name in names]).decode()
    change_id: int = await tx.fetchval(_CHANGED, merchant_id, kind, from_id, to_id, told, actor, why[:500], now)
    return change_id
