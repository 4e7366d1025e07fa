"""A connection → how what waits for it in the outbox is carried: a channel its messages, a shop or a carrier its errands, a helpdesk its deeds."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.domain.errands import ErrandOrder, Try
from doorstep.domain.helpdesks import HelpdeskDeed, HelpdeskOrder, HelpdeskTry
from doorstep.domain.messages import Message
from doorstep.domain.plugins import Errands, Flow, Helpdesk, OnUnknown
from doorstep.errors import RefusedError
from doorstep.helpdesks import helpdesks
from doorstep.shops import shops
from doorstep.store.connections import Connection

_ORDER = msgspec.json.Decoder(ErrandOrder)
_DEED = msgspec.json.Decoder(HelpdeskOrder)


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """How one connection carries."""

    slug: str
    rate_per_s: float | None
    #: Message, whether it was tried before, now, our own public base address → the flow.
    flow: Callable[[Message, bool, datetime, str], Flow]
    #: A message's topic → whether it may leave again where nobody knows if it has left.
    repeats: Callable[[str], bool]


def outlet_of(connection: Connection | None) -> Outlet | None:
    """Find how a connection carries; None: it is gone, or its plug-in is, or that carries nothing."""
    if connection is None:
        return None
    if connection.kind == "helpdesk":
        helpdesk = helpdesks().get(connection.provider)
        return _of_helpdesk(connection, helpdesk) if helpdesk else None
    if connection.kind != "channel":
        errands = errands_of(connection)
        return _of_errands(connection, errands) if errands else None
    channel = channels().get(connection.provider)
    if channel is None:
        return None
    return Outlet(
        slug=channel.slug,
        rate_per_s=channel.rate_per_s,
        flow=lambda message, again, now, base: channel.send(message, connection.settings, now, base),  # noqa: ARG005 - only errands ask
        repeats=lambda topic: channel.on_unknown is OnUnknown.REPEAT,  # noqa: ARG005 - one policy for all of a channel
    )


def errands_of(connection: Connection) -> Errands | None:
    """Find how a shop or a carrier does errands; None: it does none by itself."""
    plugin = (shops() if connection.kind == "shop" else carriers() if connection.kind == "carrier" else {}).get(connection.provider)
    return plugin.errands if plugin else None


def does(connection: Connection, order: ErrandOrder) -> bool:
    """Tell whether a connection can do an errand as it is set up."""
    errands = errands_of(connection)
    return (
        errands is not None and all(connection.settings.get(name) for name in errands.needs) and errands.takes(order, connection.settings)
    )


def _of_errands(connection: Connection, errands: Errands) -> Outlet:
    return Outlet(
        slug=connection.provider,
        rate_per_s=errands.rate_per_s,
        flow=lambda message, again, now, base: _begun(errands, message, connection, now, again=again),  # noqa: ARG005 - nobody calls back
        repeats=lambda topic: topic in errands.repeatable,
    )


def _of_helpdesk(connection: Connection, helpdesk: Helpdesk) -> Outlet:
    return Outlet(
        slug=connection.provider,
        rate_per_s=helpdesk.rate_per_s,
        flow=lambda message, again, now, base: _done(helpdesk, message, connection, now, again=again),  # noqa: ARG005 - nobody calls back
        repeats=lambda topic: True,  # noqa: ARG005 - each deed looks first for what was done
    )


def _done(helpdesk: Helpdesk, message: Message, connection: Connection, now: datetime, *, again: bool) -> Flow:
    try:
        order = _DEED.decode(message.body)
    except (msgspec.DecodeError, ValueError):
        raise RefusedError("what is to be done cannot be read", suppress=False, code="unreadable") from None
    flows = {
        HelpdeskDeed.OPEN: helpdesk.open,
        HelpdeskDeed.SAY: helpdesk.say,
        HelpdeskDeed.NOTE: helpdesk.note,
        HelpdeskDeed.CLOSE: helpdesk.close,
        HelpdeskDeed.REOPEN: helpdesk.reopen,
    }
    return flows[order.deed](HelpdeskTry(order, again=again), connection.settings, now)


def _begun(errands: Errands, message: Message, connection: Connection, now: datetime, *, again: bool) -> Flow:
    try:
        order = _ORDER.decode(message.body)
    except (msgspec.DecodeError, ValueError):
        raise RefusedError("the errand cannot be read", suppress=False, code="unreadable") from None
    return errands.run(Try(order, again=again), connection.settings, now)
