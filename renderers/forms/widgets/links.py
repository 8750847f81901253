"""Several records of another entity, people among them: tokens with a search behind; without scripts boxes and a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from renderers.forms.desk import may_make
from renderers.forms.view import Choosable, Widget
from renderers.forms.widgets.base import Making, WidgetKind
from renderers.forms.widgets.link import needed
from renderers.pages.titles import title_words


def build(making: Making, widget: Widget) -> Widget:
    """What is chosen, with titles; where more comes from, what narrows it, what was typed."""
    field, holder = making.field, making.holder
    return replace(
        widget,
        source=f"/e/{making.entity.name}/options/{field.name}",
        needs=" ".join(needed(making.desk.model, field)),
        options=tuple(chosen(making)),
        typed=holder.typed.get(field.name, ""),
        more={"creates": may_make(making.desk, field)},
        candidates=making.desk.told.candidates.get(making.pointer, ()),
    )


def chosen(making: Making) -> list[Choosable]:
    """The records that stand in the field; a title that did not come along is that of the stored record's list."""
    ids = making.texts
    titles = making.holder.titles.get(making.field.name, "").split("\n")
    known = dict(zip(ids, titles, strict=True)) if len(titles) == len(ids) else _stored(making)
    return [Choosable(value=each, label=known.get(each) or f"#{each}", selected=True) for each in ids]


def _stored(making: Making) -> Mapping[str, str]:
    links = making.desk.shown.get(making.field.name)
    if making.in_row or not isinstance(links, list):
        return {}
    return {str(link.id): title_words(link.title, link.id, making.desk.texts) for link in links}


KINDS = (WidgetKind(name="links", build=build, many=True),)
