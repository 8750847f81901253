"""Which indexes an entity's table has (decision 15), and by which names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.storage.tables import EntityTable, Tables
from metamodel.model import Field

PREFIX = "i_"

LAST = ("id", "deleted_at")
"""How an index for an order ends: rows in use are told from those in the bin without being looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index of an entity's table: column names, ``-`` before a descending one; ``rows`` says which it holds.

    ``fields`` are the uids of the fields a unique index keeps unique.
    """

    table: str
    columns: tuple[str, ...]
    unique: bool = False
    rows: Literal["all", "live", "bin"] = "all"
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The same for the same index always, another for any other."""
        said = f"{','.join(self.columns)} {self.unique} {self.rows}"
        return f"{PREFIX}{self.table.removeprefix('e_')}_{hashlib.sha256(said.encode()).hexdigest()[:10]}"


def indexes_of(tables: Tables, entity_uid: str) -> tuple[Index, ...]:
    """The indexes of an entity: link or choice + created, default sort, unique, boards, asked for.

    An index whose columns begin another one is left out.
    """
    place = tables[entity_uid]
    found = dict.fromkeys(_wanted(tables, place))
    return tuple(
        i
        for i in found
        if i.unique
        or not any(
            i is not other
            and other.table == i.table
            and other.rows == i.rows
            and other.columns[: len(i.columns)] == i.columns
            for other in found
        )
    )


def _wanted(tables: Tables, place: EntityTable) -> Iterator[Index]:
    entity = place.entity
    name = entity.table
    yield Index(table=name, columns=("bin_id",), rows="bin")
    yield Index(table=name, columns=("deleted_at", "id"), rows="bin")
    if entity.default_sort:
        sort = _sort_columns(place)
        if sort:
            yield Index(table=name, columns=sort)
    elif entity.parent is None:
        yield Index(table=name, columns=("created_at", *LAST))
    for field in entity.fields:
        if field.uid in place.columns and not field.system:
            yield from _of_field(tables, place, field)
    yield from _of_boards(tables, place)
    yield from _of_calendars(tables, place)
    for table in place.lists.values():
        yield Index(table=table.name, columns=("target", "record"))
    for constraint in entity.constraints:
        if constraint.unique and all(uid in place.columns for uid in constraint.unique):
            columns = tuple(_compared(place, uid) for uid in constraint.unique)
            yield Index(table=name, columns=columns, unique=True, rows="live", fields=constraint.unique)


def _of_field(tables: Tables, place: EntityTable, field: Field) -> Iterator[Index]:
    table = place.entity.table
    column = _compared(place, field.uid)
    storage = field.type.column_type(field).storage
    if field.unique:
        yield Index(table=table, columns=(column,), unique=True, rows="live", fields=(field.uid,))
    if field.uid == place.entity.parent:
        yield Index(table=table, columns=(column, "position", "id"))
    elif storage in ("link", "link_any", "choice"):
        yield Index(table=table, columns=(column, "created_at", *LAST))
    elif field.indexed:
        yield Index(table=table, columns=(column, *LAST))


def _of_boards(tables: Tables, place: EntityTable) -> Iterator[Index]:
    """The columns of a board, the groups of a list, in their order: a page of each is found at once however many
    records there are."""
    for view in tables.model.views.values():
        first = view.group[0] if view.group else None
        group_by = view.group_by if first is None else first.field if first.by is None else None
        if group_by is None or group_by not in place.columns:
            continue
        if view.entity != place.entity.uid or len(view.sort) != 1:
            continue
        field = place.entity.by_name.get(view.sort[0].removeprefix("-"))
        if field is None or field.uid not in place.columns or field.result.kind in _SORTED_OTHERWISE:
            continue
        group = place.columns[group_by].value.name
        yield Index(table=place.entity.table, columns=(group, _compared(place, field.uid), *LAST))


def _of_calendars(tables: Tables, place: EntityTable) -> Iterator[Index]:
    """When records begin: a month of a calendar is found without reading the others."""
    for view in tables.model.views.values():
        if view.entity == place.entity.uid and view.starts is not None and view.starts in place.columns:
            yield Index(table=place.entity.table, columns=(_compared(place, view.starts), *LAST))


_SORTED_OTHERWISE = ("choice", "link", "link_any")
"""Kinds of values whose order is that of their choices, or of titles."""


def _compared(place: EntityTable, uid: str) -> str:
    """The column by which a field is compared and sorted: of a text its key."""
    columns = place.columns[uid]
    return (columns.value if columns.key is None else columns.key).name


def _sort_columns(place: EntityTable) -> tuple[str, ...]:
    """The columns of the default sort, or nothing when part of it is computed or lies in another entity."""
    found: list[str] = []
    for part in place.entity.default_sort:
        name = part.removeprefix("-")
        field = place.entity.by_name.get(name)
        uid = field.uid if field is not None else name
        if uid not in place.columns:
            return ()
        found.append(("-" if part.startswith("-") else "") + _compared(place, uid))
    if not any(c.removeprefix("-") == "id" for c in found):
        found.append(("-" if found[-1].startswith("-") else "") + "id")
    if all(c.startswith("-") for c in found):  # an index is read in both directions
        found = [c.removeprefix("-") for c in found]
    return (*found, *LAST[1:])
