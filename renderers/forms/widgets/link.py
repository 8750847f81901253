"""A record of another entity, searched as one types; without scripts the title is typed and looked up."""

from __future__ import annotations

from dataclasses import replace

from metamodel.expression.tree import Path, walk
from metamodel.model import Field, Model
from renderers.forms.desk import may_make
from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, WidgetKind


def build(making: Making, widget: Widget) -> Widget:
    """Where its options come from, what narrows them, what was typed."""
    field, holder = making.field, making.holder
    title = holder.titles.get(field.name, "")
    return replace(
        widget,
        source=f"/e/{making.entity.name}/options/{field.name}",
        needs=" ".join(needed(making.desk.model, field)),
        title=title,
        typed=holder.typed.get(field.name, title),
        more={"creates": may_make(making.desk, field)},
        candidates=making.desk.told.candidates.get(making.pointer, ()),
    )


def needed(model: Model, field: Field) -> list[str]:
    """The fields of the record being edited that narrow the options of a link."""
    if field.narrowing is None:
        return []
    steps = [
        node.steps[0]
        for node in walk(field.narrowing.root)
        if isinstance(node, Path) and node.root == "record" and node.steps
    ]
    return sorted({model.entity_by_uid[entity].by_uid[uid].name for entity, uid in steps})


KINDS = (WidgetKind(name="link", build=build),)
