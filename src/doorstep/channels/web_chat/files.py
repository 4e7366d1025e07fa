"""A file's first bytes → what it is; what it calls itself counts for nothing."""

from doorstep.channels import kinds

#: Bytes of a file at most, and files of one message.
MOST_BYTES, MOST_FILES = 5_000_000, 3
_TAKEN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})


def kind_of(content: bytes) -> str | None:
    """Name the media type of a picture or a PDF by its first bytes; None: it is neither."""
    found = kinds.kind_of(content)
    return found if found in _TAKEN else None
