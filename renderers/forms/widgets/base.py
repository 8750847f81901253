"""What a kind of widget is: a builder from a field and its text to what a template draws, found by the type's `widget`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metamodel.model import Entity, Field
from renderers.forms.desk import Desk
from renderers.forms.filled import Filled, FilledRow
from renderers.forms.view import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A field that is being drawn: whose it is, where it stands, the text in it."""

    desk: Desk
    entity: Entity
    field: Field
    holder: Filled | FilledRow
    pointer: str
    identity: str
    aria_label: str = ""
    """The label of a cell in child rows; empty for a field that has a label of its own."""

    @property
    def text(self) -> str:
        """What stands in the field; the texts of one with several values are parted by line ends."""
        return self.holder.values.get(self.field.name, "")

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a field with several values."""
        return tuple(text for text in self.text.split("\n") if text)

    @property
    def in_row(self) -> bool:
        """Whether it is a cell of child rows."""
        return bool(self.aria_label)


def unchanged(making: Making, widget: Widget) -> Widget:
    """What needs nothing besides what every widget has."""
    return widget


def as_typed(desk: Desk, field: Field, text: str) -> str:
    """A text of the form that reads well as it stands."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetKind:
    """A kind of widget: ``name`` is the `widget` of the field types it edits.

    ``build`` adds what this kind needs to the widget that every field has (`Widget.more` holds what only its own
    template reads). ``words`` says a text of the form as a person reads it, in comparisons. ``wide`` takes the whole
    row of the form when it stands alone; ``many`` sends several values under the name ``/<field>[]``; ``grouped`` has
    several controls, which its label names as a group.
    """

    name: str
    template: str = ""
    build: Callable[[Making, Widget], Widget] = unchanged
    words: Callable[[Desk, Field, str], str] = as_typed
    wide: bool = False
    many: bool = False
    grouped: bool = False

    @property
    def file(self) -> str:
        """The name of its template: ``renderers/templates/widgets/<file>.html``."""
        return self.template or self.name


_kinds: dict[str, WidgetKind] = {}


def register(kind: WidgetKind) -> None:
    """Makes a kind known; the one registered last under a name wins, so that a plugin can replace what is built in."""
    _kinds[kind.name] = kind


def widget_kind(name: str) -> WidgetKind:
    """The kind of that name; an unknown one is a widget with nothing of its own but a template."""
    found = _kinds.get(name)
    return found if found is not None else WidgetKind(name=name)
