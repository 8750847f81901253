"""A PostgreSQL cluster of our own for tests and benchmarks: made in a temporary folder, ended without a trace.

`python -m scripts.postgres start | url | stop` keeps one for a day of development; `Cluster` is used by the
test run and the benchmarks. The server differs from ours on purpose in what must not matter: its default
collation is Russian ICU and its time zone is that of New York. It trusts a disk it will never need again
(`fsync=off`), so its speed of writing says nothing: the benchmarks ask for `durable=True`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "kubik-postgres-"
INSTALL = "apt-get install -y postgresql"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "timezone": "America/New_York",
    "lc_messages": "C",
    "log_min_messages": "warning",
}
NOT_DURABLE: Mapping[str, str] = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
    "autovacuum": "off", "jit": "off", "max_wal_size": "128MB",
}  # fmt: skip
"""Nothing is kept for longer than a run: no log to follow, no tables to tend, no statement worth compiling."""


class PostgresMissing(Exception):
    """There is no PostgreSQL server on this machine, or no user it may run as."""


def binaries() -> Path | None:
    """The newest folder that holds `initdb` and `pg_ctl`, those on PATH last (Debian keeps them off it)."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda p: _number(p.parent.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    for initdb in [*found, *([Path(on_path)] if on_path else [])]:
        if (initdb.parent / "pg_ctl").exists():
            return initdb.parent
    return None


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


class Cluster:
    """One running server; `with Cluster() as url:` ends it and removes its folder whatever happens inside.

    `folder` given: the cluster lives there and outlives the process that started it.
    """

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        found = binaries()
        if found is None:
            raise PostgresMissing(f"no PostgreSQL server found; install one: {INSTALL}")
        self.bin = found
        self.durable = durable
        self.user = _unprivileged_user()
        self.lasting = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix=PREFIX, dir=_temporary(durable)))
        self.url = ""

    def start(self) -> str:
        """Make the cluster and wait until it answers; the URL of its superuser, who may create databases."""
        if not self.lasting:
            sweep()
        password = secrets.token_urlsafe(16)
        self.folder.mkdir(parents=True, exist_ok=True)
        pwfile = self.folder / "password"
        pwfile.touch(mode=0o600)
        pwfile.write_text(password)
        if self.user:
            for path in (self.folder, pwfile):
                shutil.chown(path, *self.user)
        self._run(
            "initdb", "--username=postgres", "--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-sync",
            "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=ru",
        )  # fmt: skip
        pwfile.unlink()
        port = self._listen()
        self.url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        owner = None if self.lasting else os.getpid()
        state = self.folder / "state.json"
        state.touch(mode=0o600)
        state.write_text(json.dumps({"url": self.url, "owner": owner}))
        return self.url

    def stop(self) -> None:
        """End the server at once and remove its folder; harmless when it never started."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate", "--silent", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def process(self) -> int:
        """The id of the server's first process, above all others of it."""
        return int((self.folder / "data" / "postmaster.pid").read_text().partition("\n")[0])

    def running(self) -> bool:
        """Whether a server answers for this folder."""
        return self._run("pg_ctl", "status", check=False) == 0

    def __enter__(self) -> str:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> int:
        """Start on a port that was free a moment ago; another one when somebody was faster."""
        for attempts_left in reversed(range(5)):
            port = _free_port()
            log = f"--log={self.folder / 'log'}"
            if (
                self._run(
                    "pg_ctl",
                    "start",
                    "--wait",
                    "--silent",
                    log,
                    "-o",
                    self._options(port),
                    check=not attempts_left,
                )
                == 0
            ):
                return port
        raise AssertionError("the last attempt raises")

    def _options(self, port: int) -> str:
        settings = {**SETTINGS, **({} if self.durable else NOT_DURABLE)}
        settings |= {"port": str(port), "unix_socket_directories": str(self.folder)}
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        as_user: dict[str, Any] = {}
        if self.user:
            as_user = {"user": self.user[0], "group": self.user[1], "extra_groups": []}
        # The server inherits what is open: to a file, never to a pipe that would be waited for.
        with (self.folder / "setup.log").open("ab") as log:
            done = subprocess.run(
                [self.bin / program, "-D", self.folder / "data", *arguments],
                cwd=self.folder,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **as_user,
            )
        if check and done.returncode:
            for name in ("setup.log", "log"):
                if (self.folder / name).exists():
                    sys.stderr.write((self.folder / name).read_text(errors="replace")[-4000:])
            raise subprocess.CalledProcessError(done.returncode, program)
        return done.returncode


def sweep() -> None:
    """Remove clusters whose test run was killed before it could end them."""
    for folder in [*_temporary(True).glob(f"{PREFIX}*"), *_MEMORY.glob(f"{PREFIX}*")]:
        state = folder / "state.json"
        try:
            ours = not hasattr(os, "geteuid") or state.lstat().st_uid == os.geteuid()
            owner = json.loads(state.read_text())["owner"]
        except (OSError, ValueError, KeyError):
            continue
        if ours and owner is not None and not _alive(owner):
            Cluster(folder).stop()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _unprivileged_user() -> tuple[str, str] | None:
    """Whom a server started by root runs as: PostgreSQL refuses to be root."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import grp
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return name, grp.getgrgid(entry.pw_gid).gr_name
    raise PostgresMissing(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as"
    )


_MEMORY, ROOM = Path("/dev/shm"), 6 * 2**30
"""Files in memory: a copy of a database costs a sixth there; and the bytes that must be free for a run."""


def _temporary(durable: bool) -> Path:
    """Where clusters are made: a short path that another user may enter, in memory where there is plenty."""
    if not durable and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > ROOM:
        return _MEMORY
    return Path("/tmp") if os.name == "posix" else Path(tempfile.gettempdir())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _lasting_folder() -> Path:
    """The folder of the one development cluster of this checkout."""
    return _temporary(True) / f"{PREFIX}dev-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.postgres", description=__doc__)
    parser.add_argument("command", choices=["start", "url", "stop"])
    command = parser.parse_args().command
    folder = _lasting_folder()
    state = folder / "state.json"
    try:
        if command == "start":
            cluster = Cluster(folder)
            if state.exists() and not cluster.running():
                cluster.stop()
            if not state.exists():
                start_whole(cluster)
            print(json.loads(state.read_text())["url"])
        elif command == "url":
            if not state.exists():
                print("no development cluster is running: python -m scripts.postgres start", file=sys.stderr)
                return 1
            print(json.loads(state.read_text())["url"])
        elif folder.exists():
            Cluster(folder).stop()
    except PostgresMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def start_whole(cluster: Cluster) -> None:
    """Start a lasting cluster; one that does not start leaves nothing behind."""
    try:
        cluster.start()
    except BaseException:
        cluster.stop()
        raise


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise SystemExit(main())
