"""A connection to either database: begin, commit, pools, and what an error of the driver means."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine.url import make_url

from core.errors import KubikError
from core.settings import Settings
from core.storage.expressions.functions import register
from core.storage.statistics import count, due, each_value, told
from metamodel.messages import message

BUSY_SECONDS = 10
"""How long a writer waits for its turn before it is refused."""

LOCK_MILLISECONDS = 2000
"""How long a change of the schema waits for a lock, with every other writer behind it, before it lets them pass."""

SHORT_MILLISECONDS = 300
"""The same for what can be left for later: shorter than readers wait before PostgreSQL looks who waits for whom."""

HEAD = "kubik_head"
"""Key of `Connection.info` under which the version of the model in force stands."""

SEARCH = "kubik_search"
"""Key of `Connection.info` under which the state of the search index stands, as a number that goes up."""

Dialect = Literal["sqlite", "postgresql"]

_SIZES = "kubik_sizes"
"""Key of `Connection.info` under which stands how much an SQLite connection keeps in memory."""

ORDINARY = ("cache_size=-4000", "wal_autocheckpoint=1000")

BULK = ("cache_size=-32000", "wal_autocheckpoint=8000")
"""Of who writes thousands of rows at once: the pages of all indexes that they go into, brought into the file less often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """How a transaction begins: the words that begin it, and those that then ask the version of the model."""

    begin: str
    version: str | None = None
    sizes: tuple[str, ...] = ORDINARY
    """What SQLite is told before, where the connection does not have it from the last time."""


class Database:
    """One workspace's database: an SQLite file, or a schema of a PostgreSQL database.

    ``reading``, ``writing``, ``loading`` and ``switching`` are the same engine and the same connections; they differ in how a
    transaction begins. It begins by our own words: drivers begin too late (SQLite) or again (PostgreSQL). The
    same words ask which version of the model is in force, in the snapshot of the transaction; the answer stands
    in ``connection.info``. On PostgreSQL writers share a lock that a switch of the model takes alone.
    """

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database)
        self.dialect: Dialect
        if url.get_backend_name() == "sqlite":
            self.dialect, self.schema = "sqlite", None
            self.file: Path | None = Path(url.database or "")
            self.engine = _sqlite_engine(self.file)
            self.turns: Turns | None = Turns()
        else:
            self.dialect, self.schema = "postgresql", settings.schema
            self.file = None
            self.engine = _postgresql_engine(url, settings)
            self.turns = None
        self._declare_transactions()
        sa.event.listen(self.engine, "begin", _begin)

    def _declare_transactions(self) -> None:
        place = "" if self.schema is None else f'"{self.schema}".'
        version = f"SELECT version, search FROM {place}kubik_head"  # noqa: S608  # a schema's name is checked
        if self.dialect == "sqlite":
            starts = {
                "plain": _Start(begin="BEGIN IMMEDIATE"),
                "reading": _Start(begin="BEGIN", version=version),
                "writing": _Start(begin="BEGIN IMMEDIATE", version=version),
            }
            starts["switching"] = starts["writing"]
            starts["loading"] = replace(starts["writing"], sizes=BULK)
        else:
            wait = f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"
            key = self.lock_key("model")
            begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            starts = {
                "plain": _Start(begin="BEGIN"),
                "reading": _Start(begin="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", version=version),
                "writing": _Start(
                    begin=f"{begin}; SELECT pg_advisory_xact_lock_shared({key})", version=version
                ),
                "switching": _Start(
                    begin=f"{begin}; {wait}; SELECT pg_advisory_xact_lock({key})", version=version
                ),
            }
            starts["loading"] = starts["writing"]
        self.plain = self.engine.execution_options(kubik_start=starts["plain"])
        self.reading = self.engine.execution_options(kubik_start=starts["reading"])
        self.writing = self.engine.execution_options(kubik_start=starts["writing"])
        self.loading = self.engine.execution_options(kubik_start=starts["loading"])
        """As ``writing``, with memory for very many rows."""
        self.switching = self.engine.execution_options(kubik_start=starts["switching"])
        self.outside = self.engine.execution_options(kubik_start=None)
        """Without any transaction, for what refuses to be in one (CREATE INDEX CONCURRENTLY)."""

    def lock_key(self, purpose: str) -> int:
        """The number by which PostgreSQL's advisory locks know a purpose of this workspace."""
        digest = hashlib.sha256(f"kubik {self.schema} {purpose}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def tidy(self) -> None:
        """Let SQLite's planner know what it goes by, where much has changed (PostgreSQL does so by itself).

        Left for the next time when another process has been writing all along.
        """
        if self.dialect != "sqlite":
            return
        with self.outside.connect() as connection:
            tables = [
                (name, firsts, rows, each_value(connection, name, firsts, rows))
                for name, firsts, rows in due(connection)
            ]
        for at, (name, firsts, rows, values) in enumerate(tables):
            with self.turn(), self.plain.connect() as connection:
                try:
                    with connection.begin():
                        count(connection, name, firsts, rows, values)
                        if at == len(tables) - 1:
                            told(connection)
                except sa.exc.OperationalError as error:
                    if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                        raise

    def close(self) -> None:
        """Close every connection; SQLite's journal goes into the file with the last one."""
        self.engine.dispose()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One writer at a time in this process, in the order they came (SQLite has one at all)."""
        if self.turns is None:
            yield
            return
        if not self.turns.take(BUSY_SECONDS):
            raise too_many()
        try:
            yield
        finally:
            self.turns.give()


def _begin(connection: sa.Connection) -> None:
    start: _Start | None = connection.get_execution_options().get("kubik_start")
    if start is None:
        return
    driver: Any = connection.connection.dbapi_connection
    try:
        if isinstance(driver, sqlite3.Connection):
            if connection.info.get(_SIZES, ORDINARY) is not start.sizes:
                _tell(driver, start.sizes)
                connection.info[_SIZES] = start.sizes
            driver.execute(start.begin)
            row = driver.execute(start.version).fetchone() if start.version else None
        else:
            words = f"{start.begin}; {start.version}" if start.version else start.begin
            cursor = driver.execute(words, prepare=False)  # one journey to the server
            while cursor.nextset():
                pass
            row = cursor.fetchone() if start.version else None
    except psycopg.Error as error:
        if is_lost(error):
            connection.invalidate(error)
        raise
    connection.info[HEAD] = None if row is None else row[0]
    connection.info[SEARCH] = 0 if row is None else row[1] or 0


def _sqlite_engine(file: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        poolclass=sa.QueuePool,
        pool_size=8,
        max_overflow=56,
        pool_timeout=BUSY_SECONDS,
        pool_use_lifo=True,
        connect_args={
            "timeout": BUSY_SECONDS,
            "isolation_level": None,
            "check_same_thread": False,
            "cached_statements": 512,
        },
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # synchronous=FULL: what was acknowledged survives a power cut. No mmap: each connection's mapping would count
    # to the memory of the process, for a tenth of the time of large scans.
    safe = "journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "trusted_schema=OFF"
    _tell(connection, (*safe, "journal_size_limit=67108864", *ORDINARY))
    register(connection)


def _tell(driver: Any, pragmas: tuple[str, ...]) -> None:
    for pragma in pragmas:
        driver.execute(f"PRAGMA {pragma}").close()


def _postgresql_engine(url: sa.URL, settings: Settings) -> sa.Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=min(8, settings.pool),
        max_overflow=max(0, settings.pool - 8),
        pool_timeout=BUSY_SECONDS,
        pool_use_lifo=True,
        use_native_hstore=False,
        connect_args={
            "autocommit": True,  # transactions begin by our own words
            "prepare_threshold": 5 if settings.prepare else None,
            "connect_timeout": 10,
            "application_name": "kubik",
        },
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: psycopg.Connection[Any], _record: Any) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET standard_conforming_strings = on")
    # Compiling a statement takes a second where running it takes a millisecond: estimates of subqueries that are
    # never reached make it look worth while. Planning anew for each person is a third of a page, and what differs
    # between persons, how far a grant reaches, is settled by core.query before.
    connection.execute("SET jit = off")
    connection.execute("SET plan_cache_mode = force_generic_plan")


class Turns:
    """A lock whose waiters get it in the order they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for the turn at most so long; whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(seconds):
            return True
        with self._guard:
            if mine.is_set():  # it came in this very moment
                return True
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        """Hand the turn to who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


# --- what an error of a driver means ----------------------------------------------------------------------------------

_CONFLICTS = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, lock not available."""


def is_conflict(error: BaseException) -> bool:
    """Whether the same transaction, done again, may well succeed."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.Error):
        stale_plan = cause.sqlstate == "0A000" and "cached plan" in str(cause)
        return cause.sqlstate in _CONFLICTS or stale_plan
    text = str(cause)
    return "database is locked" in text or "database table is locked" in text


def is_lost(error: BaseException) -> bool:
    """Whether the connection to the server is gone (or was refused)."""
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return True
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.OperationalError):
        return cause.sqlstate is None or cause.sqlstate[:2] in ("08", "57")
    return False


def too_many() -> KubikError:
    """The refusal of a writer whose turn did not come, or whose transaction conflicted each time."""
    return KubikError("KBK3013", message("too many people are writing at once, try again"), retry_after=1)


def unreachable() -> KubikError:
    """The refusal while the database server does not answer."""
    return KubikError(
        "KBK6003", message("the database does not answer, try again in a moment"), retry_after=5
    )


def pause(attempt: int) -> None:
    """Wait a little, longer each time and never the same, before a conflicting transaction is done again."""
    time.sleep(0.005 * 4**attempt * (0.5 + random.random()))
