"""What is asked + what is known + the merchant's policy → a plan, or a refusal that says why."""

from doorstep.actions.window import ReturnWindow, return_days_of, return_window

__all__ = ("ReturnWindow", "return_days_of", "return_window")
