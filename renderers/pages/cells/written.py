"""Cells of what is long: rich texts and JSON. A list has their first words, a card all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metamodel.expression.types import Type
from metamodel.fields.html import plain_text
from metamodel.json_text import JsonValue, canonical
from metamodel.model import Field
from renderers.pages.cells.base import SLOT, Drawer, One, quoted
from renderers.pages.columns import Kind, kind_of

if TYPE_CHECKING:
    from renderers.pages.cells import Cells

LONGEST = 300
"""Characters of a long value in a list."""


def _shortened(text: str) -> str:
    return quoted(text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…")


def _rich_text(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    return lambda values: lambda value: _shortened(" ".join(plain_text(value).split()))


def _json(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    before, after = cells.around("json", whole=False)
    return lambda values: lambda value: f"{before}{_shortened(str(value))}{after}"


def whole(cells: Cells, field: Field, result: Type, value: Any) -> str | None:
    """All of a long value as HTML: a rich text was cleaned when it was written; None for other kinds."""
    kind = kind_of(cells.model, result, field.type.cell)
    if kind == "rich_text" and isinstance(value, str):
        before, _, after = cells.frame("rich_text", text=SLOT).partition(SLOT)
        return f"{before}{value}{after}"
    if kind == "json" and isinstance(value, JsonValue):
        before, after = cells.around("json", whole=True)
        return f"{before}{quoted(canonical(value.value, indent=2))}{after}"
    return None


WRITTEN: Mapping[Kind, Drawer] = {"rich_text": _rich_text, "json": _json}
