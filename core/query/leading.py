"""Records that lead to one record, as a condition of a statement that is made once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.query import Leading
from core.storage.types import BIG
from metamodel.fields.link_any import AnyLink
from metamodel.model import Model

if TYPE_CHECKING:
    from core.query.relations import VisibleRow

LEADS_TO = "leads_to"
BEFORE = "leads_before"


def leading_to(row: VisibleRow, leading: Leading) -> list[sa.ColumnElement[bool]]:
    """The rows whose link leads to the record of the parameters; none where the actor may not read the link."""
    field = row.entity.by_uid[leading.field]
    if row.relations.grants.readable(row.entity.uid).get(field.uid) is None:
        return [sa.false()]
    lists = row.relations.tables[row.entity.uid].lists
    if field.uid in lists:
        table = lists[field.uid]
        rows = sa.select(table.c.record).where(table.c.target == sa.bindparam(LEADS_TO, type_=BIG))
        conditions: list[sa.ColumnElement[bool]] = [row.alias.c.id.in_(rows)]
        if row.sometimes(field.uid):
            conditions.append(row.mask(field.uid))
    else:
        cell = row.cell(field.uid).value
        conditions = [cell == sa.bindparam(LEADS_TO, type_=cell.type)]
    if leading.last is not None:
        conditions.append(row.alias.c.id < sa.bindparam(BEFORE, type_=BIG))
    return conditions


def leading_values(model: Model, leading: Leading) -> dict[str, Any]:
    """The parameters that say which record is led to."""
    field = next(e.by_uid[leading.field] for e in model.entities.values() if leading.field in e.by_uid)
    record: Any = leading.id
    if field.type.column_type(field).storage == "link_any":
        record = AnyLink(leading.entity, leading.id)
    return {LEADS_TO: record} | ({} if leading.last is None else {BEFORE: leading.last})
