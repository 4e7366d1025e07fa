"""`identify NUMBER`: a tracking number → whose it may be, as a table or one JSON object."""

import sys

import msgspec

from doorstep.carriers import carriers
from doorstep.carriers.identifying import Identified
from doorstep.carriers.identifying import identify as find


def identify(
    number: str, *, country: str | None = None, postcode: str | None = None, own: list[str] | None = None, json: bool = False
) -> int:
    """Print whose number it may be; the exit code is 0 if anybody's, 1 if it fits nobody we know.

    Args:
        number: as printed; spaces and dashes do not matter.
        country: where the parcel goes: ES, Spain.
        postcode: of the place it goes to.
        own: slug of a carrier the shop uses; may be repeated. These win.
        json: one JSON object.
    """
    found = find(number, country=country, postcode=postcode, own=frozenset(own or ()))
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        _print(found)
    return 0 if found.candidates else 1


def _print(found: Identified) -> None:
    for one in found.candidates:
        name = carriers()[one.carrier].name if one.carrier in carriers() else one.carrier
        checked = "check digit right" if one.checked else "no check digit"
        said = ", ".join([*one.formats, checked, *(f"{key} {value}" for key, value in one.facts.items())])
        print(f"{one.confidence:4.0%}  {name} ({one.carrier}): {said}")
    if not found.candidates:
        print(f"{found.number}: nobody's we know", file=sys.stderr)
    elif found.settled is None:
        print("open: no check digit, or several fit", file=sys.stderr)
    for one_meant in found.did_you_mean:
        print(f"did you mean {one_meant}?", file=sys.stderr)
