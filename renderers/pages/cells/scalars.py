"""Cells of marks in stars, colours, times, lengths of time, several choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import TYPE_CHECKING, Any

from core.i18n.formats import format_clock
from metamodel.expression.types import Type
from metamodel.fields.clocks import write_clock
from metamodel.fields.lengths import write_length
from metamodel.fields.rating import stars_of
from metamodel.model import Field
from renderers.pages.cells.base import SLOT, Drawer, One, quoted
from renderers.pages.columns import Kind

if TYPE_CHECKING:
    from renderers.pages.cells import Cells


def _rating(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    most = stars_of(field)
    drawn: dict[int, str] = {}

    def draw(value: int) -> str:
        given = max(0, min(value, most))
        if given not in drawn:
            drawn[given] = cells.frame("rating", value=given, most=most)
        return drawn[given]

    return lambda values: draw


def _color(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    frame = cells.frame("color", fill=SLOT, text=SLOT).split(SLOT)
    return lambda values: lambda v: f"{frame[0]}{quoted(v)}{frame[1]}{quoted(v)}{frame[2]}"


def _time(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    before, after = cells.around("time")
    language = cells.texts.language

    def draw(value: time) -> str:
        return f"{before}{write_clock(value) if value.second else format_clock(language, value)}{after}"

    return lambda values: draw


def _duration(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    before, after = cells.around("duration")
    language = cells.texts.language
    return lambda values: lambda value: f"{before}{write_length(value, language)}{after}"


def _choices(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    pills = cells.pills_of(field, result)
    before, after = cells.around("choices")

    def draw(value: Sequence[str]) -> str:
        return before + " ".join(pills.get(name) or cells.former(name) for name in value) + after

    return lambda values: draw


SCALARS: Mapping[Kind, Drawer] = {
    "rating": _rating, "color": _color, "time": _time, "duration": _duration, "choices": _choices,
}  # fmt: skip
