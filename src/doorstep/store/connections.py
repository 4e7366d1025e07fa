"""Merchants and their connected shops, carriers, channels and models; secrets sealed on the way in, opened on the way out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from typing_extensions import override

from doorstep.errors import ConflictError, NotFoundError
from doorstep.store import mailboxes
from doorstep.store.database import Row, Tx
from doorstep.store.sealing import Sealer


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant."""

    merchant_id: int
    slug: str
    name: str
    #: As saved; `messages.Brand` reads it.
    brand: dict[str, Any]
    #: Journey overrides, policy, days to return.
    settings: dict[str, Any]
    #: Its own host, lower case, that leads to this installation; None: none was given. The operator sets it.
    host: str | None = None


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One connected provider, its secrets open. Never logged."""

    merchant_id: int
    connection_id: int
    #: "shop", "carrier", "channel", "helpdesk" or "model".
    kind: str
    #: A plug-in's slug.
    provider: str
    name: str
    hook_token: str
    #: Plain and secret settings together.
    settings: Mapping[str, str]
    active: bool
    paused_why: str | None
    #: When its owners were mailed that it is paused; None: it is not, or by hand.
    told_at: datetime | None = None
    #: Why nobody was mailed, a `Skip`; None: somebody was, or nobody had to.
    untold: str | None = None
    #: The hook token before this one, taken until `former_until`, aware UTC; None: there is none.
    former_hook_token: str | None = None
    former_until: datetime | None = None

    @override
    def __repr__(self) -> str:
        """Name the settings without their values: an error report or a log shows no secret."""
        return f"Connection({self.merchant_id}, {self.connection_id}, {self.kind} {self.provider}, settings {sorted(self.settings)})"


# Merchants.
_ADD_MERCHANT = """
insert into merchant (slug, name, brand, settings) values ($1, $2, $3::json, $4::json) on conflict (slug) do nothing returning merchant_id
"""
_MERCHANTS = "select merchant_id, slug, name, brand, settings, host from merchant where $1::bigint[] is null or merchant_id = any($1) order by merchant_id"
_MERCHANT_BY_SLUG = "select merchant_id, slug, name, brand, settings, host from merchant where slug = $1"
_HOLD_MERCHANT = "select merchant_id, slug, name, brand, settings, host from merchant where merchant_id = $1 for update"
_SET_MERCHANT = "update merchant set name = $2, brand = $3::json, settings = $4::json where merchant_id = $1"
# Give a merchant its own host, unless it is another's.
_SET_HOST = """
update merchant set host = $2 where merchant_id = $1
and not exists (select from merchant o where o.host = $2 and o.merchant_id <> $1) returning merchant_id
"""

# Connections.
_ADD = """
insert into connection (merchant_id, kind, provider, name, hook_token, settings, secrets)
values ($1, $2, $3, $4, $5, $6::json, $7) returning connection_id
"""
_COLUMNS = "merchant_id, connection_id, kind, provider, name, hook_token, settings, secrets, state, paused_why, told_at, untold, former_hook_token, former_until"
_ALL = f"select {_COLUMNS} from connection where $1::bigint is null or merchant_id = $1 order by merchant_id, connection_id"
_BY_TOKEN = f"""
select {_COLUMNS} from connection where hook_token = $1
union all
select {_COLUMNS} from connection where former_hook_token = $1 and former_until > now()
"""
# Give a hook another address; the one it has is taken for a while yet.
_TURN_HOOK = """
update connection set former_hook_token = hook_token, former_until = $4, hook_token = $3 where merchant_id = $1 and connection_id = $2
returning connection_id
"""
_ONE = f"select {_COLUMNS} from connection where merchant_id = $1 and connection_id = $2"
# Of several, the oldest of a provider; the lock keeps two first uses from making two.
_CLAIM_OWN = "select pg_advisory_xact_lock(hashtextextended($1, $2))"
_OWN = f"select {_COLUMNS} from connection where merchant_id = $1 and kind = $2 and provider = $3 order by connection_id limit 1"
# Whose tracking a merchant receives by itself: the connected carriers, or the partner a reader of a shared format is set to.
_CARRIERS_USED = """
select distinct merchant_id, coalesce(nullif(settings ->> 'carrier', ''), provider) as carrier
from connection where merchant_id = any($1) and kind = 'carrier' and state = 'active'
"""
_REMOVE = "delete from connection where merchant_id = $1 and connection_id = $2 returning connection_id"
_SET = "update connection set name = $3, settings = $4::json, secrets = $5 where merchant_id = $1 and connection_id = $2"
_STATE = """
update connection set state = $3, paused_why = $4, told_at = null, untold = null
where merchant_id = $1 and connection_id = $2 and state <> $3 returning connection_id
"""
# Note that the owners were told of a pause, or why nobody was.
_TOLD = """
update connection set told_at = case when $4::text is null then $3::timestamptz end, untold = $4
where merchant_id = $1 and connection_id = $2
"""
# Pauses of which nobody was told for a reason ($1), where a channel that carries mail ($2) is in use by now; others' hands are left alone.
_UNTOLD = """
select c.merchant_id, c.connection_id, c.paused_why from connection c
where c.state = 'paused' and c.untold = $1 and exists (
    select from connection m where m.merchant_id = c.merchant_id and m.kind = 'channel' and m.state = 'active' and m.provider = any($2::text[])
) order by c.merchant_id, c.connection_id limit $3 for update of c skip locked
"""
# The channels that may carry something now.
_ACTIVE_CHANNELS = """
select connection_id, provider from connection where merchant_id = $1 and kind = 'channel' and state = 'active' order by connection_id
"""
_AUDIT = "insert into audit (merchant_id, actor, action, detail) values ($1, $2, $3, $4)"


def _merchant(row: Row) -> Merchant:
    return Merchant(
        merchant_id=row["merchant_id"],
        slug=row["slug"],
        name=row["name"],
        brand=msgspec.json.decode(row["brand"]),
        settings=msgspec.json.decode(row["settings"]),
        host=row["host"],
    )


def _connection(row: Row, sealer: Sealer) -> Connection:
    return Connection(
        merchant_id=row["merchant_id"],
        connection_id=row["connection_id"],
        kind=row["kind"],
        provider=row["provider"],
        name=row["name"],
        hook_token=row["hook_token"],
        settings=msgspec.json.decode(row["settings"], type=dict[str, str]) | (sealer.open(row["secrets"]) if row["secrets"] else {}),
        active=row["state"] == "active",
        paused_why=row["paused_why"],
        told_at=row["told_at"],
        untold=row["untold"],
        former_hook_token=row["former_hook_token"],
        former_until=row["former_until"],
    )


async def add_merchant(tx: Tx, slug: str, name: str, brand: Mapping[str, Any], settings: Mapping[str, Any]) -> int:
    """Make a merchant and return its id.

    Raises:
        ConflictError: the slug is taken.
    """
    made: int | None = await tx.fetchval(
        _ADD_MERCHANT, slug, name, msgspec.json.encode(brand).decode(), msgspec.json.encode(settings).decode()
    )
    if made is None:
        raise ConflictError(f"there is a merchant {slug!r} already")
    return made


async def merchants(tx: Tx, ids: list[int] | None = None) -> dict[int, Merchant]:
    """Read merchants by id; all of them for None."""
    return {row["merchant_id"]: _merchant(row) for row in await tx.fetch(_MERCHANTS, ids)}


async def merchant_by_slug(tx: Tx, slug: str) -> Merchant:
    """Find a merchant.

    Raises:
        NotFoundError: there is none of this slug.
    """
    if (row := await tx.fetchrow(_MERCHANT_BY_SLUG, slug)) is None:
        raise NotFoundError(f"there is no merchant {slug!r}")
    return _merchant(row)


async def merchant_to_change(tx: Tx, merchant_id: int) -> Merchant:
    """Read a merchant and keep others from changing it until the transaction ends.

    Raises:
        NotFoundError: there is none.
    """
    if (row := await tx.fetchrow(_HOLD_MERCHANT, merchant_id)) is None:
        raise NotFoundError("there is no such merchant")
    return _merchant(row)


async def set_merchant(tx: Tx, merchant: Merchant) -> None:
    """Save a merchant's name, brand and settings."""
    await tx.execute(
        _SET_MERCHANT,
        merchant.merchant_id,
        merchant.name,
        msgspec.json.encode(merchant.brand).decode(),
        msgspec.json.encode(merchant.settings).decode(),
    )


async def set_host(tx: Tx, merchant_id: int, host: str | None) -> None:
    """Give a merchant its own host, or take it away; the operator's, not the merchant's, to say.

    Raises:
        ConflictError: it is another merchant's.
    """
    if await tx.fetchval(_SET_HOST, merchant_id, host) is None:
        raise ConflictError(f"{host} is another merchant's host")


async def connect(tx: Tx, sealer: Sealer, connection: Connection, secret_names: frozenset[str]) -> int:
    """Save a new connection (its `connection_id` is ignored) and return its id; settings named in `secret_names` are sealed."""
    plain = {k: v for k, v in connection.settings.items() if k not in secret_names}
    secret = {k: v for k, v in connection.settings.items() if k in secret_names}
    made: int = await tx.fetchval(
        _ADD,
        connection.merchant_id,
        connection.kind,
        connection.provider,
        connection.name,
        connection.hook_token,
        msgspec.json.encode(plain).decode(),
        sealer.seal(secret) if secret else None,
    )
    return made


async def change(tx: Tx, sealer: Sealer, connection: Connection, secret_names: frozenset[str]) -> None:
    """Save a connection's name and settings; a mailbox of its that could not be read is tried at once."""
    plain = {k: v for k, v in connection.settings.items() if k not in secret_names}
    secret = {k: v for k, v in connection.settings.items() if k in secret_names}
    await tx.execute(
        _SET,
        connection.merchant_id,
        connection.connection_id,
        connection.name,
        msgspec.json.encode(plain).decode(),
        sealer.seal(secret) if secret else None,
    )
    await mailboxes.over(tx, connection.merchant_id, connection.connection_id)


async def connections(tx: Tx, sealer: Sealer, merchant_id: int | None = None) -> list[Connection]:
    """Read a merchant's connections; everybody's for None."""
    return [_connection(row, sealer) for row in await tx.fetch(_ALL, merchant_id)]


async def carriers_used(tx: Tx, merchant_ids: list[int]) -> dict[int, frozenset[str]]:
    """Name the carriers whose connections are active, by merchant, as the merchant wrote them; a merchant without any is left out."""
    used: dict[int, set[str]] = {}
    for row in await tx.fetch(_CARRIERS_USED, merchant_ids):
        used.setdefault(row["merchant_id"], set()).add(row["carrier"])
    return {merchant_id: frozenset(slugs) for merchant_id, slugs in used.items()}


async def one(tx: Tx, sealer: Sealer, merchant_id: int, connection_id: int) -> Connection:
    """Read one connection.

    Raises:
        NotFoundError: the merchant has none of this id.
    """
    if (row := await tx.fetchrow(_ONE, merchant_id, connection_id)) is None:
        raise NotFoundError(f"there is no connection {connection_id}")
    return _connection(row, sealer)


async def own(tx: Tx, sealer: Sealer, wanted: Connection) -> Connection:
    """Return the merchant's oldest connection of a kind and provider, made from `wanted` where there is none."""
    await tx.execute(_CLAIM_OWN, f"{wanted.kind}/{wanted.provider}", wanted.merchant_id)
    row = await tx.fetchrow(_OWN, wanted.merchant_id, wanted.kind, wanted.provider)
    if row is not None:
        return _connection(row, sealer)
    return msgspec.structs.replace(wanted, connection_id=await connect(tx, sealer, wanted, frozenset()))


async def remove(tx: Tx, merchant_id: int, connection_id: int) -> bool:
    """Remove a connection; what was received by it stays. Tell whether there was one."""
    return await tx.fetchval(_REMOVE, merchant_id, connection_id) is not None


async def by_hook_token(tx: Tx, sealer: Sealer, token: str) -> Connection | None:
    """Find the connection whose hook has this token, whoever's it is."""
    row = await tx.fetchrow(_BY_TOKEN, token)
    return _connection(row, sealer) if row else None


async def turn_hook(tx: Tx, merchant_id: int, connection_id: int, token: str, until: datetime) -> bool:
    """Give a connection's hook another token; the one it has is taken until `until`, one before that no more. Tell whether there was one."""
    return await tx.fetchval(_TURN_HOOK, merchant_id, connection_id, token, until) is not None


async def pause(tx: Tx, merchant_id: int, connection_id: int, why: str) -> bool:
    """Stop using a connection; tell whether it was active."""
    return await tx.fetchval(_STATE, merchant_id, connection_id, "paused", why) is not None


async def resume(tx: Tx, merchant_id: int, connection_id: int) -> bool:
    """Use a connection again, its mailbox, too; tell whether it was paused."""
    await mailboxes.over(tx, merchant_id, connection_id)
    return await tx.fetchval(_STATE, merchant_id, connection_id, "active", None) is not None


async def note_told(tx: Tx, merchant_id: int, connection_id: int, now: datetime, untold: str | None) -> None:
    """Note that the owners were told of a pause just now, or why nobody was."""
    await tx.execute(_TOLD, merchant_id, connection_id, now, untold)


async def untold(tx: Tx, reason: str, mailers: list[str], most: int) -> list[tuple[tuple[int, int], str]]:
    """Lock pauses of which nobody was told for a reason, and that one of these channels could tell by now: (merchant, connection), why."""
    rows = await tx.fetch(_UNTOLD, reason, mailers, most)
    return [((row["merchant_id"], row["connection_id"]), row["paused_why"] or "") for row in rows]


async def active_channels(tx: Tx, merchant_id: int) -> list[tuple[int, str]]:
    """List (connection, provider) of the channels that are in use, oldest first."""
    return [(row["connection_id"], row["provider"]) for row in await tx.fetch(_ACTIVE_CHANNELS, merchant_id)]


async def audit(tx: Tx, merchant_id: int, actor: str, action: str, detail: str = "") -> None:
    """Write down who did what."""
    await tx.execute(_AUDIT, merchant_id, actor, action, detail)
