"""Conditions of the fields of child rows, as far as a row can follow them by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from metamodel.expression.tree import Expression
from metamodel.model import Entity, Field
from renderers.forms.conditions import Condition, condition_of, names_in
from renderers.forms.desk import Desk
from renderers.forms.lists import columns, row_field_writable


def conditions_of(each: Field) -> tuple[Expression | None, Expression | None, Expression | None]:
    """When a field stands, when it is required, when it is read-only."""
    return each.visible_if, each.required_if, each.read_only_if


def row_conditions(desk: Desk, child: Entity, each: Field) -> Mapping[str, Condition | None]:
    """What a field of child rows stands under, by ``visible``, ``required``, ``locked``; None is asked of the server."""
    typed = {f.name for f in columns(desk.grants, child) if row_field_writable(desk.grants, child, f)}
    found: dict[str, Condition | None] = {}
    for kind, expression in zip(("visible", "required", "locked"), conditions_of(each), strict=True):
        if expression is not None and (kind == "visible" or each.name in typed):
            condition = condition_of(child, expression)
            found[kind] = condition if condition is not None and names_in(condition) <= typed else None
    return found


def written_conditions(desk: Desk, child: Entity, fields: Sequence[Field]) -> tuple[str, bool]:
    """The conditions of the columns for an attribute of the page; and whether the server has to be asked of any."""
    found = {f.name: made for f in fields if (made := row_conditions(desk, child, f))}
    asked = any(None in made.values() for made in found.values())
    return (msgspec.json.encode(found).decode() if found else ""), asked
