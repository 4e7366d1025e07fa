"""Placeholder."""


def language_in(text):
    return ("en", 0.9)
