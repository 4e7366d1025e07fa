"""`doorstep estimates`: how good a merchant's own model is, against a real database."""

import json

import asyncpg
import msgspec
import pytest

from doorstep.cli.estimates import estimates
from doorstep.cli.merchants import add
from doorstep.errors import NotFoundError
from doorstep.timeline.estimating.judging import Figures


@pytest.fixture(autouse=True)
def _installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    add("teapots", name="Teapots")


async def test_it_is_told(database_url, capsys):
    import asyncio

    assert await asyncio.to_thread(estimates, "teapots") == 0
    assert "200 are needed" in capsys.readouterr().out
    figures = msgspec.json.encode(
        {point: Figures(150, 1.5, None, 1.8, 0.81, 5.0, None, None) for point in ("purchase", "handover")}
    ).decode()
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "insert into estimator (merchant_id, kept, fresh, trained_at, deliveries, figures, learnt) select merchant_id, 260, 3, now(), 257, $1::json, '' from merchant",
        figures,
    )
    await connection.close()
    await asyncio.to_thread(estimates, "teapots")
    told = capsys.readouterr().out
    assert "257 deliveries; 3 are new since" in told
    assert "0.81" in told
    await asyncio.to_thread(estimates, "teapots", as_json=True)
    assert json.loads(capsys.readouterr().out)["handover"]["mae_days"] == 1.5
    with pytest.raises(NotFoundError):
        await asyncio.to_thread(estimates, "nobody")
