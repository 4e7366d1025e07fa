"""GET /estimator: how good a merchant's own model is, and of nobody else's."""

import msgspec

from doorstep.store import estimators
from doorstep.timeline.estimating.judging import Figures

_GOOD = Figures(150, 1.5, 4.0, 1.8, 0.81, 5.0, 0.8, 0.4)


async def test_before_there_is_a_model_it_says_what_is_missing(installation):
    told = (await installation.get("/estimator")).json()
    assert (told["trained_at"], told["kept"], told["needed"], told["purchase"]) == (None, 0, 200, None)


async def test_a_model_is_told_to_its_merchant_only(installation):
    from doorstep.steps.work import utc_now

    figures = msgspec.json.encode({"purchase": _GOOD, "handover": _GOOD}).decode()
    async with installation.house.database.system() as tx:
        await tx.execute("insert into estimator (merchant_id, kept, fresh) values ($1, 260, 30)", installation.ours)
        await estimators.keep(tx, installation.ours, b"", utc_now(), deliveries=250, figures=figures, fresh=10)
    told = (await installation.get("/estimator")).json()
    assert (told["deliveries"], told["kept"], told["fresh"]) == (250, 260, 20)
    assert told["handover"]["coverage_80"] == 0.81
    assert (await installation.get("/estimator", installation.their_key)).json()["trained_at"] is None
