"""A merchant's rules ↔ rows: every version, drafts among them; which one is in force."""

from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx


class KeptPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a merchant's rules."""

    version: int
    #: JSON of `actions.policy.Policy`.
    document: str
    note: str
    made_by: str
    made_at: datetime
    #: Since when it counts, or counted; None: a draft.
    live_from: datetime | None


_COLUMNS = "version, document, note, made_by, made_at, live_from"
# The version in force: the one that was put into force last.
_LIVE = f"""
select {_COLUMNS} from action_policy where merchant_id = $1 and live_from <= $2 order by live_from desc, version desc limit 1
"""
# One version.
_READ = f"select {_COLUMNS} from action_policy where merchant_id = $1 and version = $2"
# All versions, the newest first.
_VERSIONS = f"select {_COLUMNS} from action_policy where merchant_id = $1 order by version desc limit $2"
# Write a new version; the merchant's row orders those who write at once.
_LOCK = "select from merchant where merchant_id = $1 for no key update"
_ADD = """
insert into action_policy (merchant_id, version, document, note, made_by, made_at)
select $1, coalesce(max(version), 0) + 1, $2::json, $3, $4, $5 from action_policy where merchant_id = $1 returning version
"""
# Put a version into force.
_GO_LIVE = "update action_policy set live_from = $3 where merchant_id = $1 and version = $2 returning version"


def _kept(row: Row) -> KeptPolicy:
    return KeptPolicy(**{name.strip(): row[name.strip()] for name in _COLUMNS.split(",")})


async def live(tx: Tx, merchant_id: int, now: datetime) -> KeptPolicy | None:
    """Return the version in force; None where the merchant has none and the house's rules count."""
    row = await tx.fetchrow(_LIVE, merchant_id, now)
    return _kept(row) if row else None


async def read(tx: Tx, merchant_id: int, version: int) -> KeptPolicy | None:
    """Return one version."""
    row = await tx.fetchrow(_READ, merchant_id, version)
    return _kept(row) if row else None


async def versions(tx: Tx, merchant_id: int, most: int = 100) -> list[KeptPolicy]:
    """List versions, the newest first."""
    return [_kept(row) for row in await tx.fetch(_VERSIONS, merchant_id, most)]


async def add(tx: Tx, merchant_id: int, document: bytes, note: str, made_by: str, now: datetime) -> int:
    """Keep a new version, as a draft; return its number."""
    await tx.execute(_LOCK, merchant_id)
    return int(await tx.fetchval(_ADD, merchant_id, document.decode(), note, made_by, now))


async def go_live(tx: Tx, merchant_id: int, version: int, now: datetime) -> bool:
    """Put a version into force from now on; False where there is none such."""
    return await tx.fetchval(_GO_LIVE, merchant_id, version, now) is not None
