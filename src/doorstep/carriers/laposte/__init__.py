"""La Poste (France): Suivi v2 (JSON) → checkpoints and notes."""

from doorstep.carriers.families.la_poste_suivi import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of La Poste's Suivi, for one number or several.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw), "laposte")


CARRIER = Carrier(
    slug="laposte", name="La Poste", parse=parse, tracking_url="https://www.laposte.fr/outils/suivre-vos-envois?code={number}"
)
