"""A connection → whether it works, asked of its provider now, without writing to anybody."""

import time
from datetime import datetime

import msgspec

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.conversations.models import limits_of, probe
from doorstep.domain.reading import redacted
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.helpdesks import helpdesks
from doorstep.steps.askers import asking_of
from doorstep.steps.connect import plugin_named, secret_names
from doorstep.steps.wire import Wire
from doorstep.store.connections import Connection

#: Seconds that a server may take over its answer: somebody is waiting for it.
_PATIENCE_S = 10.0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a test of a connection found."""

    well: bool
    #: The provider's words or ours, without addresses and secrets.
    text: str
    took_s: float


def can_try(connection: Connection) -> bool:
    """Tell whether a connection can be tested without writing to anybody."""
    if connection.kind == "model":
        return True
    if connection.kind == "channel":
        channel = channels().get(connection.provider)
        return channel is not None and channel.probe is not None
    if connection.kind == "helpdesk":
        return connection.provider in helpdesks()
    carrier = carriers().get(connection.provider) if connection.kind == "carrier" else None
    return carrier is not None and carrier.asking is not None and carrier.asking.token is not None and asking_of(connection) is not None


async def try_connection(connection: Connection, now: datetime, *, allow_private: bool = False, wire: Wire | None = None) -> Tried:
    """Ask a connection's provider whether its settings work; a `wire` of its own unless told.

    Raises:
        BadInputError: it cannot be tested so.
    """
    if not can_try(connection):
        raise BadInputError("this connection cannot be tested without sending something")
    started = time.monotonic()
    try:
        if wire is not None:
            text = await _ask(wire, connection, now)
        else:
            async with Wire(allow_private=allow_private, read_timeout_s=_PATIENCE_S) as own:
                text = await _ask(own, connection, now)
        well = True
    except (RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError, BadInputError) as error:
        well, text = False, str(error)
    return Tried(well=well, text=without_secrets(text, connection), took_s=time.monotonic() - started)


async def _ask(wire: Wire, connection: Connection, now: datetime) -> str:
    key = (connection.merchant_id, connection.connection_id)
    if connection.kind == "model":
        return await wire.ask(probe(limits_of(connection.settings)), connection=key, provider=connection.provider)
    if connection.kind == "channel":
        channel = channels()[connection.provider]
        if channel.probe is None:
            raise BadInputError("this provider cannot be asked")
        return (await wire.run(channel.probe(connection.settings, now), connection=key, channel=channel)).provider_text
    if connection.kind == "helpdesk":
        helpdesk = helpdesks()[connection.provider]
        flow = helpdesk.probe(connection.settings, now)
        return (await wire.carry(flow, connection=key, provider=helpdesk.slug, rate_per_s=helpdesk.rate_per_s)).provider_text
    asking = carriers()[connection.provider].asking
    if asking is None or asking.token is None:
        raise BadInputError("this carrier gives no token")
    token = await wire.ask(asking.token(connection.settings, now), connection=key, provider=connection.provider)
    return f"the carrier takes our login and gives a token for {token.lasts_s / 60:.0f} minutes"


def without_secrets(text: str, connection: Connection) -> str:
    """Take a connection's own secrets, addresses and numbers out of a text."""
    names = secret_names(plugin_named(connection.kind, connection.provider))
    hidden = [connection.settings[name] for name in names if name in connection.settings]
    for secret in sorted({part for one in hidden for part in (one, *one.split()) if len(part) > 3}, key=len, reverse=True):  # noqa: PLR2004
        text = text.replace(secret, "<secret>")
    return redacted(text)
