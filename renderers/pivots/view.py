"""What the templates of a report draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from renderers.filters.view import FilterBar
from renderers.lists.view import Empty
from renderers.pivots.address import Area
from renderers.pivots.fields import Usable, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a menu: ``href`` is the report with it."""

    label: str
    href: str
    on: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPart:
    """Lines of a menu under one head."""

    head: str
    lines: tuple[Line, ...]
    one: bool = False
    """Whether one of them holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A field in an area; ``at`` is its place (`rows.0`), ``said`` its step or aggregate, ``drop`` the report without it."""

    at: str
    label: str
    said: str
    menu: tuple[MenuPart, ...]
    drop: str
    wrong: str = ""

    @property
    def short(self) -> str:
        """The label where there is little room."""
        return shortened(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area with its chips."""

    name: Area
    label: str
    icon: str
    hint: str
    add: str
    chips: tuple[Chip, ...]
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldList:
    """The fields to choose from; ``under`` is the path of the record whose fields they are, ``to`` where they go."""

    fields: tuple[Usable, ...]
    to: str
    state: tuple[tuple[str, str], ...]
    records: str
    under: str = ""
    label: str = ""
    up: str = ""
    deeper: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A cell of the table's head; ``href`` sorts rows by it, ``sorted`` is how they are (`ascending`, `descending`), ``at`` the
    name by which the focus finds it again."""

    label: str
    span: int = 1
    rows: int = 1
    css: str = ""
    title: str = ""
    scope: str = "col"
    href: str = ""
    sorted: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure, a line for each currency; ``href`` are its records, ``exact`` is all of it where it is drawn in short."""

    lines: tuple[str, ...]
    href: str = ""
    css: str = ""
    exact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table: a leaf, the head of a group (``group``), or all of it together (``total``)."""

    label: str
    cells: tuple[Cell, ...]
    kind: str = "leaf"
    depth: int = 0
    group: str = ""
    """The place of the group that the row begins (`0.3`); of a leaf the group it is in."""
    css: str = ""
    star: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table; ``cut`` says how much of it is not shown."""

    corner: str
    heads: tuple[tuple[Head, ...], ...]
    columns: tuple[str, ...]
    """The class of the width of each column."""
    rows: tuple[Row, ...]
    body: Markup
    """The same rows as HTML."""
    caption: str
    least: str
    stars: tuple[str, ...] = ()
    cut: str = ""
    spread: bool = False
    """Whether there are keys side by side."""
    tail: int = 0
    """The width of the column behind the total of rows, where exactly one stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """A series of the chart and its colour."""

    label: str
    css: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The chart; ``spec`` is JSON, empty where there is nothing to be drawn (``why`` tells)."""

    title: str
    spec: str
    words: str
    legend: tuple[Legend, ...] = ()
    size: str = ""
    note: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A role that a report can be shared with."""

    uid: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What can be done to keep the report."""

    action: str
    state: str
    label: str
    changed: bool
    drop: str
    uid: str = ""
    mine: bool = False
    roles: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that stands above the report: what is missing of it or refused, and the ways out."""

    title: str
    text: str = ""
    lines: tuple[Line, ...] = ()
    tone: str = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """A report."""

    title: str
    entity: str
    list_href: str
    here: str
    rights: str
    zones: tuple[Zone, ...]
    fields: FieldList
    bar: FilterBar
    charts: tuple[Line, ...]
    looks: tuple[Line, ...]
    saving: Saving | None
    exports: tuple[Line, ...]
    search: str
    search_drop: str = ""
    put: str = ""
    """Where fields are put, moved and dropped by scripts."""
    help: str = ""
    shared: bool = False
    notices: tuple[Notice, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    empty: Empty | None = None
    told: str = ""
    pieces: int = 0
    """Fields and conditions in force, for the button of a phone."""
