"""The table of a report: heads over several lines, groups with their subtotals, shades, totals; each cell with its records."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from core.query.pivot.drilling import EVERYTHING
from core.query.pivot.pivot import Subtotal, Values
from metamodel.messages import message
from metamodel.reports import ReportSort
from renderers.lists.address import EVERY
from renderers.pages.columns import FIGURE, LETTER, PADDING, UNIT
from renderers.pivots.address import sort_text
from renderers.pivots.counted import Counted
from renderers.pivots.fields import shortened
from renderers.pivots.heat import Heat
from renderers.pivots.numbers import NOTHING, size_of
from renderers.pivots.rows import rows_html
from renderers.pivots.view import Cell, Head, Row, Table
from renderers.pivots.words import UNFINISHED, axis_label, unfinished, value_label

MOST_SHOWN = 6_000
"""Cells that are drawn: more rows are in the file, and nobody reads them on a screen."""

LEAST_ROWS = 50

FIRST_COLUMN = 200
NARROWEST, WIDEST = 10, 24
"""Widths of columns of figures, in units of 8 pixels."""
LONG_HEAD, LONGEST_HEAD = 16, 24
"""Letters that a head has room for: beside keys side by side, and where values stand alone."""
ARROW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A column of figures: the place of its column keys (None: the total of the row) and of its value."""

    column: int | None
    value: int


def slots_of(made: Counted) -> tuple[Slot, ...]:
    """The columns: every value under each key, then the totals of rows."""
    everything = range(len(made.asked.values))
    if not made.asked.columns:
        return tuple(Slot(column=0, value=value) for value in everything)
    spread = [place for place in everything if not made.asked.values[place].totals_only] or [0]
    under = [Slot(column=at, value=value) for at in range(len(made.found.columns)) for value in spread]
    return (*under, *(Slot(column=None, value=value) for value in everything))


def table_of(made: Counted) -> Table:
    """The table as the page draws it."""
    return _Drawing(made).table()


class _Drawing:
    def __init__(self, made: Counted) -> None:
        self.made = made
        self.found, self.asked, self.texts = made.found, made.asked, made.who.texts
        self.slots = slots_of(made)
        self.labels = [
            value_label(self.asked.ground, value, figure, self.texts)
            for value, figure in zip(self.asked.values, self.asked.figures, strict=True)
        ]
        self.heats = self._heats()
        self.stars: dict[str, None] = {}

    def table(self) -> Table:
        asked, shown = self.asked, self._shown()
        rows = tuple(self._rows(shown))
        heads = self._heads()
        if self.asked.rows:
            rows = (*rows, self._total())
        cut = ""
        if shown < len(self.found.rows):
            cut = self.texts.render(
                message("The first {shown} rows of {all} are shown: narrow the report, or take all of it as XLSX.",
                        shown=self.texts.number(shown), all=self.texts.number(len(self.found.rows)))
            )  # fmt: skip
        widths = [self._width(place) for place in range(len(self.slots))]
        least = FIRST_COLUMN + sum(widths) * UNIT
        return Table(
            corner=", ".join(axis_label(asked.ground, axis) for axis in asked.rows),
            heads=heads,
            columns=tuple(f"w{width}" for width in widths),
            rows=rows,
            body=rows_html(rows, self.texts.gettext("Fold or unfold: %")),
            caption=self._caption(),
            least=f"min{min(24, max(3, least // 100))}",
            stars=tuple(self.stars),
            cut=cut,
            spread=bool(asked.columns),
            tail=widths[-1] if sum(slot.column is None for slot in self.slots) == 2 else 0,
        )

    def _shown(self) -> int:
        """How many of the rows are drawn."""
        return max(LEAST_ROWS, MOST_SHOWN // max(1, len(self.slots)))

    def _caption(self) -> str:
        texts = self.texts
        if not self.asked.columns:
            return self.asked.ground.entity.label_many.in_language(texts.language)
        by = ", ".join(axis_label(self.asked.ground, axis) for axis in self.asked.columns)
        return texts.render(message("{rows} by {columns}", rows=self.labels[0], columns=by))

    # --- heads

    def _heads(self) -> tuple[tuple[Head, ...], ...]:
        levels = len(self.asked.columns)
        spread = sum(1 for slot in self.slots if slot.column == 0)
        deep = levels + (1 if spread > 1 else 0) if levels else 1
        corner = Head(
            label=", ".join(shortened(axis_label(self.asked.ground, axis)) for axis in self.asked.rows),
            title=", ".join(axis_label(self.asked.ground, axis) for axis in self.asked.rows),
            rows=deep,
            css="k",
        )
        if not levels:
            return ((corner, *(self._value_head(slot) for slot in self.slots)),)
        made: list[tuple[Head, ...]] = []
        for level in range(levels):
            line = tuple(self._level(level, spread))
            made.append((corner, *line, *self._total_heads(deep, spread)) if level == 0 else line)
        if spread > 1:
            made.append(tuple(self._value_head(slot) for slot in self.slots))
        return tuple(made)

    def _level(self, level: int, spread: int) -> Iterator[Head]:
        """The keys of one level of columns, each over those below it."""
        key, name = self.asked.keys[1][level], self.made.names[1][level]
        last = level + 1 == len(self.asked.columns)
        for prefix, several in groupby(self.found.columns, key=lambda column: column[: level + 1]):
            span = sum(1 for _ in several) * spread
            value = prefix[-1]
            star = unfinished(key, value, self.made.today)
            if star:
                self._star(key.by)
            grouped = not last or spread > 1
            label = name(value)
            yield Head(
                label=f"{label} *" if star else label,
                span=span,
                title=label,
                css="g" if grouped else "n",
                scope="colgroup" if span > 1 else "col",
            )

    def _star(self, by: str | None) -> None:
        self.stars[self.texts.render(UNFINISHED[str(by)])] = None

    def _total_heads(self, deep: int, spread: int) -> Iterator[Head]:
        """Of one value under each key the total and, beside it, what stands in totals only; of several one head over them."""
        total = self.texts.gettext("Total")
        slots = [slot for slot in self.slots if slot.column is None]
        if spread > 1:
            yield Head(label=total, span=len(slots), rows=deep - 1, css="g rt", scope="colgroup")
            return
        for place, slot in enumerate(slots):
            unit = self.made.writers[slot.value].unit
            label = self._labelled(slot.value) if place else f"{total}, {unit}" if unit else total
            yield self._sorting(
                Head(label=label, rows=deep, css="n tt" if place else "n rt", title=self.labels[slot.value]),
                slot,
            )

    def _value_head(self, slot: Slot) -> Head:
        first = slot.value == self.slots[0].value
        edge = ""
        if slot.column is None:
            edge = " rt" if first else " tt"
        elif first and slot.column:
            edge = " edge"
        head = Head(label=self._labelled(slot.value), css=f"n{edge}", title=self.labels[slot.value])
        return self._sorting(head, slot)

    def _sorting(self, head: Head, slot: Slot) -> Head:
        """The head with what a press on it does: rows by these totals, greatest first, then smallest, then by their keys."""
        asked = self.asked
        if not self._sorts(slot):
            return head
        now = asked.sort if asked.sort is not None and asked.sort.value == slot.value else None
        then = (
            None
            if now is not None and not now.descending
            else ReportSort(value=slot.value, descending=now is None)
        )
        said = "" if now is None else "descending" if now.descending else "ascending"
        href = asked.address.with_sort("rows", sort_text(asked.values, then)).href()
        return replace(head, href=href, sorted=said, at=f"sort-{slot.value}")

    def _sorts(self, slot: Slot) -> bool:
        """Whether rows are sorted by a press on the head of a column."""
        return bool(self.asked.rows) and (slot.column is None or not self.asked.columns)

    def _labelled(self, value: int) -> str:
        unit = self.made.writers[value].unit
        return f"{self.labels[value]}, {unit}" if unit else self.labels[value]

    # --- rows

    def _rows(self, shown: int) -> Iterator[Row]:
        levels = len(self.asked.rows)
        groups: dict[int, list[Subtotal]] = {}
        for subtotal in sorted(self.found.subtotals, key=lambda each: each.depth):
            groups.setdefault(subtotal.first, []).append(subtotal)
        place = ""
        for index, row in enumerate(self.found.rows[:shown]):
            for subtotal in groups.get(index, ()):
                place = ".".join([*place.split(".")[: subtotal.depth - 1], str(index)]).strip(".")
                yield self._group(subtotal, row, place)
            yield self._leaf(index, row, levels, place)

    def _group(self, subtotal: Subtotal, row: Sequence[Any], place: str) -> Row:
        level = subtotal.depth - 1
        cells = self._cells(subtotal.cells, subtotal.total, subtotal.drill, leaf=False)
        return self._row("group", level, row[level], cells, place, level)

    def _leaf(self, index: int, row: Sequence[Any], levels: int, place: str) -> Row:
        total, drill = self.found.row_totals[index], self.found.drill_rows[index]
        cells = self._cells(self.found.cells[index], total, drill, leaf=True)
        if not levels:
            return Row(label=self.texts.gettext("In all"), cells=cells, kind="total")
        return self._row("leaf", levels - 1, row[-1], cells, place, levels - 1)

    def _row(self, kind: str, depth: int, value: Any, cells: tuple[Cell, ...], place: str, level: int) -> Row:
        key = self.asked.keys[0][level]
        star = unfinished(key, value, self.made.today)
        if star:
            self._star(key.by)
        return Row(
            label=self.made.names[0][level](value), cells=cells, kind=kind, depth=depth, group=place, star=star,
            css="dim" if value is None else "",
        )  # fmt: skip

    def _total(self) -> Row:
        cells = self._cells(list(self.found.column_totals), self.found.grand_total, EVERYTHING, leaf=False)
        return Row(label=self.texts.gettext("In all"), cells=cells, kind="total")

    def _cells(
        self, across: Sequence[Values | None], total: Values, drill: str, *, leaf: bool
    ) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        first_total = True
        for slot in self.slots:
            values = total if slot.column is None else across[slot.column]
            value = values[slot.value] if values is not None else None
            css = "n"
            if slot.column is None:
                css, first_total = ("n rt" if first_total else "n tt"), False
            if leaf and slot.column is not None:
                css += f" {shade}" if (shade := self.heats[slot.value].css(size_of(value))) else ""
            if values is None or value is None:
                cells.append(Cell(lines=(NOTHING,), css=f"{css} none"))
                continue
            writer = self.made.writers[slot.value]
            lines = writer.shown(value) or (NOTHING,)
            exact = "" if writer.brief is None or writer.write(value) == lines else writer.text(value)
            cells.append(Cell(lines=lines, css=css, href=self.href(drill, slot.column), exact=exact))
        return tuple(cells)

    def href(self, row: str, column: int | None) -> str:
        """The list of a cell's records."""
        across = EVERYTHING if column is None else self.found.drill_columns[column]
        return records_href(self.made, row, across)

    def _heats(self) -> list[Heat]:
        if not self.asked.heat or not self.asked.rows:
            return [Heat(()) for _ in self.asked.values]
        shaded = self.slots[0].value
        return [
            Heat(size_of(cell[place]) for row in self.found.cells for cell in row if cell is not None)
            if place == shaded and writer.amount
            else Heat(())
            for place, writer in enumerate(self.made.writers)
        ]

    def _width(self, place: int) -> int:
        """Units that a column takes, so that no figure of it is ever cut."""
        slot = self.slots[place]
        longest = 0
        for total in (self.found.grand_total, *self.found.row_totals[: self._shown()]) if slot.column is None else (
            self.found.column_totals[slot.column], *(s.cells[slot.column] for s in self.found.subtotals),
            *(row[slot.column] for row in self.found.cells[: self._shown()]),
        ):  # fmt: skip
            if total is not None:
                lines = self.made.writers[slot.value].shown(total[slot.value])
                longest = max(longest, *(len(line) for line in lines), 0)
        label = self._labelled(slot.value) if slot.column is None or not self.asked.columns else ""
        if slot.column is not None and self.asked.columns:
            label = self.made.names[1][-1](self.found.columns[slot.column][-1])
        room = LONG_HEAD if self.asked.columns else LONGEST_HEAD
        head = min(len(label), room) * LETTER + (ARROW if self._sorts(slot) else 0)
        wanted = max(longest * FIGURE, head) + PADDING + 4
        return max(NARROWEST, min(WIDEST, math.ceil(wanted / UNIT)))


def records_href(made: Counted, *drills: str) -> str:
    """The list of the records that all these expressions are about, and the report's filter and search with them."""
    asked = made.asked
    conditions = [drill for drill in drills if drill != EVERYTHING]
    filter = " AND ".join([*conditions, made.condition] if made.condition else conditions)
    pairs = [("view", EVERY), *([("q", asked.search)] if asked.search else []), ("filter", filter)]
    return f"/e/{asked.entity.name}?{urlencode(pairs)}"
