"""What was known of finished deliveries → a trained model as plain numbers. The only module that loads scikit-learn, when it trains."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from doorstep.timeline.estimating.clock import logged, week_of
from doorstep.timeline.estimating.deliveries import clock_of
from doorstep.timeline.estimating.model import PERCENTILES, Boosted, Linear, Model
from doorstep.timeline.estimating.walking import Known

#: Deliveries needed before a model is trained; with fewer the lane statistics speak.
ENOUGH = 200
#: How strongly the weights of the linear part are held back, and the levels of its times.
_RIDGE = 300.0
_RIDGE_OF_TIMES = 5.0
#: Days in a row that share one level, so that a slow month teaches nothing about the lanes that were busy in it.
_TIME_DAYS = 14.0
#: Rounds of reweighting that turn least squares into least absolute errors, whose smallest counts as this.
_REWEIGHTED = 8
_LEAST_ERROR = 0.1
#: Trees of each boosted part.
ROUNDS = 60
_TREES: dict[str, Any] = {
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 30,
    "l2_regularization": 5.0,
    "max_features": 0.4,
    "early_stopping": False,
    "random_state": 0,
}


def train(known: Iterable[Known], at: float) -> Model | None:
    """Train on what was delivered before `at` (days since 1970); None: not enough yet."""
    rows = [one for one in known if one.delivery.delivered is not None and one.delivery.delivered < at]
    if len(rows) < ENOUGH:
        return None
    # Only who trains pays for loading scikit-learn: see docs/dependencies.md.
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: F401, PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1):  # threads that wait for each other take ten times as long on a busy machine (measured)
        return _fit(rows, at)


def _fit(rows: Sequence[Known], at: float) -> Model:
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415

    facts = np.array([one.facts for one in rows], float)
    facts[:, np.isnan(facts).all(0)] = 0.0  # a fact nobody has: the trees take no column of nothing
    week = week_of(one.delivery.delivered or 0.0 for one in rows)
    taken = np.array([logged(clock_of(one.delivery, week).between(one.at, one.delivery.delivered or 0.0)) for one in rows])
    times = np.floor((at - np.array([one.at for one in rows])) / _TIME_DAYS)
    place = _linear(facts, taken, times)
    off = taken - np.array([place.at(one.facts) for one in rows])
    for time in np.unique(times):
        off[times == time] -= np.median(off[times == time])
    around = []
    for percentile in PERCENTILES:
        regressor = HistGradientBoostingRegressor(loss="quantile", quantile=percentile, max_iter=ROUNDS, **_TREES)
        around.append(_plain(regressor.fit(facts, off)))
    return Model(place, around, week, at, len(rows))


def _linear(facts: Any, taken: Any, times: Any) -> Linear:
    """Fit the median by ridge regression, each time of `_TIME_DAYS` with a level of its own beside the facts."""
    import numpy as np  # noqa: PLC0415

    there = ~np.isnan(facts)
    count = np.maximum(there.sum(0), 1)
    usual = np.where(there, facts, 0.0).sum(0) / count
    deviation = np.sqrt(np.where(there, (facts - usual) ** 2, 0.0).sum(0) / count) + 1e-9
    standard = np.clip(np.where(there, (facts - usual) / deviation, 0.0), -4.0, 4.0)
    levels = (times[:, None] == np.unique(times)).astype(float)
    table = np.hstack([np.ones((len(facts), 1)), standard, levels])
    held_back = np.diag([0.0, *[_RIDGE] * facts.shape[1], *[_RIDGE_OF_TIMES] * levels.shape[1]])
    counted = np.ones(len(facts))
    weights = np.zeros(table.shape[1])
    for _ in range(_REWEIGHTED):
        weighted = table * counted[:, None]
        weights = np.linalg.solve(weighted.T @ table + held_back, weighted.T @ taken)
        counted = 0.3 / np.maximum(np.abs(taken - table @ weights), _LEAST_ERROR)
    return Linear(usual.tolist(), deviation.tolist(), weights[1 : 1 + facts.shape[1]].tolist(), float(weights[0]))


def _plain(fitted: Any) -> Boosted:
    """Take scikit-learn's trees apart into columns."""
    roots: list[int] = []
    feature, threshold, missing_left, left, right, value = array("b"), array("d"), array("b"), array("i"), array("i"), array("d")
    for stage in fitted._predictors:  # noqa: SLF001 - there is no public way to its nodes
        root = len(feature)
        roots.append(root)
        for node in stage[0].nodes:
            leaf, bound = bool(node["is_leaf"]), float(node["num_threshold"])
            feature.append(-1 if leaf else int(node["feature_idx"]))
            threshold.append(0.0 if leaf else bound)
            missing_left.append(bool(node["missing_go_to_left"]))
            left.append(root + int(node["left"]))
            right.append(root + int(node["right"]))
            value.append(float(node["value"]))
    columns = [column.tobytes() for column in (feature, threshold, missing_left, left, right, value)]
    return Boosted(float(fitted._baseline_prediction.ravel()[0]), roots, *columns)  # noqa: SLF001
