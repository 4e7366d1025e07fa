"""A merchant's settings → the e-mail addresses of carriers' desks that take requests about parcels."""

import re
from collections.abc import Mapping
from typing import Any

from doorstep.errors import BadInputError

_SLUG = re.compile(r"[a-z0-9_]{1,40}")
_ADDRESS = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[^@\s,;<>.]{2,}")


def desks_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Read `settings.carrier_desks`: a carrier's slug → the address of its desk.

    Raises:
        BadInputError: it is no object, a carrier's name is none, or an address is none.
    """
    told = settings.get("carrier_desks", {})
    if not isinstance(told, dict):
        raise BadInputError("settings.carrier_desks names an e-mail address for each carrier")
    for slug, address in told.items():
        if not _SLUG.fullmatch(slug):
            raise BadInputError(f"settings.carrier_desks: {slug!r} is no carrier's name")
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise BadInputError(f"settings.carrier_desks.{slug} is no e-mail address")
    return dict(told)


def desks_typed(text: str) -> dict[str, str]:
    """Read a form's lines, each a carrier's name and an address.

    Raises:
        BadInputError: a line is something else; the text says which.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.replace("=", " ").replace(":", " ").split()
        if not parts:
            continue
        if len(parts) != 2:  # noqa: PLR2004 - a name and an address
            raise BadInputError(
                f"Carriers' desks: {' '.join(parts)[:60]!r} is not a carrier and an e-mail address, such as: ups desk@ups.example"
            )
        found[parts[0].lower()] = parts[1]
    return desks_of({"carrier_desks": found})
