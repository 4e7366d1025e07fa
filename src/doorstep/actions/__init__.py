"""What is asked + what is known + the merchant's policy → a plan, or a refusal that says why."""

from doorstep.actions.applying import applied
from doorstep.actions.judging import assurance_for, needs_yes, prepare, still_meant
from doorstep.actions.policy import Policy
from doorstep.actions.reading import read_policy, shipped
from doorstep.actions.window import ReturnWindow, return_days_of, return_window

__all__ = (
    "Policy",
    "ReturnWindow",
    "applied",
    "assurance_for",
    "needs_yes",
    "prepare",
    "read_policy",
    "return_days_of",
    "return_window",
    "shipped",
    "still_meant",
)
