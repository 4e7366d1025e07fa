"""DPD's push service (form fields, in the body or the address) → one tracking with one scan."""

from urllib.parse import parse_qs, urlsplit

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.dpd.codes import event_type_of
from doorstep.carriers.reading import grams, numbered
from doorstep.domain.places import Place
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_MOST_FIELDS = 100


def read(raw: Raw) -> Parsed:
    """Read one pushed status.

    Raises:
        BadInputError: no push: `pnr` or `status` is missing.
    """
    try:
        told = raw.body.decode() or urlsplit(raw.url).query
        fields = {name: values[0].strip() for name, values in parse_qs(told, max_num_fields=_MOST_FIELDS).items()}
    except ValueError as error:
        raise BadInputError("neither a life cycle nor form fields") from error
    number, word = numbered(fields.get("pnr", "")), fields.get("status", "")
    if not number or not word:
        raise BadInputError("neither a life cycle nor a push of DPD with pnr and status")
    when, depot = fields.get("statusdate", ""), fields.get("depot", "")
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="dpd",
                checkpoints=(
                    Checkpoint(
                        event_type=event_type_of(word),
                        occurred_at=stamp(read_time(when, "%d%m%Y%H%M%S"), Precision.SECOND) if when else None,
                        place=Place(facility=depot) if depot else None,
                        carrier="dpd",
                        carrier_code=word,
                        carrier_text=fields.get("scaninfo", ""),
                        tracking_number=number,
                    ),
                ),
                weight_g=grams(fields.get("weight", ""), "kg"),
            ),
        )
    )
