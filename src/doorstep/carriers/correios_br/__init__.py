"""Correios (Brazil): event lists in XML or JSON → checkpoints and notes."""

from doorstep.carriers.correios_br import rastro_json, rastro_xml
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Correios' tracking, SOAP or REST.

    Raises:
        BadInputError: none of its answers.
    """
    return rastro_json.read(json_of(raw)) if looks_like(raw) == "json" else rastro_xml.read(xml_of(raw))


CARRIER = Carrier(
    slug="correios_br",
    name="Correios",
    parse=parse,
    tracking_url="https://rastreamento.correios.com.br/app/index.php?objetos={number}",
)
