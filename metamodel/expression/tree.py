"""The typed tree of an expression: names are uids, every node knows its type, nothing is evaluated here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from metamodel.expression.types import Type

Root = Literal["row", "record", "old", "new", "my", "input", "step"]
"""Whose field a path starts from: the row a statement is about, the record being edited (its values are
parameters), the record before and after a change, the reader's own user record, what an action asked, the records
that its steps made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any node; ``type`` is the type of its value, ``at`` the character (from 0) of the text it came from."""

    type: Type
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A constant: str, int, Decimal at the type's scale, bool, date, datetime, `Duration`, choice uid, or None."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """A field reached along links: ``steps`` are (entity uid, field uid), all but the last being links.

    ``up`` counts how many aggregates outward the row is (`this`); an empty ``steps`` is the row itself, as a link.
    """

    root: Root = "row"
    up: int = 0
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(Node):
    """The reader: a link to their user record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MySet(Node):
    """A set of the reader's: `my.departments` (own and below), `my.subordinates`, `my.roles`, `my.groups`; and the records
    that somebody shared with them, which ``SHARED()`` and ``SHARED('change')`` ask for."""

    name: Literal["departments", "subordinates", "roles", "groups", "shared", "shared_change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """An operator or function by its name in capitals (``+ - * / || = <> < <= > >= AND OR NOT NEGATE IN BETWEEN
    LIKE CONTAINS IS_NULL IS_DISTINCT UNDER IF CASE COALESCE …``) on its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """SUM COUNT COUNT_DISTINCT MIN MAX AVG JOIN FIRST LAST EXISTS over the rows that lead to this one.

    With ``owner`` the rows are what the list of links ``through`` of that entity (uid) leads to. ``entity`` (uid) are the rows, ``through`` (uid of their link field) leads to the row of the path ``of`` (None is
    the row itself). ``body`` and ``where`` are asked of each of those rows; ``by`` orders FIRST and LAST.
    """

    function: str
    entity: str
    through: str
    owner: str | None = None
    of: Path | None = None
    body: Node | None = None
    where: Node | None = None
    by: Node | None = None
    separator: str = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A checked expression about one entity (uid; None when it is about no row), and the text it was made from."""

    text: str
    root: Node
    entity: str | None

    @property
    def type(self) -> Type:
        return self.root.type


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, parents first."""
    yield node
    for slot in fields(node):
        value = getattr(node, slot.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                yield from walk(inner)
