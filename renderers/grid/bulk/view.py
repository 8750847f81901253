"""What the templates of bulk actions draw."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from renderers.forms.view import FormTab, Widget
from renderers.pages.progress import Progress
from renderers.stages.view import StagePill


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A button of the bar: ``what`` names the deed, of an action ``run:<name>``."""

    what: str
    label: str
    icon: str
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkBar:
    """The bar of what is chosen: its buttons, and those that stand behind a menu."""

    address: str
    state: str
    tools: tuple[Tool, ...]
    more: tuple[Tool, ...] = ()
    export_href: str = ""
    merge_href: str = ""
    """Where two to five records are made one."""
    documents_href: str = ""
    """Where documents are made of them."""
    sums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A field that can be added to those that are changed."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A field that is to be changed, with how its values are joined to those that stand there."""

    name: str
    widget: Widget
    mode: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a field will be: ``empty`` when it is emptied."""

    label: str
    value: str
    empty: bool = False
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A record by its title."""

    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """Why some stay as they are."""

    why: str
    count: str
    examples: tuple[Example, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What would come of it. ``expected`` is sent along, so that nothing else is done than was shown."""

    change: str
    same: str
    left: str
    reasons: tuple[ReasonLine, ...]
    expected: int
    at_once: bool
    partial: str = ""
    moved_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkForm:
    """A deed before it is done: what it asks, or what it would do."""

    address: str
    title: str
    verb: str
    what: str
    count: str
    hidden: tuple[tuple[str, str], ...]
    back: str
    list_label: str
    danger: bool = False
    fields: tuple[Asked, ...] = ()
    options: tuple[Option, ...] = ()
    targets: tuple[StagePill, ...] = ()
    target: StagePill | None = None
    tabs: tuple[FormTab, ...] = ()
    lines: tuple[Line, ...] = ()
    foretold: Foretold | None = None
    problem: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Progress):
    """A deed on its way, or done."""

    reasons: tuple[ReasonLine, ...] = ()
    same: str = ""
    undo_href: str = ""
    since: str = ""
    undoing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a column of the chosen records adds up to."""

    label: str
    value: Markup
