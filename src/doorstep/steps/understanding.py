"""A merchant's model, entities, knowledge → what a turn's text means; the models are read once per process and version."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from doorstep.conversations.understanding.building import builtin, builtin_version
from doorstep.conversations.understanding.model import Model
from doorstep.conversations.understanding.whole import understand
from doorstep.domain.talking.told import ShopTold
from doorstep.domain.talking.understood import Understood
from doorstep.steps.directory import Tenant


def model_of(_tenant: Tenant) -> tuple[Model, str]:
    """The model that understands a merchant's customers, and its version."""
    return builtin(), builtin_version()


def reader(tenant: Tenant, shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """Make what reads the texts of one turn; each text is read once."""
    return _reader(*model_of(tenant), shop, language, now)


def builtin_reader(shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """Make what reads texts without a merchant's own model."""
    return _reader(builtin(), builtin_version(), shop, language, now)


def _reader(model: Model, version: str, shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    today = now.astimezone(ZoneInfo(shop.zone)).date()

    @lru_cache(maxsize=16)
    def read(text: str) -> Understood:
        return understand(text, model=model, version=version, language=language, today=today, region=shop.country)

    return read
