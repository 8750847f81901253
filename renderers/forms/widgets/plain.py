"""Texts of one and several lines, and child rows: nothing of their own but a width."""

from __future__ import annotations

from renderers.forms.widgets.base import WidgetKind

KINDS = (
    WidgetKind(name="text", wide=True),
    WidgetKind(name="long_text", wide=True),
    WidgetKind(name="children", wide=True),
)
