"""Statements that may take long: so much time together and as long as somebody waits for them, then they are ended."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa

from core.errors import KubikError

LOOKS = 100_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""
CANCEL_SECONDS = 5.0
"""How long PostgreSQL may take to hear that a statement is to end."""


class NobodyWaits(Exception):
    """Whoever asked went away before the answer was made: nobody reads it, nor a refusal."""


class Waiting:
    """Whoever waits for an answer. ``begins`` is called when something long is begun for them, so that only then is
    looked whether they are still there; `leave`, from any thread, ends it."""

    def __init__(self, begins: Callable[[], None]) -> None:
        self._begins = begins
        self._end: Callable[[], None] | None = None
        self._turn = threading.Lock()
        self.left = False

    @contextmanager
    def during(self, end: Callable[[], None]) -> Iterator[None]:
        """What is asked within is ended by ``end``, which is never called afterwards; `NobodyWaits` when they have left
        already."""
        self._begins()
        with self._turn:
            if self.left:
                raise NobodyWaits
            self._end = end
        try:
            yield
        finally:
            with self._turn:
                self._end = None

    def leave(self) -> bool:
        """They are gone. Whether something was ended and may still go on, since a statement that has not begun yet when
        it is ended begins all the same: then to be called again, a little later."""
        with self._turn:
            self.left = True
            if self._end is None:
                return False
            self._end()
            return True


@contextmanager
def patience(connection: sa.Connection, seconds: float, waiting: Waiting | None = None) -> Iterator[None]:
    """Everything that is asked within takes at most so long: KBK2013 when it would take longer, `NobodyWaits` when
    whoever waits for it leaves.

    A PostgreSQL transaction in which that happened answers nothing more.
    """
    driver: Any = connection.connection.dbapi_connection
    lite = connection.dialect.name == "sqlite"
    unsure: list[psycopg.Error] = []
    end = driver.interrupt if lite else partial(_cancel, driver, unsure)
    leaving = nullcontext() if waiting is None else waiting.during(end)
    try:
        with leaving, _clocked(driver, seconds) if lite else _limited(driver, seconds):
            yield
    except KubikError as error:
        if waiting is not None and waiting.left and error.code == "KBK2013":
            raise NobodyWaits from error
        raise
    finally:
        if unsure:
            connection.invalidate(unsure[0])
    if waiting is not None and waiting.left:
        raise NobodyWaits


def _cancel(driver: Any, unsure: list[psycopg.Error]) -> None:
    """End what PostgreSQL does for a connection. What it may hear of later would end somebody else's statement: then the
    connection goes to nobody."""
    try:
        driver.cancel_safe(timeout=CANCEL_SECONDS)
    except psycopg.Error as error:
        unsure.append(error)


@contextmanager
def _clocked(driver: Any, seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: int(time.monotonic() > end), LOOKS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise KubikError("KBK2013") from error
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _limited(driver: Any, seconds: float) -> Iterator[None]:
    try:
        driver.execute(f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}")
        yield
        driver.execute("SET LOCAL statement_timeout = DEFAULT")
    except psycopg.errors.QueryCanceled as error:
        raise KubikError("KBK2013") from error
