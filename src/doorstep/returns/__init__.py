"""Order + policy + request → what may be returned, until when."""

from doorstep.returns.window import ReturnWindow, return_days_of, return_window

__all__ = ("ReturnWindow", "return_days_of", "return_window")
