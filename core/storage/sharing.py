"""Shares in the order of lists: who each one is for beside the age of its record, so that a first page is found at once.

What is kept here gives nothing by itself: whoever reads asks the share for whom it is, and the record for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.storage.any_links import ANY
from core.storage.own import OwnTables
from core.storage.types import BIG, Instant
from metamodel.expression.sharing import SHARE, WHOM

AT_ONCE = 500
"""Shares of one statement."""


def share_table(schema: str | None, entity: str, about: str, whom: Mapping[str, str]) -> sa.Table:
    """The table of shares (uid), as far as it says who sees what; columns by kind of whom it is for."""
    return sa.Table(
        f"e_{entity}",
        sa.MetaData(schema=schema),
        sa.Column("id", BIG, primary_key=True),
        sa.Column("deleted_at", Instant()),
        sa.Column(about, ANY, key="about"),
        *(sa.Column(column, BIG, key=kind) for kind, column in whom.items()),
    )


def keep_shared(
    connection: sa.Connection, own: OwnTables, table: sa.Table, ids: Sequence[int] | None = None
) -> None:
    """Bring what is kept up to the shares as they stand, all of them or these alone."""
    kept = own.shared
    if ids is None:
        connection.execute(kept.delete())
    for rows in _read(connection, table, ids):
        some = [row.id for row in rows]
        if ids is not None:
            connection.execute(kept.delete().where(kept.c.share.in_(some)))
        made = _made(connection, own, rows)
        values = [
            {"kind": kind, "whom": whom, "entity": row.about.entity, "made": made[about],
             "record": row.about.id, "share": row.id}
            for row in rows
            if row.deleted_at is None and row.about is not None
            and (about := (row.about.entity, row.about.id)) in made
            for kind in WHOM
            if (whom := getattr(row, kind)) is not None
        ]  # fmt: skip
        if values:
            connection.execute(kept.insert(), values)


def _read(connection: sa.Connection, table: sa.Table, ids: Sequence[int] | None) -> Iterator[Sequence[Any]]:
    asked = sa.select(table).order_by(table.c.id)
    if ids is not None:
        for start in range(0, len(ids), AT_ONCE):
            yield connection.execute(asked.where(table.c.id.in_(ids[start : start + AT_ONCE]))).all()
        return
    after = 0
    while rows := connection.execute(asked.where(table.c.id > after).limit(AT_ONCE)).all():
        yield rows
        after = rows[-1].id


def _made(
    connection: sa.Connection, own: OwnTables, rows: Sequence[Any]
) -> Mapping[tuple[str, int], datetime]:
    """When the records were made that shares are about."""
    wanted: dict[str, list[int]] = {}
    for row in rows:
        if row.about is not None:
            wanted.setdefault(row.about.entity, []).append(row.about.id)
    found: dict[tuple[str, int], datetime] = {}
    for entity, ids in wanted.items():
        place = sa.table(
            f"e_{entity}", sa.column("id", BIG), sa.column("created_at", Instant()), schema=own.shared.schema
        )
        for row in connection.execute(sa.select(place.c.id, place.c.created_at).where(place.c.id.in_(ids))):
            found[entity, row.id] = row.created_at
    return found


def bring_shared(connection: sa.Connection, own: OwnTables) -> None:
    """Make the table and fill it from the shares that there are."""
    own.shared.create(connection, checkfirst=True)
    stored = connection.execute(
        sa.select(own.model.c.document, own.model.c.columns).where(
            own.model.c.version == sa.select(own.head.c.version).scalar_subquery()
        )
    ).one_or_none()
    share = (
        next((e for e in stored.document.get("entities", ()) if e["name"] == SHARE), None) if stored else None
    )
    if stored is None or share is None:
        return
    generations = stored.columns or {}

    def column(name: str) -> str:
        uid = next(field["uid"] for field in share["fields"] if field["name"] == name)
        generation = generations.get(uid, 1)
        return f"f_{uid}" + ("" if generation == 1 else f"_{generation}")

    table = share_table(
        own.journal.schema, share["uid"], column("about"), {kind: column(kind) for kind in WHOM}
    )
    keep_shared(connection, own, table)
