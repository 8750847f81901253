"""Lines of a file as drafts of records: cells parsed column by column, faults with their lines and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.records.columnar import MISSING
from core.records.importing.cells import is_blank, parse_cell, spelled
from core.records.importing.columns import Column
from core.records.importing.hints import Hints
from core.records.importing.planning import Plan, Planned
from core.records.importing.task import LineOf
from core.records.shapes import Ready
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.fields.link import LinkKey
from metamodel.fields.link_any import AnyName
from metamodel.fields.links import SEPARATOR
from metamodel.messages import Message, message
from metamodel.model import Entity
from metamodel.spreadsheet import HIDDEN, unguarded
from metamodel.text import number_of

_NUMBERED = re.compile(r"(\w+\s*:\s*)?#?\d+")
"""A record as links to any record are written, ``deal:7``; a number alone names none of them."""
MOST_PARSED = 20_000
"""Cells of a column whose values are remembered within a chunk and from chunk to chunk."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is refused: its number in the chunk, the column in the file (empty: the whole line)."""

    line: int
    column: str
    code: str
    message: Message


@dataclass(slots=True, kw_only=True)
class Draft:
    """A record as a line describes it: ``values`` by name of the field (parsed, or as written where the engine reads it),
    ``empty`` fields whose cells are empty, ``stamps`` for the system's own. ``lines`` are all the lines it stands in.
    """

    lines: list[int]
    values: dict[str, Any] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    stamps: dict[str, Any] = field(default_factory=dict)
    record: int | None = None

    @property
    def filled(self) -> bool:
        """Whether anything stands in its columns."""
        return bool(self.values or self.stamps)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """In place of the value of a cell."""

    code: str
    message: Message


class Parser:
    """Parses cells; the same text of a column is parsed once."""

    def __init__(self, context: Context, hints: Hints | None = None) -> None:
        self._context = context
        self._hints = hints or Hints()
        self._of_columns = {each.place: each for each in self._hints.columns}
        self._values: dict[tuple[str, int], dict[Any, Any]] = {}
        self._known: dict[tuple[str, str | None], dict[Any, Any]] = {}

    def drafts(self, planned: Planned, lines: Sequence[LineOf], faults: list[Fault]) -> list[Draft]:
        """The drafts of a target, one a line, or one for each part of a split cell; lines without any have none."""
        found = [Draft(lines=[at]) for at in range(len(lines))]
        cells = [line.cells for line in lines]
        if planned.each is not None:
            found, cells = _exploded(planned, lines, faults)
        for column in planned.columns:
            self._fill(planned, column, found, cells, faults)
        return found

    def _fill(
        self, planned: Planned, column: Column, drafts: list[Draft], cells: list[Any], faults: list[Fault]
    ) -> None:
        assert column.field is not None
        name, place = column.field.name, column.place
        raw_stage = planned.entity.stages is not None and planned.entity.stages.field == column.field.uid
        known = self._known.setdefault((column.field.uid, column.by.uid if column.by else None), {})
        if len(known) > MOST_PARSED:
            known.clear()
        for draft, row in zip(drafts, cells, strict=True):
            cell = row[place] if place < len(row) else None
            if column.part is not None and column.split and not is_blank(cell):
                cell = part_of(cell, column.split, column.part, self._context)
            if cell.__class__ is str:
                cell = cell if self._hints.format == "json" else unguarded(cell)
                if cell == HIDDEN:
                    continue  # who exported it did not see it: it stays as it is
            if is_blank(cell):
                if column.stamp is None:
                    draft.empty.append(name)
                continue
            if raw_stage:
                draft.values[name] = spelled(cell, self._context)
                continue
            key = (cell.__class__, cell)
            value = known.get(key, known)
            if value is known:
                try:
                    value = known[key] = self._value(column, cell)
                except ValueRefused as refusal:
                    faults.append(Fault(draft.lines[0], column.header, refusal.code, refusal.message))
                    continue
            if value is None:
                draft.empty.append(name)
            elif column.stamp is not None:
                draft.stamps[column.stamp] = value
            else:
                draft.values[name] = value

    def values(
        self, planned: Planned, column: Column, cells: Sequence[Sequence[Any]], faults: list[Fault]
    ) -> list[Any]:
        """The values of a whole column of new records, `MISSING` where nothing stands; stages are left as written."""
        assert column.field is not None
        place = column.place
        raw = planned.entity.stages is not None and planned.entity.stages.field == column.field.uid
        known = self._values.setdefault((column.field.uid, place), {})
        if len(known) > MOST_PARSED:
            known.clear()
        written = [row[place] if place < len(row) else None for row in cells]
        found = [known.get(cell, known) if cell.__class__ is str else known for cell in written]
        for row, value in enumerate(found):
            if value is known:
                cell = written[row]
                try:
                    value = found[row] = self._alone(column, cell, raw)
                except ValueRefused as refusal:
                    value = _Refusal(refusal.code, refusal.message)
                if cell.__class__ is str:
                    known[cell] = value
            if value.__class__ is _Refusal:
                faults.append(Fault(row, column.header, value.code, value.message))
                found[row] = MISSING
        return found

    def _alone(self, column: Column, cell: Any, raw: bool) -> Any:
        if cell.__class__ is str:
            cell = cell if self._hints.format == "json" else unguarded(cell)
            if cell == HIDDEN:
                return MISSING
        if is_blank(cell):
            return MISSING
        if raw:
            return spelled(cell, self._context)
        value = self._value(column, cell)
        return MISSING if value is None else value

    def _value(self, column: Column, cell: Any) -> Any:
        """The parsed value, a `LinkKey` where a record is to be found; of a link to any record what the engine reads."""
        assert column.field is not None
        if column.field.name == "id":
            return number_of(spelled(cell, self._context).strip().removeprefix("#"))
        if column.split is not None and column.part is None and column.field.listed:
            cell = SEPARATOR.join(parts_of(cell, column.split, self._context))
        if column.by is not None:
            text = spelled(cell, self._context)
            if not column.field.targets:
                return LinkKey(field=column.by.name, value=text)
            entity, colon, value = text.partition(":")
            key = LinkKey(field=column.by.name, value=value.strip())
            return AnyName(entity=entity.strip(), key=key) if colon else text
        if column.field.targets and cell.__class__ is str and not _NUMBERED.fullmatch(cell.strip()):
            return LinkKey(field=None, value=cell.strip())
        of = self._of_columns.get(column.place)
        decimal = (of.decimal if of is not None else None) or self._hints.decimal
        dates = (of.dates if of is not None else None) or self._hints.dates
        return parse_cell(column.field, cell, self._context, decimal, dates)


def part_of(cell: Any, split: str, number: int, context: Context) -> str | None:
    """One of the parts of a cell (1 is the first), None when it has fewer."""
    parts = parts_of(cell, split, context)
    return parts[number - 1] if number <= len(parts) else None


def parts_of(cell: Any, split: str, context: Context) -> list[str]:
    """The parts of a cell, empty ones left out; ``split`` may name several marks, each a character."""
    text = spelled(cell, context)
    for mark in split[1:] if len(split) > 1 and split.strip() else ():
        text = text.replace(mark, split[0])
    return [part.strip() for part in text.split(split[0]) if part.strip()]


MOST_PARTS = 1_000
"""Records that one cell may name."""


def _exploded(
    planned: Planned, lines: Sequence[LineOf], faults: list[Fault]
) -> tuple[list[Draft], list[Any]]:
    drafts, cells = [], []
    place, split = planned.each or 0, planned.target.split or ","
    for at, line in enumerate(lines):
        cell = line.cells[place] if place < len(line.cells) else None
        parts = [] if is_blank(cell) else parts_of(cell, split, Context())
        if len(parts) > MOST_PARTS:
            why = message("The cell holds more than {most} values: they are not taken.", most=MOST_PARTS)
            faults.append(Fault(at, planned.target.each or "", "KBK3003", why))
            parts = []
        for part in parts:
            drafts.append(Draft(lines=[at]))
            cells.append((*line.cells[:place], part, *line.cells[place + 1 :]))
    return drafts, cells


def link_columns(planned: Planned) -> Iterator[Column]:
    """The columns whose values may be names of records."""
    for column in planned.columns:
        if column.field is not None and (column.field.target or column.field.targets):
            yield column


def ready(values: dict[str, Any], entity: Entity) -> dict[str, Any]:
    """Values as records are written from: parsed ones in a `Ready`."""
    stage = entity.by_uid[entity.stages.field].name if entity.stages is not None else None
    return {
        name: value if name == stage and isinstance(value, str) else Ready(value)
        for name, value in values.items()
    }


def parsed_all(
    plan: Plan, parser: Parser, lines: Sequence[LineOf], faults: list[Fault]
) -> dict[str, list[Draft]]:
    """The drafts of every target, by what it is called."""
    return {planned.called: parser.drafts(planned, lines, faults) for planned in plan.targets}
