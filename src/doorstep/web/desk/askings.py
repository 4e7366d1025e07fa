"""A carrier's connection → how asking it goes: the last question, today's counts, what is left in its bucket."""

from datetime import datetime

import msgspec

from doorstep.carriers import carriers
from doorstep.steps.askers import asking_of, credential_of
from doorstep.store import asks
from doorstep.store.connections import Connection
from doorstep.web.house import House


class AskingShown(msgspec.Struct, frozen=True, kw_only=True):
    """How asking goes through one connection."""

    #: Names of the settings that are missing; empty: it is asked.
    missing: tuple[str, ...]
    last_asked_at: datetime | None = None
    last_answered_at: datetime | None = None
    #: None: nothing is planned.
    next_at: datetime | None = None
    #: Set: it rests until then.
    resting_until: datetime | None = None
    #: Of today, UTC: numbers asked, numbers answered, calls that failed, scans whose webhook never came.
    asked: int = 0
    answered: int = 0
    errors: int = 0
    reconciled: int = 0
    last_error: str | None = None
    last_error_at: datetime | None = None
    #: Calls left now, of so many.
    left: int = 0
    burst: int = 0


async def asking_shown(house: House, connection: Connection, now: datetime) -> AskingShown | None:
    """Tell how asking goes; None: this carrier cannot be asked."""
    plugin = carriers().get(connection.provider) if connection.kind == "carrier" else None
    if plugin is None or plugin.asking is None:
        return None
    asking = asking_of(connection)
    if asking is None:
        return AskingShown(missing=tuple(name for name in plugin.asking.needs if not connection.settings.get(name)))
    async with house.database.for_merchant(connection.merchant_id) as tx:
        row = await asks.shown(tx, connection.merchant_id, connection.connection_id, now.date())
    async with house.database.system() as tx:  # a credential's bucket belongs to no merchant
        held = await asks.left_over(tx, credential_of(connection, asking))
    left = asking.burst if held is None else min(asking.burst, int(held[0] + max(0.0, (now - held[1]).total_seconds()) * asking.rate_per_s))
    if row is None:
        return AskingShown(missing=(), left=left, burst=asking.burst)
    return AskingShown(
        missing=(),
        last_asked_at=row["last_asked_at"],
        last_answered_at=row["last_answered_at"],
        next_at=row["next_at"],
        resting_until=row["resting_until"] if row["resting_until"] and row["resting_until"] > now else None,
        asked=row["asked"],
        answered=row["answered"],
        errors=row["errors"],
        reconciled=row["reconciled"],
        last_error=row["last_error"],
        last_error_at=row["last_error_at"],
        left=left,
        burst=asking.burst,
    )
