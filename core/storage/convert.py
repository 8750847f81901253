"""What a stored value becomes when its field changes type; the copy and every writer meanwhile use this one."""

from __future__ import annotations

from typing import Any

from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.model import Field

_JSON = Context(medium="json")
_FORM = Context(medium="form")


def convert_value(old: Field, new: Field, value: Any) -> Any:
    """``value`` of ``old`` as a value of ``new``; None when it is empty or ``new`` cannot hold it.

    The value is written as the API writes it and read back as a form reads it, so what a person would type is
    what the new type gets.
    """
    if value is None:
        return None
    storage = new.type.column_type(new).storage
    if storage == old.type.column_type(old).storage == "link":
        return value if old.target == new.target else None
    written = old.type.format(old, value, _JSON)
    if storage == "text":
        written = written if isinstance(written, str) else _plain(written)
    for context in (_JSON, _FORM):
        try:
            return new.type.parse(new, written, context)
        except ValueRefused:
            continue
    return None


def _plain(written: Any) -> str:
    if isinstance(written, bool):
        return "true" if written else "false"
    return str(written)
