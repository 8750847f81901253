"""Between a definition as frozen data and as a JSON object: each attribute says how it is read and written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from metamodel.labels import Label, make_label


@dataclass(frozen=True, slots=True)
class Codec:
    """How a value of an attribute is made from its JSON form (already checked by the schema) and written back."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _write_label(label: Label) -> str | dict[str, str]:
    if label.ru is not None and label.ru == label.en:
        return label.ru
    return {language: text for language, text in (("ru", label.ru), ("en", label.en)) if text is not None}


PLAIN = Codec(_same, _same)
NAMES = Codec(tuple, list)
ONE_OR_MORE = Codec(lambda value: (value,) if isinstance(value, str) else tuple(value), list)
SETS = Codec(
    lambda value: tuple((each,) if isinstance(each, str) else tuple(each) for each in value),
    lambda value: [list(each) for each in value],
)
"""Sets of names; one name alone is a set of it."""
LABEL = Codec(make_label, _write_label)
TEXT = Codec(str, _same)
EXPRESSION_SCHEMA = "#/$defs/expression"


def _expression(value: Any) -> str:
    """An expression is a text; a number or yes/no written bare is the constant of that value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value)


EXPRESSION = Codec(_expression, _same)
VALUES = Codec(lambda value: {key: _expression(item) for key, item in value.items()}, dict)
"""Expressions by name."""


def one(definition: type) -> Codec:
    """An object that is itself a definition."""
    return Codec(lambda value: read(definition, value), write)


def many(definition: type) -> Codec:
    """A list of definitions."""
    return Codec(
        lambda values: tuple(read(definition, value) for value in values),
        lambda items: [write(i) for i in items],
    )


def mapping(definition: type) -> Codec:
    """Definitions by name."""
    return Codec(
        lambda values: {key: read(definition, value) for key, value in values.items()},
        lambda items: {key: write(item) for key, item in items.items()},
    )


def part(codec: Codec = PLAIN, *, default: Any = None, key: str | None = None) -> Any:
    """An attribute of a definition that is left out of the JSON form while it has its default."""
    return dataclasses.field(default=default, metadata={"codec": codec, "key": key})


def whole(codec: Codec = PLAIN) -> Any:
    """An attribute that is always written."""
    return dataclasses.field(metadata={"codec": codec, "key": None})


def place() -> Any:
    """Where a definition was read, no part of it: a file, or a JSON Pointer into a document."""
    return dataclasses.field(default="", compare=False, repr=False)


def rest(schema: Callable[[str], Mapping[str, Any]]) -> Any:
    """The mapping that takes every key no other attribute has: the options of what the object's ``type`` is.

    ``schema`` gives their JSON Schemas by key, in whose order they are written; those that are expressions are texts.
    """
    return dataclasses.field(default_factory=dict, metadata={"rest": schema})


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str
    key: str
    codec: Codec
    default: Any


_Rest = tuple[str, Callable[[str], Mapping[str, Any]]]


@cache
def _attributes(definition: Any) -> tuple[tuple[_Attribute, ...], _Rest | None]:
    found: list[_Attribute] = []
    others: _Rest | None = None
    for field in dataclasses.fields(definition):
        if field.metadata.get("rest"):
            others = field.name, field.metadata["rest"]
        elif "codec" in field.metadata:
            key = field.metadata["key"] or field.name
            found.append(_Attribute(field.name, key, field.metadata["codec"], field.default))
    return tuple(found), others


def keys(definition: type) -> tuple[str, ...]:
    """The keys of the JSON form in their order."""
    return tuple(attribute.key for attribute in _attributes(definition)[0])


def read(definition: type, value: Mapping[str, Any], **more: Any) -> Any:
    """The definition of a JSON object that its schema has passed; an absent or null key has its default."""
    attributes, others = _attributes(definition)
    values = {a.name: a.codec.read(value[a.key]) for a in attributes if value.get(a.key) is not None}
    if others is not None:
        known = {a.key for a in attributes}
        schema = others[1](value["type"])
        values[others[0]] = {
            key: _expression(item) if schema.get(key, {}).get("$ref") == EXPRESSION_SCHEMA else item
            for key, item in value.items()
            if key not in known and item is not None
        }
    return definition(**values, **more)


def write(item: Any) -> dict[str, Any]:
    """The JSON object of a definition: keys in order, defaults left out, the type's own options last."""
    made_by: Any = type(item)
    attributes, others = _attributes(made_by)
    written = {}
    for attribute in attributes:
        value = getattr(item, attribute.name)
        if value is not None and (value != attribute.default or attribute.default is dataclasses.MISSING):
            written[attribute.key] = attribute.codec.write(value)
    if others is not None:
        own = getattr(item, others[0])
        written.update({key: own[key] for key in others[1](item.type) if key in own})
    return written
