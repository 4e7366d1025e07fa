"""A merchant's finished deliveries, now → what is kept of them: how its parcels go, a trained model for each point, and how good it was."""

from collections.abc import Sequence

import msgspec

from doorstep.timeline.estimating.deliveries import Delivery, Point
from doorstep.timeline.estimating.forecasting import Forecast, Hindsight
from doorstep.timeline.estimating.judging import Figures, figures
from doorstep.timeline.estimating.model import Model
from doorstep.timeline.estimating.training import ENOUGH, train
from doorstep.timeline.estimating.walking import Kept, Knowledge, walk
from doorstep.timeline.estimating.windows import Shift

#: Days before now in which forecasts are made of what has arrived since, so that windows are calibrated.
LOOK_BACK_DAYS = 90
#: Days after which nearly all have arrived: forecasts older than that are judged.
SETTLED_DAYS = 30

_ENCODE = msgspec.msgpack.Encoder()


class Reckoned(msgspec.Struct, frozen=True):
    """What was learnt for one point."""

    model: Model
    #: By how much its forecasts are moved now.
    shift: Shift
    #: How good the forecasts begun 30 to 90 days ago were, each made from what was known then.
    figures: Figures


class Learnt(msgspec.Struct, frozen=True):
    """All that is kept of one merchant's finished deliveries: sums by lane, and models. No order, no name."""

    #: Days since 1970: everything that had arrived by then was learnt from.
    at: float
    deliveries: int
    lanes: Kept
    purchase: Reckoned
    handover: Reckoned

    def of(self, point: Point) -> Reckoned:
        """Return what was learnt for a point."""
        return self.purchase if point is Point.PURCHASE else self.handover


def learn(history: Sequence[Delivery], now: float) -> Learnt | None:
    """Learn from what was delivered before `now` (days since 1970); None: not enough yet."""
    arrived = [one for one in history if one.delivered is not None and one.delivered < now]
    if len(arrived) < ENOUGH:
        return None
    knowledge, found = Knowledge(), {}
    for point in Point:
        knowledge = Knowledge()
        reckoned = _reckon(arrived, point, now, knowledge)
        if reckoned is None:
            return None
        found[point] = reckoned
    return Learnt(now, len(arrived), knowledge.kept(), found[Point.PURCHASE], found[Point.HANDOVER])


def _reckon(arrived: Sequence[Delivery], point: Point, now: float, knowledge: Knowledge) -> Reckoned | None:
    past = Hindsight()
    made: list[Forecast] = []
    for known in walk(arrived, point, knowledge):
        past.arrive(known.at)
        forecast = past.forecast(known) if known.at >= now - LOOK_BACK_DAYS else None
        past.wait_for(known, forecast)
        if forecast is not None and known.at < now - SETTLED_DAYS:
            made.append(forecast)
    past.arrive(now)
    model = train(past.seen, now)
    return Reckoned(model, past.shift, figures(made)) if model else None


def learn_packed(history: bytes, now: float) -> bytes | None:
    """Learn as `learn` does, from a msgpack array of deliveries to a msgpack `Learnt`: what another process is asked."""
    learnt = learn(msgspec.msgpack.decode(history, type=list[Delivery]), now)
    return None if learnt is None else _ENCODE.encode(learnt)
