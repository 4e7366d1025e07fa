"""What another plug-in reads out of the same bytes → the same, under the name of the carrier that borrows it."""

from datetime import datetime

from msgspec.structs import replace

from doorstep.carriers import carrier_named
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.tracking import Parsed, Tracking


def read_as(own: str, lender: str, raw: Raw) -> Parsed:
    """Let the plug-in `lender` read, and put `own` wherever it names itself as the carrier.

    Raises:
        BadInputError: the lender cannot read it.
    """
    parsed = carrier_named(lender).parse(raw)
    return Parsed(tuple(_renamed(tracking, own, lender) for tracking in parsed.trackings), parsed.notes)


def _renamed(tracking: Tracking, own: str, lender: str) -> Tracking:
    scans = tuple(replace(scan, carrier=own) if scan.carrier == lender else scan for scan in tracking.checkpoints)
    return replace(tracking, carrier=own if tracking.carrier == lender else tracking.carrier, checkpoints=scans)


def verify_as(lender: str, raw: Raw, settings: Settings, now: datetime) -> None:
    """Let the plug-in `lender` check the sender, where it does.

    Raises:
        BadSignatureError: missing, forged or old.
        MisconfiguredError: the connection lacks what it is checked with.
    """
    check = carrier_named(lender).verify
    if check is not None:
        check(raw, settings, now)
