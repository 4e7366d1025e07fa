"""Australia Post's `tracking_results` → a tracking for each number asked for and each article in it; its errors → notes."""

from typing import Any

from doorstep.carriers.australiapost.codes import event_type_of_sentence
from doorstep.carriers.australiapost.places import place_named
from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read an answer, or the errors that stand for it.

    Raises:
        BadInputError: neither results nor errors.
    """
    results = [result for result in listed(dig(answer, "tracking_results")) if isinstance(result, dict)]
    notes = [note for body in (boxed(answer), *results) for note in _notes(body)]
    trackings = tuple(tracking for result in results for tracking in _trackings(result))
    if not results and not notes:
        raise BadInputError("JSON without tracking_results and without errors of Australia Post")
    return Parsed(trackings, tuple(notes))


def _notes(body: dict[str, Any]) -> list[CarrierNote]:
    number = numbered(worded(body.get("tracking_id"))) or None
    told = [error for error in listed(body.get("errors")) if isinstance(error, dict)]
    return [CarrierNote(worded(error.get("code")), worded(error.get("message")) or worded(error.get("name")), number) for error in told]


def _trackings(result: dict[str, Any]) -> list[Tracking]:
    """Read one result: an article, or a consignment of several, each of which is followed under its own number, too."""
    if "errors" in result and "trackable_items" not in result:
        return []
    asked = numbered(worded(result.get("tracking_id")))
    articles = [article for item in listed(result.get("trackable_items")) for article in _articles(item)]
    numbers = [numbered(worded(article.get("article_id"))) or asked for article in articles]
    if not asked and not all(numbers):
        raise BadInputError("a tracking result of Australia Post without a tracking_id")
    found = [_tracking(article, number) for article, number in zip(articles, numbers, strict=True)]
    if asked and asked not in numbers:
        found.insert(0, _consignment(result, asked, numbers))
    return found


def _articles(item: Any) -> list[dict[str, Any]]:
    """List the articles of a trackable item: a consignment's `items`, or the item itself."""
    within = [article for article in listed(dig(item, "items")) if isinstance(article, dict)]
    return within or ([item] if isinstance(item, dict) else [])


def _consignment(result: dict[str, Any], asked: str, numbers: list[str]) -> Tracking:
    events = [event for part in listed(result.get("consignment")) for event in listed(dig(part, "events"))]
    return Tracking(
        tracking_number=asked,
        carrier="australiapost",
        checkpoints=_checkpoints(events, worded(result.get("status")), asked),
        links=tuple(Link(tracking_number=number, carrier="australiapost", role="parcel") for number in dict.fromkeys(numbers)),
    )


def _tracking(article: dict[str, Any], number: str) -> Tracking:
    return Tracking(
        tracking_number=number,
        carrier="australiapost",
        checkpoints=_checkpoints(listed(article.get("events")), worded(article.get("status")), number),
        service=worded(article.get("product_type")) or None,
    )


def _checkpoints(events: list[Any], status: str, number: str) -> tuple[Checkpoint, ...]:
    """Read the events; where there are none, the status alone, which has no time."""
    if not events and event_type_of_sentence(status) != "unknown":
        events = [{"description": status}]
    return tuple(_checkpoint(event, number) for event in events)


def _checkpoint(event: Any, number: str) -> Checkpoint:
    text, when = worded(dig(event, "description")), worded(dig(event, "date"))
    return Checkpoint(
        event_type=event_type_of_sentence(text),
        occurred_at=iso_stamp(when) if when else None,
        place=place_named(worded(dig(event, "location"))),
        carrier="australiapost",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
    )
