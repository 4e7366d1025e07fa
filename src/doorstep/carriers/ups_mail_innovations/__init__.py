"""UPS Mail Innovations: its own tracking page (HTML), and all that UPS's interfaces answer → checkpoints and notes."""

from datetime import datetime

from msgspec.structs import replace

from doorstep.carriers.borrowed import read_as, verify_as
from doorstep.carriers.families.ups_mail_innovations_codes import MAIL_INNOVATIONS
from doorstep.carriers.reading import html_of, looks_like
from doorstep.carriers.ups_mail_innovations.page import is_page, read
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.tracking import Checkpoint, Parsed


def parse(raw: Raw) -> Parsed:
    """Read the page of mail pieces; else let UPS's plug-in read, which tells Mail Innovations by the service's name.

    Raises:
        BadInputError: neither of them.
    """
    if looks_like(raw) == "html" and is_page(tree := html_of(raw)):
        return read(tree)
    parsed = read_as("ups_mail_innovations", "ups", raw)
    unnamed = [
        tracking if tracking.service else replace(tracking, checkpoints=tuple(_by_own_table(scan) for scan in tracking.checkpoints))
        for tracking in parsed.trackings
    ]
    return Parsed(tuple(unnamed), parsed.notes)


def _by_own_table(scan: Checkpoint) -> Checkpoint:
    """Read a code, "type/code", by the table of Mail Innovations: where UPS names no service, as in a Track Alert, it took that of parcels."""
    code = "/".join(scan.carrier_code.split("/")[:2])
    own = MAIL_INNOVATIONS.get(code.rpartition("/")[2])
    return replace(scan, event_type=own, carrier_code=code, retracts=None) if own else scan


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the sender of a Track Alert as UPS's plug-in does.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: the connection has no credential.
    """
    verify_as("ups", raw, settings, now)


CARRIER = Carrier(
    slug="ups_mail_innovations",
    name="UPS Mail Innovations",
    parse=parse,
    verify=verify,
    settings=(Setting(name="credential", label="Credential given to UPS with the Track Alert subscription", secret=True, example="3f9c…"),),
    tracking_url="https://www.ups.com/track?tracknum={number}",
)
