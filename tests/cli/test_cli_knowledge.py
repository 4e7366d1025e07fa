"""`doorstep import knowledge`, `doorstep knowledge`: against a real database."""

from pathlib import Path

import pytest

from doorstep.cli.knowledge import ask, import_knowledge, list_articles, list_unanswered, remove
from doorstep.cli.merchants import add
from doorstep.errors import BadInputError, NotFoundError

FAQ = "# Delivery\n\nWe deliver within three days.\n"


@pytest.fixture(autouse=True)
def _installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    add("teapots", name="Teapots")
    capsys.readouterr()


def test_a_folder_is_brought_in_asked_listed_and_taken_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shop"
    (folder / "more").mkdir(parents=True)
    (folder / "faq.md").write_text(FAQ)
    (folder / "more" / "gifts.csv").write_text("question,answer,until\nDo you wrap gifts?,Yes for 4 €.,2020-01-01\n", encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    assert import_knowledge(folder, merchant="teapots", language="en") == 0
    assert "articles: 2 added, 0 changed, 0 unchanged, 0 removed; passages: 2" in capsys.readouterr().err
    assert import_knowledge(folder, merchant="teapots", language="en") == 0
    assert "articles: 0 added, 0 changed, 2 unchanged" in capsys.readouterr().err
    assert ask("¿Cuánto tarda el envío?", merchant="teapots", language="es") == 0
    told = capsys.readouterr().out
    assert "“We deliver within three days.”\n— Delivery, as of " in told
    assert "Quoted from 0.35 on." in told
    assert ask("do you wrap gifts?", merchant="teapots", language="en") == 1
    assert "was valid until a day that is over" in capsys.readouterr().out
    assert ask("who won the cup?", merchant="teapots", language="en") == 1
    assert "I don't know: no passage is likely enough." in capsys.readouterr().out
    list_articles("teapots")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("\tDelivery")
    assert "until 2020-01-01" in second
    assert remove(int(first.split("\t")[0]), merchant="teapots") == 0
    assert ask("how long does delivery take?", merchant="teapots", language="en") == 1
    capsys.readouterr()
    assert list_unanswered("teapots") == 0
    assert capsys.readouterr().out == ""


def test_what_cannot_be_read_is_named_and_the_rest_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, pages = tmp_path / "faq.md", tmp_path / "bad.csv", tmp_path / "pages.txt"
    good.write_text(FAQ)
    bad.write_text("a,b\n")
    pages.write_text("# ours\n\nhttp://127.0.0.1:1/faq\n")
    assert import_knowledge(good, bad, merchant="teapots", urls=pages) == 1
    told = capsys.readouterr().err
    assert "bad.csv: the first line names the columns" in told
    assert "http://127.0.0.1:1/faq: " in told
    assert "articles: 1 added" in told
    assert import_knowledge(bad, merchant="teapots") == 2
    with pytest.raises(BadInputError, match="name at least one file"):
        import_knowledge(merchant="teapots")
    with pytest.raises(NotFoundError):
        import_knowledge(tmp_path / "nothing", merchant="teapots")
    with pytest.raises(NotFoundError):
        import_knowledge(good, merchant="strangers")
