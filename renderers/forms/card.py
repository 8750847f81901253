"""The card of a record: title, stages, values as plain text, child tables, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.access.grants import Grants
from core.i18n import Texts
from core.query.query import Link
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.conditions import condition_of, holds
from renderers.forms.layout import Part, parts
from renderers.forms.sums import sum_text, summed
from renderers.forms.texts import Manner, text_of
from renderers.forms.view import Block, Card, ChildTable, History, Section, StageStep, Value
from renderers.lists.view import Head
from renderers.pages.cells import HIDDEN, Cells
from renderers.pages.columns import NUMERIC, Width, kind_of, least_width, width_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A record to be drawn. ``allowed`` are the actions that may be done with this very record."""

    model: Model
    grants: Grants
    entity: Entity
    item: Mapping[str, Any]
    title: str
    cells: Cells
    texts: Texts
    allowed: frozenset[str]
    refused: str = ""

    def label(self, field: Field) -> str:
        return field.label.in_language(self.texts.language) or field.name


def card_fields(entity: Entity, grants: Grants) -> tuple[str, ...]:
    """The names a card asks for: all that may be read, child rows too."""
    readable = grants.readable(entity.uid)
    return tuple(
        f.name for f in entity.fields if f.uid in readable and f.name != "position" and _reachable(grants, f)
    )


def _reachable(grants: Grants, field: Field) -> bool:
    return field.type.name != "children" or grants.may(field.target or "", "read")


def card_view(shown: Shown, history: History) -> Card:
    """What the template draws."""
    entity, item, language = shown.entity, shown.item, shown.texts.language
    here = f"/e/{entity.name}/{item['id']}"
    deleted = item.get("deleted_at") is not None
    figure = _figure(shown)
    laid = parts(entity, shown.grants.readable(entity.uid), language)
    stages = tuple(_stages(shown))
    list_label = entity.label_many.in_language(language) or entity.name
    return Card(
        id=item["id"],
        version=item["version"],
        title=shown.title,
        short=_first_text(shown) or shown.title,
        entity_label=entity.label.in_language(language) or entity.name,
        list_label=list_label,
        list_href=f"/e/{entity.name}" + ("?bin=1" if deleted else ""),
        facts=_facts(shown),
        figure=shown.cells.one(figure, figure.result, item[figure.name]) if figure else None,
        figure_label=shown.label(figure) if figure else "",
        stages=stages,
        stages_label=shown.label(entity.by_uid[entity.stages.field]) if entity.stages else "",
        stage_href=f"{here}/stage" if stages and "move" in shown.allowed and not deleted else None,
        stage_words=next((stage.label for stage in stages if stage.state == "now"), ""),
        sections=tuple(_section(shown, part, index, list_label) for index, part in enumerate(laid)),
        history=history,
        edit_href=f"{here}/edit" if "update" in shown.allowed and not deleted else None,
        delete_href=f"{here}/delete" if "delete" in shown.allowed and not deleted else None,
        restore_href=f"{here}/restore" if "delete" in shown.allowed and deleted else None,
        deleted=deleted,
        refused=shown.refused,
    )


def _first_text(shown: Shown) -> str:
    """What names the record shortest: its number, when it has one."""
    for field in shown.entity.fields:
        if field.type.name == "number_series" and shown.item.get(field.name):
            return str(shown.item[field.name])
    return ""


def _facts(shown: Shown) -> tuple[str, ...]:
    texts, item = shown.texts, shown.item
    number = _first_text(shown)
    facts = [number] if number and number not in shown.title else []
    if item.get("created_at") is not None:
        facts.append(texts.render(message("created {day}", day=texts.date(item["created_at"].date()))))
    author = item.get("created_by")
    if isinstance(author, Link) and author.id is not None:
        facts.append(author.title)
    return tuple(facts)


def _figure(shown: Shown) -> Field | None:
    """The amount that stands beside the title: the first stored money that the reader may see and that is there."""
    for field in shown.entity.fields:
        if field.type.name == "money" and shown.item.get(field.name) is not None:
            return field
    return None


def _stages(shown: Shown) -> list[StageStep]:
    """The pipeline of the record: what is done, where it stands, what is ahead. A lost one stands only when it is."""
    stages = shown.entity.stages
    if stages is None:
        return []
    current = shown.item.get(shown.entity.by_uid[stages.field].name)
    pipeline = next(
        (p for p in stages.pipelines if any(s.name == current for s in p.stages)), stages.pipelines[0]
    )
    path = [s for s in pipeline.stages if (s.kind != "lost" and not s.archived) or s.name == current]
    at = next((index for index, stage in enumerate(path) if stage.name == current), -1)
    lost = at >= 0 and path[at].kind == "lost"
    language = shown.texts.language
    return [
        StageStep(
            name=stage.name,
            label=stage.label.in_language(language) or stage.name,
            state="now" if index == at else "done" if index < at and not lost else "todo",
            kind=stage.kind,
        )
        for index, stage in enumerate(path)
    ]


def _section(shown: Shown, part: Part, index: int, otherwise: str) -> Section:
    blocks: list[Block] = []
    values: list[Value] = []
    for field in part.fields:
        if field.type.name == "children":
            if values:
                blocks.append(Block(values=tuple(values)))
                values = []
            blocks.append(Block(table=child_table(shown, field)))
        elif field.name in shown.item and stands(
            shown, field
        ):  # a cell that is masked for this reader is not there
            values.append(_value(shown, field))
    if values:
        blocks.append(Block(values=tuple(values)))
    return Section(id=f"part-{index + 1}", label=part.label or otherwise, blocks=tuple(blocks))


def stands(shown: Shown, field: Field) -> bool:
    """Whether the field is to be seen: its `visible_if` holds, or a screen cannot tell."""
    condition = condition_of(shown.entity, field.visible_if)
    if condition is None:
        return True
    manner = Manner(language=shown.texts.language, zone=ZoneInfo("UTC"))
    texts = {
        f.name: text_of(f, shown.item[f.name], manner)
        for f in shown.entity.fields
        if f.stored and f.name in shown.item
    }
    return bool(holds(condition, texts))


def _value(shown: Shown, field: Field) -> Value:
    value = shown.item[field.name]
    long = field.type.name == "long_text"
    return Value(
        label=shown.label(field),
        html=shown.cells.one(field, field.result, value),
        help=field.help.in_language(shown.texts.language) if field.help else "",
        wide=long,
        long=long,
        number=kind_of(shown.model, field.result, field.type.cell) in NUMERIC,
        computed=field.computed is not None and field.type.name != "lookup",
    )


def child_table(shown: Shown, field: Field) -> ChildTable:
    """Child rows to read, a column drawn at a time."""
    child = shown.model.entity_by_uid[field.target or ""]
    rows: Sequence[Mapping[str, Any]] = shown.item.get(field.name) or ()
    readable = shown.grants.readable(child.uid)
    laid = [child.by_uid[u] for tab in child.layout for row in tab.rows for u in row if u in child.by_uid]
    fields = [
        f
        for f in laid or [f for f in child.fields if not f.system]
        if f.uid in readable and f.uid != child.parent and f.type.name != "children"
    ]
    kinds = [kind_of(shown.model, f.result, f.type.cell) for f in fields]
    wide = next((i for i, kind in enumerate(kinds) if kind in ("text", "link")), 0)
    widths = [width_of(kind, flexible=i == wide) for i, kind in enumerate(kinds)]
    css = [_cell_css(kind in NUMERIC, i == wide, i == len(fields) - 1) for i, kind in enumerate(kinds)]
    drawn = [shown.cells.draw(f, f.result)([row.get(f.name, HIDDEN) for row in rows]) for f in fields]
    return ChildTable(
        label=shown.label(field),
        count=len(rows),
        heads=tuple(
            Head(label=shown.label(f), css="n" if kind in NUMERIC else "", width=width.css)
            for f, kind, width in zip(fields, kinds, widths, strict=True)
        ),
        rows=tuple(
            Markup("".join(f'<td class="{c}">{html}</td>' for c, html in zip(css, row, strict=True)))
            for row in zip(*drawn, strict=True)
        ),
        totals=_totals(shown, fields, rows),
        min_width=least_width([*widths, Width(css="w5", pixels=40)]),
    )


def _cell_css(number: bool, first: bool, last: bool) -> str:
    return " ".join(
        name for name, there in (("n", number), ("first", first), ("last", last and not first)) if there
    )


def _totals(shown: Shown, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]) -> Markup | None:
    """The cells of the foot: sums under their columns, the word for them in the first one that is free."""
    added = summed(fields)
    if not added or not rows:
        return None
    cells = []
    for index, field in enumerate(fields):
        if field.uid in added:
            text = sum_text(shown.cells, field, [row.get(field.name) for row in rows])
            cells.append(Markup('<td class="n">{}</td>').format(text))
        else:
            word = shown.texts.gettext("Total") if index == 0 else ""
            cells.append(Markup('<td class="word">{}</td>').format(word))
    return Markup("").join(cells)
