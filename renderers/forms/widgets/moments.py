"""Days and instants: the browser's own fields, as long as these can hold what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, WidgetKind


def build_day(making: Making, widget: Widget) -> Widget:
    """A day."""
    text = making.text
    return replace(
        widget, native=not text or (len(text) == 10 and text[4] == text[7] == "-" and _is_day(text))
    )


def build_instant(making: Making, widget: Widget) -> Widget:
    """An instant on the reader's clock."""
    text = making.text
    return replace(widget, native=not text or (len(text) >= 16 and text[10] == "T" and _is_day(text[:10])))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def day_words(desk: Desk, field: Field, text: str) -> str:
    """A day as people write it."""
    return ".".join(reversed(text.split("-"))) if desk.texts.language == "ru" else text


def instant_words(desk: Desk, field: Field, text: str) -> str:
    """An instant as people write it."""
    day, parted, time = text.partition("T")
    return f"{day_words(desk, field, day)} {time}" if parted else text


KINDS = (
    WidgetKind(name="date", build=build_day, words=day_words),
    WidgetKind(name="datetime", build=build_instant, words=instant_words),
)
