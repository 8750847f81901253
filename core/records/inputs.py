"""What an action asked, as it was answered: parsed and judged like the fields of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import sqlalchemy as sa

from core.records.asking import column_type, parameters, relations
from core.records.links import check_links, find_links
from core.records.places import pointer_to
from core.records.shapes import Row, Values
from core.records.values import parse_value
from core.records.work import Work
from core.storage.expressions import BoundRow, compile_condition, compile_value
from core.storage.expressions.environment import Values as Given
from metamodel.actions import Action
from metamodel.errors import unknown
from metamodel.expression import Expression
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message
from metamodel.model import Entity, Field


def read_inputs(
    work: Work, action: Action, record: int | None, raw: Values, pointer: str = ""
) -> Mapping[str, Any]:
    """The inputs by uid of the form's field, defaults where nothing was sent; raises everything that is wrong."""
    form = action.form
    row = Row(entity=form, action="create", pointer=pointer)
    for name, value in raw.items():
        field = form.by_name.get(name)
        if field is None:
            why = unknown("the action does not ask for “{name}”", name[:100], form.by_name)
            work.refuse(pointer_to(row, name), "KBK2003", why)
        else:
            parse_value(work, row, field, value)
    asked = [field for field in form.fields if field.name not in raw]
    row.sent |= first_inputs(work, action, record, asked)
    work.tops.append(row)
    find_links(work)
    check_links(work)
    refused = {problem.pointer for problem in work.problems}
    for field in form.fields:
        if pointer_to(row, field.name) in refused:
            continue
        if row.sent.get(field.uid) in (None, ()):
            if field.required or _holds(work, form, row, field.required_if):
                _refuse_empty(work, row, field)
        elif field.narrowing is not None and not _may_be_chosen(work, form, row, field):
            why = message("“{field}”: this record may not be chosen here", field=field.label)
            work.refuse(pointer_to(row, field.name), "KBK3005", why)
    work.settle()
    work.tops.remove(row)
    return {field.uid: row.sent.get(field.uid) for field in form.fields}


def first_inputs(
    work: Work, action: Action, record: int | None, fields: list[Field] | None = None
) -> dict[str, Any]:
    """First values of inputs, by uid: from the record as the actor sees it, since they are shown."""
    wanted = {f.uid for f in (action.form.fields if fields is None else fields)}
    defaults = {uid: found for uid, found in action.defaults.items() if uid in wanted}
    if not defaults:
        return {}
    visible = relations(work).visible
    row = None if record is None else visible.open(action.entity)
    environment = relations(work).environment(row, visible)
    if row is not None:
        environment = replace(
            environment, record=cast("Given", row)
        )  # it has an alias: lists are read from there
    columns = [
        sa.type_coerce(compile_value(each.root, environment).value, column_type(each.type))
        for each in defaults.values()
    ]
    select = sa.select(*columns)
    if row is not None:
        limits = [row.alias.c.id == record, *([] if row.condition is None else [row.condition])]
        select = select.where(*limits)
    found = work.tx.connection.execute(select, parameters(work)).first()
    return {} if found is None else dict(zip(defaults, found, strict=True))


def _refuse_empty(work: Work, row: Row, field: Field) -> None:
    why = message("“{field}” must be filled in", field=field.label)
    work.refuse(pointer_to(row, field.name), "KBK3001", why)


def _bound(work: Work, form: Entity, row: Row) -> BoundRow:
    everything = relations(work).all
    return BoundRow(entity=form, values=row.sent, env=everything.environment())


def _holds(work: Work, form: Entity, row: Row, condition: Expression | None) -> bool:
    if condition is None:
        return False
    environment = relations(work).all.environment(_bound(work, form, row))
    select = sa.select(compile_value(condition.root, environment).value)
    return bool(work.tx.connection.execute(select, parameters(work)).scalar())


def _may_be_chosen(work: Work, form: Entity, row: Row, field: Field) -> bool:
    """Whether every record that was chosen is one of those that the input's `options` let pass."""
    assert field.narrowing is not None
    value = row.sent[field.uid]
    chosen = set(value) if isinstance(value, tuple) else {value.id if isinstance(value, AnyLink) else value}
    everything = relations(work).all
    target = everything.open(field.target or "")
    fits = compile_condition(field.narrowing, everything.environment(target, record=_bound(work, form, row)))
    select = sa.select(target.alias.c.id).where(target.alias.c.id.in_(chosen), fits)
    return chosen == set(work.tx.connection.execute(select, parameters(work)).scalars())
