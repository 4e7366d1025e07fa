"""What was known of a delivery, before there is a trained model → a forecast from the lane statistics alone."""

from doorstep.timeline.estimating.model import Spread
from doorstep.timeline.estimating.walking import EXPECTED, SPREAD, Known

#: Mean absolute deviation → the distance from the median to the 10th or 90th percentile of a normal curve (1.2816 / 0.7979).
_TO_PERCENTILE = 1.606


def spread_of_lanes(known: Known) -> Spread:
    """Forecast from the finest lane's expected days and its spread, each shrunk towards broader lanes."""
    middle = known.facts[EXPECTED[known.point]]
    away = _TO_PERCENTILE * known.facts[SPREAD]
    return Spread(middle - away, middle, middle + away)
