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
from core.query.pivot.figures import Cell
from core.query.pivot.resolving import Place
from core.query.pivot.slicing import Slice
from core.query.pivot.statement import GROUPS, Shape, currencies, currency_node, shape_of
from core.query.summing import HALF
from core.query.totals import currency_code
from core.storage.workspace import Transaction
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


def fill(
    tx: Transaction, reader: Reader, values: Mapping[str, Any], slice: Slice, into: Cells, places: Sequence[int],
    texts: Texts, *, main: bool,
) -> None:  # fmt: skip
    """Run a slice and put what it answers into the groups; ``places`` are those of its keys among all.

    ``main`` says that it counts the records of the groups. KBK2011 when there are too many groups.
    """
    halves, rows = _answer(tx, reader, values, slice)
    if len(rows) >= GROUPS:
        raise too_many()
    shape = shape_of(reader.compiler, slice, halves=halves)
    codes = _codes(tx, reader, slice)
    for row in rows:
        cell = into.setdefault(_group(row, shape, places, slice, texts), Cell())
        written = [
            None if row[3 * shape.keys + i] is None else code(row[3 * shape.keys + i])
            for i, code in enumerate(codes)
        ]
        _take(cell, reader, slice, shape, row, written, main=main, sqlite=tx.dialect == "sqlite")


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
) -> tuple[bool, list[tuple[Any, ...]]]:
    """The rows of a slice, and whether their sums are in two parts: they are when one sum leaves 64 bits on SQLite."""
    try:
        columns = run(reader.other("pivot", (slice, False)), tx.connection, values)
        return False, list(zip(*columns, strict=True))
    except sqlite3.OperationalError as error:
        if "integer overflow" not in str(error):
            raise
    columns = run(reader.other("pivot", (slice, True)), tx.connection, values)
    return True, list(zip(*columns, strict=True))


def _group(row: Sequence[Any], shape: Shape, places: Sequence[int], slice: Slice, texts: Texts) -> Group:
    found: list[Any] = []
    for index, (place, key) in enumerate(zip(places, slice.keys, strict=True)):
        value, there, shown = row[3 * index : 3 * index + 3]
        if key.kind == "text" and value is not None:
            known = texts.spelled.setdefault(place, {})
            known[value] = min(known.get(value, shown), shown)
        found.append((HIDDEN,) if value is None and there and key.kind == "link" else value)
    return tuple(found)


def _take(
    cell: Cell, reader: Reader, slice: Slice, shape: Shape, row: Sequence[Any], codes: Sequence[str | None], *,
    main: bool, sqlite: bool,
) -> None:  # fmt: skip
    at = shape.count_at
    if slice.what == "distinct":
        cell.counted[slice.values[0]] = int(row[at])
        return
    if slice.what != "sums":
        place = slice.values[0]
        value = row[at]
        code = _code_of(reader, slice, place, codes)
        if code is not _NONE:
            taken = _units(value, place) if slice.what == "median" else value
            cell.taken.setdefault((slice.what, place), {}).setdefault(code, []).append(taken)
        return
    if main:
        cell.count += int(row[at])
    for index, place in enumerate(slice.values):
        filled, total, low, least, greatest = row[at + 1 + 5 * index : at + 6 + 5 * index]
        code = _code_of(reader, slice, place, codes)
        if not filled or code is _NONE:
            continue
        stat = cell.stat(place, code)
        stat.filled += int(filled)
        if total is not None:
            stat.units += int(total) * HALF + int(low) if shape.halves else _units(total, place)
        ends = type(stat)(least=_end(least, place, sqlite), greatest=_end(greatest, place, sqlite))
        stat.add(ends)


_NONE: Final = object()
"""No currency, where one is asked for: such an amount is none."""


def _code_of(reader: Reader, slice: Slice, place: Place, codes: Sequence[str | None]) -> Any:
    node = None if slice.what == "distinct" else currency_node(reader.compiler, place)
    if node is None:
        return None
    nodes = [each for each, _ in currencies(reader.compiler, slice)]
    code = codes[nodes.index(node)]
    return _NONE if code is None else code


def _codes(tx: Transaction, reader: Reader, slice: Slice) -> list[Any]:
    return [
        lambda value, node=node: currency_code(tx.model, node, value)
        for node, _ in currencies(reader.compiler, slice)
    ]


def _units(value: Any, place: Place) -> int:
    """A sum or an amount in units of its last digit."""
    if isinstance(value, Decimal):
        return int(value.scaleb(place.type.scale))
    return int(value)


def _end(value: Any, place: Place, sqlite: bool) -> Any:
    """The least or greatest value in units, of dates as it is."""
    if value is None or place.type.kind not in ("number", "duration"):
        return value
    return _units(value, place)
