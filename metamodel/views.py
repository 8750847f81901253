"""Views of the model: saved ways to look at an entity, resolved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from metamodel.expression.tree import Expression
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewGroup:
    """By what a list is grouped: a field (uid), of dates and numbers by which step, the greatest first or last."""

    field: str
    by: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTotal:
    """What is told of a field (uid) below its column."""

    field: str
    by: Literal["sum", "avg", "min", "max"] = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A colour of a cell (``column`` is its path, None the whole row).

    A rule colours where ``when`` holds; a scale the stronger, the nearer ``value`` is to ``end`` from ``start``.
    """

    column: str | None
    color: str
    fill: bool = False
    when: Expression | None = None
    value: Expression | None = None
    start: Decimal | None = None
    end: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved way to look at an entity; ``columns`` are names or paths, ``sort`` as in a query.

    Of a board ``columns`` are what its cards show, ``group_by`` (uid) is the field whose values are its columns,
    ``totals`` (uids) are summed up over each of them; ``folded`` and ``hidden`` are uids of choices. Of a calendar
    ``starts``, ``ends`` and ``color_by`` are uids of fields, of a tree ``parent`` is that of the link to the record
    above.
    """

    uid: str
    name: str
    solution: str
    label: Label
    entity: str
    kind: Literal["list", "board", "calendar", "tree"] = "list"
    columns: tuple[str, ...]
    group_by: str | None = None
    starts: str | None = None
    ends: str | None = None
    color_by: str | None = None
    parent: str | None = None
    totals: tuple[str, ...] = ()
    folded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    filter: Expression | None = None
    filter_text: str | None = None
    sort: tuple[str, ...] = ()
    group: tuple[ViewGroup, ...] = ()
    """Of a list; ``told`` is what stands below its columns, None for the sums of all that can be added up."""
    told: tuple[ViewTotal, ...] | None = None
    formats: tuple[Format, ...] = ()
    frozen: int = 0
    """Columns that stay at the left while the others scroll."""
    order: int | None = None
    """Its place among the tabs of its entity; those without one come after, by name."""
    roles: frozenset[str] | None = None
    off: bool = False
    """Whether its part, or that of its entity, is switched off: no screen shows it."""
