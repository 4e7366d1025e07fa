"""GS1 EPCIS: events of any partner that shares them (XML 1.x and 2.0, JSON-LD 2.0) → checkpoints."""

from doorstep.carriers.epcis.events import document_of
from doorstep.carriers.epcis.scans import trackings_of
from doorstep.carriers.partners import PARTNER_SETTINGS, spoken_by
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Parsed


def parse(raw: Raw) -> Parsed:
    """Read a document's events; those about goods alone, not about what a carrier carries, become one note.

    Raises:
        BadInputError: no EPCIS document, or a time that is none; the text names the event. Nothing else.
    """
    document = document_of(raw)
    trackings, goods = trackings_of(document, CARRIER.slug)
    note = CarrierNote("goods", f"{goods} events name no logistic unit (SSCC, GRAI, …) and were left out")
    return Parsed(trackings, (note,) if goods else ())


CARRIER = Carrier(
    slug="epcis",
    name="GS1 EPCIS (any partner)",
    parse=parse,
    parse_with=spoken_by(parse),
    settings=PARTNER_SETTINGS,
    aggregates=True,
)
