"""A scan of DHL Paket that says where the parcel waits → its Packstation, branch or shop."""

import re

from doorstep.carriers.collecting import point_of
from doorstep.domain.pickup import PickupPoint

#: "… liegt in der PACKSTATION 133 Stresemannstr. 2 64297 Darmstadt zur Abholung bereit."
#: Source: DHL's public tracking page of 2018, read 2026-11-29.
_SENTENCE = re.compile(
    r"(?P<name>(?:PACKSTATION|(?:POST)?FILIALE|PAKETSHOP)(?: [0-9]{1,5})?) (?P<street>[^ ].{0,120}?) (?P<postcode>[0-9]{5})"
    r" (?P<city>[^ ].{0,80}?) zur Abholung bereit",
    re.IGNORECASE,
)
#: How the name of a point begins, lower case → its kind.
_KINDS = {"packstation": "locker", "filiale": "post_office", "postfiliale": "post_office", "paketshop": "shop", "parcelshop": "shop"}


def kind_of(name: str) -> str:
    """Tell what kind of point a name of DHL's names; "" for any other name."""
    plain = name.strip().casefold().removeprefix("dhl ")
    return next((kind for word, kind in _KINDS.items() if plain.startswith(word)), "")


def point_in(sentence: str) -> PickupPoint | None:
    """Read the point that a sentence without markup names; None where it names none."""
    found = _SENTENCE.search(sentence)
    if found is None:
        return None
    return point_of(
        kind=kind_of(found["name"]),
        name=found["name"],
        lines=(found["street"],),
        postcode=found["postcode"],
        city=found["city"],
        country="DE",
    )
