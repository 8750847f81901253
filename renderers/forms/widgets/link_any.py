"""A record of one of several entities: which entity or all of them, then a search; without scripts a title is looked up in all."""

from __future__ import annotations

from dataclasses import replace

from core.access.grants import Grants
from metamodel.model import Entity, Field, Model
from renderers.forms.view import Choosable, Widget
from renderers.forms.widgets.base import Making, WidgetKind


def build(making: Making, widget: Widget) -> Widget:
    """The entities that the person reads and all together, the one of the chosen record marked; where options come from."""
    field, holder, desk = making.field, making.holder, making.desk
    title = holder.titles.get(field.name, "")
    at = making.text.partition(":")[0]
    everywhere = Choosable(value="", label=desk.texts.gettext("Everywhere"), selected=not at)
    offered = reached(desk.model, desk.grants, field)
    options = tuple(
        Choosable(
            value=entity.name,
            label=entity.label.in_language(desk.texts.language) or entity.name,
            selected=entity.name == at,
        )
        for entity in (desk.model.entity_by_uid[uid] for uid in field.targets)
        if entity.name == at or entity in offered
    )
    return replace(
        widget,
        source=f"/e/{making.entity.name}/options/{field.name}",
        options=(everywhere, *options) if len(options) > 1 else options,
        title=title,
        typed=holder.typed.get(field.name, title),
        candidates=desk.told.candidates.get(making.pointer, ()),
    )


def reached(model: Model, grants: Grants, field: Field) -> tuple[Entity, ...]:
    """The entities whose records are offered."""
    entities = (model.entity_by_uid[uid] for uid in field.targets)
    return tuple(each for each in entities if grants.may(each.uid, "read") and not each.off and each.menu)


KINDS = (WidgetKind(name="link_any", build=build),)
