"""The field type ``barcode``: the text of a code of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from plugins.barcode.codes import CODES, DEFAULT, read

if TYPE_CHECKING:
    from metamodel.model import Field


class Barcode(FieldType):
    """What a bar code or QR code says; ``kind`` tells which one, so that it can be checked and drawn."""

    name: ClassVar[str] = "barcode"
    label: ClassVar[Label] = Label(ru="Штрихкод", en="Bar code")
    widget: ClassVar[str] = "barcode"
    cell: ClassVar[str] = "barcode"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "kind": {"enum": list(CODES), "description": f"{', '.join(CODES)}; {DEFAULT} when not given"}
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        code = CODES[kind_of(field)]
        return {"type": "string", "maxLength": code.longest, "pattern": f"^(?:{code.pattern})$"}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        kind = kind_of(field)
        text = clean_text(raw, context, longest=CODES[kind].longest, lines=False)
        return None if text is None else read(kind, text)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""


def kind_of(field: Field) -> str:
    """The kind of code that a field holds."""
    return str(field.options.get("kind", DEFAULT))
