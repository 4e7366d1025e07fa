"""A readable code table, one "event_type: CODE CODE" a line → code by event type."""


def rows(text: str) -> dict[str, str]:
    """Read the lines of a table; an event type may have several lines.

    Raises:
        ValueError: a code stands under two event types.
    """
    found: dict[str, str] = {}
    for line in text.split("\n"):
        slug, _, codes = line.partition(":")
        for code in codes.split():
            if code in found:
                message = f"{code} is {found[code]} and {slug}"
                raise ValueError(message)
            found[code] = slug.strip()
    return found
