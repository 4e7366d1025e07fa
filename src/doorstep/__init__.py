"""Doorstep: orders and carrier scans in → the right message, once, and a tracking page that tells the truth."""

__version__ = "0.1.0"
