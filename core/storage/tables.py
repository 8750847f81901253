"""The physical tables of a model's entities, and how a record's values lie in their columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import sqlalchemy as sa

from core.storage.carried import Carried, carried_by
from core.storage.catalog import Catalog
from core.storage.own import OwnTables, own_tables
from core.storage.types import BIG, TEXT, Instant, sql_type
from metamodel.fields.html import plain_text
from metamodel.model import Entity, Field, Model
from metamodel.text import KEY_LENGTH, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumns:
    """The columns of a field: its value, and of a text the folded key and the whole folded text (when longer)."""

    value: sa.Column[Any]
    key: sa.Column[Any] | None = None
    whole: sa.Column[Any] | None = None
    html: bool = False

    def keys(self, text: str | None) -> tuple[str | None, str | None]:
        """What the companions of a text hold; of HTML its words are folded."""
        return text_keys(plain_text(text) if self.html and text is not None else text)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityTable:
    """An entity's table; ``columns`` by field uid, those every record has included (their uid is their name).

    ``carried`` is what all its rows carry of the records they follow, by the uid of the entity of these.
    """

    entity: Entity
    table: sa.Table
    columns: Mapping[str, FieldColumns]
    lists: Mapping[str, sa.Table] = field(default_factory=dict)
    """The tables of fields that lead to many records, by field uid: `record, target, position`."""
    carried: Mapping[str, Carried] = field(default_factory=dict)


SYSTEM_COLUMNS: Mapping[str, Any] = {
    "created_at": Instant(),
    "created_by": BIG,
    "updated_at": Instant(),
    "updated_by": BIG,
    "version": BIG,
    "deleted_at": Instant(),
    "bin_id": TEXT,
    "position": BIG,
}


LIST_PREFIX = "m_"


class Tables:
    """The tables of one model in one schema, made when first asked for; ``own`` are Kubik's.

    ``carrying`` names what rows of the database carry, all of them (`core.storage.carrying.whole`).
    """

    def __init__(
        self,
        model: Model,
        schema: str | None,
        dialect: Literal["sqlite", "postgresql"] = "sqlite",
        carrying: frozenset[str] = frozenset(),
    ) -> None:
        self.model = model
        self.schema = schema
        self.dialect: Literal["sqlite", "postgresql"] = dialect
        self.carrying = carrying
        self.own: OwnTables = own_tables(schema, dialect)
        self._made: dict[str, EntityTable] = {}

    def __getitem__(self, entity_uid: str) -> EntityTable:
        made = self._made.get(entity_uid)
        if made is None:
            # Two threads may both make it; the first one kept is everybody's.
            entity = self.model.entity_by_uid[entity_uid]
            carried = [c for c in self.carried_by(entity) if c.name in self.carrying]
            made = make_table(entity, sa.MetaData(schema=self.schema), carried)
            made = self._made.setdefault(entity_uid, made)
        return made

    def now(self, carrying: frozenset[str]) -> Tables:
        """The same with what rows carry by now."""
        return self if carrying == self.carrying else Tables(self.model, self.schema, self.dialect, carrying)

    def carried_by(self, entity: Entity) -> tuple[Carried, ...]:
        """What rows of an entity are to carry."""
        return carried_by(self.model, entity, self.dialect)

    def __iter__(self) -> Iterator[EntityTable]:
        return (self[uid] for uid in self.model.entity_by_uid)


def make_table(entity: Entity, metadata: sa.MetaData, carried: Sequence[Carried] = ()) -> EntityTable:
    """The table of an entity with all its stored fields, and what its rows carry."""
    table = sa.Table(
        entity.table,
        metadata,
        sa.Column("id", BIG, sa.Identity(), primary_key=True),
        sqlite_autoincrement=True,
    )
    columns = {"id": FieldColumns(value=table.c.id)}
    for name, kind in SYSTEM_COLUMNS.items():
        if name != "position" or entity.parent is not None:
            columns[name] = FieldColumns(value=_append(table, name, kind))
    lists: dict[str, sa.Table] = {}
    for each in entity.fields:
        if each.uid not in columns and each.stored:
            columns[each.uid] = _field_columns(table, each)
        elif each.listed and each.via is None:
            lists[each.uid] = _list_table(each, metadata)
    for column in (column for each in carried for column in each.columns):
        _append(table, column, BIG)
    kept = {each.entity: each for each in carried}
    return EntityTable(entity=entity, table=table, columns=columns, lists=lists, carried=kept)


def list_tables(tables: Tables) -> dict[str, sa.Table]:
    """The tables of fields that lead to many records, by their names."""
    return {table.name: table for place in tables for table in place.lists.values()}


_GENERATION = re.compile(rf"(f_|{LIST_PREFIX})([a-z0-9]+)(?:_([0-9]+))?")


def generations(catalog: Catalog) -> defaultdict[tuple[str, bool], set[int]]:
    """Which columns of each field there are, those of earlier types too; (uid, True) are the tables of its lists."""
    found: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
    for name in chain(catalog.tables, *catalog.tables.values()):
        match = _GENERATION.fullmatch(name)
        if match:
            found[match[2], match[1] == LIST_PREFIX].add(int(match[3] or 1))
    return found


def _list_table(field: Field, metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        LIST_PREFIX + field.column.removeprefix("f_"),
        metadata,
        sa.Column("record", BIG, primary_key=True, autoincrement=False),
        sa.Column("target", BIG, primary_key=True, autoincrement=False),
        sa.Column("position", BIG, nullable=False),
    )


def companions(column: str) -> tuple[str, str]:
    """Names of the two columns that stand beside a text's: the key and the whole folded text."""
    rest = column.removeprefix("f_")
    return f"k_{rest}", f"w_{rest}"


def _field_columns(table: sa.Table, field: Field) -> FieldColumns:
    kind = field.type.column_type(field)
    value = _append(table, field.column, sql_type(kind))
    if kind.storage != "text":
        return FieldColumns(value=value)
    key, whole = companions(field.column)
    return FieldColumns(
        value=value, key=_append(table, key, TEXT), whole=_append(table, whole, TEXT), html=kind.html
    )


def _append(table: sa.Table, name: str, kind: Any) -> sa.Column[Any]:
    column: sa.Column[Any] = sa.Column(name, kind, nullable=True)
    table.append_column(column)
    return column


def text_keys(text: str | None) -> tuple[str | None, str | None]:
    """What the companions of a text hold: its key, and the whole folded text when the key is not all of it."""
    if text is None:
        return None, None
    folded = fold(text)
    return folded[:KEY_LENGTH], folded if len(folded) > KEY_LENGTH else None


def encode_values(tables: Tables, entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """``{field uid: value}`` as ``{column name: value}``, with the keys of texts; lists of links are left out: they are
    written by `core.storage.lists`."""
    place = tables[entity.uid]
    encoded: dict[str, Any] = {}
    for uid, value in values.items():
        if uid in place.lists:
            continue
        columns = place.columns[uid]
        encoded[columns.value.name] = value
        if columns.key is not None and columns.whole is not None:
            encoded[columns.key.name], encoded[columns.whole.name] = columns.keys(value)
    return encoded
