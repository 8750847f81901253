"""The statements of a pivot: groups of the rows that a reader may see, with exact sums, ends, medians; pure.

What only a link decides (`company.city`, or whether a linked record may be seen at all) is asked once for each value of
the link, of the groups that are made by it, not once for each record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.pivot.slicing import Slice
from core.query.pivot.statement.keys import keys_of
from core.query.pivot.statement.rows import Rows, currencies, currency_node, currency_value
from core.query.pivot.statement.shape import GROUPS, Shape, shape_of_slice
from core.query.pivot.statement.sums import sums_of
from core.query.pivot.statement.values import distinct_of, placed_of

if TYPE_CHECKING:
    from core.query.compile import Compiler

__all__ = ["GROUPS", "Shape", "currencies", "currency_node", "pivot_select", "shape_of"]


def pivot_select(
    compiler: Compiler, slice: Slice, *, halves: bool, few: frozenset[str] = frozenset()
) -> sa.Select[Any]:
    """The statement of a slice, its columns as `shape_of` says; ``halves`` adds up sums on SQLite in two parts, ``few`` are the
    entities of few records."""
    base = compiler.fresh()
    rows = Rows(compiler=compiler, slice=slice, base=base, source=base.alias, few=few)
    keys = keys_of(rows, slice.keys, mapping=slice.what == "sums" and not slice.once)
    varying = [currency_value(rows, node, place) for node, place in currencies(compiler, slice)]
    match slice.what:
        case "sums":
            made = sums_of(rows, keys, varying, halves=halves)
        case "distinct":
            made = distinct_of(rows, keys)
        case _:
            made = placed_of(rows, keys, varying)
    columns = list(made.selected_columns)
    shape = shape_of(compiler, slice, halves=halves)
    made = made.with_only_columns(*(columns[place] for place in shape.selected))
    return made.limit(sa.literal_column(str(GROUPS), sa.Integer()))


def shape_of(compiler: Compiler, slice: Slice, *, halves: bool) -> Shape:
    """How the answer of `pivot_select` is read."""
    return shape_of_slice(slice, len(currencies(compiler, slice)), halves=halves)
