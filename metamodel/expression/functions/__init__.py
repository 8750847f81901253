"""The functions of the expression language, a file for each family."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.expression.functions import dates, logic, numbers, texts, trees
from metamodel.expression.functions.base import Function

FUNCTIONS: Mapping[str, Function] = {
    function.name: function
    for family in (logic, numbers, texts, dates, trees)
    for function in family.FUNCTIONS
}
"""Every function by its name; aggregates over rows are in `metamodel.expression.aggregates`."""
