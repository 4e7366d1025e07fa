"""A long list → pages, each with an opaque cursor to the next."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

from doorstep.errors import BadInputError, NotFoundError

#: Rows of a page, unless asked otherwise, and at most.
USUAL, MOST = 50, 200
_LARGEST_ID = 2**63 - 1

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="Rows of the page at most.")]
Cursor = Annotated[
    str | None, QueryParameter(description="The `next` of the page before; leave it out for the first page.", max_length=2000)
]

Row = TypeVar("Row")


def cursor_to(kind: str, key: str) -> str:
    """Write the cursor to what follows `key` in the list `kind`."""
    return base64.urlsafe_b64encode(f"{kind}\x1f{key}".encode()).rstrip(b"=").decode()


def key_in(kind: str, cursor: str | None) -> str | None:
    """Read the key in a cursor; None for the first page.

    Raises:
        BadInputError: not a cursor of this list.
    """
    if cursor is None:
        return None
    try:
        found, _, key = (
            base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode().partition("\x1f")
        )
    except (UnicodeError, binascii.Error) as error:
        raise BadInputError("cursor: send the `next` of the page before, unchanged") from error
    if found != kind or "\x00" in key:
        raise BadInputError("cursor: send the `next` of the page before, unchanged")
    return key


def number_in(kind: str, cursor: str | None) -> int | None:
    """Read the id in a cursor; None for the first page.

    Raises:
        BadInputError: not a cursor of this list.
    """
    key = key_in(kind, cursor)
    if key is None:
        return None
    try:
        return number_of(key)
    except NotFoundError as error:
        raise BadInputError("cursor: send the `next` of the page before, unchanged") from error


def number_of(text: str) -> int:
    """Read one of our ids.

    Raises:
        NotFoundError: no id of ours looks like this.
    """
    if text.isascii() and text.isdecimal() and len(text) < 20 and (found := int(text)) <= _LARGEST_ID:  # noqa: PLR2004 - digits of a bigint
        return found
    raise NotFoundError("there is nothing under this id")


def page_of(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """Cut rows, read with one more than `limit`, to a page; tell whether there is more."""
    return rows[:limit], len(rows) > limit
