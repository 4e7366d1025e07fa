"""`doorstep talks replay`: a model's kept turn is judged again; the exit code tells whether something else comes of it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from doorstep.cli.merchants import add
from doorstep.cli.talks import replay
from doorstep.conversations.models.context import Context, Exchange, Limits
from doorstep.conversations.models.tools import tools_for
from doorstep.errors import BadInputError, NotFoundError
from doorstep.store import connections, model_turns
from doorstep.store.database import Database
from model_server import completion

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
LIMITS = Limits(base_url="", model="small")


@pytest.fixture(autouse=True)
def _installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    add("teapots", name="Teapots")
    capsys.readouterr()


def kept(url: str, text: str, outcome: str, *, asked: bool = True) -> int:
    """A turn in the ledger, as an older version would have left it: its request was another."""

    async def keep() -> int:
        database = await Database.open(url)
        context = Context(utterance="hello", language="en", today=NOW.date(), shop="Teapots")
        exchange = Exchange(request='{"messages": []}', status=200, body=msgspec.json.encode(completion(text)).decode())
        turn = model_turns.KeptTurn(
            connection_id=1,
            conversation_id=None,
            turn_id=None,
            at=NOW,
            model="small",
            outcome=outcome,
            why="",
            context=msgspec.json.encode(context).decode() if asked else None,
            limits=msgspec.json.encode(LIMITS).decode(),
            tools=msgspec.json.encode(tools_for(LIMITS.rights)).decode(),
            exchanges=msgspec.json.encode([exchange]).decode(),
            text=text,
        )
        async with database.system() as tx:
            merchant = await connections.merchant_by_slug(tx, "teapots")
            made = await model_turns.add(tx, merchant.merchant_id, turn)
        await database.close()
        return made

    return asyncio.run(keep())


def test_what_comes_out_otherwise_is_printed_and_the_exit_code_says_so(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(kept(database_url, "You get 500 EUR.", "used"), merchant="teapots") == 1
    said = capsys.readouterr().out
    assert "small: used" in said
    assert "today: ungrounded (amount), after 1 call" in said
    assert "outcome was: used" in said
    assert "request 1 was:" in said


def test_what_is_not_there_or_asked_nothing_says_so(database_url: str) -> None:
    nothing = kept(database_url, "", "budget", asked=False)
    with pytest.raises(BadInputError, match="nothing was asked"):
        replay(nothing, merchant="teapots")
    with pytest.raises(NotFoundError):
        replay(nothing + 1, merchant="teapots")
