"""`doorstep evaluate texts`: words of known codes in, how often the suggestion is right out."""

import csv
import json

import pytest

from doorstep.cli.evaluating import texts
from doorstep.errors import BadInputError


def table(tmp_path, *rows, name="known.tsv", head="carrier_text\tevent_type"):
    path = tmp_path / name
    path.write_text("\n".join([head, *("\t".join(row) for row in rows)]), encoding="utf-8")
    return path


def test_a_table_of_known_words_is_measured(tmp_path, capsys):
    rows = [("Out for delivery", "out_for_delivery"), ("Delivered", "lost"), ("Bay 7", "delivered"), ("Damaged", "unknown")]
    assert texts([table(tmp_path, *rows)], json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["texts"], told["precision"], told["sure"]) == (3, 0.5, 2)
    assert told["coverage"] == pytest.approx(2 / 3, abs=1e-3)
    texts([table(tmp_path, *rows)])
    assert "right: 50.0%" in capsys.readouterr().out


def test_what_cannot_be_measured_is_told(tmp_path, capsys):
    with pytest.raises(BadInputError, match="known meaning"):
        texts([table(tmp_path)])
    with pytest.raises(BadInputError, match="known meaning"):
        texts([table(tmp_path, ("x", "no_such_type"))])
    assert "line 2: 'no_such_type' is no event type" in capsys.readouterr().err
    other = tmp_path / "nobody__1.json"
    other.write_bytes(b"{}")
    with pytest.raises(BadInputError):
        texts([other])
    assert "--carrier" in capsys.readouterr().err
    with pytest.raises(BadInputError, match="No such file"):
        texts([tmp_path / "none.tsv"])


def test_on_the_real_payloads_sure_suggestions_are_right_more_than_four_times_in_five(shared_data, capsys):
    folder = shared_data / "carriers"
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["kind"] == "tracking"]
    assert texts([folder / "payloads" / row["file"] for row in rows], json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["texts"] > 300
    assert told["coverage"] > 0.8
    assert told["precision_sure"] > 0.8
    assert told["same_status"] > 0.9
