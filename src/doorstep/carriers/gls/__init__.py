"""GLS: gateway, group page, MyGLS, the Dutch and the Polish page, the German app (all JSON) → checkpoints and notes."""

from doorstep.carriers.gls import dutch_page, gateway_json, group_page, mygls_json, national_json
from doorstep.carriers.gls.asking import ASKING, SETTINGS
from doorstep.carriers.reading import dig, json_of, listed, worded
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of GLS's answers.

    Raises:
        BadInputError: none of them.
    """
    answer = json_of(raw)
    if dig(answer, "deliveryEvents") is not None:
        return national_json.read_german(answer)
    if dig(answer, "eventReasons") is not None or dig(answer, "progressBarIdent") is not None:
        return national_json.read_polish(answer)
    if dig(answer, "parcelNo") is not None:
        return dutch_page.read(answer)
    if any(dig(answer, name) is not None for name in ("tuStatus", "tuNo", "exceptionText", "lastError")):
        return group_page.read(answer)
    if dig(answer, "ParcelStatusList") is not None or dig(answer, "GetParcelStatusErrors") is not None:
        return mygls_json.read(answer)
    if isinstance(dig(answer, "parcels"), list | dict):
        return gateway_json.read(answer)
    problems = listed(dig(answer, "errors")) or [answer]
    notes = [CarrierNote(worded(dig(problem, "errorCode")), worded(dig(problem, "errorMessage"))) for problem in problems]
    if not any(note.code for note in notes):
        raise BadInputError("JSON without parcels and without an error of GLS")
    return Parsed((), tuple(note for note in notes if note.code))


CARRIER = Carrier(
    slug="gls",
    name="GLS",
    parse=parse,
    settings=SETTINGS,
    asking=ASKING,
    tracking_url="https://gls-group.com/GROUP/en/parcel-tracking?match={number}",
)
