"""Types of the expression language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "number",
    "boolean",
    "date",
    "datetime",
    "time",
    "duration",
    "choice",
    "choices",
    "link",
    "link_any",
    "null",
    "rows",
    "json",
    "secret",
]

MAX_DIGITS = 18
"""Significant digits of any number, computed ones included; more is an error, never a float."""

MAX_SCALE = 9
"""Digits after the point that a stored field may keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """The type of an expression or of a field's value.

    ``scale`` counts a number's digits after the point (0 is an integer). ``entity`` is the uid a link or rows lead
    to. ``field`` is the uid of the choice field whose choices these are, or of the link to any record. ``many`` marks a set (`my.departments`).
    ``percent`` and ``currency`` only say how a number is shown.
    """

    kind: Kind
    scale: int = 0
    entity: str | None = None
    field: str | None = None
    many: bool = False
    percent: bool = False
    currency: str | None = None


TEXT = Type(kind="text")
INTEGER = Type(kind="number")
BOOLEAN = Type(kind="boolean")
DATE = Type(kind="date")
DATETIME = Type(kind="datetime")
TIME = Type(kind="time")
DURATION = Type(kind="duration")
NULL = Type(kind="null")


def number(scale: int) -> Type:
    """A number with that many digits after the point."""
    return Type(kind="number", scale=scale)


def link(entity: str, *, many: bool = False) -> Type:
    """A link, or a set of links, to records of that entity (uid)."""
    return Type(kind="link", entity=entity, many=many)
