"""Is the database what the model says? Each fault is one sentence; nothing is repaired."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.carrying import wrong
from core.storage.catalog import Catalog, read_catalog
from core.storage.check_links import check_any_links, check_lists
from core.storage.ddl import missing_steps
from core.storage.tables import EntityTable, FieldColumns
from core.storage.upgrades import read_fact
from core.storage.views import view_name
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import ProblemsFound
from metamodel.messages import Message, message
from metamodel.text import FOLD_VERSION

BATCH = 5_000

SAMPLE = 100_000
"""Rows of a table whose texts are looked at, unless the check is to be whole."""


def check_storage(workspace: Workspace, *, whole: bool = False) -> Iterator[Message]:
    """Every fault found, in one snapshot: the file, the tables against the model, the rows against each other.

    ``whole`` compares the key of every text with the text; otherwise of `SAMPLE` rows a table, spread over it.
    """
    yield from _file(workspace)
    try:
        with workspace.read() as tx:
            catalog = read_catalog(tx.connection, tx.tables.schema)
            yield from _own(tx, catalog)
            broken: set[str] = set()
            for fault, table in _tables(tx, catalog):
                broken.add(table)
                yield fault
            for place in tx.tables:
                if place.table.name not in broken:
                    yield from _rows(tx, place, broken, whole)
    except sa.exc.DBAPIError as error:
        yield message("the database cannot be read: {why}", why=str(error.orig))
    except KubikError as error:
        yield message("the configuration in force cannot be read: {why}", why=error.detail)
    except ProblemsFound as error:
        yield message("the configuration in force cannot be read: {why}", why=str(error))


def _file(workspace: Workspace) -> Iterator[Message]:
    if workspace.database.dialect == "sqlite":
        with workspace.database.outside.connect() as connection:
            for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
                if said != "ok":
                    yield message("the database file is damaged: {what}", what=said)


def _own(tx: Transaction, catalog: Catalog) -> Iterator[Message]:
    own = tx.tables.own
    for table in own.metadata.tables.values():
        yield from _columns(tx, catalog, table)
    fold = read_fact(tx.connection, own, "fold_version")
    if fold != str(FOLD_VERSION):
        yield message(
            "the keys of texts are of version {found}, this Kubik makes {known}",
            found=fold,
            known=FOLD_VERSION,
        )
    stored = tx.connection.execute(sa.select(sa.func.max(own.model.c.version))).scalar_one()
    if (stored or 0) < tx.model.version:
        yield message("version {version} of the configuration is not stored", version=tx.model.version)
    if tx.dialect == "postgresql":
        later = own.journal.c.tx >= sa.func.pg_snapshot_xmax(sa.func.pg_current_snapshot())
        if tx.connection.execute(sa.select(own.journal.c.seq).where(later).limit(1)).first() is not None:
            yield message(
                "the journal was brought from another PostgreSQL server by other means than `kubik restore`"
            )


def _tables(tx: Transaction, catalog: Catalog) -> Iterator[tuple[Message, str]]:
    """What of the physical schema is missing or of another type, with the name of its table."""
    for step in missing_steps(catalog, tx.tables, tx.model.entities.values()):
        name, entity = step.name, step.entity.name
        if step.kind == "table":
            yield (
                message("entity {entity}: the table {name} is missing", entity=entity, name=name),
                name,
            )
        elif step.kind == "columns":
            columns = ", ".join(step.columns)
            fault = message("entity {entity}: columns are missing: {columns}", entity=entity, columns=columns)
            yield fault, name
        else:
            yield message("entity {entity}: the index {name} is missing", entity=entity, name=name), ""
    for place in tx.tables:
        for table in (place.table, *place.lists.values()):
            for fault in _types(tx, catalog, table):
                yield fault, table.name
        if view_name(place.entity) not in catalog.views:
            yield message("the view {name} is missing", name=view_name(place.entity)), ""


def _columns(tx: Transaction, catalog: Catalog, table: sa.Table) -> Iterator[Message]:
    found = catalog.tables.get(table.name)
    if found is None:
        yield message("the table {table} is missing", table=table.name)
        return
    for column in table.columns:
        if column.name not in found:
            yield message("the column {column} of {table} is missing", table=table.name, column=column.name)
    yield from _types(tx, catalog, table)


def _types(tx: Transaction, catalog: Catalog, table: sa.Table) -> Iterator[Message]:
    found = catalog.tables.get(table.name, {})
    for column in table.columns:
        wanted = column.type.compile(dialect=tx.connection.dialect).lower().replace(' collate "c"', "")
        there = found.get(column.name)
        if there is not None and there.replace(" ", "") != wanted.replace(" ", ""):
            yield message(
                "the column {column} of {table} is {found} in place of {wanted}",
                table=table.name,
                column=column.name,
                found=there,
                wanted=wanted,
            )


def _rows(tx: Transaction, place: EntityTable, broken: set[str], whole: bool) -> Iterator[Message]:
    yield from _links(tx, place, broken)
    yield from check_lists(tx, place, broken)
    yield from check_any_links(tx, place, broken)
    yield from _orphans(tx, place, broken)
    yield from _carried(tx, place, broken)
    if place.entity.tree is not None:
        yield from _closure(tx, place)
    texts = [c for c in place.columns.values() if c.key is not None]
    if texts:
        yield from _keys(tx, place, texts, whole)


def _links(tx: Transaction, place: EntityTable, broken: set[str]) -> Iterator[Message]:
    """Links to rows that are not there at all; those to rows in the bin are as they should be."""
    for field in place.entity.fields:
        if field.system or field.target is None or field.uid not in place.columns:
            continue
        if tx.tables[field.target].table.name in broken:
            continue
        target = tx.tables[field.target].table.alias()
        column = place.columns[field.uid].value
        count = _count(tx, place.table, column.is_not(None), ~sa.exists().where(target.c.id == column))
        if count:
            yield message(
                "entity {entity}: links {field} that lead to nothing: {count}",
                entity=place.entity.name,
                field=field.name,
                count=count,
            )


def _orphans(tx: Transaction, place: EntityTable, broken: set[str]) -> Iterator[Message]:
    """Live child rows whose parent is not live."""
    entity = place.entity
    if entity.parent is None:
        return
    target = entity.by_uid[entity.parent].target
    assert target is not None
    if tx.tables[target].table.name in broken:
        return
    parent = tx.tables[target].table.alias()
    lives = sa.exists().where(
        parent.c.id == place.columns[entity.parent].value, parent.c.deleted_at.is_(None)
    )
    count = _count(tx, place.table, place.table.c.deleted_at.is_(None), ~lives)
    if count:
        yield message(
            "entity {entity}: child rows without a parent: {count}", entity=entity.name, count=count
        )


def _carried(tx: Transaction, place: EntityTable, broken: set[str]) -> Iterator[Message]:
    """Rows that carry something else than the record holds that decides who sees them."""
    for carried in place.carried.values():
        count = 0 if carried.target in broken else wrong(tx.connection, tx.tables.schema, carried)
        if count:
            yield message(
                "entity {entity}: records that carry wrong links of the record that decides who sees them: {count}",
                entity=place.entity.name,
                count=count,
            )


def _closure(tx: Transaction, place: EntityTable) -> Iterator[Message]:
    entity, table = place.entity, tx.tables.own.closure
    assert entity.tree is not None
    rows = tx.connection.execute(sa.select(place.table.c.id, place.columns[entity.tree].value))
    above: dict[int, int | None] = {row[0]: row[1] for row in rows}
    wanted: set[tuple[int, int]] = set()
    for record in above:
        step: int | None = record
        seen: set[int] = set()
        while step is not None:
            if step in seen:
                yield message(
                    "entity {entity}: record {id} stands under itself", entity=entity.name, id=record
                )
                break
            seen.add(step)
            wanted.add((step, record))
            step = above.get(step)
    found = {
        (row.ancestor, row.descendant)
        for row in tx.connection.execute(
            sa.select(table.c.ancestor, table.c.descendant).where(table.c.entity == entity.uid)
        )
    }
    if found != wanted:
        yield message(
            "entity {entity}: the tree's closure has too many rows ({more}) or too few ({less})",
            entity=entity.name,
            more=len(found - wanted),
            less=len(wanted - found),
        )


def _keys(tx: Transaction, place: EntityTable, texts: list[FieldColumns], whole: bool) -> Iterator[Message]:
    """Texts whose key is not the folded text."""
    ids = place.table.c.id
    columns = [c for text in texts for c in (text.value, text.key, text.whole) if c is not None]
    wrong = dict.fromkeys((text.value.name for text in texts), 0)
    for least, most in _ranges(tx, place, whole):
        rows = tx.connection.execute(sa.select(*columns).where(ids >= least, ids < most))
        for row in rows:
            for place_, text in enumerate(texts):
                value, key, rest = row[3 * place_ : 3 * place_ + 3]
                if (key, rest) != text.keys(value):
                    wrong[text.value.name] += 1
    for column, count in wrong.items():
        if count:
            yield message(
                "entity {entity}: keys of {column} that do not fit their texts: {count}",
                entity=place.entity.name,
                column=column,
                count=count,
            )


def _ranges(tx: Transaction, place: EntityTable, whole: bool) -> Iterator[tuple[int, int]]:
    """Ranges of ids that cover the table, or parts of it evenly when it is larger than the sample."""
    last = tx.connection.execute(sa.select(sa.func.max(place.table.c.id))).scalar_one() or 0
    starts = list(range(0, last + 1, BATCH))
    most = SAMPLE // BATCH
    if not whole and len(starts) > most:
        starts = [starts[n * (len(starts) - 1) // (most - 1)] for n in range(most)]
    return ((start, start + BATCH) for start in starts)


def _count(tx: Transaction, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    return int(
        tx.connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one()
    )
