"""DHL's Shipment Tracking - Unified (JSON answer or push), as it tells of Express shipments → trackings."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import country_of
from doorstep.carriers.families.dhl_express_codes import UNIFIED, event_type_of, event_type_of_sentence
from doorstep.carriers.pieces import how_many, share_out
from doorstep.carriers.reading import dig, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the shipments of an answer.

    Raises:
        BadInputError: a shipment without its id.
    """
    return Parsed(tuple(one for shipment in listed(dig(answer, "shipments")) for one in _trackings(shipment)))


def _trackings(shipment: Any) -> tuple[Tracking, ...]:
    """Read a waybill, and each of its pieces that has events which others have not."""
    number = numbered(worded(dig(shipment, "id")))
    if not number:
        raise BadInputError("a shipment without an id")
    events = listed(dig(shipment, "events")) or listed(dig(shipment, "status"))
    told = [(_checkpoint(event, number), _pieces(event)) for event in events]
    details = dig(shipment, "details")
    shared = share_out(number, told, listed=_pieces(details), total=how_many(dig(details, "totalNumberOfPieces")), carrier="dhl_express")
    stated = latest(checkpoint.occurred_at for checkpoint, _ in told)
    whole = Tracking(
        tracking_number=number,
        carrier="dhl_express",
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(shipment, stated),
        links=shared.links,
        service=worded(dig(details, "product", "productName")) or None,
        weight_g=grams(dig(details, "weight", "value"), worded(dig(details, "weight", "unitText"))),
        signed_by=worded(dig(details, "proofOfDelivery", "signed", "name")) or None if shared.over else None,
    )
    return whole, *shared.trackings("dhl_express")


def _pieces(named: Any) -> list[str]:
    """Read the pieces that an event, or the shipment's details, name."""
    return [piece for one in listed(dig(named, "pieceIds")) if (piece := numbered(worded(one)))]


def _checkpoint(event: Any, number: str) -> Checkpoint:
    """Read an event: its two-letter code where sent, else its sentence, else one of the five words that all of DHL shares."""
    general, code = worded(dig(event, "statusCode")), worded(dig(event, "status")).upper()
    code = code if len(code) == 2 else ""  # noqa: PLR2004 - Express codes have two letters
    address = dig(event, "location", "address")
    country, city = country_of(worded(dig(address, "countryCode"))), worded(dig(address, "addressLocality")) or None
    when = worded(dig(event, "timestamp"))
    text = worded(dig(event, "description")) or worded(dig(event, "status"))
    return Checkpoint(
        event_type=event_type_of(code) if code else _by_words(general, text, city or ""),
        occurred_at=iso_stamp(when, country=country) if when else None,
        place=Place(city=city, country=country) if city or country else None,
        carrier="dhl_express",
        carrier_code="/".join(part for part in (general, code) if part),
        carrier_text=text,
        tracking_number=number,
    )


def _by_words(general: str, text: str, town: str) -> str:
    """Find what the shared word says, finer where the sentence does; a word that DHL does not have is unknown, whatever is said beside it."""
    shared = UNIFIED.get(general.lower(), "unknown")
    said = event_type_of_sentence(text, town) if shared != "unknown" or not general else "unknown"
    return said if said != "unknown" else shared


def _estimates(shipment: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Read the promise by its own wall time; midnight and a minute to it stand for "some time that day"."""
    written = worded(dig(shipment, "estimatedTimeOfDelivery"))
    if not written:
        return ()
    day, time = iso_day(written), iso_stamp(written).local[11:16]
    reason = worded(dig(shipment, "estimatedTimeOfDeliveryRemark")) or None
    return (
        Estimate(from_on=day, to_on=day, to_time=time if time not in ("", "00:00", "23:59") else None, stated_at=stated, reason=reason),
    )
