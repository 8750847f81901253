"""Installations to measure on: the crm example with a million deals, on SQLite and on a PostgreSQL of their own."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.data import FEW, HEAD, MANY, NONE, Size, load
from core.access.actor import Actor
from core.access.login import load_actor
from core.access.sessions import begin_session
from core.access.tokens import create_token
from core.settings import Settings
from core.solutions.start import initialize
from core.storage.workspace import Workspace
from scripts.postgres import Cluster

SHAPES = Path(__file__).parent / "shapes"
"""The solution with a role for each shape of rule."""

PEOPLE = {"administrator": 0, "many rows": MANY, "few rows": FEW, "no rows": NONE, "head": HEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An open workspace with its data, and how child processes reach it."""

    workspace: Workspace
    size: Size
    base: int
    seconds: float
    processes: tuple[int, ...] = ()
    """Ids of the processes of its database, where that is a server."""

    @property
    def dialect(self) -> str:
        return self.workspace.database.dialect

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that serves it."""
        settings = self.workspace.settings
        dropped = ("KUBIK_", "PYTHONDONTWRITEBYTECODE")  # an installation has its modules compiled
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {
            "KUBIK_HOME": str(settings.home),
            "KUBIK_DATABASE_URL": settings.database,
            "KUBIK_LOG_LEVEL": "error",
        }

    def user(self, person: str) -> int:
        """The id of one of `PEOPLE`."""
        return self.base + PEOPLE[person]

    def actor(self, person: str) -> Actor:
        """One of `PEOPLE`, as a request would load them."""
        with self.workspace.read() as tx:
            return load_actor(tx, self.user(person))

    def token(self, person: str) -> str:
        """An API token of one of `PEOPLE`."""
        return self.workspace.write(lambda tx: create_token(tx, self.user(person), "bench"))

    def session(self, person: str) -> str:
        """The key of a browser's session of one of `PEOPLE`, as a sign-in with a second factor begins it."""
        return self.workspace.write(
            lambda tx: begin_session(tx, self.user(person), None, "bench", strong=True)
        )


@contextmanager
def installed(dialect: str, size: Size, keep: Path | None = None) -> Iterator[Installation]:
    """A fresh installation of that database, loaded; gone at the end.

    ``keep`` is a folder in which it stays, with the server of its database: the next run finds it there.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kubik-bench-", dir=_place())))
        if keep is not None:
            home = keep / f"{dialect}-{size.deals}"
            home.mkdir(parents=True, exist_ok=True)
        cluster = None
        if dialect == "postgresql":
            cluster = Cluster(None if keep is None else keep / f"cluster-{size.deals}", durable=True)
        noted = home / "bench.json"
        started = time.perf_counter()
        if noted.exists():
            known = json.loads(noted.read_text())
            workspace = Workspace.open(_settings(home, known["url"]))
            _told_what_is_there(workspace, size)
        else:
            url = "" if cluster is None else cluster.start() if keep else stack.enter_context(cluster)
            workspace = initialize(
                _settings(home, url), ("crm", str(SHAPES)), login="bench", password="only-for-this-run"
            )
            known = {"url": url, "base": _highest_user(workspace)}
            load(workspace, size, known["base"])
            noted.write_text(json.dumps(known))
        stack.callback(workspace.close)
        yield Installation(
            workspace=workspace, size=size, base=known["base"], seconds=time.perf_counter() - started,
            processes=() if cluster is None else (cluster.process,),
        )  # fmt: skip


def _told_what_is_there(workspace: Workspace, size: Size) -> None:
    """Say so where a kept database is not as it was loaded: another benchmark that was stopped leaves its rows and jobs."""
    with workspace.read() as tx:
        deals = tx.connection.scalar(
            sa.select(sa.func.count()).select_from(tx.tables[tx.model.entities["deal"].uid].table)
        )
        job = tx.tables.own.job
        waiting = tx.connection.scalar(
            sa.select(sa.func.count()).select_from(job).where(job.c.finished_at.is_(None))
        )
    if deals != size.deals or waiting:
        print(
            f"\nkept and changed since: {deals:,} deals instead of {size.deals:,}, {waiting} jobs that wait",
            flush=True,
        )


def _settings(home: Path, url: str) -> Settings:
    return Settings(home=home, database_url=url, time_zone="Europe/Moscow")


def _place() -> str | None:
    """Where the data lie: ``KUBIK_BENCH_HOME``, otherwise the system's place of temporary files."""
    return os.environ.get("KUBIK_BENCH_HOME")


def _highest_user(workspace: Workspace) -> int:
    with workspace.read() as tx:
        table = tx.tables[tx.model.entities["user"].uid].table
        return int(tx.connection.execute(sa.select(sa.func.max(table.c.id))).scalar_one())
