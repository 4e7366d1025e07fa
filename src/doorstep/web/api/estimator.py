"""A key → how good the model is that was trained on the merchant's own deliveries."""

from typing import Any

from litestar import get

from doorstep.steps.trained import Trained, trained
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest


@get("/estimator", operation_id="readEstimator", tags=["Delivery performance"], opt={"scope": "performance:read"})
async def read_estimator(request: AnyRequest) -> Trained:
    """Tell when your model was trained, on how many deliveries, and how good its forecasts were, each from what was known at the time."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        return await trained(tx, merchant_id)


ROUTES: list[Any] = [read_estimator]
