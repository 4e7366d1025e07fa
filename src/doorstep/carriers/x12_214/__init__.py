"""ANSI X12 214: status reports of any North American carrier that exchanges them → checkpoints."""

from doorstep.carriers.partners import PARTNER_SETTINGS, spoken_by
from doorstep.carriers.x12_214.interchange import transaction_sets
from doorstep.carriers.x12_214.status_report import read_set
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Parsed, Tracking


def parse(raw: Raw) -> Parsed:
    """Read interchanges of the releases 003070 and later; transaction sets of another kind become notes.

    Raises:
        BadInputError: no X12, cut off, or a time that is none; the text names the segment. Nothing else.
    """
    trackings: list[Tracking] = []
    notes: list[CarrierNote] = []
    for one in transaction_sets(raw):
        if one.kind != "214":
            notes.append(CarrierNote(one.kind[:3], f"segment {one.at}: a transaction set that reports no status was left out"))
            continue
        found = read_set(one, CARRIER.slug)
        trackings += found
        if not found:
            notes.append(CarrierNote("214", f"segment {one.at}: the transaction set names no shipment"))
    return Parsed(tuple(trackings), tuple(notes))


CARRIER = Carrier(
    slug="x12_214",
    name="X12 214 (any carrier)",
    parse=parse,
    parse_with=spoken_by(parse),
    settings=PARTNER_SETTINGS,
    aggregates=True,
)
