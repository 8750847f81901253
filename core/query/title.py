"""The title of a record as SQL text, parts that the reader may not see left out."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from core.query.relations import Relations, VisibleRow
from core.storage.expressions import Cell, compile_value
from core.storage.types import TEXT
from metamodel.expression.tree import Call, Path
from metamodel.expression.types import TEXT as TEXT_TYPE
from metamodel.model import Entity, Field, TitlePart
from metamodel.text import KEY_LENGTH, fold

DEPTH = 3
"""How many links a title may take the titles of other records through."""

SEPARATORS = " \t—–-,;:/·."
"""What a title does not begin with when the part before it is missing."""

Text = sa.ColumnElement[Any]
Part = tuple[Text, Text]
"""A text, null when empty, and the same folded."""


def title_of(row: VisibleRow, language: str, depth: int = DEPTH) -> Cell:
    """The title of a row with its key for sorting and the whole folded text; never null, ``#7`` when it is empty."""
    parts = row.entity.title
    number = sa.literal("#", TEXT).concat(sa.cast(row.alias.c.id, TEXT_CAST))
    single = _single_text(row.entity)
    if single is not None:
        cell = row.cell(single.uid)
        return Cell(
            value=sa.func.coalesce(cell.value, number, type_=TEXT), key=cell.key,
            whole=cell.key if cell.whole is None else sa.func.coalesce(cell.whole, cell.key, type_=TEXT),
        )  # fmt: skip
    resolved = [_part(row, part, language, depth) for part in parts]
    value = sa.func.coalesce(_joined(parts, resolved, 0), number, type_=TEXT)
    whole: Text = sa.func.coalesce(_joined(parts, resolved, 1), number, type_=TEXT)
    if row.relations.dialect == "postgresql":
        whole = sa.type_coerce(sa.collate(whole, "C"), TEXT)
    return Cell(value=value, key=sa.func.substr(whole, 1, KEY_LENGTH, type_=TEXT), whole=whole)


def visible_title(
    relations: Relations, entity: Entity, link: Text, language: str, depth: int = DEPTH
) -> Cell:
    """The title of the record that ``link`` leads to, in the bin or not; null when the reader may not see it."""
    row = relations.visible.open(entity.uid, "any", reached=True)
    title = title_of(row, language, depth)
    limits = [c for c in (row.condition, row.alias.c.id == link) if c is not None]

    def taken(part: Text | None) -> Text:
        filled = title.value if part is None else sa.func.coalesce(part, title.value, type_=TEXT)
        return sa.select(filled).where(*limits).correlate_except(row.alias).scalar_subquery()

    value = sa.select(title.value).where(*limits).correlate_except(row.alias).scalar_subquery()
    return Cell(value=value, key=taken(title.key), whole=taken(title.whole))


def visible_id(relations: Relations, entity: Entity, link: Text) -> Text:
    """``link`` itself when the reader may see the record it leads to, else null."""
    return relations.visible.in_sight(entity.uid, link)


def is_single(entity: Entity) -> bool:
    """Whether the title is one text of the entity and nothing else."""
    return _single_text(entity) is not None


def _single_text(entity: Entity) -> Field | None:
    if len(entity.title) != 1 or entity.title[0].field is None:
        return None
    field = entity.by_uid[entity.title[0].field]
    return field if field.result.kind == "text" and field.stored else None


def _part(row: VisibleRow, part: TitlePart, language: str, depth: int) -> Part | None:
    if part.field is None:
        return None
    field = row.entity.by_uid[part.field]
    cell = row.cell(field.uid)
    match field.result.kind:
        case "text":
            folded = cell.value if cell.key is None else cell.key
            return cell.value, folded if cell.whole is None else sa.func.coalesce(
                cell.whole, folded, type_=TEXT
            )
        case "choice":
            return _labels(field, cell, language, fold_them=False), _labels(
                field, cell, language, fold_them=True
            )
        case "link":
            if depth == 0 or field.target is None:
                return None
            entity = row.relations.model.entity_by_uid[field.target]
            linked = visible_title(row.relations, entity, cell.value, language, depth - 1)
            return linked.value, linked.value if linked.whole is None else linked.whole
        case "number" | "date" | "datetime" | "boolean":
            value = Path(type=field.result, steps=((row.entity.uid, field.uid),))
            text = Call(type=TEXT_TYPE, function="TEXT", arguments=(value,))
            written = compile_value(text, row.relations.environment(row, row.relations.visible)).value
            return written, written
        case _:
            return None


def _labels(field: Field, cell: Cell, language: str, *, fold_them: bool) -> Text:
    labels = {c.uid: c.label.in_language(language) or c.name for c in field.choices}
    whens = {uid: sa.literal(fold(text) if fold_them else text, TEXT) for uid, text in labels.items()}
    return sa.case(whens, value=cell.value) if whens else sa.null()


def _joined(parts: tuple[TitlePart, ...], resolved: list[Part | None], which: Literal[0, 1]) -> Text | None:
    """The parts one behind another; a literal stands with the part after it, the last one with the part before."""
    texts: list[Text] = []
    for index, part in enumerate(parts):
        own = resolved[index]
        if own is not None:
            texts.append(sa.func.coalesce(own[which], "", type_=TEXT))
            continue
        if part.field is not None or not part.text:
            continue
        beside = next((r for r in resolved[index + 1 :] if r is not None), None)
        beside = beside or next((r for r in reversed(resolved[:index]) if r is not None), None)
        literal = sa.literal(fold(part.text) if which else part.text, TEXT)
        texts.append(literal if beside is None else sa.case((beside[which].is_not(None), literal), else_=""))
    if not texts:
        return None
    joined = texts[0]
    for text in texts[1:]:
        joined = joined.concat(text)
    return sa.func.nullif(sa.func.ltrim(joined, SEPARATORS, type_=TEXT), "", type_=TEXT)


TEXT_CAST = sa.Text()
"""TEXT without a collation: what a value is cast to."""
