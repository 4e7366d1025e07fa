"""Nova Poshta: documents with their status (JSON or XML) → checkpoints and notes."""

from doorstep.carriers.nova_poshta.asking import ASKING, SETTINGS
from doorstep.carriers.nova_poshta.documents import read, read_xml
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read the answer to `getStatusDocuments` in either of its languages.

    Raises:
        BadInputError: none of Nova Poshta's answers.
    """
    return read_xml(xml_of(raw)) if looks_like(raw) == "xml" else read(json_of(raw))


CARRIER = Carrier(
    slug="nova_poshta",
    name="Nova Poshta",
    parse=parse,
    settings=SETTINGS,
    asking=ASKING,
    tracking_url="https://novaposhta.ua/tracking/{number}",
)
