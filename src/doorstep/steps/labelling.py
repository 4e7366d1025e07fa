"""A case, its order, its merchant → through whom its label is made, and what for."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from doorstep.carriers import carriers
from doorstep.domain.actions.cases import Case
from doorstep.domain.labels import LabelWish, ParcelSize
from doorstep.domain.places import Address
from doorstep.domain.plugins import Labelling
from doorstep.errors import BadInputError
from doorstep.steps.directory import Tenant
from doorstep.steps.whereto import zone_of_order
from doorstep.store.connections import Connection
from doorstep.store.orders import KeptOrder

#: The plug-in whose slips need no account.
OWN = "generic"
_YES = frozenset({"yes", "true", "1", "on"})
_SATURDAY = 5
_FROM, _UNTIL = time(9), time(17)


def labelling_of(connection: Connection) -> Labelling | None:
    """Return how a connection makes labels; None: its plug-in makes none, or was not asked to."""
    plugin = carriers().get(connection.provider) if connection.kind == "carrier" else None
    if plugin is None or plugin.labelling is None or connection.provider == OWN:
        return None
    asked = connection.settings.get("return_labels", "").strip().lower() in _YES
    return plugin.labelling if asked and all(connection.settings.get(name) for name in plugin.labelling.needs) else None


def maker_of(tenant: Tenant) -> tuple[Connection, Labelling] | None:
    """Choose through whom a merchant's labels are made: the active before the paused, the older before the younger; None: our own slips."""
    for connection in sorted(tenant.connections.values(), key=lambda c: (not c.active, c.connection_id)):
        if (labelling := labelling_of(connection)) is not None:
            return connection, labelling
    return None


def own_labelling() -> Labelling:
    """Return how slips of our own are made."""
    labelling = carriers()[OWN].labelling
    assert labelling is not None  # noqa: S101 - it is ours
    return labelling


def return_address(settings: Mapping[str, Any]) -> Address:
    """Read where a merchant's returns go.

    Raises:
        BadInputError: none was given, or it lacks a street, a town or a country; the text says what to do.
    """
    try:
        address = msgspec.convert(settings.get("return_address") or {}, Address)
    except msgspec.ValidationError as error:
        raise BadInputError(f"the return address cannot be read: {error}") from error
    if not (address.lines and address.city and address.country):
        raise BadInputError("there is no return address with street, town and country: give one at the desk, under Settings")
    return address


def parcel_size(settings: Mapping[str, Any]) -> ParcelSize:
    """Read how large a merchant's return parcels are taken to be.

    Raises:
        BadInputError: what is saved is no size.
    """
    try:
        return msgspec.convert(settings.get("return_parcel") or {}, ParcelSize)
    except msgspec.ValidationError as error:
        raise BadInputError(f"the size of return parcels cannot be read: {error}") from error


def wish_of(tenant: Tenant, order: KeptOrder, case: Case, errand_id: int, way: str, now: datetime) -> LabelWish:
    """Say which label is wanted.

    Raises:
        BadInputError: an address is missing; the text says which and what to do.
    """
    bought = order.order
    receiver = return_address(tenant.merchant.settings)
    if bought.ship_to is None or not bought.ship_to.lines:
        raise BadInputError("the order has no address to send from: add it in the shop, or have the customer bring the parcel")
    begins, ends = _pickup(zone_of_order(bought), now) if way == "pickup" else (None, None)
    return LabelWish(
        key=f"doorstep-{case.rma}-{errand_id}",
        rma=case.rma,
        order_number=bought.number,
        way=way,
        sender=bought.ship_to,
        sender_email=bought.customer.email or "",
        receiver=receiver,
        size=parcel_size(tenant.merchant.settings),
        lines=tuple((line.name or line.line_id, line.quantity) for line in case.lines),
        language=bought.locale or tenant.brand.default_locale,
        pickup_from=begins,
        pickup_to=ends,
    )


def _pickup(zone: str | None, now: datetime) -> tuple[datetime, datetime]:
    """Name the next working day at the customer's door."""
    here = ZoneInfo(zone or "UTC")
    day = now.astimezone(here).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _FROM, here), datetime.combine(day, _UNTIL, here)
