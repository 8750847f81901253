"""What the pages of roles draw: plain data, every word in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field

from renderers.pages.options import Option
from renderers.roles.words import Piece

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """A role in the tree."""

    href: str
    label: str
    icon: str
    depth: int
    people: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One answer of the matrix; ``words`` say it whole: “Deal, change: part”."""

    state: str
    icon: str
    words: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """An entity of the matrix."""

    icon: str
    label: str
    href: str
    current: bool
    child: bool
    differs: bool
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A grant in words; without ``href`` the reader may not change it."""

    sentence: Pieces
    notes: tuple[Pieces, ...]
    text: str
    count: str
    current: bool
    href: str | None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """An access test: what it is about, and what fails of it."""

    label: str
    passes: bool
    faults: tuple[str, ...]
    asked: str
    solution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePage:
    """The whole page of a role; ``entity`` is the name of the one whose rules are shown."""

    name: str
    label: str
    about: str
    everything: bool
    can_change: bool
    can_undo: bool
    roles: tuple[RoleLine, ...]
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    system_rows: tuple[RowView, ...]
    entity: str
    entity_label: str
    action: str
    rules: tuple[RuleView, ...]
    people: tuple[Option, ...]
    person: str
    tests: tuple[TestView, ...]
    passing: str
    done: bool
    only_differences: bool
    differences_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantForm:
    """What is typed into the form of a grant, with what is wrong with it."""

    role: str
    role_label: str
    number: str
    entity: str
    entity_label: str
    address: str
    back: str
    actions: tuple[Option, ...]
    stages: tuple[Option, ...]
    all_stages: bool
    rows: str
    check: str
    how: str
    fields: tuple[Option, ...]
    known: tuple[tuple[str, str], ...]
    samples: tuple[tuple[str, str], ...]
    entities: tuple[Option, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    can_drop: bool = False
    was: str = ""
    """The mark of the grant that the form was drawn of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleForm:
    """What is typed for a new role."""

    label: str
    name: str
    parents: tuple[Option, ...]
    templates: tuple[Option, ...]
    copies: tuple[Option, ...]
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """What a role is called, by which role it is managed, which ones it includes, whether it wants a second factor."""

    role: str
    title: str
    labels: tuple[tuple[str, str], ...]
    """A language and what the role is called in it."""
    parents: tuple[Option, ...]
    includes: tuple[Option, ...]
    second_factor: bool
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What a change would do, before it is done."""

    plan: str
    title: str
    back: str
    role: str
    changes: tuple[str, ...]
    gone: tuple[RuleView, ...]
    come: tuple[RuleView, ...]
    reach: tuple[str, ...]
    failing: tuple[str, ...]
    losses: tuple[str, ...]
    breaks: tuple[str, ...]
    forbidden: tuple[str, ...]
    known: bool
    refused: str = ""
