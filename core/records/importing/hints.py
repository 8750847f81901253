"""How a file is to be read: what its person confirmed, or nothing where the program may guess."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHints:
    """How the cells of one column are to be understood.

    ``kind`` is one of `recognise.kinds.KINDS`, ``decimal`` and ``dates`` as in `Hints`, ``split`` the mark between
    several values of one cell (two phones).
    """

    place: int
    kind: str | None = None
    decimal: str | None = None
    dates: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a person answered for all cells of a column that read ``old``."""

    place: int
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a person wrote into one cell."""

    line: int
    place: int
    new: str
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How a file is to be read; None leaves a thing to be guessed.

    ``quote`` may be empty: nothing is quoted. ``sheets`` are read one after another. ``header`` is the number of the
    line that names the columns (0: none does), ``first`` of the first line of data. ``totals``: rows of totals are
    passed over, ``kept`` are those that are none although they look so, ``skipped`` further lines to pass over.
    ``empties`` are the words that mean "nothing". ``decimal`` is a comma or a point, ``dates`` is `dmy`, `mdy` or
    `ymd`. ``colors`` and ``sheet_column`` add columns with the colour of a row and the name of its sheet;
    ``hidden`` takes rows in that the workbook hides. ``joined`` are places of columns whose cells, joined by spaces,
    make one more column (surname, name, patronymic). ``replaced`` and ``repaired`` are corrections of cells.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheets: tuple[str, ...] | None = None
    header: int | None = None
    first: int | None = None
    totals: bool | None = None
    kept: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    empties: tuple[str, ...] | None = None
    decimal: str | None = None
    dates: str | None = None
    colors: bool = False
    sheet_column: bool = False
    hidden: bool = True
    joined: tuple[int, ...] | None = None
    columns: tuple[ColumnHints, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    repaired: tuple[Repaired, ...] = ()
