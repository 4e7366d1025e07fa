"""A model, the shop, the talk's language → what reads the texts of one turn, each once."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from doorstep.conversations.understanding.intents import IntentModel, builtin_intents
from doorstep.conversations.understanding.whole import understand
from doorstep.domain.talking.told import ShopTold
from doorstep.domain.talking.understood import Understood


def reader(model: IntentModel, shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """Make what reads the texts of one turn; `steps.teaching.model_of` gives a merchant's model."""
    today = now.astimezone(ZoneInfo(shop.zone)).date()

    @lru_cache(maxsize=16)
    def read(text: str) -> Understood:
        return understand(text, model=model, language=language, today=today, region=shop.country)

    return read


def builtin_reader(shop: ShopTold, language: str, now: datetime) -> Callable[[str], Understood]:
    """The same with the model that Doorstep comes with."""
    return reader(builtin_intents(), shop, language, now)
