"""Logs say where it went wrong and hold no values."""

import io
import json

import pytest
import structlog

from doorstep.cli.opening import log_plainly
from doorstep.errors import BadInputError


def _logged(error: Exception, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    structlog.reset_defaults()
    log_plainly()
    structlog.get_logger().error("failed", exc_info=_raised(error))
    structlog.reset_defaults()
    return json.loads(written.getvalue())


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_an_error_of_somebody_elses_is_told_by_its_kind_and_way_without_the_values_it_quotes(monkeypatch):
    line = _logged(ValueError("invalid input: ana@example.com"), monkeypatch)
    assert line["error"] == "ValueError"
    assert "ana@example.com" not in json.dumps(line)
    assert any("test_logs.py" in step for step in line["way"])


def test_an_error_of_the_house_keeps_its_text(monkeypatch):
    assert _logged(BadInputError("the body is not JSON"), monkeypatch)["error"] == "BadInputError: the body is not JSON"
