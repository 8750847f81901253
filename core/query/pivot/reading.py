"""The answers of a pivot's statements as groups: keys as the engine has them, figures as `figures.Cell`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from core.errors import KubikError
from core.query.execute import Reader, run
from core.query.pivot.asking import MAX_CELLS
from core.query.pivot.figures import Cell, Stat
from core.query.pivot.resolving import AMOUNTS, LINKS, Place
from core.query.pivot.slicing import Slice
from core.query.pivot.statement import GROUPS, currencies, currency_node, shape_of
from core.query.pivot.statement.ground import few_of
from core.query.summing import HALF
from core.query.totals import currency_code
from core.storage.workspace import Transaction
from metamodel.expression.tree import Node
from metamodel.messages import message

HIDDEN: Final = "hidden"
"""Stands for all linked records that the reader does not see: nobody learns which of them share a group."""

Group = tuple[Any, ...]
"""The values of the keys: None for empty, `HIDDEN` in a tuple of one for what is out of sight."""

Cells = dict[Group, Cell]


@dataclass(slots=True, kw_only=True)
class Texts:
    """How texts are written that were compared folded: by place of the key, the folded text to a spelling."""

    spelled: dict[int, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The columns of a statement with a row for each group: of the keys and of the figures; of each value the codes of its
    currencies, row by row, None where there is one for all, or none; whether sums are in two parts."""

    keys: Sequence[Sequence[Any]] = ()
    figures: Sequence[Sequence[Any]] = ()
    codes: Sequence[Sequence[str | None] | None] = ()
    halves: bool = False


def ask(tx: Transaction, reader: Reader, values: Mapping[str, Any], slice: Slice) -> Answer:
    """Run a slice. KBK2011 when there are too many groups."""
    halves, columns = _answer(tx, reader, values, slice)
    if columns and len(columns[0]) >= GROUPS:
        raise too_many()
    if not columns:
        return Answer()
    shape = shape_of(reader.compiler, slice, halves=halves)
    columns = shape.whole(columns)
    behind, count = 3 * shape.keys, shape.count_at
    codes = _codes(tx, reader, slice, columns[behind:count])
    return Answer(keys=columns[:behind], figures=columns[count:], codes=codes, halves=halves)


def fill(
    answer: Answer,
    slice: Slice,
    into: Cells,
    places: Sequence[int],
    numbers: Mapping[Place, int],
    texts: Texts,
) -> None:
    """Put what a slice answers into the groups; ``places`` are those of its keys among all, ``numbers`` those of values."""
    if answer.figures:
        groups = _groups(answer, places, slice, texts)
        _put(groups, answer.figures, slice, answer.codes, into, numbers, halves=answer.halves)


def _put(
    groups: Sequence[Group], taken: Sequence[Sequence[Any]], slice: Slice, codes: Sequence[Sequence[str | None] | None],
    into: Cells, numbers: Mapping[Place, int], *, halves: bool,
) -> None:  # fmt: skip
    """What a slice answers, column by column, into the groups of its rows."""
    cells = [into.get(group) or into.setdefault(group, Cell(len(numbers))) for group in groups]
    if slice.what == "distinct":
        number = numbers[slice.values[0]]
        for cell, count in zip(cells, taken[0], strict=True):
            cell.counted = {**cell.counted, number: int(count)}
    elif slice.what == "sums":
        if slice.counted and slice.owner is None:
            for cell, count in zip(cells, taken[0], strict=True):
                cell.count += int(count)
        for index, place in enumerate(slice.values):
            found = taken[1 + 5 * index : 6 + 5 * index]
            ends = place in slice.ends
            if codes[index] is None and not halves and not ends:
                _add_plain(cells, found[0], found[1], place, numbers[place])
            else:
                _add(cells, found, place, numbers[place], codes[index], halves=halves)
    else:
        _take(cells, taken[0], slice, numbers[slice.values[0]], codes[0])


def too_many() -> KubikError:
    """KBK2011: more cells than are shown."""
    return KubikError(
        "KBK2011",
        message(
            "A pivot has at most {most} cells: take fewer fields, wider steps or a filter.", most=MAX_CELLS
        ),
    )


def _answer(
    tx: Transaction, reader: Reader, values: Mapping[str, Any], slice: Slice
) -> tuple[bool, Sequence[Sequence[Any]]]:
    """The columns of a slice, and whether its sums are in two parts: they are when one leaves 64 bits on SQLite."""
    few = few_of(tx, reader, values, slice)
    try:
        return False, run(reader.other("pivot", (slice, False, few)), tx.connection, values)
    except sqlite3.OperationalError as error:
        if "integer overflow" not in str(error):
            raise
    return True, run(reader.other("pivot", (slice, True, few)), tx.connection, values)


def _groups(answer: Answer, places: Sequence[int], slice: Slice, texts: Texts) -> list[Group]:
    """The keys of every row."""
    if not slice.keys:
        return [()] * len(answer.figures[0])
    found: list[Sequence[Any]] = []
    for index, (place, key) in enumerate(zip(places, slice.keys, strict=True)):
        values, there, shown = answer.keys[3 * index : 3 * index + 3]
        if key.kind == "text":
            known = texts.spelled.setdefault(place, {})
            for value, text in zip(values, shown, strict=True):
                if value is not None and (value not in known or text < known[value]):
                    known[value] = text
        elif key.kind in LINKS:
            values = [
                (HIDDEN,) if value is None and is_there else value
                for value, is_there in zip(values, there, strict=True)
            ]
        found.append(values)
    return list(zip(*found, strict=True))


def _add(
    cells: Sequence[Cell], found: Sequence[Sequence[Any]], place: Place, number: int,
    codes: Sequence[str | None] | None, *, halves: bool,
) -> None:  # fmt: skip
    """Counts, sums and ends of one value into the groups; amounts without a currency are none where currencies vary."""
    numeric, digits = place.type.kind in AMOUNTS, _digits(place)
    for at, (cell, filled, total, low, least, greatest) in enumerate(zip(cells, *found, strict=True)):
        if not filled and total is None and least is None:
            continue
        if codes is None:
            stat = cell.stats[number]
            if stat is None:
                stat = cell.stats[number] = Stat()
        else:
            code = codes[at]
            if code is None:
                continue
            stat = cell.amounts(number).setdefault(code, Stat())
        stat.filled += int(filled or 0)
        if total is not None:
            stat.units += int(total) * HALF + int(low) if halves else _units(total, digits)
        if least is not None:
            ends = (_units(least, digits), _units(greatest, digits)) if numeric else (least, greatest)
            stat.reach(Stat(least=ends[0], greatest=ends[1]))


def _add_plain(
    cells: Sequence[Cell], filled: Sequence[Any], totals: Sequence[Any], place: Place, number: int
) -> None:
    """Counts and sums of a value in one currency or none, which is what most pivots of many cells have."""
    digits = _digits(place)
    for cell, count, total in zip(cells, filled, totals, strict=True):
        if not count and total is None:
            continue
        units = 0 if total is None else int(total * digits if type(total) is Decimal else total)
        stat = cell.stats[number]
        if stat is None:
            cell.stats[number] = Stat(filled=count or 0, units=units)
        else:
            stat.filled += count or 0
            stat.units += units


def _take(
    cells: Sequence[Cell], values: Sequence[Any], slice: Slice, number: int,
    codes: Sequence[str | None] | None,
) -> None:  # fmt: skip
    """Values in the middle, first and last ones into the groups."""
    digits = _digits(slice.values[0])
    for at, (cell, value) in enumerate(zip(cells, values, strict=True)):
        code = None if codes is None else codes[at]
        if codes is None or code is not None:
            taken = _units(value, digits) if slice.what == "median" else value
            cell.values(slice.what, number).setdefault(code, []).append(taken)


def _codes(
    tx: Transaction, reader: Reader, slice: Slice, columns: Sequence[Sequence[Any]]
) -> list[Sequence[str | None] | None]:
    """Of each value the codes of its currencies, row by row; None where there is one for all, or none."""
    written: dict[Node, Sequence[str | None]] = {}
    for (node, _), column in zip(currencies(reader.compiler, slice), columns, strict=True):
        written[node] = [None if each is None else currency_code(tx.model, node, each) for each in column]
    if slice.what == "distinct":
        return [None]
    nodes = (currency_node(reader.compiler, place) for place in slice.values)
    return [None if node is None else written[node] for node in nodes]


def _digits(place: Place) -> Decimal:
    """How many units of the last digit make one."""
    return Decimal(1).scaleb(place.type.scale)


def _units(value: Any, digits: Decimal) -> int:
    """A sum or an amount in units of its last digit."""
    return int(value * digits) if isinstance(value, Decimal) else int(value)
