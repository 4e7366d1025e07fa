"""The answer of FedEx's Track API, and its webhook of the same shape (JSON) → trackings, notes."""

from typing import Any

from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.countries import country_of
from doorstep.carriers.families.fedex_codes import Scanned, meaning_of, refined, signer_of
from doorstep.carriers.fedex.scans import (
    SLUG,
    estimate_of,
    grams,
    held_at,
    identifier_link,
    is_over,
    newest_stamp,
    stamp_of,
    worded_event,
)
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: A status without scans takes its time from the date of this kind.
_TIME_OF = {"DL": "ACTUAL_DELIVERY", "PU": "ACTUAL_PICKUP", "DO": "ACTUAL_TENDER"}


def parse_answer(tree: Any) -> Parsed:
    """Read an answer, of whatever outcome.

    Raises:
        BadInputError: it has neither results nor errors.
    """
    output = dig(tree, "output") if isinstance(dig(tree, "output"), dict) else tree
    if (
        not isinstance(output, dict)
        or not {"completeTrackResults", "trackResults", "trackingNumberInfo", "errors", "alerts"} & output.keys()
    ):
        raise BadInputError("the JSON is no answer of FedEx tracking: it has neither results nor errors")
    notes = [_note(error, None) for error in listed(dig(output, "errors"))]
    notes += [_note(alert, None) for alert in listed(dig(output, "alerts")) if isinstance(alert, dict)]
    trackings = []
    for complete in listed(dig(output, "completeTrackResults")) or [output]:
        asked = numbered(worded(dig(complete, "trackingNumber")))
        for result in listed(dig(complete, "trackResults")) or ([complete] if dig(complete, "trackingNumberInfo") else []):
            number = numbered(worded(dig(result, "trackingNumberInfo", "trackingNumber"))) or asked
            if isinstance(error := dig(result, "error"), dict) and error:
                notes.append(_note(error, number or None))
            elif number:
                trackings.append(_tracking(result, number))
    return Parsed(tuple(trackings), tuple(notes))


def _note(error: Any, number: str | None) -> CarrierNote:
    return CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")), number)


def _tracking(result: Any, number: str) -> Tracking:
    signer = _signer(result)
    scans = listed(dig(result, "scanEvents"))
    checkpoints = tuple(_scan(scan, number, result, signer) for scan in scans) or _latest_only(result, number, signer)
    return Tracking(
        tracking_number=number,
        carrier=SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(result, checkpoints),
        links=_links(result),
        service=worded(dig(result, "serviceDetail", "description")) or None,
        weight_g=_weight(result),
        signed_by=signer,
        is_return=bool(dig(result, "returnDetail")),
        pickup=_pickup(dig(result, "holdAtLocation")) or _held(scans, checkpoints),
    )


def _held(scans: list[Any], checkpoints: tuple[Checkpoint, ...]) -> PickupPoint | None:
    """Read where a scan says that the package can be collected."""
    if len(scans) != len(checkpoints):
        return None
    return told_last(
        (at, held_at(worded(dig(scan, "exceptionDescription")), at.place)) for scan, at in zip(scans, checkpoints, strict=True)
    )


def _pickup(hold: Any) -> PickupPoint | None:
    """Read the location at which FedEx holds the package for the recipient."""
    who = boxed(dig(hold, "locationContactAndAddress"))
    address = boxed(who.get("address"))
    kind = worded(dig(hold, "locationType"))
    return point_of(
        kind="locker" if kind == "FEDEX_SELF_SERVICE_LOCATION" else "shop" if kind.startswith("FEDEX_") else "",
        name=worded(dig(who, "contact", "companyName")),
        lines=tuple(worded(line) for line in listed(address.get("streetLines"))),
        postcode=worded(address.get("postalCode")),
        city=worded(address.get("city")),
        country=worded(address.get("countryCode")),
    )


def _signer(result: Any) -> str | None:
    details = dig(result, "deliveryDetails")
    return signer_of(worded(dig(details, "receivedByName")) or worded(dig(details, "signedByName")))


def _scan(scan: Any, number: str, result: Any, signer: str | None) -> Checkpoint:
    place = _place(dig(scan, "scanLocation"), worded(dig(scan, "locationId")))
    text = worded(dig(scan, "eventDescription"))
    event_type, code = meaning_of(
        Scanned(
            event=worded(dig(scan, "eventType")).upper(),
            exception=worded(dig(scan, "exceptionCode")).upper(),
            derived=worded(dig(scan, "derivedStatusCode")).upper(),
            text=text,
            at=worded(dig(scan, "locationType")),
        )
    )
    return Checkpoint(
        event_type=refined(event_type, handed_over_at=worded(dig(result, "deliveryDetails", "locationType")), signed_by=signer),
        occurred_at=stamp_of(worded(dig(scan, "date")), place),
        place=place,
        carrier=SLUG,
        carrier_code=code,
        carrier_text=worded_event(text, worded(dig(scan, "exceptionDescription"))),
        tracking_number=number,
    )


def _latest_only(result: Any, number: str, signer: str | None) -> tuple[Checkpoint, ...]:
    latest = dig(result, "latestStatusDetail")
    event = worded(dig(latest, "code")).upper()
    if not event:
        return ()
    reason = dig(latest, "ancillaryDetails", 0)
    text = worded(dig(latest, "description"))
    event_type, code = meaning_of(Scanned(event=event, exception=worded(dig(reason, "reason")).upper(), text=text))
    place = _place(dig(latest, "scanLocation"), "")
    return (
        Checkpoint(
            event_type=refined(event_type, handed_over_at=worded(dig(result, "deliveryDetails", "locationType")), signed_by=signer),
            occurred_at=stamp_of(_date_of(result, _TIME_OF.get(event, "")), place),
            place=place,
            carrier=SLUG,
            carrier_code=code,
            carrier_text=worded_event(text, worded(dig(reason, "reasonDescription"))),
            tracking_number=number,
        ),
    )


def _date_of(result: Any, kind: str) -> str:
    dates = listed(dig(result, "dateAndTimes"))
    return next((worded(dig(entry, "dateTime")) for entry in dates if worded(dig(entry, "type")) == kind), "") if kind else ""


def _place(address: Any, facility: str) -> Place | None:
    street = " ".join(" ".join(worded(line) for line in listed(dig(address, "streetLines"))).split())
    place = Place(
        text=street or None,
        city=worded(dig(address, "city")) or None,
        region=worded(dig(address, "stateOrProvinceCode")) or None,
        postcode=worded(dig(address, "postalCode")) or None,
        country=country_of(worded(dig(address, "countryCode"))) or country_of(worded(dig(address, "countryName"))),
        facility=facility or None,
    )
    return place if place != Place() else None


def _estimates(result: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if is_over(checkpoints) or _date_of(result, "ACTUAL_DELIVERY"):
        return ()
    stated_at = newest_stamp(checkpoints)
    window = dig(result, "estimatedDeliveryTimeWindow", "window")
    estimated = estimate_of(worded(dig(window, "begins")), worded(dig(window, "ends")), stated_at)
    if not estimated:
        estimated = estimate_of("", _date_of(result, "ESTIMATED_DELIVERY"), stated_at)
    # the standard transit time is the commitment of the service; when FedEx made it, it does not say
    standard = dig(result, "standardTransitTimeWindow", "window")
    return (*estimate_of(worded(dig(standard, "begins")), worded(dig(standard, "ends"))), *estimated)


def _links(result: Any) -> tuple[Link, ...]:
    links: list[Link] = []
    for identifier in listed(dig(result, "additionalTrackingInfo", "packageIdentifiers")):
        for value in [*listed(dig(identifier, "values")), *listed(dig(identifier, "value"))]:
            links += identifier_link(worded(dig(identifier, "type")), worded(value))
    return tuple(links)


def _weight(result: Any) -> int | None:
    weights = [
        *listed(dig(result, "packageDetails", "weightAndDimensions", "weight")),
        *listed(dig(result, "shipmentDetails", "weight")),
    ]
    pairs = [(worded(dig(weight, "value")), worded(dig(weight, "unit"))) for weight in weights]
    return grams(sorted(pairs, key=lambda pair: pair[1] != "KG"))
