"""A report as XLSX: typed cells, heads over each other, subtotals that fold, frozen heads and first columns."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from itertools import groupby
from typing import Any

import xlsxwriter

from metamodel.spreadsheet import kept
from renderers.exporting.formats.xlsx_cells import EXACT, LONGEST
from renderers.pivots.counted import Counted
from renderers.pivots.files.lines import FileLine, Sheet, sheet_of
from renderers.pivots.table import Slot

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_NAME = 31
DEEPEST = 7
"""Levels of groups that a sheet knows."""
FIRST_DAY = dt.date(1900, 3, 1)
_DATES = {"ru": "dd.mm.yyyy", "en": "yyyy-mm-dd"}


def xlsx_of(made: Counted, label: str) -> bytes:
    """The whole file."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
        },
    )
    _Book(made, sheet_of(made), book, label).write()
    book.close()
    return file.getvalue()


class _Book:
    def __init__(self, made: Counted, sheet: Sheet, book: Any, label: str) -> None:
        self.made, self.sheet, self.book = made, sheet, book
        self.page = book.add_worksheet(_sheet_name(label))
        self.keys = len(sheet.fields)
        self.deep = len(sheet.heads)
        self.styles: dict[tuple[Any, ...], Any] = {}

    def write(self) -> None:
        """Heads, then lines; groups fold at their head."""
        self._heads()
        self.page.outline_settings(True, False, True, False)
        for number, line in enumerate(self.sheet.lines, start=self.deep):
            self._line(number, line)
        self.page.freeze_panes(self.deep, self.keys)
        for place, label in enumerate(self.sheet.fields):
            longest = max((len(line.labels[place]) for line in self.sheet.lines[:2_000]), default=0)
            self.page.set_column(place, place, min(48, max(14, longest + 2, min(len(label) + 2, 24))))
        for place, slot in enumerate(self.sheet.slots):
            head = max(len(heads[place]) for heads in self.sheet.heads) if self.sheet.heads else 0
            longest = max(
                (len(self._told(slot, line.values[place])) for line in self.sheet.lines[:2_000]), default=0
            )
            self.page.set_column(
                self.keys + place, self.keys + place, min(32, max(9, longest + 3, min(head + 2, 20)))
            )
        self.page.repeat_rows(0, self.deep - 1)
        self.page.set_landscape()
        self.page.fit_to_pages(1, 0)

    def _told(self, slot: Slot, value: Any) -> str:
        return "" if value is None else self.made.writers[slot.value].text(value)

    def _style(
        self,
        *,
        bold: bool = False,
        fill: bool = False,
        top: bool = False,
        edge: bool = False,
        number: str = "",
        align: str = "",
    ) -> Any:
        key = (bold, fill, top, edge, number, align)
        if key not in self.styles:
            said: dict[str, Any] = {"bold": bold}
            if fill:
                said |= {"bg_color": "#F0F2F5"}
            if top:
                said |= {"top": 1}
            if edge:
                said |= {"left": 1}
            if number:
                said |= {"num_format": number}
            if align:
                said |= {"align": align, "valign": "vcenter", "text_wrap": True}
            self.styles[key] = self.book.add_format(said)
        return self.styles[key]

    def _heads(self) -> None:
        left, right = (self._style(bold=True, fill=True, align=side) for side in ("left", "right"))
        center = self._style(bold=True, fill=True, align="center")
        for place, label in enumerate(self.sheet.fields):
            self._merged(0, place, self.deep - 1, place, label, left)
        for level, heads in enumerate(self.sheet.heads):
            last = level + 1 == self.deep
            place = self.keys
            for _, several in groupby(enumerate(heads), key=lambda each: self._group(level, each[0])):
                span = [text for _, text in several]
                self._merged(
                    level,
                    place,
                    level,
                    place + len(span) - 1,
                    span[0],
                    right if last and len(span) == 1 else center,
                )
                place += len(span)

    def _group(self, level: int, place: int) -> tuple[Any, ...]:
        """What a head of a level has in common with its neighbours: nothing on the last one."""
        slot = self.sheet.slots[place]
        if level + 1 == self.deep or slot.column is None:
            return (place,) if level + 1 == self.deep else ("total",)
        return tuple(heads[place] for heads in self.sheet.heads[: level + 1])

    def _merged(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, kept(text), style)
        else:
            self.page.merge_range(top, left, bottom, right, "", style)
            self.page.write_string(top, left, kept(text), style)

    def _line(self, number: int, line: FileLine) -> None:
        bold, fill = line.kind != "leaf", line.kind == "group"
        top = line.kind == "total"
        level = len(self.made.asked.rows) - 1 if line.kind == "leaf" else max(0, line.depth - 1)
        if level and not top:
            self.page.set_row(number, None, None, {"level": min(level, DEEPEST)})
        for place, (key, label) in enumerate(zip(line.keys, line.labels, strict=True)):
            self._key(number, place, key, label, bold=bold, fill=fill, top=top)
        for place, (slot, value) in enumerate(zip(self.sheet.slots, line.values, strict=True)):
            edge = slot.column is None and (place == 0 or self.sheet.slots[place - 1].column is not None)
            self._value(number, self.keys + place, slot, value, bold=bold, fill=fill, top=top, edge=edge)

    def _key(self, row: int, column: int, key: Any, label: str, *, bold: bool, fill: bool, top: bool) -> None:
        axis = self.made.asked.rows[column] if self.made.asked.rows else None
        language = self.made.who.language
        if (
            isinstance(key, dt.date)
            and key >= FIRST_DAY
            and axis is not None
            and axis.by in (None, "day", "month")
        ):
            pattern = "mmmm yyyy" if axis.by == "month" else _DATES.get(language, _DATES["en"])
            style = self._style(bold=bold, fill=fill, top=top, number=pattern, align="left")
            self.page.write_datetime(row, column, dt.datetime(key.year, key.month, key.day), style)
        elif _is_number(key) and axis is not None and axis.by is None and _fits(key):
            self.page.write_number(
                row, column, float(key), self._style(bold=bold, fill=fill, top=top, align="left")
            )
        else:
            self.page.write_string(
                row, column, kept(label)[:LONGEST], self._style(bold=bold, fill=fill, top=top)
            )

    def _value(
        self, row: int, column: int, slot: Slot, value: Any, *, bold: bool, fill: bool, top: bool, edge: bool
    ) -> None:
        if value is None:
            self.page.write_blank(row, column, None, self._style(bold=bold, fill=fill, top=top, edge=edge))
        elif _is_number(value) and _fits(value):
            style = self._style(bold=bold, fill=fill, top=top, edge=edge, number=self._pattern(slot))
            self.page.write_number(row, column, float(value), style)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value >= FIRST_DAY:
            pattern = _DATES.get(self.made.who.language, _DATES["en"])
            self.page.write_datetime(
                row,
                column,
                dt.datetime(value.year, value.month, value.day),
                self._style(bold=bold, fill=fill, top=top, edge=edge, number=pattern),
            )
        else:
            style = self._style(bold=bold, fill=fill, top=top, edge=edge, align="right")
            self.page.write_string(row, column, kept(self._told(slot, value))[:LONGEST], style)

    def _pattern(self, slot: Slot) -> str:
        writer = self.made.writers[slot.value]
        digits = 1 if writer.percent and writer.digits is None else writer.digits or 0
        part = "." + "0" * digits if digits else ""
        return f"0{part}%" if writer.percent else f"#,##0{part}"


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _fits(value: Decimal | int) -> bool:
    """Whether the numbers of a sheet, which have 15 digits, hold it exactly."""
    number = Decimal(value)
    return len(number.normalize().as_tuple().digits) <= 15 and abs(number) < EXACT


def _sheet_name(label: str) -> str:
    clean = "".join(" " if c in "[]:*?/\\'" else c for c in label).strip()
    return clean[:MOST_NAME].strip() or "1"
