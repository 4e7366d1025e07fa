"""The setting `code_table`, a JSON object → the merchant's own codes and the event types they stand for."""

from collections.abc import Mapping

import msgspec

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.errors import MisconfiguredError


def read_code_table(text: str) -> dict[str, str]:
    """Read and check the setting; "" is an empty table.

    Raises:
        MisconfiguredError: not a JSON object of texts, or an event type that does not exist.
    """
    if not text.strip():
        return {}
    try:
        table = msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MisconfiguredError(f"code_table: not a JSON object of code and event type: {error}") from error
    check_table(table)
    return table


def check_table(table: Mapping[str, str]) -> None:
    """Make sure that every code stands for an event type there is.

    Raises:
        MisconfiguredError: one does not; the text names the code and the event type.
    """
    for code, slug in table.items():
        if slug not in EVENT_TYPES:
            raise MisconfiguredError(f"code_table: {code!r} stands for {slug!r}, which is no event type")
