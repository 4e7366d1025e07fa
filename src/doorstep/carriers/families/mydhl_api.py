"""MyDHL API's tracking answer (JSON) → trackings and notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.families.dhl_express_codes import event_type_of
from doorstep.carriers.families.dhl_service_areas import place_of
from doorstep.carriers.pieces import claim, how_many, share_out
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

_UNITS = {"metric": "kg", "imperial": "lb"}


def read(answer: Any) -> Parsed:
    """Read shipments, or the problem the API answers with instead.

    Raises:
        BadInputError: neither.
    """
    shipments = listed(dig(answer, "shipments"))
    if shipments:
        return Parsed(tuple(one for shipment in shipments for one in _trackings(shipment)))
    if worded(dig(answer, "detail")) or worded(dig(answer, "title")):
        text = worded(dig(answer, "detail")) or worded(dig(answer, "title"))
        return Parsed(notes=(CarrierNote(worded(dig(answer, "status")), text),))
    if dig(answer, "shipments") == []:
        return Parsed(notes=(CarrierNote("", "no shipment found"),))
    raise BadInputError("JSON without shipments and without an error of DHL Express")


def _trackings(shipment: Any) -> tuple[Tracking, ...]:
    """Read a waybill, and each of its pieces that has events which others have not."""
    number = numbered(worded(dig(shipment, "shipmentTrackingNumber")))
    if not number:
        raise BadInputError("a shipment without a shipmentTrackingNumber")
    pieces = [(numbered(worded(dig(piece, "trackingNumber"))), listed(dig(piece, "events"))) for piece in listed(dig(shipment, "pieces"))]
    total = max(how_many(dig(shipment, "numberOfPieces")), len(pieces))
    events = claim(listed(dig(shipment, "events")), pieces, _same, _ends, total)
    points = [_checkpoint(event, number) for event, _ in events]
    told = [(point, names) for point, (_, names) in zip(points, events, strict=True)]
    shared = share_out(number, told, listed=[plate for plate, _ in pieces], total=total, carrier="dhl_express")
    delivered = [event for (event, _), point in zip(events, points, strict=True) if ends_journey(point.event_type)]
    names = [name for event in delivered if (name := worded(dig(event, "signedBy")))]
    whole = Tracking(
        tracking_number=number,
        carrier="dhl_express",
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(shipment, latest(point.occurred_at for point in points)),
        links=shared.links,
        service=worded(dig(shipment, "productCode")) or None,
        weight_g=grams(dig(shipment, "totalWeight"), _UNITS.get(worded(dig(shipment, "unitOfMeasurements")), "")),
        signed_by=names[0] if names and shared.over else None,
    )
    return whole, *shared.trackings("dhl_express")


def _ends(event: Any) -> bool:
    return ends_journey(event_type_of(worded(dig(event, "typeCode")).upper()))


def _same(event: Any) -> tuple[str, ...]:
    """Name what makes an event of a piece the same as one of the shipment."""
    area = dig(event, "serviceArea", 0) or dig(event, "serviceArea")
    code, *rest = (worded(dig(event, key)) for key in ("typeCode", "date", "time"))
    return code.upper(), *rest, worded(dig(area, "code")) or worded(dig(area, "description"))


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code = worded(dig(event, "typeCode")).upper()
    area = dig(event, "serviceArea", 0) or dig(event, "serviceArea")
    place = place_of(worded(dig(area, "description")), worded(dig(area, "code")) or None)
    day = worded(dig(event, "date"))
    moment = f"{day}T{worded(dig(event, 'time'))}".removesuffix("T") if day else ""
    offset = worded(dig(event, "GMTOffset")).removeprefix("GMT") if "T" in moment else ""
    return Checkpoint(
        event_type=event_type_of(code, signed=bool(worded(dig(event, "signedBy")))),
        occurred_at=iso_stamp(moment + offset, country=place.country if place else None, region=place.region if place else None)
        if moment
        else None,
        place=place,
        carrier="dhl_express",
        carrier_code=code,
        carrier_text=worded(dig(event, "description")),
        tracking_number=number,
    )


def _estimates(shipment: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Read the promise as the wall time it is written in; DHL writes the offset behind it ("GMT+01:00")."""
    written = worded(dig(shipment, "estimatedDeliveryDate")) or worded(dig(shipment, "estimatedTimeOfDelivery"))
    if not written:
        return ()
    local = iso_stamp(written.replace(" GMT", "")).local
    day = iso_day(local)
    time = local[11:16] if local[11:16] not in ("", "00:00", "23:59") else None
    return (Estimate(from_on=day, to_on=day, to_time=time, stated_at=stated),)
