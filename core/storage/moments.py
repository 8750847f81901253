"""Since when records are in their stage, for records that were there before the system kept it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.storage.own import OwnTables
from core.storage.types import BIG, TEXT, Instant
from metamodel.stages import SINCE

AT_ONCE = 500
"""Records of one statement."""


def stage_table(schema: str | None, entity: str, field: str, column: str) -> sa.Table:
    """The table of an entity (uid), as far as its stage is concerned; ``column`` is that of the stage field (uid)."""
    return sa.Table(
        f"e_{entity}",
        sa.MetaData(schema=schema),
        sa.Column("id", BIG, primary_key=True),
        sa.Column("created_at", Instant()),
        sa.Column(column, TEXT, key="stage"),
        sa.Column(f"f_{field}{SINCE}", Instant(), key="since"),
    )


def fill_since(
    connection: sa.Connection, own: OwnTables, table: sa.Table, entity: str, field: str, ids: Sequence[int] | None = None
) -> int:  # fmt: skip
    """Fill the moment where it is empty (of these records: anew) from the last change of stage in the journal, else
    from when the record was made; how many were filled.
    """
    filled = 0
    for rows in _waiting(connection, table, ids):
        moved = _moved(connection, own, entity, field, [row.id for row in rows])
        values = [{"record": row.id, "moment": moved.get(row.id, row.created_at)} for row in rows]
        statement = (
            table.update()
            .where(table.c.id == sa.bindparam("record", type_=BIG))
            .values({table.c.since: sa.bindparam("moment", type_=Instant())})
        )
        connection.execute(statement, values)
        filled += len(values)
    return filled


def _waiting(
    connection: sa.Connection, table: sa.Table, ids: Sequence[int] | None
) -> Iterator[Sequence[Any]]:
    asked = sa.select(table.c.id, table.c.created_at).where(table.c.stage.is_not(None)).order_by(table.c.id)
    if ids is not None:
        for start in range(0, len(ids), AT_ONCE):
            rows = connection.execute(asked.where(table.c.id.in_(ids[start : start + AT_ONCE]))).all()
            if rows:
                yield rows
        return
    after = 0
    while rows := connection.execute(
        asked.where(table.c.since.is_(None), table.c.id > after).limit(AT_ONCE)
    ).all():
        yield rows
        after = rows[-1].id


def _moved(
    connection: sa.Connection, own: OwnTables, entity: str, field: str, ids: Sequence[int]
) -> Mapping[int, datetime]:
    journal = own.journal
    select = sa.select(journal.c.record, journal.c.at, journal.c.diff).where(
        journal.c.entity == entity, journal.c.record.in_(ids)
    )
    return {
        row.record: row.at
        for row in connection.execute(select.order_by(journal.c.seq))
        if field in (row.diff or {})
    }


def bring_since(connection: sa.Connection, own: OwnTables) -> None:
    """Give the entities that have stages already the column and its values; both may be there in part."""
    stored = connection.execute(
        sa.select(own.model.c.document, own.model.c.columns).where(
            own.model.c.version == sa.select(own.head.c.version).scalar_subquery()
        )
    ).one_or_none()
    if stored is None:
        return
    uids = {item["name"]: item["uid"] for item in stored.document.get("entities", ())}
    for item in (*stored.document.get("entities", ()), *stored.document.get("extensions", ())):
        entity, stages = uids.get(item.get("extends", item["name"])), item.get("stages")
        if entity is None or stages is None:
            continue
        generation = (stored.columns or {}).get(stages["uid"], 1)
        column = f"f_{stages['uid']}" + ("" if generation == 1 else f"_{generation}")
        table = stage_table(own.journal.schema, entity, stages["uid"], column)
        known = {each["name"] for each in sa.inspect(connection).get_columns(table.name, schema=table.schema)}
        if table.c.since.name not in known:
            place = connection.dialect.identifier_preparer.format_table(table)
            kind = Instant().compile(connection.dialect)
            connection.execute(sa.text(f'ALTER TABLE {place} ADD COLUMN "{table.c.since.name}" {kind}'))
        fill_since(connection, own, table, entity, stages["uid"])
