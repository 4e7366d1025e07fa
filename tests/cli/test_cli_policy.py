"""`doorstep policy`: shown, checked, kept, tried and put into force, against a real database."""

import json
from pathlib import Path

import pytest

from doorstep.cli.merchants import add
from doorstep.cli.policy import check, draft, live, show, try_file, versions
from doorstep.errors import BadInputError, NotFoundError


@pytest.fixture(autouse=True)
def _installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    add("teapots", name="Teapots")
    capsys.readouterr()


def test_a_policy_goes_from_the_usual_rules_to_a_draft_into_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show("teapots")
    assert "Returns: 30 days after the day on which the goods arrived." in capsys.readouterr().out
    show("teapots", json=True)
    shown = json.loads(capsys.readouterr().out)
    shown["returning"]["days"] = 14
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(shown))
    assert check(file) == 0
    assert draft(file, merchant="teapots", note="shorter") == 0
    assert capsys.readouterr().out.endswith("\n1\n")
    assert try_file(file, merchant="teapots") == 0
    told = capsys.readouterr().out
    assert "- Returns: 30 days" in told
    assert "+ Returns: 14 days" in told
    assert "0 of 0 requests since" in told
    assert try_file(file, merchant="teapots", arrived=True) == 0
    assert "order lines" in capsys.readouterr().out
    versions("teapots")
    assert "in force)" not in capsys.readouterr().out
    live(1, merchant="teapots")
    versions("teapots")
    assert "1 (in force)" in capsys.readouterr().out
    show("teapots")
    assert "Returns: 14 days" in capsys.readouterr().out
    show("teapots", number=0)
    assert "Returns: 30 days" in capsys.readouterr().out


def test_all_that_is_wrong_with_a_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"returning": {"ways": [], "fee_minor": -1}}')
    assert check(file) == 1
    said = capsys.readouterr().err
    assert "returning.ways is empty" in said
    assert "returning.fee_minor" in said
    with pytest.raises(BadInputError, match=r"returning\.ways"):
        draft(file, merchant="teapots")
    with pytest.raises(BadInputError, match="cannot be read"):
        check(tmp_path / "none.json")
    file.write_bytes(b" " * 1_000_001)
    with pytest.raises(BadInputError, match="longer than"):
        check(file)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        live(7, merchant="teapots")
    with pytest.raises(NotFoundError):
        show("coffee")
