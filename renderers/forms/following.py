"""Fields that follow others, in words: where their value comes from, as far as the reader may know it."""

from __future__ import annotations

from core.records.follow import follows
from metamodel.expression.tree import Path, walk
from metamodel.messages import message
from metamodel.model import Entity, Field
from renderers.forms.desk import Desk


def words_of(desk: Desk, entity: Entity, each: Field) -> str:
    """What a following field is taken from ("Product: Price"); empty for one that follows nothing."""
    expression = each.copy if each.copy is not None else each.default
    if expression is None or not follows(each):
        return ""
    paths = [_path(desk, node) for node in walk(expression.root) if isinstance(node, Path) and node.steps]
    named = list(dict.fromkeys(path for path in paths if path))
    return ", ".join(named[:3]) or desk.texts.render(message("other fields"))


def _path(desk: Desk, path: Path) -> str:
    """The labels along a path; nothing when a step may not be read."""
    labels = []
    for entity_uid, uid in path.steps:
        entity = desk.model.entity_by_uid.get(entity_uid)
        found = None if entity is None else entity.by_uid.get(uid)
        if found is None or uid not in desk.grants.readable(entity_uid):
            return ""
        labels.append(desk.label(found))
    return ": ".join(labels)
