"""Scans and estimates, in any order and any number of times → one shipment."""

from doorstep.timeline.folding import fold
from doorstep.timeline.pitfalls import PITFALLS

__all__ = ["PITFALLS", "fold"]
