"""A secret: kept encrypted, told on request alone; nothing else of it is ever shown than whether it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_SECRET
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 10_000
"""Characters of a secret."""

CLEARED = "\ue000"
"""A form's text that says: forget it. An empty one says: leave it as it is."""

MASK = "••••••"
"""What people are shown of a secret that is set."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plain:
    """A secret as it was written, on its way to being encrypted; it shows itself to nobody, logs included."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return MASK


class Secret(FieldType):
    """A text that is encrypted with the workspace's key, bound to its record and field."""

    name: ClassVar[str] = "secret"
    label: ClassVar[Label] = Label(ru="Секрет", en="Secret")
    widget: ClassVar[str] = "secret"
    cell: ClassVar[str] = "secret"
    operators: ClassVar[tuple[str, ...]] = OF_SECRET
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="secret")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"set": {"type": "boolean"}},
            "required": ["set"],
            "additionalProperties": False,
        }

    def parse(self, field: Field, raw: Any, context: Context) -> Plain | None:
        if raw is None or raw == "" or (context.medium == "form" and raw == CLEARED):
            return None
        if context.medium == "csv":
            raise ValueRefused("KBK3004", message("A secret is not taken from a file: write it in the form."))
        if not isinstance(raw, str):
            raise ValueRefused("KBK3002", message("A text is expected, or null to forget it."))
        if len(raw) > LONGEST:
            raise ValueRefused("KBK3003", message("At most {longest} characters are kept.", longest=LONGEST))
        if "\0" in raw or not raw.isprintable() and any(_lone(c) for c in raw):
            raise ValueRefused("KBK3002", message("The text holds characters that cannot be kept."))
        return Plain(text=raw)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return None if value is None else {"set": True}
        return MASK if value is not None and context.medium == "text" else ""


def _lone(character: str) -> bool:
    """Whether it is half of a character (a lone surrogate), which no encoding holds."""
    return "\ud800" <= character <= "\udfff"
