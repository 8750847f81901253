"""Sums under the columns of child rows: which columns can be added up, and what stands under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.i18n.formats import money_pattern
from metamodel.expression.durations import Span, span
from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.view import Total
from renderers.pages.cells import Cells


def totals(desk: Desk, fields: Sequence[Field], stored: Sequence[Mapping[str, Any]]) -> tuple[Total, ...]:
    """Sums under columns of amounts, as they are stored; the browser keeps them up. None when nothing can be summed."""
    sums = summed(fields)
    return tuple(_total(desk, f, stored) if f.uid in sums else Total() for f in fields) if sums else ()


def _total(desk: Desk, each: Field, stored: Sequence[Mapping[str, Any]]) -> Total:
    currency = each.result.currency or each.options.get("currency")
    return Total(
        label=desk.label(each),
        column=each.name,
        scale=2 if currency else each.result.scale,
        kind="duration" if each.result.kind == "duration" else "number",
        sign=desk.texts.currency(currency) if isinstance(currency, str) else "",
        lead=bool(money_pattern(desk.texts.language).before),
        text=sum_text(desk.cells, each, [row.get(each.name) for row in stored]),
    )


def summed(fields: Sequence[Field]) -> frozenset[str]:
    """The fields (uids) whose sum means something: computed amounts, without any other amounts, else quantities.

    Prices and shares are not added up, nor quantities of different things when there is money to add; spans of time
    always are.
    """
    numbers = [
        f for f in fields if f.result.kind == "number" and not f.result.percent and f.type.name != "rating"
    ]
    money = [f for f in numbers if f.type.name == "money" or f.result.currency]
    amounts = [f for f in money if f.computed is not None] or [f for f in money if f.copy is None]
    spans = [f for f in fields if f.result.kind == "duration"]
    return frozenset(f.uid for f in [*(amounts or ([] if money else numbers)), *spans])


def sum_text(cells: Cells, each: Field, values: list[Any]) -> Markup:
    """The sum of stored values as its column shows them; nothing for no values."""
    numbers = [value for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    spans = [value for value in values if isinstance(value, Span)]
    if spans:
        return cells.one(each, each.result, span(sum(each.total for each in spans)))
    return cells.one(each, each.result, sum(numbers)) if numbers else Markup("")
