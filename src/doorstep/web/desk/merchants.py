"""A merchant with something changed → proved to be readable, kept, and written into the changes."""

from collections.abc import Callable, Mapping

import msgspec

from doorstep.errors import BadInputError
from doorstep.steps.directory import Tenant, tenant_of
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.web.desk.doors import note, user_of
from doorstep.web.house import House, house_of
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


async def merchant_of(request: AnyRequest) -> Merchant:
    """Read the merchant whose user asks."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        return (await connections.merchants(tx, [merchant_id]))[merchant_id]


async def change(
    request: AnyRequest,
    changed_from: Callable[[Merchant], Merchant],
    action: str,
    told: Callable[[Merchant, Merchant], list[str]] | None = None,
) -> None:
    """Make something else of the merchant, keep it and note what changed; it holds at once in this process.

    `told` says what to note of (before, after), a line each; None: the names of what changed, in one line.

    Raises:
        BadInputError: what was made could not be read (or `changed_from` says so); nothing is written.
    """
    house = house_of(request)
    async with house.database.for_merchant(user_of(request).merchant_id) as tx:
        kept = await connections.merchant_to_change(tx, user_of(request).merchant_id)
        changed = changed_from(kept)
        proved(changed, house)
        await _keep(tx, request, kept, changed, action, told)
    await house.directory.refresh(house.database, utc_now(), force=True)


async def _keep(
    tx: Tx,
    request: AnyRequest,
    kept: Merchant,
    changed: Merchant,
    action: str,
    told: Callable[[Merchant, Merchant], list[str]] | None,
) -> None:
    """Save a changed merchant and note what changed; nothing is written where nothing did."""
    names = [*(["name"] if kept.name != changed.name else []), *_differing(kept.brand, changed.brand)]
    names += _differing(kept.settings, changed.settings)
    if names:
        await connections.set_merchant(tx, changed)
        for line in told(kept, changed) if told else [", ".join(names)]:
            await note(tx, request, action, line)


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
