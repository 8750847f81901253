"""The fields that a template may name, each with the tag to copy: of the record, behind its links, of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from core.documents.starter import tag_of
from core.web.context import Visit
from metamodel.model import Entity, Field, Model
from renderers.documents.configuring.view import TagLine

_NOT_LISTED = ("secret",)


def tag_lines(who: Visit, model: Model, entity: Entity) -> Iterator[TagLine]:
    """Every field of an entity with its tag, those behind links and of rows inside."""
    say = who.texts
    yield TagLine(label=say.gettext("Document"), tag="", inner=(
        TagLine(label=say.gettext("Number"), tag="{{ doc.number }}"),
        TagLine(label=say.gettext("Date"), tag="{{ doc.date|date }}"),
        TagLine(label=say.gettext("Who issues it"), tag="{{ my.name }}"),
    ))  # fmt: skip
    for field in entity.fields:
        if _listed(field):
            yield _line(who, model, field)
    for other, field in model.links_to[entity.uid]:
        if field.inverse and not other.off and field.through is None:
            yield _rows(who, other, field.inverse, who.texts.render(other.label_many), field)


def _line(who: Visit, model: Model, field: Field) -> TagLine:
    label = who.texts.render(field.label)
    target = model.entity_by_uid.get(field.target or "")
    if target is not None and (field.type.name == "children" or field.listed):
        return _rows(who, target, field.name, label, field)
    inner: tuple[TagLine, ...] = ()
    if target is not None and field.result.kind == "link" and field.type.name not in ("file", "image"):
        inner = tuple(
            TagLine(label=who.texts.render(each.label), tag=tag_of(each, field.name))
            for each in target.fields
            if _listed(each) and not each.listed and each.type.name != "children"
        )
    return TagLine(label=label, tag=tag_of(field), inner=inner)


def _rows(who: Visit, entity: Entity, name: str, label: str, field: Field) -> TagLine:
    inner = [
        TagLine(
            label=who.texts.gettext("Rows begin (in a row of their own)"), tag=f"{{%tr for x in {name} %}}"
        ),
        *(
            TagLine(label=who.texts.render(each.label), tag=tag_of(each, "x"))
            for each in entity.fields
            if _listed(each) and each.type.name != "children" and each.uid not in (field.through, field.uid)
        ),
        TagLine(label=who.texts.gettext("Rows end (in a row of their own)"), tag="{%tr endfor %}"),
    ]
    return TagLine(label=label, tag="", inner=tuple(inner), rows=True)


def _listed(field: Field) -> bool:
    hidden = (field.system and field.name not in ("id", "created_at")) or field.off
    return not hidden and field.type.name not in _NOT_LISTED
