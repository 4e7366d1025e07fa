"""The country in an S10 identifier, or a postal office's code → the post that issued it."""

import re

#: Designated operators we have a slug for. Source: UPU list of S10 country codes and designated operators, as known on 2026-11-22.
_POSTS = {
    "US": "usps", "CA": "canadapost", "GB": "royalmail", "FR": "laposte", "NL": "postnl", "BR": "correios_br", "AU": "australiapost",
}  # fmt: skip
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}", re.ASCII)


def item_of(text: str) -> str:
    """Find an S10 item identifier, spaces removed; "" for anything else. A wrong check digit is the post's affair: the item is meant."""
    squeezed = "".join(text.split()).upper()
    return squeezed if _S10.fullmatch(squeezed) else ""


def post_of(item: str) -> str | None:
    """Name the post whose country the identifier ends with; None for one we have no slug for."""
    return _POSTS.get(item[-2:])
