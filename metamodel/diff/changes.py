"""One change between two models: what happens to which definition, in words."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from metamodel.expression.tree import Expression, Node
from metamodel.fields.base import FieldType
from metamodel.messages import Message

Kind = Literal[
    "solution",
    "entity",
    "field",
    "choice",
    "pipeline",
    "stage",
    "constraint",
    "action",
    "role",
    "view",
    "report",
    "document",
    "menu",
    "tests",
]
Effect = Literal["added", "removed", "renamed", "retyped", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one definition.

    ``kind`` and ``effect`` say it for programs, ``message`` for people; ``target`` is its place by names, the new
    ones (``deal.amount``, ``deal.stage.offer``). ``aspect`` is which property a ``changed`` one changes (``required``,
    ``unique``, ``target``, ``default``, ``grants`` …). ``copies`` marks a change of a field that fills a new column.
    ``before`` and ``after`` are the resolved things, or the values of the aspect. ``entity`` and ``field`` are uids.
    ``roles`` names the roles that receive an added field through ``all`` or ``all_but``.
    """

    kind: Kind
    effect: Effect
    target: str
    message: Message
    uid: str
    entity: str | None = None
    field: str | None = None
    aspect: str | None = None
    copies: bool = False
    before: Any = None
    after: Any = None
    roles: tuple[str, ...] = ()


def _shape_of_option(value: Any) -> Any:
    return shape(value) if isinstance(value, Expression) else repr(value)


def shape(value: Any) -> Any:
    """A value of a model in a form that compares equal when it means the same: expressions by uids, not by text."""
    if isinstance(value, Expression):
        return shape(value.root)
    if isinstance(value, FieldType):
        return value.name
    if isinstance(value, Node):
        return (
            type(value).__name__,
            *(shape(getattr(value, slot.name)) for slot in fields(value) if slot.name != "at"),
        )
    if isinstance(value, tuple | list):
        return tuple(shape(item) for item in value)
    if isinstance(value, frozenset):
        return value
    if isinstance(value, dict):
        return tuple(sorted((key, _shape_of_option(item)) for key, item in value.items()))
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(shape(getattr(value, slot.name)) for slot in fields(value)))
    return value
