"""A merchant's own utterances → a draft of a model, judged; the draft → live; the live one → what a talk understands with."""

import asyncio
import csv
import io
import re
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import msgspec
import structlog

from doorstep.conversations.understanding.building import builtin
from doorstep.conversations.understanding.encoder import mending_encoder
from doorstep.conversations.understanding.intents import IntentModel, Wanted, builtin_intents
from doorstep.conversations.understanding.model import unpacked
from doorstep.conversations.understanding.ngrams import MOST_CHARACTERS, folded
from doorstep.conversations.understanding.own import MOST_UTTERANCES, Judged, Said, Trained, train_on
from doorstep.domain.talking.intents import Intent
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.store import connections, intent_models
from doorstep.store.database import Database, Tx
from doorstep.store.intent_models import KeptModel, NewModel

_LOG = structlog.get_logger()
#: Phrases that a merchant may keep, and that are learnt from.
MOST_PHRASES = MOST_UTTERANCES
#: Labels of a merchant's own: what a talk of theirs is begun by.
_LABEL = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_LONGEST_LABEL = 60
_OURS = frozenset(intent.value for intent in Intent)
_COLUMNS = ("text", "label")
#: Models of merchants that stay open in this process; the one that was not asked for longest goes.
_MOST_OPEN = 32
_OPEN: OrderedDict[tuple[int, int, datetime, str], IntentModel] = OrderedDict()
#: The built-in model, once this process has opened it.
_BUILTIN: list[IntentModel] = []


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version with its judgement."""

    kept: KeptModel
    judged: Judged
    #: Whether it was taught upon the built-in model that is here; another cannot be used.
    fits: bool


def said_of(text: str, label: str) -> tuple[str, str]:
    """Check one utterance and its label.

    Raises:
        BadInputError: There is nothing in it, it is too long, or the label is no name; and nothing else.
    """
    utterance, name = " ".join(text.split()), label.strip().lower()
    if not folded(utterance):
        raise BadInputError("an utterance needs a word")
    if len(utterance) > MOST_CHARACTERS:
        raise BadInputError(f"an utterance has at most {MOST_CHARACTERS} characters")
    if len(name) > _LONGEST_LABEL or not _LABEL.fullmatch(name):
        raise BadInputError(f"a label is an intent, or a name of your own such as own.engraving; {label[:_LONGEST_LABEL]!r} is neither")
    return utterance, name


def read_lines(text: str, label: str) -> list[tuple[str, str]]:
    """Read one utterance a line, all of one label.

    Raises:
        BadInputError: One cannot be used, or there is none; and nothing else.
    """
    found = [said_of(line, label) for line in text.splitlines() if line.strip()]
    if not found:
        raise BadInputError("write at least one phrase")
    return found


def read_phrases(text: str) -> list[tuple[str, str]]:
    """Read CSV with the columns text and label; a file without them is taken for these two, in this order.

    Raises:
        BadInputError: A line cannot be used, and which; or there is none; and nothing else.
    """
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    if rows and [cell.strip().lower() for cell in rows[0]][: len(_COLUMNS)] == list(_COLUMNS):
        rows, first = rows[1:], 2
    else:
        first = 1
    found = []
    for number, row in enumerate(rows, first):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(_COLUMNS):
            raise BadInputError(f"line {number}: needs a text and a label, with a comma between")
        try:
            found.append(said_of(row[0], row[1]))
        except BadInputError as error:
            raise BadInputError(f"line {number}: {error}") from error
    if not found:
        raise BadInputError("there is no line with a text and a label")
    return found


async def add(tx: Tx, merchant_id: int, said: Iterable[tuple[str, str]], source: str, who: str, now: datetime) -> int:
    """Keep checked utterances, and write down who did; return how many.

    Raises:
        BadInputError: More of them than can be learnt from; and nothing else.
    """
    rows = list(said)
    kept = sum((await intent_models.counts(tx, merchant_id)).values())
    if kept + len(rows) > MOST_PHRASES:
        raise BadInputError(f"at most {MOST_PHRASES} utterances can be learnt from; {kept} are there already")
    await intent_models.add(tx, merchant_id, rows, source, who, now)
    await connections.audit(tx, merchant_id, who, "phrases", f"{len(rows)} from {source}")
    return len(rows)


async def train(database: Database, merchant_id: int, who: str, now: datetime) -> int:
    """Train a draft on all utterances that are kept, judge it, and keep it; return its number.

    Raises:
        BadInputError: There are none; and nothing else.
    """
    async with database.for_merchant(merchant_id) as tx:
        rows = await intent_models.utterances(tx, merchant_id, MOST_PHRASES)
    if not rows:
        raise BadInputError("there are no phrases of yours to learn from")
    # Seconds of arithmetic, for which no connection is held.
    trained = await asyncio.to_thread(_train, [Said(row.text, row.label) for row in rows])
    about = trained.model.about
    model = NewModel(
        trained_at=now,
        trained_by=who,
        utterances=len(rows),
        taught_with=about.taught_with,
        upon=about.upon,
        artefact=trained.model.packed(),
        judged=msgspec.json.encode(trained.judged),
    )
    async with database.for_merchant(merchant_id) as tx:
        number = await intent_models.keep(tx, merchant_id, model)
        await connections.audit(tx, merchant_id, who, "understanding trained", f"version {number}, {len(rows)} phrases")
    return number


def _train(said: list[Said]) -> Trained:
    return train_on(builtin(), said, mending_encoder())


async def versions(tx: Tx, merchant_id: int) -> list[Version]:
    """List all versions, the newest first."""
    return [_version(kept) for kept in await intent_models.versions(tx, merchant_id)]


async def version(tx: Tx, merchant_id: int, number: int) -> Version:
    """Return one version.

    Raises:
        NotFoundError: There is none such; and nothing else.
    """
    kept = await intent_models.read(tx, merchant_id, number)
    if kept is None:
        raise NotFoundError(f"there is no version {number} of the understanding")
    return _version(kept)


def _version(kept: KeptModel) -> Version:
    return Version(kept=kept, judged=msgspec.json.decode(kept.judged, type=Judged), fits=kept.upon == builtin().about.taught_with)


async def put_live(tx: Tx, merchant_id: int, number: int, who: str, now: datetime) -> None:
    """Let talks understand with a version from now on; 0 goes back to the built-in model.

    Raises:
        NotFoundError: There is none such.
        BadInputError: It was taught upon another built-in model.
    """
    if number == 0:
        await intent_models.retire(tx, merchant_id, now)
    else:
        if not (await version(tx, merchant_id, number)).fits:
            raise BadInputError(f"version {number} was taught upon the model of another release; train anew")
        await intent_models.go_live(tx, merchant_id, number, now)
    await connections.audit(tx, merchant_id, who, "understanding live", f"version {number}" if number else "the built-in model")


async def model_of(tx: Tx, tenant: Tenant) -> IntentModel:
    """Give what a merchant's talks understand with: the live version, else the built-in model."""
    if tenant.understanding is None:
        return await _builtin_intents()
    return await _opened(tx, tenant.merchant.merchant_id, tenant.understanding)


async def read_with(tx: Tx, merchant_id: int, number: int, text: str) -> Wanted:
    """Understand a sentence with a version, to try it; 0 is the built-in model.

    Raises:
        NotFoundError: There is none such; and nothing else.
    """
    if number == 0:
        model = await _builtin_intents()
    else:
        model = await _opened(tx, merchant_id, (await version(tx, merchant_id, number)).kept)
    return await asyncio.to_thread(model.read, text)


async def _builtin_intents() -> IntentModel:
    """Give the built-in model; the first time it is opened off the loop, since that takes seconds."""
    if not _BUILTIN:
        _BUILTIN.append(await asyncio.to_thread(builtin_intents))
    return _BUILTIN[0]


async def _opened(tx: Tx, merchant_id: int, kept: KeptModel) -> IntentModel:
    key = (merchant_id, kept.version, kept.trained_at, kept.taught_with)
    if key in _OPEN:
        _OPEN.move_to_end(key)
        return _OPEN[key]
    artefact = await intent_models.artefact(tx, merchant_id, kept.version)
    below = await _builtin_intents()
    try:
        model = unpacked(artefact or b"", below.model)
    except BadInputError as error:
        # An update brought another built-in model: that one serves until the merchant trains anew.
        _LOG.warning("own model unusable", merchant_id=merchant_id, version=kept.version, why=str(error))
        return below
    _OPEN[key] = IntentModel(model, below.encoder, f"own-{kept.version}-{kept.taught_with[:8]}")
    while len(_OPEN) > _MOST_OPEN:
        _OPEN.popitem(last=False)
    return _OPEN[key]
