"""The layout of cards and forms as it was written: tabs, sections, fields with their widths."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metamodel.codec import EXPRESSION, LABEL, NAMES, Codec, many, part, whole
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDefinition:
    """A field in a row: its name alone, or with the sixths of the width that it takes."""

    field: str
    width: int | None = None


def _read_placed(written: Any) -> PlacedDefinition:
    if isinstance(written, Mapping):
        return PlacedDefinition(field=written["field"], width=written.get("width"))
    return PlacedDefinition(field=written)


def _write_placed(placed: PlacedDefinition) -> Any:
    return placed.field if placed.width is None else {"field": placed.field, "width": placed.width}


ROWS = Codec(
    lambda rows: tuple(tuple(_read_placed(item) for item in row) for row in rows),
    lambda rows: [[_write_placed(item) for item in row] for row in rows],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDefinition:
    """Rows of fields under a heading."""

    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    collapsed: bool = part(default=False)
    visible_if: str | None = part(EXPRESSION)
    columns: int | None = part()
    rows: tuple[tuple[PlacedDefinition, ...], ...] = whole(ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutDefinition:
    """A tab of the card and the form."""

    tab: Label = whole(LABEL)
    columns: int | None = part()
    rows: tuple[tuple[PlacedDefinition, ...], ...] = part(ROWS, default=())
    sections: tuple[SectionDefinition, ...] = part(many(SectionDefinition), default=())
    show: tuple[str, ...] = part(NAMES, default=())
