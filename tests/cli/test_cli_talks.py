"""`doorstep talks`: shown, exported, checked and put live, against a real database."""

import json
import tomllib
from pathlib import Path

import pytest

from doorstep.cli.merchants import add
from doorstep.cli.talks import check, put, show, words
from doorstep.errors import BadInputError, NotFoundError


@pytest.fixture
def _installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    add("teapots", name="Teapots")
    capsys.readouterr()


@pytest.mark.usefixtures("_installation")
def test_changes_are_checked_put_live_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "talks.json"
    file.write_text(json.dumps({"off": ["cancel"], "words": {"en": {"say.hello": "Ahoy from {brand}."}}}))
    assert check(file) == 0
    assert put(file, merchant="teapots", note="the sea") == 0
    assert capsys.readouterr().out.endswith("\n1\n")
    assert check(merchant="teapots") == 0
    show(merchant="teapots")
    assert "(off) Cancel an order." in capsys.readouterr().out
    show("hello", merchant="teapots")
    assert "say.hello (own): Ahoy from {brand}." in capsys.readouterr().out
    words("en", merchant="teapots")
    assert tomllib.loads(capsys.readouterr().out)["say"]["hello"] == "Ahoy from {brand}."
    file.write_text("{}")
    assert put(file, merchant="teapots") == 0
    assert capsys.readouterr().out == "2\n"
    words("en", merchant="teapots")
    assert "this is the assistant of {brand}" in tomllib.loads(capsys.readouterr().out)["say"]["hello"]


@pytest.mark.usefixtures("_installation")
def test_what_does_not_hold_is_told_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "talks.json"
    file.write_text(json.dumps({"off": ["gone"], "words": {"en": {"say.hello": "{gone}"}}}))
    assert check(file) == 1
    told = capsys.readouterr().err
    assert "there is no talk 'gone'" in told
    assert "{gone} stands for nothing here" in told
    with pytest.raises(BadInputError, match="there is no talk 'gone'"):
        put(file, merchant="teapots")
    with pytest.raises(NotFoundError):
        check(merchant="kettles")
    with pytest.raises(BadInputError, match="cannot be read"):
        check(tmp_path / "nothing.json")


def test_the_houses_talks_hold_and_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert check() == 0
    show()
    assert "where           Where is my order?" in capsys.readouterr().out
    show("where")
    told = capsys.readouterr().out
    assert "Where the order or parcel is now" in told
    assert "needs:                  order" in told
    with pytest.raises(NotFoundError, match="lists them"):
        show("gone")


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "it", "pt", "hi"])
def test_words_for_translators_read_back_as_they_are(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    words(language)
    told = tomllib.loads(capsys.readouterr().out)
    folder = Path(__file__).parents[2] / "src/doorstep/conversations/talks/words"
    assert told == tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
    with pytest.raises(BadInputError, match="is no language"):
        words("tlh")
