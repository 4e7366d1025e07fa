"""A merchant with something changed → proved to be readable, kept, and written into the changes."""

from collections.abc import Mapping

import msgspec

from doorstep.errors import BadInputError
from doorstep.steps.directory import Tenant, tenant_of
from doorstep.store import connections
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.web.desk.doors import note
from doorstep.web.house import House
from doorstep.web.look.asking import AnyRequest


def proved(merchant: Merchant, house: House) -> Tenant:
    """Make a merchant ready as a worker would: what could not be read would stop its messages.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        return tenant_of(merchant, [], house.settings.base_url)
    except (msgspec.ValidationError, AttributeError, TypeError, ValueError) as error:
        raise BadInputError(f"This does not fit: {error}") from error


async def keep(tx: Tx, request: AnyRequest, kept: Merchant, changed: Merchant, action: str) -> None:
    """Save a changed merchant and note the names of what changed; nothing is written where nothing did."""
    names = [*(["name"] if kept.name != changed.name else []), *_differing(kept.brand, changed.brand)]
    names += _differing(kept.settings, changed.settings)
    if names:
        await connections.set_merchant(tx, changed)
        await note(tx, request, action, ", ".join(names))


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
