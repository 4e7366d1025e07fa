"""`doorstep performance verify`: files and a signature → good, forged or expired, as the exit code says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from doorstep.cli.performance import verify_figures
from doorstep.errors import BadInputError
from doorstep.insights.signing import jwk_of, public_of, sign

_SECRET = b"s" * 32


def _written(folder: Path, *, days: int = 7, secret: bytes = _SECRET) -> tuple[str, str, str]:
    figures, signature, keys = folder / "figures.json", folder / "figures.jws", folder / "jwks.json"
    figures.write_bytes(msgspec.json.encode({"expires_at": datetime.now(UTC) + timedelta(days=days)}))
    signature.write_text(sign(figures.read_bytes(), secret))
    keys.write_bytes(msgspec.json.encode({"keys": [jwk_of(public_of(_SECRET))]}))
    return str(figures), str(signature), str(keys)


def test_what_the_merchant_signed_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, signature, keys = _written(tmp_path)
    assert verify_figures(figures, signature=signature, keys=keys) == 0
    assert jwk_of(public_of(_SECRET)).kid in capsys.readouterr().out


def test_what_somebody_else_signed_or_changed_is_forged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, signature, keys = _written(tmp_path, secret=b"o" * 32)
    assert verify_figures(figures, signature=signature, keys=keys) == 1
    figures, signature, keys = _written(tmp_path)
    Path(figures).write_bytes(Path(figures).read_bytes() + b" ")
    assert verify_figures(figures, signature=signature, keys=keys) == 1
    assert capsys.readouterr().err.count("forged") == 2


def test_what_has_expired_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, signature, keys = _written(tmp_path, days=-1)
    assert verify_figures(figures, signature=signature, keys=keys) == 1
    assert "expired" in capsys.readouterr().err


def test_what_is_missing_or_no_signature_is_said(tmp_path: Path) -> None:
    figures, signature, keys = _written(tmp_path)
    for given in ({}, {"signature": signature}, {"signature": figures, "keys": keys}, {"signature": signature, "keys": figures}):
        with pytest.raises(BadInputError):
            verify_figures(figures, **given)
    with pytest.raises(BadInputError):
        verify_figures(str(tmp_path / "nothing"), signature=signature, keys=keys)
