"""A report line by line, with values as they are: what every format of a file writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.query.pivot.pivot import Subtotal, Values
from renderers.pivots.counted import Counted
from renderers.pivots.table import Slot, slots_of
from renderers.pivots.words import axis_label, value_label


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A line: ``keys`` of all rows' fields (None with an empty ``labels`` where a subtotal leaves one out)."""

    kind: str
    depth: int
    keys: tuple[Any, ...]
    labels: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report to be written: the fields in rows, the heads of its columns level by level, its lines."""

    fields: tuple[str, ...]
    slots: tuple[Slot, ...]
    heads: tuple[tuple[str, ...], ...]
    lines: tuple[FileLine, ...]


def sheet_of(made: Counted) -> Sheet:
    """The whole report, however long it is."""
    slots = slots_of(made)
    lines = list(_lines(made, slots))
    if made.asked.rows:
        lines.append(_total(made, slots))
    return Sheet(
        fields=tuple(axis_label(made.asked.ground, axis) for axis in made.asked.rows) or ("",),
        slots=slots, heads=tuple(_heads(made, slots)), lines=tuple(lines),
    )  # fmt: skip


def _heads(made: Counted, slots: Sequence[Slot]) -> Iterator[tuple[str, ...]]:
    """A line for each field in columns, and one for the values where a key has several, or none stands above them."""
    total = made.who.texts.gettext("Total")
    for level, name in enumerate(made.names[1]):
        yield tuple(
            total if slot.column is None else name(made.found.columns[slot.column][level]) for slot in slots
        )
    values = [
        value_label(made.asked.ground, value, figure, made.who.texts)
        for value, figure in zip(made.asked.values, made.asked.figures, strict=True)
    ]
    units = [writer.unit for writer in made.writers]
    said = [f"{label}, {unit}" if unit else label for label, unit in zip(values, units, strict=True)]
    if not made.asked.columns or len({slot.value for slot in slots}) > 1:
        yield tuple(said[slot.value] for slot in slots)


def _lines(made: Counted, slots: Sequence[Slot]) -> Iterator[FileLine]:
    found, levels = made.found, len(made.asked.rows)
    groups: dict[int, list[Subtotal]] = {}
    for subtotal in sorted(found.subtotals, key=lambda each: each.depth):
        groups.setdefault(subtotal.first, []).append(subtotal)
    for index, row in enumerate(found.rows):
        for each in groups.get(index, ()):
            yield _line(made, slots, "group", each.depth, row[: each.depth], each.cells, each.total)
        if levels:
            yield _line(made, slots, "leaf", levels, row, found.cells[index], found.row_totals[index])
        else:
            yield _total(made, slots, found.cells[index])


def _line(
    made: Counted, slots: Sequence[Slot], kind: str, depth: int, row: Sequence[Any],
    across: Sequence[Values | None], total: Values,
) -> FileLine:  # fmt: skip
    rest = len(made.asked.rows) - len(row)
    labels = tuple(name(value) for name, value in zip(made.names[0], row, strict=False))
    return FileLine(
        kind=kind, depth=depth, keys=(*row, *[None] * rest), labels=(*labels, *[""] * rest), values=_values(slots, across, total)
    )  # fmt: skip


def _total(made: Counted, slots: Sequence[Slot], across: Sequence[Values | None] | None = None) -> FileLine:
    count = max(1, len(made.asked.rows))
    label = made.who.texts.gettext("In all")
    values = _values(slots, made.found.column_totals if across is None else across, made.found.grand_total)
    return FileLine(
        kind="total", depth=0, keys=(None,) * count, labels=(label, *[""] * (count - 1)), values=values
    )


def _values(slots: Sequence[Slot], across: Sequence[Values | None], total: Values) -> tuple[Any, ...]:
    told = (total if slot.column is None else across[slot.column] for slot in slots)
    return tuple(
        None if values is None else values[slot.value] for slot, values in zip(slots, told, strict=True)
    )
