"""Addresses, telephones, marks in stars, several choices, colours, JSON."""

from __future__ import annotations

import re
from dataclasses import replace

from metamodel.fields.rating import stars_of
from metamodel.messages import message
from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.view import Choosable, Widget
from renderers.forms.widgets.base import Making, WidgetKind

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_NO_COLOR = "#808080"


def build_rating(making: Making, widget: Widget) -> Widget:
    """No mark and a mark each; nought only where it stands already."""
    most, text, texts = stars_of(making.field), making.text, making.desk.texts
    none = texts.gettext("not rated")
    marks = range(0 if text == "0" else 1, most + 1)
    options = [Choosable(value="", label=none, selected=not text)]
    options += [
        Choosable(
            value=str(mark), label=texts.render(message("{value} of {most}", value=mark, most=most)),
            selected=text == str(mark),
        )
        for mark in marks
    ]  # fmt: skip
    if text and not any(option.selected for option in options):
        options.append(Choosable(value=text, label=text, selected=True))
    return replace(widget, options=tuple(options), more={**widget.more, "none": none})


def build_choices(making: Making, widget: Widget) -> Widget:
    """A box for each choice, an archived one only where it stands already; what was sent and is none stays."""
    language, field = making.desk.texts.language, making.field
    chosen = set(making.texts)
    options = [
        Choosable(value=c.name, label=c.label.in_language(language) or c.name, selected=c.name in chosen)
        for c in field.choices
        if not c.archived or c.name in chosen
    ]
    strange = [text for text in making.texts if field.choice(text) is None]
    options += [Choosable(value=text, label=text, selected=True) for text in strange]
    labels = words_of_choices(making.desk, field, making.text)
    return replace(widget, options=tuple(options), more={**widget.more, "labels": labels})


def words_of_choices(desk: Desk, field: Field, text: str) -> str:
    """The labels of the choices."""
    language = desk.texts.language
    found = [(field.choice(name), name) for name in text.split("\n") if name]
    return "; ".join(name if c is None else c.label.in_language(language) or c.name for c, name in found)


def build_color(making: Making, widget: Widget) -> Widget:
    """What the browser's chooser shows: it knows six figures only."""
    text = making.text.strip()
    return replace(widget, more={**widget.more, "well": text if _HEX.fullmatch(text) else _NO_COLOR})


KINDS = (
    WidgetKind(name="email"),
    WidgetKind(name="phone"),
    WidgetKind(name="url"),
    WidgetKind(name="rating", build=build_rating, grouped=True),
    WidgetKind(
        name="choices", build=build_choices, words=words_of_choices, many=True, grouped=True, wide=True
    ),
    WidgetKind(name="color", build=build_color),
    WidgetKind(name="json", wide=True),
)
