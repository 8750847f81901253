"""A readable view per entity for people who use SQL: names of today, live rows, dates and decimals as written."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import sqlalchemy as sa

from core.storage.any_links import leads_to
from core.storage.catalog import read_catalog
from core.storage.own import OwnTables
from core.storage.tables import EntityTable, Tables
from core.storage.upgrades import read_fact, write_fact
from metamodel.model import Entity, Field

PREFIX = "v_"
_FACT = "views"


def view_name(entity: Entity) -> str:
    """The name of its view; the prefix keeps reserved words apart."""
    return PREFIX + entity.name


def remake_views(connection: sa.Connection, tables: Tables) -> None:
    """Make the views say what the model says, in this transaction; those of entities that are gone are dropped."""
    dialect = connection.dialect
    wanted = {
        view_name(place.entity): _select(place, tables, dialect.name == "sqlite").compile(
            dialect=dialect, compile_kwargs={"literal_binds": True}
        )
        for place in tables
    }
    texts = {name: str(compiled) for name, compiled in wanted.items()}
    marks = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    there = {v for v in read_catalog(connection, tables.schema).views if v.startswith(PREFIX)}
    known = _known(connection, tables.own)
    place = "" if tables.schema is None else f'"{tables.schema}".'
    for name in sorted(there):
        if marks.get(name) != known.get(name):
            connection.exec_driver_sql(f'DROP VIEW {place}"{name}"')
            there.discard(name)
    for name, text in texts.items():
        if name not in there:
            # Nothing to bind is left in the text; doubled percent signs are the driver's own.
            connection.exec_driver_sql(f'CREATE VIEW {place}"{name}" AS {text}')
    write_fact(connection, tables.own, _FACT, msgspec.json.encode(marks).decode())


def _known(connection: sa.Connection, own: OwnTables) -> dict[str, str]:
    value = read_fact(connection, own, _FACT)
    return msgspec.json.decode(value, type=dict[str, str]) if value else {}


def _select(place: EntityTable, tables: Tables, sqlite: bool) -> sa.Select[Any]:
    entity, table = place.entity, place.table
    columns: list[sa.ColumnElement[Any]] = [table.c.id]
    for name in ("created_at", "created_by", "updated_at", "updated_by", "version", "position"):
        if name in table.c:
            moment = name.endswith("_at")
            columns.append((_moment(table.c[name]) if moment and sqlite else table.c[name]).label(name))
    for field in entity.fields:
        if field.type.name == "secret":
            continue
        if not field.system and field.uid in place.columns:
            columns.append(_readable(place, tables, field, sqlite).label(field.name))
        elif field.uid in place.lists:
            columns.append(_listed(place, place.lists[field.uid], sqlite).label(field.name))
    return sa.select(*columns).where(table.c.deleted_at.is_(None))


def _listed(place: EntityTable, links: sa.Table, sqlite: bool) -> sa.ColumnElement[Any]:
    """The ids of a list of links, with commas between."""
    own = sa.select(links.c.target.label("target")).where(links.c.record == place.table.c.id)
    ordered = own.order_by(links.c.position).correlate(place.table).subquery("listed")
    joined = sa.func.group_concat if sqlite else sa.func.string_agg
    text = sa.cast(ordered.c.target, sa.Text())
    return sa.select(joined(text, sa.literal(", ", sa.Text()), type_=sa.Text())).scalar_subquery()


def _led(column: sa.ColumnElement[Any], tables: Tables, field: Field) -> sa.ColumnElement[Any]:
    """A link to any record as `deal:7`."""
    text = sa.type_coerce(column, sa.Text())
    whens = [
        (leads_to(column, uid), sa.literal(tables.model.entity_by_uid[uid].name, sa.Text()).concat(
            sa.func.substr(text, len(uid) + 1, type_=sa.Text())))
        for uid in field.targets
    ]  # fmt: skip
    return sa.case(*whens, else_=text) if whens else text


def _readable(place: EntityTable, tables: Tables, field: Field, sqlite: bool) -> sa.ColumnElement[Any]:
    column = place.columns[field.uid].value
    kind = field.type.column_type(field)
    if kind.storage == "link_any":
        return _led(column, tables, field)
    if kind.storage == "choice" and field.choices:
        names = {choice.uid: sa.literal(choice.name, sa.Text()) for choice in field.choices}
        return sa.case(names, value=column, else_=column)
    if kind.storage == "choices" and field.choices:
        return _names(column, field)
    if sqlite and kind.storage == "datetime":
        return _moment(column)
    if sqlite and kind.storage == "decimal" and kind.scale:
        return sa.type_coerce(column, sa.Integer()) / sa.literal(10.0**kind.scale, sa.Float())
    return column


def _names(column: sa.ColumnElement[Any], field: Field) -> sa.ColumnElement[Any]:
    """The names of several choices, as `a, b`."""
    text: sa.ColumnElement[Any] = sa.type_coerce(column, sa.Text())
    for choice in field.choices:
        uid, name = (sa.literal(part, sa.Text()) for part in (f"|{choice.uid}|", f"|{choice.name}|"))
        text = sa.func.replace(text, uid, name, type_=sa.Text())
    bare = sa.func.trim(text, sa.literal("|", sa.Text()), type_=sa.Text())
    return sa.func.replace(bare, sa.literal("|", sa.Text()), sa.literal(", ", sa.Text()), type_=sa.Text())


def _moment(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A count of microseconds as `2026-11-21 11:30:00` in UTC."""
    seconds = sa.cast(
        sa.type_coerce(column, sa.Integer()) / sa.literal(1_000_000.0, sa.Float()), sa.Integer()
    )
    return sa.func.datetime(seconds, sa.literal("unixepoch", sa.Text()))
