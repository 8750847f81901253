"""In which form the values of an exported column come: as they are stored where that is quick to write, never as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from core.query.columns import Shown
from core.query.names import FieldPath
from core.query.relations import choices_of
from core.storage.types import CanonicalJson, Clock, Day, Flag, Instant, Length, ScaledDecimal
from metamodel.model import Choice, Field, Model

Form = Literal[
    "text", "whole", "units", "number", "flag", "iso", "day", "micros", "moment", "clock", "seconds", "json", "choice",
    "choices", "link", "list", "any", "value",
]  # fmt: skip
"""``units`` count the last digit of a number of ``scale`` digits; ``iso`` is a date as text, ``micros`` a moment in
microseconds since 1970, ``clock`` a time as text, ``seconds`` a length of time, ``json`` its text; ``flag`` is true or
1; ``choice`` a uid and ``choices`` a tuple of them; ``link`` the id of a record (see `Chunk.links`), ``list`` a list of
links, ``any`` a link to any record; ``value`` is the engine's own value of whatever it is."""

_FORMS: tuple[tuple[type[Any], Form, Form], ...] = (
    (ScaledDecimal, "units", "number"),
    (Flag, "flag", "flag"),
    (Day, "iso", "day"),
    (Instant, "micros", "moment"),
    (Clock, "clock", "clock"),
    (Length, "seconds", "seconds"),
    (CanonicalJson, "json", "json"),
)
"""Types of columns, and their forms on SQLite and on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumn:
    """A column of an export: what it is of, and in which form its values come."""

    path: FieldPath
    form: Form
    scale: int = 0
    choices: tuple[Choice, ...] = ()
    target: str = ""
    """The uid of the entity that links lead to."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def field(self) -> Field:
        return self.path.field


def column_of(model: Model, path: FieldPath, shown: Shown, kind: Any, dialect: str) -> ExportColumn:
    """The column of a path, from how it is selected."""
    field = path.field
    choices = choices_of(model, field) if field.result.kind in ("choice", "choices") else ()
    form = _form(shown, kind, dialect, field)
    scale = kind.scale if form == "units" else field.result.scale
    return ExportColumn(
        path=path, form=form, scale=scale, choices=choices, target=shown.leads or field.target or ""
    )


def _form(shown: Shown, kind: Any, dialect: str, field: Field) -> Form:
    if shown.listed is not None:
        return "list"
    if shown.led:
        return "any"
    if shown.leads is not None:
        return "link"
    if field.result.kind in ("choice", "choices"):
        return "choices" if shown.several else "choice"
    for known, sqlite, postgresql in _FORMS:
        if isinstance(kind, known):
            return sqlite if dialect == "sqlite" else postgresql
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return "number"
    if isinstance(kind, sa.Integer):
        return "whole" if field.result.kind == "number" else "value"
    if isinstance(kind, sa.Text) or getattr(kind, "collation", None):
        return "text" if field.result.kind == "text" else "value"
    return "value"
