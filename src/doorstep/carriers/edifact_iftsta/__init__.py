"""UN/EDIFACT IFTSTA: status reports of any carrier that exchanges them → checkpoints."""

from doorstep.carriers.edifact_iftsta.status_message import read_message
from doorstep.carriers.families.edifact import messages_of
from doorstep.carriers.partners import PARTNER_SETTINGS, spoken_by
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Parsed, Tracking


def parse(raw: Raw) -> Parsed:
    """Read an interchange of the directories D.93A to D.20B; messages of another kind become notes.

    Raises:
        BadInputError: no EDIFACT, cut off, or a time that is none; the text names the segment. Nothing else.
    """
    trackings: list[Tracking] = []
    notes: list[CarrierNote] = []
    for message in messages_of(raw):
        if message.kind != "IFTSTA":
            notes.append(CarrierNote(message.kind[:6], f"segment {message.at}: a message that reports no status was left out"))
            continue
        found = read_message(message, CARRIER.slug)
        trackings += found
        if not found:
            notes.append(CarrierNote("IFTSTA", f"segment {message.at}: the message names no consignment"))
    return Parsed(tuple(trackings), tuple(notes))


CARRIER = Carrier(
    slug="edifact_iftsta",
    name="EDIFACT IFTSTA (any carrier)",
    parse=parse,
    parse_with=spoken_by(parse),
    settings=PARTNER_SETTINGS,
    aggregates=True,
)
