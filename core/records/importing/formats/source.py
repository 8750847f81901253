"""What every format gives: sheets of lines of cells, read as they are asked for and never held whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

from core.records.importing.hints import Hints

MOST_COLUMNS = 2000

MOST_IN_CELL = 16 * 1024 * 1024
"""Characters: a text of 10 MB is a legal value."""


class CellError(str):
    """What stands in a cell instead of a value: the error of a formula, or a formula that was never calculated."""

    __slots__ = ()


UNCOUNTED = CellError("=")
"""A formula that was never calculated."""

Cell: TypeAlias = (
    str | int | Decimal | bool | dt.date | dt.datetime | dt.time | dt.timedelta | CellError | None
)


class Line(NamedTuple):
    """A row of a file: the number of the line it begins on (the first is 1), its cells, its sheet.

    ``color`` is `#rrggbb` of the first cell that has one, None for none; ``bold`` says that all that is written in it
    is bold; ``hidden`` that the workbook hides it.
    """

    number: int
    cells: tuple[Cell, ...]
    sheet: str = ""
    color: str | None = None
    bold: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table of a file."""

    name: str
    hidden: bool = False


class Source(Protocol):
    """An open file; ``hints`` say how it is read, ``sheets`` what it holds."""

    @property
    def format(self) -> str: ...

    @property
    def hints(self) -> Hints: ...

    @property
    def sheets(self) -> tuple[Sheet, ...]: ...

    @property
    def typed(self) -> bool:
        """Whether cells come as values of their types (a workbook) or as texts only."""

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """The lines of a sheet (the first that is not hidden), empty ones left out; KBK5001 when they are broken."""

    def close(self) -> None: ...
