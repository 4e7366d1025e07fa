"""DHL eCommerce's `packages` (JSON answer or webhook; once `mailItems`) → trackings; its problems → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, latest
from doorstep.carriers.countries import country_of
from doorstep.carriers.dhl_global_mail.scans import typed, when
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read all packages, one pushed package, or a problem.

    Raises:
        BadInputError: none of them.
    """
    found = listed(dig(answer, "packages")) or listed(dig(answer, "data", "mailItems"))
    if not found and isinstance(dig(answer, "events"), list):
        found = [answer]
    if found:
        return Parsed(tuple(_tracking(package) for package in found))
    errors = [*listed(dig(answer, "meta", "error")), answer]
    notes = [
        CarrierNote(worded(dig(error, "error_type")) or worded(dig(error, "status")) or worded(dig(error, "type")), text)
        for error in errors
        if (text := worded(dig(error, "error_message")) or worded(dig(error, "detail")) or worded(dig(error, "title")))
    ]
    if not notes and dig(answer, "packages") is None:
        raise BadInputError("JSON without packages and without a problem of DHL eCommerce")
    return Parsed(notes=tuple(notes) or (CarrierNote("", "no package found"),))


def _tracking(item: Any) -> Tracking:
    package = dig(item, "package") or dig(item, "mail") or item
    names = ("trackingId", "dhlPackageId", "packageId", "dspNumber", "mailIdentifier", "intlMailIdentifier", "customerConfirmationNumber")
    numbers = [number for name in names if (number := numbered(worded(dig(package, name))))]
    if not numbers:
        raise BadInputError("a package of DHL eCommerce without a number")
    events = listed(dig(item, "events"))
    checkpoints = tuple(_checkpoint(event, numbers[0]) for event in events)
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    weight, post = dig(package, "weight"), numbered(worded(dig(package, "dspNumber")))
    expected = worded(dig(package, "expectedDelivery")) or worded(dig(item, "expectedDelivery"))
    return Tracking(
        tracking_number=numbers[0],
        carrier="dhl_global_mail",
        checkpoints=checkpoints,
        estimates=() if over or not expected else _estimates(expected, checkpoints),
        links=(Link(tracking_number=post, carrier=None, role="last_mile"),) if post and post != numbers[0] else (),
        service=worded(dig(package, "productName")) or worded(dig(package, "productClass")) or worded(dig(package, "productId")) or None,
        weight_g=grams(dig(weight, "value"), worded(dig(weight, "unitOfMeasure"))),
        signed_by=next((name for event in events if (name := worded(dig(event, "signedBy")))), None) if over else None,
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)


def _checkpoint(event: Any, number: str) -> Checkpoint:
    first, second = worded(dig(event, "primaryEventId")) or worded(dig(event, "id")), worded(dig(event, "secondaryEventId"))
    text = worded(dig(event, "primaryEventDescription")) or worded(dig(event, "description"))
    more = worded(dig(event, "secondaryEventDescription"))
    place = _place(event)
    return Checkpoint(
        event_type=typed(first, text, more),
        occurred_at=when(worded(dig(event, "date")), worded(dig(event, "time")), worded(dig(event, "timeZone")), place),
        place=place,
        carrier="dhl_global_mail",
        carrier_code="/".join(part for part in (first, second) if part),
        carrier_text=f"{text}; {more}" if more else text,
        tracking_number=number,
    )


def _place(event: Any) -> Place | None:
    """Read "Town, ST, US"; a post code of 0 stands for none."""
    parts = [part.strip() for part in worded(dig(event, "location")).split(",") if part.strip()]
    country = country_of(worded(dig(event, "country"))) or (country_of(parts[-1]) if len(parts) > 2 else None)  # noqa: PLR2004 - three parts
    postcode = worded(dig(event, "postalCode"))
    city, region = parts[0] if parts else None, parts[1] if len(parts) > 1 else None
    if not (city or country or postcode.strip("0")):
        return None
    return Place(city=city, region=region, postcode=postcode if postcode.strip("0") else None, country=country)
