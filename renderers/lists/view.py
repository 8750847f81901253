"""What the templates of a list draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from renderers.actions.buttons import ActionButton
from renderers.filters.view import FilterBar

if TYPE_CHECKING:
    from renderers.grid.bulk.view import BulkBar
    from renderers.lists.menus import GroupMenu, SortMenu
    from renderers.lists.tabs import Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A saved view."""

    label: str
    href: str
    current: bool
    icon: str = ""
    saved: bool = False
    shared: bool = False
    """Whether somebody saved it, and whether it is shared with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column; ``sort`` when the list is sorted by it, as the key ``rank`` of several; ``href`` to sort by it
    alone, ``also`` behind the others. ``name`` is the column's, ``width`` a class; ``ticks`` where a key may turn yes
    into no."""

    label: str
    hint: str = ""
    css: str = ""
    width: str | None = None
    sort: Literal["ascending", "descending"] | None = None
    href: str | None = None
    also: str = ""
    rank: int = 0
    name: str = ""
    ticks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do next."""

    label: str
    href: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Why a list has no rows, and what to do."""

    title: str
    icon: str
    text: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list; ``rows`` are the bodies of its table, the foot included."""

    title: str
    singular: str
    address: str
    bin: bool
    bin_href: str | None
    create_href: str | None
    tabs: tuple[Tab, ...]
    search: str
    hidden: tuple[tuple[str, str], ...]
    bar: FilterBar | None
    caption: str
    heads: tuple[Head, ...]
    min_width: str
    rows: Markup
    empty: Empty | None
    actions: tuple[ActionButton, ...] = ()
    row_actions: bool = False
    """Whether each row ends with a cell of buttons."""
    picks: bool = False
    """Whether each row begins with a box by which it is chosen; ``bulk`` is what can be done with the chosen ones."""
    bulk: BulkBar | None = None
    here: str = ""
    """The address of this very list."""
    sorting: SortMenu | None = None
    grouping: GroupMenu | None = None
    saving: Saving | None = None
    look_href: str = ""
    columns_href: str = ""
    frozen: int = 0
    roomy: bool = False
    kind: str = "list"
    export_href: str | None = None
    report_href: str | None = None
    import_href: str | None = None
