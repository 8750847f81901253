"""Expressions compiled to SQL: values and conditions over rows of some relation, alike on both databases."""

from core.storage.expressions.compiler import compile_condition, compile_ids, compile_value
from core.storage.expressions.environment import Cell, Environment, Row, Rows, Values
from core.storage.expressions.errors import refusal_of
from core.storage.expressions.rows import AllRows, BareRow, BoundRow, computed_cell

__all__ = [
    "AllRows", "BareRow", "BoundRow", "Cell", "Environment", "Row", "Rows", "Values",
    "compile_condition", "compile_ids", "compile_value", "computed_cell", "refusal_of",
]  # fmt: skip
