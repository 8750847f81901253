"""Colours of cells and rows: which of a view's a reader has, what is asked for them, the classes that they become.

A rule holds or does not; a scale is taken to one of four strengths, so that a page has few classes and no styles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.access.grants import Grants
from core.errors import KubikError
from core.query.filters import parse_mark
from metamodel.model import Entity, Format, Model
from renderers.lists.columns import readable
from renderers.pages.tones import tone_of

STRENGTHS = 4


def usable_formats(
    model: Model, grants: Grants, entity: Entity, formats: Sequence[Format]
) -> tuple[Format, ...]:
    """Those that ask for nothing the reader may not read."""
    return tuple(each for each in formats if _is_usable(model, grants, entity, each))


def _is_usable(model: Model, grants: Grants, entity: Entity, format: Format) -> bool:
    if format.column is not None and readable(model, grants, entity, format.column) is None:
        return False
    try:
        parse_mark(model, grants, entity, mark_of(format))
    except KubikError:
        return False
    return True


def mark_of(format: Format) -> str:
    """The expression that is answered beside each row."""
    found = format.when or format.value
    assert found is not None
    return found.text


class Shades:
    """The classes of the rows of a page: of each row, and of the cells of each column that has any."""

    def __init__(self, formats: Sequence[Format], items: Sequence[Mapping[str, Any]]) -> None:
        self.rows = [""] * len(items)
        self.cells: dict[str, list[str]] = {}
        self.scaled: dict[str, list[Decimal | None]] = {}
        """What the scale of a column is about, of a date the days, where it colours."""
        for at, format in enumerate(formats):
            if format.column is None:
                target = self.rows
            else:
                target = self.cells.setdefault(format.column, [""] * len(items))
            if format.value is not None and format.column is not None and format.column not in self.scaled:
                answers = [item["_marks"][at] for item in items]
                self.scaled[format.column] = [a if _class(format, a) else None for a in answers]
            for index, item in enumerate(items):
                if not target[index]:  # the first that holds wins
                    target[index] = _class(format, item["_marks"][at])


def _class(format: Format, answer: Any) -> str:
    tone = tone_of(format.color)
    if format.when is not None:
        kind = "row-" if format.column is None else "fill-" if format.fill else "ink-"
        return f" {kind}{tone}" if answer else ""
    strength = 0 if answer is None else strength_of(Decimal(answer), format)
    return f" heat-{tone}-{strength}" if strength else ""


def strength_of(value: Decimal, format: Format) -> int:
    """From 1 to `STRENGTHS`; 0 for what does not reach the beginning of the scale. A scale may go downwards."""
    start, end = format.start or Decimal(0), format.end or Decimal(0)
    if start == end:
        return STRENGTHS if value >= end else 0
    share = (value - start) / (end - start)
    return 0 if share < 0 else min(STRENGTHS, 1 + int(share * STRENGTHS))
