"""A question in the user's own words, and the answer; the only way to read records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from metamodel.expression.types import Type
from metamodel.model import Entity, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """Records that lead to one record: by which link of theirs (uid of the field), to which entity (uid), which id.

    ``last`` leaves out records from that id on: the next page of a list that goes from the newest back.
    """

    field: str
    entity: str
    id: int
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The records whose field (uid) has a value of the engine: the uid of a choice, a boolean, the id of a record, or
    falls into a step (``by``) that begins with it: a date, a number. ``within``: those of that group alone.

    ``empty``: those without a value, a cell that the reader may not see being none. ``hidden``: those that lead to a
    record the reader does not see, all together: nobody learns which of them share it.
    """

    field: str
    which: Literal["value", "empty", "hidden"] = "value"
    value: Any = None
    by: str | None = None
    within: Group | None = None

    def shape(self) -> Group:
        """The same for every value: what a statement is made for."""
        outer = self.within.shape() if self.within is not None else None
        return Group(field=self.field, which=self.which, by=self.by, within=outer)

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from others."""
        return self.field, self.which, self.value, self.by, self.within and self.within.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody wants to read of one entity.

    ``fields``: names or paths (`company.city`), None for all stored and computed ones the actor may read; children
    only when named. ``filter``: an expression as text. ``sort``: names or paths, ``-`` before a descending one.
    ``ids``: only these records. ``leading``: only those that lead to a record by a link that the actor may read.
    """

    entity: str
    fields: tuple[str, ...] | None = None
    filter: str | None = None
    search: str | None = None
    sort: tuple[str, ...] = ()
    limit: int = 50
    cursor: str | None = None
    count: Literal["none", "exact"] = "none"
    deleted: Literal["none", "only"] = "none"
    ids: tuple[int, ...] | None = None
    leading: Leading | None = None
    group: Group | None = None
    """Only the records of one column of a board, of one group of a list."""
    marks: tuple[str, ...] = ()
    """Expressions that are answered beside each row, as the tuple ``_marks``: conditions and numbers."""


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link as it is read: ``{"id", "title"}``, ``"deleted": true`` in the bin, ``{"id": null, "hidden": true}``."""

    id: int | None
    title: str = msgspec.UNSET  # type: ignore[assignment]
    deleted: bool = False
    hidden: bool = False


class FileLink(msgspec.Struct, frozen=True):
    """A file as it is read; it has what is asked of any link, and is never hidden where its cell is not."""

    id: int
    name: str
    size: int
    type: str
    url: str

    @property
    def title(self) -> str:
        return self.name

    @property
    def deleted(self) -> bool:
        return False

    @property
    def hidden(self) -> bool:
        return False


class SecretState(msgspec.Struct, frozen=True):
    """All that is read of a secret: ``{"set": true}`` or ``{"set": false}``."""

    set: bool


NO_SECRET, A_SECRET = SecretState(False), SecretState(True)


class Earlier(msgspec.Struct, frozen=True):
    """A value of history that was written when its field had another type, and that the present one cannot hold: its
    text, or "" when it had none."""

    earlier: str


class LinkAny(Link, frozen=True, omit_defaults=True):
    """A link to a record of one of several entities: ``{"entity", "id", "title"}``, the entity by its name."""

    entity: str = msgspec.UNSET  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a page: the name under which it answers, the fields it passes, its type."""

    name: str
    path: tuple[Field, ...]
    type: Type

    @property
    def field(self) -> Field:
        """The field whose values these are."""
        return self.path[-1]


@dataclass(slots=True, kw_only=True)
class Page:
    """Rows of an answer, in order.

    Each item maps a column's name to its value *as the API writes it* (numbers as int or Decimal, date and datetime
    objects, choice names, `Link`, lists of the same for children), always with ``id`` and ``version`` first when
    ``fields`` was None; masked cells are absent and named under ``_hidden``. ``next`` is the cursor of the next page.
    """

    entity: Entity
    columns: Sequence[Column]
    items: list[dict[str, Any]]
    next: str | None = None
    count: int | None = None
