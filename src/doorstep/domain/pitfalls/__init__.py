"""The catalogue of delivery problems: what opens, worsens and ends each, who must act, and what everybody is told."""

from doorstep.domain.pitfalls.judged import ROWS as _JUDGED
from doorstep.domain.pitfalls.ladders import ALONE, LADDERS, SUPERSEDED_BY, Ladder, heard_instead
from doorstep.domain.pitfalls.row import Culprit, Family, NextStep, PitfallKind, Severity, Told
from doorstep.domain.pitfalls.scanned import ROWS as _SCANNED
from doorstep.domain.pitfalls.silent import ROWS as _SILENT

__all__ = [
    "ALONE",
    "LADDERS",
    "PITFALL_KINDS",
    "SUPERSEDED_BY",
    "WORDS_OF_CUSTOMERS",
    "Culprit",
    "Family",
    "Ladder",
    "NextStep",
    "PitfallKind",
    "Severity",
    "Told",
    "heard_instead",
]

#: Kind → its row, those that scans open first.
PITFALL_KINDS: dict[str, PitfallKind] = {kind.kind: kind for kind in (*_SCANNED, *_SILENT, *_JUDGED)}
#: What a customer may say of a parcel, in the order in which it is offered.
WORDS_OF_CUSTOMERS = tuple(kind for kind in _JUDGED if kind.family is Family.WORD)
