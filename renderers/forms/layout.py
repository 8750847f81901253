"""The layout tree of a card or a form, cut down to the fields that the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from metamodel.expression.tree import Expression
from metamodel.layout import WIDTH, LayoutSection, Panel
from metamodel.model import Entity, Field

ALONE = ("children", "long_text", "rich_text", "json", "files")
"""Types of fields that take the whole width where no width is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A field in a row; ``width`` in sixths, None where the layout does not say it."""

    field: Field
    width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A section of a tab: its heading, when it is shown, rows of fields."""

    label: str = ""
    help: str = ""
    collapsed: bool = False
    visible_if: Expression | None = None
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def fields(self) -> Iterator[Field]:
        return (cell.field for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A tab: its label, sections of fields, and what the card shows below them."""

    label: str
    groups: tuple[Group, ...]
    show: tuple[Panel, ...] = ()

    @property
    def rows(self) -> tuple[tuple[Field, ...], ...]:
        """The rows of all sections."""
        return tuple(tuple(cell.field for cell in row) for group in self.groups for row in group.rows)

    @property
    def fields(self) -> Iterator[Field]:
        return (field for group in self.groups for field in group.fields)


def parts(entity: Entity, visible: Collection[str], language: str) -> tuple[Part, ...]:
    """The tabs with something in them; ``visible`` are uids. An entity without a layout has one part, in pairs."""
    if not entity.layout:
        plain = [f for f in entity.fields if not f.system and f.uid in visible and f.uid != entity.parent]
        return (Part(label="", groups=(Group(rows=tuple(_pairs(plain))),)),)
    found = []
    for tab in entity.layout:
        groups = tuple(_groups(entity, tab.sections, visible, language))
        if groups or tab.show:
            found.append(Part(label=tab.label.in_language(language), groups=groups, show=tab.show))
    return tuple(found)


def _groups(
    entity: Entity, sections: Sequence[LayoutSection], visible: Collection[str], language: str
) -> Iterator[Group]:
    for section in sections:
        rows = []
        for row in section.rows:
            seen = [p for p in row if p.field in visible and p.field in entity.by_uid]
            cells = [Cell(field=entity.by_uid[p.field], width=p.width or _share(section)) for p in seen]
            if cells:
                rows.append(tuple(cells))
        if rows:
            yield Group(
                label=section.label.in_language(language) if section.label else "",
                help=section.help.in_language(language) if section.help else "",
                collapsed=section.collapsed,
                visible_if=section.visible_if,
                rows=tuple(rows),
            )


def _share(section: LayoutSection) -> int | None:
    return WIDTH // section.columns if section.columns else None


def _pairs(fields: Sequence[Field]) -> Iterator[tuple[Cell, ...]]:
    row: list[Cell] = []
    for field in fields:
        if field.type.name in ALONE:
            if row:
                yield tuple(row)
            row = []
            yield (Cell(field=field),)
            continue
        row.append(Cell(field=field))
        if len(row) == 2:
            yield tuple(row)
            row = []
    if row:
        yield tuple(row)
