"""Nova Post's tracking history (JSON), as its API answers → trackings.

Source: Nova Post's OpenAPI document, v.1.0, `GET /shipments/tracking/history`, read 2026-11-22. Its `related_numbers` "are subject to change"
and say nothing of how they are related: no links are made of them.
"""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.nova_post.codes import event_type_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the shipments of an answer; none where Nova Post knows none of the numbers.

    Raises:
        BadInputError: a shipment without a number.
    """
    return Parsed(tuple(_tracking(item) for item in listed(dig(answer, "items"))), ())


def _tracking(item: Any) -> Tracking:
    number = numbered(worded(dig(item, "number")))
    if not number:
        raise BadInputError("a shipment of Nova Post without a number")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(dig(item, "history_tracking")))
    return Tracking(tracking_number=number, carrier="nova_post", checkpoints=checkpoints)


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, when = worded(dig(event, "code")), worded(dig(event, "date"))
    city, country = worded(dig(event, "settlement")) or None, country_of(worded(dig(event, "country_code")))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when) if when else None,
        place=Place(city=city, country=country) if city or country else None,
        carrier="nova_post",
        carrier_code=code,
        carrier_text=worded(dig(event, "code_name")),
        tracking_number=number,
    )
