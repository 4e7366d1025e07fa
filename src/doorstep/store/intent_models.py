"""What a merchant's customers say and mean ↔ rows; the models that were taught with it, every version, and which one is live."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.store.database import Tx


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance with its label."""

    text: str
    label: str
    source: str
    added_by: str
    added_at: datetime


class KeptModel(msgspec.Struct, frozen=True, kw_only=True):
    """One version, without its bytes."""

    version: int
    trained_at: datetime
    trained_by: str
    utterances: int
    taught_with: str
    upon: str
    #: JSON of `conversations.understanding.own.Judged`.
    judged: str
    #: None: a draft.
    live_from: datetime | None
    #: None while it is live.
    retired_at: datetime | None

    @property
    def state(self) -> str:
        """Draft, live or retired."""
        if self.live_from is None:
            return "draft"
        return "live" if self.retired_at is None else "retired"


class NewModel(msgspec.Struct, frozen=True, kw_only=True):
    """A version to be kept."""

    trained_at: datetime
    trained_by: str
    utterances: int
    taught_with: str
    upon: str
    artefact: bytes
    judged: bytes


_COLUMNS = "version, trained_at, trained_by, utterances, taught_with, upon, judged, live_from, retired_at"
# Keep utterances; one that is there already gets the new label.
_ADD = """
insert into intent_utterance (merchant_id, text, label, source, added_by, added_at)
select $1, t.text, t.label, $4, $5, $6 from unnest($2::text[], $3::text[]) as t (text, label)
on conflict (merchant_id, text) do update set label = excluded.label, source = excluded.source, added_by = excluded.added_by,
    added_at = excluded.added_at where intent_utterance.label <> excluded.label
"""
# Forget one.
_DROP = "delete from intent_utterance where merchant_id = $1 and text = $2 returning text"
# All of them, in an order that does not change.
_UTTERANCES = """
select text, label, source, added_by, added_at from intent_utterance where merchant_id = $1 order by label, text limit $2
"""
# How many there are of each label.
_COUNTS = "select label, count(*) as utterances from intent_utterance where merchant_id = $1 group by label order by label"
# Write a new version; the merchant's row orders those who write at once.
_LOCK = "select from merchant where merchant_id = $1 for no key update"
_KEEP = """
insert into intent_model (merchant_id, version, trained_at, trained_by, utterances, taught_with, upon, artefact, judged)
select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8::json from intent_model where merchant_id = $1 returning version
"""
# All versions, the newest first.
_VERSIONS = f"select {_COLUMNS} from intent_model where merchant_id = $1 order by version desc limit $2"
# One version.
_READ = f"select {_COLUMNS} from intent_model where merchant_id = $1 and version = $2"
# The live ones, without their bytes.
_LIVE = f"select merchant_id, {_COLUMNS} from intent_model where live_from is not null and retired_at is null"
# A version's bytes.
_ARTEFACT = "select artefact from intent_model where merchant_id = $1 and version = $2"
# Take whatever is live out of use.
_RETIRE = """
update intent_model set retired_at = $2 where merchant_id = $1 and live_from is not null and retired_at is null returning version
"""
# Put one into use.
_GO_LIVE = "update intent_model set live_from = $3, retired_at = null where merchant_id = $1 and version = $2 returning version"


def _kept(row: object) -> KeptModel:
    return msgspec.convert(dict(row), KeptModel)  # type: ignore[call-overload]


async def add(tx: Tx, merchant_id: int, said: Sequence[tuple[str, str]], source: str, who: str, now: datetime) -> None:
    """Keep utterances with their labels; of two of the same words the last label counts."""
    last = dict(said)
    await tx.execute(_ADD, merchant_id, list(last), list(last.values()), source, who, now)


async def drop(tx: Tx, merchant_id: int, text: str) -> bool:
    """Forget an utterance; False where there is none such."""
    return await tx.fetchval(_DROP, merchant_id, text) is not None


async def utterances(tx: Tx, merchant_id: int, most: int) -> list[Utterance]:
    """List utterances by label."""
    return [msgspec.convert(dict(row), Utterance) for row in await tx.fetch(_UTTERANCES, merchant_id, most)]


async def counts(tx: Tx, merchant_id: int) -> dict[str, int]:
    """Count utterances by label."""
    return {row["label"]: row["utterances"] for row in await tx.fetch(_COUNTS, merchant_id)}


async def keep(tx: Tx, merchant_id: int, model: NewModel) -> int:
    """Keep a new version, as a draft; return its number."""
    await tx.execute(_LOCK, merchant_id)
    values = (model.trained_at, model.trained_by, model.utterances, model.taught_with, model.upon, model.artefact, model.judged.decode())
    return int(await tx.fetchval(_KEEP, merchant_id, *values))


async def versions(tx: Tx, merchant_id: int, most: int = 50) -> list[KeptModel]:
    """List versions, the newest first."""
    return [_kept(row) for row in await tx.fetch(_VERSIONS, merchant_id, most)]


async def read(tx: Tx, merchant_id: int, version: int) -> KeptModel | None:
    """Return one version."""
    row = await tx.fetchrow(_READ, merchant_id, version)
    return _kept(row) if row else None


async def live(tx: Tx) -> dict[int, KeptModel]:
    """Return the live versions, by merchant; where there is none the built-in model serves."""
    return {row["merchant_id"]: _kept(row) for row in await tx.fetch(_LIVE)}


async def artefact(tx: Tx, merchant_id: int, version: int) -> bytes | None:
    """Return a version's bytes."""
    found: bytes | None = await tx.fetchval(_ARTEFACT, merchant_id, version)
    return found


async def go_live(tx: Tx, merchant_id: int, version: int, now: datetime) -> bool:
    """Put a version into use in place of what is; False where there is none such."""
    await tx.execute(_LOCK, merchant_id)
    if await tx.fetchrow(_READ, merchant_id, version) is None:
        return False
    await tx.execute(_RETIRE, merchant_id, now)
    return await tx.fetchval(_GO_LIVE, merchant_id, version, now) is not None


async def retire(tx: Tx, merchant_id: int, now: datetime) -> int | None:
    """Take the live version out of use; return its number, None where there was none."""
    await tx.execute(_LOCK, merchant_id)
    found: int | None = await tx.fetchval(_RETIRE, merchant_id, now)
    return found
