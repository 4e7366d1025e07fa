"""`doorstep performance`: a host, or files and a signature → good, forged or expired, as the exit code says; keys made and withdrawn."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doorstep.cli.merchants import add as add_merchant
from doorstep.cli.merchants import host as set_host
from doorstep.cli.performance import performance, verify_figures
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.insights.publishing import WELL_KNOWN, directory
from doorstep.insights.signing import jwk_of, public_of, sign
from doorstep.store.database import Database

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


@contextmanager
def _host(*elsewhere: str, **told: Any) -> Iterator[str]:
    """Serve what a shop publishes at a host, its directory changed as `told` says; who asks at `elsewhere` is sent to it."""
    content = msgspec.json.encode({"expires_at": datetime.now(UTC) + timedelta(days=7)})
    answers: dict[str, bytes] = {}
    moved: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path)
            if self.path in moved:
                self.send_response(302)
                self.send_header("location", moved[self.path])
                self.end_headers()
                return
            self.send_response(200 if body is not None else 404)
            self.send_header("x-jws-signature", sign(content, _SECRET))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    there = directory({"slug": "loom", "name": "Loom", "url": None}, f"{base}/m/loom") | told
    moved |= dict.fromkeys(elsewhere, f"{base}{WELL_KNOWN}/loom")
    answers |= {
        WELL_KNOWN: msgspec.json.encode(there),
        f"{WELL_KNOWN}/loom": msgspec.json.encode(there),
        "/m/loom/delivery-performance.json": content,
        "/m/loom/jwks.json": msgspec.json.encode({"keys": [jwk_of(public_of(_SECRET))]}),
    }
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", ["", "/", WELL_KNOWN, f"{WELL_KNOWN}/loom", "/m/loom/delivery-performance.json"])
def test_a_shops_host_alone_leads_to_figures_and_keys(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    with _host() as base:
        assert verify_figures(base + path) == 0
    assert jwk_of(public_of(_SECRET)).kid in capsys.readouterr().out


def test_a_shops_host_may_send_on_to_where_its_figures_are_and_figures_themselves_stay_where_they_are() -> None:
    with _host(WELL_KNOWN) as base:
        assert verify_figures(base) == 0
    with _host("/m/loom/delivery-performance.json") as base, pytest.raises(BadInputError, match="302"):
        verify_figures(base)


def test_a_directory_of_something_else_or_to_a_file_of_this_machine_is_refused(tmp_path: Path) -> None:
    figures, _, keys = _written(tmp_path)
    for wrong in ({"kind": "another/1"}, {"figures": figures}, {"jwks_uri": keys}, {"figures": "file:///etc/passwd"}):
        with _host(**wrong) as base, pytest.raises(BadInputError, match="leads to no delivery figures"):
            verify_figures(base)
    with _host() as base, pytest.raises(BadInputError, match="404"):
        verify_figures(f"{base}{WELL_KNOWN}/nobody")


@pytest.fixture
def installation(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    add_merchant("teapots", name="Teapots")
    add_merchant("others", name="Others")
    return database_url


def _run(*words: str) -> Any:
    return performance(list(words), result_action="return_value")


def test_keys_are_made_listed_and_withdrawn(installation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("new-key", "teapots") == 0
    found = re.search(r"key (\S{43}) made", capsys.readouterr().out)
    assert found is not None
    assert _run("keys", "teapots") == 0
    listed = capsys.readouterr().out
    assert found[1] in listed
    assert "signs" in listed
    assert _run("keys", "others") == 0
    assert found[1] not in capsys.readouterr().out
    with pytest.raises(NotFoundError):
        _run("withdraw-key", "others", found[1], "--yes")
    with pytest.raises(BadInputError, match="--yes"):
        _run("withdraw-key", "teapots", found[1])
    assert _run("withdraw-key", "teapots", found[1], "--yes") == 0
    _run("keys", "teapots")
    listed = capsys.readouterr().out
    assert "withdrawn" in listed
    assert listed.count(" signs ") == 1, "another one took its place"


def test_a_host_belongs_to_one_merchant_and_is_written_as_browsers_send_it(installation: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def kept() -> dict[str, str | None]:
        database = await Database.open(installation)
        async with database.system() as tx:
            rows = await tx.fetch("select slug, host from merchant")
        await database.close()
        return {row["slug"]: row["host"] for row in rows}

    assert set_host("teapots", "Päckchen.Shop.Example.") == 0
    assert asyncio.run(kept()) == {"teapots": "xn--pckchen-5wa.shop.example", "others": None}
    with pytest.raises(ConflictError):
        set_host("others", "xn--pckchen-5wa.shop.example")
    for wrong in ("https://shop.example", "shop.example:443", "localhost", "a b.example", "-a.example", "127.0.0.1", "shop.example/x"):
        with pytest.raises(BadInputError):
            set_host("others", wrong)
    with pytest.raises(BadInputError, match="--remove"):
        set_host("teapots")
    set_host("teapots", remove=True)
    assert asyncio.run(kept()) == {"teapots": None, "others": None}
    assert "any more" in capsys.readouterr().out
