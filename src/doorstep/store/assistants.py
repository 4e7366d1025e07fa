"""Programs that act for customers, and what each customer lets them do; of what they show only hashes are kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.store.access import token_hash
from doorstep.store.database import Row, Tx

#: A program that no customer let in is forgotten after this; a grant so long after its end.
_UNUSED, _ENDED = timedelta(days=2), timedelta(days=30)
#: What assistants asked for is kept so long; what they changed stands in the cases.
_CALLS_KEPT = timedelta(days=90)
_SWEPT = 1000
#: A grant that is in use is written down this often.
_SEEN = timedelta(minutes=1)


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A program that registered itself."""

    client_id: str
    name: str
    redirects: tuple[str, ...]


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer lets an assistant do."""

    grant_id: int
    #: None: the customer carried a token there by hand.
    client_id: str | None
    name: str
    scopes: tuple[str, ...]
    #: "email" or "phone", and the address that the customer had shown to be theirs.
    kind: str
    address: str
    locale: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A code that waits to be exchanged."""

    grant: Grant
    expires_at: datetime
    #: PKCE, S256.
    challenge: str
    redirect: str


class NewGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as the customer gives it."""

    client_id: str | None
    name: str
    scopes: tuple[str, ...]
    kind: str
    address: str
    locale: str
    expires_at: datetime


_COLUMNS = "grant_id, client_id, name, scopes, kind, address, locale, made_at, expires_at, used_at, revoked_at"
_ALIVE = "revoked_at is null and expires_at > $3"

# A program registers itself.
_REGISTER = "insert into assistant_client (merchant_id, client_id, name, redirects, made_at) values ($1, $2, $3, $4, $5)"
_CLIENT = "select client_id, name, redirects from assistant_client where merchant_id = $1 and client_id = $2 and revoked_at is null"
_CLIENT_USED = "update assistant_client set used_at = $3 where merchant_id = $1 and client_id = $2"
# Programs that customers let in, the last used first, with how many grants of theirs hold.
_CLIENTS = """
select client_id, name, redirects, made_at, used_at, revoked_at,
    (select count(*) from assistant_grant g where g.merchant_id = $1 and g.client_id = c.client_id and g.revoked_at is null and g.expires_at > $2) as holding
from assistant_client c where merchant_id = $1 and used_at is not null order by used_at desc limit $3
"""
_REVOKE_CLIENT = (
    "update assistant_client set revoked_at = $3 where merchant_id = $1 and client_id = $2 and revoked_at is null returning client_id"
)
_REVOKE_OF_CLIENT = "update assistant_grant set revoked_at = $3 where merchant_id = $1 and client_id = $2 and revoked_at is null"
# A customer lets an assistant in.
_ADD = """
insert into assistant_grant (merchant_id, client_id, name, scopes, kind, address, locale, made_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning grant_id
"""
_SET_CODE = "update assistant_grant set code_hash = $3, code_expires_at = $4, challenge = $5, redirect = $6 where merchant_id = $1 and grant_id = $2"
_SET_ACCESS = "update assistant_grant set access_hash = $3, access_expires_at = $4 where merchant_id = $1 and grant_id = $2"
# The code is exchanged: it never is again, and the first tokens hold.
_EXCHANGE = """
update assistant_grant set code_hash = null, access_hash = $4, access_expires_at = $5, family_hash = $6, refresh_hash = $7, used_at = $8
where merchant_id = $1 and grant_id = $2 and code_hash = $3 and revoked_at is null returning grant_id
"""
# A refresh token is exchanged: it never is again.
_ROTATE = """
update assistant_grant set access_hash = $4, access_expires_at = $5, refresh_hash = $6, used_at = $7
where merchant_id = $1 and grant_id = $2 and refresh_hash = $3 and revoked_at is null returning grant_id
"""
_BY_CODE = (
    f"select {_COLUMNS}, code_expires_at, challenge, redirect from assistant_grant where merchant_id = $1 and code_hash = $2 and {_ALIVE}"
)
_BY_ACCESS = f"select {_COLUMNS}, access_expires_at from assistant_grant where merchant_id = $1 and access_hash = $2 and access_expires_at > $3 and {_ALIVE}"
_BY_FAMILY = f"select {_COLUMNS}, refresh_hash from assistant_grant where merchant_id = $1 and family_hash = $2 and {_ALIVE}"
_ONE = f"select {_COLUMNS} from assistant_grant where merchant_id = $1 and grant_id = $2"
_TOUCH = "update assistant_grant set used_at = $3 where merchant_id = $1 and grant_id = $2"
_REVOKE = "update assistant_grant set revoked_at = $3 where merchant_id = $1 and grant_id = $2 and revoked_at is null returning grant_id"
# What a customer gave that still holds, the newest first.
_OF_PERSON = f"""
select {_COLUMNS} from assistant_grant where merchant_id = $1 and kind = $2 and address = $4 and {_ALIVE} and access_hash is not null
order by grant_id desc limit 50
"""
# What customers gave of late, the newest first.
_PAGE = f"select {_COLUMNS} from assistant_grant where merchant_id = $1 and ($2::bigint is null or grant_id < $2) order by grant_id desc limit $3"
_SWEEP_GRANTS = "delete from assistant_grant where ctid = any(array(select ctid from assistant_grant where expires_at < $1 order by expires_at limit $2))"
_SWEEP_CALLS = """
delete from audit where ctid = any(array(select ctid from audit where starts_with(action, 'assistant.') and at < $1 order by at limit $2))
"""
_SWEEP_CLIENTS = """
delete from assistant_client c where ctid = any(array(
    select ctid from assistant_client where used_at is null and made_at < $1 order by made_at limit $2
)) and not exists (select from assistant_grant g where g.merchant_id = c.merchant_id and g.client_id = c.client_id)
"""


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens as they are given out; only their hashes are kept."""

    access: str
    #: Until when the access token holds.
    until: datetime
    refresh: str
    #: The part that all refresh tokens of a grant share.
    family: str


def _grant(row: Row) -> Grant:
    return msgspec.convert({name: row[name] for name in Grant.__struct_fields__}, Grant)


async def register(tx: Tx, merchant_id: int, client: Client, now: datetime) -> None:
    """Keep a program that registered itself."""
    await tx.execute(_REGISTER, merchant_id, client.client_id, client.name, list(client.redirects), now)


async def client_of(tx: Tx, merchant_id: int, client_id: str) -> Client | None:
    """Find a program; None: it is unknown or was turned out."""
    row = await tx.fetchrow(_CLIENT, merchant_id, client_id)
    return Client(client_id=row["client_id"], name=row["name"], redirects=tuple(row["redirects"])) if row else None


async def clients(tx: Tx, merchant_id: int, now: datetime, most: int = 100) -> list[Row]:
    """List programs that customers let in: `client_id, name, redirects, made_at, used_at, revoked_at, holding`."""
    return await tx.fetch(_CLIENTS, merchant_id, now, most)


async def revoke_client(tx: Tx, merchant_id: int, client_id: str, now: datetime) -> bool:
    """Turn a program out, with all that customers let it do; tell whether it was there."""
    if await tx.fetchval(_REVOKE_CLIENT, merchant_id, client_id, now) is None:
        return False
    await tx.execute(_REVOKE_OF_CLIENT, merchant_id, client_id, now)
    return True


async def add(tx: Tx, merchant_id: int, new: NewGrant, now: datetime) -> int:
    """Keep what a customer lets an assistant do; it opens nothing before it has a code or a token."""
    row = (new.client_id, new.name, list(new.scopes), new.kind, new.address, new.locale, now, new.expires_at)
    made: int = await tx.fetchval(_ADD, merchant_id, *row)
    if new.client_id is not None:
        await tx.execute(_CLIENT_USED, merchant_id, new.client_id, now)
    return made


async def set_code(tx: Tx, merchant_id: int, grant_id: int, code: str, challenge: str, redirect: str, until: datetime) -> None:
    """Let a code be exchanged for tokens, once."""
    await tx.execute(_SET_CODE, merchant_id, grant_id, token_hash(code), until, challenge, redirect)


async def set_access(tx: Tx, merchant_id: int, grant_id: int, token: str, until: datetime) -> None:
    """Let a token open what a grant lets."""
    await tx.execute(_SET_ACCESS, merchant_id, grant_id, token_hash(token), until)


async def by_code(tx: Tx, merchant_id: int, code: str, now: datetime) -> Code | None:
    """Find the grant that a code stands for."""
    row = await tx.fetchrow(_BY_CODE, merchant_id, token_hash(code), now)
    return Code(grant=_grant(row), expires_at=row["code_expires_at"], challenge=row["challenge"], redirect=row["redirect"]) if row else None


async def exchange(tx: Tx, merchant_id: int, grant_id: int, code: str, issued: Issued, now: datetime) -> bool:
    """Take the first tokens for a code; False: somebody has."""
    hashes = (token_hash(issued.access), issued.until, token_hash(issued.family), token_hash(issued.refresh))
    return await tx.fetchval(_EXCHANGE, merchant_id, grant_id, token_hash(code), *hashes, now) is not None


async def rotate(tx: Tx, merchant_id: int, grant_id: int, before: str, issued: Issued, now: datetime) -> bool:
    """Take new tokens for a refresh token; False: somebody has."""
    hashes = (token_hash(issued.access), issued.until, token_hash(issued.refresh))
    return await tx.fetchval(_ROTATE, merchant_id, grant_id, token_hash(before), *hashes, now) is not None


async def by_access(tx: Tx, merchant_id: int, token: str, now: datetime) -> tuple[Grant, datetime] | None:
    """Find what a token opens, and until when; it is used now."""
    row = await tx.fetchrow(_BY_ACCESS, merchant_id, token_hash(token), now)
    if row is None:
        return None
    if row["used_at"] is None or now - row["used_at"] > _SEEN:
        await tx.execute(_TOUCH, merchant_id, row["grant_id"], now)
    return _grant(row), row["access_expires_at"]


async def by_family(tx: Tx, merchant_id: int, family: str, refresh: str, now: datetime) -> tuple[Grant, bool] | None:
    """Find the grant of a family of refresh tokens, and whether this is the one that holds."""
    row = await tx.fetchrow(_BY_FAMILY, merchant_id, token_hash(family), now)
    return (_grant(row), row["refresh_hash"] == token_hash(refresh)) if row else None


async def one(tx: Tx, merchant_id: int, grant_id: int) -> Grant | None:
    """Read a grant, whether or not it holds."""
    row = await tx.fetchrow(_ONE, merchant_id, grant_id)
    return _grant(row) if row else None


async def revoke(tx: Tx, merchant_id: int, grant_id: int, now: datetime) -> bool:
    """End a grant; tell whether it held."""
    return await tx.fetchval(_REVOKE, merchant_id, grant_id, now) is not None


async def of_person(tx: Tx, merchant_id: int, kind: str, address: str, now: datetime) -> list[Grant]:
    """List what a customer gave that still holds, the newest first."""
    return [_grant(row) for row in await tx.fetch(_OF_PERSON, merchant_id, kind, now, address)]


async def page(tx: Tx, merchant_id: int, before: int | None, most: int) -> Sequence[Grant]:
    """List what customers gave, the newest first, below an id."""
    return [_grant(row) for row in await tx.fetch(_PAGE, merchant_id, before, most)]


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget what ended or was asked long ago and programs that nobody let in, of all merchants."""
    await tx.execute(_SWEEP_GRANTS, now - _ENDED, _SWEPT)
    await tx.execute(_SWEEP_CALLS, now - _CALLS_KEPT, _SWEPT)
    await tx.execute(_SWEEP_CLIENTS, now - _UNUSED, _SWEPT)
