"""What the templates of cards draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from renderers.actions.buttons import ActionButton
from renderers.documents.view import DocumentButton, KeptLine
from renderers.lists.view import Head
from renderers.pages.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A field on a card; ``edit`` is the address of its widget, empty where it cannot be changed.

    ``span`` are the sixths it takes, ``long`` text keeps its lines.
    """

    name: str
    label: str
    html: Markup
    help: str = ""
    span: int = 3
    start: bool = False
    long: bool = False
    number: bool = False
    computed: bool = False
    edit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildTable:
    """Rows on a card; ``rows`` and ``totals`` are ready cells.

    ``below`` holds for each row the tables of its own rows.
    """

    name: str
    label: str
    count: str
    heads: tuple[Head, ...]
    rows: tuple[Markup, ...]
    totals: Markup | None
    min_width: str
    edit: str = ""
    headed: bool = True
    below: tuple[tuple[ChildTable, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a section: values side by side, or one table of rows."""

    values: tuple[Value, ...] = ()
    table: ChildTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of a tab."""

    id: str
    label: str
    help: str
    collapsed: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that changed: ``before`` is None when it was empty."""

    label: str
    before: Markup | None
    after: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A value of a linked record in the feed; without a label it speaks for itself."""

    html: Markup
    label: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record that leads to the one on the card."""

    href: str
    title: str
    figure: Markup | None
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Records that lead to the one on the card; ``first`` says how many these are when there are more."""

    lines: tuple[Line, ...]
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A comment: its text as HTML; the addresses are empty where it is not the reader's own."""

    id: int
    html: Markup
    edited: str = ""
    history_href: str = ""
    edit_href: str = ""
    delete_href: str = ""
    text: str = ""
    version: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: who, what, when, and what there is to see of it."""

    kind: str
    person: Person
    words: str
    at: str
    icon: str = ""
    href: str = ""
    title: str = ""
    changes: tuple[Change, ...] = ()
    folded: bool = False
    details: tuple[Detail, ...] = ()
    comment: CommentView | None = None
    file: Markup | None = None
    document_href: str = ""
    """The document that was issued, which the words tell of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Events of one day; ``seen`` continues a day of the page before."""

    label: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A way to narrow the feed."""

    label: str
    href: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Events by days; ``more_href`` leads to what was before."""

    days: tuple[Day, ...]
    more_href: str = ""
    choices: tuple[Choice, ...] = ()
    empty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTab:
    """A panel by its name: where it is read, how many things are in it."""

    key: str
    label: str
    href: str
    fragment: str
    current: bool
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """A panel of a card: a feed, files or records, with the box for a comment on top where one may be written."""

    key: str
    kind: str
    label: str
    fragment: str
    feed: Feed | None = None
    linked: Linked | None = None
    table: ChildTable | None = None
    files: tuple[Markup, ...] = ()
    comment_href: str = ""
    people_href: str = ""
    upload_href: str = ""
    drafted: str = ""
    error: str = ""
    count: str = ""
    documents: tuple[KeptLine, ...] = ()
    """Documents that were issued for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTab:
    """A tab of the layout: sections of fields, and panels below them."""

    id: str
    label: str
    sections: tuple[Section, ...]
    panels: tuple[PanelView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """A stage in the bar of a card."""

    name: str
    label: str
    state: Literal["done", "now", "todo"]
    kind: str
    time: str = ""
    """How long the record stood there; where it stands now, against the norm."""
    late: bool = False
    possible: bool = True
    """Whether the table of moves lets the person move the record there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """The time in a stage, for the table under the bar."""

    label: str
    tone: str
    time: str
    norm: str
    late: bool
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of a record."""

    id: int
    version: int
    here: str
    title: str
    short: str
    entity_label: str
    list_label: str
    list_href: str
    facts: tuple[str, ...]
    figure: Markup | None
    figure_label: str
    stages: tuple[StageStep, ...]
    stages_label: str
    stage_words: str
    stage_place: str
    stage_href: str | None
    stage_total: str
    """How long the record has been in work."""
    stage_times: tuple[StageLine, ...]
    stage_back: str
    """The words that take the last move back, while it can be; empty otherwise."""
    next_stage: StageStep | None
    tabs: tuple[CardTab, ...]
    rail: tuple[PanelTab, ...]
    panel: PanelView | None
    edit_href: str | None
    copy_href: str | None
    why_href: str | None
    personal_href: str
    delete_href: str | None
    restore_href: str | None
    deleted: bool
    refused: str
    actions: tuple[ActionButton, ...] = ()
    share_href: str = ""
    documents: tuple[DocumentButton, ...] = ()
    """What can be issued for it now."""
    alike_href: str = ""
    """Where records that look like this one are asked for."""
