"""A waybill with its `tracking_history` (JSON) → one tracking; a page without one → a note."""

import re
from typing import Any

from doorstep.carriers.clock import iso_stamp, read_time, stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.nova_poshta_shopping.sentences import event_type_of
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_SLUG = "nova_poshta_shopping"
#: The page that comes beside the data repeats the number asked for.
_ASKED = re.compile(r"№:\s*([^<\s]+)")


def read(answer: Any) -> Parsed:
    """Read an answer of `ajax_tracking`.

    Raises:
        BadInputError: no JSON object, or a waybill without a number.
    """
    if not isinstance(answer, dict):
        raise BadInputError("JSON that is no answer of Nova Poshta Shopping")
    if not isinstance(answer.get("tracking_history"), list) and not worded(answer.get("state")):
        asked = _ASKED.search(worded(answer.get("result")))
        text = "the page tells no state of this number" if asked else "the answer holds neither a state nor a page"
        return Parsed((), (CarrierNote("", text, (numbered(asked[1]) or None) if asked else None),))
    number = numbered(worded(answer.get("waybill_number")) or worded(answer.get("iew_num")))
    if not number:
        raise BadInputError("an answer with a history and without a waybill_number")
    history = [boxed(row) for row in listed(answer.get("tracking_history"))]
    rows = history or [{"description": answer.get("state")}]
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier=_SLUG,
                checkpoints=tuple(_checkpoint(row, number) for row in rows),
                service=worded(dig(answer, "service", "name")) or None,
                weight_g=grams(dig(answer, "shipment_info", "sum_actual_weight"), "kg"),
            ),
        )
    )


def _checkpoint(row: dict[str, Any], number: str) -> Checkpoint:
    """Read one row. A status known by its sentence keeps no code; of any other the code is kept for whoever maps it."""
    sentence = worded(row.get("description"))
    event_type = event_type_of(sentence, *(worded(dig(other, "description")) for other in listed(row.get("translations"))))
    country = country_of(worded(row.get("country")))
    return Checkpoint(
        event_type=event_type,
        occurred_at=_occurred_at(worded(row.get("date")), country),
        place=place_of(country=worded(row.get("country"))),
        carrier=_SLUG,
        carrier_code=worded(row.get("code")) if event_type == "unknown" else "",
        carrier_text=sentence,
        tracking_number=number,
    )


def _occurred_at(text: str, country: str | None) -> OccurredAt | None:
    if not text:
        return None
    if "." not in text[:3]:
        return iso_stamp(text, country=country)
    wall = read_time(text, "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
    precision = Precision.SECOND if text.count(":") > 1 else Precision.MINUTE if ":" in text else Precision.DATE
    return stamp(wall, precision, country=country)
