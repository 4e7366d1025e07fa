"""A merchant's model, entities, knowledge → what a turn's text means; the models are read once per process and version."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from doorstep.conversations.understanding.intents import IntentModel, builtin_intents
from doorstep.conversations.understanding.whole import understand
from doorstep.domain.talking.told import ShopTold
from doorstep.domain.talking.understood import Understood
from doorstep.steps.directory import Tenant


def model_of(_tenant: Tenant) -> IntentModel:
    """The model that understands a merchant's customers."""
    return builtin_intents()


def reader(tenant: Tenant, shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """Make what reads the texts of one turn; each text is read once."""
    return _reader(model_of(tenant), shop, language, now)


def builtin_reader(shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """Make what reads texts without a merchant's own model."""
    return _reader(builtin_intents(), shop, language, now)


def _reader(model: IntentModel, shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    today = now.astimezone(ZoneInfo(shop.zone)).date()

    @lru_cache(maxsize=16)
    def read(text: str) -> Understood:
        return understand(text, model=model, language=language, today=today, region=shop.country)

    return read
