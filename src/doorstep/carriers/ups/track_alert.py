"""UPS Track Alert, one activity a webhook → tracking; its credential → refused or not."""

from datetime import datetime
from typing import Any

from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.carriers.ups.codes import meaning_of
from doorstep.carriers.ups.scans import SLUG, checkpoint_of, clock_of, day_of, estimate_on, is_over, place_of, stamp_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import Link, Parsed, Tracking
from doorstep.errors import BadInputError


def is_alert(tree: Any) -> bool:
    """Tell whether decoded JSON is a Track Alert or a list of them."""
    return all(isinstance(dig(alert, "activityStatus"), dict) for alert in listed(tree)) and bool(listed(tree))


def parse_alerts(tree: Any) -> Parsed:
    """Read one alert or a list of them. Source of the shape: UPS-API/api-documentation, UPSTrackAlertEnhanced.yaml, read 2026-11-22.

    Raises:
        BadInputError: an alert names no tracking number.
    """
    return Parsed(tuple(_alert(alert) for alert in listed(tree)))


def _alert(alert: Any) -> Tracking:
    number = numbered(worded(dig(alert, "trackingNumber")))
    if not number:
        raise BadInputError("the Track Alert names no trackingNumber")
    told, where, status = alert.get, boxed(alert.get("activityLocation")).get, boxed(alert.get("activityStatus")).get
    place = place_of(
        city=worded(where("city")),
        region=worded(where("stateProvince")),
        postcode=worded(where("postalCode")),
        country=country_of(worded(where("country"))),
    )
    # JSON numbers lose their leading zeros and the code list is read without them; `descriptionCode` is the status code under another name
    meaning = meaning_of(worded(status("type")).upper(), worded(status("code")).upper(), worded(status("descriptionCode")).zfill(3))
    at = stamp_of(
        worded(told("localActivityDate")),
        worded(told("localActivityTime")),
        offset=worded(told("gmtOffset")),
        gmt=(worded(told("gmtActivityDate")), worded(told("gmtActivityTime"))),
        place=place,
    )
    checkpoint = checkpoint_of(meaning, number, worded(status("description")), at, place)
    window = (clock_of(worded(told("deliveryStartTime"))), clock_of(worded(told("deliveryEndTime"))))
    over = is_over([checkpoint]) or day_of(worded(told("actualDeliveryDate"))) is not None
    alternate = numbered(worded(told("alternateTrackingNumber")))
    return Tracking(
        tracking_number=number,
        carrier=SLUG,
        checkpoints=(checkpoint,),
        estimates=() if over else tuple(estimate_on(day_of(worded(told("scheduledDeliveryDate"))), at, window)),
        links=(Link(tracking_number=alternate, carrier=SLUG, role="replaced_by"),)
        if meaning.event_type == "tracking_number_changed" and alternate
        else (),
        signed_by=worded(told("receivedBy")) or None,
    )


def verify_credential(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check that the sender knows the credential given to UPS with the subscription; UPS sends it back in the header `credential`.

    Source: UPS developer portal, Track Alert, read 2026-11-22. UPS does not sign the body.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: the connection has none.
    """
    expected = secret_of(settings, "credential")
    require_equal(header_of(raw, "credential"), expected)
