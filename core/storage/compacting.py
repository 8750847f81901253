"""Letting a database forget old rows: what was changed or removed may stand in its pages until they are written anew."""

from __future__ import annotations

import time

import sqlalchemy as sa
import structlog

from core.storage.database import Database

_LOG = structlog.get_logger()

TRIES = 20
PAUSE = 0.1
"""Seconds between two tries to empty SQLite's journal, which readers may hold."""


def compact(database: Database) -> bool:
    """Write SQLite's file anew (VACUUM) and empty its journal, so that no page holds what was; whether it succeeded.

    PostgreSQL marks the space of old rows free and fills it with others; to have tables written anew at once
    (VACUUM FULL) is an administrator's choice, as it stops all work for its time.
    """
    with database.turn(), database.outside.connect() as connection:
        try:
            if database.dialect == "sqlite":
                connection.exec_driver_sql("VACUUM")
                return _emptied(connection)
            for name in sa.inspect(connection).get_table_names(schema=database.schema):
                connection.execute(sa.text(f'VACUUM "{database.schema}"."{name}"'))
        except sa.exc.DBAPIError as error:
            _LOG.warning("old rows are not swept from the disk yet", why=str(error.orig))
            return False
    return True


def _emptied(connection: sa.Connection) -> bool:
    for _ in range(TRIES):
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy is not None and not busy[0]:
            return True
        time.sleep(PAUSE)
    return False
