"""Groups of records by the value of a field, or by the step of a date or a number it falls into, as conditions.

The value is a parameter, so that all groups of a list and all columns of a board are one prepared statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.query.query import Group
from core.query.title import visible_id
from core.storage.expressions import compile_value
from core.storage.expressions.numbers import exact, literal, units
from metamodel.expression.convert import as_day, call
from metamodel.expression.tree import Constant, Path
from metamodel.expression.types import DATE, TEXT
from metamodel.model import Entity, Field
from metamodel.value_steps import DATE_STEPS, as_kept, following, step_of

if TYPE_CHECKING:
    from core.access.grants import Grants
    from core.query.relations import VisibleRow

IN_GROUP = "in_group"
SINGLE = ("choice", "boolean", "link", "number", "date", "datetime")
"""Kinds of values by which records can be grouped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """By what records are grouped: a field (uid), of dates and numbers by which step."""

    field: str
    by: str | None = None


def grouping_field(grants: Grants, entity: Entity, uid: str) -> Field | None:
    """The field by which a reader may group, None where there is none that they may read."""
    field = entity.by_uid.get(uid)
    if field is None or uid not in grants.readable(entity.uid) or field.result.kind not in SINGLE:
        return None
    return None if field.listed or field.result.many else field


def grouping_of(grants: Grants, entity: Entity, uid: str, by: str | None) -> Grouping | None:
    """What a reader asks to group by, None where it is none that they may use."""
    field = grouping_field(grants, entity, uid)
    if field is None:
        return None
    try:
        return Grouping(field=uid, by=step_of(field.result, by))
    except ValueError:
        return None


def group_key(
    row: VisibleRow, grouping: Grouping
) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any] | None]:
    """The value that a record is grouped by, and whether it has one at all (1 or 0) where that may be out of sight."""
    field = row.entity.by_uid[grouping.field]
    cell = row.cell(field.uid).value
    if grouping.by is not None:
        return _begin(row, field, grouping.by), None
    seen = _seen(row, field, cell)
    return seen, None if seen is cell else sa.case((cell.is_not(None), 1), else_=0)


def group_condition(row: VisibleRow, group: Group, depth: int = 0) -> list[sa.ColumnElement[bool]]:
    """What limits records to those of the group, as `group_key` groups them, and to the groups it is in."""
    field = row.entity.by_uid[group.field]
    cell = row.cell(field.uid).value
    conditions = [] if group.within is None else group_condition(row, group.within, depth + 1)
    name = f"{IN_GROUP}_{depth}"
    if group.which == "empty":
        return [*conditions, cell.is_(None)]
    if group.which == "hidden":
        seen = _seen(row, field, cell)
        return [*conditions, *([sa.false()] if seen is cell else [cell.is_not(None), seen.is_(None)])]
    asked = sa.bindparam(name, type_=cell.type)
    if group.by is not None:
        return [*conditions, cell >= asked, cell < sa.bindparam(f"{name}_end", type_=cell.type)]
    seen = _seen(row, field, asked)
    return [*conditions, *([cell == asked] if seen is asked else [cell == asked, seen.is_not(None)])]


def group_values(entity: Entity, group: Group, zone: ZoneInfo) -> dict[str, Any]:
    """The values of the parameters of `group_condition`."""
    found: dict[str, Any] = {}
    for depth, each in enumerate(outwards(group)):
        if each.which != "value":
            continue
        type = entity.by_uid[each.field].result
        found[f"{IN_GROUP}_{depth}"] = as_kept(each.value, type, zone)
        if each.by is not None:
            found[f"{IN_GROUP}_{depth}_end"] = as_kept(following(each.value, each.by), type, zone)
    return found


def outwards(group: Group) -> Iterator[Group]:
    """A group, and those it is in."""
    found: Group | None = group
    while found is not None:
        yield found
        found = found.within


def _begin(row: VisibleRow, field: Field, by: str) -> sa.ColumnElement[Any]:
    """Where the step begins that a value falls into."""
    if by in DATE_STEPS:
        path = Path(type=field.result, steps=((row.entity.uid, field.uid),))
        node = call("START_OF", DATE, as_day(path), Constant(type=TEXT, value=by), at=0)
        return compile_value(node, row.relations.environment(row, row.relations.visible)).value
    return stepped(row.cell(field.uid).value, field.result.scale, by, row.relations.dialect)


def stepped(value: sa.ColumnElement[Any], scale: int, by: str, dialect: str) -> sa.ColumnElement[Any]:
    """Where the step of that size begins that a number falls into."""
    if dialect == "sqlite":
        size = literal(int(Decimal(by).scaleb(scale)))
        amount = units(value)
        rest = (amount % size + size) % size
        return sa.type_coerce(amount - rest, value.type)
    size = sa.literal_column(by, sa.Numeric())
    found = sa.func.floor(exact(value, scale) / size) * size
    return sa.cast(found, value.type) if scale == 0 else sa.type_coerce(found, value.type)


def _seen(row: VisibleRow, field: Field, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The value itself, of a link null where the reader does not see its record."""
    if field.result.kind != "link" or field.result.entity is None:
        return value
    return visible_id(row.relations, row.relations.model.entity_by_uid[field.result.entity], value)
