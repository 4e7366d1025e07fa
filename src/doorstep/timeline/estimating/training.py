"""What was known of finished deliveries → a trained model as plain numbers. The only module that loads scikit-learn, when it trains."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from doorstep.timeline.estimating.model import PERCENTILES, Boosted, Linear, Model, Tree
from doorstep.timeline.estimating.walking import Known

#: Deliveries needed before a model is trained; with fewer the lane statistics speak.
ENOUGH = 200
#: Late deliveries, and punctual ones, needed before lateness is learnt by itself.
ENOUGH_LATE = 20
#: Deliveries begun in the last days before training are left out: of these only the fast ones have arrived.
RIPE_DAYS = 20
#: How strongly the linear part is held back.
_RIDGE = 300.0
#: Trees of each boosted part.
ROUNDS = 80
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
    rows = [one for one in known if one.delivery.delivered is not None and one.delivery.delivered < at and one.at < at - RIPE_DAYS]
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
    taken = np.log(np.array([max((one.delivery.delivered or 0.0) - one.at, 0.2) for one in rows]))
    place = _linear(facts, taken)
    off = taken - np.array([place.at(one.facts) for one in rows])
    around = []
    for percentile in PERCENTILES:
        regressor = HistGradientBoostingRegressor(loss="quantile", quantile=percentile, max_iter=ROUNDS, **_TREES)
        around.append(_plain(regressor.fit(facts, off)))
    late = np.array([one.delivery.is_late for one in rows])
    classifier = None
    if ENOUGH_LATE <= late.sum() <= len(rows) - ENOUGH_LATE:
        classifier = _plain(HistGradientBoostingClassifier(max_iter=ROUNDS, **_TREES).fit(facts, late))
    return Model(place, around, classifier, at, len(rows))


def _linear(facts: Any, taken: Any) -> Linear:
    """Fit by ridge regression."""
    import numpy as np  # noqa: PLC0415

    there = ~np.isnan(facts)
    count = np.maximum(there.sum(0), 1)
    usual = np.where(there, facts, 0.0).sum(0) / count
    deviation = np.sqrt(np.where(there, (facts - usual) ** 2, 0.0).sum(0) / count) + 1e-9
    standard = np.clip(np.where(there, (facts - usual) / deviation, 0.0), -4.0, 4.0)
    middle, mean = standard.mean(0), taken.mean()
    centred = standard - middle
    weights = np.linalg.solve(centred.T @ centred + _RIDGE * np.eye(facts.shape[1]), centred.T @ (taken - mean))
    return Linear(usual.tolist(), deviation.tolist(), weights.tolist(), float(mean - middle @ weights))


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
