"""What was found in a file: everything that its reading needs, each guess marked, with what proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from core.records.importing.formats.refusals import empty
from core.records.importing.formats.source import Cell, CellError, Line, Sheet, Source
from core.records.importing.hints import ColumnHints, Hints
from core.records.importing.recognise.header import header_of, names_of
from core.records.importing.recognise.kinds import ColumnFacts, dates_of, decimal_of, facts_of
from core.records.importing.recognise.rows import COLOR_NAME, SHEET_NAME, Rows
from core.records.importing.recognise.totals import is_total
from metamodel.spreadsheet import NOTHING

SAMPLE = 2000
"""Lines that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A file understood. ``hints`` are decided as a whole; ``guessed`` names those that nobody has confirmed.

    ``titles`` are the lines above the names, ``sample`` the first rows of data, ``totals`` the first rows that are
    passed over as totals. ``rows`` gives all rows of data.
    """

    hints: Hints
    guessed: frozenset[str]
    sheets: tuple[Sheet, ...]
    rows: Rows
    columns: tuple[ColumnFacts, ...]
    titles: tuple[Line, ...]
    sample: tuple[Line, ...]
    totals: tuple[Line, ...]
    head: Line | None
    colored: bool
    hidden: bool

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns, no two alike."""
        return self.rows.header


def recognise(source: Source, asked: Hints | None = None, *, only_rows: bool = False) -> Recognised:
    """Find what ``asked`` (what a person confirmed) leaves open; a file without a line is refused (KBK5001).

    ``only_rows`` leaves out what is told of columns, where the rows are read without it.
    """
    asked = asked or Hints()
    shown = next((sheet for sheet in source.sheets if not sheet.hidden), source.sheets[0])
    sheets = asked.sheets or (shown.name,)
    lines = list(islice(source.lines(sheets[0]), SAMPLE))
    if not lines:
        raise empty()
    hints = replace(
        asked, format=source.format, sheets=sheets, encoding=source.hints.encoding,
        delimiter=source.hints.delimiter, quote=source.hints.quote,
    )  # fmt: skip
    hints, head = _lines_of(hints, lines)
    data = [line for line in lines if line.number >= (hints.first or 1) and line.number not in hints.skipped]
    totals = [line for line in data if is_total(line) and line.number not in hints.kept]
    hints = replace(hints, totals=bool(totals) if hints.totals is None else hints.totals)
    if hints.empties is None:
        literal = hints.format == "json"  # there a value that is absent is null
        hints = replace(hints, empties=() if literal else _nothing(data))
    rows = _rows(source, hints, head, data)
    hints = rows.hints
    if only_rows and hints.decimal is not None and hints.dates is not None:
        return Recognised(
            hints=hints, guessed=frozenset(), sheets=source.sheets, rows=rows, columns=(), titles=(), sample=(),
            totals=(), head=head, colored=False, hidden=False,
        )  # fmt: skip
    sample = tuple(islice(rows.lines(), SAMPLE))
    hints, columns = _columns(hints, rows, head, sample)
    guessed = frozenset(each.name for each in fields(Hints) if getattr(asked, each.name) in (None, ()) and
                        getattr(hints, each.name) not in (None, ()))  # fmt: skip
    return Recognised(
        hints=hints, guessed=guessed, sheets=source.sheets, rows=replace(rows, hints=hints), columns=columns,
        titles=tuple(line for line in lines if line.number < (hints.header or hints.first or 1)), sample=sample[:100],
        totals=tuple(totals[:20]), head=head, colored=any(line.color for line in data),
        hidden=any(line.hidden for line in data),
    )  # fmt: skip


def table_of(source: Source, hints: Hints) -> Rows:
    """The rows of a file as the hints say; what they leave open is found again, the same way as before."""
    return recognise(source, hints, only_rows=True).rows


def _lines_of(hints: Hints, lines: Sequence[Line]) -> tuple[Hints, Line | None]:
    """Where the names and the data stand."""
    if hints.header is None:
        place = header_of(lines)
        head = lines[place] if place >= 0 else None
        hints = replace(hints, header=head.number if head is not None and head.number else (1 if head else 0))
        if head is not None and head.number == 0:
            hints = replace(hints, header=0)
    head = next((line for line in lines if line.number == hints.header), None)
    if hints.format in ("vcf", "json"):  # their first line is made of the names of their values
        head = lines[0]
    if hints.first is None:
        after = [line.number for line in lines if head is None or line.number > head.number]
        hints = replace(hints, first=after[0] if after else (hints.header or 0) + 1)
    return hints, head


def _rows(source: Source, hints: Hints, head: Line | None, data: Sequence[Line]) -> Rows:
    width = max((len(line.cells) for line in ([head] if head else [])), default=0)
    widths = Counter(_width(line) for line in data)
    usual = max(
        (each for each, count in widths.items() if source.typed or head is None or count * 2 > len(data)),
        default=0,
    )
    width = max(width if head is None else _width(head), usual)
    names, _ = names_of(head, width)
    if hints.joined is None:
        hints = replace(hints, joined=_person(names))
    if hints.joined:
        names += (" ".join(names[place] for place in hints.joined if place < width),)
    added = (COLOR_NAME,) * hints.colors + (SHEET_NAME,) * hints.sheet_column
    return Rows(source=source, hints=hints, header=names + added, width=width)


def _person(names: Sequence[str]) -> tuple[int, ...]:
    """The columns of the names of a person, where they stand apart: surname, name, and patronymic if there is one."""
    places = [
        next((at for at, name in enumerate(names) if name.strip().lower() in some), None) for some in PERSON
    ]
    found = tuple(place for place in places if place is not None)
    return found if len(found) > 1 and places[0] is not None else ()


PERSON = (
    ("фамилия", "surname", "last name"),
    ("имя", "name", "first name"),
    ("отчество", "patronymic", "middle name"),
)


def _width(line: Line) -> int:
    width = len(line.cells)
    while width and line.cells[width - 1] in (None, ""):
        width -= 1
    return width


def _nothing(data: Sequence[Line]) -> tuple[str, ...]:
    """The words for nothing that stand in the file; one that stands in a single place may be somebody's name."""
    met: Counter[Cell] = Counter()
    for line in data:
        met.update(
            cell
            for cell in line.cells
            if isinstance(cell, str) and not isinstance(cell, CellError) and cell in NOTHING
        )
    return tuple(word for word in NOTHING if met[word])


def _columns(
    hints: Hints, rows: Rows, head: Line | None, sample: Sequence[Line]
) -> tuple[Hints, tuple[ColumnFacts, ...]]:
    _, titled = names_of(head, rows.width)
    cells = [
        [line.cells[place] if place < len(line.cells) else None for line in sample]
        for place in range(len(rows.header))
    ]
    texts = [
        [cell for cell in column if isinstance(cell, str) and not isinstance(cell, CellError)]
        for column in cells
    ]
    if hints.decimal is None:
        votes = Counter(filter(None, (decimal_of(column) for column in texts if _numbers(column))))
        usual = "." if hints.format == "json" else ","
        hints = replace(hints, decimal=votes.most_common(1)[0][0] if votes else usual)
    assert hints.decimal is not None
    asked = {column.place: column for column in hints.columns}
    facts = []
    for place, name in enumerate(rows.header):
        each = facts_of(place, name, place < rows.width and titled[place], cells[place], hints.decimal)
        said = asked.get(place, ColumnHints(place=place))
        given: dict[str, Any] = {
            key: value
            for key, value in (
                ("kind", said.kind),
                ("decimal", said.decimal),
                ("dates", said.dates),
                ("several", said.split),
            )
            if value is not None
        }
        facts.append(replace(each, **given))
    if hints.dates is None:
        orders = Counter(
            each.dates for each in facts if each.dates and not each.unclear and each.dates != "ymd"
        )
        plain = Counter(each.dates for each in facts if each.dates)
        order = (orders or plain).most_common(1)
        hints = replace(hints, dates=order[0][0] if order else "dmy")
        facts = [
            replace(each, dates=hints.dates, unclear=not orders) if each.unclear else each for each in facts
        ]
    else:
        facts = [replace(each, dates=hints.dates, unclear=False) if each.dates else each for each in facts]
    return hints, tuple(facts)


def _numbers(texts: Sequence[str]) -> bool:
    """Whether a column may be of numbers: dates with points must not vote for the point."""
    order, _ = dates_of(texts[:50])
    return order is None
