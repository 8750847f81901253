"""XLS and XLSB: binary workbooks, read by a child process under limits into a file that is then read as a stream."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.records.importing.formats.legacy_child import LARGE, LOCKED, SECONDS
from core.records.importing.formats.refusals import broken, empty, locked, no_sheet, swollen, too_wide
from core.records.importing.formats.source import MOST_COLUMNS, Cell, CellError, Line, Sheet
from core.records.importing.hints import Hints

CHILD = Path(__file__).with_name("legacy_child.py")
ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


class LegacySource:
    """A workbook of the years before 2007, or a binary one of today."""

    typed = True

    def __init__(self, path: Path, hints: Hints, format: str = "xls") -> None:
        self.format = format
        self.hints = hints
        self._folder = tempfile.TemporaryDirectory(prefix="kubik-import-")
        self._rows = Path(self._folder.name) / "rows"
        try:
            self._convert(path)
            with self._rows.open(encoding="utf-8") as file:
                self.sheets = tuple(
                    Sheet(name=name, hidden=hidden) for name, hidden in json.loads(file.readline())
                )
            if not self.sheets:
                raise empty()
        except BaseException:
            self.close()
            raise

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """The rows of a sheet."""
        shown = next((each for each in self.sheets if not each.hidden), self.sheets[0])
        name = shown.name if sheet is None else sheet
        wanted = next((n for n, each in enumerate(self.sheets) if each.name == name), None)
        if wanted is None:
            raise no_sheet(name)
        with self._rows.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                place, number, cells = json.loads(line)
                if place == wanted:
                    if len(cells) > MOST_COLUMNS:
                        raise too_wide(number, MOST_COLUMNS)
                    yield Line(number, tuple(_cell(value) for value in cells), name)

    def close(self) -> None:
        """Remove what was made of the file."""
        self._folder.cleanup()

    def _convert(self, path: Path) -> None:
        command = [sys.executable, "-I", str(CHILD), str(path), str(self._rows)]
        try:
            status = subprocess.run(command, timeout=SECONDS * 2, check=False, capture_output=True).returncode
        except subprocess.TimeoutExpired as error:
            raise swollen() from error
        if status == LOCKED:
            raise locked()
        if status == LARGE or status < 0:
            raise swollen()
        if status:
            raise broken()


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        if not math.isfinite(value):
            return CellError(str(value))
        return int(value) if value.is_integer() and abs(value) < 10**15 else Decimal(f"{value:.15g}")
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        if kind == "s":
            return dt.timedelta(seconds=text)
        if kind == "t":
            return dt.time.fromisoformat(text).replace(microsecond=0)
        if kind == "d":
            return dt.date.fromisoformat(text)
        when = dt.datetime.fromisoformat(text).replace(microsecond=0)
        return when.date() if when.time() == dt.time() else when
    if isinstance(value, str) and value in ERRORS:
        return CellError(value)
    return value  # type: ignore[no-any-return]
