"""What merchants change of the talks ↔ rows: every version, a draft among them; which one was put live last."""

from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx


class KeptTalks(msgspec.Struct, frozen=True, kw_only=True):
    """One version of what a merchant has changed."""

    version: int
    #: JSON of `conversations.talks.book.Changes`.
    document: str
    note: str
    #: Who changed it last, while it was a draft.
    made_by: str
    made_at: datetime
    #: None: a draft.
    live_from: datetime | None
    live_by: str


_COLUMNS = "version, document, note, made_by, made_at, live_from, live_by"
# The version that was put live last.
_LIVE = f"""
select {_COLUMNS} from talk_version where merchant_id = $1 and live_from is not null order by live_from desc, version desc limit 1
"""
# One version.
_READ = f"select {_COLUMNS} from talk_version where merchant_id = $1 and version = $2"
# The newest draft.
_DRAFT = f"select {_COLUMNS} from talk_version where merchant_id = $1 and live_from is null order by version desc limit 1"
# All versions, the newest first.
_VERSIONS = f"select {_COLUMNS} from talk_version where merchant_id = $1 order by version desc limit $2"
# Write a new version, as a draft; whoever does holds the merchant's row.
_ADD = """
insert into talk_version (merchant_id, version, document, note, made_by, made_at)
select $1, coalesce(max(version), 0) + 1, $2::json, $3, $4, $5 from talk_version where merchant_id = $1 returning version
"""
# Change a draft.
_CHANGE = """
update talk_version set document = $3::json, made_by = $4, made_at = $5 where merchant_id = $1 and version = $2 and live_from is null
returning version
"""
# Throw a draft away.
_DROP = "delete from talk_version where merchant_id = $1 and version = $2 and live_from is null returning version"
# Put a version live; a note of its own stays where none is given.
_GO_LIVE = """
update talk_version set live_from = $3, live_by = $4, note = case when $5 = '' then note else $5 end
where merchant_id = $1 and version = $2 returning version
"""
# How many turns each talk answered since then, and how many of them went to a human.
_COUNTS = """
select talk, count(*) as turns, count(*) filter (where handover <> '') as handed from turn
where merchant_id = $1 and came_at > $2 and state = 'answered' and talk <> '' group by talk
"""


def _kept(row: Row) -> KeptTalks:
    return KeptTalks(**{name.strip(): row[name.strip()] for name in _COLUMNS.split(",")})


async def live(tx: Tx, merchant_id: int) -> KeptTalks | None:
    """Return the version that was put live last; None: none ever was."""
    row = await tx.fetchrow(_LIVE, merchant_id)
    return _kept(row) if row else None


async def read(tx: Tx, merchant_id: int, version: int) -> KeptTalks | None:
    """Return one version."""
    row = await tx.fetchrow(_READ, merchant_id, version)
    return _kept(row) if row else None


async def draft(tx: Tx, merchant_id: int) -> KeptTalks | None:
    """Return the newest draft."""
    row = await tx.fetchrow(_DRAFT, merchant_id)
    return _kept(row) if row else None


async def versions(tx: Tx, merchant_id: int, most: int = 100) -> list[KeptTalks]:
    """List versions, the newest first."""
    return [_kept(row) for row in await tx.fetch(_VERSIONS, merchant_id, most)]


async def add(tx: Tx, merchant_id: int, document: bytes, note: str, made_by: str, now: datetime) -> int:
    """Keep a new version, as a draft; return its number. The merchant's row must be held."""
    return int(await tx.fetchval(_ADD, merchant_id, document.decode(), note, made_by, now))


async def change(tx: Tx, merchant_id: int, version: int, document: bytes, made_by: str, now: datetime) -> bool:
    """Change a draft; False where it is none (any more)."""
    return await tx.fetchval(_CHANGE, merchant_id, version, document.decode(), made_by, now) is not None


async def drop(tx: Tx, merchant_id: int, version: int) -> bool:
    """Throw a draft away; False where it is none."""
    return await tx.fetchval(_DROP, merchant_id, version) is not None


async def go_live(tx: Tx, merchant_id: int, version: int, live_by: str, note: str, now: datetime) -> bool:
    """Put a version live from now on; False where there is none such."""
    return await tx.fetchval(_GO_LIVE, merchant_id, version, now, live_by, note) is not None


async def counts(tx: Tx, merchant_id: int, since: datetime) -> dict[str, tuple[int, int]]:
    """Count what each talk answered since then: slug → (turns, of them handed to a human)."""
    return {row["talk"]: (row["turns"], row["handed"]) for row in await tx.fetch(_COUNTS, merchant_id, since)}
