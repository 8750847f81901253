"""Operators of filters: which a field offers, and its values as constants of the expression language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from metamodel.fields.known_operators import (
    EMPTINESS,
    OF_BOOLEAN,
    OF_CHOICE,
    OF_CHOICES,
    OF_DAYS,
    OF_DEPARTMENT,
    OF_FILE,
    OF_LINK,
    OF_LINK_ANY,
    OF_LINKS,
    OF_LONG_TEXT,
    OF_ORDERED,
    OF_ROWS,
    OF_SECRET,
    OF_TEXT,
    OF_USER,
    OF_USERS,
    OPERATORS,
)
from metamodel.fields.operator import Operator

if TYPE_CHECKING:
    from metamodel.expression.types import Type
    from metamodel.model import Field

_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "text": OF_TEXT, "number": OF_ORDERED, "date": OF_DAYS, "datetime": OF_DAYS, "choice": OF_CHOICE,
    "time": OF_ORDERED, "duration": OF_ORDERED, "choices": OF_CHOICES,
    "link": OF_LINK, "link_any": OF_LINK_ANY, "boolean": OF_BOOLEAN, "rows": OF_ROWS,
}  # fmt: skip


def operators_of(field: Field) -> tuple[Operator, ...]:
    """The operators a filter on ``field`` offers; a computed field's by the type of its result."""
    names = field.type.operators if field.computed is None else _BY_KIND.get(field.result.kind, EMPTINESS)
    return tuple(OPERATORS[name] for name in names)


def constant_text(result: Type, value: Any, choices: Mapping[str, str]) -> str:
    """A value of the type as a constant; ``choices`` maps uids to names."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"datetime '{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, time):
        return f"time '{value.isoformat('seconds')}'"
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, tuple):
        return constant_text(result, value[0] if value else None, choices)
    text = choices.get(value, value) if result.kind in ("choice", "choices") else value
    return "'" + str(text).replace("'", "''") + "'"


__all__ = [
    "EMPTINESS", "OF_BOOLEAN", "OF_CHOICE", "OF_CHOICES", "OF_DAYS", "OF_DEPARTMENT", "OF_FILE", "OF_LINK", "OF_LINKS",
    "OF_LINK_ANY", "OF_LONG_TEXT", "OF_ORDERED", "OF_ROWS", "OF_SECRET", "OF_TEXT", "OF_USER", "OF_USERS", "OPERATORS",
    "Operator", "constant_text", "operators_of",
]  # fmt: skip
