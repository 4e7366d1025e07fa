"""DHL Shipment Tracking - Unified, all divisions: JSON answer or push → checkpoints."""

from datetime import datetime

from doorstep.carriers.dhl_universal.asking import ASKING, SETTINGS
from doorstep.carriers.dhl_universal.codes import carrier_of, event_type_of
from doorstep.carriers.families import dhl_unified
from doorstep.carriers.reading import json_of
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import Parsed

#: DHL's push signs nothing; it sends back the token that the subscription names, under a header the subscriber chooses.
_HEADER = "push_header"


def parse(raw: Raw) -> Parsed:
    """Read an answer for any division, a pushed shipment, or a problem of DHL's gateway.

    Raises:
        BadInputError: none of them.
    """
    return dhl_unified.read(json_of(raw), carrier_of, event_type_of)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - the token does not age
    """Compare the token that DHL sends back with the one given when subscribing.

    Raises:
        BadSignatureError: it is missing or another.
        MisconfiguredError: the connection has no token.
    """
    expected = secret_of(settings, "push_token")
    require_equal(header_of(raw, (settings.get(_HEADER) or "authorization").lower()), expected)


CARRIER = Carrier(
    slug="dhl_universal",
    name="DHL",
    parse=parse,
    verify=verify,
    settings=(
        Setting(name="push_token", label="Token given as hook.authentication.token when subscribing", secret=True, required=False),
        Setting(name=_HEADER, label="Header given as hook.authentication.header", required=False, default="authorization"),
        *SETTINGS,
    ),
    tracking_url="https://www.dhl.com/global-en/home/tracking/tracking-parcel.html?submit=1&tracking-id={number}",
    aggregates=True,
    asking=ASKING,
)
