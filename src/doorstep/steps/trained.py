"""A merchant → the model trained on its deliveries: when, on how many, and how good it was. What API, desk and command line tell."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from doorstep.store import estimators
from doorstep.store.database import Tx
from doorstep.timeline.estimating.judging import Figures
from doorstep.timeline.estimating.training import ENOUGH


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """How good a merchant's own model is."""

    trained_at: Annotated[datetime | None, Meta(description="When it was trained last; null: there is none yet, counted days speak.")] = (
        None
    )
    deliveries: Annotated[int, Meta(description="It was trained on.")] = 0
    kept: Annotated[int, Meta(description="Deliveries kept to learn from so far.")] = 0
    fresh: Annotated[int, Meta(description="Of these since the last training; from 20 on it is trained again, once a day.")] = 0
    needed: Annotated[int, Meta(description="Deliveries needed for a first model.")] = ENOUGH
    purchase: Annotated[
        Figures | None, Meta(description="How good forecasts at the purchase were that were made 30 to 90 days before.")
    ] = None
    handover: Annotated[Figures | None, Meta(description="The same at the hand-over to the carrier.")] = None


async def trained(tx: Tx, merchant_id: int) -> Trained:
    """Read how good a merchant's model is."""
    row = await estimators.figures(tx, merchant_id)
    if row is None:
        return Trained()
    figures = msgspec.json.decode(row["figures"] or "{}", type=dict[str, Figures])
    return Trained(
        trained_at=row["trained_at"],
        deliveries=row["deliveries"] or 0,
        kept=row["kept"],
        fresh=row["fresh"],
        purchase=figures.get("purchase"),
        handover=figures.get("handover"),
    )
