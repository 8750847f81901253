"""The line that names the columns, among titles above it, or none."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from core.records.importing.formats.source import Cell, Line
from core.records.importing.recognise.kinds import _EMAIL, _PHONE, _URL
from core.records.importing.recognise.values import date_parts, read_number

LOOKED_AT = 30
"""The first lines, among which the names of columns stand."""
LONGEST_NAME = 120


def filled(line: Line) -> int:
    """How many cells have a value."""
    return sum(cell is not None and cell != "" for cell in line.cells)


def header_of(lines: Sequence[Line]) -> int:
    """The place (not the number) in ``lines`` of the line that names the columns; -1 when none does."""
    if not lines:
        return -1
    width = _usual_width(lines)
    for place, line in enumerate(lines[:LOOKED_AT]):
        if place == 0 and _separator_line(line):
            continue
        wide = filled(line)
        if wide < max(1, width * 0.6) or (width > 1 and wide < 2):
            continue
        if not _names(line):
            return -1
        below = lines[place + 1 :]
        if _second_line(line, below, width):
            return place + 1
        return -1 if _recurs(line, below) else place
    return -1 if _typed(lines[0]) else 0


def names_of(line: Line | None, width: int) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """A name for each column, no two alike, and whether the file gives it."""
    names: list[str] = []
    titled: list[bool] = []
    taken: Counter[str] = Counter()
    for place in range(width):
        cell = line.cells[place] if line is not None and place < len(line.cells) else None
        given = " ".join(str(cell).split()) if cell is not None else ""
        name = given or letters_of(place)
        taken[name] += 1
        while taken[name] > 1 or name in names:
            name = f"{given or letters_of(place)} ({max(2, taken[given or letters_of(place)])})"
            taken[given or letters_of(place)] += name in names
            if name not in names:
                break
        names.append(name)
        titled.append(bool(given))
    return tuple(names), tuple(titled)


def letters_of(place: int) -> str:
    """A for the first column, AA for the 27th."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _usual_width(lines: Sequence[Line]) -> int:
    widths = Counter(map(filled, lines))
    total = sum(widths.values())
    return max((width for width, count in widths.items() if count >= max(1, total * 0.2)), default=1)


def _separator_line(line: Line) -> bool:
    first = line.cells[0]
    return isinstance(first, str) and first.lower().startswith("sep=")


def _names(line: Line) -> bool:
    return all(
        cell is None or (isinstance(cell, str) and len(cell) <= LONGEST_NAME and not _value(cell))
        for cell in line.cells
    ) or _years(line)


def _years(line: Line) -> bool:
    """Names may be years or months, when a name of words leads them."""
    cells = [cell for cell in line.cells if cell is not None and cell != ""]
    numbers = [str(cell) for cell in cells if not isinstance(cell, str) or _value(cell)]
    return bool(cells) and isinstance(cells[0], str) and not _value(cells[0]) and len(numbers) < len(cells) and all(
        number.isdecimal() and 1990 <= int(number) <= 2100 for number in numbers)  # fmt: skip


def _value(text: str) -> bool:
    """Whether a text is a value and no name: a number, a date, an address, a phone."""
    text = text.strip()
    if not text:
        return False
    if read_number(text, ",") is not None or read_number(text, ".") is not None:
        return True
    return any(each.fullmatch(text) for each in (_EMAIL, _PHONE, _URL)) or date_parts(text) is not None


def _typed(line: Line) -> bool:
    return any(
        isinstance(cell, int | Decimal | dt.date | dt.time) or (isinstance(cell, str) and _value(cell))
        for cell in line.cells
    )


def _second_line(line: Line, below: Sequence[Line], width: int) -> bool:
    """Whether names stand in two lines, groups above and names below."""
    if len(below) < 2 or filled(line) >= width or filled(below[0]) < width:
        return False
    return _names(below[0]) and not _typed(below[0]) and any(_typed(each) for each in below[1:4])


def _recurs(line: Line, below: Sequence[Line]) -> bool:
    """Whether half of its cells stand again in their columns: then it is a line of data."""
    met = [set[Cell]() for _ in line.cells]
    for each in below[:500]:
        for place, cell in enumerate(each.cells[: len(met)]):
            met[place].add(cell)
    texts = [(place, cell) for place, cell in enumerate(line.cells) if cell]
    return len(below) > 2 and sum(cell in met[place] for place, cell in texts) * 2 >= len(texts)
