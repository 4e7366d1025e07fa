"""Settings full of secrets → a text for logs and error reports without any."""

from pathlib import Path

import pytest

from doorstep.settings import Settings

KEY, TOKEN, PASSWORD = "k" * 40, "metrics-token-1", "pass-word-1"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://doorstep:{PASSWORD}@db.example:5432/doorstep",
        f"postgresql://doorstep:{PASSWORD}@[::1]:5432/doorstep?sslmode=require",
        f"postgresql://doorstep@db.example/doorstep?password={PASSWORD}",
        f"postgresql://doorstep:{PASSWORD}@[broken/doorstep",
        f"postgresql://doorstep:at@and:{PASSWORD}@db.example/doorstep",
        f"host=db.example password={PASSWORD}",
    ],
)
def test_settings_shown_hold_no_key_no_token_and_no_password(url: str) -> None:
    settings = Settings(data_dir=Path("data"), database_url=url, secret_key=KEY, metrics_token=TOKEN)
    for shown in (repr(settings), str(settings), f"{settings}", repr([settings])):
        assert not [secret for secret in (KEY, TOKEN, PASSWORD) if secret in shown]
        assert "port=8000" in shown


def test_settings_shown_tell_which_database_and_what_is_not_set() -> None:
    shown = repr(Settings(data_dir=Path("data"), database_url=f"postgresql://doorstep:{PASSWORD}@db.example:5432/doorstep", secret_key=KEY))
    assert "database_url='postgresql://doorstep@db.example:5432/doorstep'" in shown
    assert "metrics_token=None" in shown
    assert "secret_key='…'" in shown
    assert "database_url=None" in repr(Settings(data_dir=Path("data")))
