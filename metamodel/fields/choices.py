"""Several of a list of values that the definition names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.choice import Choice
from metamodel.fields.operators import OF_CHOICES
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

SEPARATOR = "; "
"""What stands between the labels in a file."""


class Choices(FieldType):
    """Some of the field's choices, in the order in which they are defined; kept by uid."""

    name: ClassVar[str] = "choices"
    label: ClassVar[Label] = Label(ru="Выбор нескольких", en="Choices")
    widget: ClassVar[str] = "choices"
    cell: ClassVar[str] = "choices"
    operators: ClassVar[tuple[str, ...]] = OF_CHOICES
    options_schema: ClassVar[Mapping[str, Any]] = Choice.options_schema

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="choices")

    def json_schema(self, field: Field) -> dict[str, Any]:
        names = [choice.name for choice in field.choices]
        return {"type": "array", "items": {"type": "string", "enum": names}, "uniqueItems": True}

    def parse(self, field: Field, raw: Any, context: Context) -> tuple[str, ...] | None:
        return in_order(field, (_one(field, item, context) for item in _items(field, raw, context)))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        held = [Choice().format(field, uid, context) for uid in value or ()]
        if context.medium == "json":
            return held if value else None
        if context.medium == "csv":
            names = [Choice().format(field, uid, Context(medium="json")) for uid in value or ()]
            held = [name if ";" in label else label for name, label in zip(names, held, strict=True)]
        return {"form": "\n", "csv": SEPARATOR}.get(context.medium, ", ").join(held)


def in_order(field: Field, uids: Iterable[str]) -> tuple[str, ...] | None:
    """The choices in the order of the definition, each once; None for none."""
    chosen = set(uids)
    known = [choice.uid for choice in field.choices if choice.uid in chosen]
    return (*known, *sorted(chosen.difference(known))) or None


def _items(field: Field, raw: Any, context: Context) -> list[Any]:
    if isinstance(raw, (list, tuple)):
        return list(raw)
    if isinstance(raw, str):
        if context.medium == "json":
            return [raw]
        parts = re.split(r"[;\n]", raw)
        if len(parts) == 1 and "," in raw and not _is_one(field, raw, context):
            parts = raw.split(",")
        return [part for part in parts if part.strip()]
    if raw is None:
        return []
    raise ValueRefused("KBK3002", message("A list of names of choices is expected."))


def _is_one(field: Field, text: str, context: Context) -> bool:
    try:
        return Choice().parse(field, text, context) is not None
    except ValueRefused:
        return False


def _one(field: Field, item: Any, context: Context) -> str:
    found = Choice().parse(field, item, context)
    if found is None:
        raise ValueRefused("KBK3002", message("The name of a choice is expected."))
    return found
