"""One column of a board as a condition: records whose field has a value, none, or leads to what is out of sight.

The value is a parameter, so that all columns of a board are one prepared statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.query import Group
from core.query.title import visible_id
from metamodel.model import Field

if TYPE_CHECKING:
    from core.access.grants import Grants
    from core.query.relations import VisibleRow
    from metamodel.model import Entity

IN_GROUP = "in_group"
SINGLE = ("choice", "boolean", "link")
"""Kinds of values by which records can be grouped."""


def grouping_field(grants: Grants, entity: Entity, uid: str) -> Field | None:
    """The field by which a reader may group, None where there is none that they may read."""
    field = entity.by_uid.get(uid)
    if field is None or uid not in grants.readable(entity.uid) or field.result.kind not in SINGLE:
        return None
    return None if field.listed or field.result.many else field


def group_key(row: VisibleRow, field: Field) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """The value that a record is grouped by, and whether it has one at all (1 or 0) though it is out of sight."""
    cell = row.cell(field.uid).value
    there = sa.case((cell.is_not(None), 1), else_=0)
    return _seen(row, field, cell), there


def group_condition(row: VisibleRow, group: Group) -> list[sa.ColumnElement[bool]]:
    """What limits records to those of the group, as `group_key` groups them."""
    field = row.entity.by_uid[group.field]
    cell = row.cell(field.uid).value
    if group.which == "empty":
        return [cell.is_(None)]
    if group.which == "hidden":
        seen = _seen(row, field, cell)
        return [sa.false()] if seen is cell else [cell.is_not(None), seen.is_(None)]
    asked = sa.bindparam(IN_GROUP, type_=cell.type)
    seen = _seen(row, field, asked)
    return [cell == asked] if seen is asked else [cell == asked, seen.is_not(None)]


def _seen(row: VisibleRow, field: Field, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The value itself, of a link null where the reader does not see its record."""
    if field.result.kind != "link" or field.result.entity is None:
        return value
    return visible_id(row.relations, row.relations.model.entity_by_uid[field.result.entity], value)
