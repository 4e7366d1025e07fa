"""`doorstep chat`: one JSON object for each turn in and out, on real records."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from retail_store import ANA_MAIL, store, write

from doorstep.cli.chatting import chat
from doorstep.cli.importing_retail import import_retail
from doorstep.errors import BadInputError, NotFoundError


@pytest.fixture(autouse=True)
def _installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    import_retail(write(tmp_path, store()), merchant="shirts")
    capsys.readouterr()


def talk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: str, **options: Any) -> list[dict[str, Any]]:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    chat(merchant="shirts", jsonl=True, **options)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_turn_out_tells_what_was_understood_said_and_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked, done = talk(monkeypatch, capsys, '{"text": "I want to cancel order #W1, no longer needed"}', '{"text": "yes"}', as_=ANA_MAIL)
    assert set(asked) >= {"text", "buttons", "intent", "confidence", "entities", "action", "refused", "handover"}
    assert asked["intent"] == "order.cancel"
    assert asked["action"] == {"name": "cancel_order", "state": "prepared", "order": "#W1", "case": 0}
    assert [one["title"] for one in asked["buttons"]] == ["Yes", "No"]
    assert asked["entities"] == []
    assert done["action"]["state"] == "done"
    again = talk(monkeypatch, capsys, '{"text": "cancel order #W1"}', as_=ANA_MAIL)
    assert again[0]["refused"] == "order_state"


def test_a_button_is_chosen_by_its_id_and_a_number_by_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = talk(monkeypatch, capsys, '{"text": "hello"}', '{"choice": "talk.human"}', as_=ANA_MAIL)
    assert lines[1]["handover"] == "asked"
    lines = talk(monkeypatch, capsys, '{"text": "cancel order #W1, no longer needed"}', '{"text": "2"}', as_=ANA_MAIL, channel="sms")
    assert "1: Yes" in lines[0]["text"]
    assert lines[1]["action"] is None


def test_nobody_is_told_of_anybodys_order(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = talk(monkeypatch, capsys, '{"text": "where is order #W1"}', '{"text": "cancel order #W1"}')
    assert all("#W1" not in one["text"] and one["action"] is None for one in lines)


def test_a_line_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInputError, match="JSON object"):
        talk(monkeypatch, capsys, "hello")
    with pytest.raises(BadInputError, match="--channel"):
        chat(merchant="shirts", channel="pigeon")
    with pytest.raises(NotFoundError, match="no merchant"):
        chat(merchant="nobody", jsonl=True)
