"""`evaluate texts`: how often what Doorstep suggests is right, on what is known."""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from cyclopts import App
from rich.console import Console
from rich.table import Table

from doorstep.carriers import carriers
from doorstep.carriers.mapping import folded_words
from doorstep.carriers.suggesting import Suggestion, suggest
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

evaluate = App(name="evaluate", help="Measure how right Doorstep is, on what is known.")
evaluate.command(
    "doorstep.cli.evaluating_actions:evaluate_actions", name="actions", help="Judge what customers may do, on a retailer's store."
)
evaluate.command("doorstep.cli.evaluating_intents:evaluate_intents", name="intents", help="Measure how often messages are understood.")
evaluate.command(
    "doorstep.cli.evaluating_talks:evaluate_talks", name="talks", help="Let scripted customers bring a retailer's requests by talking."
)
evaluate.command("doorstep.cli.judging_estimates:evaluate_estimates", name="estimates", help="Judge estimates on finished deliveries.")

#: From so much confidence on a suggestion counts as sure.
_SURE = 0.6
_COLUMNS = {"carrier_text", "event_type"}
#: Event types that say nothing of the words beside them.
_MUTE = frozenset({"unknown", "status_not_mapped"})


class Known(msgspec.Struct, frozen=True):
    """A carrier's words and what they stand for."""

    text: str
    event_type: str


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Suggestions of like confidence."""

    confidence: float
    suggested: int
    right: float


class TextsMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """How often suggestions from words are right. Shares are from 0 to 1."""

    #: Distinct texts of known codes.
    texts: int
    #: Share for which anything is suggested.
    coverage: float
    #: Share of the first suggestions that are right; of the sure ones; of those that at least lead to the same status.
    precision: float
    sure: int
    precision_sure: float
    same_status: float
    by_confidence: list[Band]


@evaluate.command
def texts(files: list[Path], *, carrier: str | None = None, json: bool = False) -> int:
    """Measure how often the event type suggested for a carrier's words is right, on words whose meaning is known by their code.

    Args:
        files: carriers' bytes, each read by the carrier its name begins with (ups__01.json), or tables (.tsv, .csv) with the columns
            carrier_text and event_type.
        carrier: reads all files that are no tables, whatever their names.
        json: print one JSON object instead of the table.
    """
    known = sorted({(folded_words(one.text), one.event_type): one for file in files for one in _known(file, carrier)}.items())
    if not known:
        raise BadInputError("no file holds words with a known meaning")
    measured = measure([one for _, one in known])
    if json:
        print(msgspec.json.encode(measured).decode())
    else:
        _show(measured)
    return 0


def _known(file: Path, carrier: str | None) -> Iterator[Known]:
    try:
        if file.suffix in {".tsv", ".csv"}:
            yield from _table(file)
            return
        slug = carrier or file.name.partition("__")[0]
        if slug not in carriers():
            print(f"{file}: no carrier {slug!r}; name one with --carrier", file=sys.stderr)
            return
        parsed = carriers()[slug].parse(Raw(body=file.read_bytes()))
    except BadInputError as error:
        print(f"{file}: {error}", file=sys.stderr)
        return
    except OSError as error:
        raise BadInputError(f"{file}: {error.strerror or 'cannot be opened'}") from error
    for tracking in parsed.trackings:
        for one in tracking.checkpoints:
            if one.carrier_text.strip() and one.event_type not in _MUTE:
                yield Known(one.carrier_text, one.event_type)


def _table(file: Path) -> Iterator[Known]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t" if file.suffix == ".tsv" else ",")
        if not set(rows.fieldnames or ()) >= _COLUMNS:
            raise BadInputError(f"its first line must name the columns {' and '.join(sorted(_COLUMNS))}")
        for row in rows:
            text, event_type = row["carrier_text"] or "", row["event_type"] or ""
            if event_type not in EVENT_TYPES:
                raise BadInputError(f"line {rows.line_num}: {event_type!r} is no event type")
            if text.strip() and event_type not in _MUTE:
                yield Known(text, event_type)


def measure(known: Sequence[Known]) -> TextsMeasured:
    """Compare the first suggestion for each text with what the text stands for."""
    found = [(one, made[0]) for one in known if (made := suggest(one.text))]
    sure = [pair for pair in found if pair[1].confidence >= _SURE]
    bands: dict[float, list[tuple[Known, Suggestion]]] = {}
    for pair in found:
        bands.setdefault(pair[1].confidence, []).append(pair)
    return TextsMeasured(
        texts=len(known),
        coverage=round(len(found) / len(known), 4),
        precision=_right(found),
        sure=len(sure),
        precision_sure=_right(sure),
        same_status=_share([EVENT_TYPES[one.event_type].status is EVENT_TYPES[made.event_type].status for one, made in found]),
        by_confidence=[
            Band(confidence=band, suggested=len(bands[band]), right=_right(bands[band])) for band in sorted(bands, reverse=True)
        ],
    )


def _right(pairs: Sequence[tuple[Known, Suggestion]]) -> float:
    return _share([one.event_type == made.event_type for one, made in pairs])


def _share(those: Sequence[bool]) -> float:
    return round(sum(those) / len(those), 4) if those else 0.0


def _show(measured: TextsMeasured) -> None:
    console = Console()
    console.print(f"{measured.texts} texts of known codes; something is suggested for {measured.coverage:.1%}")
    console.print(f"right: {measured.precision:.1%}; of the {measured.sure} sure ones {measured.precision_sure:.1%}")
    console.print(f"leads to the same status: {measured.same_status:.1%}")
    table = Table("confidence", "suggested", "right")
    for band in measured.by_confidence:
        table.add_row(f"{band.confidence:.2f}", str(band.suggested), f"{band.right:.1%}")
    console.print(table)
