"""Scans and estimates, in any order and any number of times → one shipment, and what is wrong with it by now."""

from doorstep.timeline.asking import PUSHED_FOR, STALE, Followed, next_ask_at
from doorstep.timeline.folding import fold
from doorstep.timeline.gaps import Counted, Gaps, gaps_of, lane_of
from doorstep.timeline.joining import fold_tied
from doorstep.timeline.judging import judge
from doorstep.timeline.pitfalls import PITFALLS
from doorstep.timeline.replaying import Turn, replay
from doorstep.timeline.spans import Facts

__all__ = [
    "PITFALLS",
    "PUSHED_FOR",
    "STALE",
    "Counted",
    "Facts",
    "Followed",
    "Gaps",
    "Turn",
    "fold",
    "fold_tied",
    "gaps_of",
    "judge",
    "lane_of",
    "next_ask_at",
    "replay",
]
