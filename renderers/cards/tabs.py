"""The tabs of a card: sections of values as plain text, tables of rows, panels below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metamodel.layout import WIDTH
from metamodel.model import Field
from renderers.cards.panels import panel_view
from renderers.cards.shown import Shown, section_id
from renderers.cards.tables import child_table
from renderers.cards.view import Block, CardTab, Section, Value
from renderers.forms.layout import ALONE, Cell, Group
from renderers.pages.columns import NUMERIC, kind_of

LONG = ("long_text", "rich_text", "json")
"""Types whose values keep their lines and need the whole width."""


def card_tabs(shown: Shown, otherwise: str) -> tuple[CardTab, ...]:
    """The tabs with something in them; ``otherwise`` is the label of one without a label."""
    found = []
    for number, part in enumerate(shown.parts):
        sections = tuple(
            _section(shown, group, section_id(number, index))
            for index, group in enumerate(part.groups)
            if section_id(number, index) not in shown.standing.hidden
        )
        kept = tuple(section for section in sections if section.blocks)
        panels = tuple(panel_view(shown, panel) for panel in part.show)
        if kept or panels:
            made = CardTab(
                id=f"part-{number + 1}", label=part.label or otherwise, sections=kept, panels=panels
            )
            found.append(made)
    return tuple(found)


def _section(shown: Shown, group: Group, identity: str) -> Section:
    return Section(
        id=identity,
        label=group.label,
        help=group.help,
        collapsed=group.collapsed,
        blocks=tuple(_blocks(shown, group)),
    )


def _blocks(shown: Shown, group: Group) -> Iterator[Block]:
    values: list[Value] = []
    half_free = False
    for row in group.rows:
        there = [cell for cell in row if shown.stands(cell.field)]
        tables = [cell.field for cell in there if cell.field.type.name == "children"]
        plain = [cell for cell in there if cell.field.type.name != "children"]
        made = _row(shown, plain)
        if half_free and len(made) == 1 and made[0].span == WIDTH // 2 and made[0].start:
            made = [_value(shown, plain[0].field, WIDTH // 2, start=False)]
            half_free = False
        else:
            half_free = len(made) == 1 and made[0].span == WIDTH // 2
        values += made
        for field in tables:
            if values:
                yield Block(values=tuple(values))
                values = []
            yield Block(table=child_table(shown, field))
            half_free = False
    if values:
        yield Block(values=tuple(values))


def _row(shown: Shown, cells: Sequence[Cell]) -> list[Value]:
    """The values of a row: in their own widths, or in equal parts; long ones alone take all of it."""
    made = []
    for index, cell in enumerate(cells):
        span = cell.width or (WIDTH if cell.field.type.name in ALONE else _share(len(cells)))
        made.append(_value(shown, cell.field, span, start=index == 0))
    return made


def _share(count: int) -> int:
    return 2 if count > 2 else 3


def _value(shown: Shown, field: Field, span: int, *, start: bool) -> Value:
    return Value(
        name=field.name,
        label=shown.label(field),
        html=shown.cells.whole(field, field.result, shown.item[field.name]),
        help=field.help.in_language(shown.texts.language) if field.help else "",
        span=span,
        start=start,
        long=field.type.name in LONG,
        number=kind_of(shown.model, field.result, field.type.cell) in NUMERIC,
        computed=field.computed is not None and field.type.name != "lookup",
        edit=f"{shown.here}/field/{field.name}" if shown.changes(field) else "",
    )
