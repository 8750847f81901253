"""Whether anything in a form depends on what is typed into it, so that it is to be recalculated."""

from __future__ import annotations

from core.records.follow import follows
from metamodel.model import Entity, Field
from renderers.forms.body import followed, section_conditions
from renderers.forms.desk import Desk


def is_live(desk: Desk, entity: Entity) -> bool:
    """Whether the server is asked while one types: computed and following fields, conditions that only it can ask,
    links with options of their own, warnings of duplicates.
    """
    if section_conditions(desk, entity) or entity.duplicates:
        return True
    return any(_depends(desk, entity, each) for each in entity.fields if not each.system)


def _depends(desk: Desk, entity: Entity, each: Field) -> bool:
    if each.uid not in desk.grants.readable(entity.uid):
        return False
    if each.computed is not None or follows(each) or each.narrowing is not None:
        return True
    for expression in (each.visible_if, each.required_if):
        if expression is not None and followed(desk, entity, expression) is None:
            return True
    if each.type.name == "children" and each.target:
        child = desk.model.entity_by_uid[each.target]
        return any(_depends(desk, child, inner) for inner in child.fields if not inner.system)
    return False
