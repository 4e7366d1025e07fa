"""`doorstep codes`: unknown codes listed, mapped, written out and unmapped, against a real database."""

import json

import pytest

from doorstep.cli.codes import export, list_codes, map_one, unmap
from doorstep.cli.merchants import add, operator
from doorstep.errors import BadInputError, NotFoundError


@pytest.fixture(autouse=True)
def _installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    add("teapots", name="Teapots")


def test_a_code_is_mapped_listed_written_out_and_unmapped(capsys):
    assert map_one("teapots", "acme", "delivered", code="Z9") == 0
    capsys.readouterr()
    assert export("teapots") == 0
    assert json.loads(capsys.readouterr().out)["code_mappings"][0]["event_type"] == "delivered"
    list_codes("teapots")
    told = capsys.readouterr().out
    assert "Z9" in told
    number = int(next(line for line in told.splitlines() if "Z9" in line).split("│")[1])
    assert unmap("teapots", number) == 0
    with pytest.raises(NotFoundError):
        unmap("teapots", number)


def test_wrong_names_are_told():
    with pytest.raises(BadInputError, match="event types"):
        map_one("teapots", "acme", "arrived!", code="Z9")
    with pytest.raises(NotFoundError):
        map_one("nobody", "acme", "delivered", code="Z9")
    with pytest.raises(NotFoundError):
        operator("nobody@shop.example")
