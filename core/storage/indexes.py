"""Which indexes an entity's table has, and by which names: not one a field, since each is kept by every write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.storage.tables import EntityTable, Tables
from metamodel.expression.tree import Expression, Path, walk
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
    """The indexes of an entity: link or choice + created, default sort, unique, boards, what rules lead along, asked for.

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
    order = _sort_columns(place) if entity.default_sort else ("created_at", *LAST)
    if order:
        yield Index(table=name, columns=(*order, *_followed(place)))
    for column in _carried(place):
        yield Index(table=name, columns=(column, "created_at", *LAST))
    for field in entity.fields:
        if field.uid in place.columns and not field.system:
            yield from _of_field(tables, place, field)
    yield from _of_rules(tables, place)
    yield from _of_boards(tables, place)
    yield from _of_calendars(tables, place)
    yield from _of_reports(tables, place)
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


def _followed(place: EntityTable) -> tuple[str, ...]:
    """The link to the record that decides who sees a row, and what is carried of that: it is asked of each row of an order,
    from the index alone."""
    link = place.entity.follows or place.entity.parent
    return () if link is None else (place.columns[link].value.name, *_carried(place))


def _carried(place: EntityTable) -> tuple[str, ...]:
    """The columns of what all rows carry."""
    return tuple(column for carried in place.carried.values() for column in carried.columns)


def _of_rules(tables: Tables, place: EntityTable) -> Iterator[Index]:
    """Links that a rule of reading leads along: the records of each are found in the order of ids, that of lists, too."""
    for path in _paths_of_rules(tables, place):
        if len(path.steps) > 1:
            column = place.columns[path.steps[0][1]].value.name
            yield Index(table=place.entity.table, columns=(column, *LAST))


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


_MOST_COVERED = 10
"""Columns of an index that answers a report."""


def _of_reports(tables: Tables, place: EntityTable) -> Iterator[Index]:
    """All that a report of these records reads, in the order of its groups: it is answered from the index alone (SQLite
    wants whether a row is in the bin there, too, though no row of the index is)."""
    for report in tables.model.reports.values():
        if report.entity != place.entity.uid or report.off:
            continue
        keys = [axis.steps[0] for axis in (*report.rows, *report.columns)]
        values = [value.steps[0] for value in report.values if value.steps]
        simple = all(len(value.steps) < 2 for value in report.values)
        if not keys or not simple or not all(uid in place.columns for uid in (*keys, *values)):
            continue
        asked = [*_currencies(place, values), *_asked_of_rows(tables, place, report.filter)]
        columns = dict.fromkeys(
            column for uid in (*keys, *values, *asked) for column in _both(place, uid)
        )  # fmt: skip
        if len(columns) <= _MOST_COVERED:
            yield Index(table=place.entity.table, columns=(*columns, "deleted_at"), rows="live")


def _both(place: EntityTable, uid: str) -> tuple[str, ...]:
    """The columns of a field: of a text its key as well."""
    columns = place.columns[uid]
    return (columns.value.name,) if columns.key is None else (columns.key.name, columns.value.name)


def _currencies(place: EntityTable, uids: list[str]) -> Iterator[str]:
    """The fields that say in which currency amounts are."""
    for uid in uids:
        named = place.entity.by_uid[uid].options.get("currency_field")
        field = place.entity.by_name.get(named) if named is not None else None
        if field is not None and field.uid in place.columns:
            yield field.uid


def _asked_of_rows(tables: Tables, place: EntityTable, filter: Expression | None) -> Iterator[str]:
    """The fields that a filter and the grants of reading ask of each record."""
    for path in (*_paths(place, filter), *_paths_of_rules(tables, place)):
        yield path.steps[0][1]


def _paths_of_rules(tables: Tables, place: EntityTable) -> Iterator[Path]:
    """What the rules of reading ask of each record."""
    for role in tables.model.roles.values():
        for grant in role.grants:
            if grant.entity == place.entity.uid and "read" in grant.actions:
                yield from _paths(place, grant.rows)


def _paths(place: EntityTable, expression: Expression | None) -> Iterator[Path]:
    """Paths of an expression that begin with a stored field of the record."""
    for node in walk(expression.root) if expression is not None else ():
        if isinstance(node, Path) and node.root == "row" and node.up == 0 and node.steps:
            entity, uid = node.steps[0]
            if entity == place.entity.uid and uid in place.columns:
                yield node


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
