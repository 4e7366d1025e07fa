"""USPS International: the answers of USPS's tracking, which is the same for parcels abroad → checkpoints and notes."""

from datetime import datetime

from doorstep.carriers.borrowed import read_as, verify_as
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Let USPS's plug-in read. Source: USPS Tracking API v3, which serves domestic and international items, read 2026-11-22.

    Raises:
        BadInputError: none of USPS's answers.
    """
    return read_as("usps_international", "usps", raw)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the sender of a push as USPS's plug-in does.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: USPS signs and the connection has no secret.
    """
    verify_as("usps", raw, settings, now)


CARRIER = Carrier(
    slug="usps_international",
    name="USPS International",
    parse=parse,
    verify=verify,
    settings=(Setting(name="secret", label="Secret of the USPS tracking subscription (32 characters)", secret=True, required=False),),
    tracking_url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
)
