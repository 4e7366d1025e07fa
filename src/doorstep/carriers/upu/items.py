"""A text → the S10 item identifier it is."""

import re

_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}", re.ASCII)


def item_of(text: str) -> str:
    """Find an S10 item identifier, spaces removed; "" for anything else. A wrong check digit is the post's affair: the item is meant."""
    squeezed = "".join(text.split()).upper()
    return squeezed if _S10.fullmatch(squeezed) else ""
