"""`evaluate intents`: what is printed of files of messages."""

from pathlib import Path

import msgspec
import pytest

from doorstep.cli.evaluating_intents import evaluate_intents, read_map, read_rows
from doorstep.errors import BadInputError

KEYS = ["n", "in_scope_accuracy", "top3", "out_of_scope_recall", "mcc", "auroc", "p50_ms", "p99_ms"]
TRAIN = "sentence,label\n" + "".join(
    f"{text},{label}\n"
    for label, texts in {
        "SHARPEN": (
            "sharpen my knife",
            "knife sharpening",
            "my blade is blunt",
            "can you sharpen scissors",
            "how to get a knife sharp again",
        ),
        "COURSE": ("cooking course", "book a class", "when is the next course", "join a workshop", "which classes do you offer"),
        "RENT": ("rent a tent", "can i borrow a tent", "tent rental price", "hire camping gear", "lend me a tent for a week"),
    }.items()
    for text in texts
)
TEST = "sentence,label,\nis the blade sharpening free,SHARPEN,\nnext cooking class?,COURSE,\nhire a tent,RENT,\nwho won the match,NO_NODES_DETECTED,\n"


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("core", [False, True])
def test_a_merchants_own_labels_are_learnt_first(tmp_path: Path, capsys: pytest.CaptureFixture[str], *, core: bool) -> None:
    test, train = _file(tmp_path, "test.csv", TEST), _file(tmp_path, "train.csv", TRAIN)
    assert evaluate_intents(test, learn_from=train, core=core, as_json=True) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert list(told) == KEYS
    assert (told["n"], told["in_scope_accuracy"], told["top3"]) == (4, 1.0, 1.0)


def test_without_a_map_labels_are_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = _file(tmp_path, "test.csv", "sentence,label\nwhere is my order,track.where\nhow do i fly to mars,oos\n")
    assert evaluate_intents(test, core=True, as_json=True) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["n"], told["in_scope_accuracy"], told["out_of_scope_recall"], told["mcc"]) == (2, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "mapped",
    [
        '{"track.where": "STATUS", "track.when": "STATUS", "order.cancel": "CANCEL"}',
        '{"STATUS": ["track.where", "track.when"], "CANCEL": ["order.cancel"], "CHITCHAT": []}',
    ],
)
def test_a_map_may_be_written_either_way_round(tmp_path: Path, capsys: pytest.CaptureFixture[str], mapped: str) -> None:
    rows = "sentence,label\nwhere is my order,STATUS\nwhen will my parcel come,STATUS\ncancel my order,CANCEL\n"
    test = _file(tmp_path, "test.csv", rows)
    assert evaluate_intents(test, map_file=_file(tmp_path, "map.json", mapped), core=True, as_json=True) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["n"], told["in_scope_accuracy"], told["out_of_scope_recall"], told["auroc"]) == (3, 1.0, None, None)


def test_a_label_that_means_nothing_of_ours_is_left_out_and_one_unnamed_is_out_of_scope(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = _file(tmp_path, "test.csv", "sentence,label\nwhere is my order,STATUS\nhello,SKIPPED\nhow tall is everest,TRIVIA\n")
    mapped = _file(tmp_path, "map.json", '{"STATUS": ["track.where"], "SKIPPED": []}')
    assert evaluate_intents(test, map_file=mapped, core=True, as_json=True) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["n"], told["out_of_scope_recall"]) == (2, 1.0)


def test_people_get_a_table_with_what_was_taken_for_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = _file(tmp_path, "test.csv", "sentence,label\nwhere is my order,order.cancel\n")
    assert evaluate_intents(test, core=True) == 0
    shown = capsys.readouterr().out
    assert "order.cancel" in shown
    assert "track.where" in shown


@pytest.mark.parametrize("text", ["", "text,intent\nhi,talk.hello\n", "sentence,label\n", "sentence,label\nhello,\n"])
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match=r"test\.csv"):
        read_rows(_file(tmp_path, "test.csv", text))
    with pytest.raises(BadInputError, match="missing"):
        read_rows(tmp_path / "missing.csv")


@pytest.mark.parametrize("text", ["[]", "{", '{"STATUS": ["track.nowhere"]}', '{"track.where": 3}'])
def test_a_map_that_cannot_be_used_says_why(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match=r"map\.json"):
        read_map(_file(tmp_path, "map.json", text))


def test_one_label_cannot_be_learnt(tmp_path: Path) -> None:
    test, train = _file(tmp_path, "test.csv", TEST), _file(tmp_path, "train.csv", "sentence,label\nhello,A\nhi,A\n")
    with pytest.raises(BadInputError, match="two labels"):
        evaluate_intents(test, learn_from=train, core=True)
