"""What was known of finished deliveries → a trained model as plain numbers. The only module that loads scikit-learn, when it trains."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from doorstep.timeline.estimating.model import PERCENTILES, Boosted, Linear, Model, Tree
from doorstep.timeline.estimating.walking import MOVING, Known

#: Deliveries needed before a model is trained; with fewer the lane statistics speak.
ENOUGH = 200
#: Late deliveries, and punctual ones, needed before lateness is learnt by itself.
ENOUGH_LATE = 20
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
    "learning_rate": 0.03,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 60,
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
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401, PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1):  # threads that wait for each other take ten times as long on a busy machine (measured)
        return _fit(rows, at)


def _fit(rows: Sequence[Known], at: float) -> Model:
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor  # noqa: PLC0415

    facts = np.array([one.facts for one in rows], float)
    facts[:, np.isnan(facts).all(0)] = 0.0  # a fact nobody has: the trees take no column of nothing
    lasting = facts.copy()
    lasting[:, MOVING] = 0.0
    taken = np.log(np.array([max((one.delivery.delivered or 0.0) - one.at, 0.2) for one in rows]))
    times = np.floor((at - np.array([one.at for one in rows])) / _TIME_DAYS)
    place = _linear(lasting, taken, times)
    off = taken - np.array([place.at(one.facts) for one in rows])
    for time in np.unique(times):
        off[times == time] -= np.median(off[times == time])
    around = []
    for percentile in PERCENTILES:
        regressor = HistGradientBoostingRegressor(loss="quantile", quantile=percentile, max_iter=ROUNDS, **_TREES)
        around.append(_plain(regressor.fit(lasting, off)))
    late = np.array([one.delivery.is_late for one in rows])
    classifier = None
    if ENOUGH_LATE <= late.sum() <= len(rows) - ENOUGH_LATE:
        classifier = _plain(HistGradientBoostingClassifier(max_iter=ROUNDS, **_TREES).fit(facts, late))
    return Model(place, around, classifier, at, len(rows))


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
    """Take scikit-learn's trees apart into lists."""
    trees = [stage[0].nodes for stage in fitted._predictors]  # noqa: SLF001 - there is no public way to its nodes
    return Boosted(float(fitted._baseline_prediction.ravel()[0]), [_tree(nodes) for nodes in trees])  # noqa: SLF001


def _tree(nodes: Sequence[Any]) -> Tree:
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for node in nodes:
        leaf = bool(node["is_leaf"])
        threshold = 0.0 if leaf or not math.isfinite(node["num_threshold"]) else float(node["num_threshold"])
        if not leaf and node["num_threshold"] == math.inf:
            threshold = 1e300  # only a missing fact goes right
        row = (
            -1 if leaf else int(node["feature_idx"]),
            threshold,
            bool(node["missing_go_to_left"]),
            int(node["left"]),
            int(node["right"]),
            float(node["value"]),
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return Tree(*columns)
