"""Any JSON value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import EMPTINESS
from metamodel.json_text import JsonFault, JsonValue, canonical, read_json
from metamodel.labels import Label
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 1_000_000
"""Characters of its canonical text."""


class Json(FieldType):
    """A JSON value (RFC 8259) kept as canonical text; ``schema`` is a JSON Schema 2020-12 that it keeps."""

    name: ClassVar[str] = "json"
    label: ClassVar[Label] = Label(ru="JSON", en="JSON")
    widget: ClassVar[str] = "json"
    cell: ClassVar[str] = "json"
    operators: ClassVar[tuple[str, ...]] = EMPTINESS
    options_schema: ClassVar[Mapping[str, Any]] = {
        "schema": {
            "type": ["object", "boolean"],
            "description": "a JSON Schema 2020-12 that the value keeps",
        },
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="json")

    def json_schema(self, field: Field) -> dict[str, Any]:
        schema = field.options.get("schema", True)
        return schema if isinstance(schema, dict) else {} if schema else {"not": {}}

    def parse(self, field: Field, raw: Any, context: Context) -> JsonValue | None:
        if raw is None or isinstance(raw, JsonValue):
            return raw
        if context.medium != "json":
            if not isinstance(raw, str):
                raise ValueRefused("KBK3002", message("A JSON text is expected."))
            if not raw.strip():
                return None
        try:
            made = JsonValue(read_json(raw) if context.medium != "json" else raw)
        except JsonFault as fault:
            raise ValueRefused("KBK3002", _told(fault)) from fault
        if made.text == "null":
            return None
        if len(made.text) > LONGEST:
            raise ValueRefused("KBK3003", message("At most {longest} characters, this text has {length}.",
                                                  longest=LONGEST, length=len(made.text)))  # fmt: skip
        _check_schema(field, made)
        return made

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if value is None:
            return None if context.medium == "json" else ""
        if context.medium == "json":
            return value.value
        return canonical(value.value, indent=2) if context.medium == "form" else value.text


_WHY: Mapping[str, Message] = {
    "Expecting value": message("a value is expected here"),
    "Expecting property name enclosed in double quotes": message("a key in double quotes is expected here"),
    "Expecting ':' delimiter": message("a colon is expected here"),
    "Expecting ',' delimiter": message("a comma is expected here"),
    "Illegal trailing comma before end of object": message("a comma stands before the closing bracket"),
    "Illegal trailing comma before end of array": message("a comma stands before the closing bracket"),
    "Unterminated string starting at": message("this text has no closing quote"),
    "Invalid control character at": message("a text holds a character that must be escaped"),
    "Extra data": message("something stands behind the value"),
    "nested too deeply": message("lists and objects are nested too deeply"),
    "it holds what JSON has not": message("it holds what JSON has not"),
    "a text holds half of a character": message("a text holds half of a character"),
    "a number has too many digits": message("a number has too many digits"),
}
"""What readers of JSON say, in words that are translated."""


def _told(fault: JsonFault) -> Message:
    why: Message | str = _WHY.get(fault.why.removesuffix(" at"), _WHY.get(fault.why, fault.why))
    if fault.line is None:
        return message("This is not JSON: {why}.", why=why)
    return message(
        "Line {line}, column {column}: this is not JSON: {why}.",
        line=fault.line,
        column=fault.column,
        why=why,
    )


def _check_schema(field: Field, value: JsonValue) -> None:
    schema = field.options.get("schema")
    if schema is None or schema is True:
        return
    error = next(iter(_validator(canonical(schema)).iter_errors(value.value)), None)
    if error is not None:
        place = "/".join(str(step) for step in error.instance_path)
        raise ValueRefused(
            "KBK3003",
            message(
                "The value does not keep its schema at “/{place}”: {why}.",
                place=place,
                why=error.message[:300],
            ),
        )


def schema_fault(schema: Any) -> str | None:
    """Why a schema cannot be used: it is none, or holds a pattern that is not of linear time, or a remote reference."""
    try:
        _validator(canonical(schema))
    except (ValidationError, ValueError) as error:
        return str(getattr(error, "message", error))[:300]
    return None


@lru_cache(maxsize=200)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        read_json(schema), pattern_options=RegexOptions(size_limit=1_000_000), retriever=_no_remote
    )


def _no_remote(address: str) -> Any:
    raise ValueError(f"{address} is not fetched")
