"""`evaluate intents`: messages whose meaning is known → how often Doorstep understands them."""

import csv
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.conversations.understanding.building import builtin
from doorstep.conversations.understanding.encoder import EncoderPort, mending_encoder
from doorstep.conversations.understanding.learning import Edges, learn, lesson
from doorstep.conversations.understanding.measuring import OUTSIDE, Case, Further, Meanings, Measured, further, measure
from doorstep.conversations.understanding.model import Model
from doorstep.conversations.understanding.seeds import seeds
from doorstep.domain.talking.intents import Intent
from doorstep.errors import BadInputError

_COLUMNS = ("sentence", "label")
#: Seeds of one line that show what is foreign to a merchant.
_OF_A_LINE = 1


class Row(msgspec.Struct, frozen=True):
    """One line of a file."""

    sentence: str
    label: str


class IntentsMeasured(Measured, frozen=True, kw_only=True):
    """What `--json` prints."""

    #: Milliseconds that half of the messages, and 99 of 100, take at most; one after the other on one thread.
    p50_ms: float
    p99_ms: float


def evaluate_intents(
    test: Path,
    *,
    learn_from: Annotated[Path | None, Parameter(name="--learn")] = None,
    map_file: Annotated[Path | None, Parameter(name="--map")] = None,
    core: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Measure how often messages are understood; nothing of TEST is learnt or tuned on.

    Args:
        test: CSV with the columns sentence and label. NO_NODES_DETECTED and oos mean that the message should be refused.
        learn_from: CSV of the same form; its labels are learnt first, in place of Doorstep's own.
        map_file: JSON, either their label to the intents of ours that mean it, or an intent of ours to their label. A label of TEST
            that it does not name is out of scope; one that it gives an empty list is left out.
        core: without the sentence encoder, by n-grams alone.
        as_json: print one JSON object instead of tables.
    """
    rows = read_rows(test)
    with_encoder = None if core else mending_encoder()
    model = builtin() if learn_from is None else learnt(read_rows(learn_from), with_encoder)
    rows, meanings = meant(rows, model.about.labels, None if map_file is None else read_map(map_file))
    cases, took = understood(rows, meanings, model, with_encoder)
    measured = measure(cases)
    told = IntentsMeasured(**msgspec.structs.asdict(measured), p50_ms=_quantile(took, 0.5), p99_ms=_quantile(took, 0.99))
    if as_json:
        print(msgspec.json.encode(told).decode())
    else:
        _show(told, further(cases), Console())
    return 0


def read_rows(path: Path) -> list[Row]:
    """Read a file of messages.

    Raises:
        BadInputError: It cannot be opened, lacks a column or holds no message; and nothing else.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or ())]:
                raise BadInputError(f"{path}: its first line must name the columns sentence and label; missing: {', '.join(missing)}")
            found = [Row(row["sentence"] or "", (row["label"] or "").strip()) for row in rows]
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{path}: this is no CSV in UTF-8: {error}") from error
    if unlabelled := next((number for number, row in enumerate(found, 2) if not row.label), None):
        raise BadInputError(f"{path}: row {unlabelled} has no label")
    if not found:
        raise BadInputError(f"{path}: holds no message")
    return found


def read_map(path: Path) -> Meanings:
    """Read which labels of theirs our intents mean, in either form.

    Raises:
        BadInputError: It is no such file, or names an intent that there is not; and nothing else.
    """
    try:
        tree = msgspec.json.decode(path.read_bytes(), type=dict[str, str | list[str]])
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path}: must be a JSON object of labels: {error}") from error
    known = {intent.value for intent in Intent}
    found: dict[str, set[str]] = {}
    for key, value in tree.items():
        those = [value] if isinstance(value, str) else value
        ours_first = key in known
        # {"track.where": "ORDER_STATUS"} or {"ORDER_STATUS": ["track.where"]}.
        for one in those:
            theirs, ours = (one, key) if ours_first else (key, one)
            if ours not in known:
                raise BadInputError(f"{path}: {ours!r} is no intent of Doorstep's; /desk/understanding lists them")
            found.setdefault(theirs, set()).add(ours)
        if not those and not ours_first:
            found.setdefault(key, set())
    return {label: frozenset(those) for label, those in found.items()}


def learnt(rows: Sequence[Row], with_encoder: EncoderPort | None) -> Model:
    """Learn a merchant's own labels; messages that are to be refused teach only that."""
    below, ours = builtin(), seeds(_OF_A_LINE)
    foreign = lesson([seed.text for seed in ours], [seed.intent.value for seed in ours], with_encoder, below)
    labels = [None if row.label in OUTSIDE else row.label for row in rows]
    return learn(lesson([row.sentence for row in rows], labels, with_encoder, below), Edges(foreign, below))


def meant(rows: Sequence[Row], labels: Sequence[str], mapped: Meanings | None) -> tuple[list[Row], Meanings]:
    """Give the rows that count, and which labels of a model are right for each label of theirs."""
    if mapped is not None:
        return [row for row in rows if row.label not in mapped or mapped[row.label] or row.label in OUTSIDE], mapped
    known = {label: frozenset({label}) for label in labels}
    strange = {row.label for row in rows if row.label not in known and row.label not in OUTSIDE}
    # A label that was not taught cannot be right, and is still meant for the model.
    return list(rows), known | {label: frozenset({label}) for label in strange}


def understood(rows: Sequence[Row], meanings: Meanings, model: Model, with_encoder: EncoderPort | None) -> tuple[list[Case], list[float]]:
    """Read each message by itself, and tell the milliseconds that each took."""
    cases, took = [], []
    model.read("warm up", with_encoder)
    for row in rows:
        began = time.perf_counter()
        reading = model.read(row.sentence, with_encoder)
        took.append((time.perf_counter() - began) * 1000)
        right = frozenset() if row.label in OUTSIDE else meanings.get(row.label, frozenset())
        cases.append(Case(row.sentence, right, row.label, reading))
    return cases, took


def _quantile(those: Sequence[float], share: float) -> float:
    return round(sorted(those)[max(math.ceil(share * len(those)) - 1, 0)], 3) if those else 0.0


def _show(told: IntentsMeasured, more: Further, console: Console) -> None:
    table = Table("measure", "figure", "of", title=f"{told.n} messages", title_justify="left")
    outside = told.n - more.inside
    for name, figure, of in (
        ("likeliest label right", told.in_scope_accuracy, f"{more.inside} in scope"),
        ("… and accepted at the threshold", more.accepted_and_right, f"{more.inside} in scope"),
        ("right among the three likeliest", told.top3, f"{more.inside} in scope"),
        ("refused", told.out_of_scope_recall, f"{outside} out of scope"),
        ("… where nine of ten in scope are kept", more.recall_at_90, f"{outside} out of scope"),
        ("Matthews' correlation (MCC)", told.mcc, "all, at the threshold"),
        ("AUROC of in scope", told.auroc, "all, no threshold"),
    ):
        table.add_row(name, "-" if figure is None else f"{figure:.3f}", of)
    table.add_row("time of one message", f"{told.p50_ms:.2f} ms", f"half; 99 of 100 within {told.p99_ms:.2f} ms")
    console.print(table)
    if more.confusions:
        table = Table("meant", "understood", "times", "for example", title="what is taken for what", title_justify="left")
        for one in more.confusions:
            table.add_row(one.meant, one.understood, str(one.times), one.example[:80])
        console.print(table, markup=False)
