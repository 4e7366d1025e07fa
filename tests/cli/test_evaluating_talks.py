"""`evaluate talks`: scripted customers bring requests by talking; the retailer's 74 are held against what is known."""

import json
from pathlib import Path
from typing import Any

import pytest
from retail_store import ANA, ANA_MAIL, store, write

from doorstep.cli.evaluating_talks import evaluate_talks
from doorstep.cli.retail.customer import first_person
from doorstep.errors import BadInputError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "retail_tasks"


def judge(folder: Path, capsys: pytest.CaptureFixture[str], task: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    (folder / "tasks.json").write_text(json.dumps([task]))
    (folder / "expected.json").write_text(json.dumps({task["id"]: {"customer": ANA, "changed": changed}}))
    evaluate_talks(store=write(folder, store()), tasks=folder / "tasks.json", expected=folder / "expected.json", as_json=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def request(reason: str, *calls: dict[str, Any]) -> dict[str, Any]:
    told = {"reason_for_call": reason, "known_info": f"Your email is {ANA_MAIL}.", "task_instructions": ""}
    return {"id": "1", "user_scenario": {"instructions": told}, "evaluation_criteria": {"actions": list(calls)}}


def test_a_request_in_the_tasks_own_words_ends_in_the_expected_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cancel = {"name": "cancel_pending_order", "arguments": {"order_id": "#W1", "reason": "no longer needed"}}
    before = store()["orders"]["#W1"]
    after = before | {
        "status": "cancelled",
        "cancel_reason": "no longer needed",
        "payment_history": [*before["payment_history"], before["payment_history"][0] | {"transaction_type": "refund"}],
    }
    told = judge(
        tmp_path, capsys, request("You want to cancel your order #W1 since it is no longer needed.", cancel), {"orders": {"#W1": after}}
    )
    assert (told["solved"], told["solved_at_once"], told["wrong"]) == (1, 1, 0)


def test_what_nobody_wants_is_not_said_yes_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = judge(tmp_path, capsys, request("You want to cancel your order #W1 since it is no longer needed."), {})
    assert (told["solved"], told["wrong"]) == (1, 0)


def test_tasks_speak_to_the_customer_and_customers_of_themselves() -> None:
    assert first_person("You received your order and you're unhappy.") == "I received my order and I'm unhappy."


def test_requests_without_what_they_should_change_are_refused(tmp_path: Path) -> None:
    for name in ("tasks_x.json", "requests.json"):
        (tmp_path / name).write_text("[]")
        with pytest.raises(BadInputError, match="name that file with --expected"):
            evaluate_talks(store=write(tmp_path, store()), tasks=tmp_path / name)


@pytest.mark.skipif(not SHARED.exists(), reason="the retail tasks are not here")
def test_the_retailers_requests_are_talked_through_and_none_ends_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    code = evaluate_talks(store=SHARED / "db.json", tasks=SHARED / "tasks_train.json", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (code, told["wrong"]) == (0, 0)
    assert told["solved"] >= 60
