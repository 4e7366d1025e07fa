"""`doorstep evaluate estimates`: its figures' names, and clear words about bad files."""

import json

import pytest

from doorstep.cli.delivery_files import read_deliveries
from doorstep.cli.judging_estimates import evaluate_estimates
from doorstep.errors import BadInputError

HEAD = "order_id,purchased_at,handed_over_at,delivered_at,promised_on,origin_state,origin_zip,dest_state,dest_zip\n"
ROW = "{},2018-01-{:02} 10:00:00,2018-01-{:02} 10:00:00,2018-02-{:02} 12:00:00,2018-02-10,SP,1000,RJ,20000\n"


def rows(count=6):
    return HEAD + "".join(ROW.format(f"o{n}", n + 1, n + 2, n * 3 + 1) for n in range(count))


def test_the_json_has_the_figures_at_purchase_and_at_handover(tmp_path, capsys):
    file = tmp_path / "deliveries.csv"
    file.write_text(rows())
    assert evaluate_estimates(file, learn=file, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    names = [
        *("n", "mae_days", "promise_mae_days", "lane_median_mae_days"),
        *("coverage_80", "width_days", "late_auc", "late_average_precision"),
    ]
    assert list(found) == ["at_purchase", "at_handover"]
    assert all(list(one) == names for one in found.values())
    assert found["at_purchase"]["n"] == 6


def test_the_table_is_for_people(tmp_path, capsys):
    file = tmp_path / "deliveries.csv"
    file.write_text(rows(1))
    assert evaluate_estimates(file, learn=file) == 0
    assert "coverage_80" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: columns are missing: order_id"),
        ("order_id\nx\n", "line 1: columns are missing: purchased_at"),
        (rows(1) + "o9,soon,,,,SP,1,RJ,2\n", "line 3: purchased_at: a time"),
        (rows(1) + "o9,,,,,SP,1,RJ,2\n", "line 3: purchased_at: is empty"),
        (rows(1) + "o9,2018-01-01\n", "line 3: has more or fewer cells"),
        (rows(1) + "o9,2018-01-02,,2018-01-01,,SP,1,RJ,2\n", "line 3: delivered_at: is before purchased_at"),
        (rows(1) + rows(1).removeprefix(HEAD), "line 3: order_id: was on line 2 already"),
        (rows(1).replace("\n", ",weight_g\n", 1).replace("20000\n", "20000,heavy\n"), "line 2: weight_g: a number"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path, text, said):
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(BadInputError, match=said):
        read_deliveries(file)


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match="not UTF-8"):
        read_deliveries(tmp_path / "bad.csv")
    with pytest.raises(BadInputError, match="No such file"):
        read_deliveries(tmp_path / "absent.csv")
