"""A claimed inbox row → what it says, read by the plug-in of its connection."""

import msgspec

from doorstep.carriers import carriers
from doorstep.carriers.mapping import MappedCodes
from doorstep.channels import channels
from doorstep.domain.helpdesks import Heard
from doorstep.domain.plugins import Inbound, Raw, ShopFact
from doorstep.domain.tracking import CarrierNote, Tracking
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.helpdesks import helpdesks
from doorstep.shops import shops
from doorstep.store.connections import Connection
from doorstep.store.inbox import Waiting


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one inbox row says."""

    facts: tuple[ShopFact, ...] = ()
    trackings: tuple[Tracking, ...] = ()
    notes: tuple[CarrierNote, ...] = ()
    inbound: Inbound = Inbound()
    heard: tuple[Heard, ...] = ()


def normalise(row: Waiting, connection: Connection, codes: MappedCodes) -> Said:
    """Read a row; codes that the plug-in does not know mean what was mapped to them.

    Raises:
        BadInputError: the bytes cannot be read; the row becomes a dead letter.
        MisconfiguredError: the connection's plug-in is gone or its settings are wrong.
    """
    raw = Raw(body=row.body, headers=row.headers, url=f"?{row.url}" if row.url else "", content_type=row.headers.get("content-type", ""))
    try:
        match connection.kind:
            case "shop":
                shop = shops()[connection.provider]
                return Said(facts=shop.parse_with(raw, connection.settings) if shop.parse_with else shop.parse(raw))
            case "carrier":
                carrier = carriers()[connection.provider]
                parsed = carrier.parse_with(raw, connection.settings) if carrier.parse_with else carrier.parse(raw)
                return Said(trackings=codes.read(parsed.trackings), notes=parsed.notes)
            case "helpdesk":
                return Said(heard=helpdesks()[connection.provider].read(raw, connection.settings))
            case _:
                read = channels()[connection.provider].read
                if read is None:
                    raise BadInputError(f"{connection.provider} sends no webhooks")
                return Said(inbound=read(raw, connection.settings))
    except KeyError as error:
        raise MisconfiguredError(f"there is no plug-in {connection.provider!r} for a {connection.kind}") from error
