"""The answer behind Australia Post's own pages (`articles` with event codes) → a tracking for each article."""

from typing import Any

from doorstep.carriers.australiapost.codes import event_type_of
from doorstep.carriers.australiapost.places import place_named
from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read a shipment, or a list of them, each bare or under `shipment`.

    Raises:
        BadInputError: no articles in it.
    """
    shipments = [boxed(boxed(each).get("shipment")) or boxed(each) for each in listed(answer)]
    articles = [article for shipment in shipments for article in listed(shipment.get("articles"))]
    if not articles:
        raise BadInputError("JSON without tracking_results and without articles of Australia Post")
    return Parsed(tuple(_tracking(article) for article in articles))


def _tracking(article: Any) -> Tracking:
    details = listed(dig(article, "details"))
    number = next((found for told in (article, *details) if (found := numbered(worded(dig(told, "articleId"))))), "")
    if not number:
        raise BadInputError("an article of Australia Post without an articleId")
    events = [event for detail in details for event in listed(dig(detail, "events"))]
    return Tracking(
        tracking_number=number,
        carrier="australiapost",
        checkpoints=tuple(_checkpoint(event, number) for event in events),
        service=next((kind for detail in details if (kind := worded(dig(detail, "articleType")))), None),
    )


def _checkpoint(event: Any, number: str) -> Checkpoint:
    """Read an event. Scans of a post abroad bear a "Z" on that post's own wall time; ours never end in one."""
    code, text, when = (worded(dig(event, name)) for name in ("eventCode", "description", "localeDateTime"))
    place = place_named(worded(dig(event, "location")))
    where = {"country": place.country, "region": place.region} if place else {}
    return Checkpoint(
        event_type=event_type_of(code, text),
        occurred_at=iso_stamp(when, trust_zone=not when.endswith("Z"), **where) if when else None,
        place=place,
        carrier="australiapost",
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
    )
