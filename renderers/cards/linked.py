"""Records that lead to the one on the card: a line each, with its name, its amount, its stage, its date, its person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from core.query.names import readable_fields
from core.query.query import Leading, Query
from core.query.read import read, titles
from metamodel.layout import Panel
from metamodel.model import Entity, Field
from renderers.cards.shown import Shown
from renderers.cards.view import Detail, Line, Linked
from renderers.pages.titles import title_words

MOST = 50
"""Records that a card shows; further ones are found in their list."""

EMPTY: tuple[Any, ...] = (None, "", (), [])


def linked_records(shown: Shown, panel: Panel) -> Linked:
    """The records of an entity that lead here, in the order of their lists."""
    entity = shown.model.entity_by_uid[panel.entity or ""]
    through = entity.by_uid[panel.through or ""]
    fields = tuple(_telling(shown, entity, through))
    question = Query(
        entity=entity.name,
        fields=("id", *(field.name for field in fields)),
        sort=entity.default_sort or ("-id",),
        limit=MOST,
        leading=Leading(field=through.uid, entity=shown.entity.uid, id=shown.id),
    )
    page = read(shown.tx, shown.actor, question)
    names = titles(shown.tx, shown.actor, entity, [item["id"] for item in page.items])
    lines = []
    for item in page.items:
        there = [field for field in fields if item.get(field.name) not in EMPTY]
        drawn = {f.name: shown.cells.one(f, f.result, item[f.name]) for f in there}
        lines.append(
            Line(
                href=f"/e/{entity.name}/{item['id']}",
                title=title_words(names[item["id"]].title, item["id"], shown.texts),
                figure=next((drawn[f.name] for f in there if f.type.name == "money"), None),
                details=tuple(_detail(shown, f, drawn[f.name]) for f in there if f.type.name != "money"),
            )
        )
    return Linked(lines=tuple(lines), first=len(lines) if page.next else 0)


def _detail(shown: Shown, field: Field, html: Markup) -> Detail:
    label = shown.label(field) if field.result.kind in ("date", "datetime") else ""
    return Detail(html=html, label=label)


def _telling(shown: Shown, entity: Entity, through: Field) -> Iterator[Field]:
    """The stage, the first amount, date, choice and person that the reader may see and the title does not say."""
    said = {part.field for part in entity.title} | {through.uid}
    own = [
        f
        for f in readable_fields(shown.grants, entity)
        if not f.system and not f.off and not f.listed and f.uid not in said
    ]
    user = shown.model.entities["user"].uid
    stage = entity.stages.field if entity.stages else ""
    kinds = (
        [f for f in own if f.uid == stage] or [f for f in own if f.type.name == "choice"],
        [f for f in own if f.type.name == "money"],
        [f for f in own if f.result.kind in ("date", "datetime")],
        [f for f in own if f.target == user],
        [f for f in own if f.type.name in ("phone", "email")],
    )
    for found in kinds:
        yield from found[:1]
