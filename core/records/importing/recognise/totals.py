"""Rows that sum up others: "Итого", "Всего", "Total"."""

from __future__ import annotations

import re

from core.records.importing.formats.source import Cell, Line
from core.records.importing.recognise.values import read_number

_WORDS = r"(?:итого|всего|итог|общий итог|промежуточный итог|промежуточные итоги|total|totals|subtotal|grand total)"
_ALONE = re.compile(rf"{_WORDS}\s*[:.]?\s*(?:\d[\d\s]*)?", re.IGNORECASE)
_LED = re.compile(rf"{_WORDS}[\s:]+\S.*|.{{1,200}}\s(?:итог|итого|total)\s*:?", re.IGNORECASE | re.DOTALL)
_FIRST = frozenset("иИвВоОпПtTsSgG")


def is_total(line: Line) -> bool:
    """Whether a row looks like a total: led by such a word and otherwise of numbers only, or bold numbers alone."""
    first: Cell = None
    place = 0
    for place, first in enumerate(line.cells):  # noqa: B007
        if first is not None and first != "":
            break
    else:
        return False
    if isinstance(first, str):
        if first[0] not in _FIRST and not line.bold and not first.endswith(("тог", "того", "otal", ":")):
            return False
        if _ALONE.fullmatch(first.strip()):
            return _numbers_only(line.cells[place + 1 :])
        return bool(_LED.fullmatch(first.strip())) and _numbers_only(line.cells[place + 1 :], some=True)
    return line.bold and place > 0 and _numbers_only(line.cells, some=True)


def _numbers_only(cells: tuple[Cell, ...], *, some: bool = False) -> bool:
    met = False
    for cell in cells:
        if cell is None or cell == "":
            continue
        if isinstance(cell, str) and read_number(cell, ",") is None and read_number(cell, ".") is None:
            return False
        met = True
    return met or not some
