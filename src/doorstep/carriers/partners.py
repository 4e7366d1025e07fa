"""What a file exchanged with a partner says, and the connection's setting of who the partner is → under whose slug it counts."""

from collections.abc import Callable

import msgspec

from doorstep.carriers.names import carrier_slug
from doorstep.domain.plugins import Raw, Setting, Settings
from doorstep.domain.tracking import Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: For every reader of a format that many carriers speak.
PARTNER_SETTING = Setting(
    name="carrier",
    label="Slug of the carrier that sends this; leave empty to go by what the messages say",
    required=False,
    example="dpd",
)

#: Standard Carrier Alpha Codes → slug. Source: NMFTA's directory as carriers print it on their own bills, as known on 2026-11-22.
_SCAC = {
    "UPSN": "ups", "UPSS": "ups", "UPSC": "ups", "USPS": "usps", "FDEG": "fedex", "FDE": "fedex", "FDEN": "fedex", "FDXG": "fedex",
    "FXFE": "fedex", "FXNL": "fedex", "DHLC": "dhl_express", "ODFL": "old_dominion", "PRLA": "purolator", "ONTC": "ontrac",
    "ABFS": "abf", "AACT": "aaa_cooper", "AVRT": "averitt", "CNWY": "xpo", "CTII": "central_transport", "DAFG": "dayton_freight",
    "EXLA": "estes", "PITD": "pitt_ohio", "PYLE": "a_duie_pyle", "RLCA": "rl_carriers", "SAIA": "saia", "SEFL": "southeastern",
    "TFIN": "tforce", "UPGF": "tforce", "WARD": "ward",
}  # fmt: skip

#: More events (of an item each) than any file of a partner tells; past it the bytes are an attack or a mistake.
_MOST_EVENTS = 300_000


def bound_events(count: int) -> None:
    """Refuse a file whose lists of items and events multiply beyond measure.

    Raises:
        BadInputError: `count`, items times events, is too large.
    """
    if count > _MOST_EVENTS:
        raise BadInputError(f"more than {_MOST_EVENTS} events in one file")


def slug_of_scac(code: str) -> str | None:
    """Find the slug for a Standard Carrier Alpha Code; None for one we do not have."""
    return _SCAC.get(code.strip().upper())


def spoken_by(parse: Callable[[Raw], Parsed]) -> Callable[[Raw, Settings], Parsed]:
    """Make the `parse_with` that counts everything under the connection's carrier, where it names one."""

    def parse_with(raw: Raw, settings: Settings) -> Parsed:
        """Read a file of the partner's.

        Raises:
            BadInputError: not such a file. Nothing else.
        """
        parsed = parse(raw)
        slug = carrier_slug(settings.get("carrier"))
        return msgspec.structs.replace(parsed, trackings=tuple(_under(one, slug) for one in parsed.trackings)) if slug else parsed

    return parse_with


def _under(tracking: Tracking, slug: str) -> Tracking:
    return msgspec.structs.replace(
        tracking,
        carrier=slug,
        checkpoints=tuple(msgspec.structs.replace(one, carrier=slug) for one in tracking.checkpoints),
        links=tuple(_pieces(link, tracking.carrier, slug) for link in tracking.links),
    )


def _pieces(link: Link, was: str, slug: str) -> Link:
    return msgspec.structs.replace(link, carrier=slug) if link.carrier == was else link
