"""A merchant → the rules in force for what its customers may do."""

from datetime import datetime
from functools import lru_cache

import structlog

from doorstep.actions import Policy, read_policy, shipped
from doorstep.errors import BadInputError
from doorstep.store import policies
from doorstep.store.database import Tx

_LOG = structlog.get_logger()
HOUSE = shipped("house")
#: One action asks for the rules several times, and a version never changes.
_read = lru_cache(maxsize=256)(read_policy)


async def policy_of(tx: Tx, merchant_id: int, now: datetime) -> Policy:
    """Return the rules in force; the house's where a merchant has made none.

    A version that another release of Doorstep wrote and this one cannot read gives way to the house's rules, and is logged.
    """
    kept = await policies.live(tx, merchant_id, now)
    if kept is None:
        return HOUSE
    try:
        return _read(kept.document, kept.version)
    except BadInputError as error:
        _LOG.error("policy_unreadable", merchant=merchant_id, version=kept.version, why=str(error))
        return HOUSE
