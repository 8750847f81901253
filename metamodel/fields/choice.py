"""One of a list of values that the definition names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused, unknown
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_CHOICE
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.text import fold

if TYPE_CHECKING:
    from metamodel.model import Field


class Choice(FieldType):
    """One of the field's choices; kept by uid, a name on the wire, a label in files. A stage field is one too."""

    name: ClassVar[str] = "choice"
    label: ClassVar[Label] = Label(ru="Выбор из списка", en="Choice")
    widget: ClassVar[str] = "choice"
    cell: ClassVar[str] = "choice"
    operators: ClassVar[tuple[str, ...]] = OF_CHOICE
    options_schema: ClassVar[Mapping[str, Any]] = {
        "choices": {"type": "array", "minItems": 1, "maxItems": 1_000, "items": {"$ref": "#/$defs/choice"}},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="choice")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": [choice.name for choice in field.choices]}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        if raw is None or isinstance(raw, str) and not raw.strip():
            return None
        if not isinstance(raw, str):
            raise ValueRefused("KBK3002", message("The name of a choice is expected."))
        for choice in field.choices:
            if choice.name == raw.strip():
                return choice.uid
        if context.medium != "json":
            wanted = fold(raw.strip())
            for choice in field.choices:
                if wanted in (fold(choice.label.in_language("ru")), fold(choice.label.in_language("en"))):
                    return choice.uid
        raise ValueRefused(
            "KBK3002",
            unknown("There is no choice “{name}”", raw.strip()[:100], [c.name for c in field.choices]),
        )

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        choice = field.choice(value)
        if choice is None:
            return value
        return (
            choice.name if context.medium in ("json", "form") else choice.label.in_language(context.language)
        )
