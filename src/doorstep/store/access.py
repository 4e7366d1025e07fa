"""Who may enter: desk users by password, sessions by cookie, programs by key. Only hashes are kept."""

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from doorstep.errors import ConflictError, NotFoundError
from doorstep.store.database import Row, Tx

_SESSION = timedelta(hours=12)
#: One attempt in so many of 256 sweeps away the counts that are over.
_SWEPT = 4
#: scrypt cost: 32 MiB, about 60 ms. Source: OWASP password storage cheat sheet (N=2^15, r=8, p=3 or stronger of its equals), as known on 2026-11-22.
_SCRYPT = {"n": 2**15, "r": 8, "p": 3, "maxmem": 64 * 1024 * 1024}


class DeskUser(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the desk, with the session they came by."""

    merchant_id: int
    user_id: int
    email: str
    #: As table desk_user says: `web.desk.roles.Role`.
    role: str
    csrf: str = ""
    #: Runs this installation: may do what concerns every merchant.
    operator: bool = False


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A program's key as stored."""

    merchant_id: int
    key_id: int
    name: str
    scopes: frozenset[str]
    rate_per_s: float


_ADD_USER = """
insert into desk_user (merchant_id, email, password_hash, role) values ($1, lower($2), $3, $4) on conflict do nothing returning user_id
"""
_USER_BY_EMAIL = (
    "select merchant_id, user_id, email, role, password_hash from desk_user where lower(email) = lower($1) and deactivated_at is null"
)
_OPEN = "insert into desk_session (merchant_id, session_hash, user_id, csrf, expires_at) values ($1, $2, $3, $4, $5)"
_SESSION_OF = """
select s.merchant_id, s.user_id, s.csrf, u.email, u.role, u.operator from desk_session s join desk_user u using (merchant_id, user_id)
where s.session_hash = $1 and s.expires_at > $2 and u.deactivated_at is null
"""
_CLOSE = "delete from desk_session where session_hash = $1 or expires_at < $2"
_USERS = "select user_id, email, role, created_at, deactivated_at from desk_user where merchant_id = $1 order by user_id"
# Whom to tell what concerns the whole shop.
_OWNERS = """
select lower(email) as email from desk_user where merchant_id = $1 and role = 'owner' and deactivated_at is null order by user_id limit 20
"""
# Hold all of a merchant's users, so that of two owners who deactivate each other one waits and is refused.
_HOLD_USERS = "select user_id, role, deactivated_at from desk_user where merchant_id = $1 order by user_id for update"
_HASH_OF = "select password_hash from desk_user where merchant_id = $1 and user_id = $2 and deactivated_at is null for update"
_SET_PASSWORD = "update desk_user set password_hash = $3 where merchant_id = $1 and user_id = $2 returning user_id"  # noqa: S105 - a query
_SET_OPERATOR = "update desk_user set operator = $2 where lower(email) = lower($1) returning merchant_id"
_SET_ACTIVE = "update desk_user set deactivated_at = $3 where merchant_id = $1 and user_id = $2 returning user_id"
_SET_ROLE = "update desk_user set role = $3 where merchant_id = $1 and user_id = $2"
# End a user's sessions, but for one.
_CLOSE_ALL = "delete from desk_session where merchant_id = $1 and user_id = $2 and session_hash <> $3"
# Take one attempt from each count that has one left; what is left grows back over $5 seconds. Rows always in the same order.
_ATTEMPT = """
insert into attempt as a (merchant_id, key, left_over, at)
select $1, k, m - 1, $4 from unnest($2::bytea[], $3::real[]) as x (k, m) order by k
on conflict (merchant_id, key) do update
set left_over = least(excluded.left_over + 1, a.left_over + greatest(0, extract(epoch from excluded.at - a.at)) * (excluded.left_over + 1) / $5) - 1,
    at = greatest(a.at, excluded.at)
where least(excluded.left_over + 1, a.left_over + greatest(0, extract(epoch from excluded.at - a.at)) * (excluded.left_over + 1) / $5) >= 1
returning key
"""
# Is any of these counts used up?
_USED_UP = """
select true from attempt a join unnest($2::bytea[], $3::real[]) as x (k, m) on a.merchant_id = $1 and a.key = x.k
where least(x.m, a.left_over + greatest(0, extract(epoch from $4 - a.at)) * x.m / $5) < 1 limit 1
"""
# Forget counts that are full again.
_SWEEP_ATTEMPTS = "delete from attempt where merchant_id = $1 and at < $2"
_ADD_KEY = "insert into api_key (merchant_id, key_hash, hint, name, scopes, rate_per_s) values ($1, $2, $3, $4, $5, $6) returning key_id"
_KEY = "select merchant_id, key_id, name, scopes, rate_per_s from api_key where key_hash = $1 and revoked_at is null"
_KEYS = "select key_id, hint, name, scopes, created_at, revoked_at from api_key where merchant_id = $1 order by key_id"
_REVOKE = "update api_key set revoked_at = $3 where merchant_id = $1 and key_id = $2 and revoked_at is null"


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt."""
    salt = os.urandom(16)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(_scrypt(password, salt)).decode()}"


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **_SCRYPT)


def password_fits(password: str, kept: str | None) -> bool:
    """Compare a password with its hash, in the same time whether or not there is one."""
    salt, wanted = (base64.b64decode(part) for part in (kept or "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AA==").split("$")[1:])
    return hmac.compare_digest(_scrypt(password, salt), wanted)


def token_hash(token: str) -> bytes:
    """Hash a token of at least 128 random bits for keeping."""
    return hashlib.sha256(token.encode()).digest()


async def add_user(tx: Tx, merchant_id: int, email: str, password: str, role: str) -> int:
    """Let somebody in.

    Raises:
        ConflictError: the address has a login already.
    """
    made: int | None = await tx.fetchval(_ADD_USER, merchant_id, email, hash_password(password), role)
    if made is None:
        raise ConflictError("this e-mail address has a login already")
    return made


async def log_in(tx: Tx, email: str, password: str, session: str, csrf: str, now: datetime) -> DeskUser | None:
    """Open a session under the random texts `session` and `csrf`; None where address or password is wrong."""
    row = await tx.fetchrow(_USER_BY_EMAIL, email)
    fits = await asyncio.to_thread(password_fits, password, row["password_hash"] if row else None)  # scrypt would hold everybody up
    if not fits or row is None:
        return None
    await tx.execute(_OPEN, row["merchant_id"], token_hash(session), row["user_id"], csrf, now + _SESSION)
    return DeskUser(merchant_id=row["merchant_id"], user_id=row["user_id"], email=row["email"], role=row["role"], csrf=csrf)


async def set_operator(tx: Tx, email: str, *, operator: bool) -> int:
    """Say whether somebody runs this installation; return their merchant.

    Raises:
        NotFoundError: nobody logs in with this address.
    """
    merchant_id: int | None = await tx.fetchval(_SET_OPERATOR, email.strip(), operator)
    if merchant_id is None:
        raise NotFoundError(f"nobody enters a desk as {email.strip()!r}")
    return merchant_id


async def user_of(tx: Tx, session: str, now: datetime) -> DeskUser | None:
    """Find who holds a session; None where it ended."""
    row = await tx.fetchrow(_SESSION_OF, token_hash(session), now)
    return DeskUser(**dict(row)) if row else None


async def log_out(tx: Tx, session: str, now: datetime) -> None:
    """End a session, and sweep those that ran out."""
    await tx.execute(_CLOSE, token_hash(session), now)


async def users(tx: Tx, merchant_id: int) -> list[Row]:
    """List who may enter, or might once: `user_id, email, role, created_at, deactivated_at`."""
    return await tx.fetch(_USERS, merchant_id)


async def owners(tx: Tx, merchant_id: int) -> list[str]:
    """List the addresses of the owners who may enter, lower case, the first twenty of them."""
    return [row["email"] for row in await tx.fetch(_OWNERS, merchant_id)]


async def set_password(tx: Tx, merchant_id: int, user_id: int, password: str, *, stays: str = "") -> None:
    """Give a user another password and end the sessions opened with the old one, but for the session `stays`.

    Raises:
        NotFoundError: the merchant has no such user.
    """
    hashed = await asyncio.to_thread(hash_password, password)
    if await tx.fetchval(_SET_PASSWORD, merchant_id, user_id, hashed) is None:
        raise NotFoundError("there is no such user")
    await tx.execute(_CLOSE_ALL, merchant_id, user_id, token_hash(stays))


async def change_password(tx: Tx, user: DeskUser, old: str, new: str, session: str) -> bool:
    """Give a user another password by the one that stands; tell whether that was right. All other sessions of the user end."""
    kept: str | None = await tx.fetchval(_HASH_OF, user.merchant_id, user.user_id)
    if not await asyncio.to_thread(password_fits, old, kept):
        return False
    await set_password(tx, user.merchant_id, user.user_id, new, stays=session)
    return True


async def deactivate(tx: Tx, merchant_id: int, user_id: int, now: datetime) -> None:
    """Let a user in no more, and end what sessions there are.

    Raises:
        NotFoundError: the merchant has no such user.
        ConflictError: nobody would be left who may change anything.
    """
    everybody = {row["user_id"]: row for row in await tx.fetch(_HOLD_USERS, merchant_id)}
    if user_id not in everybody:
        raise NotFoundError("there is no such user")
    _owner_left(everybody.values(), user_id)
    await tx.execute(_SET_ACTIVE, merchant_id, user_id, now)
    await tx.execute(_CLOSE_ALL, merchant_id, user_id, b"")


async def set_role(tx: Tx, merchant_id: int, user_id: int, role: str) -> str:
    """Give a user another role; return the one there was.

    Raises:
        NotFoundError: the merchant has no such user.
        ConflictError: nobody would be left who may change anything.
    """
    everybody = {row["user_id"]: row for row in await tx.fetch(_HOLD_USERS, merchant_id)}
    if user_id not in everybody:
        raise NotFoundError("there is no such user")
    if role != "owner":
        _owner_left(everybody.values(), user_id)
    await tx.execute(_SET_ROLE, merchant_id, user_id, role)
    was: str = everybody[user_id]["role"]
    return was


def _owner_left(everybody: Iterable[Row], without: int) -> None:
    if not any(row["user_id"] != without and row["role"] == "owner" and row["deactivated_at"] is None for row in everybody):
        raise ConflictError("the last owner who may enter stays: nobody could let anybody in again")


async def reactivate(tx: Tx, merchant_id: int, user_id: int) -> None:
    """Let a user in again, by the password there was.

    Raises:
        NotFoundError: the merchant has no such user.
    """
    if await tx.fetchval(_SET_ACTIVE, merchant_id, user_id, None) is None:
        raise NotFoundError("there is no such user")


async def attempt(tx: Tx, merchant_id: int, counts: Mapping[str, int], per: timedelta, now: datetime) -> bool:
    """Take one attempt from every count and tell whether all had one left.

    `counts` says what is counted (kept as a hash only) and how many attempts it has at once; they grow back over `per`. Merchant 0
    is the whole installation. Call it in a transaction of its own, so that an attempt counts whatever comes of it.
    """
    return not await used_up(tx, merchant_id, counts, per, now)


async def used_up(tx: Tx, merchant_id: int, counts: Mapping[str, int], per: timedelta, now: datetime) -> set[str]:
    """Take one attempt from every count and name those that had none left; else as `attempt`."""
    keys = _hashed(counts)
    taken = {row["key"] for row in await tx.fetch(_ATTEMPT, merchant_id, list(keys), list(keys.values()), now, per.total_seconds())}
    if any(key[0] < _SWEPT for key in keys):
        await tx.execute(_SWEEP_ATTEMPTS, merchant_id, now - per)
    return {what for what in counts if _hash_of(what) not in taken}


async def may_attempt(tx: Tx, merchant_id: int, counts: Mapping[str, int], per: timedelta, now: datetime) -> bool:
    """Tell whether every count has an attempt left, and take none; as in `attempt`."""
    keys = _hashed(counts)
    return await tx.fetchval(_USED_UP, merchant_id, list(keys), list(keys.values()), now, per.total_seconds()) is None


def _hashed(counts: Mapping[str, int]) -> dict[bytes, float]:
    return {_hash_of(what): float(most) for what, most in counts.items()}


def _hash_of(what: str) -> bytes:
    return hashlib.blake2b(what.encode(), digest_size=16).digest()


async def add_key(tx: Tx, merchant_id: int, key: str, name: str, scopes: list[str], rate_per_s: float = 50) -> int:
    """Keep a new API key's hash; the key itself is shown once, by the caller."""
    made: int = await tx.fetchval(_ADD_KEY, merchant_id, token_hash(key), key[:8], name, scopes, rate_per_s)
    return made


async def key_of(tx: Tx, key: str) -> ApiKey | None:
    """Find the key's merchant, scopes and rate, whoever's it is."""
    row = await tx.fetchrow(_KEY, token_hash(key))
    if row is None:
        return None
    return ApiKey(
        merchant_id=row["merchant_id"],
        key_id=row["key_id"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        rate_per_s=row["rate_per_s"],
    )


async def keys(tx: Tx, merchant_id: int) -> list[Row]:
    """List a merchant's keys: `key_id, hint, name, scopes, created_at, revoked_at`."""
    return await tx.fetch(_KEYS, merchant_id)


async def revoke_key(tx: Tx, merchant_id: int, key_id: int, now: datetime) -> None:
    """End a key."""
    await tx.execute(_REVOKE, merchant_id, key_id, now)
