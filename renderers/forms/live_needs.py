"""Whether anything in a form depends on what is typed into it, so that it is to be recalculated."""

from __future__ import annotations

from core.records.follow import follows
from metamodel.model import Entity, Field
from renderers.forms.body import asked_by_stages, followed, section_conditions
from renderers.forms.desk import Desk
from renderers.forms.row_conditions import conditions_of, row_conditions


def is_live(desk: Desk, entity: Entity) -> bool:
    """Whether the server is asked while one types: computed and following fields, conditions that only it can ask,
    links with options of their own, warnings of duplicates.
    """
    if section_conditions(desk, entity) or entity.duplicates:
        return True
    fields = (each for each in entity.fields if not each.system and each.of_stage is None)
    return any(_depends(desk, entity, each) for each in fields)


def _depends(desk: Desk, entity: Entity, each: Field) -> bool:
    if each.uid not in desk.grants.readable(entity.uid):
        return False
    if each.computed is not None or follows(each) or each.narrowing is not None:
        return True
    if each.uid in asked_by_stages(entity):
        return True
    if any(c is not None and followed(desk, entity, c) is None for c in conditions_of(each)):
        return True
    if each.type.name == "children" and each.target:
        child = desk.model.entity_by_uid[each.target]
        return any(_depends_in_row(desk, child, inner) for inner in child.fields if not inner.system)
    return False


def _depends_in_row(desk: Desk, child: Entity, each: Field) -> bool:
    if each.uid in desk.grants.readable(child.uid) and None in row_conditions(desk, child, each).values():
        return True
    return _depends(desk, child, each)
