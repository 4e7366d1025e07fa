"""Scans and estimates, in any order and any number of times → one shipment."""

from doorstep.timeline.asking import PUSHED_FOR, STALE, Followed, next_ask_at
from doorstep.timeline.folding import fold
from doorstep.timeline.pitfalls import PITFALLS

__all__ = ["PITFALLS", "PUSHED_FOR", "STALE", "Followed", "fold", "next_ask_at"]
