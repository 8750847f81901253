"""The layout of cards and forms, resolved: tabs of sections of fields, what stands beside, what the timeline gathers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metamodel.expression.tree import Expression
from metamodel.labels import Label

WIDTH = 6
"""The parts that the width of a tab is divided into."""

PanelKind = Literal["timeline", "comments", "files", "history", "documents", "rows"]
PANELS: tuple[PanelKind, ...] = ("timeline", "comments", "files", "history", "documents")
"""What a card shows besides fields; `rows` is what a name of rows becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A field in a row; ``width`` in sixths, None leaves it to the section and the row."""

    field: str
    width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutSection:
    """Rows of fields under a heading, or without one. ``columns`` fields stand side by side when it is said."""

    label: Label | None = None
    help: Label | None = None
    collapsed: bool = False
    visible_if: Expression | None = None
    columns: int | None = None
    rows: tuple[tuple[Placed, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What a card shows besides fields; of `rows`, the records of ``entity`` whose link ``through`` leads here."""

    kind: PanelKind
    label: Label | None = None
    entity: str | None = None
    through: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutTab:
    """A tab of the card and the form: sections of fields, and what else it shows."""

    label: Label
    sections: tuple[LayoutSection, ...] = ()
    show: tuple[Panel, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of all sections as uids of fields."""
        return tuple(
            tuple(placed.field for placed in row) for section in self.sections for row in section.rows
        )

    @property
    def fields(self) -> Iterator[str]:
        """The uids of its fields in reading order."""
        return (uid for row in self.rows for uid in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSource:
    """Where events of a timeline come from: the record itself (no ``entity``), or the records of an entity.

    ``steps`` are links (uids of fields) that lead from the record to another one; the records of ``entity`` are those
    whose link ``through`` leads to that one.
    """

    steps: tuple[str, ...] = ()
    entity: str | None = None
    through: str | None = None
