"""What a file exchanged with a partner says, and the connection's setting of who the partner is → under whose slug it counts."""

from collections.abc import Callable, Mapping

import msgspec

from doorstep.carriers.code_table import read_code_table
from doorstep.carriers.names import carrier_slug
from doorstep.domain.plugins import Raw, Setting, Settings
from doorstep.domain.tracking import Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: For every reader of a format that many carriers speak.
PARTNER_SETTINGS = (
    Setting(
        name="carrier",
        label="Slug of the carrier that sends this; leave empty to go by what the messages say",
        required=False,
        example="dpd",
    ),
    Setting(
        name="code_table",
        label="Codes this carrier uses otherwise than the standard says, and our event types, as a JSON object",
        required=False,
        default="{}",
        example='{"X1": "delivered", "SD/BG": "delayed_weather"}',
    ),
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
    """Make the `parse_with` that counts everything under the connection's carrier, where it names one, and reads codes its way."""

    def parse_with(raw: Raw, settings: Settings) -> Parsed:
        """Read a file of the partner's.

        Raises:
            BadInputError: not such a file.
            MisconfiguredError: the code table is none, or names an event type that does not exist.
        """
        slug, table = carrier_slug(settings.get("carrier")), read_code_table(settings.get("code_table", ""))
        parsed = parse(raw)
        if not (slug or table):
            return parsed
        return msgspec.structs.replace(parsed, trackings=tuple(_as_partner(one, slug or one.carrier, table) for one in parsed.trackings))

    return parse_with


def _as_partner(tracking: Tracking, slug: str, table: Mapping[str, str]) -> Tracking:
    return msgspec.structs.replace(
        tracking,
        carrier=slug,
        checkpoints=tuple(msgspec.structs.replace(one, carrier=slug, event_type=_meant(one, table)) for one in tracking.checkpoints),
        links=tuple(_pieces(link, tracking.carrier, slug) for link in tracking.links),
    )


def _meant(checkpoint: Checkpoint, table: Mapping[str, str]) -> str:
    """Read a code by the partner's table: the whole code, else its first part; a scan taken back stays one."""
    code = checkpoint.carrier_code
    if checkpoint.retracts is not None:
        return checkpoint.event_type
    return table.get(code) or table.get(code.partition("/")[0]) or checkpoint.event_type


def _pieces(link: Link, was: str, slug: str) -> Link:
    return msgspec.structs.replace(link, carrier=slug) if link.carrier == was else link
