"""Child rows as HTML: the frame of a row is rendered once a list, a cell once for each content, then filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from markupsafe import escape

from metamodel.messages import message
from metamodel.model import Entity, Field
from renderers.forms.desk import Desk, html_id
from renderers.forms.filled import MAX_DEPTH, FilledRow
from renderers.forms.lists import row_field_writable
from renderers.forms.view import Told, Widget
from renderers.forms.widgets.base import widget_kind
from renderers.forms.widgets.control import control
from renderers.pages.columns import NUMERIC, kind_of

_TOKEN = token_hex(6)
_PLACES = tuple(f"p{depth}-{_TOKEN}" for depth in range(MAX_DEPTH + 1))
_NUMBER, _ID, _CELL, _TEXT = (f"{name}-{_TOKEN}" for name in ("n", "i", "c", "t"))
"""What stands in a frame for the places of a row and of those it stands in, its number, id and cells, and in a cell for
its text: nobody can type it."""

_VERBATIM = ("number", "text")
"""Kinds of widgets whose templates hold the text as it is, once: rendered once a column."""

Places = tuple[str, ...]
"""The places of a row in its list, of the row it stands in, …: the outermost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnly:
    """A cell that is only read: its HTML, and the exact value where it can be added up."""

    html: str
    plain: str = ""


_NOTHING = ReadOnly(html="")


def named(path: Sequence[str], places: Sequence[str]) -> str:
    """The pointer of a list, given the places of the rows around it: ``/items/3/parts``."""
    steps = [step for name, place in zip(path[:-1], places, strict=False) for step in (name, place)]
    return "/".join(["", *steps, path[-1]])


def filled_in(text: str, places: Places) -> str:
    """A text with the places of its rows in it."""
    for mark, place in zip(_PLACES, places, strict=False):
        text = text.replace(mark, place)
    return text


@dataclass(slots=True, kw_only=True)
class RowFrames:
    """The drawing of the rows of the lists of one name: ``path`` are the names of the lists on the way to them."""

    desk: Desk
    child: Entity
    fields: Sequence[Field]
    below: Sequence[Field]
    """The lists that stand in every row."""
    path: tuple[str, ...]
    _cells: dict[tuple[str, ...], str] = field(default_factory=dict)
    _frames: dict[bool, list[str]] = field(default_factory=dict)
    _typed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._typed = frozenset(
            f.name for f in self.fields if row_field_writable(self.desk.grants, self.child, f)
        )

    @property
    def pattern(self) -> str:
        """The pointer of a row with marks for the places."""
        return f"{named(self.path, _PLACES)}/{_PLACES[len(self.path) - 1]}"

    def draw(
        self,
        row: FilledRow,
        places: Places,
        number: str,
        read_only: Mapping[str, ReadOnly],
        counts: Sequence[int],
    ) -> tuple[str, tuple[Told, ...]]:
        """A row and what is wrong in it; ``counts`` are the rows in the lists below it."""
        pointer = f"{named(self.path, places)}/{places[-1]}"
        cells, told = [], []
        if whole := self.desk.told.wrong.get(pointer, ""):
            told.append(Told(id=f"{html_id(pointer)}-wrong", message=whole))
        for each in self.fields:
            cells.append(self._cell(each, row, pointer, read_only))
            if wrong := self.desk.told.wrong.get(f"{pointer}/{each.name}", ""):
                words = f"{self.desk.label(each)}: {wrong}"
                told.append(Told(id=f"{html_id(pointer)}-{each.name}-wrong", message=words))
        cells += [str(count or "") for count in counts]
        frame = self._frame(bad=bool(told))
        pieces = [piece for pair in zip(frame, [*cells, ""], strict=True) for piece in pair]
        text = filled_in("".join(pieces), places).replace(_NUMBER, number)
        return text.replace(_ID, str(row.id or "")), tuple(told)

    def _frame(self, *, bad: bool) -> list[str]:
        """The parts of a row between its cells."""
        if bad not in self._frames:
            shape = {
                "name": self.pattern, "key": html_id(self.pattern), "number": _NUMBER, "id": _ID, "bad": bad,
                "slot": _CELL, "cells": [self._shape(f) for f in self.fields],
                "below": [{"name": f.name, "label": self.desk.label(f)} for f in self.below],
            }  # fmt: skip
            self._frames[bad] = self.desk.cells.render("widgets/_row.html", row=shape).split(_CELL)
        return self._frames[bad]

    def _shape(self, each: Field) -> dict[str, Any]:
        """What the frame has to know of a column."""
        number = kind_of(self.desk.model, each.result, each.type.cell) in NUMERIC
        typed = each.name in self._typed
        return {"name": each.name, "label": self.desk.label(each), "typed": typed, "number": number}

    def _cell(self, each: Field, row: FilledRow, pointer: str, read_only: Mapping[str, ReadOnly]) -> str:
        here, name = f"{pointer}/{each.name}", each.name
        if name not in self._typed:
            shown = read_only.get(name, _NOTHING)
            marks = f'data-computed="{here}" data-column="{name}" data-plain="{shown.plain}"'
            return f'<span class="computed" {marks}>{shown.html}</span>'
        told = self.desk.told
        if here in told.wrong or here in told.theirs or here in told.candidates:
            return self._drawn(each, row, here)
        if widget_kind(each.type.widget).name in _VERBATIM:
            text = row.values.get(name, "")
            pattern = self._cells.get((name,))
            if pattern is None:
                pattern = self._drawn(each, FilledRow(values={name: _TEXT}), f"{self.pattern}/{name}")
                self._cells[(name,)] = pattern
            return pattern.replace(_TEXT, str(escape(text)))
        key = (name, row.values.get(name, ""), row.titles.get(name, ""), row.typed.get(name, "\0"))
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = self._drawn(each, row, f"{self.pattern}/{name}")
        return found

    def _drawn(self, each: Field, row: FilledRow, pointer: str) -> str:
        """A cell that can be typed into, named by its pointer."""
        place = self.desk.texts.render(message("row {number}", number=_NUMBER))
        label = f"{self.desk.label(each)}, {place}"
        made: Widget = control(self.desk, self.child, each, row, pointer, html_id(pointer), label)
        return self.desk.cells.render(f"widgets/{made.kind}.html", w=made)
