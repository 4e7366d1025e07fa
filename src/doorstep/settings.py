"""Environment and command line → settings. The only reader of the environment."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import platformdirs
from typing_extensions import override

from doorstep.errors import MisconfiguredError


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator sets; every field is documented in docs/reference/settings.md."""

    #: Where the embedded PostgreSQL and the secret key live.
    data_dir: Path
    #: `DOORSTEP_DATABASE_URL`; None: the embedded PostgreSQL.
    database_url: str | None = None
    #: `DOORSTEP_SECRET_KEY`, 32 characters or more; None: made on the first start, in the data folder.
    secret_key: str | None = None
    #: `DOORSTEP_BASE_URL`: the public address of this installation, in links and in signed hook addresses.
    base_url: str = "http://127.0.0.1:8000"
    #: `DOORSTEP_HOST` and `DOORSTEP_PORT`: where the web process listens.
    host: str = "127.0.0.1"
    port: int = 8000
    #: `DOORSTEP_WORKERS`: worker processes of `serve`.
    workers: int = 1
    #: `DOORSTEP_ALLOW_PRIVATE=1`: outgoing webhooks may go to private networks (tests, demos).
    allow_private: bool = False
    #: `DOORSTEP_TRUST_PROXY=1`: the client's address is the last of X-Forwarded-For.
    trust_proxy: bool = False
    #: `DOORSTEP_METRICS_TOKEN`: asked as a bearer token by /metrics; None: /metrics answers loopback only.
    metrics_token: str | None = None
    #: `DOORSTEP_WORKER_METRICS_PORT`: a worker tells its own figures on this loopback port; worker n of `serve` on port + n; None: nowhere.
    worker_metrics_port: int | None = None

    @override
    def __repr__(self) -> str:
        """Show what may stand in a log: no key, no token, no password."""
        hidden = {
            "secret_key": self.secret_key and "…",
            "metrics_token": self.metrics_token and "…",
            "database_url": _shown(self.database_url),
        }
        fields = {name: getattr(self, name) for name in self.__struct_fields__} | hidden
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in fields.items())})"


def _shown(url: str | None) -> str | None:
    """Leave the password out of a database's address; what cannot be read is left out whole."""
    try:
        parts = urlsplit(url or "")
        place = parts.netloc.rpartition("@")[2]
        name = parts.username
    except ValueError:
        return "…"
    if not parts.scheme:
        return "…" if url else None
    return f"{parts.scheme}://{f'{name}@' if name else ''}{place}{parts.path}"  # a query may hold a password too


def read_settings(data_dir: Path | None = None, host: str | None = None, port: int | None = None) -> Settings:
    """Read the environment; what the command line gives wins.

    Raises:
        MisconfiguredError: a value that cannot be read.
    """
    env = {name.removeprefix("DOORSTEP_"): value for name, value in os.environ.items() if name.startswith("DOORSTEP_") and value}  # noqa: TID251
    listen_host = host or env.get("HOST", "127.0.0.1")
    listen_port = port or _number(env, "PORT", 8000)
    return Settings(
        data_dir=data_dir or Path(env.get("DATA_DIR") or platformdirs.user_data_path("doorstep")),
        database_url=env.get("DATABASE_URL"),
        secret_key=env.get("SECRET_KEY"),
        base_url=env.get("BASE_URL", f"http://{listen_host}:{listen_port}").rstrip("/"),
        host=listen_host,
        port=listen_port,
        workers=_number(env, "WORKERS", 1),
        allow_private=env.get("ALLOW_PRIVATE") == "1",
        trust_proxy=env.get("TRUST_PROXY") == "1",
        metrics_token=env.get("METRICS_TOKEN"),
        worker_metrics_port=_number(env, "WORKER_METRICS_PORT", 0) or None,
    )


def bench_database_url() -> str | None:
    """Return `DOORSTEP_BENCH_DATABASE_URL`: a server on which `doorstep bench` may make and drop databases; None: a throw-away one."""
    return os.environ.get("DOORSTEP_BENCH_DATABASE_URL") or None  # noqa: TID251


def child_environment(settings: Settings, database_url: str, secret_key: bytes) -> dict[str, str]:
    """Return the environment under which a child process reads these same settings."""
    ours = {
        "DOORSTEP_DATABASE_URL": database_url,
        "DOORSTEP_SECRET_KEY": secret_key.decode(),
        "DOORSTEP_DATA_DIR": str(settings.data_dir),
        "DOORSTEP_BASE_URL": settings.base_url,
        "DOORSTEP_HOST": settings.host,
        "DOORSTEP_PORT": str(settings.port),
        "DOORSTEP_ALLOW_PRIVATE": "1" if settings.allow_private else "",
        "DOORSTEP_TRUST_PROXY": "1" if settings.trust_proxy else "",
        "DOORSTEP_METRICS_TOKEN": settings.metrics_token or "",
        "DOORSTEP_WORKER_METRICS_PORT": str(settings.worker_metrics_port or ""),
    }
    return {**os.environ, **ours}  # noqa: TID251


def _number(env: dict[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError:
        raise MisconfiguredError(f"DOORSTEP_{name} must be a whole number, not {env[name]!r}") from None


def environment_value(name: str) -> str:
    """Read a variable somebody named on the command line, such as a secret.

    Raises:
        MisconfiguredError: it is not set.
    """
    value = os.environ.get(name)  # noqa: TID251 - the only reader of the environment
    if value is None:
        raise MisconfiguredError(f"the environment has no {name}")
    return value
