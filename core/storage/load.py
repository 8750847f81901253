"""The model in force, made from the document that is stored; and how a new version of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.brought import check_plugins, remember_plugins
from core.storage.own import OwnTables
from metamodel.messages import message
from metamodel.model import Model
from metamodel.parse import parse_document
from metamodel.resolve import resolve

EMPTY = Model(version=0, solutions={}, entities={}, roles={}, views={}, menus={}, document={})
"""The model of a workspace in which nothing is installed."""


def load_model(connection: sa.Connection, own: OwnTables, version: int) -> Model:
    """The stored model of that version."""
    row = connection.execute(
        sa.select(own.model.c.document, own.model.c.columns).where(own.model.c.version == version)
    ).one_or_none()
    if row is None:
        raise KubikError(
            "KBK6002", message("version {version} of the configuration is missing", version=version)
        )
    check_plugins(connection, own, row.document)
    return resolve(parse_document(row.document), version, row.columns)


def store_model(
    connection: sa.Connection,
    own: OwnTables,
    *,
    version: int,
    at: datetime,
    by: int | None,
    document: Mapping[str, Any],
    columns: Mapping[str, int],
    summary: Any = None,
) -> None:
    """Store a version of the configuration and put it in force, in this transaction."""
    connection.execute(
        own.model.insert().values(
            version=version,
            at=at,
            by=by,
            document=document,
            columns=columns,
            summary=summary,
        )
    )
    remember_plugins(connection, own, document)
    connection.execute(own.head.update().values(version=version))
