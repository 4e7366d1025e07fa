"""Colissimo: La Poste's Suivi v2 (JSON) or Colissimo's own web service (XML) → checkpoints and notes."""

from doorstep.carriers.colissimo.track_xml import read as read_xml
from doorstep.carriers.families.la_poste_suivi import read
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of either service.

    Raises:
        BadInputError: none of their answers.
    """
    return read_xml(xml_of(raw)) if looks_like(raw) == "xml" else read(json_of(raw), "colissimo")


CARRIER = Carrier(
    slug="colissimo", name="Colissimo", parse=parse, tracking_url="https://www.laposte.fr/outils/suivre-vos-envois?code={number}"
)
