"""What the templates of forms draw: everything decided, named and formatted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    """An option of a drop-down."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that a typed text may have meant."""

    id: int | str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message under a child row; ``id`` is what its field is described by."""

    id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum under a column of child rows, which the browser keeps up; ``sign`` stands behind it, or leads it.

    ``kind`` is ``number`` or ``duration``; ``scale`` the most digits behind the point.
    """

    text: str | Markup = ""
    label: str = ""
    column: str = ""
    scale: int = 0
    kind: str = "number"
    sign: str = ""
    lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A field in a form. ``kind`` names its template; ``name`` is its JSON Pointer.

    It is sent as ``sent``: the pointer, with ``[]`` behind it where several values go along. ``more`` holds what only
    the template of its kind reads. ``wide`` takes the whole row when it stands alone, ``grouped`` has several controls.
    """

    kind: str
    name: str
    id: str
    label: str
    value: str = ""
    span: str = "span3"
    help: str = ""
    required: bool = False
    required_if: str = ""
    visible_if: str = ""
    hidden: bool = False
    locked: bool = False
    computed: bool = False
    number: bool = False
    error: str = ""
    theirs: str = ""
    described: str = ""
    aria_label: str = ""
    length: int | None = None
    sign: str = ""
    column: str = ""
    html: Markup | str = ""
    options: tuple[Choosable, ...] = ()
    source: str = ""
    needs: str = ""
    title: str = ""
    typed: str = ""
    candidates: tuple[Candidate, ...] = ()
    heads: tuple[FormHead, ...] = ()
    row_label: str = ""
    wrong_rows: int = 0
    totals: tuple[Total, ...] = ()
    min_width: str = ""
    sent: str = ""
    wide: bool = False
    grouped: bool = False
    live_shown: bool = False
    """Whether it stands is asked of the server; ``live_asked``: whether it is required."""
    live_asked: bool = False
    locks: bool = False
    """Whether it is read-only under a condition: ``locked_if``, or one that is asked of the server; ``held``: it is now."""
    locked_if: str = ""
    held: bool = False
    follows: str = ""
    """What it is taken from until it is changed by hand."""
    by_hand: bool = False
    followed: str | None = None
    """The text of a following field that nobody typed; ``again`` of one that is to be taken anew."""
    again: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormHead:
    """The head of a column of child rows in a form."""

    label: str
    css: str
    width: str | None
    required: bool
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """A section of a tab; ``live`` means that only the server can say whether it stands."""

    id: str
    label: str
    help: str
    collapsed: bool
    visible_if: str
    live: bool
    hidden: bool
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTab:
    """A tab of the layout in a form; ``wrong`` counts what is to be put right in it."""

    id: str
    label: str
    groups: tuple[FormGroup, ...]
    wrong: int = 0

    @property
    def widgets(self) -> Iterator[Widget]:
        """The fields of all its sections."""
        return (widget for group in self.groups for widget in group.widgets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the summary; ``href`` leads to its field."""

    label: str
    message: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What keeps a form from being saved."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A field in the comparison of a stale save; ``by`` says whose change a merged one is."""

    pointer: str
    label: str
    was: str
    mine: str
    theirs: str
    by: Literal["mine", "theirs", "both"] = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Somebody saved first: who and when, what clashes, what was merged."""

    title: str
    text: str
    theirs: str
    conflicts: tuple[Clash, ...]
    merged: tuple[Clash, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A draft that can be gone on with."""

    key: str
    words: str
    href: str
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. ``was`` is what it was opened with, as JSON: only what differs is sent on to `core.records`."""

    action: str
    title: str
    entity_label: str
    list_label: str
    list_href: str
    cancel_href: str
    new: bool
    version: int | None
    was: str
    dirty: bool
    tabs: tuple[FormTab, ...]
    live: str = ""
    """Where a changed form is recalculated; empty when nothing in it depends on anything."""
    draft: str = ""
    drafts: tuple[DraftLine, ...] = ()
    identity: str = ""
    """Of the person whom the form was made for, so that nobody else goes on with it."""
    goes_back: str = ""
    record: int | None = None
    files: bool = False
    """Whether it has a field for files, which go along as parts of their own."""
    summary: Summary | None = None
    stale: Stale | None = None
    note: str = ""
