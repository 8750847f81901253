"""A plugin for Kubik: the field type ``plate``, the registration number of a car."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from core.hookspecs import hookimpl
from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.formats import TextFormat
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.model import Field

FOLDER = Path(__file__).parent
CYRILLIC = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
PATTERN = "[ABEKMHOPCTYX][0-9]{3}[ABEKMHOPCTYX]{2}[0-9]{2,3}"


class PlateFormat(TextFormat):
    """Kept in Latin capitals without spaces, shown as it stands on the car."""

    name: ClassVar[str] = "plate"
    label: ClassVar[Label] = Label(ru="Номер машины", en="Number plate")
    pattern: ClassVar[str] = PATTERN

    def read(self, text: str) -> str:
        kept = re.sub(r"[\s-]", "", text).upper().translate(CYRILLIC)
        if re.fullmatch(PATTERN, kept) is None:
            raise ValueRefused("KBK3003", message("“{text}” is not a number plate: A123BC77.", text=text))
        return kept

    def show(self, text: str) -> str:
        return f"{text[0]} {text[1:4]} {text[4:6]} {text[6:]}"


class Plate(FieldType):
    """The same as a type of its own: it can have its own cell, widget, operators and options."""

    name: ClassVar[str] = "plate"
    label: ClassVar[Label] = PlateFormat.label
    widget: ClassVar[str] = "text"
    cell: ClassVar[str] = "plate"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {"region": {"type": "string", "pattern": "^[0-9]{2,3}$"}}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{PATTERN})$"}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=20, lines=False)
        if text is None:
            return None
        kept = PlateFormat().read(text)
        region = field.options.get("region")
        if region is not None and not kept.endswith(region):
            raise ValueRefused(
                "KBK3003", message("A plate of the region {region} is expected.", region=region)
            )
        return kept

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        return PlateFormat().show(value) if value else ""


@hookimpl
def kubik_field_types() -> Sequence[FieldType]:
    return [Plate()]


@hookimpl
def kubik_text_formats() -> Sequence[TextFormat]:
    return [PlateFormat()]


@hookimpl
def kubik_templates() -> Sequence[Path]:
    return [FOLDER / "templates"]


@hookimpl
def kubik_translations() -> Sequence[Path]:
    return [FOLDER / "i18n"]


@hookimpl
def kubik_static() -> Sequence[Path]:
    return [FOLDER / "web"]


@hookimpl
def kubik_page_files() -> Sequence[str]:
    return ["plate.css"]
