"""One of the choices of a field; what was sent and is none of them stays."""

from __future__ import annotations

from dataclasses import replace

from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.view import Choosable, Widget
from renderers.forms.widgets.base import Making, WidgetKind


def build(making: Making, widget: Widget) -> Widget:
    """The options, the chosen one marked."""
    return replace(widget, options=options(making.desk, making.field, making.text))


def options(desk: Desk, field: Field, text: str) -> tuple[Choosable, ...]:
    """What can be chosen now: an archived choice only where it stands already."""
    language = desk.texts.language
    found = [
        Choosable(value=c.name, label=c.label.in_language(language) or c.name, selected=c.name == text)
        for c in field.choices
        if not c.archived or c.name == text
    ]
    if text and not any(option.selected for option in found):
        found.append(Choosable(value=text, label=text, selected=True))
    return tuple(found)


def words(desk: Desk, field: Field, text: str) -> str:
    """The label of the choice."""
    choice = field.choice(text)
    return text if choice is None else choice.label.in_language(desk.texts.language) or choice.name


KINDS = (WidgetKind(name="choice", build=build, words=words),)
