"""Numbers: a sign behind them (a currency, %), a column that is added up in child rows."""

from __future__ import annotations

from dataclasses import replace

from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, WidgetKind
from renderers.pages.columns import NUMERIC, kind_of


def build(making: Making, widget: Widget) -> Widget:
    """The number with its sign."""
    field, desk = making.field, making.desk
    return replace(
        widget,
        number=kind_of(desk.model, field.result, field.type.cell) in NUMERIC,
        sign=sign(desk, field),
        column=field.name if making.in_row else "",
    )


def sign(desk: Desk, field: Field) -> str:
    """What stands behind a number."""
    if field.result.percent:
        return "%"
    currency = field.result.currency or field.options.get("currency")
    return desk.texts.currency(currency) if isinstance(currency, str) else ""


def words(desk: Desk, field: Field, text: str) -> str:
    """The number; a share with its sign."""
    return f"{text}\N{NO-BREAK SPACE}%" if field.result.percent else text


KINDS = (WidgetKind(name="number", build=build, words=words),)
