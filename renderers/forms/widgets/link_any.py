"""A record of one of several entities: which entity, then a search in it; without scripts a title is looked up in all."""

from __future__ import annotations

from dataclasses import replace

from renderers.forms.view import Choosable, Widget
from renderers.forms.widgets.base import Making, WidgetKind


def build(making: Making, widget: Widget) -> Widget:
    """The entities that the person reads, the one of the chosen record marked; where options come from."""
    field, holder, desk = making.field, making.holder, making.desk
    title = holder.titles.get(field.name, "")
    at = making.text.partition(":")[0]
    entities = [desk.model.entity_by_uid[uid] for uid in field.targets]
    options = tuple(
        Choosable(
            value=entity.name,
            label=entity.label.in_language(desk.texts.language) or entity.name,
            selected=entity.name == at,
        )
        for entity in entities
        if entity.name == at or (desk.grants.may(entity.uid, "read") and not entity.off and entity.menu)
    )
    return replace(
        widget,
        source=f"/e/{making.entity.name}/options/{field.name}",
        options=options,
        title=title,
        typed=holder.typed.get(field.name, title),
        candidates=desk.told.candidates.get(making.pointer, ()),
    )


KINDS = (WidgetKind(name="link_any", build=build),)
