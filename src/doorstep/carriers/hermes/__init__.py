"""Hermes (Germany): shipment info or parcel page, both JSON → checkpoints and notes."""

from doorstep.carriers.hermes import parcel_page, shipment_info
from doorstep.carriers.reading import dig, json_of, listed, worded
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of Hermes's answers.

    Raises:
        BadInputError: none of them.
    """
    answer = json_of(raw)
    if dig(answer, "shipmentinfo") is not None:
        return shipment_info.read(answer)
    parcels = [parcel for parcel in listed(answer) if isinstance(parcel, dict) and "barcode" in parcel]
    if parcels:
        return parcel_page.read(parcels)
    errors = [error for error in [*listed(dig(answer, "listOfResultCodes")), *listed(answer)] if worded(dig(error, "message"))]
    if not errors:
        raise BadInputError("JSON without shipments and without an error of Hermes")
    return Parsed(notes=tuple(CarrierNote(worded(dig(error, "code")), worded(dig(error, "message"))) for error in errors))


CARRIER = Carrier(
    slug="hermes",
    name="Hermes",
    parse=parse,
    tracking_url="https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{number}",
)
